// How loud what is: the song with its fades, the own sound of each shot, and what is done to it.

import { isNear } from "./effects.js";
import { change, shotAt } from "./timeline.js";
import { decibels } from "./voice.js";

const SILENT = -40; // the left end of a slider: rendered as silence
const LEAST = -60; // dB: what a timeline takes as the quietest

export function wireMix(root, { store, player, strip, panels }) {
  const panel = root.querySelector("[data-panel=mix]");
  const form = panel.querySelector("[data-mix-form]");
  const words = (name) => panel.querySelector(`[data-${name}]`);
  const chosen = () => (strip.chosen >= 0 ? strip.chosen : shotAt(store.cut, player.frame));
  const takeOf = (shot) => store.draft.takes.find((take) => `take:${take.slug}` === shot.source);

  const sound = (name, changes) => store.edit(name, (cut) => ({ ...cut, sound: { ...cut.sound, ...changes } }));
  const shot = (name, changes) => store.edit(name, (cut) => change(cut, chosen(), changes));

  const acts = {
    song: (value) => sound("Loudness of the song…", { gain_db: value <= SILENT ? LEAST : value }),
    "fade-in": (value) => sound("Fade in…", { fade_in_s: value }),
    "fade-out": (value) => sound("Fade out…", { fade_out_s: value }),
    own: (value) => shot("Own sound…", { gain_db: value <= SILENT ? null : value }),
    effect: (_, target) => shot("Effect of a shot", { sound_effect: target.value || null }),
  };

  form.addEventListener("input", ({ target }) => acts[target.name]?.(Number(target.value), target));
  form.addEventListener("submit", (event) => event.preventDefault());
  words("mix-all").addEventListener("click", () => {
    const { gain_db, sound_effect } = store.cut.shots[chosen()];
    store.edit("Own sound of all shots", (cut) => ({ ...cut, shots: cut.shots.map((one) => (takeOf(one)?.has_sound ? { ...one, gain_db, sound_effect } : one)) }));
  });

  return function show() {
    if (!store.cut || panels.name !== "mix") return;
    const { cut } = store;
    const one = cut.shots[chosen()];
    const take = takeOf(one);
    panel.querySelector("[data-mix-song]").hidden = !cut.sound;
    if (cut.sound) {
      const { gain_db = 0, fade_in_s = 0, fade_out_s = 0 } = cut.sound;
      form.song.value = Math.max(SILENT, gain_db);
      form["fade-in"].value = fade_in_s;
      form["fade-out"].value = fade_out_s;
      words("mix-song-words").textContent = decibels(Math.max(SILENT, Math.round(gain_db * 10) / 10));
      words("fade-in-words").textContent = fade_in_s >= 0.05 ? `${fade_in_s.toFixed(1)} s` : "none";
      words("fade-out-words").textContent = fade_out_s >= 0.05 ? `${fade_out_s.toFixed(1)} s` : "none";
    }
    words("mix-shot").textContent = `Own sound of shot ${chosen() + 1}`;
    form.own.disabled = words("mix-effects").disabled = words("mix-all").disabled = !take?.has_sound;
    form.own.value = one.gain_db === null ? SILENT : one.gain_db;
    words("mix-own-words").textContent = take?.has_sound ? decibels(Number(form.own.value)) : "it has none";
    for (const radio of form.elements.effect) radio.checked = radio.value === (one.sound_effect ?? "");
    words("mix-hint").textContent = [
      isNear(one.sound_effect) ? "This effect comes near here; it is rendered exactly." : "",
      cut.sound && one.gain_db !== null && take?.how === "sound" ? "The song is in this take too: heard with the song itself it sounds hollow." : "",
    ].join(" ").trim();
  };
}
