// Three <video> elements for any number of cards: the one before, the one that plays, the next.
// They load one after the other in the order of need, and the next only its beginning.
const HEADROOM = 0.7; // of the measured line; the rest is for what it does next
const FORGET = 0.3; // how much a new measurement weighs
const REMEMBERED = "filoscope-kbps";
const UNKNOWN_KBPS = 4000;
const AHEAD_S = 4; // the current clip has this much before the next may begin to load
const EVENTS = ["loadeddata", "progress", "suspend", "canplay", "playing", "pause", "waiting", "timeupdate", "error", "seeked"];

let kbps = Number(sessionStorage.getItem(REMEMBERED)) || (navigator.connection?.downlink ?? 0) * 1000 || UNKNOWN_KBPS;

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

// So many kilobits arrived in so many milliseconds.
function measured(kilobits, ms) {
  if (kilobits < 500 || ms <= 0) return; // too little to judge a line by
  kbps += FORGET * ((kilobits * 1000) / ms - kbps);
  sessionStorage.setItem(REMEMBERED, Math.round(kbps));
}

/** The line could not keep up: begin the next clips lower. */
export function stalled() {
  kbps *= 0.6;
}

function rungsOf(card) {
  return card.dataset.rungs
    .split(",")
    .filter(Boolean)
    .map((rung) => rung.split(" "))
    .map(([edge, rate, url]) => ({ edge: Number(edge), kbps: Number(rate), url }))
    .sort((a, b) => a.edge - b.edge);
}

// Which rung to play: no larger than the screen shows, no heavier than the line carries.
function choose(rungs, shownEdge) {
  const wanted = shownEdge * devicePixelRatio;
  const line = navigator.connection?.saveData ? 0 : kbps * HEADROOM;
  let chosen = rungs[0];
  for (const rung of rungs) {
    if (rung.kbps > line || chosen.edge >= wanted) break;
    chosen = rung;
  }
  return chosen;
}
