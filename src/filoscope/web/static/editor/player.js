// The cut, live: two <video> elements take turns with the takes while the song keeps the time.
//
// While one shows a shot the other one waits at the first picture of the next. Nothing is rendered:
// what is edited is seen at once. Looks and transitions come near to what will be rendered.

import { momentOf, speedAt } from "./pace.js";
import { boxAt, showStill } from "./stills.js";
import { beginnings, lengthOf, rate, shotAt } from "./timeline.js";
import { dress, filterOf, place, showWords } from "./picture.js";

const FAR_S = 0.15; // so far off, a video jumps; nearer, it runs a little faster or slower
const NEAR_S = 0.02;

export class Player extends EventTarget {
  constructor(root) {
    super();
    this.videos = [...root.querySelectorAll("video.shot")];
    this.picture = root.querySelector("[data-picture]");
    this.flash = root.querySelector("[data-flash]");
    this.words = root.querySelector("[data-words-over]");
    this.audio = new Audio();
    this.audio.preload = "auto";
    this.files = new Map(); // address -> object URL, so that a seek never asks the net
    this.at = 0;
    this.isPlaying = false;
    this.mixed = new Set(); // sources whose sound the mixer plays
    this.layers = []; // what else is drawn at each moment: `draw({ cut, at, frame, index, shot, into, front, jumps })`
    this.audio.addEventListener("ended", () => this.isPlaying && (this.hasSound = false));
  }

  /** Show this cut from now on. */
  show(cut, takes, sound) {
    this.cut = cut;
    this.takes = new Map(takes.map((take) => [`take:${take.slug}`, take]));
    for (const take of takes) if (take.video_url) this.#fetch(take.video_url);
    const address = cut?.sound && sound?.audio_url ? sound.audio_url : "";
    if (address !== this.soundAddress) {
      this.soundAddress = address;
      if (address) this.audio.src = address;
      else this.audio.removeAttribute("src");
    }
    if (!cut) return this.pause();
    this.starts = beginnings(cut);
    this.length = lengthOf(cut);
    this.at = Math.min(this.at, this.length);
    if (!this.isPlaying) this.seek(this.at);
  }

  async #fetch(address) {
    if (this.files.has(address)) return;
    this.files.set(address, "");
    try {
      const blob = await (await fetch(address)).blob();
      this.files.set(address, URL.createObjectURL(blob));
    } catch {
      this.files.delete(address); // it is played from its address
    }
    if (!this.isPlaying && this.cut) this.seek(this.at);
  }

  get frame() {
    return Math.round(this.at * rate(this.cut));
  }

  seek(seconds) {
    if (!this.cut) return;
    this.at = Math.max(0, Math.min(seconds, this.length));
    if (this.isPlaying) return this.#start();
    this.#render(true);
    this.dispatchEvent(new Event("time"));
  }

  async play() {
    if (!this.cut || this.isPlaying) return;
    if (this.at >= this.length - 0.05) this.at = 0;
    this.isPlaying = true;
    this.dispatchEvent(new Event("state"));
    await this.#start();
    const run = () => {
      if (!this.isPlaying) return;
      this.#tick();
      this.loop = requestAnimationFrame(run);
    };
    cancelAnimationFrame(this.loop);
    run();
  }

  pause() {
    if (!this.isPlaying) return;
    this.isPlaying = false;
    cancelAnimationFrame(this.loop);
    this.audio.pause();
    for (const video of this.videos) video.pause();
    this.dispatchEvent(new Event("state"));
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  async #start() {
    this.began = { at: this.at, now: performance.now() };
    this.hasSound = false;
    this.#render(true);
    if (!this.soundAddress) return;
    this.audio.currentTime = this.cut.sound.start_s + this.at;
    this.audio.volume = Math.min(1, 10 ** (this.cut.sound.gain_db / 20));
    try {
      await this.audio.play();
      this.hasSound = true;
    } catch {
      this.began = { at: this.at, now: performance.now() }; // silent, but it plays
    }
  }

  #tick() {
    const passed = (performance.now() - this.began.now) / 1000;
    this.at = this.hasSound ? this.audio.currentTime - this.cut.sound.start_s : this.began.at + passed;
    if (this.at >= this.length) {
      this.at = this.length;
      this.pause();
    }
    this.#render(false);
    this.dispatchEvent(new Event("time"));
  }

  #render(jumps) {
    const frame = Math.min(Math.floor(this.at * rate(this.cut) + 1e-6), Math.round(this.length * rate(this.cut)) - 1);
    const index = shotAt(this.cut, frame);
    const shot = this.cut.shots[index];
    if (this.videos[1].shot === shot) this.videos.reverse();
    const [front, back] = this.videos;
    this.#put(front, shot, this.at - this.starts[index] / rate(this.cut), { isShown: true, jumps });
    const next = this.cut.shots[index + 1];
    if (next && back.shot !== next) this.#put(back, next, 0, { isShown: false, jumps: true });
    front.classList.add("front");
    back.classList.remove("front");
    dress(this.picture, this.flash, front, shot, frame - this.starts[index]);
    showWords(this.words, this.cut, this.at, this.isPlaying);
    const moment = { cut: this.cut, at: this.at, frame, index, shot, into: frame - this.starts[index], front, jumps };
    for (const layer of this.layers) layer.draw(moment);
  }

  /** Where a source is played from: what was fetched, else its address. */
  addressOf(source) {
    const take = this.takes.get(source);
    return take ? this.files.get(take.video_url) || take.video_url : "";
  }

  #put(video, shot, into, { isShown, jumps }) {
    const take = this.takes.get(shot.source);
    const address = this.addressOf(shot.source);
    if (video.address !== address) {
      video.address = address;
      video.src = address;
      jumps = true;
    }
    video.shot = shot;
    const framed = { ...shot, framing: boxAt(shot.framing, Math.min(1, Math.max(0, (into * rate(this.cut)) / shot.frames))) };
    place(video, framed, take, this.cut);
    video.style.filter = filterOf(shot.look);
    if (showStill(video, framed, take, this.cut, isShown)) return void (video.paused || video.pause());
    video.muted = shot.gain_db === null || !isShown || this.mixed.has(shot.source);
    const speed = speedAt(shot, into * rate(this.cut));
    const due = Math.min(momentOf(shot, into, rate(this.cut)), Math.max(0, (take?.duration_s ?? Infinity) - 0.05));
    const off = due - video.currentTime;
    if (jumps ? Math.abs(off) > 0.001 : Math.abs(off) > FAR_S) video.currentTime = due;
    if (!isShown || !this.isPlaying) return void (video.paused || video.pause());
    const pull = Math.abs(off) > NEAR_S ? Math.max(-0.1, Math.min(0.1, off)) : 0;
    video.playbackRate = Math.max(0.1, Math.min(8, speed * (1 + pull)));
    if (video.paused) video.play().catch(() => {});
  }
}
