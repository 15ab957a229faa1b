// Which rung of the ladder to play: no larger than the screen shows, no heavier than the line carries.
const HEADROOM = 0.7; // of the measured line; the rest is for what it does next
const FORGET = 0.3; // how much a new measurement weighs
const REMEMBERED = "filoscope-kbps";
const UNKNOWN_KBPS = 4000;

let kbps = Number(sessionStorage.getItem(REMEMBERED)) || (navigator.connection?.downlink ?? 0) * 1000 || UNKNOWN_KBPS;

/** A measurement: so many kilobits arrived in so many milliseconds. */
export function measured(kilobits, ms) {
  if (kilobits < 500 || ms <= 0) return; // too little to judge a line by
  kbps += FORGET * ((kilobits * 1000) / ms - kbps);
  sessionStorage.setItem(REMEMBERED, Math.round(kbps));
}

/** The line could not keep up: begin the next clips lower. */
export function stalled() {
  kbps *= 0.6;
}

export function rungsOf(card) {
  return card.dataset.rungs
    .split(",")
    .filter(Boolean)
    .map((rung) => rung.split(" "))
    .map(([edge, rate, url]) => ({ edge: Number(edge), kbps: Number(rate), url }))
    .sort((a, b) => a.edge - b.edge);
}

export function choose(rungs, shownEdge) {
  const wanted = shownEdge * devicePixelRatio;
  const line = navigator.connection?.saveData ? 0 : kbps * HEADROOM;
  let chosen = rungs[0];
  for (const rung of rungs) {
    if (rung.kbps > line || chosen.edge >= wanted) break;
    chosen = rung;
  }
  return chosen;
}
