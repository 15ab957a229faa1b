// Speed ramps: presets as curves over the share of a shot, and how one is laid on a shot.

import { areaTo, rising } from "./pace.js";

export const SPEED_MIN = 0.1; // slower, nobody sees it move
export const SPEED_MAX = 8; // as fast as browsers play; a render could go further
const POINTS = 5; // of a curve drawn by hand

/** Name, and [share of the shot, speed] in turn. */
export const RAMPS = [
  ["Into slow", [[0, 2.2], [0.35, 1.8], [0.6, 0.4], [1, 0.35]]],
  ["Out of slow", [[0, 0.35], [0.4, 0.4], [0.65, 1.8], [1, 2.2]]],
  ["Hero", [[0, 2.5], [0.28, 2.2], [0.42, 0.3], [0.62, 0.3], [0.76, 2.2], [1, 2.5]]],
  ["Bullet", [[0, 3.2], [0.3, 3], [0.38, 0.2], [0.66, 0.2], [0.74, 3], [1, 3.2]]],
  ["Montage", [[0, 0.7], [0.22, 2.6], [0.38, 0.5], [0.6, 2.6], [0.76, 0.5], [1, 1.4]]],
  ["Rush in", [[0, 4], [0.25, 3], [0.5, 1], [1, 1]]],
  ["Rush out", [[0, 1], [0.5, 1], [0.75, 3], [1, 4]]],
  ["Pulse", [[0, 1.6], [0.25, 0.6], [0.5, 1.6], [0.75, 0.6], [1, 1.6]]],
];

/** A curve as SpeedPoints of a shot of so many frames. */
export function laid(curve, frames) {
  return rising(curve.map(([share, speed]) => ({ frame: Math.round(share * Math.max(1, frames - 1)), speed: clamp(speed) })));
}

/** The curve of a shot, to draw it by hand: evenly spread points. */
export function curveOf(shot, speedAt) {
  return Array.from({ length: POINTS }, (_, place) => {
    const share = place / (POINTS - 1);
    return [share, speedAt(shot, share * (shot.frames - 1))];
  });
}

/**
 * A shot at another speed. What it shows in its middle stays there, so that a moment is slowed down
 * and not lost; where the take is too short for so much, it begins earlier, then runs slower.
 */
export function paced(shot, speed, fps, duration_s = Infinity) {
  const middle = shot.start_s + areaTo(shot, shot.frames / 2) / fps;
  let made = { ...shot, speed };
  const needs = areaTo(made, shot.frames) / fps;
  if (needs > duration_s) made = { ...made, speed: slower(speed, duration_s / needs) };
  const used = areaTo(made, shot.frames) / fps;
  const begin = middle - areaTo(made, shot.frames / 2) / fps;
  return { ...made, start_s: Math.max(0, Math.min(begin, duration_s - used)) };
}

const slower = (speed, share) =>
  typeof speed === "number" ? Math.max(SPEED_MIN, speed * share) : speed.map((point) => ({ ...point, speed: Math.max(0.05, point.speed * share) }));

export const clamp = (speed) => Math.min(SPEED_MAX, Math.max(SPEED_MIN, speed));

/** Where a speed lies on a scale on which twice as fast is as far up as half is down: 0 to 1. */
export const heightOf = (speed) => Math.log(clamp(speed) / SPEED_MIN) / Math.log(SPEED_MAX / SPEED_MIN);
export const speedOfHeight = (height) => SPEED_MIN * (SPEED_MAX / SPEED_MIN) ** Math.min(1, Math.max(0, height));

/** A curve as the path of an SVG of a size, eased as the eye expects it. */
export function pathOf(curve, width, height, pad = 3) {
  const places = curve.map(([share, speed]) => [pad + share * (width - 2 * pad), height - pad - heightOf(speed) * (height - 2 * pad)]);
  return places.map(([x, y], place) => `${place ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}
