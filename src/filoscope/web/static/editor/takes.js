// Takes on their way: sent by the uploader of the upload page, then made a take of the draft.

import { look, refusal } from "../upload/look.js";
import { Transfer } from "../upload/tus.js";
import { ask } from "./api.js";
import { placedWords } from "./placing.js";

const HEIC = /\.hei[cf]$/i;
const HEIC_WORDS = "Photos in Apple's HEIC format cannot be read here. Share the photo as JPEG and add that.";
const NAMES = { clip: "Take", photo: "Photo", voice: "Voice" };

export class Sending extends EventTarget {
  constructor(slug, limits) {
    super();
    this.slug = slug;
    this.limits = { bytes: limits.bytes, seconds: limits.seconds, pixels: Infinity };
    this.going = [];
    this.failed = []; // what could not be sent: it may be the only copy of what was filmed
  }

  /** Send one file; answers when it is a take, or says why not. */
  async send(file, { hint_s = null, speed = 1, isVoice = false } = {}) {
    const entry = { name: file.name, share: 0, words: "Sending…" };
    this.going.push(entry);
    this.#tell();
    try {
      const reason = HEIC.test(file.name) ? HEIC_WORDS : refusal(file, hint_s === null ? await look(file) : null, this.limits);
      if (reason) throw new Error(reason);
      const transfer = new Transfer(file, { endpoint: "/tus/", metadata: { filename: file.name, filetype: file.type, kind: "take", post: "0" } });
      transfer.addEventListener("progress", () => {
        entry.share = transfer.offset / file.size;
        this.#tell();
      });
      transfer.addEventListener("state", () => {
        entry.words = transfer.state === "offline" ? "No connection. It goes on by itself." : "Sending…";
        this.#tell();
      });
      await transfer.run();
      return await ask(`/drafts/${this.slug}/takes`, { method: "POST", body: { upload: transfer.id, hint_s, speed, is_voice: isVoice } });
    } catch (error) {
      this.#fail(file, { hint_s, speed, isVoice }, error);
    } finally {
      this.going.splice(this.going.indexOf(entry), 1);
      this.#tell();
      this.dispatchEvent(new Event("arrived"));
    }
  }

  #fail(file, told, error) {
    const forget = () => {
      this.failed = this.failed.filter((one) => one !== entry);
      this.#tell();
    };
    const again = () => (forget(), this.send(file, told));
    const entry = { name: file.name, words: error.message, acts: [["Send again", again], ["Drop it", forget]] };
    this.failed.push(entry);
    this.dispatchEvent(new CustomEvent("refused", { detail: error }));
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}

/** Show takes as a list; `actions` are buttons for each: [label, run, isShown]. */
export function listTakes(root, takes, going, actions) {
  const rows = takes.map((take) => row(take, takes.indexOf(take) + 1, actions));
  for (const entry of going) {
    const item = document.createElement("li");
    item.className = "take";
    item.append(picture(""), words(entry.name, entry.words, entry.share));
    if (entry.acts) item.dataset.state = "failed";
    for (const [label, run] of entry.acts ?? []) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: label });
      button.setAttribute("aria-label", `${label}: ${entry.name}`);
      button.addEventListener("click", run);
      item.append(button);
    }
    rows.push(item);
  }
  root.replaceChildren(...rows);
}

function row(take, number, actions) {
  const item = document.createElement("li");
  item.className = "take";
  item.dataset.take = take.slug;
  item.dataset.state = take.state;
  item.dataset.how = take.how;
  const said = {
    received: `Being looked at, ${Math.round(take.progress * 100)} %`,
    failed: take.failure,
    ready: [take.kind === "photo" ? "" : `${take.duration_s?.toFixed(1)} s`, placedWords(take, take.how)].filter(Boolean).join(" · "),
  };
  item.append(picture(take.poster_url), words(`${NAMES[take.kind]} ${number}`, said[take.state], take.state === "received" ? take.progress : null));
  for (const [label, run, isShown] of actions) {
    if (isShown && !isShown(take)) continue;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: label });
    button.setAttribute("aria-label", `${label}: take ${number}`);
    button.addEventListener("click", () => run(take));
    item.append(button);
  }
  return item;
}

function picture(address) {
  const frame = document.createElement("span");
  frame.className = "take-picture";
  if (address) frame.append(Object.assign(document.createElement("img"), { src: address, alt: "", width: 54, height: 72 }));
  return frame;
}

function words(name, said, share) {
  const block = document.createElement("span");
  block.className = "take-words";
  const title = Object.assign(document.createElement("b"), { textContent: name });
  const state = Object.assign(document.createElement("span"), { className: "soft small", textContent: said });
  block.append(title, state);
  if (share !== null && share !== undefined) {
    const bar = Object.assign(document.createElement("progress"), { className: "meter", max: 1, value: share });
    bar.setAttribute("aria-label", `${name}: ${said}`);
    block.append(bar);
  }
  return block;
}
