// Stickers, pictures and texts are moved where they are seen: dragged, pinched, turned, and by keys.
//
// Each that is shown has a box on the picture. The chosen one has handles; while it moves, guides say
// where the middle and the safe area are, and it snaps to the middle.

import * as layers from "./layers.js";

const SNAP = 0.018; // of the picture: nearer, it snaps to the middle
const SNAP_DEG = 4;
const SAFE = { x: 0.05, top: 0.07, bottom: 0.14 }; // as the renderer keeps words in
const TAP_PX = 6; // a finger that moved less has tapped
const [STEP, LEAP] = [0.01, 0.05]; // by an arrow key, and with Shift
const WORDS = "Arrow keys move it, plus and minus change its size, comma and full stop turn it, Delete removes it, Enter opens it.";

export class Touch extends EventTarget {
  constructor(root, { store, player, announce }, overlays) {
    super();
    Object.assign(this, { store, player, announce, overlays, chosen: null, fingers: new Map() });
    this.frame = root.querySelector("[data-frame]");
    this.root = root.querySelector("[data-touch]");
    this.guides = root.querySelector("[data-guides]");
    this.root.addEventListener("pointerdown", (event) => this.#down(event));
    this.root.addEventListener("keydown", (event) => this.#key(event));
    this.root.addEventListener("click", (event) => this.#click(event));
    new ResizeObserver(() => player.cut && !player.isPlaying && player.seek(player.at)).observe(this.frame); // boxes and words are in pixels
    for (const name of ["pointermove", "pointerup", "pointercancel"]) this.root.addEventListener(name, (event) => this.#moved(event));
  }

  /** Choose a part, or none. */
  choose(part) {
    const isSame = JSON.stringify(part) === JSON.stringify(this.chosen);
    this.chosen = part;
    if (this.moment) this.draw(this.moment);
    if (!isSame) this.dispatchEvent(new Event("chosen"));
  }

  draw(moment) {
    this.moment = moment;
    const { cut, frame } = moment;
    if (this.chosen && !layers.partOf(cut, this.chosen)) {
      this.chosen = null;
      queueMicrotask(() => this.dispatchEvent(new Event("chosen")));
    }
    this.root.hidden = this.player.isPlaying;
    this.root.classList.toggle("choosing", Boolean(this.chosen));
    if (this.root.hidden) return;
    const shown = [];
    for (const kind of ["overlay", "text"]) {
      layersOf(cut, kind).forEach((one, place) => {
        if (frame >= one.at && frame < one.at + one.frames) shown.push({ kind, place });
      });
    }
    this.#keep(cut, shown);
  }

  #keep(cut, shown) {
    const keys = shown.map(({ kind, place }) => `${kind}-${place}`);
    for (const box of [...this.root.children]) if (!keys.includes(box.dataset.grip)) box.remove();
    shown.forEach((part, place) => {
      let box = this.root.querySelector(`[data-grip="${keys[place]}"]`);
      if (!box) {
        box = grip(keys[place], layers.nameOf(cut, part, this.store.draft.takes));
        this.root.append(box);
      }
      const isChosen = this.chosen?.kind === part.kind && this.chosen.place === part.place;
      box.classList.toggle("chosen", isChosen);
      box.firstChild.setAttribute("aria-pressed", String(isChosen));
      box.firstChild.setAttribute("aria-label", layers.nameOf(cut, part, this.store.draft.takes));
      this.#fit(box, cut, part);
    });
  }

  #fit(box, cut, part) {
    const one = layers.partOf(cut, part);
    const room = { width: this.frame.clientWidth, height: this.frame.clientHeight };
    let [width, height, x, y] = [one.width * room.width, 0, one.x * room.width, one.y * room.height];
    if (part.kind === "overlay") height = width * this.overlays.aspectOf(one);
    else {
      const words = this.player.words.querySelector(`[data-part="text-${part.place}"]`);
      if (!words) return;
      [width, height] = [words.offsetWidth, words.offsetHeight];
      [x, y] = [words.offsetLeft, words.offsetTop]; // moved into the safe area, it stands elsewhere
    }
    Object.assign(box.style, { left: `${x}px`, top: `${y}px`, width: `${Math.max(28, width)}px`, height: `${Math.max(28, height)}px`, transform: `translate(-50%, -50%) rotate(${one.turn_deg}deg)` });
  }

  // ---- fingers ----

  #down(event) {
    const box = event.target.closest("[data-grip]");
    if (event.target.closest("[data-grip-do]")) return;
    if (!box && !this.chosen) return;
    event.preventDefault();
    const isAlone = this.fingers.size === 0;
    if (!box && isAlone) return this.choose(null);
    if (isAlone) {
      const [kind, place] = box.dataset.grip.split("-");
      const part = { kind, place: Number(place) };
      this.wasChosen = JSON.stringify(part) === JSON.stringify(this.chosen);
      this.choose(part);
      this.isTurning = Boolean(event.target.closest(".grip-turn"));
      box.firstChild.focus({ preventScroll: true });
    }
    this.root.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    this.#begin();
  }

  #begin() {
    const cut = this.temporary ?? this.store.cut;
    this.begun = { cut, part: layers.partOf(cut, this.chosen), hand: this.#hand() };
    if (this.fingers.size === 1 && !this.temporary) this.hasMoved = false;
  }

  /** Where the fingers are: their middle, how far apart, at what angle; one that turns is apart from the part's middle. */
  #hand() {
    const points = [...this.fingers.values()];
    const room = this.frame.getBoundingClientRect();
    const one = layers.partOf(this.temporary ?? this.store.cut, this.chosen);
    const pivot = [room.left + one.x * room.width, room.top + one.y * room.height];
    const [a, b] = points.length > 1 ? points : [this.isTurning ? pivot : points[0], points[0]];
    const middle = points.length > 1 ? [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] : points[0];
    return { middle, apart: Math.hypot(b[0] - a[0], b[1] - a[1]), turn: (Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI };
  }

  #moved(event) {
    if (!this.fingers.has(event.pointerId)) return;
    if (event.type !== "pointermove") return this.#up(event);
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    const hand = this.#hand();
    const { hand: begun } = this.begun;
    const way = Math.hypot(hand.middle[0] - begun.middle[0], hand.middle[1] - begun.middle[1]);
    if (!this.hasMoved && this.fingers.size === 1 && way < TAP_PX) return;
    this.hasMoved = true;
    cancelAnimationFrame(this.due);
    this.due = requestAnimationFrame(() => this.#apply(hand));
  }

  #apply(hand) {
    const { begun, chosen } = this;
    if (!begun || !chosen) return;
    const isSized = this.fingers.size > 1 || this.isTurning;
    const changes = { ...(this.isTurning ? {} : this.#placed(hand)), ...(isSized ? this.#sized(hand) : {}) };
    this.temporary = layers.changed(begun.cut, chosen, changes);
    this.player.show(this.temporary, this.store.draft.takes, this.store.draft.sound);
    this.#guide(layers.partOf(this.temporary, chosen));
  }

  #placed(hand) {
    const { part, hand: begun } = this.begun;
    const snap = (value) => (Math.abs(value - 0.5) < SNAP ? 0.5 : value);
    const x = snap(part.x + (hand.middle[0] - begun.middle[0]) / this.frame.clientWidth);
    const y = snap(part.y + (hand.middle[1] - begun.middle[1]) / this.frame.clientHeight);
    return { x: clamp(x, 0, 1), y: clamp(y, 0, 1) };
  }

  #sized(hand) {
    const { part, hand: begun } = this.begun;
    const [field, least, most] = layers.SIZES[this.chosen.kind];
    const turn = part.turn_deg + hand.turn - begun.turn;
    const even = Math.round(turn / 90) * 90;
    return { [field]: clamp((part[field] * hand.apart) / Math.max(1, begun.apart), least, most), turn_deg: turned(Math.abs(turn - even) < SNAP_DEG ? even : turn) };
  }

  #up(event) {
    this.fingers.delete(event.pointerId);
    cancelAnimationFrame(this.due);
    if (this.fingers.size) return this.#begin(); // the finger that is left goes on from here
    this.guides.hidden = true;
    const { temporary, hasMoved } = this;
    this.temporary = null;
    this.isTurning = false;
    if (temporary && hasMoved) {
      this.store.edit("Move it on the picture", () => temporary);
      this.store.last = null;
    } else if (event.type === "pointerup" && this.wasChosen) this.open();
  }

  #guide(one) {
    this.guides.hidden = false;
    this.guides.classList.toggle("middle-x", one.x === 0.5);
    this.guides.classList.toggle("middle-y", one.y === 0.5);
    const isOut = one.x < SAFE.x || one.x > 1 - SAFE.x || one.y < SAFE.top || one.y > 1 - SAFE.bottom;
    this.guides.classList.toggle("out", isOut);
    const name = `${one.x === 0.5}${one.y === 0.5}`;
    if (name !== this.snapped && name.includes("true")) navigator.vibrate?.(8);
    this.snapped = name;
  }

  // ---- keys and buttons ----

  #key(event) {
    const box = event.target.closest("[data-grip]");
    if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
    const [kind, place] = box.dataset.grip.split("-");
    const part = { kind, place: Number(place) };
    const one = layers.partOf(this.store.cut, part);
    const [field, least, most] = layers.SIZES[kind];
    const step = event.shiftKey ? LEAP : STEP;
    const acts = {
      ArrowLeft: () => ({ x: clamp(one.x - step, 0, 1) }),
      ArrowRight: () => ({ x: clamp(one.x + step, 0, 1) }),
      ArrowUp: () => ({ y: clamp(one.y - step, 0, 1) }),
      ArrowDown: () => ({ y: clamp(one.y + step, 0, 1) }),
      "+": () => ({ [field]: clamp(one[field] * 1.05, least, most) }),
      "=": () => ({ [field]: clamp(one[field] * 1.05, least, most) }),
      "-": () => ({ [field]: clamp(one[field] / 1.05, least, most) }),
      ",": () => ({ turn_deg: turned(one.turn_deg - 3) }),
      ".": () => ({ turn_deg: turned(one.turn_deg + 3) }),
    };
    const act = acts[event.key];
    if (!act && !["Delete", "Backspace", "Escape"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation(); // here a key is about the part, not about the shot
    if (event.key === "Escape") return this.choose(null);
    if (!act) return this.remove(part);
    this.choose(part);
    this.store.edit("Move it by keys…", (cut) => layers.changed(cut, part, act()));
    const now = layers.partOf(this.store.cut, part);
    this.announce(`${Math.round(now.x * 100)} across, ${Math.round(now.y * 100)} down, size ${Math.round(now[field] * 100)}, turned ${Math.round(now.turn_deg)}.`);
  }

  #click(event) {
    const act = event.target.closest("[data-grip-do]")?.dataset.gripDo;
    if (act === "remove") this.remove(this.chosen);
    else if (act === "open") this.open();
    else if (event.detail === 0 && event.target.closest(".grip-body")) {
      // Enter or Space on the box itself; a finger's click has been seen to already.
      const [kind, place] = event.target.closest("[data-grip]").dataset.grip.split("-");
      this.choose({ kind, place: Number(place) });
      this.open();
    }
  }

  remove(part) {
    const name = layers.nameOf(this.store.cut, part, this.store.draft.takes);
    this.choose(null);
    this.store.edit("Remove it", (cut) => layers.removed(cut, part));
    this.announce(`${name} is removed.`);
  }

  open() {
    this.dispatchEvent(new Event("open"));
  }
}

function grip(key, name) {
  const box = Object.assign(document.createElement("div"), { className: "grip" });
  box.dataset.grip = key;
  const body = Object.assign(document.createElement("button"), { type: "button", className: "grip-body" });
  body.setAttribute("aria-label", name);
  body.setAttribute("aria-description", WORDS);
  const remove = Object.assign(document.createElement("button"), { type: "button", className: "grip-do", textContent: "×" });
  remove.dataset.gripDo = "remove";
  remove.setAttribute("aria-label", `Remove ${name}`);
  const open = Object.assign(document.createElement("button"), { type: "button", className: "grip-do open", textContent: "✎" });
  open.dataset.gripDo = "open";
  open.setAttribute("aria-label", `Change ${name}`);
  const turn = Object.assign(document.createElement("span"), { className: "grip-turn" });
  turn.setAttribute("aria-hidden", "true"); // plus, minus, comma and full stop do the same
  box.append(body, remove, open, turn);
  return box;
}

const layersOf = (cut, kind) => (kind === "overlay" ? cut.overlays : cut.texts);
const clamp = (value, least, most) => Math.round(Math.min(most, Math.max(least, value)) * 10000) / 10000;
const turned = (degrees) => Math.round((((degrees + 180) % 360) + 360) % 360 - 180);
