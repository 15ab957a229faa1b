// What lies behind a shot that is shown whole "over a blur": itself, filling the frame, soft and dim.

const SIDE = 96; // of the canvas: what is left of the picture is light and colour, as in the renderer

export class Blurred {
  constructor(picture) {
    this.canvas = Object.assign(document.createElement("canvas"), { className: "blur-behind", hidden: true });
    this.canvas.setAttribute("aria-hidden", "true");
    picture.prepend(this.canvas);
    this.pen = this.canvas.getContext("2d");
  }

  draw(moment) {
    this.moment = moment;
    const { shot, front, cut } = moment;
    this.canvas.hidden = shot.framing !== "blur";
    if (this.canvas.hidden) return;
    const still = front.classList.contains("behind") ? front.parentElement.querySelector("img.still.front") : null;
    const shown = still ?? front;
    const [width, height] = still ? [still.naturalWidth, still.naturalHeight] : [front.videoWidth, front.videoHeight];
    if (!width || (!still && front.readyState < 2)) {
      // A seek that has not arrived is drawn when it has.
      front.addEventListener("seeked", () => this.moment.front === front && this.draw(this.moment), { once: true });
      return;
    }
    const larger = Math.max(cut.width, cut.height);
    const [across, down] = [cut.width, cut.height].map((side) => Math.round((SIDE * side) / larger));
    if (this.canvas.width !== across || this.canvas.height !== down) Object.assign(this.canvas, { width: across, height: down });
    const scale = Math.max(across / width, down / height);
    this.pen.drawImage(shown, (across - width * scale) / 2, (down - height * scale) / 2, width * scale, height * scale);
    // A twelfth of the larger side, as it is rendered.
    this.canvas.style.filter = `blur(${((100 / 12) * larger) / cut.width}cqw) brightness(.7) ${front.style.filter}`;
    this.canvas.style.transform = shot.is_mirrored ? "scaleX(-1)" : "";
  }
}
