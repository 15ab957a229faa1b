// Voices below the shots: chosen by a tap, moved by dragging, trimmed at their ends; by keys too.

import { beatFrom, lengthOf, rate, snapped } from "./timeline.js";

const SNAP_PX = 9;
const TAP_PX = 5; // what moves less was a tap

export class VoiceLane extends EventTarget {
  constructor(root, { store, player, strip, panels, mixer, announce }) {
    super();
    Object.assign(this, { store, player, strip, panels, mixer, announce, chosen: -1 });
    this.root = root.querySelector("[data-strip]");
    this.row = Object.assign(document.createElement("div"), { className: "voices-row" });
    this.row.setAttribute("role", "group");
    this.row.setAttribute("aria-label", "Voices");
    this.root.querySelector("[data-lane]").append(this.row);
    strip.addEventListener("drawn", () => this.draw());
    mixer.addEventListener("loaded", () => this.draw());
  }

  choose(place) {
    this.chosen = place;
    this.draw();
    this.dispatchEvent(new Event("chosen"));
  }

  draw() {
    const voices = this.store.cut?.voices ?? [];
    if (this.chosen >= voices.length) this.chosen = -1;
    this.root.classList.toggle("has-voices", voices.length > 0);
    if (this.isDragging) return this.#place();
    const hadFocus = document.activeElement?.dataset.voice;
    this.row.replaceChildren(...voices.map((voice, place) => this.#block(voice, place)));
    this.#place();
    if (hadFocus !== undefined) this.row.querySelector(`[data-voice="${hadFocus}"]`)?.focus({ preventScroll: true });
  }

  #block(voice, place) {
    const fps = rate(this.store.cut);
    const block = Object.assign(document.createElement("button"), { type: "button", className: "voice-block" });
    block.dataset.voice = place;
    block.setAttribute("aria-pressed", String(place === this.chosen));
    block.setAttribute("aria-label", `Voice ${place + 1}: ${(voice.frames / fps).toFixed(1)} seconds from ${(voice.at / fps).toFixed(1)}. Arrows move it, Shift by a beat.`);
    const wave = document.createElement("canvas");
    block.append(wave, Object.assign(document.createElement("span"), { textContent: `Voice ${place + 1}` }));
    for (const side of place === this.chosen ? ["start", "end"] : []) {
      const handle = Object.assign(document.createElement("i"), { className: `voice-handle ${side}` });
      handle.addEventListener("pointerdown", (event) => this.#drag(event, place, side));
      block.append(handle);
    }
    block.addEventListener("pointerdown", (event) => this.#drag(event, place, "whole"));
    block.addEventListener("click", () => this.hasMoved || this.choose(place === this.chosen ? -1 : place));
    block.addEventListener("keydown", (event) => this.#key(event, place));
    return block;
  }

  #place() {
    const { cut } = this.store;
    const voices = cut?.voices ?? [];
    voices.forEach((voice, place) => {
      const block = this.row.children[place];
      if (!block) return;
      const fps = rate(cut);
      const width = Math.max(12, (voice.frames / fps) * this.strip.px - 1);
      Object.assign(block.style, { left: `${(voice.at / fps) * this.strip.px}px`, width: `${width}px` });
      drawWave(block.querySelector("canvas"), this.mixer.sound(voice.source), voice.start_s, voice.frames / fps, width);
    });
  }

  #drag(event, place, part) {
    event.stopPropagation();
    if (part !== "whole") event.preventDefault();
    const { store, strip } = this;
    const was = store.cut;
    const from = event.clientX;
    const fps = rate(was);
    this.hasMoved = false;
    const move = ({ clientX }) => {
      const pixels = clientX - from;
      if (!this.hasMoved && Math.abs(pixels) < TAP_PX) return;
      if (!this.hasMoved && part === "whole" && place !== this.chosen) return; // an unchosen one is scrolled past
      this.hasMoved = this.isDragging = true;
      this.player.pause();
      this.#change(place, was, part, Math.round((pixels / strip.px) * fps), (SNAP_PX / strip.px) * fps);
    };
    const end = () => {
      for (const name of ["pointermove", "pointerup", "pointercancel"]) removeEventListener(name, name === "pointermove" ? move : end);
      this.isDragging = false;
      store.last = null; // the next drag is a change of its own
      if (this.hasMoved) this.draw();
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  }

  #change(place, was, part, frames, reach) {
    const voice = was.voices[place];
    const changes = { whole: moved, start: trimmed, end: shortened }[part](was, voice, frames, reach, this.mixer.sound(voice.source));
    this.store.edit(part === "whole" ? "Move a voice…" : "Trim a voice…", (cut) => ({ ...cut, voices: cut.voices.map((one, at) => (at === place ? { ...one, ...changes } : one)) }));
  }

  #key(event, place) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const { cut } = this.store;
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      event.stopPropagation();
      this.chosen = place;
      this.remove();
    }
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const { at } = cut.voices[place];
    this.#change(place, cut, "whole", (event.shiftKey ? beatFrom(cut, at, way) : at + way) - at, 0);
  }

  remove() {
    const place = this.chosen;
    this.store.edit("Remove a voice", (cut) => ({ ...cut, voices: cut.voices.toSpliced(place, 1) }));
    this.choose(-1);
    this.announce("The voice is gone. Undo brings it back.");
  }
}

/** A cut without what is heard of a take. */
export const withoutVoice = (cut, slug) => ((cut.voices ?? []).some((voice) => voice.source === `take:${slug}`) ? { ...cut, voices: cut.voices.filter((voice) => voice.source !== `take:${slug}`) } : cut);

function moved(cut, voice, frames, reach) {
  const total = Math.round(lengthOf(cut) * rate(cut));
  const at = Math.max(0, Math.min(total - 1, snapped(cut, voice.at + frames, reach)));
  return { at };
}

function trimmed(cut, voice, frames, reach) {
  const fps = rate(cut);
  const earliest = Math.max(-voice.at, -Math.floor(voice.start_s * fps));
  const by = Math.max(earliest, Math.min(voice.frames - 3, snapped(cut, voice.at + frames, reach) - voice.at));
  return { at: voice.at + by, frames: voice.frames - by, start_s: voice.start_s + by / fps };
}

function shortened(cut, voice, frames, reach, buffer) {
  const fps = rate(cut);
  const end = snapped(cut, voice.at + voice.frames + frames, reach);
  const most = buffer ? Math.floor((buffer.duration - voice.start_s) * fps) : voice.frames;
  return { frames: Math.max(3, Math.min(most, end - voice.at, Math.round(lengthOf(cut) * fps) - voice.at)) };
}

/** The loudest sample of each column of a stretch of sound. */
export function drawWave(canvas, buffer, start_s, seconds, width, height = 28) {
  const wide = Math.max(1, Math.round(Math.min(width, 8000)));
  Object.assign(canvas, { width: wide, height });
  if (!buffer) return;
  const pen = canvas.getContext("2d");
  pen.fillStyle = getComputedStyle(canvas).color;
  const samples = buffer.getChannelData(0);
  const step = (seconds * buffer.sampleRate) / wide;
  for (let x = 0; x < wide; x += 1) {
    let most = 0;
    const first = Math.round(start_s * buffer.sampleRate + x * step);
    for (let at = first; at < first + step; at += Math.max(1, Math.floor(step / 40))) most = Math.max(most, Math.abs(samples[at] ?? 0));
    const high = Math.max(1, Math.min(1, most * 1.4) * height);
    pen.fillRect(x, (height - high) / 2, 1, high);
  }
}
