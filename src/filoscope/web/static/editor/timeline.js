// A cut as a value, and what can be done to it. Every function answers a new timeline.
//
// Lengths are whole frames, places in a take are seconds. A take that lies in the song (`offset_s`) is
// shown where the song is: whatever is moved, such a shot stays in sync.

import { framingFor, moveOver, PHOTO_S } from "./photos.js";
import { freed, laidLater } from "./layers.js";
import { areaTo, parted, stretched } from "./pace.js";

export const FPS = 30;
const SHORTEST = 6; // frames: a fifth of a second, under which nobody sees what it shows
const SYNC_S = 0.05;
const DIRECTIONS = { before: -1, after: 1 };

export const rate = (cut) => {
  const [over, under = 1] = String(cut.fps).split("/").map(Number);
  return over / under;
};
export const sum = (shots) => shots.reduce((total, shot) => total + shot.frames, 0);
export const lengthOf = (cut) => sum(cut.shots) / rate(cut);

/** The first frame of each shot. */
export function beginnings(cut) {
  let at = 0;
  return cut.shots.map((shot) => (at += shot.frames) - shot.frames);
}

/** Which shot shows a frame. */
export function shotAt(cut, frame) {
  const starts = beginnings(cut);
  return Math.max(0, starts.findLastIndex((start) => start <= frame));
}

export const speedOf = (shot) =>
  typeof shot.speed === "number" ? shot.speed : shot.speed.reduce((total, point) => total + point.speed, 0) / shot.speed.length;

const takeOf = (shot, takes) => takes.find((take) => `take:${take.slug}` === shot.source);

/** Where in its take a shot begins if it is in sync at a frame of the timeline; null without a place. */
function inSync(cut, shot, frame, takes) {
  const take = takeOf(shot, takes);
  if (take?.offset_s == null || !cut.sound || shot.speed !== 1) return null;
  return cut.sound.start_s + frame / rate(cut) - take.offset_s;
}

/** Keep in sync what was, after `change` has moved shots about. */
function keepingSync(cut, takes, change) {
  const starts = beginnings(cut);
  const synced = new Set();
  cut.shots.forEach((shot, place) => {
    const due = inSync(cut, shot, starts[place], takes);
    if (due !== null && Math.abs(due - shot.start_s) < SYNC_S) synced.add(shot);
  });
  const changed = change(cut);
  const after = beginnings(changed);
  return {
    ...changed,
    shots: changed.shots.map((shot, place) => {
      if (!synced.has(shot)) return shot;
      const due = inSync(changed, shot, after[place], takes);
      return { ...shot, start_s: Math.max(0, due) };
    }),
  };
}

const withShot = (cut, place, changes) => ({
  ...cut,
  shots: cut.shots.map((shot, at) => (at === place ? { ...shot, speed: stretched(shot.speed, changes.frames ?? shot.frames, shot.frames), ...changes } : shot)),
});

/** Fewest frames of a shot: room for the transitions at both its ends. */
function fewest(cut, place) {
  const into = cut.shots[place].transition?.frames ?? 0;
  const out = cut.shots[place + 1]?.transition?.frames ?? 0;
  return Math.max(SHORTEST, into - Math.floor(into / 2) + Math.floor(out / 2));
}

/** Move the cut before a shot by some frames; at 0 its beginning is trimmed, at the end the last shot. */
export function nudge(cut, place, frames) {
  if (place === 0) return trimHead(cut, frames);
  const before = cut.shots[place - 1];
  if (place === cut.shots.length) {
    const room = Math.max(frames, fewest(cut, place - 1) - before.frames);
    return withShot(cut, place - 1, { frames: before.frames + room });
  }
  const shot = cut.shots[place];
  const speed = speedOf(shot);
  const earliest = Math.max(fewest(cut, place - 1) - before.frames, -Math.floor((shot.start_s * rate(cut)) / speed));
  const by = Math.min(Math.max(frames, earliest), shot.frames - fewest(cut, place));
  const moved = withShot(cut, place - 1, { frames: before.frames + by });
  return withShot(moved, place, { frames: shot.frames - by, start_s: shot.start_s + (by / rate(cut)) * speed });
}

function trimHead(cut, frames) {
  const shot = cut.shots[0];
  const back = cut.sound ? Math.min(shot.start_s / speedOf(shot), cut.sound.start_s) : shot.start_s / speedOf(shot);
  const by = Math.min(Math.max(frames, -Math.floor(back * rate(cut))), shot.frames - fewest(cut, 0));
  const seconds = by / rate(cut);
  const cutShot = withShot(cut, 0, { frames: shot.frames - by, start_s: shot.start_s + seconds * speedOf(shot) });
  const later = (part) => ({ ...part, at: Math.max(0, part.at - by) });
  return {
    ...cutShot,
    sound: cut.sound && { ...cut.sound, start_s: cut.sound.start_s + seconds },
    beats_s: cut.beats_s.map((beat) => beat - seconds).filter((beat) => beat >= 0),
    texts: cut.texts.map(later),
    voices: (cut.voices ?? []).map(later),
    overlays: cut.overlays.map((overlay) => laidLater(overlay, by, rate(cut))),
    captions: cut.captions.filter((line) => line.end_s > seconds).map((line) => shifted(line, -seconds)),
  };
}

function shifted(line, by) {
  const move = (time) => Math.max(0, time + by);
  const words = line.words.map((word) => ({ ...word, start_s: move(word.start_s), end_s: Math.max(move(word.end_s), move(word.start_s) + 0.01) }));
  return { ...line, start_s: move(line.start_s), end_s: move(line.end_s), words };
}

/** Cut a shot in two at a frame of the timeline. */
export function split(cut, frame) {
  const place = shotAt(cut, frame);
  const shot = cut.shots[place];
  const into = frame - beginnings(cut)[place];
  if (into < SHORTEST || shot.frames - into < SHORTEST) return cut;
  const [slow, fast] = parted(shot, into);
  const first = { ...shot, frames: into, speed: slow };
  const second = { ...shot, frames: shot.frames - into, speed: fast, start_s: shot.start_s + areaTo(shot, into) / rate(cut), transition: null };
  return { ...cut, shots: cut.shots.toSpliced(place, 1, first, second) };
}

export function remove(cut, place, takes) {
  if (cut.shots.length === 1) return cut;
  return keepingSync(cut, takes, (was) => bare({ ...was, shots: was.shots.toSpliced(place, 1) }));
}

export function move(cut, place, way, takes) {
  const target = place + DIRECTIONS[way];
  if (target < 0 || target >= cut.shots.length) return cut;
  return keepingSync(cut, takes, (was) => {
    const shots = [...was.shots];
    [shots[place], shots[target]] = [shots[target], shots[place]];
    return bare({ ...was, shots });
  });
}

/** Take away transitions for which a move has left no room. */
function bare(cut) {
  const shots = cut.shots.map((shot) => shot);
  shots.forEach((shot, place) => {
    const into = shot.transition?.frames ?? 0;
    const out = shots[place + 1]?.transition?.frames ?? 0;
    if (into && shot.frames < into - Math.floor(into / 2) + Math.floor(out / 2)) shots[place] = { ...shot, transition: null };
  });
  return { ...cut, shots };
}

/** Show another take in a shot: where the song is, or from `start_s`. */
export function swap(cut, place, take) {
  const shot = { ...cut.shots[place], source: `take:${take.slug}`, speed: 1, drift_ppm: 0, is_mirrored: false, key: null, enhance: null };
  const due = inSync(cut, shot, beginnings(cut)[place], [take]);
  const last = Math.max(0, take.duration_s - shot.frames / rate(cut));
  const start = due !== null && due >= 0 && due <= last + SYNC_S ? due : Math.min(cut.shots[place].start_s, last);
  return withShot(cut, place, { ...shot, start_s: start, framing: framingFor(take, shot.framing, cut) });
}

export const slip = (cut, place, start_s) => withShot(cut, place, { start_s: Math.max(0, start_s) });
export const change = (cut, place, changes) => withShot(cut, place, changes);

export function setTransition(cut, place, kind) {
  if (kind === "cut") return withShot(cut, place, { transition: null });
  const shot = cut.shots[place];
  const before = cut.shots[place - 1]?.frames ?? Infinity;
  const frames = Math.min(kind === "crossfade" ? 12 : 8, Math.floor(Math.min(shot.frames, before) / 2));
  return frames < 2 ? cut : withShot(cut, place, { transition: { kind, frames } });
}

export const setLook = (cut, look, place = null) => ({
  ...cut,
  shots: cut.shots.map((shot, at) => (place === null || at === place ? { ...shot, look } : shot)),
});

/** A cut without an arranger: takes end to end, each from its beginning. */
export function lineUp(takes, sound, seconds) {
  const shots = [];
  let frames = Math.round(seconds * FPS);
  for (const take of takes) {
    const isPhoto = take.kind === "photo";
    const own = Math.min(frames, Math.floor((isPhoto ? PHOTO_S : take.duration_s) * FPS));
    if (own < SHORTEST) continue;
    shots.push({ source: `take:${take.slug}`, start_s: 0, frames: own, gain_db: sound || isPhoto ? null : 0, framing: isPhoto ? moveOver(take, { width: 1080, height: 1920 }) : "fill" });
    frames -= own;
  }
  const begin = Math.max(0, takes[0]?.offset_s ?? 0);
  const track = sound && { source: `sound:${sound.slug}`, start_s: begin, fade_out_s: 0.5 };
  return whole({ width: 1080, height: 1920, fps: "30", sound: track, shots });
}

/** Fill in what is not said, as the server does. */
export function whole(cut) {
  const shot = { speed: 1, drift_ppm: 0, framing: "fill", look: null, transition: null, gain_db: null, sound_effect: null, key: null, enhance: null, is_mirrored: false };
  const empty = { overlays: [], texts: [], captions: [], voices: [], beats_s: [], style: "", seed: 0, score: null, reasons: [] };
  return { ...empty, ...cut, shots: cut.shots.map((one) => ({ ...shot, ...one })) };
}

/** Out with a take: what it showed is shown by others, or goes. */
export function without(was, slug, left) {
  const cut = freed(was, `take:${slug}`);
  if (!cut.shots.some((shot) => shot.source === `take:${slug}`)) return cut;
  if (!left.length) return null;
  let result = cut;
  cut.shots.forEach((shot, place) => {
    if (shot.source === `take:${slug}`) result = swap(result, place, left[place % left.length]);
  });
  return result;
}

/** The frame of the nearest beat, if it is near enough; else the frame itself. */
export function snapped(cut, frame, reach) {
  const fps = rate(cut);
  let best = frame;
  let away = reach;
  for (const beat of cut.beats_s) {
    const off = Math.abs(beat * fps - frame);
    if (off <= away) [best, away] = [Math.round(beat * fps), off];
  }
  return best;
}

/** The next beat from a frame on, forwards or back. */
export function beatFrom(cut, frame, way) {
  const beats = cut.beats_s.map((beat) => Math.round(beat * rate(cut)));
  const found = way > 0 ? beats.find((beat) => beat > frame) : beats.findLast((beat) => beat < frame);
  return found ?? frame + way * Math.round(rate(cut) / 2);
}

/** A typed line as a caption whose words are spread by their lengths. */
export function captionOf(line, start_s, end_s) {
  const words = line.trim().split(/\s+/);
  const letters = words.reduce((total, word) => total + word.length + 1, 0);
  let at = start_s;
  return {
    start_s,
    end_s,
    words: words.map((text) => {
      const begin = at;
      at += ((text.length + 1) / letters) * (end_s - start_s);
      return { text, start_s: begin, end_s: at };
    }),
  };
}
