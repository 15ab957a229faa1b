// What is done to one shot, and to how all of them look: the toolbar over the timeline and two panels.

import * as cuts from "./timeline.js";
import { listTakes } from "./takes.js";

export function wireShots(root, { store, player, strip, panels, announce }) {
  const tools = root.querySelector("[data-shot-tools]");
  const form = root.querySelector("[data-shot-form]");
  const chosen = () => (strip.chosen >= 0 ? strip.chosen : cuts.shotAt(store.cut, player.frame));

  const acts = {
    split: () => store.edit("Split a shot", (cut) => cuts.split(cut, player.frame)),
    earlier: () => nudge(-1),
    later: () => nudge(1),
    swap: () => (strip.choose(chosen()), panels.open("swap")),
    shot: () => (strip.choose(chosen()), panels.open("shot")),
    remove: () => {
      if (store.cut.shots.length === 1) return announce("The last shot stays.");
      store.edit("Remove a shot", (cut) => cuts.remove(cut, chosen(), store.takes));
      strip.choose(-1);
    },
    "move-left": () => reorder("before"),
    "move-right": () => reorder("after"),
  };

  /** Move the cut where the chosen shot begins to the next beat; without beats, by a frame. */
  function nudge(way, isFine = false) {
    const { cut } = store;
    const place = chosen();
    strip.choose(place);
    const frame = cuts.beginnings(cut)[place];
    const boundary = place === 0 && cut.shots.length > 1 ? 1 : place;
    const from = boundary === place ? frame : cuts.beginnings(cut)[boundary];
    const to = isFine || !cut.beats_s.length ? from + way : cuts.beatFrom(cut, from, way);
    store.edit("Nudge a cut", () => cuts.nudge(cut, boundary, to - from));
    const moved = cuts.beginnings(store.cut)[boundary];
    player.seek(moved / cuts.rate(cut));
    announce(moved === from ? "The cut cannot go further." : `The cut is at ${(moved / cuts.rate(cut)).toFixed(2)} seconds.`);
  }

  function reorder(way) {
    const place = chosen();
    const target = place + (way === "before" ? -1 : 1);
    if (target < 0 || target >= store.cut.shots.length) return;
    store.edit("Move a shot", (cut) => cuts.move(cut, place, way, store.takes));
    strip.choose(target);
    announce(`The shot is number ${target + 1} now.`);
  }

  root.addEventListener("click", (event) => {
    const name = event.target.closest("[data-do]")?.dataset.do;
    if (name && store.cut) acts[name]();
  });
  tools.addEventListener("click", (event) => {
    const zoom = event.target.closest("[data-zoom]");
    if (zoom) strip.enlarge(Number(zoom.dataset.zoom));
  });

  form.addEventListener("input", ({ target }) => {
    const place = chosen();
    if (target.name === "transition") store.edit("Transition", (cut) => cuts.setTransition(cut, place, target.value));
    if (target.name === "speed") store.edit("Speed", (cut) => cuts.change(cut, place, { speed: Number(target.value) }));
    if (target.name === "framing" && target.value !== "as-cut") store.edit("Framing", (cut) => cuts.change(cut, place, { framing: target.value }));
    if (target.name === "own") store.edit("Own sound", (cut) => cuts.change(cut, place, { gain_db: target.checked ? 0 : null }));
    if (target.name === "mirror") store.edit("Mirror", (cut) => cuts.change(cut, place, { is_mirrored: target.checked }));
    if (target.name === "slip") store.edit("Slip a shot…", (cut) => cuts.slip(cut, place, Number(target.value)));
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  const show = () => {
    if (!store.cut) return;
    tools.querySelector("[data-do=remove]").disabled = store.cut.shots.length === 1;
    if (panels.name === "swap") showSwap();
    if (panels.name !== "shot") return;
    const place = chosen();
    const shot = store.cut.shots[place];
    const take = store.draft.takes.find((one) => `take:${one.slug}` === shot.source);
    root.querySelector("#shot-title").textContent = `Shot ${place + 1}`;
    check(form.elements.transition, shot.transition?.kind ?? "cut");
    check(form.elements.speed, String(cuts.speedOf(shot)));
    const isBox = typeof shot.framing === "object"; // a part of the picture, chosen by the arranger
    form.querySelector("[data-as-cut]").hidden = !isBox;
    check(form.elements.framing, isBox ? "as-cut" : shot.framing);
    form.own.checked = shot.gain_db !== null;
    form.own.disabled = !take?.has_sound;
    form.mirror.checked = shot.is_mirrored;
    form.slip.max = Math.max(0.1, (take?.duration_s ?? 0) - shot.frames / cuts.rate(store.cut));
    form.slip.value = shot.start_s;
    form.querySelector("[data-slip-words]").textContent = `${shot.start_s.toFixed(2)} s`;
  };

  const showSwap = () =>
    listTakes(root.querySelector("[data-swap-takes]"), store.ready, [], [
      ["Show this", (take) => {
        store.edit("Swap a take", (cut) => cuts.swap(cut, chosen(), take));
        panels.close();
      }, (take) => store.cut.shots[chosen()].source !== `take:${take.slug}`],
    ]);

  return { show, nudge, act: (name) => store.cut && acts[name]() };
}

export function wireLook(root, { store, player, strip }) {
  const form = root.querySelector("[data-look-form]");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    const name = form.elements.look.value;
    const look = name ? { name, strength: Number(form.strength.value) / 100 } : null;
    const place = form.elements.whom.value === "one" ? (strip.chosen >= 0 ? strip.chosen : cuts.shotAt(store.cut, player.frame)) : null;
    form.querySelector("[data-look-words]").textContent = `${form.strength.value} %`;
    store.edit("Look…", (cut) => cuts.setLook(cut, look, place));
  });
  return () => {
    if (!store.cut) return;
    const { look } = store.cut.shots[Math.max(0, strip.chosen)];
    check(form.elements.look, look?.name ?? "");
    if (look) form.strength.value = Math.round(look.strength * 100);
    form.querySelector("[data-look-words]").textContent = `${form.strength.value} %`;
  };
}

export function wireCover(root, { store, player }) {
  const range = root.querySelector("[data-cover-at]");
  range.addEventListener("input", () => {
    player.seek(Number(range.value));
    store.change("Cover…", (doc) => ({ ...doc, cover_s: Number(range.value) }));
  });
  root.querySelector("[data-cover-auto]").addEventListener("click", () => store.change("Cover", (doc) => ({ ...doc, cover_s: null })));
  return () => {
    if (!store.cut) return;
    range.max = Math.max(0.1, cuts.lengthOf(store.cut) - 0.1).toFixed(1);
    if (store.doc.cover_s !== null) range.value = store.doc.cover_s;
    root.querySelector("[data-cover-words]").textContent = store.doc.cover_s === null ? "chosen by itself" : `${store.doc.cover_s.toFixed(1)} s`;
  };
}

function check(radios, value) {
  for (const radio of radios ?? []) radio.checked = radio.value === value;
}
