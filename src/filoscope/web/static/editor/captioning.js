// More of captions: files in and out, a line's words and times, words tapped in time, how they look.

import { ask } from "./api.js";
import { captionOf, lengthOf } from "./timeline.js";

const LEAST_S = 0.1; // of a line, and of a word that is tapped
const textOf = (line) => line.words.map((word) => word.text).join(" ");

export function wireCaptioning(root, { store, player, panels, announce, refuse }) {
  const section = root.querySelector("[data-caption-tools]");
  const piece = (name) => root.querySelector(`[data-${name}]`);
  const styles = section.querySelector("[data-caption-style]");
  const editor = root.querySelector("[data-panel=line]");
  const form = editor.querySelector("[data-line-form]");
  let editing = -1;
  let tapped = null; // times of the words that were tapped so far

  // ---- files ----

  piece("caption-file").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    target.value = "";
    if (!file) return;
    try {
      const lines = await ask(`/drafts/${store.draft.slug}/captions`, { method: "POST", body: { text: await file.text() } });
      const length = lengthOf(store.cut);
      const within = lines.filter((line) => line.start_s < length);
      if (!within.length) throw new Error(`All captions of this file lie behind the end of the cut (${length.toFixed(1)} s).`);
      store.edit("Captions from a file", (cut) => ({ ...cut, captions: within }));
      announce(`${within.length} captions were read.`);
    } catch (error) {
      refuse(error);
    }
  });
  piece("caption-export").addEventListener("click", async () => {
    try {
      await store.save();
      const link = Object.assign(document.createElement("a"), { href: `/api/v1/drafts/${store.draft.slug}/captions.vtt`, download: "" });
      link.click();
    } catch (error) {
      refuse(error);
    }
  });

  // ---- how they look ----

  styles.addEventListener("input", ({ target }) => {
    const { name, value } = target;
    if (name === "language") return store.change("Language of captions…", (doc) => ({ ...doc, caption_language: value.trim() }));
    const said = {
      burnt: () => ({ is_burnt: value === "yes" }),
      size: () => ({ size: Number(value) }),
      y: () => ({ y: Number(value) }),
      dress: () => ({ line: { outline: "#000000", box: null }, box: { outline: null, box: "#14100dd0" } })[value],
      color: () => ({ color: value }),
      highlight: () => ({ highlight: value }),
    }[name];
    if (said) store.edit("How captions look…", (cut) => ({ ...cut, caption_style: { ...cut.caption_style, ...said() } }));
  });
  styles.addEventListener("submit", (event) => event.preventDefault());

  function showStyle() {
    const style = { is_burnt: true, size: 0.075, y: 0.74, box: null, color: "#ffffff", highlight: "#ffd83d", ...store.cut.caption_style };
    const check = (name, value) => [...styles.elements[name]].forEach((radio) => (radio.checked = radio.value === String(value)));
    check("burnt", style.is_burnt ? "yes" : "no");
    check("size", style.size);
    check("y", style.y);
    check("dress", style.box ? "box" : "line");
    styles.color.value = style.color.slice(0, 7);
    styles.highlight.value = style.highlight.slice(0, 7);
    const language = store.doc.caption_language;
    if (document.activeElement !== styles.language) styles.language.value = language;
    piece("caption-language").hidden = style.is_burnt;
    piece("caption-export").disabled = !store.cut.captions.length;
  }

  // ---- one line ----

  const change = (name, edit) => store.edit(name, (cut) => ({ ...cut, captions: cut.captions.map((line, place) => (place === editing ? edit(line) : line)) }));

  function open(place) {
    editing = place;
    tapped = null;
    panels.open("line");
    showLine();
  }

  function showLine() {
    const line = store.cut?.captions[editing];
    if (!line) return panels.open("captions");
    if (document.activeElement !== form.words) form.words.value = textOf(line);
    if (document.activeElement !== form.start) form.start.value = line.start_s.toFixed(2);
    if (document.activeElement !== form.end) form.end.value = line.end_s.toFixed(2);
    showTaps(line);
  }

  function showTaps(line) {
    const done = tapped?.length ?? 0;
    piece("tap-words").replaceChildren(
      ...line.words.map((word, place) => {
        const mark = Object.assign(document.createElement("span"), { textContent: `${word.text} ` });
        mark.className = tapped && place < done ? "tapped" : tapped && place === done ? "next" : "";
        return mark;
      }),
    );
    piece("tap").textContent = tapped ? `Tap: ${line.words[done]?.text ?? ""}` : "Tap each word in time";
    editor.classList.toggle("tapping", Boolean(tapped));
  }

  form.addEventListener("change", ({ target }) => {
    const { start, end, words } = form;
    if (target === words && words.value.trim()) change("Edit a caption", (line) => captionOf(words.value, line.start_s, line.end_s));
    if (target !== start && target !== end) return;
    const length = lengthOf(store.cut);
    const from = Math.max(0, Math.min(Number(start.value) || 0, length - LEAST_S));
    const until = Math.max(from + LEAST_S, Math.min(Number(end.value) || 0, length));
    store.edit("Time of a caption", (cut) => {
      const was = cut.captions[editing];
      const line = stretched(was, from, until);
      const captions = cut.captions.with(editing, line).sort((one, other) => one.start_s - other.start_s);
      editing = captions.indexOf(line);
      return { ...cut, captions };
    });
    showLine();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.words.blur();
    panels.open("captions");
  });
  for (const [name, field] of [["line-starts", "start"], ["line-ends", "end"]]) {
    piece(name).addEventListener("click", () => {
      form[field].value = player.at.toFixed(2);
      form[field].dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  /** Play from a little before the line; each tap is the moment at which a word begins. */
  piece("tap").addEventListener("click", () => {
    const line = store.cut.captions[editing];
    if (!tapped) {
      tapped = [];
      player.pause();
      player.seek(Math.max(0, line.start_s - 1.5));
      player.play();
      return showTaps(line);
    }
    tapped.push(player.at);
    if (tapped.length < line.words.length) return showTaps(line);
    const times = tapped;
    tapped = null;
    change("Tap words in time", (was) => timed(was, times, lengthOf(store.cut)));
    player.pause();
    player.seek(store.cut.captions[editing].start_s);
    announce("Every word has its time.");
    showLine();
  });
  player.addEventListener("state", () => {
    if (player.isPlaying || !tapped) return;
    const times = tapped;
    tapped = null;
    // The cut came to its end: what was tapped so far holds, the rest goes on evenly.
    if (times.length) change("Tap words in time", (was) => timed(was, times, lengthOf(store.cut)));
    showLine();
  });
  panels.addEventListener("close", () => (tapped = null));
  panels.addEventListener("open", ({ detail }) => detail !== "line" && (tapped = null));

  return {
    edit: open,
    show() {
      if (!store.cut) return;
      if (panels.name === "captions") showStyle();
      if (panels.name === "line") showLine();
    },
  };
}

/** A line between other times; its words keep their shares. */
export function stretched(line, start_s, end_s) {
  const scale = (end_s - start_s) / (line.end_s - line.start_s);
  const move = (time) => start_s + (time - line.start_s) * scale;
  return { ...line, start_s, end_s, words: line.words.map((word) => ({ ...word, start_s: Math.max(0, move(word.start_s)), end_s: move(word.end_s) })) };
}

/** A line whose words begin when they were tapped; each lasts until the next. */
export function timed(line, times, length) {
  const start_s = Math.max(0, Math.min(times[0], length - LEAST_S));
  const last = times.at(-1);
  const rest = line.words.length - times.length;
  const end_s = Math.min(length, Math.max(line.end_s, last + (rest + 1) * 0.4));
  const begins = line.words.map((_, place) => times[place] ?? last + ((place - times.length + 1) * (end_s - last)) / (rest + 1));
  const words = line.words.map((word, place) => {
    const begin = Math.max(0, Math.min(begins[place], length - LEAST_S / 2));
    return { ...word, start_s: begin, end_s: Math.max(begin + 0.02, Math.min(begins[place + 1] ?? end_s, length)) };
  });
  return { start_s, end_s: Math.max(end_s, words.at(-1).end_s), words };
}
