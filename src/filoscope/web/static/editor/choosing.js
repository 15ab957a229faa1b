// What the tools of a shot share: which shot they are about, and whom a change is for.

import { shotAt } from "./timeline.js";

/** The chosen shot, else the one that is shown. */
export const chosenShot = ({ strip, store, player }) => (strip.chosen >= 0 && strip.chosen < store.cut.shots.length ? strip.chosen : shotAt(store.cut, player.frame));

/** Change one shot, or all shots of its take; `change` is given a shot. */
export function changeShots(cut, place, isForAll, change) {
  const { source } = cut.shots[place];
  return { ...cut, shots: cut.shots.map((shot, at) => (at === place || (isForAll && shot.source === source) ? change(shot) : shot)) };
}

export const takeOf = (store, source) => store.draft.takes.find((take) => `take:${take.slug}` === source);

/** A row of takes to choose one from. */
export function takeButtons(takes, run, chosen) {
  return takes.map((take, place) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "take-choice" });
    button.dataset.take = take.slug;
    button.setAttribute("aria-label", `Take ${place + 1}, ${take.duration_s.toFixed(1)} seconds`);
    button.setAttribute("aria-pressed", String(`take:${take.slug}` === chosen));
    const words = Object.assign(document.createElement("span"), { textContent: `Take ${place + 1}` });
    button.append(Object.assign(document.createElement("img"), { src: take.poster_url, alt: "" }), words);
    button.addEventListener("click", () => run(take));
    return button;
  });
}
