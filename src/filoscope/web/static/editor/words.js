// Texts and captions: typed, put at the moment that is shown.

import { captionOf, lengthOf, rate } from "./timeline.js";

const CAPTION_S_MAX = 4;
const CAPTION_S_MIN = 0.4;
const DRESSES = {
  outline: { color: "#ffffff", outline: "#000000", box: null },
  box: { color: "#ffffff", outline: null, box: "#14100dd0" },
  warm: { color: "#ff9a70", outline: "#23100a", box: null },
};

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
    if (!text) return;
    for (const name of ["y", "size", "entrance"]) {
      const radio = [...form.elements[name]].find((one) => one.value === String(text[name]));
      if (radio) radio.checked = true;
    }
    const dress = Object.entries(DRESSES).find(([, value]) => value.box === text.box && value.color === text.color);
    if (dress) form.dress.value = dress[0];
  };

  const said = (old) => {
    const fps = rate(store.cut);
    const length = Number(form.elements.seconds.value);
    const at = old?.at ?? player.frame;
    const total = Math.round(lengthOf(store.cut) * fps);
    const left = Math.max(1, total - at);
    const frames = old ? old.frames : length ? Math.min(left, Math.round(length * fps)) : left;
    return { x: 0.5, width: 0.84, turn_deg: 0, align: "center", exit: "fade", ...old, ...DRESSES[form.dress.value], words: form.words.value.trim(), at: Math.min(at, total - 1), frames, y: Number(form.y.value), size: Number(form.size.value), entrance: form.entrance.value };
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!form.words.value.trim()) return form.words.focus();
    if (editing < 0) store.edit("Add text", (cut) => ({ ...cut, texts: [...cut.texts, said()] }));
    panels.close();
  });
  form.addEventListener("input", () => {
    if (editing < 0 || !form.words.value.trim()) return;
    store.edit("Edit text…", (cut) => ({ ...cut, texts: cut.texts.map((text, place) => (place === editing ? said(text) : text)) }));
  });
  remove.addEventListener("click", () => {
    store.edit("Remove text", (cut) => ({ ...cut, texts: cut.texts.toSpliced(editing, 1) }));
    panels.close();
  });
  panels.addEventListener("close", () => show(-1));
  return show;
}

export function wireCaptions(root, { store, player, editCaption }) {
  const form = root.querySelector("[data-caption-form]");
  const list = root.querySelector("[data-caption-lines]");
  const ways = root.querySelector("[data-caption-ways]");

  const add = (cut, line, start) => {
    const end = Math.min(start + CAPTION_S_MAX, lengthOf(cut));
    const before = cut.captions.filter((one) => one.start_s < start - 0.05).map((one) => (one.end_s > start ? captionOf(textOf(one), one.start_s, start) : one));
    const after = cut.captions.filter((one) => one.start_s >= start + 0.05);
    const until = Math.max(start + CAPTION_S_MIN, Math.min(end, after[0]?.start_s ?? end));
    return { ...cut, captions: [...before, captionOf(line, start, until), ...after] };
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const line = form.line.value.trim();
    if (!line) return form.line.focus();
    const start = Math.max(0, Math.min(player.at, lengthOf(store.cut) - CAPTION_S_MIN));
    store.edit("Add a caption", (cut) => add(cut, line, start));
    form.line.value = "";
    form.line.focus();
  });
  ways.addEventListener("change", ({ target }) =>
    store.edit("Captions", (cut) => ({ ...cut, caption_style: { ...cut.caption_style, way: target.value } })),
  );

  return () => {
    const lines = store.cut?.captions ?? [];
    const way = store.cut?.caption_style?.way;
    for (const radio of ways.querySelectorAll("input")) radio.checked = radio.value === (way ?? "karaoke");
    list.replaceChildren(
      ...lines.map((line, place) => {
        const item = document.createElement("li");
        const go = Object.assign(document.createElement("button"), { type: "button", className: "caption-go" });
        const time = Object.assign(document.createElement("span"), { className: "soft small", textContent: `${line.start_s.toFixed(1)} s ` });
        go.append(time, textOf(line));
        go.addEventListener("click", () => player.seek(line.start_s));
        const out = Object.assign(document.createElement("button"), { type: "button", className: "button small quiet", textContent: "Remove" });
        out.setAttribute("aria-label", `Remove: ${textOf(line)}`);
        out.addEventListener("click", () => store.edit("Remove a caption", (cut) => ({ ...cut, captions: cut.captions.toSpliced(place, 1) })));
        const edit = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: "Edit" });
        edit.setAttribute("aria-label", `Edit: ${textOf(line)}`);
        edit.addEventListener("click", () => editCaption(place));
        item.append(go, edit, out);
        return item;
      }),
    );
  };
}

const textOf = (line) => line.words.map((word) => word.text).join(" ");
