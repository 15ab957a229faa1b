// Plays the current card: sound, pause, seeking, captions, what to show when it stalls or fails,
// and the count of what was really watched.
import { flush, record } from "./beacon.js";
import { Pool, stalled } from "./pool.js";

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
      track.mode = track === chosen ? "hidden" : "disabled"; // we draw the words ourselves, above the caption
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
