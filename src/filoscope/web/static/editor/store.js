// What is being edited: one value, its past and its future, saved to the server by itself.
//
//   store.change("Split", (doc) => ({ ...doc, timeline }));   // undoable
//   store.addEventListener("change", render);

import { ask } from "./api.js";

const SAVE_MS = 700; // after the last change: what one does in a row is one save
const PAST_MAX = 200;
const SAME_MS = 1500; // what is changed again so soon, under the same name, is undone at once

export class Store extends EventTarget {
  constructor(draft) {
    super();
    this.past = [];
    this.future = [];
    this.adopt(draft);
    addEventListener("online", () => this.save().catch(() => {}));
  }

  /** Take what the server says, beside what is edited here. */
  adopt(draft) {
    this.draft = draft;
    if (!this.doc) {
      const removed = draft.takes.filter((take) => take.is_removed).map((take) => take.slug);
      this.doc = { timeline: draft.timeline, removed, cover_s: draft.cover_s, caption: draft.caption, visibility: draft.visibility, shares_cut: draft.shares_cut, caption_language: draft.caption_language };
      this.revision = draft.revision;
      this.saved = this.doc;
    }
    this.#tell("change");
  }

  get cut() {
    return this.doc.timeline;
  }

  /** Takes that are in, oldest first. */
  get takes() {
    return this.draft.takes.filter((take) => !this.doc.removed.includes(take.slug));
  }

  /** Those that can be shown: a voice is heard only. */
  get ready() {
    return this.takes.filter((take) => take.state === "ready" && take.kind !== "voice");
  }

  change(name, edit) {
    const doc = edit(this.doc);
    if (doc === this.doc) return;
    const now = performance.now();
    const goesOn = this.last?.name === name && now - this.last.at < SAME_MS && name.endsWith("…");
    if (!goesOn) this.past.push({ name, doc: this.doc });
    if (this.past.length > PAST_MAX) this.past.shift();
    this.last = { name, at: now };
    this.future = [];
    this.#show(doc);
  }

  edit(name, edit) {
    this.change(name, (doc) => {
      const timeline = edit(doc.timeline);
      return timeline === doc.timeline ? doc : { ...doc, timeline };
    });
  }

  undo() {
    return this.#step(this.past, this.future);
  }

  redo() {
    return this.#step(this.future, this.past);
  }

  #step(from, to) {
    const step = from.pop();
    if (!step) return "";
    to.push({ name: step.name, doc: this.doc });
    this.last = null;
    this.#show(step.doc);
    return step.name.replace("…", "");
  }

  /** The sound was changed on the server: what was cut to the other one is no more. */
  restart(draft) {
    this.past = [];
    this.future = [];
    this.doc = null;
    this.adopt(draft);
  }

  #show(doc) {
    this.doc = doc;
    this.#tell("change");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save().catch(() => {}), SAVE_MS);
    this.#say("Saving…");
  }

  /** Save what is not saved; one request at a time. */
  async save() {
    clearTimeout(this.timer);
    while (this.saving) await this.saving.catch(() => {});
    if (this.saved === this.doc || this.isStale) return;
    this.saving = this.#send();
    try {
      await this.saving;
    } finally {
      this.saving = null;
    }
    if (this.saved !== this.doc) await this.save();
  }

  async #send() {
    const doc = this.doc;
    try {
      const body = { revision: this.revision, ...doc, timeline: doc.timeline ?? {} };
      const draft = await ask(`/drafts/${this.draft.slug}`, { method: "PATCH", body });
      this.revision = draft.revision;
      this.saved = doc;
      this.isWaiting = false;
      this.draft = { ...this.draft, revision: draft.revision };
      if (this.doc === doc) this.#say("Saved");
    } catch (error) {
      this.isStale = error.status === 409;
      this.#say(this.isStale ? "Changed elsewhere" : "Not saved");
      // No connection, signed out, a server that starts anew: said once, and tried until it passes.
      const passes = !error.status || error.status === 401 || error.status >= 500;
      if (!passes || !this.isWaiting) this.dispatchEvent(new CustomEvent("refused", { detail: error }));
      this.isWaiting = passes;
      if (passes) this.timer = setTimeout(() => this.save().catch(() => {}), 4000);
      throw error;
    }
  }

  get isSaved() {
    return this.saved === this.doc;
  }

  #say(words) {
    this.dispatchEvent(new CustomEvent("said", { detail: words }));
  }

  #tell(name) {
    this.dispatchEvent(new Event(name));
  }
}
