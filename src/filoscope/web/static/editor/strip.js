// The timeline: it is scrolled under a fixed playhead, so that a thumb scrubs. Shots are chosen by a
// tap; the ends of the chosen one are dragged, and snap to beats.

import { badges } from "./badges.js";
import { momentOf } from "./pace.js";
import * as cuts from "./timeline.js";

const PX_A_SECOND = 72;
const ZOOM_MIN = 0.35;
const ZOOM_MAX = 5;
const SNAP_PX = 9;
const WAVE_PX_MAX = 16_000; // wider canvases are drawn coarser: browsers refuse them

export class Strip extends EventTarget {
  constructor(root, store, player) {
    super();
    Object.assign(this, { root, store, player, zoom: 1, chosen: -1 });
    this.piece = (name) => root.querySelector(`[data-${name}]`);
    this.scroller = this.piece("scroller");
    this.shots = this.piece("shots");
    this.texts = this.piece("texts-row");
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.scroller.addEventListener("keydown", (event) => this.#key(event));
    player.addEventListener("time", () => this.follow());
    new ResizeObserver(() => this.draw()).observe(this.scroller);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  get px() {
    return PX_A_SECOND * this.zoom;
  }

  enlarge(factor) {
    this.zoom = Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, this.zoom * factor));
    this.draw();
  }

  choose(place) {
    this.chosen = place;
    this.draw();
    this.dispatchEvent(new Event("chosen"));
  }

  /** Draw all of it: a cut has some dozens of shots. */
  draw() {
    const { cut } = this.store;
    this.root.hidden = !cut;
    if (!cut) return;
    if (this.chosen >= cut.shots.length) this.chosen = cut.shots.length - 1;
    const width = cuts.lengthOf(cut) * this.px;
    this.piece("lane").style.width = `${width}px`;
    this.piece("lane").style.marginInline = `${this.scroller.clientWidth / 2}px`;
    this.#drawShots(cut);
    this.#drawTexts(cut);
    this.#drawWave(cut, width);
    this.scroller.setAttribute("aria-valuemax", cuts.lengthOf(cut).toFixed(1));
    this.follow();
    this.dispatchEvent(new Event("drawn"));
  }

  #drawShots(cut) {
    const fps = cuts.rate(cut);
    const starts = cuts.beginnings(cut);
    const takes = this.store.draft.takes;
    const hadFocus = document.activeElement?.dataset.shot;
    const shown = cut.shots.map((shot, place) => {
      const number = takes.findIndex((take) => `take:${take.slug}` === shot.source);
      const take = takes[number];
      const button = document.createElement("button");
      button.type = "button";
      button.className = "shot-block";
      button.dataset.shot = place;
      button.setAttribute("role", "option");
      const seconds = shot.frames / fps;
      button.setAttribute("aria-label", `Shot ${place + 1}: take ${number + 1}, ${seconds.toFixed(1)} seconds from ${(starts[place] / fps).toFixed(1)}`);
      button.setAttribute("aria-selected", String(place === this.chosen));
      button.tabIndex = place === Math.max(0, this.chosen) ? 0 : -1;
      button.style.left = `${(starts[place] / fps) * this.px}px`;
      button.style.width = `${Math.max(2, seconds * this.px - 1)}px`;
      if (take?.strip_url) this.#thumbs(button, take, shot, seconds);
      if (shot.transition) button.append(mark(shot.transition.kind));
      button.append(...badges(shot));
      button.addEventListener("click", () => this.#tap(place));
      return button;
    });
    this.shots.replaceChildren(...shown, ...this.#handles(cut, starts, fps));
    if (hadFocus !== undefined) this.shots.querySelector(`[data-shot="${this.chosen}"]`)?.focus({ preventScroll: true });
  }

  #thumbs(button, take, shot, seconds) {
    const height = 56;
    const wide = (height * take.width) / take.height;
    const count = Math.min(24, Math.ceil((seconds * this.px) / wide));
    for (let place = 0; place < count; place += 1) {
      const moment = momentOf(shot, ((place + 0.5) * wide) / this.px, cuts.rate(this.store.cut));
      const tile = Math.max(0, Math.min(take.thumb_count - 1, Math.round(moment / take.thumb_every_s)));
      const picture = document.createElement("i");
      picture.style.width = `${wide}px`;
      picture.style.backgroundImage = `url("${take.strip_url}")`;
      picture.style.backgroundSize = `${wide * take.thumb_count}px ${height}px`;
      picture.style.backgroundPosition = `${-tile * wide}px 0`;
      button.append(picture);
    }
  }

  #handles(cut, starts, fps) {
    if (this.chosen < 0) return [];
    const shot = cut.shots[this.chosen];
    const ends = [
      [this.chosen, starts[this.chosen], "start"],
      [this.chosen + 1, starts[this.chosen] + shot.frames, "end"],
    ];
    return ends.map(([boundary, frame, side]) => {
      const handle = document.createElement("span");
      handle.className = `handle ${side}`;
      handle.dataset.handle = side;
      handle.setAttribute("aria-hidden", "true"); // the buttons Earlier and Later do the same
      handle.style.left = `${(frame / fps) * this.px}px`;
      handle.addEventListener("pointerdown", (event) => this.#drag(event, boundary, frame));
      return handle;
    });
  }

  #drag(event, boundary, frame) {
    event.preventDefault();
    event.stopPropagation();
    const from = event.clientX;
    const was = this.store.cut;
    const fps = cuts.rate(was);
    this.player.pause();
    let to = frame;
    const move = ({ clientX }) => {
      const wished = frame + Math.round(((clientX - from) / this.px) * fps);
      const reach = (SNAP_PX / this.px) * fps;
      const beat = cuts.snapped(was, wished, reach);
      if (beat === to) return;
      to = beat;
      this.store.edit("Nudge a cut…", () => cuts.nudge(was, boundary, to - frame));
    };
    const end = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      this.store.last = null; // the next drag is a change of its own
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  }

  #drawTexts(cut) {
    const fps = cuts.rate(cut);
    const blocks = [];
    const add = (kind, place, words, begin, seconds) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: `text-block ${kind}`, textContent: words });
      button.setAttribute("aria-label", `${kind === "text" ? "Text" : "Caption"}: ${words}`);
      Object.assign(button.dataset, { kind, place });
      button.style.left = `${begin * this.px}px`;
      button.style.width = `${Math.max(24, seconds * this.px - 2)}px`;
      button.addEventListener("click", () => this.dispatchEvent(new CustomEvent("words", { detail: { kind, place } })));
      blocks.push(button);
    };
    cut.texts.forEach((text, place) => add("text", place, text.words, text.at / fps, text.frames / fps));
    cut.captions.forEach((line, place) => add("caption", place, line.words.map((word) => word.text).join(" "), line.start_s, line.end_s - line.start_s));
    this.texts.replaceChildren(...blocks);
  }

  /** The song's waveform, and its beats: strong ones where a bar begins. */
  #drawWave(cut, width) {
    const canvas = this.piece("wave");
    const height = 40;
    const scale = Math.min(devicePixelRatio, WAVE_PX_MAX / Math.max(1, width));
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.round(height * scale);
    canvas.style.width = `${width}px`;
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    const ink = (name) => getComputedStyle(this.piece(name)).color;
    const [bar, beatInk] = [ink("ink-bar"), ink("ink-beat")];
    pen.fillStyle = ink("wave");
    const { song } = this;
    if (song && cut.sound) {
      for (let x = 0; x < width; x += 3) {
        const at = (cut.sound.start_s + x / this.px) * song.peaks_a_second;
        const peak = song.peaks[Math.round(at)] ?? 0;
        pen.fillRect(x, height - 8 - peak * 28, 2, peak * 28 + 1);
      }
    }
    const bars = new Set(song && cut.sound ? song.downbeats_s.map((beat) => Math.round((beat - cut.sound.start_s) * 50)) : []);
    for (const beat of cut.beats_s) {
      const isBar = [-1, 0, 1].some((off) => bars.has(Math.round(beat * 50) + off));
      pen.fillStyle = isBar ? bar : beatInk;
      pen.fillRect(beat * this.px - (isBar ? 1 : 0.5), isBar ? 0 : height - 7, isBar ? 2 : 1, isBar ? height : 7);
    }
  }

  #tap(place) {
    const { cut } = this.store;
    const begin = cuts.beginnings(cut)[place] / cuts.rate(cut);
    const end = begin + cut.shots[place].frames / cuts.rate(cut);
    if (this.player.at < begin || this.player.at >= end) this.player.seek(begin + 0.001);
    this.choose(place === this.chosen ? -1 : place);
  }

  /** Scroll to where the player is. */
  follow() {
    if (!this.store.cut) return;
    const left = Math.round(this.player.at * this.px);
    if (Math.abs(this.scroller.scrollLeft - left) > 1) {
      this.expected = left;
      this.scroller.scrollLeft = left;
    }
    this.scroller.setAttribute("aria-valuenow", this.player.at.toFixed(2));
    this.scroller.setAttribute("aria-valuetext", `${this.player.at.toFixed(1)} seconds`);
  }

  #scrolled() {
    const left = this.scroller.scrollLeft;
    if (this.expected !== undefined && Math.abs(left - this.expected) <= 2) return void (this.expected = undefined);
    if (this.player.isPlaying) {
      if (Math.abs(left - this.player.at * this.px) < 40) return; // it follows by itself
      this.player.pause();
    }
    if (Math.abs(left - this.player.at * this.px) > 2) this.player.seek(left / this.px);
  }

  #key(event) {
    if (event.target !== this.scroller || event.ctrlKey || event.metaKey) return;
    const { cut } = this.store;
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (way) {
      event.preventDefault();
      const frame = event.shiftKey ? cuts.beatFrom(cut, this.player.frame, way) : this.player.frame + way;
      this.player.seek(frame / cuts.rate(cut));
    }
    if (event.key === "Home") this.player.seek(0);
    if (event.key === "End") this.player.seek(cuts.lengthOf(cut));
  }
}

function mark(kind) {
  const sign = document.createElement("span");
  sign.className = "transition-mark";
  sign.title = kind;
  return sign;
}
