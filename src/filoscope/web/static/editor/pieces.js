// Filming in pieces: hold to film, let go, go on where the song stopped; the last piece can be taken back.

export class Pieces {
  constructor(root) {
    this.root = root;
    this.piece = (name) => root.querySelector(`[data-${name}]`);
    this.kept = [];
  }

  get isOn() {
    return this.piece("in-pieces").checked;
  }

  get seconds() {
    return this.kept.reduce((total, one) => total + one.seconds, 0);
  }

  /** Keep a piece: { file, hint_s, speed, seconds, from, until }, the last two in the song. */
  add(piece) {
    this.kept.push(piece);
    this.show();
  }

  /** Take back the last one; answers it, so that the song goes back too. */
  drop() {
    const last = this.kept.pop();
    this.show();
    return last;
  }

  /** Hand over all, oldest first. */
  take() {
    const all = this.kept;
    this.kept = [];
    this.show();
    return all;
  }

  show() {
    const count = this.kept.length;
    this.piece("pieces-after").hidden = !count || this.root.dataset.state !== "ready";
    this.piece("pieces-done").querySelector("span").textContent = `Done (${count})`;
    const bar = this.piece("pieces-bar");
    bar.hidden = !this.isOn || !count;
    bar.replaceChildren(
      ...this.kept.map(({ seconds }) => {
        const part = document.createElement("i");
        part.style.flexGrow = seconds;
        return part;
      }),
    );
    bar.setAttribute("aria-label", `${count} piece${count === 1 ? "" : "s"}, ${this.seconds.toFixed(1)} seconds`);
  }
}
