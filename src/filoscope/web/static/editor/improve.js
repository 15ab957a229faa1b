// What `enhance` does to a shot before all else, as switches; seen in what is rendered.

import { changeShots, chosenShot } from "./choosing.js";

/** The recipe of the switches; null when none is on. */
export function recipeOf({ steady, level, clean, lift }) {
  if (!steady && !level && !clean && !lift) return null;
  const recipe = { version: 1 };
  if (steady) recipe.steady = { mode: "quality" };
  if (level) recipe.level = true;
  if (clean || lift) recipe.clean = { denoise: clean ? "auto" : null, deblock: Boolean(clean), deflicker: Boolean(clean), lift: Boolean(lift) };
  return recipe;
}

/** The switches of a recipe; one that is written by hand shows what it has of them. */
export function switchesOf(recipe) {
  const clean = recipe?.clean === true ? { denoise: "auto" } : recipe?.clean;
  const denoise = clean && (clean.denoise === undefined ? "auto" : clean.denoise);
  return { steady: Boolean(recipe?.steady), level: Boolean(recipe?.level), clean: Boolean(clean && (denoise || clean.deblock || clean.deflicker)), lift: Boolean(clean?.lift) };
}

export function wireImprove(root, tools) {
  const { store, panels } = tools;
  const panel = root.querySelector("[data-panel=improve]");
  const form = panel.querySelector("[data-improve-form]");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    const wish = Object.fromEntries(["steady", "level", "clean", "lift"].map((name) => [name, form[name].checked]));
    store.edit("Make it better", (cut) => changeShots(cut, chosenShot(tools), form.whom.value === "take", (shot) => ({ ...shot, enhance: recipeOf(wish) })));
  });
  return function show() {
    if (!store.cut || panels.name !== "improve") return;
    const place = chosenShot(tools);
    const shot = store.cut.shots[place];
    panel.querySelector("#improve-title").textContent = `Make shot ${place + 1} better`;
    for (const [name, isOn] of Object.entries(switchesOf(shot.enhance))) form[name].checked = isOn;
    const count = store.cut.shots.filter((one) => one.source === shot.source).length;
    panel.querySelector("[data-improve-count]").textContent = count > 1 ? `All ${count} shots of this take` : "All shots of this take";
  };
}
