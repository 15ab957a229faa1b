// A photo in the place of a video: each of the player's two videos has a picture that stands in for it.

import { place } from "./picture.js";

const pictures = new WeakMap();

/** Show the photo of a shot, or hide it where the shot is no photo; says whether it is one. */
export function showStill(video, shot, take, cut, isShown) {
  const isPhoto = Boolean(take?.picture_url);
  if (!isPhoto && !pictures.has(video)) return false;
  const picture = pictures.get(video) ?? made(video);
  if (isPhoto && picture.getAttribute("src") !== take.picture_url) picture.src = take.picture_url;
  picture.classList.toggle("front", isPhoto && isShown);
  video.classList.toggle("behind", isPhoto);
  if (isPhoto) {
    place(picture, shot, take, cut);
    picture.style.filter = video.style.filter;
    picture.style.opacity = video.style.opacity;
  }
  return isPhoto;
}

function made(video) {
  const picture = Object.assign(document.createElement("img"), { className: "shot still", alt: "" });
  picture.setAttribute("aria-hidden", "true");
  video.after(picture);
  pictures.set(video, picture);
  return picture;
}

/** A slow move at a moment of its shot, as it is rendered: it starts and ends softly. */
export function boxAt(framing, share) {
  if (typeof framing !== "object" || !framing.start) return framing;
  const eased = share * share * (3 - 2 * share);
  const { start, end } = framing;
  return Object.fromEntries(["x", "y", "width", "height"].map((side) => [side, start[side] + (end[side] - start[side]) * eased]));
}
