// Tools for the picture, each in a module of its own: what the page wires with one call.

import { Blurred } from "./blurred.js";
import { chosenShot } from "./choosing.js";
import { Green } from "./green.js";
import { wireImprove } from "./improve.js";
import { Lanes } from "./lanes.js";
import { wireLaying } from "./laying.js";
import { wireMore } from "./more.js";
import { Overlays } from "./overlays.js";
import { wireScreen } from "./screen.js";
import { wireSpeed } from "./speed.js";
import { Touch } from "./touch.js";

export function wirePictureTools(root, tools) {
  const { player, store, strip, panels } = tools;
  const stickers = new Map([...root.querySelectorAll("[data-sticker]")].map((button) => [`sticker:${button.dataset.sticker}`, button.dataset.file]));
  const green = new Green(root.querySelector("[data-picture]"), player);
  const overlays = new Overlays(root.querySelector("[data-overlays]"), player, stickers);
  const touch = new Touch(root, tools, overlays);
  new Lanes(root, tools, touch, stickers);
  player.layers.push(new Blurred(root.querySelector("[data-picture]")), overlays, green, touch);
  const shows = [wireSpeed(root, tools), wireScreen(root, tools, green), wireImprove(root, tools), wireLaying(root, tools, touch, overlays), wireMore(root, tools)];
  const show = () => shows.forEach((one) => one());
  store.addEventListener("change", show);
  strip.addEventListener("chosen", show);
  panels.addEventListener("open", show);
  for (const opener of root.querySelectorAll("[data-of-shot]")) {
    // The tool is about the shot that is seen, and says so on the timeline; before its panel opens.
    opener.addEventListener("click", () => store.cut && strip.chosen < 0 && strip.choose(chosenShot(tools)), true);
  }
  player.addEventListener("state", () => player.layers.forEach((layer) => layer.moment && layer.draw({ ...layer.moment, jumps: false })));
  lettersOf(root);
  return { touch };
}

/** Words in the letters that they are rendered in; until they are there, in those of the page. */
function lettersOf(root) {
  const face = new FontFace("Studio Letters", `url(${root.dataset.letters})`, { weight: "800" });
  face.load().then((loaded) => document.fonts.add(loaded), () => {});
}
