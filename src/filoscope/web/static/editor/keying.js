// Green screen on pixels: the renderer's rule, in Cb and Cr of BT.709, for a browser.

const ALONG = 0.8; // how much a difference in saturation counts beside one in hue
const RANGE = 224;

export const NO_KEY = { color: "#00b140", tolerance: 0.12, softness: 0.08, spill: 1, behind: null, behind_start_s: 0, backdrop: "#101014" };

export const rgbOf = (color) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
export const hexOf = (rgb) => `#${rgb.map((level) => Math.round(Math.min(255, Math.max(0, level))).toString(16).padStart(2, "0")).join("")}`;

/** Cb and Cr of a colour, about 0. */
export function chromaOf([red, green, blue]) {
  const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return [((blue - luma) / 1.8556) * (RANGE / 255), ((red - luma) / 1.5748) * (RANGE / 255)];
}

/** How much of a screen's light to take off the rest: of one that is neither green nor blue less, for skin has of it. */
export function spillFor(color) {
  const [red, green, blue] = rgbOf(color);
  return Math.max(green, blue) > 1.4 * red ? 1 : 0.4;
}

/** Make clear what of RGBA pixels is of the key's colour, and take its light off the rest; in place. */
export function keyOut(pixels, width, height, key) {
  let [wayU, wayV] = chromaOf(rgbOf(key.color));
  const length = Math.max(Math.hypot(wayU, wayV), 1);
  wayU /= length;
  wayV /= length;
  const count = width * height;
  const share = new Float32Array(count);
  for (let at = 0, to = 0; to < count; at += 4, to += 1) {
    const red = pixels[at];
    const green = pixels[at + 1];
    const blue = pixels[at + 2];
    const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    const u = (blue - luma) * 0.47339;
    const v = (red - luma) * 0.55780;
    const along = u * wayU + v * wayV;
    const across = v * wayU - u * wayV;
    const missing = Math.max(length - along, 0) * ALONG;
    const away = Math.sqrt(missing * missing + across * across) / RANGE;
    share[to] = Math.min(1, Math.max(0, (away - key.tolerance) / key.softness));
    const spill = Math.max(along - Math.abs(across), 0) * key.spill;
    if (spill === 0) continue;
    const cleanU = (u - spill * wayU) / 0.47339;
    const cleanV = (v - spill * wayV) / 0.55780;
    pixels[at] = luma + cleanV;
    pixels[at + 1] = luma - (0.2126 * cleanV + 0.0722 * cleanU) / 0.7152;
    pixels[at + 2] = luma + cleanU;
  }
  const soft = softened(eroded(share, width, height), width, height);
  for (let to = 0; to < count; to += 1) pixels[to * 4 + 3] = soft[to] * 255;
}

/** The least of each place and its four neighbours. */
function eroded(share, width, height) {
  const made = new Float32Array(share.length);
  for (let y = 0; y < height; y += 1) {
    const [up, down] = [y ? -width : 0, y < height - 1 ? width : 0];
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      made[at] = Math.min(share[at], share[at + up], share[at + down], share[x ? at - 1 : at], share[x < width - 1 ? at + 1 : at]);
    }
  }
  return made;
}

/** A Gaussian of three by three: 1, 2, 1 across, then down. */
function softened(share, width, height) {
  const across = new Float32Array(share.length);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      across[at] = (share[x ? at - 1 : at + 1] + 2 * share[at] + share[x < width - 1 ? at + 1 : at - 1]) / 4;
    }
  }
  for (let y = 0; y < height; y += 1) {
    const [up, down] = [y ? -width : width, y < height - 1 ? width : -width];
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      share[at] = (across[at + up] + 2 * across[at] + across[at + down]) / 4;
    }
  }
  return share;
}

/** The colour of a screen around somebody: what most of a picture's border has; null where it is grey. */
export function screenColor(pixels, width, height) {
  const kinds = new Map();
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (x > width * 0.15 && x < width * 0.85 && y > height * 0.15) continue;
      const rgb = [0, 1, 2].map((part) => pixels[(y * width + x) * 4 + part]);
      const [u, v] = chromaOf(rgb);
      if (Math.hypot(u, v) < 18) continue;
      const name = Math.round((Math.atan2(v, u) / Math.PI) * 12);
      const kind = kinds.get(name) ?? { count: 0, sum: [0, 0, 0] };
      kind.count += 1;
      rgb.forEach((level, part) => (kind.sum[part] += level));
      kinds.set(name, kind);
    }
  }
  const most = [...kinds.values()].sort((a, b) => b.count - a.count)[0];
  return most && most.count > 0.08 * width * height ? hexOf(most.sum.map((level) => level / most.count)) : null;
}
