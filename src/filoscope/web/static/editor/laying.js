// Panels of what lies over the shots: stickers and takes to choose from, and all about the chosen one.

import { takeButtons, takeOf } from "./choosing.js";
import * as layers from "./layers.js";
import { rate } from "./timeline.js";

const STICKER_WIDTH = 0.32;
const PICTURE = { width: 0.42, x: 0.73, y: 0.2, corner: 0.12, entrance: "pop", exit: "fade" };

export function wireLaying(root, tools, touch, overlays) {
  const { store, panels, player, announce } = tools;
  const grid = root.querySelector("[data-stickers]");
  const panel = root.querySelector("[data-panel=layer]");
  const form = panel.querySelector("[data-layer-form]");
  const take = (one) => takeOf(store, one.source);

  const add = (name, overlay) => {
    store.edit(name, (cut) => layers.withOverlay(cut, overlay));
    const part = { kind: "overlay", place: store.cut.overlays.length - 1 };
    panels.close();
    touch.choose(part);
    announce(`${layers.nameOf(store.cut, part, store.draft.takes)} is on the picture. Arrow keys move it.`);
    touch.root.querySelector(".chosen .grip-body")?.focus({ preventScroll: true });
  };

  grid.addEventListener("click", (event) => {
    const name = event.target.closest("[data-sticker]")?.dataset.sticker;
    if (!name) return;
    player.pause();
    add("Add a sticker", layers.overlayAt(store.cut, `${layers.STICKER}${name}`, player.frame, { width: STICKER_WIDTH, y: 0.4, entrance: "pop", exit: "fade" }));
  });

  function addTake(one) {
    player.pause();
    const overlay = layers.overlayAt(store.cut, `take:${one.slug}`, player.frame, { ...PICTURE, seconds: Math.min(6, one.duration_s) });
    const due = layers.dueOf(store.cut, overlay, one);
    add("Picture in picture", due === null ? overlay : { ...overlay, start_s: due });
  }

  // ---- the chosen one ----

  const one = () => (touch.chosen?.kind === "overlay" ? layers.partOf(store.cut, touch.chosen) : undefined);
  const edit = (name, changes) => one() && store.edit(name, (cut) => layers.changed(cut, touch.chosen, changes));

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", ({ target }) => {
    const { name, value } = target;
    if (["width", "turn_deg", "opacity", "corner"].includes(name)) edit("Change it…", { [name]: Number(value) });
    if (name === "entrance" || name === "exit") edit("How it comes and goes", { [name]: value });
    if (name === "own") edit("Its own sound", { gain_db: target.checked ? 0 : null });
    if (name === "mirror") edit("Mirror it", { is_mirrored: target.checked });
    if (name === "start_s") edit("Its moment…", { start_s: Number(value) });
    if (name === "in_time") edit("In time with the song", { start_s: target.checked ? layers.dueOf(store.cut, one(), take(one())) : 0 });
  });

  const acts = {
    remove: () => {
      touch.remove(touch.chosen);
      panels.close();
    },
    double: () => {
      store.edit("Once more", (cut) => layers.doubled(cut, touch.chosen));
      touch.choose({ ...touch.chosen, place: touch.chosen.place + 1 });
    },
    front: () => stack(1),
    back: () => stack(-1),
    begin: () => store.edit("It begins here", (cut) => layers.trimmed(cut, touch.chosen, "start", player.frame)),
    end: () => store.edit("It ends here", (cut) => layers.trimmed(cut, touch.chosen, "end", player.frame)),
    middle: () => edit("Into the middle", { x: 0.5, y: 0.5 }),
    throughout: () => store.edit("Throughout", (cut) => layers.trimmed(layers.trimmed(cut, touch.chosen, "start", 0), touch.chosen, "end", layers.framesOf(cut))),
  };
  function stack(way) {
    const [cut, place] = layers.restacked(store.cut, touch.chosen, way);
    store.edit("Order", () => cut);
    touch.choose({ ...touch.chosen, place });
  }
  panel.addEventListener("click", (event) => {
    const act = event.target.closest("[data-layer-do]")?.dataset.layerDo;
    if (act && one()) acts[act]();
  });

  touch.addEventListener("open", () => {
    if (touch.chosen?.kind === "overlay") panels.open("layer");
    else if (touch.chosen) tools.strip.dispatchEvent(new CustomEvent("words", { detail: touch.chosen }));
  });
  panels.addEventListener("open", ({ detail }) => ["layer", "text"].includes(detail) || touch.choose(null));
  touch.addEventListener("chosen", () => {
    if (panels.name === "layer" && !one()) panels.close();
    show();
  });

  function show() {
    if (!store.cut) return;
    if (panels.name === "overlay") root.querySelector("[data-overlay-takes]").replaceChildren(...takeButtons(store.ready, addTake));
    const shown = one();
    if (panels.name !== "layer" || !shown) return;
    const clip = take(shown);
    panel.querySelector("#layer-title").textContent = layers.nameOf(store.cut, touch.chosen, store.draft.takes);
    for (const name of ["width", "turn_deg", "opacity", "corner", "start_s"]) form[name].value = shown[name];
    for (const name of ["entrance", "exit"]) for (const radio of form.elements[name]) radio.checked = radio.value === shown[name];
    panel.querySelector("[data-layer-when]").textContent = layers.lengthWords(store.cut, touch.chosen);
    for (const piece of panel.querySelectorAll("[data-of-takes]")) piece.hidden = !clip;
    form.mirror.checked = shown.is_mirrored;
    if (!clip) return;
    form.own.checked = shown.gain_db !== null;
    form.own.disabled = !clip.has_sound;
    form.start_s.max = Math.max(0.1, clip.duration_s - shown.frames / rate(store.cut)).toFixed(2);
    const hasPlace = layers.dueOf(store.cut, shown, clip) !== null;
    form.in_time.disabled = !hasPlace;
    form.in_time.checked = hasPlace && layers.isInTime(store.cut, shown, clip);
    panel.querySelector("[data-layer-moment]").textContent = `${shown.start_s.toFixed(2)} s`;
  }
  return show;
}
