// The feed: which card is current, and everything that follows from it.
import { burst, press } from "./actions.js";
import { uuid } from "./beacon.js";
import { Player } from "./player.js";
import { Shelf } from "./shelf.js";

const DOUBLE_MS = 260;
const WHEEL_PAUSE_MS = 140; // after this silence the wheel means a new gesture
const WHEEL_STEP_MS = 380; // inertia of touchpads goes on this long after a step

const element = document.getElementById("feed");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const shelf = new Shelf(element);
const player = new Player();
const sheets = () => import("./sheets.js");
const community = document.title.split(" · ").at(-1);
let id = history.state?.feed ?? uuid();
let index = -1;
let target = null; // where a key or the wheel is on its way to
let isOwed = false; // a step to a card that has yet to come
let height = element.clientHeight;

const current = () => shelf.cards[index];

/** Make the card at `place` the one that plays. */
function activate(place) {
  const card = shelf.cards[place];
  if (!card) {
    player.leave(); // the end of the feed
    index = shelf.cards.length;
    return;
  }
  const hadFocus = current()?.contains(document.activeElement);
  const isNew = place !== index;
  index = place;
  shelf.arrange(place);
  const others = [shelf.cards[place + 1], shelf.cards[place - 1]].filter(Boolean);
  player.activate(card, others);
  if (!isNew) return;
  if (hadFocus || target !== null) card.focus({ preventScroll: true });
  clampCaption(card);
  document.title = `${card.getAttribute("aria-label")} · ${community}`;
  history.replaceState({ ...history.state, feed: id, slug: card.dataset.slug }, "", card.dataset.url);
  const comments = document.getElementById("comments");
  if (comments.open) sheets().then(({ openComments }) => openComments(card));
}

/** Move by `steps` clips from where one is going. */
function go(steps) {
  const last = element.children.length - 1;
  const wanted = (target ?? index) + steps;
  const place = Math.min(Math.max(0, wanted), last);
  isOwed = wanted > last;
  if (place === (target ?? index)) return;
  target = place;
  activate(place); // plays before the picture has arrived: it is buffered
  element.scrollTo({ top: place * height, behavior: calm.matches ? "instant" : "smooth" });
}

function onScroll() {
  const place = Math.round(element.scrollTop / height);
  if (target !== null && place !== target) return;
  if (place !== index) activate(place);
}

function clampCaption(card) {
  const caption = card.querySelector(".caption");
  if (!caption || caption.nextElementSibling?.matches(".expand") || caption.scrollHeight <= caption.clientHeight + 2) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "expand", textContent: "more" });
  button.setAttribute("aria-expanded", "false");
  caption.after(button);
}

function expand(button) {
  const isOpen = button.previousElementSibling.classList.toggle("open");
  button.setAttribute("aria-expanded", isOpen);
  button.textContent = isOpen ? "less" : "more";
}

const actions = {
  like: (card) => press(card, "like"),
  save: (card) => press(card, "save"),
  follow: (card) => press(card, "follow"),
  comments: (card) => sheets().then((module) => module.openComments(card)),
  share: (card) => sheets().then((module) => module.share(card)),
  more: (card) => sheets().then((module) => module.openMenu(card)),
};
const controls = {
  mute: () => player.toggleSound(),
  captions: () => player.toggleCaptions(),
  play: () => player.toggle(),
  retry: () => player.retry(),
  next: () => go(1),
  previous: () => go(-1),
};
const withCard = (run) => () => current() && run(current());
const keys = {
  ArrowDown: () => go(1), PageDown: () => go(1), j: () => go(1),
  ArrowUp: () => go(-1), PageUp: () => go(-1), k: () => go(-1),
  Home: () => go(-index), " ": withCard(() => player.toggle()),
  ArrowLeft: withCard(() => player.seekBy(-3)), ArrowRight: withCard(() => player.seekBy(3)),
  m: controls.mute, t: controls.captions,
  l: withCard(actions.like), s: withCard(actions.save), c: withCard(actions.comments),
  f: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.()),
  "?": () => document.getElementById("keys").showModal(),
};

function likeTwice(event) {
  const card = event.target.closest(".card");
  burst(card, event.clientX, event.clientY);
  if (card.querySelector("[data-act=like]").getAttribute("aria-pressed") !== "true") actions.like(card);
}

function onClick(event) {
  const act = event.target.closest(".card [data-act]");
  if (act) {
    event.preventDefault();
    actions[act.dataset.act](act.closest(".card"));
  }
  controls[event.target.closest("[data-do]")?.dataset.do]?.();
  const button = event.target.closest(".expand");
  if (button) expand(button);
  else if (event.target.matches(".caption")) event.target.nextElementSibling?.click();
}

// ---- fingers, wheel and keys ----

/** One tap and two taps on the picture of a card. */
function onTap(element, { once, twice }) {
  let waiting = 0;
  let last = -DOUBLE_MS;
  element.addEventListener("click", (event) => {
    const stage = event.target.closest(".stage");
    if (!stage || event.target.closest("a, button, input, .caption, .fault")) return;
    clearTimeout(waiting);
    const isSecond = event.timeStamp - last < DOUBLE_MS;
    last = event.timeStamp;
    if (isSecond) twice(event);
    else waiting = setTimeout(() => once(event), DOUBLE_MS);
  });
}

/** The wheel moves by whole clips, fine or coarse. */
function onWheel(element, step) {
  let last = { at: 0, size: 0 };
  let steppedAt = 0;
  const turned = (event) => {
    if (event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return; // zooming, or sideways
    event.preventDefault();
    const size = Math.abs(event.deltaY);
    const now = event.timeStamp;
    const isNew = now - last.at > WHEEL_PAUSE_MS || size > last.size * 1.5 + 4;
    last = { at: now, size };
    if (size < 4 || !isNew || now - steppedAt < WHEEL_STEP_MS) return;
    steppedAt = now;
    step(Math.sign(event.deltaY));
  };
  element.addEventListener("wheel", turned, { passive: false });
}

/** Keys, but not in fields, in dialogs, or with Ctrl, Alt or Cmd. */
function onKeys(bindings) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    const { target } = event;
    if (target.closest("dialog, textarea, select, [contenteditable], input:not([type=range])")) return;
    if (document.querySelector("dialog:modal")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if ((key === " " || key === "Enter") && target.closest("a, button")) return;
    if (event.repeat && !key.startsWith("Arrow") && !key.startsWith("Page")) return;
    if (target.type === "range" && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(key)) return;
    const run = bindings[key];
    if (!run) return;
    event.preventDefault();
    run();
  });
}

// ---- beginning and end ----

function markTab() {
  for (const link of document.querySelectorAll(".feed-tabs a")) {
    if (link.dataset.tab === element.dataset.tab) link.setAttribute("aria-current", "page");
  }
}

function start() {
  const place = history.state?.feed ? shelf.restore(id, history.state.slug) : 0;
  markTab();
  element.scrollTop = place * height;
  element.addEventListener("scroll", onScroll, { passive: true });
  element.addEventListener("scrollend", () => ((target = null), onScroll()));
  element.addEventListener("pointerdown", () => (target = null));
  element.addEventListener("grown", () => (isOwed ? go(1) : activate(Math.max(0, index))));
  element.addEventListener("dismissed", () => go(1));
  document.addEventListener("click", onClick);
  onTap(element, { once: () => player.toggle(), twice: likeTwice });
  onWheel(element, go);
  onKeys(keys);
  new ResizeObserver(() => {
    height = element.clientHeight;
    element.scrollTop = Math.max(0, index) * height;
  }).observe(element);
  if (shelf.cards.length) activate(place);
  element.dataset.ready = "";
}

function rest() {
  if (index >= 0 && shelf.cards.length) shelf.keep(id, index);
  player.rest();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    rest();
    player.video?.pause();
  } else if (index >= 0) player.play();
});
addEventListener("pagehide", rest);
addEventListener("pageshow", (event) => event.persisted && player.play());
const offline = document.querySelector(".offline");
const showLine = () => (offline.hidden = navigator.onLine);
for (const kind of ["online", "offline"]) addEventListener(kind, showLine);
addEventListener("online", () => player.video?.fault && player.retry());
showLine();
start();
