// How a sticker, a picture or a text comes and goes: the renderer's movements, for a browser.

const ANIMATION_S = 0.25;
const POP = 1.12; // by how much a thing that pops in is too large for a moment
const RISE = 0.06; // of the picture's height

/** Opacity, size and how far lower, in shares of the picture's height, at one of a part's frames. */
export function shownAt(part, frame, fps) {
  const span = Math.max(1, Math.min(Math.round(ANIMATION_S * fps), Math.floor(part.frames / 2)));
  const come = shape(part.entrance, Math.min(1, (frame + 1) / (span + 1)));
  const gone = shape(part.exit, Math.min(1, (part.frames - frame) / (span + 1)));
  return { opacity: Math.min(come.opacity, gone.opacity), scale: come.scale * gone.scale, lower: come.lower + gone.lower };
}

export const AS_IT_IS = { opacity: 1, scale: 1, lower: 0 };

function shape(animation, share) {
  if (!animation || animation === "none" || share >= 1) return AS_IT_IS;
  const eased = 1 - (1 - share) ** 3;
  if (animation === "pop") {
    const grown = share < 0.7 ? (share / 0.7) * POP : POP - ((POP - 1) * (share - 0.7)) / 0.3;
    return { opacity: Math.min(share * 3, 1), scale: Math.max(grown, 0.05), lower: 0 };
  }
  return { opacity: eased, scale: 1, lower: animation === "rise" ? (1 - eased) * RISE : 0 };
}
