// A shot's green screen, live: its pictures are keyed on a canvas over what lies behind.

import { keyOut, screenColor, hexOf } from "./keying.js";

const SIDE_MAX = 640; // of the canvas: what a proxy has
const SLOW_MS = 14; // a picture that takes longer is keyed at half the size from then on
const FAR_S = 0.12;

export class Green {
  constructor(picture, player) {
    Object.assign(this, { picture, player, part: 1, spent: 0 });
    this.canvas = Object.assign(document.createElement("canvas"), { className: "keyed", hidden: true });
    this.back = Object.assign(document.createElement("div"), { className: "key-back", hidden: true });
    this.video = Object.assign(document.createElement("video"), { className: "key-behind", muted: true, playsInline: true, preload: "auto", hidden: true });
    this.video.setAttribute("aria-hidden", "true");
    picture.prepend(this.back, this.video, this.canvas);
    this.pen = this.canvas.getContext("2d", { willReadFrequently: true });
    for (const video of player.videos) for (const name of ["seeked", "loadeddata"]) video.addEventListener(name, () => this.#again(video));
  }

  #again(video) {
    if (this.moment?.front === video && this.moment.shot.key) this.#key(video, this.moment.shot.key);
  }

  draw(moment) {
    this.moment = moment;
    const { shot, front } = moment;
    const isOn = Boolean(shot.key) && !this.isRaw;
    this.picture.classList.toggle("keying", isOn);
    for (const part of [this.canvas, this.back]) part.hidden = !isOn;
    this.video.hidden = !isOn || !shot.key.behind;
    if (this.video.hidden && !this.video.paused) this.video.pause();
    if (!isOn) return;
    const { width, height, left, top, transform, filter, opacity } = front.style;
    Object.assign(this.canvas.style, { width, height, left, top, transform, filter, opacity });
    this.back.style.background = shot.key.backdrop;
    this.back.style.filter = this.video.style.filter = filter;
    if (shot.key.behind) this.#behind(moment);
    this.#key(front, shot.key);
  }

  #behind({ cut, shot, at, index, jumps }) {
    const { video, player } = this;
    const address = player.addressOf(shot.key.behind);
    if (video.address !== address) {
      video.address = address;
      video.src = address;
      jumps = true;
    }
    const [over, under = 1] = String(cut.fps).split("/").map(Number);
    const take = player.takes.get(shot.key.behind);
    const due = Math.min(shot.key.behind_start_s + at - (player.starts[index] * under) / over, Math.max(0, (take?.duration_s ?? Infinity) - 0.05));
    if (Math.abs(due - video.currentTime) > (jumps || !player.isPlaying ? 0.001 : FAR_S)) video.currentTime = due;
    if (!player.isPlaying) return void (video.paused || video.pause());
    if (video.paused) video.play().catch(() => {});
  }

  #key(front, key) {
    if (front.readyState < 2 || front.seeking || !front.videoWidth) return;
    const name = `${front.src}|${front.currentTime}|${this.part}|${JSON.stringify(key)}`;
    if (name === this.name) return;
    this.name = name;
    const begin = performance.now();
    const scale = Math.min(1, SIDE_MAX / Math.max(front.videoWidth, front.videoHeight)) * this.part;
    const [width, height] = [front.videoWidth, front.videoHeight].map((side) => Math.max(2, Math.round(side * scale)));
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.pen.drawImage(front, 0, 0, width, height);
    const image = this.pen.getImageData(0, 0, width, height);
    keyOut(image.data, width, height, key);
    this.pen.putImageData(image, 0, 0);
    this.spent = this.spent * 0.9 + (performance.now() - begin) * 0.1;
    if (this.spent > SLOW_MS && this.part === 1 && this.player.isPlaying) this.part = 0.5;
  }

  /** Show the shot as it was filmed, while a colour is picked from it. */
  showRaw(isRaw) {
    this.isRaw = isRaw;
    this.name = "";
    if (this.moment) this.draw(this.moment);
  }

  /** The mean colour of a few pixels of the shot under a point of the page; null beside it. */
  colorAt(clientX, clientY) {
    const { front, shot } = this.moment;
    const room = front.getBoundingClientRect();
    const across = (clientX - room.left) / room.width;
    const [x, y] = [shot.is_mirrored ? 1 - across : across, (clientY - room.top) / room.height];
    if (x < 0 || x > 1 || y < 0 || y > 1) return null;
    const pixels = sample(front, x * front.videoWidth - 3, y * front.videoHeight - 3, 7, 7, 7, 7);
    const mean = [0, 0, 0];
    for (let at = 0; at < pixels.length; at += 4) for (let part = 0; part < 3; part += 1) mean[part] += pixels[at + part];
    return hexOf(mean.map((level) => level / (pixels.length / 4)));
  }

  /** The screen's colour as the shot's border has it; null where it has none. */
  guess() {
    const { front } = this.moment;
    return front.videoWidth ? screenColor(sample(front, 0, 0, front.videoWidth, front.videoHeight, 64, 64), 64, 64) : null;
  }
}

function sample(video, x, y, wide, high, width, height) {
  const pen = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  pen.drawImage(video, x, y, wide, high, 0, 0, width, height);
  return pen.getImageData(0, 0, width, height).data;
}
