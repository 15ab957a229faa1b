// Takes on their way: sent by the uploader of the upload page, then made a take of the draft.

import { look, refusal } from "../upload/look.js";
import { Transfer } from "../upload/tus.js";
import { ask } from "./api.js";

export class Sending extends EventTarget {
  constructor(slug, limits) {
    super();
    this.slug = slug;
    this.limits = { bytes: limits.bytes, seconds: limits.seconds, pixels: Infinity };
    this.going = [];
  }

  /** Send one file; answers when it is a take, or says why not. */
  async send(file, { hint_s = null, speed = 1 } = {}) {
    const entry = { name: file.name, share: 0, words: "Sending…" };
    this.going.push(entry);
    this.#tell();
    try {
      const reason = refusal(file, hint_s === null ? await look(file) : null, this.limits);
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
      await ask(`/drafts/${this.slug}/takes`, { method: "POST", body: { upload: transfer.id, hint_s, speed } });
    } catch (error) {
      this.dispatchEvent(new CustomEvent("refused", { detail: error }));
    } finally {
      this.going.splice(this.going.indexOf(entry), 1);
      this.#tell();
      this.dispatchEvent(new Event("arrived"));
    }
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
    rows.push(item);
  }
  root.replaceChildren(...rows);
}

function row(take, number, actions) {
  const item = document.createElement("li");
  item.className = "take";
  item.dataset.take = take.slug;
  item.dataset.state = take.state;
  const said = {
    received: `Being looked at, ${Math.round(take.progress * 100)} %`,
    failed: take.failure,
    ready: `${take.duration_s?.toFixed(1)} s${placedWords(take)}`,
  };
  item.append(picture(take.poster_url), words(`Take ${number}`, said[take.state], take.state === "received" ? take.progress : null));
  for (const [label, run, isShown] of actions) {
    if (isShown && !isShown(take)) continue;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: label });
    button.setAttribute("aria-label", `${label}: take ${number}`);
    button.addEventListener("click", () => run(take));
    item.append(button);
  }
  return item;
}

function placedWords(take) {
  if (!take.how) return "";
  if (take.how === "refused") return " · not in sync with the song";
  return { sound: " · in sync by its sound", motion: " · placed by its movement", hand: " · placed as it was filmed" }[take.how] ?? "";
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
