// The camera: films takes while the song plays, and knows where in the song each was begun.
//
// At half speed the song plays twice as fast while one films, so that it is right when the take is
// shown at half speed; the server writes such a take anew at the speed it is shown with.

import { countIn } from "./counting.js";
import { keepAwake, showLens, watchOver } from "./lens.js";
import { Pieces } from "./pieces.js";

const MIME = ["video/mp4;codecs=avc1,mp4a.40.2", "video/webm;codecs=vp9,opus", "video/webm;codecs=vp8,opus", "video/webm"];
const BEATS_A_MINUTE = 100; // of a count-in where the song's tempo is not known
const HOLD_MS = 250; // who holds the shutter so long films until they let go
const PIECE_MS = 1000; // what is filmed arrives in pieces: nothing is lost when the tab is closed

export class Camera extends EventTarget {
  constructor(root, { seconds }) {
    super();
    this.root = root;
    this.secondsMax = seconds;
    this.piece = (name) => root.querySelector(`[data-${name}]`);
    this.view = this.piece("view");
    this.song = this.piece("camera-song");
    this.facing = "user";
    this.pieces = new Pieces(root);
    this.#wirePieces();
    this.piece("shutter").addEventListener("click", () => (this.wasHeld ? (this.wasHeld = false) : this.#press()));
    this.piece("flip").addEventListener("click", () => this.#flip());
    this.piece("retake").addEventListener("click", () => this.#again());
    this.piece("keep").addEventListener("click", () => this.#keep());
    this.piece("camera-close").addEventListener("click", () => root.close());
    this.piece("from").addEventListener("input", () => this.#listen());
    root.addEventListener("close", () => this.#off());
    document.addEventListener("visibilitychange", () => this.#leave());
    root.addEventListener("cancel", (event) => this.state === "filming" && (event.preventDefault(), this.stop()));
  }

  /** Open it for a draft with this sound (or none), from a moment of it. */
  async open(sound, { from = 0 } = {}) {
    this.sound = sound;
    this.piece("camera-sound").textContent = sound?.title ?? "No sound";
    const range = this.piece("from");
    range.closest("label").hidden = !sound;
    range.max = Math.max(1, (sound?.duration_s ?? 10) - 1);
    range.value = from;
    if (sound) this.song.src = sound.audio_url;
    else this.song.removeAttribute("src");
    this.#showFrom();
    this.#set("waiting");
    if (!this.root.open) this.root.showModal();
    await this.#look();
  }

  async #look() {
    this.#stopTracks();
    this.#say("");
    if (!navigator.mediaDevices?.getUserMedia || !globalThis.MediaRecorder) {
      return this.#say("This browser cannot film here. Add a video from your device instead.");
    }
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: this.facing, width: { ideal: 1920 }, height: { ideal: 1080 }, frameRate: { ideal: 30 } },
        // The song in the room is what puts a take in sync: nothing may filter it out.
        audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
    } catch (error) {
      const words = {
        NotAllowedError: "The camera is not allowed for this page. Allow it in the browser's settings, then open this again.",
        NotFoundError: "No camera was found. Add a video from your device instead.",
        NotReadableError: "Another program is using the camera. Close that one and try again.",
      };
      return this.#say(words[error.name] ?? `The camera did not start (${error.name}).`);
    }
    if (!this.root.open) return this.#stopTracks();
    watchOver(this.stream, (words) => this.#lost(words));
    showLens(this.root, this.stream.getVideoTracks()[0]);
    this.view.srcObject = this.stream;
    this.view.classList.toggle("mirrored", this.facing === "user");
    await this.view.play().catch(() => {});
    this.#set("ready");
  }

  #flip() {
    this.facing = this.facing === "user" ? "environment" : "user";
    this.#look();
  }

  #press() {
    if (this.state === "ready") {
      this.#unlock();
      return this.#film();
    }
    if (this.state === "counting") return this.#set("ready");
    if (this.state === "filming") this.stop();
  }

  /** Browsers let a sound begin in the hand of a tap only: it begins now, silently, and waits. */
  #unlock() {
    if (!this.sound) return;
    this.song.muted = true;
    this.song.play().then(() => this.state !== "filming" && this.song.pause(), () => {});
  }

  get speed() {
    return Number(this.root.querySelector("[name=camera-speed]:checked").value);
  }

  async #film({ isHeld = false } = {}) {
    const beats = isHeld ? 0 : Number(this.piece("count-in").value);
    if (beats && !(await this.#countIn(beats))) return;
    this.speedNow = this.speed;
    this.chunks = [];
    this.hint = null;
    const mimeType = MIME.find((type) => MediaRecorder.isTypeSupported(type));
    const recorder = (this.recorder = new MediaRecorder(this.stream, { mimeType, videoBitsPerSecond: 8_000_000 }));
    recorder.addEventListener("dataavailable", ({ data }) => data.size && this.chunks.push(data));
    recorder.addEventListener("stop", () => this.#review(recorder.mimeType));
    recorder.addEventListener("start", () => this.#begun());
    // A full disk ends a recording: what there is of it is shown.
    recorder.addEventListener("error", () => this.#say("The recording broke off; there may be no room left on this device."));
    recorder.start(PIECE_MS);
    this.#set("filming");
    keepAwake().then((lock) => (this.state === "filming" ? (this.lock = lock) : lock?.release()));
  }

  async #countIn(beats) {
    this.#set("counting");
    const beat_s = 60 / ((this.sound?.tempo_bpm || BEATS_A_MINUTE) * (1 / this.speed));
    const count = this.piece("count");
    count.hidden = false;
    // The clicks end before anything is recorded.
    this.context ??= globalThis.AudioContext && new AudioContext();
    this.context?.resume().catch(() => {});
    const goesOn = await countIn(beats, { beat_s, context: this.context, show: (left) => (count.textContent = left), isStill: () => this.state === "counting" });
    count.hidden = true;
    return goesOn;
  }

  async #begun() {
    this.startedAt = performance.now();
    this.#clock();
    if (!this.sound) return;
    const rate = 1 / this.speedNow;
    this.song.muted = false;
    this.song.playbackRate = rate;
    this.song.currentTime = Number(this.piece("from").value);
    try {
      await this.song.play();
    } catch {
      return; // a take without its song: put to it by hand, or by its first movement
    }
    // What the song shows while it plays says where in it the take's first moment lies.
    const measure = () => {
      if (this.state !== "filming") return;
      const since = (performance.now() - this.startedAt) / 1000;
      this.hint = this.song.currentTime - since * rate;
      if (since < 1) requestAnimationFrame(measure);
    };
    measure();
  }

  #clock() {
    const limit = Number(this.piece("stop-after").value) || this.secondsMax;
    const tell = () => {
      if (this.state !== "filming") return;
      const since = (performance.now() - this.startedAt) / 1000;
      const text = `${Math.floor(since / 60)}:${String(Math.floor(since % 60)).padStart(2, "0")}`;
      if (this.piece("camera-clock").textContent !== text) this.piece("camera-clock").textContent = text;
      this.piece("shutter").style.setProperty("--share", Math.min(1, since / limit));
      if (since >= limit || (this.sound && this.song.ended)) return this.stop();
      requestAnimationFrame(tell);
    };
    tell();
  }

  stop() {
    this.stoppedAt = this.song.currentTime;
    this.lock?.release();
    this.lock = null;
    if (this.recorder?.state === "recording") this.recorder.stop();
    this.song.pause();
  }

  #review(type) {
    if (!this.root.open) return;
    const kind = type.includes("mp4") ? "mp4" : "webm";
    this.file = new File(this.chunks, `take.${kind}`, { type: type.split(";")[0] });
    if (!this.file.size) return this.#again();
    if (this.pieces.isOn) return this.#keepPiece();
    const review = this.piece("review");
    if (review.src) URL.revokeObjectURL(review.src);
    review.src = URL.createObjectURL(this.file);
    review.playbackRate = review.defaultPlaybackRate = this.speedNow;
    review.classList.toggle("mirrored", this.facing === "user");
    this.#set("review");
    review.play().catch(() => {});
    this.piece("keep").focus();
  }

  #again() {
    this.#set("ready");
    this.piece("shutter").focus();
  }

  #keep() {
    const { file, hint, speedNow } = this;
    this.dispatchEvent(new CustomEvent("take", { detail: { file, hint_s: hint, speed: speedNow } }));
    this.#again();
  }

  // ---- in pieces ----

  #wirePieces() {
    const shutter = this.piece("shutter");
    shutter.addEventListener("pointerdown", () => {
      this.wasHeld = false;
      if (!this.pieces.isOn || this.state !== "ready") return;
      this.#unlock();
      this.holding = setTimeout(() => {
        if (this.state !== "ready") return;
        this.wasHeld = true;
        this.#film({ isHeld: true });
      }, HOLD_MS);
    });
    const release = () => {
      clearTimeout(this.holding);
      if (this.wasHeld && this.state === "filming") this.stop();
    };
    addEventListener("pointerup", release);
    addEventListener("pointercancel", release);
    shutter.addEventListener("contextmenu", (event) => event.preventDefault()); // a long press on a phone
    this.piece("in-pieces").addEventListener("change", () => this.pieces.show());
    this.piece("pieces-drop").addEventListener("click", () => {
      const last = this.pieces.drop();
      if (last && this.sound) this.piece("from").value = last.from;
      this.#showFrom();
    });
    this.piece("pieces-done").addEventListener("click", () => this.#hand());
  }

  /** Keep what was just filmed, and go on where the song stopped. */
  #keepPiece() {
    const seconds = (performance.now() - this.startedAt) / 1000;
    const from = Number(this.piece("from").value);
    this.pieces.add({ file: this.file, hint_s: this.hint, speed: this.speedNow, seconds, from });
    if (this.sound) this.piece("from").value = this.stoppedAt;
    this.#showFrom();
    this.#again();
    this.pieces.show();
  }

  #hand() {
    const all = this.pieces.take();
    for (const { file, hint_s, speed } of all) this.dispatchEvent(new CustomEvent("take", { detail: { file, hint_s, speed } }));
    return all.length;
  }

  // ---- what comes between ----

  /** The tab is left: what is being filmed ends, and is kept; a count-in is given up. */
  #leave() {
    if (document.hidden) {
      if (this.state === "filming") {
        this.stop();
        this.#say("The take ended when you left this page. It is kept.");
      }
      if (this.state === "counting") this.#set("ready");
      return;
    }
    const isDead = this.stream?.getVideoTracks().some((track) => track.readyState === "ended");
    if (this.root.open && isDead && this.state === "ready") this.#look();
  }

  #lost(words) {
    if (!this.root.open) return;
    const wasFilming = this.state === "filming";
    if (wasFilming) this.stop();
    this.#say(words);
    if (!wasFilming && this.state !== "review") this.#set("waiting");
  }

  #listen() {
    this.#showFrom();
    if (this.state !== "ready") return;
    this.song.muted = false;
    this.song.playbackRate = 1;
    this.song.currentTime = Number(this.piece("from").value);
    this.song.play().catch(() => {});
    clearTimeout(this.listening);
    this.listening = setTimeout(() => this.state !== "filming" && this.song.pause(), 2500);
  }

  #showFrom() {
    const from = Number(this.piece("from").value);
    this.piece("from-words").textContent = `${Math.floor(from / 60)}:${String(Math.floor(from % 60)).padStart(2, "0")}`;
  }

  #set(state) {
    this.state = this.root.dataset.state = state;
    const isReview = state === "review";
    this.view.hidden = isReview;
    this.piece("review").hidden = !isReview;
    if (!isReview) this.piece("review").pause();
    this.piece("after").hidden = !isReview;
    this.pieces.show();
    if (state === "filming" || state === "counting") this.#say("");
    const shutter = this.piece("shutter");
    shutter.hidden = isReview;
    shutter.disabled = state === "waiting";
    shutter.setAttribute("aria-pressed", String(state === "filming"));
    shutter.setAttribute("aria-label", state === "filming" ? "Stop" : "Record");
    for (const part of this.root.querySelectorAll("[data-camera-set]")) part.inert = state !== "ready";
    if (state === "ready") {
      this.piece("camera-clock").textContent = "0:00";
      shutter.style.setProperty("--share", 0);
      clearTimeout(this.listening);
      this.song.pause();
    }
  }

  #say(words) {
    this.piece("camera-words").textContent = words;
    this.piece("camera-words").hidden = !words;
  }

  #off() {
    if (this.pieces.kept.length && confirm("Keep the pieces you have filmed?")) this.#hand();
    else this.pieces.take();
    if (this.recorder?.state === "recording") {
      this.recorder.onstop = null;
      this.recorder.stop();
    }
    this.song.pause();
    this.#stopTracks();
    this.#set("waiting");
  }

  #stopTracks() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = this.view.srcObject = null;
  }
}
