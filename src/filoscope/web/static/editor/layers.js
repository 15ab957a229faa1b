// What lies over the shots, as values: overlays and texts are found, changed, moved in time, removed.
// A part is named by its kind and place: { kind: "overlay" | "text", place: 2 }.

import { beginnings, lengthOf, rate } from "./timeline.js";

const LISTS = { overlay: "overlays", text: "texts" };
export const STICKER = "sticker:";
export const SIZES = { overlay: ["width", 0.04, 2], text: ["size", 0.02, 0.3] }; // field, least, most
const SYNC_S = 0.05;
const SHORTEST_S = 0.2;
const LASTS_S = 3;

const plainOverlay = { start_s: 0, x: 0.5, y: 0.5, width: 0.3, turn_deg: 0, opacity: 1, corner: 0, entrance: "none", exit: "none", key: null, gain_db: null, is_mirrored: false };

export const partOf = (cut, part) => (part ? cut?.[LISTS[part.kind]][part.place] : undefined);
export const framesOf = (cut) => cut.shots.reduce((sum, shot) => sum + shot.frames, 0);

const withList = (cut, kind, change) => ({ ...cut, [LISTS[kind]]: change(cut[LISTS[kind]]) });
export const changed = (cut, { kind, place }, changes) => withList(cut, kind, (list) => list.map((one, at) => (at === place ? { ...one, ...changes } : one)));
export const removed = (cut, { kind, place }) => withList(cut, kind, (list) => list.toSpliced(place, 1));

/** The same part once more, a little aside. */
export function doubled(cut, part) {
  const one = partOf(cut, part);
  return withList(cut, part.kind, (list) => list.toSpliced(part.place + 1, 0, { ...one, x: Math.min(0.95, one.x + 0.06), y: Math.min(0.95, one.y + 0.04) }));
}

/** One place nearer to the viewer, or further away: what comes later in the list lies over the others. */
export function restacked(cut, { kind, place }, way) {
  const target = place + way;
  const list = [...cut[LISTS[kind]]];
  if (!list[target]) return [cut, place];
  [list[place], list[target]] = [list[target], list[place]];
  return [{ ...cut, [LISTS[kind]]: list }, target];
}

/** An overlay from a frame on, for three seconds or what is left. */
export function overlayAt(cut, source, frame, more = {}) {
  const total = framesOf(cut);
  const at = Math.max(0, Math.min(frame, total - Math.round(SHORTEST_S * rate(cut))));
  const frames = Math.min(total - at, Math.round((more.seconds ?? LASTS_S) * rate(cut)));
  const { seconds, ...said } = more;
  return { ...plainOverlay, source, at, frames, ...said };
}

export const withOverlay = (cut, overlay) => ({ ...cut, overlays: [...cut.overlays, overlay] });

/** Where in its take an overlay begins when it is in time with the song; null without a place in it. */
export function dueOf(cut, overlay, take) {
  if (take?.offset_s == null || !cut.sound) return null;
  const due = cut.sound.start_s + overlay.at / rate(cut) - take.offset_s;
  return due >= 0 && due < take.duration_s - SHORTEST_S ? due : null;
}

export function isInTime(cut, overlay, take) {
  const due = dueOf(cut, overlay, take);
  return due !== null && Math.abs(due - overlay.start_s) < SYNC_S;
}

/** A part moved in time; a take that was in time with the song stays so. */
export function movedTo(cut, part, at, take) {
  const one = partOf(cut, part);
  const moved = { ...one, at: Math.max(0, Math.min(Math.round(at), framesOf(cut) - Math.min(one.frames, shortest(cut)))) };
  if (part.kind !== "overlay" || !isInTime(cut, one, take)) return changed(cut, part, moved);
  const due = dueOf(cut, moved, take);
  return due === null ? cut : changed(cut, part, { ...moved, start_s: due });
}

/** A part whose beginning or end is elsewhere; what is shown at each moment stays. */
export function trimmed(cut, part, side, frame) {
  const one = partOf(cut, part);
  const least = shortest(cut);
  if (side === "end") return changed(cut, part, { frames: Math.max(least, Math.round(frame) - one.at) });
  const isClip = part.kind === "overlay" && one.source.startsWith("take:");
  const earliest = isClip ? Math.ceil(one.at - one.start_s * rate(cut)) : 0;
  const at = Math.max(0, earliest, Math.min(Math.round(frame), one.at + one.frames - least));
  const changes = { at, frames: one.frames + one.at - at };
  return changed(cut, part, isClip ? { ...changes, start_s: Math.max(0, one.start_s + (at - one.at) / rate(cut)) } : changes);
}

const shortest = (cut) => Math.round(SHORTEST_S * rate(cut));

/** An overlay after the head of the cut was trimmed by some frames. */
export function laidLater(overlay, by, fps) {
  const hidden = Math.max(0, by - overlay.at);
  const isClip = overlay.source.startsWith("take:");
  return { ...overlay, at: Math.max(0, overlay.at - by), frames: Math.max(1, overlay.frames - hidden), start_s: overlay.start_s + (isClip ? hidden / fps : 0) };
}

/** A cut in which nothing is laid over or behind it from a take that is out. */
export function freed(cut, source) {
  const shots = cut.shots.map((shot) => (shot.key?.behind === source ? { ...shot, key: { ...shot.key, behind: null, behind_start_s: 0 } } : shot));
  return { ...cut, shots, overlays: cut.overlays.filter((overlay) => overlay.source !== source) };
}

export const uses = (cut, source) => cut.overlays.some((one) => one.source === source) || cut.shots.some((shot) => shot.source === source || shot.key?.behind === source);

/** The nearest beat, cut, or moment of the player, in frames, if it is near enough. */
export function snappedTo(cut, frame, reach, now) {
  const beats = cut.beats_s.map((beat) => beat * rate(cut));
  const marks = [now, 0, ...beginnings(cut), framesOf(cut), ...beats];
  const best = marks.reduce((found, mark) => (Math.abs(mark - frame) < Math.abs(found - frame) ? mark : found), Infinity);
  return Math.abs(best - frame) <= reach ? Math.round(best) : frame;
}

/** In which row each overlay lies so that none covers another. */
export function rowsOf(overlays) {
  const ends = [];
  return overlays.map(({ at, frames }) => {
    const free = ends.findIndex((end) => end <= at);
    const row = free === -1 ? ends.length : free;
    ends[row] = at + frames;
    return row;
  });
}

/** What a part is called aloud. */
export function nameOf(cut, part, takes) {
  const one = partOf(cut, part);
  if (part.kind === "text") return `Text ${one.words}`;
  if (one.source.startsWith(STICKER)) return `Sticker ${one.source.slice(STICKER.length).replaceAll("-", " ")}`;
  return `Picture of take ${takes.findIndex((take) => `take:${take.slug}` === one.source) + 1}`;
}

export const lengthWords = (cut, part) => {
  const one = partOf(cut, part);
  const fps = rate(cut);
  return `${(one.at / fps).toFixed(1)} to ${Math.min(lengthOf(cut), (one.at + one.frames) / fps).toFixed(1)} s`;
};
