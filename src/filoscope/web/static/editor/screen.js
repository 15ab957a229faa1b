// The green screen of a shot: its colour picked from the picture, and what is seen behind.

import { changeShots, chosenShot, takeButtons, takeOf } from "./choosing.js";
import { NO_KEY, spillFor } from "./keying.js";
import { dueOf } from "./layers.js";
import { beginnings, rate } from "./timeline.js";

const LOUPE_PX = 46; // above the finger, which hides what is under it

export function wireScreen(root, tools, green) {
  const { store, panels, player, announce } = tools;
  const panel = root.querySelector("[data-panel=screen]");
  const form = panel.querySelector("[data-screen-form]");
  const more = panel.querySelector("[data-screen-more]");
  const pick = panel.querySelector("[data-screen-pick]");
  const layer = root.querySelector("[data-picking]");
  const loupe = layer.querySelector("i");
  let isPicking = false;

  const edit = (name, changes) =>
    store.edit(name, (cut) =>
      changeShots(cut, chosenShot(tools), form.all.checked, (shot) => ({ ...shot, key: changes && { ...NO_KEY, ...shot.key, ...changes } })),
    );

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", ({ target }) => {
    if (target.name === "on") return target.checked ? turnOn() : (picking(false), edit("No green screen", null));
    if (target.name === "all") return target.checked && edit("Green screen for the take", store.cut.shots[chosenShot(tools)].key);
    if (target.name === "color") edit("Screen colour…", { color: target.value });
    if (["tolerance", "softness", "spill"].includes(target.name)) edit("Green screen…", { [target.name]: Number(target.value) });
    if (target.name === "backdrop") edit("Background…", { backdrop: target.value, behind: null });
    if (target.name === "behind_start_s") edit("Moment behind…", { behind_start_s: Number(target.value) });
  });
  panel.querySelector("[data-screen-guess]").addEventListener("click", guess);
  pick.addEventListener("click", () => picking(!isPicking));

  function turnOn() {
    const color = green.guess();
    edit("Green screen", color ? { color, spill: spillFor(color) } : {});
    announce(color ? "The screen's colour was found." : "No screen was found by itself. Pick its colour from the picture.");
    if (!color) picking(true);
  }

  /** A take behind; one that lies in the song in time with it. */
  function putBehind(take) {
    const { cut } = store;
    const starts = beginnings(cut);
    store.edit("Take behind", () =>
      changeShots(cut, chosenShot(tools), form.all.checked, (shot) => {
        const due = dueOf(cut, { at: starts[cut.shots.indexOf(shot)] }, take);
        return { ...shot, key: { ...NO_KEY, ...shot.key, behind: `take:${take.slug}`, behind_start_s: due ?? 0 } };
      }),
    );
  }

  function guess() {
    const color = green.guess();
    if (color) edit("Screen colour", { color, spill: spillFor(color) });
    announce(color ? "The screen's colour was found." : "No screen was found. Pick its colour from the picture.");
  }

  function picking(isOn) {
    isPicking = isOn;
    player.pause();
    green.showRaw(isOn);
    layer.hidden = !isOn;
    loupe.hidden = true;
    pick.setAttribute("aria-pressed", String(isOn));
  }

  const under = (event) => {
    const color = green.colorAt(event.clientX, event.clientY);
    loupe.hidden = !color;
    if (!color) return null;
    const room = layer.getBoundingClientRect();
    Object.assign(loupe.style, { left: `${event.clientX - room.left}px`, top: `${event.clientY - room.top - LOUPE_PX}px`, background: color });
    return color;
  };
  layer.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    layer.setPointerCapture(event.pointerId);
    under(event);
  });
  layer.addEventListener("pointermove", (event) => layer.hasPointerCapture(event.pointerId) && under(event));
  layer.addEventListener("pointerup", (event) => {
    const color = under(event);
    if (!color) return;
    picking(false);
    edit("Screen colour", { color, spill: spillFor(color) });
    announce(`The colour ${color} is clear now.`);
  });
  panels.addEventListener("close", () => picking(false));
  panels.addEventListener("open", ({ detail }) => detail !== "screen" && isPicking && picking(false));

  return function show() {
    if (!store.cut || panels.name !== "screen") return;
    const place = chosenShot(tools);
    const shot = store.cut.shots[place];
    const { key } = shot;
    panel.querySelector("#screen-title").textContent = `Green screen of shot ${place + 1}`;
    form.on.checked = Boolean(key);
    more.hidden = !key;
    if (!key) return;
    for (const name of ["color", "tolerance", "softness", "spill", "backdrop", "behind_start_s"]) if (form[name] !== document.activeElement || form[name].type !== "range") form[name].value = key[name];
    const others = store.ready.filter((take) => `take:${take.slug}` !== shot.source);
    panel.querySelector("[data-screen-takes]").replaceChildren(...takeButtons(store.ready, putBehind, key.behind));
    panel.querySelector("[data-screen-none]").hidden = others.length > 0;
    const behind = takeOf(store, key.behind);
    panel.querySelector("[data-screen-moment]").hidden = !behind;
    if (behind) form.behind_start_s.max = Math.max(0.1, behind.duration_s - shot.frames / rate(store.cut)).toFixed(1);
  };
}
