// <upload-item>: one file from the moment it is chosen until its clip plays.
//
// It sends at once and is posted when its maker presses Post: what is written meanwhile goes along.

import { forget, keep, keepFile } from "./keep.js";
import { laid } from "./laid.js";
import { clock, look, refusal, size } from "./look.js";
import { Transfer } from "./tus.js";

const FOLLOW_MS = 2000; // where no live news comes through, the clip is asked after this often
const token = () => document.cookie.match(/csrftoken=([^;]+)/)?.[1] ?? "";

class UploadItem extends HTMLElement {
  connectedCallback() {
    if (this.transfer) return;
    this.append(document.querySelector("#upload-item").content.cloneNode(true));
    this.piece = (name) => this.querySelector(`[data-${name}]`);
    this.form = this.querySelector("form");
    const { file, caption, visibility, name, bytes } = this.entry;
    this.entry.name = name ?? file.name;
    this.entry.bytes = bytes ?? file.size;
    this.piece("name").textContent = this.entry.name;
    this.piece("size").textContent = size(this.entry.bytes);
    this.form.caption.value = caption ?? "";
    if (visibility) this.form.visibility.value = visibility;
    this.#label();
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.#post()));
    this.form.caption.addEventListener("input", () => (this.#count(), this.#remember()));
    this.form.visibility.addEventListener("change", () => this.#remember());
    this.piece("pause").addEventListener("click", () => this.#pauseOrGo());
    this.piece("cancel").addEventListener("click", () => this.cancel());
    this.#count();
    const under = this.entry.url ? null : laid(); // what was begun before a reload keeps its own
    this.isLaid = Boolean(under);
    this.transfer = new Transfer(file, {
      endpoint: "/tus/",
      metadata: {
        filename: this.entry.name,
        filetype: file?.type ?? "",
        post: "0",
        ...(under && { sound: under.sound, sound_start: String(under.start), own_sound: under.own }),
      },
      url: this.entry.url ?? "",
    });
    this.transfer.addEventListener("created", () => {
      this.entry.url = this.transfer.url;
      this.#remember();
    });
    this.transfer.addEventListener("progress", () => this.#show());
    this.transfer.addEventListener("state", () => this.#show());
    if (file) this.checked = this.#look(file);
    else this.#ask();
  }

  get isWaiting() {
    return Boolean(this.entry.file) && !this.begun && !this.ended;
  }

  get isSending() {
    return Boolean(this.begun) && !this.ended && this.transfer.state !== "paused";
  }

  /** Whether this row waits for just this file, after a reload that could not keep it. */
  wants(file) {
    return !this.entry.file && file.name === this.entry.name && file.size === this.entry.bytes;
  }

  continueWith(file) {
    this.entry.file = this.transfer.file = file;
    this.checked = this.#look(file);
  }

  focusCaption() {
    this.form.caption.focus({ preventScroll: true });
  }

  async start() {
    this.begun = true;
    const reason = await this.checked;
    if (this.ended) return;
    if (reason) return this.#fail(reason);
    await this.#remember();
    this.keeping = keepFile(this.entry.id, this.entry.file).then((kept) => (this.isKept = kept));
    try {
      await this.transfer.run();
      if (this.transfer.state === "done") await this.#sent();
    } catch (error) {
      if (error.status === 401 || error.status === 403) {
        return this.#fail("You are signed out. Sign in, then choose the file again: it goes on where it was.");
      }
      this.#fail(error.message);
    }
  }

  async cancel() {
    const name = this.entry.name;
    if (this.slug && !this.over) await this.#discard();
    this.ended = this.over = true;
    await this.transfer.cancel();
    await this.#forget();
    this.#settle();
    const next = this.nextElementSibling ?? this.previousElementSibling;
    this.remove();
    (next?.querySelector("textarea") ?? document.querySelector("[data-upload] input[type=file]")).focus();
    announce(`${name} was cancelled.`);
  }

  /** What is sent but not posted is a draft: it goes for good. */
  async #discard() {
    await fetch(`/api/v1/clips/${this.slug}`, { method: "DELETE", headers: { "X-CSRFToken": token() } });
  }

  async #look(file) {
    const seen = await look(file);
    if (seen) {
      this.piece("picture").replaceChildren(seen.picture);
      this.piece("size").textContent = `${size(file.size)} · ${clock(seen.duration)}`;
    }
    return refusal(file, seen, this.limits);
  }

  async #sent() {
    this.ended = true;
    this.piece("cancel").hidden = Boolean(this.posted);
    this.#say("Sent. It is being made ready…");
    await this.#forget();
    this.piece("pause").hidden = true;
    this.piece("cancel").textContent = "Discard";
    this.#settle();
    document.addEventListener("live:progress", (event) => this.#news(event.detail));
    this.#follow();
  }

  /** Ask for the state until the clip plays or failed; live news comes in between. */
  async #follow() {
    while (this.isConnected && !this.over) {
      const response = await fetch(`/api/v1/uploads/${this.transfer.id}`).catch(() => null);
      if (response?.ok) this.#news(await response.json());
      await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
    }
  }

  /** Hear of the clip: from /live (one flat object) or from the API (the upload with its clip). */
  #news(news) {
    const about = typeof news.clip === "object" ? news.clip : news;
    const upload = news.upload ?? news.id;
    if (this.over || upload !== this.transfer.id) return;
    if (news.state === "refused") return this.#fail(news.refusal);
    if (!about) return;
    this.slug = about.slug ?? about.clip;
    if (about.state === "failed") return this.#fail(about.failure);
    this.#bar(about.progress ?? 0);
    if (about.state === "ready") this.#ready(about);
    else this.#say(`${about.words}, ${Math.round((about.progress ?? 0) * 100)} %`);
  }

  #ready(about) {
    const link = this.piece("link");
    link.href = `/v/${this.slug}`;
    link.hidden = false;
    this.toggleAttribute("data-there", true);
    this.#say(this.posted ? `Your clip is there. ${about.words}.` : "Ready. Press Post to show it.");
    if (this.posted && !this.told) announce(`${this.entry.name} is there.`);
    this.told = this.posted;
    this.over = this.posted && about.is_complete; // until then sharper pictures or a change may come
    if (this.over) this.#say("Your clip is there.");
  }

  async #post() {
    const button = this.piece("post");
    button.disabled = true;
    try {
      await this.#whenCreated();
      const response = await fetch(`/api/v1/uploads/${this.transfer.id}`, {
        method: "PATCH",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
        body: JSON.stringify({
          caption: this.form.caption.value,
          visibility: this.form.visibility.value,
          improve: this.form.improve.checked,
          ...(this.isLaid && { sound_start_s: laid().start, own_sound: laid().own }),
          post: true,
        }),
      });
      const answer = await response.json().catch(() => ({}));
      if (!response.ok) throw new Error(answer.detail ?? "It could not be posted. Try again.");
      this.posted = true;
      this.toggleAttribute("data-posted", true);
      button.textContent = "Save changes";
      this.piece("cancel").hidden = this.ended; // what is posted is deleted on its own page
      if (!this.ended) this.#say("It will be shown as soon as it is sent and ready.");
      this.#news(answer);
    } catch (error) {
      this.#say(error.message);
      announce(error.message);
    } finally {
      button.disabled = false;
    }
  }

  #whenCreated() {
    if (this.transfer.url) return Promise.resolve();
    return new Promise((resolve) => this.transfer.addEventListener("created", resolve, { once: true }));
  }

  #pauseOrGo() {
    if (this.transfer.state === "paused") {
      this.transfer.resume().then(
        () => this.transfer.state === "done" && this.#sent(),
        (error) => this.#fail(error.message),
      );
    } else {
      this.transfer.pause();
    }
    this.#show();
  }

  #show() {
    const { offset, state, bytesPerSecond, file } = this.transfer;
    if (this.ended || !file) return;
    this.#bar(offset / file.size);
    const paused = state === "paused";
    this.piece("pause").textContent = paused ? "Go on" : "Pause";
    if (paused) return this.#say(`Paused at ${size(offset)} of ${size(file.size)}`);
    if (state === "offline") return this.#say("No connection. It goes on by itself when there is one.");
    const left = bytesPerSecond ? ` · ${size(bytesPerSecond)}/s · ${clock((file.size - offset) / bytesPerSecond)} left` : "";
    this.#say(`${size(offset)} of ${size(file.size)}${left}`);
  }

  #ask() {
    this.#say("Not sent to the end. Choose the same file again: it goes on where it was.");
    this.piece("pause").hidden = true;
  }

  #fail(reason) {
    this.ended = this.over = true;
    this.toggleAttribute("data-failed", true);
    this.#say(reason);
    this.piece("pause").hidden = this.piece("post").hidden = true;
    this.piece("cancel").textContent = "Remove";
    announce(`${this.entry.name}: ${reason}`);
    this.#forget();
    this.#settle();
  }

  async #forget() {
    await this.keeping; // or the bytes would come in after they were thrown out
    await forget(this.entry.id);
  }

  async #remember() {
    const { id, begun, url, name, bytes } = this.entry;
    const { caption, visibility } = this.form;
    if (this.ended) return;
    await keep({ id, begun, url, name, bytes, caption: caption.value, visibility: visibility.value });
  }

  #label() {
    const id = `upload-${this.entry.id}`;
    for (const field of this.form.querySelectorAll("textarea, select, [name=improve]")) {
      field.id = `${id}-${field.name}`;
      this.form.querySelector(`label[data-for=${field.name}]`).htmlFor = field.id;
    }
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", this.entry.name);
  }

  #count() {
    const { value, maxLength } = this.form.caption;
    this.piece("count").textContent = `${value.length} / ${maxLength}`;
  }

  #bar(share) {
    const bar = this.querySelector("progress");
    bar.value = share;
  }

  #say(text) {
    this.piece("status").textContent = text;
  }

  #settle() {
    this.dispatchEvent(new Event("settled", { bubbles: true }));
  }
}

/** Tell a screen reader, once. */
function announce(text) {
  document.querySelector("[data-announce]").textContent = text;
}

customElements.define("upload-item", UploadItem);
