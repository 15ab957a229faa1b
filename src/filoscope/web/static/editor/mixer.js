// The sound of the cut, live: song, shots and voices through Web Audio, with the numbers of the timeline.
//
// The song stays in the player's <audio>, which keeps the time; whatever else sounds is decoded once and
// started where it is due. Where a browser cannot decode a take, its <video> is heard instead.

import { voiced } from "./effects.js";
import { cuesOf, duckedAt, duckingOf, factorOf, songGain } from "./levels.js";

const OFF_S = 0.04; // so far off, what sounds is started anew
const CALM_MS = 400; // but not more often than this
const EASE_S = 0.012; // gains move over it: no click
const DECODED_MAX = 24; // sounds kept: a minute of stereo has 23 MB

export class Mixer extends EventTarget {
  constructor(player, store) {
    super();
    Object.assign(this, { player, store });
    this.buffers = new Map(); // source -> AudioBuffer, or a promise of it
    this.changed = new Map(); // source and effect -> AudioBuffer
    this.playing = [];
    this.trial = null; // a voice that is not kept yet: { buffer, begin, end, start_s }
    player.addEventListener("state", () => (player.isPlaying ? this.#begin() : this.#silence()));
    player.addEventListener("time", () => this.#follow());
  }

  /** Browsers give sound only in the hand of a tap: call this in one. */
  wake() {
    this.context ??= globalThis.AudioContext && new AudioContext({ latencyHint: "interactive" });
    if (!this.context) return null;
    if (this.context.state !== "running") this.context.resume().catch(() => {});
    if (!this.songGain) {
      this.out = new GainNode(this.context);
      this.out.connect(this.context.destination);
      this.under = new GainNode(this.context); // what steps back for voices
      this.under.connect(this.out);
      this.songGain = new GainNode(this.context);
      this.songGain.connect(this.out);
    }
    return this.context;
  }

  /** Decode what the cut lets sound, and do its effects; answers when it can be heard. */
  async show(cut) {
    if (!cut) return;
    const cues = cuesOf(cut);
    const key = JSON.stringify([cut.voices, cues]);
    if (key === this.shown) return;
    this.shown = key;
    await Promise.all([...new Set(cues.map((cue) => cue.source))].map((source) => this.load(source)));
    await Promise.all(cues.map((cue) => this.#changed(cue)));
    if (key !== this.shown) return;
    this.cues = cues;
    this.ducking = duckingOf(cut, (source) => this.sound(source));
    this.player.mixed = new Set(cues.filter((cue) => this.#ready(cue)).map((cue) => cue.source));
    this.restart();
    this.dispatchEvent(new Event("loaded"));
  }

  /** The decoded sound of a take, when it is there. */
  sound(source) {
    const buffer = this.buffers.get(source);
    return buffer instanceof AudioBuffer ? buffer : null;
  }

  /** Give a sound that was made here, so that nobody waits for the server. */
  give(source, buffer) {
    this.buffers.set(source, buffer);
    this.shown = "";
  }

  load(source) {
    if (!this.buffers.has(source)) {
      const take = this.store.draft.takes.find((one) => `take:${one.slug}` === source);
      const address = take?.audio_url || (take?.has_sound && take.video_url);
      if (!address) return null;
      if (this.buffers.size >= DECODED_MAX) this.buffers.delete(this.buffers.keys().next().value);
      this.buffers.set(source, this.#decode(source, address));
    }
    return this.buffers.get(source);
  }

  async #decode(source, address) {
    try {
      const bytes = await (await fetch(address)).arrayBuffer();
      const buffer = await new OfflineAudioContext(2, 1, 48_000).decodeAudioData(bytes);
      this.buffers.set(source, buffer);
      return buffer;
    } catch {
      this.buffers.set(source, null); // its <video> is heard, or it comes once it is ready
      setTimeout(() => this.buffers.get(source) === null && this.buffers.delete(source), 5000);
      return null;
    }
  }

  async #changed(cue) {
    const key = `${cue.source} ${cue.effect}`;
    const buffer = this.sound(cue.source);
    if (cue.effect && buffer && !this.changed.has(key)) this.changed.set(key, await voiced(buffer, cue.effect));
  }

  #ready(cue) {
    return cue.effect ? this.changed.get(`${cue.source} ${cue.effect}`) : this.sound(cue.source);
  }

  #begin() {
    if (!this.wake()) return;
    this.#routeSong();
    this.anchor = null;
  }

  /** Take the song through the mixer; one that lies on another host stays where it is. */
  #routeSong() {
    const { audio } = this.player;
    if (this.songSource || !audio.src) return;
    const { origin } = new URL(audio.src, location.href);
    if (origin !== location.origin && !audio.src.startsWith("blob:")) return;
    this.songSource = new MediaElementAudioSourceNode(this.context, { mediaElement: audio });
    this.songSource.connect(this.songGain);
  }

  /** Start anew what sounds: something was changed. */
  restart() {
    this.anchor = null;
    this.restartedAt = 0;
  }

  #follow() {
    const { player, context } = this;
    if (!player.isPlaying || !context || !player.cut) return;
    const duck = duckedAt(this.ducking, player.at);
    const set = (gain, value) => gain.setTargetAtTime(value, context.currentTime, EASE_S);
    set(this.under.gain, duck);
    if (player.cut.sound) {
      const gain = songGain(player.cut, player.at) * duck;
      if (this.songSource) {
        player.audio.volume = 1;
        set(this.songGain.gain, gain);
      } else player.audio.volume = Math.min(1, gain);
    }
    const isSettled = !player.soundAddress || player.hasSound;
    if (!isSettled || context.state !== "running") return;
    const off = this.anchor ? Math.abs(this.anchor.at + context.currentTime - this.anchor.now - player.at) : Infinity;
    if (off > OFF_S && performance.now() - (this.restartedAt ?? 0) > CALM_MS) this.#start();
  }

  #start() {
    this.#stopSources();
    const now = this.context.currentTime;
    const { at } = this.player;
    this.anchor = { at, now };
    this.restartedAt = performance.now();
    for (const cue of [...(this.cues ?? []), ...(this.trial ? [this.trial] : [])]) {
      const buffer = cue.buffer ?? this.#ready(cue);
      if (buffer && cue.end > at + 0.01) this.#play(cue, buffer, at, now);
    }
  }

  #play(cue, buffer, at, now) {
    const into = Math.max(0, at - cue.begin);
    const due = now + Math.max(0, cue.begin - at);
    const place = cue.start_s + into * cue.speed;
    const late = Math.max(0, -place / cue.speed); // a take that begins later than its ramp
    const gain = new GainNode(this.context, { gain: 0 });
    const source = new AudioBufferSourceNode(this.context, { buffer, playbackRate: cue.speed });
    source.connect(gain).connect(cue.isDucked ? this.under : this.out);
    const ends = now + (cue.end - at);
    gain.gain.setValueAtTime(0, due);
    gain.gain.linearRampToValueAtTime(cue.gain, due + Math.max(0.003, cue.rise - into));
    gain.gain.setValueAtTime(cue.gain, Math.max(due + Math.max(0.003, cue.rise - into), ends - cue.fall));
    gain.gain.linearRampToValueAtTime(0, ends);
    source.start(due + late, Math.max(0, place));
    source.stop(ends + 0.01);
    this.playing.push({ source, gain });
  }

  #stopSources() {
    for (const { source, gain } of this.playing) {
      gain.gain.cancelScheduledValues(0);
      gain.gain.setTargetAtTime(0, this.context.currentTime, 0.004);
      source.stop(this.context.currentTime + 0.03);
    }
    this.playing = [];
  }

  #silence() {
    if (this.context) this.#stopSources();
    this.anchor = null;
  }

  /** What is heard after all, for who wants to see it. */
  get level() {
    return { song: this.songGain?.gain.value ?? factorOf(0), under: this.under?.gain.value ?? 1, count: this.playing.length };
  }
}
