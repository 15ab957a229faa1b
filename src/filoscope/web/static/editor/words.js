// Captions: typed, put at the moment that is shown.

import { captionOf, lengthOf } from "./timeline.js";

const CAPTION_S_MAX = 4;
const CAPTION_S_MIN = 0.4;

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
