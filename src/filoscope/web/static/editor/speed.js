// The speed of a shot: constant, or a ramp; a ramp's points are pulled up and down.

import { chosenShot, takeOf } from "./choosing.js";
import { speedAt } from "./pace.js";
import * as ramps from "./ramps.js";
import { rate } from "./timeline.js";

const [WIDE, HIGH] = [320, 110]; // of the curve's own units
const STEP = 1.1; // by an arrow key

export function wireSpeed(root, tools) {
  const { store, panels, player, announce } = tools;
  const panel = root.querySelector("[data-panel=speed]");
  const form = panel.querySelector("[data-speed-form]");
  const list = panel.querySelector("[data-ramps]");
  const graph = panel.querySelector("[data-ramp-graph]");
  const line = graph.querySelector("path");
  const dots = panel.querySelector("[data-ramp-dots]");

  const change = (name, speedFor) => {
    const place = chosenShot(tools);
    store.edit(name, (cut) => {
      const shot = cut.shots[place];
      const made = ramps.paced(shot, speedFor(shot), rate(cut), takeOf(store, shot.source)?.duration_s);
      return { ...cut, shots: cut.shots.map((one, at) => (at === place ? made : one)) };
    });
  };

  for (const [name, curve] of ramps.RAMPS) list.append(card(name, curve, () => change(`Ramp: ${name}`, (shot) => ramps.laid(curve, shot.frames))));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", ({ target }) => target.name === "speed" && change("Speed", () => Number(target.value)));
  panel.querySelector("[data-ramp-own]").addEventListener("click", () =>
    change("Ramp of one's own", (shot) => ramps.laid(ramps.curveOf(shot, speedAt), shot.frames)),
  );
  panel.querySelector("[data-ramp-see]").addEventListener("click", () => {
    const begin = player.starts[chosenShot(tools)] / rate(store.cut);
    player.seek(begin);
    player.play();
  });

  const pull = (place, speed, name = "Pull the ramp…") =>
    change(name, (shot) => shot.speed.map((point, at) => (at === place ? { ...point, speed: ramps.clamp(speed) } : point)));

  dots.addEventListener("pointerdown", (event) => {
    const dot = event.target.closest("[data-dot]");
    if (!dot) return;
    event.preventDefault();
    dot.focus();
    const room = graph.getBoundingClientRect();
    const place = Number(dot.dataset.dot);
    const move = ({ clientY }) => pull(place, ramps.speedOfHeight(1 - (clientY - room.top) / room.height));
    const end = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      store.last = null;
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  });
  dots.addEventListener("keydown", (event) => {
    const dot = event.target.closest("[data-dot]");
    const way = { ArrowUp: STEP, ArrowRight: STEP, ArrowDown: 1 / STEP, ArrowLeft: 1 / STEP }[event.key];
    if (!dot || !way) return;
    event.preventDefault();
    const place = Number(dot.dataset.dot);
    pull(place, store.cut.shots[chosenShot(tools)].speed[place].speed * way);
    announce(`${spoken(store.cut.shots[chosenShot(tools)].speed[place].speed)} as fast`);
  });

  function show() {
    if (!store.cut || panels.name !== "speed") return;
    const place = chosenShot(tools);
    const shot = store.cut.shots[place];
    const isRamp = typeof shot.speed !== "number";
    panel.querySelector("#speed-title").textContent = `Speed of shot ${place + 1}`;
    for (const radio of form.elements.speed) radio.checked = !isRamp && Number(radio.value) === shot.speed;
    for (const button of list.children) button.setAttribute("aria-pressed", String(isSame(shot, button.curve)));
    panel.querySelector("[data-ramp-editor]").hidden = !isRamp;
    if (!isRamp) return;
    const last = Math.max(1, shot.frames - 1);
    const curve = shot.speed.map((point) => [point.frame / last, point.speed]);
    line.setAttribute("d", ramps.pathOf(curve, WIDE, HIGH, 0));
    while (dots.children.length > curve.length) dots.lastChild.remove();
    while (dots.children.length < curve.length) dots.append(dotOf(dots.children.length));
    curve.forEach(([share, speed], at) => {
      const dot = dots.children[at];
      dot.style.left = `${share * 100}%`;
      dot.style.top = `${(1 - ramps.heightOf(speed)) * 100}%`;
      dot.setAttribute("aria-valuenow", speed.toFixed(2));
      dot.setAttribute("aria-valuetext", `${spoken(speed)} at ${Math.round(share * 100)} % of the shot`);
      dot.dataset.words = spoken(speed);
    });
  }
  return show;
}

const spoken = (speed) => `${speed >= 1 ? speed.toFixed(1) : speed.toFixed(2)}×`;

function isSame(shot, curve) {
  const laid = ramps.laid(curve, shot.frames);
  return typeof shot.speed !== "number" && typeof laid !== "number" && laid.length === shot.speed.length && laid.every((point, at) => point.frame === shot.speed[at].frame && Math.abs(point.speed - shot.speed[at].speed) < 0.01);
}

function dotOf(place) {
  const dot = Object.assign(document.createElement("span"), { className: "ramp-dot", tabIndex: 0 });
  dot.dataset.dot = place;
  dot.setAttribute("role", "slider");
  dot.setAttribute("aria-orientation", "vertical");
  dot.setAttribute("aria-label", `Speed at point ${place + 1}`);
  dot.setAttribute("aria-valuemin", ramps.SPEED_MIN);
  dot.setAttribute("aria-valuemax", ramps.SPEED_MAX);
  return dot;
}

function card(name, curve, run) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "ramp-card" });
  button.curve = curve;
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 72 40");
  drawing.setAttribute("aria-hidden", "true");
  const level = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const middle = 37 - ramps.heightOf(1) * 34;
  level.setAttribute("d", `M0 ${middle}H72`);
  level.setAttribute("class", "level");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ramps.pathOf(curve, 72, 40));
  drawing.append(level, path);
  button.append(drawing, Object.assign(document.createElement("span"), { textContent: name }));
  button.addEventListener("click", run);
  return button;
}
