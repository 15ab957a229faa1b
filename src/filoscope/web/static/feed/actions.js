// Like, save, follow: shown at once, taken back with a word when the server says no.
import { toast } from "../toast.js";
import { record } from "./beacon.js";
import { countText } from "./shelf.js";

// What is pressed -> what the log calls it, and its opposite.
const KINDS = { like: ["liked", "unliked"], save: ["saved"], follow: ["followed", "unfollowed"] };

const askToSignIn = (card) => import("./sheets.js").then((sheets) => sheets.askToSignIn(card));
const cookie = (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? "";

/** Post as the form would, but stay on the page; null when it did not work. */
export async function post(url) {
  const token = document.querySelector("#act [name=csrfmiddlewaretoken]")?.value || cookie("csrftoken");
  try {
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    const answer = await fetch(url, { method: "POST", headers });
    if (answer.status === 401) return { sign_in: true };
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // offline
  }
}

function show(button, kind, on, count) {
  button.setAttribute("aria-pressed", on);
  const base = button.getAttribute("formaction").replace(/[^/]*$/, "");
  button.setAttribute("formaction", base + (on ? `un${kind}` : kind));
  const words = button.querySelector("[data-count]");
  if (!words || count === undefined) return;
  words.dataset.count = Math.max(0, count);
  words.textContent = countText(words.dataset.count);
}

/** Press a like, save or follow button of a card. */
export function press(card, kind) {
  const button = card.querySelector(`[data-act=${kind}]`);
  if (!button) return;
  if (!document.body.dataset.account) return askToSignIn(card);
  const on = button.getAttribute("aria-pressed") !== "true";
  const url = button.getAttribute("formaction");
  const before = Number(button.querySelector("[data-count]")?.dataset.count);
  const turn = (button.turn = (button.turn ?? 0) + 1);
  show(button, kind, on, before + (on ? 1 : -1));
  // One after the other, so that like and unlike never overtake each other.
  button.sent = Promise.resolve(button.sent).then(async () => {
    const answer = await post(url);
    const event = KINDS[kind][on ? 0 : 1];
    if (answer && !answer.sign_in && event) record(card, event);
    if (turn !== button.turn) return; // pressed again meanwhile
    if (answer && !answer.sign_in) return show(button, kind, answer[KINDS[kind][0]] ?? on, answer[`${kind}_count`]);
    show(button, kind, !on, before);
    if (answer) askToSignIn(card);
    else toast("That did not reach the server. Please try again.", { kind: "error" });
  });
}

/** A heart where the finger was. */
export function burst(card, x, y) {
  const stage = card.firstElementChild;
  const box = stage.getBoundingClientRect();
  const heart = card.querySelector("[data-act=like] svg").cloneNode(true);
  heart.setAttribute("class", "burst");
  heart.style.left = `${x - box.left}px`;
  heart.style.top = `${y - box.top}px`;
  heart.addEventListener("animationend", () => heart.remove());
  stage.append(heart);
}
