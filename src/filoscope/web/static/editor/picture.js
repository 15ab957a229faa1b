// How a shot is shown live: its framing, its colours, how it comes in, and the words over it.

import { AS_IT_IS, shownAt } from "./shape.js";

const LOOKS = {
  // Near to the tables that are rendered.
  warm: "sepia(.18) saturate(1.15) contrast(1.04)",
  cool: "hue-rotate(-6deg) saturate(.95) contrast(1.04)",
  vivid: "saturate(1.35) contrast(1.12)",
  faded: "contrast(.86) brightness(1.06) saturate(.78)",
  noir: "grayscale(1) contrast(1.3)",
  sepia: "sepia(.85) contrast(1.06)",
  teal: "contrast(1.08) saturate(1.15) hue-rotate(-5deg)",
  night: "brightness(.72) saturate(.6) hue-rotate(8deg)",
};
// As the renderer letters: sizes are heights of a line, of which the font takes so much.
const FONT = 0.92;
const RIM = 0.15;
const SAFE = { x: 0.05, top: 0.07, bottom: 0.14 };

export function filterOf(look) {
  const filter = look && LOOKS[look.name];
  if (!filter) return "";
  // CSS has no strength of a whole filter: each of its numbers is brought nearer to nothing.
  return filter.replace(/([a-z-]+)\(([-.\d]+)(deg)?\)/g, (_, name, number, unit = "") => {
    const nothing = ["sepia", "grayscale", "hue-rotate"].includes(name) ? 0 : 1;
    return `${name}(${(nothing + (Number(number) - nothing) * look.strength).toFixed(3)}${unit})`;
  });
}

/** Put a video into the frame: filling it, whole, or with a part of it in the middle. */
export function place(video, shot, take, frame) {
  const { framing } = shot;
  const box = typeof framing === "object" ? (framing.start ?? framing) : { x: 0, y: 0, width: 1, height: 1 };
  const { width, height } = take?.width ? take : frame;
  const [across, down] = [frame.width / (box.width * width), frame.height / (box.height * height)];
  const scale = framing === "fit" || framing === "blur" ? Math.min(across, down) : Math.max(across, down);
  const wide = (width * scale) / frame.width;
  const high = (height * scale) / frame.height;
  const middle = box.x + box.width / 2;
  const left = 0.5 - (shot.is_mirrored ? 1 - middle : middle) * wide;
  const top = 0.5 - (box.y + box.height / 2) * high;
  Object.assign(video.style, { width: `${wide * 100}%`, height: `${high * 100}%`, left: `${left * 100}%`, top: `${top * 100}%`, transform: shot.is_mirrored ? "scaleX(-1)" : "" });
}

/** How far a shot has come in. */
export function dress(picture, flash, video, shot, frame) {
  const kind = shot.transition?.kind ?? "cut";
  const frames = shot.transition?.frames ?? 0;
  const share = frames ? Math.min(1, (frame + 1) / Math.ceil(frames / 2)) : 1;
  const isIn = share >= 1 || matchMedia("(prefers-reduced-motion: reduce)").matches;
  picture.style.transform = isIn ? "" : { zoom: `scale(${1.25 - share / 4})`, whip: `translateX(${(1 - share) * 18}%)`, match: `scale(${1.08 - share * 0.08})` }[kind] ?? "";
  picture.style.filter = isIn || kind !== "whip" ? "" : `blur(${(1 - share) * 8}px)`;
  video.style.opacity = isIn || kind !== "crossfade" ? 1 : share;
  flash.style.opacity = isIn || kind !== "flash" ? 0 : 1 - share;
}

/** Texts and captions at a moment, as they will be drawn. */
export function showWords(root, cut, at, isPlaying) {
  const [over, under = 1] = String(cut.fps).split("/").map(Number);
  const fps = over / under;
  const frame = Math.floor(at * fps + 1e-6);
  const shown = [];
  cut.texts.forEach((text, place) => {
    const into = frame - text.at;
    if (into >= 0 && into < text.frames) shown.push(wordsOf(text, `text-${place}`, isPlaying ? shownAt(text, into, fps) : AS_IT_IS));
  });
  const style = { y: 0.74, size: 0.075, color: "#ffffff", highlight: "#ffd83d", outline: "#000000", box: null, way: "karaoke", ...cut.caption_style };
  cut.captions.forEach((line, place) => {
    if (at >= line.start_s && at < line.end_s) shown.push(captionWords(line, style, `caption-${place}`, at));
  });
  const key = JSON.stringify([shown, root.clientWidth]);
  if (root.dataset.shown === key) return;
  root.dataset.shown = key;
  root.replaceChildren(...shown.map(element));
  shown.forEach((words, place) => keepSafe(root, root.children[place], words));
}

function wordsOf(text, key, shape) {
  const { x, y, size, color, outline, box, width, turn_deg, align } = text;
  return { key, x, y, size, color, outline, box, width, turn_deg, align, shape, parts: [[text.words, ""]] };
}

function captionWords(line, style, key, at) {
  const said = line.words.filter((word) => word.start_s <= at).length;
  const colors = { line: () => "", word: (place) => (place < said ? "" : "hidden"), karaoke: (place) => (place === said - 1 ? style.highlight : "") };
  const parts = line.words.map((word, place) => [`${word.text} `, colors[style.way](place)]);
  return { ...style, key, x: 0.5, width: 1 - 2 * SAFE.x, turn_deg: 0, align: "center", shape: AS_IT_IS, parts };
}

function element(words) {
  const block = document.createElement("p");
  block.className = "word-block";
  block.dataset.part = words.key;
  for (const [text, color] of words.parts) {
    const part = document.createElement("span");
    part.textContent = text;
    if (color === "hidden") part.style.visibility = "hidden";
    else if (color) part.style.color = color;
    block.append(part);
  }
  const { style } = block;
  style.left = `${words.x * 100}%`;
  style.top = `${words.y * 100}%`;
  style.maxWidth = `${words.width * 100}%`;
  style.fontSize = `${words.size * FONT * 100}cqw`;
  style.color = words.color;
  style.textAlign = words.align;
  if (words.box) for (const part of block.children) part.style.background = words.box;
  block.classList.toggle("boxed", Boolean(words.box));
  block.classList.toggle("bare", !words.outline && !words.box);
  if (words.outline) style.webkitTextStroke = `.163em ${words.outline}`;
  const { opacity, scale, lower } = words.shape;
  style.transform = `translate(-50%, -50%) translateY(${(lower * 100 * 16) / 9}cqw) rotate(${words.turn_deg}deg) scale(${scale})`;
  style.opacity = opacity;
  return block;
}

/** Move words inwards where they would leave the safe area, as the renderer does. */
function keepSafe(root, block, { x, y, size, turn_deg }) {
  const [wide, high] = [root.clientWidth, root.clientHeight];
  const rim = size * RIM * wide;
  const [width, height] = [block.offsetWidth + 2 * rim, block.offsetHeight + 2 * rim];
  const turn = (turn_deg * Math.PI) / 180;
  const halfX = (Math.abs(Math.cos(turn)) * width + Math.abs(Math.sin(turn)) * height) / 2 / wide;
  const halfY = (Math.abs(Math.sin(turn)) * width + Math.abs(Math.cos(turn)) * height) / 2 / high;
  block.style.left = `${within(x, SAFE.x, 1 - SAFE.x, halfX) * 100}%`;
  block.style.top = `${within(y, SAFE.top, 1 - SAFE.bottom, halfY) * 100}%`;
}

const within = (place, least, most, half) => (least + half > most - half ? (least + most) / 2 : Math.min(Math.max(place, least + half), most - half));
