// Plays the current card and counts what was watched; below, the pool of videos and their rungs.
import { flush, record } from "./beacon.js";

const HEADROOM = 0.7; // of the measured line; the rest is for what it does next
const FORGET = 0.3; // how much a new measurement weighs
const REMEMBERED = "filoscope-kbps";
const UNKNOWN_KBPS = 4000;
const AHEAD_S = 4; // the current clip has this much before the next may begin to load
const EVENTS = ["loadeddata", "progress", "suspend", "canplay", "playing", "pause", "waiting", "timeupdate", "error", "seeked"];
const SPINNER_MS = 500; // a shorter stall is not worth a spinner
const SHOWN_MS = 250; // a card that only flies by was not shown
const REWIND_MS = 600; // after it left the screen
const remembered = (name) => localStorage.getItem(`filoscope-${name}`);
const remember = (name, on) => localStorage.setItem(`filoscope-${name}`, on ? "on" : "off");

export class Player {
  card = null;
  #sound = remembered("sound") === "on";
  #captions = remembered("captions") === "on";
  #timers = [];
  #watch = null;

  constructor() {
    this.pool = new Pool((kind, video) => video.card === this.card && this.#heard(kind, video));
    this.controls = document.getElementById("controls").content.firstElementChild.cloneNode(true);
    const part = (selector) => this.controls.querySelector(selector);
    this.seekBar = part(".seek");
    this.time = part(".time");
    this.spinner = part(".spinner");
    this.fault = part(".fault");
    this.subtitle = part(".subtitle");
    this.muteSwitch = part("[data-do=mute]");
    this.captionSwitch = part("[data-do=captions]");
    this.bigPlay = part("[data-do=play]");
    this.seekBar.addEventListener("input", () => this.#scrub());
    for (const kind of ["change", "blur", "pointerup"]) this.seekBar.addEventListener(kind, () => this.#scrubbed());
    // A browser that refused sound at first allows it once the person has touched the page.
    for (const kind of ["pointerup", "keydown"]) {
      addEventListener(kind, () => this.#sound && this.video?.muted && this.#setMuted(false), { capture: true });
    }
  }

  get video() {
    return this.card?.video;
  }

  /** Make this card the one that plays; `others` are the next and the one before. */
  activate(card, others) {
    if (card === this.card) return this.pool.arrange([card, ...others]);
    this.leave();
    this.card = card;
    this.pool.arrange([card, ...others]);
    this.#watch = { card, watchedS: 0, lastS: 0, isShown: false, isFinished: false };
    this.#timers = [setTimeout(() => this.#shown(), SHOWN_MS)];
    card.firstElementChild.append(this.controls);
    this.#showState();
    this.play();
  }

  /** Stop the current card: it was swiped away. */
  leave() {
    const { card } = this;
    if (!card) return;
    this.#timers.forEach(clearTimeout);
    this.#watched("skipped");
    this.card = null;
    card.video?.pause();
    setTimeout(() => card !== this.card && card.video && (card.video.currentTime = 0), REWIND_MS);
  }

  async play() {
    const { video } = this;
    if (!video || video.fault) return;
    video.muted = !this.#sound;
    this.#showMuted();
    try {
      await video.play();
    } catch (refusal) {
      if (refusal.name !== "NotAllowedError" || video !== this.video) return;
      if (video.muted) this.#showPaused();
      else {
        video.muted = true;
        this.#showMuted();
        video.play().catch(() => this.#showPaused());
      }
    }
  }

  toggle() {
    if (this.video?.fault) this.retry();
    else if (this.video?.paused) this.play();
    else this.video?.pause();
  }

  retry() {
    this.pool.retry(this.card);
    this.#showState();
    this.play();
  }

  toggleSound() {
    this.#sound = Boolean(this.video?.muted);
    remember("sound", this.#sound);
    this.#setMuted(!this.#sound);
  }

  toggleCaptions() {
    this.#captions = !this.#captions;
    remember("captions", this.#captions);
    this.#showCaptions();
  }

  seekBy(seconds) {
    const { video } = this;
    if (!video?.duration) return;
    video.currentTime = Math.min(Math.max(0, video.currentTime + seconds), video.duration - 0.05);
    this.#watch.lastS = video.currentTime;
    this.#showTime(video.currentTime);
  }

  /** The page goes to the background: say what was watched until now. */
  rest() {
    if (this.card) this.#watched(null);
    flush();
  }

  #setMuted(muted) {
    if (this.video) this.video.muted = muted;
    this.#showMuted();
  }

  // ---- what was watched ----

  #shown() {
    this.#watch.isShown = true;
    record(this.card, "shown");
  }

  #count(video) {
    const watch = this.#watch;
    const step = video.currentTime - watch.lastS;
    watch.lastS = video.currentTime;
    if (video.seeking || this.isScrubbing) return;
    if (step > 0 && step < 2) watch.watchedS += step;
    else if (step < -video.duration / 2) {
      watch.watchedS += Math.max(0, step + video.duration);
      if (!watch.isFinished) record(watch.card, "finished");
      watch.isFinished = true;
      record(watch.card, "looped");
    }
  }

  #watched(kindIfUnfinished) {
    const watch = this.#watch;
    if (!watch.isShown) return;
    if (watch.watchedS > 0.05) record(watch.card, "watched", { watched_s: Math.round(watch.watchedS * 100) / 100 });
    if (kindIfUnfinished && !watch.isFinished) record(watch.card, kindIfUnfinished);
    watch.watchedS = 0;
  }

  // ---- what the videos do ----

  #heard(kind, video) {
    if (kind === "timeupdate") {
      this.#count(video);
      if (!this.isScrubbing) this.#showTime(video.currentTime);
    }
    if (kind === "playing" && !this.#watch.isStarted) {
      this.#watch.isStarted = true;
      record(this.card, "started");
    }
    if (kind === "waiting") stalled();
    if (kind !== "progress" && kind !== "suspend") this.#showState();
  }

  #showState() {
    const { video } = this;
    this.fault.hidden = !video.fault;
    this.#showPaused();
    this.#showCaptions();
    this.seekBar.max = video.duration || this.card.dataset.duration || 1;
    this.#showTime(video.currentTime);
    const waits = !video.fault && !video.paused && video.readyState < 3;
    if (!waits) {
      this.spinner.hidden = true;
      clearTimeout(this.#timers[1]);
      this.#timers[1] = 0;
    } else this.#timers[1] ||= setTimeout(() => (this.spinner.hidden = false), SPINNER_MS);
  }

  #showPaused() {
    const paused = this.video.paused && !this.video.fault;
    this.controls.classList.toggle("paused", paused);
    this.bigPlay.setAttribute("aria-label", paused ? "Play" : "Pause");
  }

  #showMuted() {
    const muted = this.video?.muted ?? true;
    this.muteSwitch.setAttribute("aria-pressed", muted);
    this.muteSwitch.setAttribute("aria-label", muted ? "Sound on" : "Sound off");
    this.muteSwitch.classList.toggle("asks", muted && !remembered("sound"));
  }

  #showCaptions() {
    const tracks = [...this.video.textTracks];
    this.captionSwitch.hidden = !tracks.length;
    this.captionSwitch.setAttribute("aria-pressed", this.#captions);
    const language = navigator.language.slice(0, 2);
    const chosen = this.#captions && (tracks.find((track) => track.language.startsWith(language)) ?? tracks[0]);
    for (const track of tracks) {
      track.mode = track === chosen ? "hidden" : "disabled"; // we draw the words ourselves
      track.oncuechange = () => this.#showCue(track);
    }
    this.#showCue(chosen);
  }

  #showCue(track) {
    const cues = [...((track && track.activeCues) || [])];
    this.subtitle.replaceChildren(...cues.flatMap((cue) => [cue.getCueAsHTML(), document.createElement("br")]).slice(0, -1));
    this.subtitle.hidden = !cues.length;
  }

  #showTime(seconds) {
    const total = Number(this.seekBar.max);
    this.seekBar.value = seconds;
    this.seekBar.style.setProperty("--done", `${(100 * seconds) / total}%`);
    const words = `${clock(seconds)} / ${clock(total)}`;
    this.seekBar.setAttribute("aria-valuetext", words);
    this.time.value = words;
  }

  #scrub() {
    this.isScrubbing = true;
    this.controls.classList.add("scrubbing");
    this.time.hidden = false;
    const seconds = Number(this.seekBar.value);
    this.video.fastSeek ? this.video.fastSeek(seconds) : (this.video.currentTime = seconds);
    this.#showTime(seconds);
    import("./scrub.js").then(({ showTile }) => showTile(this.controls, this.card, seconds));
  }

  #scrubbed() {
    if (!this.isScrubbing) return;
    this.isScrubbing = false;
    this.controls.classList.remove("scrubbing");
    this.time.hidden = true;
    this.video.currentTime = Number(this.seekBar.value);
    this.#watch.lastS = this.video.currentTime;
  }
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

// ---- the pool ----
// Three <video> elements for any number of cards: the one before, the one that plays, the next.
// They load one after the other in the order of need, and the next only its beginning.

let kbps = Number(sessionStorage.getItem(REMEMBERED)) || (navigator.connection?.downlink ?? 0) * 1000 || UNKNOWN_KBPS;

class Pool {
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
    // Laid over the poster with its first frame: never black.
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
function stalled() {
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
