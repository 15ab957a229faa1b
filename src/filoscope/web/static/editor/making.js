// What the server is asked to make: a cut, a rendered preview, the clip; and the sound it is cut to.

import { ask } from "./api.js";
import { inTime } from "./photos.js";
import { lineUp, whole } from "./timeline.js";
import { coverOf } from "./why.js";

export function wireCutting(root, { store, panels, follow, refuse, announce }) {
  const form = root.querySelector("[data-cut-form]");
  const list = root.querySelector("[data-alternative-list]");
  const words = (name) => root.querySelector(`[data-${name}]`);
  let seed = 0;

  const label = () => {
    words("cut-length-words").textContent = `${form.elements.seconds.value} s`;
    const start = Number(form.start.value);
    words("cut-start-words").textContent = start < 0 ? "chosen for you" : `${Math.floor(start / 60)}:${String(start % 60).padStart(2, "0")}`;
  };
  form.addEventListener("input", label);

  async function cut() {
    try {
      await store.save();
      const start = Number(form.start.value);
      const body = { style: form.elements.style.value, length_s: Number(form.elements.seconds.value), seed: seed++, alternatives: 3, start_s: start < 0 ? null : start };
      follow(await ask(`/drafts/${store.draft.slug}/cut`, { method: "POST", body }));
      panels.close();
    } catch (error) {
      refuse(error);
    }
  }

  function line() {
    const seconds = store.draft.sound ? Number(form.elements.seconds.value) : store.limits.seconds;
    store.edit("Takes one after the other", () => lineUp(inTime(store.ready, store.draft.sound), store.draft.sound, seconds));
    panels.close();
  }

  async function fill() {
    try {
      const filled = await ask(`/drafts/${store.draft.slug}/fill`, { method: "POST" });
      store.edit("Fill the cut", () => whole(filled));
    } catch (error) {
      refuse(error);
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    cut();
  });
  words("line-up").addEventListener("click", line);
  words("another").addEventListener("click", cut);

  const show = () => {
    const { draft } = store;
    const hasSound = Boolean(draft.sound?.audio_url);
    words("cut-go").disabled = !store.ready.length || !hasSound;
    words("line-up").disabled = !store.ready.length;
    words("cut-hint").textContent = hasSound ? "" : "It is cut to the beat of a sound: choose one first. Or put the takes one after the other.";
    const longest = Math.min(store.limits.seconds, Math.floor(draft.sound?.duration_s ?? 60));
    form.elements.seconds.max = Math.max(6, longest);
    form.start.max = Math.max(0, Math.floor((draft.sound?.duration_s ?? 10) - 5));
    label();
    words("alternatives").hidden = draft.alternatives.length < 2;
    list.replaceChildren(
      ...draft.alternatives.map((other, place) => {
        const item = document.createElement("li");
        const button = Object.assign(document.createElement("button"), { type: "button", className: "alternative" });
        const name = Object.assign(document.createElement("b"), { textContent: `Cut ${place + 1}` });
        const note = Object.assign(document.createElement("span"), { className: "soft small", textContent: said(other) });
        button.append(coverOf(other, draft.takes, draft.alternatives.slice(0, place)), name, note);
        button.addEventListener("click", () => {
          store.edit("Another cut", (was) => keepWords(other, was));
          announce(`Cut ${place + 1} is shown.`);
        });
        item.append(button);
        return item;
      }),
    );
  };
  return { show, cut, line, fill, take: (made) => store.edit("Cut it for me", (was) => keepWords(made, was)) };
}

/** Another cut of the same clip: what lies over it, its texts and captions stay. */
const keepWords = (made, was) => ({ ...made, sound: keepLoudness(made.sound, was?.sound), voices: was?.voices ?? [], overlays: was?.overlays ?? [], texts: was?.texts ?? [], captions: was?.captions ?? [], caption_style: was?.caption_style ?? made.caption_style });

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const said = ({ shots, sound }) => `${shots.length} shots${sound ? `, from ${clock(sound.start_s)}` : ""}`;
const keepLoudness = (made, was) => made && was && { ...made, gain_db: was.gain_db, fade_in_s: was.fade_in_s, fade_out_s: was.fade_out_s } || made;

export function wireSounds(root, { store, panels, refuse, changed }) {
  const list = root.querySelector("[data-sounds]");
  const form = root.querySelector("[data-sound-search]");

  async function find() {
    const query = encodeURIComponent(form.q.value.trim());
    try {
      const saved = query ? [] : await ask("/studio/sounds?saved=true");
      const found = await ask(`/studio/sounds?q=${query}`);
      const slugs = new Set(saved.map((sound) => sound.slug));
      show([...saved, ...found.filter((sound) => !slugs.has(sound.slug))]);
    } catch (error) {
      refuse(error);
    }
  }

  async function choose(sound) {
    const hadCut = Boolean(store.cut);
    if (hadCut && !confirm("Another sound begins a new cut. Go on?")) return;
    try {
      await store.save();
      const draft = await ask(`/drafts/${store.draft.slug}/sound`, { method: "PUT", body: { sound } });
      panels.close();
      changed(draft);
    } catch (error) {
      refuse(error);
    }
  }

  function show(sounds) {
    if (!sounds.length) return list.replaceChildren(Object.assign(document.createElement("li"), { className: "soft", textContent: "No sound was found." }));
    list.replaceChildren(
      ...sounds.map((sound) => {
        const item = Object.assign(document.createElement("li"), { className: "row" });
        const words = Object.assign(document.createElement("span"), { className: "grow" });
        const title = Object.assign(document.createElement("span"), { className: "name", textContent: sound.title });
        const artist = Object.assign(document.createElement("span"), { className: "soft small block", textContent: sound.artist });
        words.append(title, artist);
        const use = Object.assign(document.createElement("button"), { type: "button", className: "button small primary", textContent: "Use" });
        use.setAttribute("aria-label", `Use ${sound.title}`);
        use.addEventListener("click", () => choose(sound.slug));
        item.append(words, use);
        return item;
      }),
    );
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    find();
  });
  root.querySelector("[data-no-sound]").addEventListener("click", () => choose(null));
  panels.addEventListener("open", ({ detail }) => detail === "sound" && find());
}

export function wirePosting(root, { store, follow, refuse, player }) {
  const form = root.querySelector("[data-post-form]");
  const rendered = root.querySelector("[data-rendered]");

  form.addEventListener("input", () =>
    store.change("Words…", (doc) => ({ ...doc, caption: form.caption.value, visibility: form.visibility.value, shares_cut: form.shares.checked })),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    player.pause();
    try {
      await store.save();
      follow(await ask(`/drafts/${store.draft.slug}/post`, { method: "POST" }));
    } catch (error) {
      refuse(error);
    }
  });

  root.querySelector("[data-preview]").addEventListener("click", async () => {
    player.pause();
    if (!rendered.hidden) return void (rendered.hidden = true);
    try {
      await store.save();
      if (store.draft.preview_url && store.draft.preview_revision === store.revision) return show();
      follow(await ask(`/drafts/${store.draft.slug}/preview`, { method: "POST" }));
    } catch (error) {
      refuse(error);
    }
  });

  function show() {
    rendered.src = store.draft.preview_url;
    rendered.hidden = false;
    rendered.play().catch(() => {});
  }

  return {
    showRendered: show,
    show() {
      for (const name of ["caption", "visibility"]) if (form[name].value !== store.doc[name]) form[name].value = store.doc[name];
      form.shares.checked = store.doc.shares_cut;
      if (!rendered.hidden && !store.isSaved) {
        rendered.pause();
        rendered.hidden = true; // it shows what was, not what is
      }
    },
  };
}
