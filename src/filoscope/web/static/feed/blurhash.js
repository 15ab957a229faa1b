// A blurred picture out of 30 characters (https://github.com/woltapp/blurhash, Algorithm.md), shown
// until the poster is there.
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";
const WIDTH = 18;
const HEIGHT = 32;

const number = (text) => [...text].reduce((value, digit) => value * 83 + DIGITS.indexOf(digit), 0);
const linear = (byte) => (byte / 255 > 0.04045 ? ((byte / 255 + 0.055) / 1.055) ** 2.4 : byte / 3294.6);
const gamma = (light) => (light <= 0.0031308 ? light * 3294.6 : 269.025 * Math.max(0, light) ** (1 / 2.4) - 14.025);

function components(hash) {
  const size = number(hash[0]);
  const [across, down] = [(size % 9) + 1, Math.floor(size / 9) + 1];
  if (hash.length !== 4 + 2 * across * down) return null;
  const most = (number(hash[1]) + 1) / 166;
  const mean = number(hash.slice(2, 6));
  const colours = [[linear(mean >> 16), linear((mean >> 8) & 255), linear(mean & 255)]];
  for (let i = 1; i < across * down; i += 1) {
    const value = number(hash.slice(4 + 2 * i, 6 + 2 * i));
    const parts = [Math.floor(value / 361), Math.floor(value / 19) % 19, value % 19];
    colours.push(parts.map((part) => Math.sign(part - 9) * ((part - 9) / 9) ** 2 * most));
  }
  return { across, colours };
}

/** Lay a card's blurhash behind its poster, unless the poster is there already. */
export function blurPicture(card) {
  const poster = card.querySelector(".poster");
  const found = !poster || poster.complete ? null : components(card.dataset.hash ?? "");
  if (!found) return;
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT, className: "blur" });
  const context = canvas.getContext("2d");
  const picture = context.createImageData(WIDTH, HEIGHT);
  for (let at = 0; at < WIDTH * HEIGHT; at += 1) {
    const light = [0, 0, 0];
    found.colours.forEach((colour, i) => {
      const x = Math.cos((Math.PI * (at % WIDTH) * (i % found.across)) / WIDTH);
      const y = Math.cos((Math.PI * Math.floor(at / WIDTH) * Math.floor(i / found.across)) / HEIGHT);
      colour.forEach((value, channel) => (light[channel] += value * x * y));
    });
    picture.data.set([...light.map(gamma), 255], at * 4);
  }
  context.putImageData(picture, 0, 0);
  poster.before(canvas);
  poster.addEventListener("load", () => canvas.remove(), { once: true });
}
