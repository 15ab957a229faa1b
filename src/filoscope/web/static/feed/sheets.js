// What opens over the feed: comments, signing in, the menu of a clip, sharing. Loaded when first wanted.
import { toast } from "../toast.js";
import "../people/comments.js"; // what is inside the comments is theirs
import { post } from "./actions.js";
import { record } from "./beacon.js";
import { countText } from "./shelf.js";

const find = (id) => document.getElementById(id);
const WIDE = matchMedia("(min-width: 1100px)"); // room for comments beside the clip

// ---- comments ----

async function fetchComments(url) {
  const answer = await fetch(url, { headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok) throw new Error(`${answer.status} for ${url}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function showFailure(body, retry) {
  const words = document.createElement("p");
  words.className = "empty";
  const button = Object.assign(document.createElement("button"), { className: "button", textContent: "Try again" });
  button.addEventListener("click", retry);
  words.append("The comments could not be loaded.", button);
  body.replaceChildren(words);
}

/** Open the comments of a clip: a sheet from below on phones, a panel beside it on wide screens. */
export async function openComments(card) {
  const dialog = find("comments");
  const body = dialog.querySelector("[data-comments]");
  if (dialog.open && dialog.card === card) return dialog.close();
  dialog.card = card;
  body.replaceChildren();
  body.setAttribute("aria-busy", "true");
  if (!dialog.open) WIDE.matches ? dialog.show() : dialog.showModal();
  document.body.classList.add("comments-open");
  dialog.onclose = () => {
    document.body.classList.remove("comments-open");
    dialog.card.focus({ preventScroll: true });
  };
  dialog.onkeydown = ({ key }) => {
    if (key === "Escape") dialog.close(); // an answer of false would swallow every other key
  };
  try {
    const fragment = await fetchComments(`${card.dataset.url}/comments`);
    if (dialog.card === card) body.replaceChildren(...fragment.head.childNodes, ...fragment.body.childNodes);
  } catch {
    showFailure(body, () => openComments(card));
  }
  body.removeAttribute("aria-busy");
}

document.addEventListener("comments:counted", ({ detail }) => {
  const { card } = find("comments");
  const words = card?.querySelector("[data-act=comments] [data-count]");
  if (!words || card.dataset.slug !== detail.clip) return;
  if (detail.count > Number(words.dataset.count)) record(card, "commented");
  words.textContent = countText((words.dataset.count = detail.count));
});

// ---- signing in ----

/** Ask the person to sign in, and to come back to this clip. */
export function askToSignIn(card) {
  const dialog = document.getElementById("sign-in");
  for (const link of dialog.querySelectorAll("[data-next]")) {
    link.href = link.dataset.next + encodeURIComponent(card.dataset.url);
  }
  dialog.showModal();
}

// ---- the menu ----

export function openMenu(card) {
  const dialog = find("more");
  dialog.card = card;
  const { reason, slug } = card.dataset;
  dialog.querySelector(".reason").hidden = !reason;
  dialog.querySelector("[data-reason]").textContent = reason;
  for (const link of dialog.querySelectorAll("[data-href]")) link.href = link.dataset.href + slug + (link.dataset.tail ?? "");
  for (const item of dialog.querySelectorAll("[data-own]")) item.hidden = !("mine" in card.dataset);
  for (const item of dialog.querySelectorAll("[data-others]")) item.hidden = "mine" in card.dataset;
  dialog.showModal();
}

find("more").addEventListener("click", ({ target }) => {
  const item = target.closest("button, a");
  const { card } = find("more");
  if (!item || item.hasAttribute("data-closes")) return;
  find("more").close();
  if (item.dataset.act === "copy") copy(linkOf(card), "Link copied");
  if (item.dataset.act === "not-interested") {
    record(card, "not_interested");
    card.classList.add("dismissed");
    toast("Noted. You will see less like this.");
    card.dispatchEvent(new Event("dismissed", { bubbles: true }));
  }
});

// ---- sharing ----

const linkOf = (card) => new URL(card.dataset.url, location.origin).href;

async function copy(text, words) {
  try {
    await navigator.clipboard.writeText(text);
    toast(words);
  } catch {
    toast("Copying is not allowed here: select the text and copy it by hand.", { kind: "error" });
  }
}

function counted(card) {
  record(card, "shared");
  post(`${card.dataset.url}/share`).then((answer) => {
    const words = card.querySelector("[data-act=share] [data-count]");
    if (words && answer?.share_count) words.textContent = countText((words.dataset.count = answer.share_count));
  });
}

export async function share(card) {
  const url = linkOf(card);
  if (navigator.share && matchMedia("(pointer: coarse)").matches) {
    try {
      await navigator.share({ url, title: card.getAttribute("aria-label") });
      counted(card);
    } catch {
      // Closed without sharing.
    }
    return;
  }
  const { width, height } = card.dataset;
  const edge = Math.round((480 * width) / height);
  find("share-link").value = url;
  find("share-embed").value =
    `<iframe src="${url}/embed" width="${edge}" height="480" loading="lazy" allow="autoplay; fullscreen" title="Clip"></iframe>`;
  find("share").card = card;
  find("share").showModal();
}

find("share").addEventListener("click", ({ target }) => {
  const field = target.closest("[data-copies]")?.dataset.copies;
  if (!field) return;
  copy(find(field).value, field === "share-link" ? "Link copied" : "Code copied");
  counted(find("share").card);
});
