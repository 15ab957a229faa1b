// Three <video> elements for any number of cards: the one before, the one that plays, the next.
// They load one after the other in the order of need, and the next only its beginning.
import { choose, measured, rungsOf } from "./ladder.js";

const AHEAD_S = 4; // the current clip has this much before the next may begin to load
const EVENTS = ["loadeddata", "progress", "suspend", "canplay", "playing", "pause", "waiting", "timeupdate", "error", "seeked"];

export class Pool {
  #order = [];

  /** @param {(kind: string, video: HTMLVideoElement) => void} listen hears what the videos do */
  constructor(listen) {
    this.videos = Array.from({ length: 3 }, () => {
      const video = document.createElement("video");
      Object.assign(video, { className: "film", playsInline: true, loop: true, preload: "none", disableRemotePlayback: true });
      for (const kind of EVENTS) video.addEventListener(kind, () => this.#heard(kind, video, listen));
      return video;
    });
  }

  /** Give the videos to these cards: first the current, then the next, then the one before. */
  arrange(cards) {
    this.#order = cards;
    const free = this.videos.filter((video) => !cards.includes(video.card));
    for (const card of cards) if (!card.video) this.#attach(free.shift(), card);
    this.#pump();
  }

  /** Load a card's clip again, from the lowest rung. */
  retry(card) {
    this.#load(card.video, rungsOf(card)[0]);
    this.#pump();
  }

  #attach(video, card) {
    if (video.card) video.card.video = null;
    video.card = card;
    card.video = video;
    video.pause();
    video.replaceChildren();
    for (const track of card.dataset.tracks.split(",").filter(Boolean)) {
      const [srclang, label, src] = track.split("|");
      video.append(Object.assign(document.createElement("track"), { kind: "captions", srclang, label, src }));
    }
    card.querySelector(".poster").after(video);
    const { clientWidth, clientHeight } = card.firstElementChild;
    this.#load(video, choose(rungsOf(card), Math.min(clientWidth, clientHeight)));
  }

  #load(video, rung) {
    video.classList.remove("shown");
    Object.assign(video, { preload: "none", fault: !rung, begunMs: 0, rung });
    if (!rung) return video.removeAttribute("src");
    video.src = rung.url;
    // The picture is laid over the poster when its first frame is there, so no frame is ever black.
    video.requestVideoFrameCallback?.(() => video.classList.add("shown"));
  }

  #heard(kind, video, listen) {
    if (!video.card) return;
    if (kind === "loadeddata" && !video.requestVideoFrameCallback) video.classList.add("shown");
    if (kind === "error" && !this.#lower(video)) video.fault = true;
    if (kind === "progress" || kind === "suspend") this.#measure(video);
    listen(kind, video);
    if (kind !== "timeupdate" || !video.isAhead) this.#pump();
  }

  /** A rung that does not load is replaced by the one below it. */
  #lower(video) {
    if (!video.error || video.fault) return false;
    const below = rungsOf(video.card).filter((rung) => rung.edge < video.rung.edge).at(-1);
    if (below) this.#load(video, below);
    return Boolean(below);
  }

  #measure(video) {
    const seconds = bufferedTo(video);
    if (!video.begunMs || video.isMeasured || seconds < 2) return;
    video.isMeasured = true;
    measured(seconds * video.rung.kbps, performance.now() - video.begunMs);
  }

  #pump() {
    for (const card of this.#order) {
      const { video } = card;
      if (!video || video.fault) continue;
      if (video.preload === "none") {
        Object.assign(video, { preload: "auto", begunMs: performance.now(), isMeasured: false });
      }
      video.isAhead = isAhead(video);
      if (!video.isAhead) return;
    }
  }
}

function bufferedTo(video) {
  const { buffered, currentTime } = video;
  for (let i = 0; i < buffered.length; i += 1) {
    if (buffered.start(i) <= currentTime + 0.1 && buffered.end(i) >= currentTime) return buffered.end(i);
  }
  return 0;
}

function isAhead(video) {
  if (video.readyState < 3) return false;
  const end = bufferedTo(video);
  return video.networkState === 1 || end >= video.currentTime + AHEAD_S || end >= video.duration - 0.2;
}
