// <sound-player>: a waveform that plays, in place of the browser's own controls.
//
// It says "moved" when a person has put it to another place.

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

class SoundPlayer extends HTMLElement {
  connectedCallback() {
    this.audio = this.querySelector("audio");
    this.range = this.querySelector("input");
    this.button = this.querySelector(".sound-play");
    this.audio.controls = false;
    this.audio.hidden = true;
    for (const piece of this.querySelectorAll(":scope > [hidden]:not(audio)")) piece.hidden = false;
    this.button.addEventListener("click", () => (this.audio.paused ? this.play() : this.audio.pause()));
    this.range.addEventListener("input", () => this.#seek(Number(this.range.value)));
    for (const kind of ["timeupdate", "seeked"]) this.audio.addEventListener(kind, () => this.#show());
    for (const kind of ["play", "pause", "ended"]) this.audio.addEventListener(kind, () => this.#mark());
    this.#show();
  }

  get duration() {
    return Number(this.range.max) || this.audio.duration || 1;
  }

  play() {
    for (const other of document.querySelectorAll("audio")) if (other !== this.audio) other.pause();
    this.audio.play().catch(() => this.#mark());
  }

  /** Put it to a place; before anything is loaded the place waits for it. */
  moveTo(seconds) {
    this.range.value = seconds;
    this.audio.currentTime = seconds;
    this.#show();
  }

  #seek(seconds) {
    this.moveTo(seconds);
    this.dispatchEvent(new CustomEvent("moved", { bubbles: true, detail: seconds }));
  }

  #mark() {
    const playing = !this.audio.paused && !this.audio.ended;
    this.toggleAttribute("data-playing", playing);
    this.button.setAttribute("aria-label", playing ? "Pause" : "Play");
    if (playing) this.#follow();
  }

  /** Redraw with every picture while it plays: four times a second would stutter. */
  #follow() {
    if (!this.isConnected || this.audio.paused) return;
    this.#show();
    requestAnimationFrame(() => this.#follow());
  }

  #show() {
    const now = this.audio.currentTime;
    this.range.value = now;
    this.range.setAttribute("aria-valuetext", `${clock(now)} of ${clock(this.duration)}`);
    this.style.setProperty("--played", `${(100 * now) / this.duration}%`);
    this.querySelector("[data-now]").textContent = clock(now);
  }
}

customElements.define("sound-player", SoundPlayer);
