// <before-after>: two versions of a clip in one frame, with a split that one drags over them.
//
// Without script both stand beside each other with their own controls.

const DRIFT_S = 0.08; // further apart than this, the later one is set right

class BeforeAfter extends HTMLElement {
  connectedCallback() {
    const [before, after] = this.querySelectorAll("video");
    if (!before || this.slider) return;
    this.videos = [before, after];
    for (const video of this.videos) video.controls = false;
    this.slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 100, value: 50 });
    this.slider.className = "before-after-slider";
    this.slider.setAttribute("aria-label", "Split between before and after");
    this.slider.addEventListener("input", () => this.#split());
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "button before-after-play" });
    this.button.addEventListener("click", () => this.#toggle());
    this.append(this.slider, this.button);
    after.addEventListener("timeupdate", () => this.#together());
    after.addEventListener("play", () => this.#label());
    after.addEventListener("pause", () => this.#label());
    this.toggleAttribute("data-ready", true);
    this.#split();
    this.#label();
  }

  #split() {
    this.style.setProperty("--split", `${this.slider.value}%`);
    this.slider.setAttribute("aria-valuetext", `${this.slider.value} % before`);
  }

  #toggle() {
    const [before, after] = this.videos;
    if (after.paused) {
      before.currentTime = after.currentTime;
      for (const video of this.videos) video.play().catch(() => this.#label());
    } else {
      for (const video of this.videos) video.pause();
    }
  }

  /** Two players drift apart: the one before follows. */
  #together() {
    const [before, after] = this.videos;
    if (Math.abs(before.currentTime - after.currentTime) > DRIFT_S) before.currentTime = after.currentTime;
  }

  #label() {
    this.button.textContent = this.videos[1].paused ? "Play both" : "Pause";
  }
}

customElements.define("before-after", BeforeAfter);

// While the clip is being improved the words follow, and the page comes again when it is done.
const status = document.querySelector("[data-improving]");
if (status) {
  document.addEventListener("live:progress", ({ detail }) => {
    if (detail.clip !== status.dataset.improving || detail.improved === null) return;
    if (detail.is_improved) return location.reload();
    status.textContent = `It is being looked at and improved, ${Math.round(detail.improved * 100)} % done.`;
  });
}
