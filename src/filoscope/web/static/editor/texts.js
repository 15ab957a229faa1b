// Texts: typed, put at the moment that is shown, dressed in a colour.

import { rgbOf } from "./keying.js";
import { lengthOf, rate } from "./timeline.js";

const [DARK, LIGHT] = ["#14100d", "#ffffff"];
const MIDDLE = 0.84; // the longest line, of the picture's width

/** Letters, their rim and their box, in a colour and a way. */
function dressed(color, dress) {
  const [red, green, blue] = rgbOf(color);
  const against = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 128 ? DARK : LIGHT;
  return {
    outline: { color, outline: against === DARK ? "#000000" : LIGHT, box: null },
    box: { color: against, outline: null, box: color },
    plain: { color, outline: null, box: null },
  }[dress];
}

const dressOf = (text) => (text.box ? ["box", text.box] : text.outline ? ["outline", text.color] : ["plain", text.color]);

export function wireTexts(root, { store, player, panels }) {
  const form = root.querySelector("[data-text-form]");
  const remove = form.querySelector("[data-text-remove]");
  let editing = -1;

  const show = (place) => {
    editing = place;
    const text = store.cut?.texts[place];
    form.words.value = text?.words ?? "";
    remove.hidden = !text;
    form.querySelector("[data-text-go]").textContent = text ? "Done" : "Add at this moment";
    form.querySelector("[data-text-length]").hidden = Boolean(text); // on the timeline it is trimmed
    if (text) told(text);
  };

  function told(text) {
    const [dress, color] = dressOf(text);
    form.dress.value = dress;
    for (const radio of form.elements.color) radio.checked = radio.value === color.slice(0, 7).toLowerCase();
    form.own_color.value = color.slice(0, 7);
    for (const radio of form.elements.y) radio.checked = Number(radio.value) === text.y && text.x === 0.5;
    for (const name of ["entrance", "exit"]) for (const radio of form.elements[name]) radio.checked = radio.value === text[name];
    form.size.value = text.size;
  }

  const color = () => [...form.elements.color].find((radio) => radio.checked)?.value ?? form.own_color.value;

  const made = () => {
    const fps = rate(store.cut);
    const total = Math.round(lengthOf(store.cut) * fps);
    const at = Math.min(player.frame, total - 1);
    const length = Number(form.elements.seconds.value);
    const frames = length ? Math.min(total - at, Math.round(length * fps)) : total - at;
    const place = [...form.elements.y].find((radio) => radio.checked)?.value ?? 0.5;
    return { x: 0.5, y: Number(place), width: MIDDLE, turn_deg: 0, align: "center", at, frames, words: form.words.value.trim(), size: Number(form.size.value), entrance: form.entrance.value, exit: form.exit.value, ...dressed(color(), form.dress.value) };
  };

  /** What one field changes of a text; the rest, dragged on the picture perhaps, stays. */
  const changes = (name) =>
    ({
      words: () => ({ words: form.words.value.trim() }),
      y: () => ({ x: 0.5, y: Number(form.y.value) }),
      size: () => ({ size: Number(form.size.value) }),
      entrance: () => ({ entrance: form.entrance.value }),
      exit: () => ({ exit: form.exit.value }),
    })[name]?.() ?? dressed(color(), form.dress.value);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!form.words.value.trim()) return form.words.focus();
    if (editing < 0) store.edit("Add text", (cut) => ({ ...cut, texts: [...cut.texts, made()] }));
    panels.close();
  });
  form.addEventListener("input", ({ target }) => {
    if (target.name === "own_color") for (const radio of form.elements.color) radio.checked = false;
    if (target.name === "color") form.own_color.value = target.value;
    if (editing < 0 || target.name === "seconds" || !form.words.value.trim()) return;
    store.edit("Edit text…", (cut) => ({ ...cut, texts: cut.texts.map((text, place) => (place === editing ? { ...text, ...changes(target.name) } : text)) }));
  });
  remove.addEventListener("click", () => {
    store.edit("Remove text", (cut) => ({ ...cut, texts: cut.texts.toSpliced(editing, 1) }));
    panels.close();
  });
  store.addEventListener("change", () => {
    const text = panels.name === "text" && store.cut?.texts[editing];
    if (text) told(text); // it was dragged, pinched or undone meanwhile
  });
  panels.addEventListener("close", () => show(-1));
  return show;
}
