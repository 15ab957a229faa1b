// Which moment of its take a shot shows: the clock of the renderer, in the browser.
//
//   momentOf({ start_s: 2, speed: 0.5 }, 1, 30);   // 2.5: a second into the shot, at half speed

/** Speed as points: [{frame, speed}], one for a constant one. */
export const pointsOf = (shot) => (typeof shot.speed === "number" ? [{ frame: 0, speed: shot.speed }] : shot.speed);

/** Seconds of the take for each second of the timeline, at a frame of the shot. */
export function speedAt(shot, frame) {
  const points = pointsOf(shot);
  const next = points.findIndex((point) => point.frame > frame);
  if (next === -1) return points.at(-1).speed;
  if (next === 0) return points[0].speed;
  const [from, to] = [points[next - 1], points[next]];
  return from.speed + ((to.speed - from.speed) * (frame - from.frame)) / (to.frame - from.frame);
}

/** Frames of the take, at the timeline's rate, that have gone by until a frame of the shot. */
export function areaTo(shot, frame) {
  const points = pointsOf(shot);
  let area = Math.min(frame, points[0].frame) * points[0].speed;
  points.forEach((point, place) => {
    if (frame <= point.frame) return;
    const end = Math.min(frame, points[place + 1]?.frame ?? Infinity);
    area += ((end - point.frame) * (point.speed + speedAt(shot, end))) / 2;
  });
  return area;
}

/** The moment of the take, in seconds, that is shown `into` seconds after the shot begins. */
export function momentOf(shot, into, fps) {
  return shot.start_s + (areaTo(shot, into * fps) / fps) * (1 + (shot.drift_ppm ?? 0) * 1e-6);
}

/** A ramp for a shot that has become longer or shorter: the same curve over all of it. */
export function stretched(speed, frames, was) {
  if (typeof speed === "number" || frames === was) return speed;
  return rising(speed.map((point) => ({ ...point, frame: Math.round((point.frame * (frames - 1)) / Math.max(1, was - 1)) })));
}

/** The ramp of each part of a shot that is cut in two. */
export function parted(shot, frame) {
  if (typeof shot.speed === "number") return [shot.speed, shot.speed];
  const here = { frame, speed: speedAt(shot, frame) };
  const first = [...shot.speed.filter((point) => point.frame < frame), here];
  const second = [here, ...shot.speed.filter((point) => point.frame > frame)].map((point) => ({ ...point, frame: point.frame - frame }));
  return [first, second].map((points) => (points.length > 1 ? points : points[0].speed));
}

/** Points whose frames rise: of two on one frame the later counts. */
export function rising(points) {
  const kept = points.filter((point, place) => place === points.length - 1 || point.frame < points[place + 1].frame);
  return kept.length > 1 ? kept : kept[0].speed;
}
