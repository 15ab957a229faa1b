// What is done to a shot, in a corner of its block on the timeline.

import { pathOf } from "./ramps.js";

/** Small signs: its speed or the curve of its ramp, a green screen, that it is made better. */
export function badges(shot) {
  const signs = [];
  if (typeof shot.speed !== "number") signs.push(curve(shot));
  else if (shot.speed !== 1) signs.push(word(`${shot.speed}×`));
  if (shot.key) signs.push(word("key"));
  if (shot.enhance) signs.push(word("better"));
  if (!signs.length) return [];
  const corner = Object.assign(document.createElement("span"), { className: "shot-badges" });
  corner.setAttribute("aria-hidden", "true");
  corner.append(...signs);
  return [corner];
}

const word = (textContent) => Object.assign(document.createElement("b"), { textContent });

function curve(shot) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 28 14");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const last = Math.max(1, shot.frames - 1);
  path.setAttribute("d", pathOf(shot.speed.map((point) => [Math.min(1, point.frame / last), point.speed]), 28, 14, 2));
  drawing.append(path);
  return drawing;
}
