// The timeline's lane of stickers and pictures: chosen by a tap, then dragged, and trimmed at the ends.
// Texts, in the lane above, are dragged the same way.

import * as layers from "./layers.js";
import { beatFrom, rate } from "./timeline.js";

const ROW_PX = 28;
const ROWS_MAX = 3; // more share the last one
const SNAP_PX = 9;
const TAP_PX = 5;

export class Lanes {
  constructor(root, { store, player, strip, announce }, touch, stickers) {
    Object.assign(this, { store, player, strip, announce, touch, stickers });
    this.row = root.querySelector("[data-layers-row]");
    this.texts = root.querySelector("[data-texts-row]");
    this.lane = root.querySelector("[data-strip]");
    strip.addEventListener("drawn", () => this.draw());
    touch.addEventListener("chosen", () => this.draw());
    for (const row of [this.row, this.texts]) {
      row.addEventListener("pointerdown", (event) => this.#down(event));
      row.addEventListener("keydown", (event) => this.#key(event));
    }
    this.row.addEventListener("click", (event) => this.#click(event));
    this.texts.addEventListener("click", (event) => this.hasDragged && event.stopPropagation(), true); // a drag is no tap
    strip.addEventListener("words", ({ detail }) => detail.kind === "text" && touch.choose(detail));
  }

  draw() {
    const { cut } = this.store;
    if (!cut) return;
    const rows = layers.rowsOf(cut.overlays);
    const high = Math.min(ROWS_MAX, Math.max(0, ...rows.map((row) => row + 1)));
    this.lane.style.setProperty("--layer-rows", high);
    const hadFocus = this.row.contains(document.activeElement) ? document.activeElement.dataset.place : null;
    this.row.replaceChildren(...cut.overlays.map((overlay, place) => this.#block(cut, overlay, place, Math.min(rows[place], ROWS_MAX - 1))));
    if (hadFocus) this.row.querySelector(`[data-place="${hadFocus}"]`)?.focus({ preventScroll: true });
    for (const block of this.texts.querySelectorAll(".text-block.text")) this.#handle(block, { kind: "text", place: Number(block.dataset.place) });
  }

  #block(cut, overlay, place, row) {
    const part = { kind: "overlay", place };
    const block = Object.assign(document.createElement("button"), { type: "button", className: "layer-block" });
    block.dataset.place = place;
    block.dataset.kind = "overlay";
    const name = layers.nameOf(cut, part, this.store.draft.takes);
    block.setAttribute("aria-label", `${name}, ${layers.lengthWords(cut, part)}`);
    block.style.left = `${(overlay.at / rate(cut)) * this.strip.px}px`;
    block.style.width = `${Math.max(24, (overlay.frames / rate(cut)) * this.strip.px - 2)}px`;
    block.style.top = `${row * ROW_PX}px`;
    const take = this.store.draft.takes.find((one) => `take:${one.slug}` === overlay.source);
    const picture = this.stickers.get(overlay.source) ?? take?.poster_url;
    if (picture) block.append(Object.assign(document.createElement("img"), { src: picture, alt: "" }));
    block.append(name.replace("Sticker ", "").replace("Picture of t", "T"));
    this.#handle(block, part);
    return block;
  }

  #handle(block, part) {
    const isChosen = JSON.stringify(part) === JSON.stringify(this.touch.chosen && { kind: this.touch.chosen.kind, place: this.touch.chosen.place });
    block.setAttribute("aria-pressed", String(isChosen));
    for (const old of block.querySelectorAll(".layer-handle")) old.remove();
    if (!isChosen) return;
    for (const side of ["start", "end"]) {
      const handle = Object.assign(document.createElement("i"), { className: `layer-handle ${side}` });
      handle.dataset.side = side;
      block.append(handle);
    }
  }

  #click(event) {
    const block = event.target.closest("[data-place]");
    if (!block || this.hasDragged) return void (this.hasDragged = false);
    const part = { kind: "overlay", place: Number(block.dataset.place) };
    const wasChosen = block.getAttribute("aria-pressed") === "true";
    const one = layers.partOf(this.store.cut, part);
    const frame = this.player.frame;
    if (frame < one.at || frame >= one.at + one.frames) this.player.seek((one.at + 0.5) / rate(this.store.cut));
    this.touch.choose(part);
    if (wasChosen) this.touch.open();
  }

  #down(event) {
    const block = event.target.closest("[data-place]");
    this.hasDragged = false;
    if (!block || block.dataset.kind === "caption" || block.getAttribute("aria-pressed") !== "true") return;
    const part = { kind: block.dataset.kind, place: Number(block.dataset.place) };
    const side = event.target.dataset.side;
    const { cut } = this.store;
    const one = layers.partOf(cut, part);
    const from = side === "end" ? one.at + one.frames : one.at;
    event.preventDefault();
    this.player.pause();
    let made = cut;
    const move = ({ clientX }) => {
      const by = clientX - event.clientX;
      if (!this.hasDragged && Math.abs(by) < TAP_PX) return;
      this.hasDragged = true;
      const reach = (SNAP_PX / this.strip.px) * rate(cut);
      const frame = layers.snappedTo(cut, from + (by / this.strip.px) * rate(cut), reach, this.player.frame);
      made = side ? layers.trimmed(cut, part, side, frame) : layers.movedTo(cut, part, frame, this.#take(one));
      const now = layers.partOf(made, part);
      block.style.left = `${(now.at / rate(cut)) * this.strip.px}px`;
      block.style.width = `${Math.max(24, (now.frames / rate(cut)) * this.strip.px - 2)}px`;
    };
    const end = () => {
      for (const [name, run] of [["pointermove", move], ["pointerup", end], ["pointercancel", end]]) removeEventListener(name, run);
      if (!this.hasDragged) return;
      this.store.edit(side ? "Trim it" : "Move it in time", () => made);
    };
    for (const [name, run] of [["pointermove", move], ["pointerup", end], ["pointercancel", end]]) addEventListener(name, run);
  }

  #take(one) {
    return this.store.draft.takes.find((take) => `take:${take.slug}` === one.source);
  }

  #key(event) {
    const block = event.target.closest("[data-place]");
    const way = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!block || block.dataset.kind === "caption" || event.ctrlKey || event.metaKey) return;
    const part = { kind: block.dataset.kind, place: Number(block.dataset.place) };
    if (["Delete", "Backspace"].includes(event.key)) {
      event.preventDefault();
      event.stopPropagation();
      return this.touch.remove(part);
    }
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const one = layers.partOf(this.store.cut, part);
    const isLength = event.key === "ArrowUp" || event.key === "ArrowDown";
    const from = isLength ? one.at + one.frames : one.at;
    const to = event.shiftKey ? beatFrom(this.store.cut, from, way) : from + way;
    this.store.edit("Move it in time…", (cut) => (isLength ? layers.trimmed(cut, part, "end", to) : layers.movedTo(cut, part, to, this.#take(one))));
    this.announce(layers.lengthWords(this.store.cut, part));
  }
}
