// Stickers and pictures in picture, live: each a picture or a <video> of its own, kept in time.

import { rate } from "./timeline.js";
import { STICKER } from "./layers.js";
import { AS_IT_IS, shownAt } from "./shape.js";

const NEAR_S = 0.02;
const FAR_S = 0.12; // so far off, it jumps; nearer, it runs a little faster or slower
const AHEAD_S = 1; // so long before it is seen, a clip stands ready

export class Overlays {
  constructor(root, player, stickers) {
    Object.assign(this, { root, player, stickers, shown: [] });
  }

  /** Height over width of what an overlay shows. */
  aspectOf(overlay) {
    const take = this.player.takes.get(overlay.source);
    return take?.width ? take.height / take.width : 1;
  }

  draw({ cut, at, frame, jumps }) {
    const fps = rate(cut);
    const kept = cut.overlays.map((overlay, place) => {
      const into = frame - overlay.at;
      if (into >= overlay.frames || into < -AHEAD_S * fps) return null;
      const node = this.#node(overlay, place);
      this.#place(node, overlay, into, fps);
      if (node instanceof HTMLVideoElement) this.#run(node, overlay, at - overlay.at / fps, jumps);
      return node;
    });
    for (const node of this.shown) if (node && !kept.includes(node)) this.#drop(node);
    this.shown = kept;
    this.#order(kept.filter(Boolean));
  }

  #order(nodes) {
    if (nodes.every((node, place) => this.root.children[place] === node) && this.root.children.length === nodes.length) return;
    nodes.forEach((node, place) => {
      if (this.root.children[place] !== node) this.root.insertBefore(node, this.root.children[place] ?? null); // moved at need only: a video that is moved stops
    });
  }

  #node(overlay, place) {
    const known = this.shown[place]?.source === overlay.source ? this.shown[place] : null;
    if (known) return known;
    const isSticker = overlay.source.startsWith(STICKER);
    const node = document.createElement(isSticker ? "img" : "video");
    node.className = "overlay-piece";
    node.source = overlay.source;
    if (isSticker) {
      node.alt = "";
      node.src = this.stickers.get(overlay.source) ?? "";
    } else {
      Object.assign(node, { muted: true, playsInline: true, preload: "auto" });
      node.setAttribute("aria-hidden", "true");
    }
    this.root.append(node);
    return node;
  }

  #place(node, overlay, into, fps) {
    const aspect = this.aspectOf(overlay);
    const shape = this.player.isPlaying ? shownAt(overlay, into, fps) : AS_IT_IS; // at rest it is seen whole: to be moved
    const { style } = node;
    style.visibility = into < 0 ? "hidden" : "";
    style.left = `${overlay.x * 100}%`;
    style.top = `${overlay.y * 100}%`;
    style.width = `${overlay.width * 100}%`;
    style.aspectRatio = String(1 / aspect);
    style.opacity = overlay.opacity * shape.opacity;
    style.borderRadius = `${overlay.corner * overlay.width * Math.min(1, aspect) * 100}cqw`;
    style.transform = `translate(-50%, -50%) translateY(${(shape.lower * 100 * 16) / 9}cqw) rotate(${overlay.turn_deg}deg) scale(${shape.scale}) ${overlay.is_mirrored ? "scaleX(-1)" : ""}`;
  }

  #run(video, overlay, into, jumps) {
    const address = this.player.addressOf(overlay.source);
    if (video.address !== address) {
      video.address = address;
      video.src = address;
      jumps = true;
    }
    const isShown = into >= 0;
    video.muted = overlay.gain_db === null || !isShown;
    if (overlay.gain_db !== null) video.volume = Math.min(1, 10 ** (overlay.gain_db / 20));
    const take = this.player.takes.get(overlay.source);
    const due = Math.min(overlay.start_s + Math.max(0, into), Math.max(0, (take?.duration_s ?? Infinity) - 0.05));
    const off = due - video.currentTime;
    if (Math.abs(off) > (jumps || !isShown ? 0.001 : FAR_S)) video.currentTime = due;
    if (!isShown || !this.player.isPlaying) return void (video.paused || video.pause());
    video.playbackRate = 1 + (Math.abs(off) > NEAR_S ? Math.max(-0.1, Math.min(0.1, off)) : 0);
    if (video.paused) video.play().catch(() => {});
  }

  #drop(node) {
    if (node instanceof HTMLVideoElement) node.pause();
    node.remove();
  }
}
