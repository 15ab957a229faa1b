// How a shot is shown live: its framing, its colours, how it comes in, and the words over it.

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
const QUARTER_S = 0.25; // texts come and go over it

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
  const shown = [];
  cut.texts.forEach((text, place) => {
    const begin = text.at / fps;
    const end = begin + text.frames / fps;
    if (at >= begin && at < end) shown.push(wordsOf(text, `text-${place}`, isPlaying ? at - begin : Infinity));
  });
  const style = { y: 0.74, size: 0.075, color: "#ffffff", highlight: "#ffd83d", outline: "#000000", box: null, way: "karaoke", ...cut.caption_style };
  cut.captions.forEach((line, place) => {
    if (at >= line.start_s && at < line.end_s) shown.push(captionWords(line, style, `caption-${place}`, at));
  });
  const key = JSON.stringify(shown);
  if (root.dataset.shown === key) return;
  root.dataset.shown = key;
  root.replaceChildren(...shown.map(element));
}

function wordsOf(text, key, into) {
  const share = text.entrance === "none" ? 1 : Math.min(1, Math.max(0.05, Math.round((into / QUARTER_S) * 10) / 10));
  const { x, y, size, color, outline, box, width, turn_deg, align } = text;
  return { key, x, y, size, color, outline, box, width, turn_deg, align, entrance: text.entrance, share, parts: [[text.words, ""]] };
}

function captionWords(line, style, key, at) {
  const isSaid = (word) => at >= word.start_s && at < word.end_s;
  const words = style.way === "word" ? line.words.filter(isSaid) : line.words;
  const parts = words.map((word) => [`${word.text} `, style.way === "karaoke" && isSaid(word) ? style.highlight : ""]);
  return { ...style, key, x: 0.5, width: 0.84, turn_deg: 0, align: "center", entrance: "none", share: 1, parts };
}

function element(words) {
  const block = document.createElement("p");
  block.className = "word-block";
  for (const [text, color] of words.parts) {
    const part = document.createElement("span");
    part.textContent = text;
    if (color) part.style.color = color;
    block.append(part);
  }
  const { style } = block;
  style.left = `${words.x * 100}%`;
  style.top = `${words.y * 100}%`;
  style.width = `${words.width * 100}%`;
  style.fontSize = `${words.size * 82}cqw`;
  style.color = words.color;
  style.textAlign = words.align;
  if (words.box) block.firstChild.style.background = words.box;
  block.classList.toggle("boxed", Boolean(words.box));
  block.classList.toggle("outlined", Boolean(words.outline) && !words.box);
  const turned = words.turn_deg ? `rotate(${words.turn_deg}deg)` : "";
  const come = { pop: `scale(${0.6 + 0.4 * words.share})`, rise: `translateY(${(1 - words.share) * 60}%)` }[words.entrance] ?? "";
  style.transform = `translate(-50%, -50%) ${turned} ${come}`;
  style.opacity = words.entrance === "none" ? 1 : words.share;
  return block;
}
