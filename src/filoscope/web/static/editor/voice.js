// A voice over the cut: recorded while it plays or added as a file, then moved, trimmed and changed.

import { EFFECT_NAMES, isNear } from "./effects.js";
import { countIn } from "./counting.js";
import { Recorder, wavOf } from "./recorder.js";
import { lengthOf, rate } from "./timeline.js";
import { VoiceLane } from "./voicelane.js";

const COUNT = 3;
const REFUSALS = {
  NotAllowedError: "The microphone is not allowed for this page. Allow it in the browser's settings, then try again.",
  NotFoundError: "No microphone was found. Add a sound file instead.",
  NotReadableError: "Another program is using the microphone. Close that one and try again.",
  NotSupportedError: "This browser cannot record here. Add a sound file instead.",
};

export function wireVoice(root, tools) {
  const { store, player, panels, mixer, announce, refuse, sending } = tools;
  const panel = root.querySelector("[data-panel=voice]");
  const piece = (name) => panel.querySelector(`[data-${name}]`);
  const form = piece("voice-form");
  const recorder = new Recorder(mixer, player);
  const lane = new VoiceLane(root, tools);
  let made = null; // what was recorded and is not kept yet
  let from = 0;

  function set(state, words = "") {
    panel.dataset.state = state;
    root.classList.toggle("recording", state === "counting" || state === "recording");
    piece("voice-words").textContent = words;
    for (const part of panel.querySelectorAll("[data-when]")) part.hidden = !part.dataset.when.split(" ").includes(state);
  }

  async function record() {
    if (!store.cut) return;
    player.pause();
    from = player.at >= lengthOf(store.cut) - 0.2 ? 0 : player.at;
    player.seek(from);
    mixer.wake();
    set("counting", "Get ready…");
    try {
      await recorder.open({ hasHeadphones: piece("headphones").checked });
    } catch (error) {
      return stopped(REFUSALS[error.name] ?? `The microphone did not start (${error.name}).`);
    }
    const isStill = () => panel.dataset.state === "counting" && recorder.isOpen;
    const beat = 60 / (store.draft.sound?.tempo_bpm || 100);
    const goesOn = await countIn(COUNT, { beat_s: beat, context: piece("headphones").checked ? mixer.context : null, show: (left) => set("counting", String(left)), isStill });
    if (!goesOn) return;
    recorder.begin();
    set("recording", "Speak or sing");
    await player.play();
    if (panel.dataset.state === "recording") piece("voice-stop").focus();
  }

  function stopped(words) {
    recorder.close();
    set("idle", words);
  }

  function stop() {
    if (panel.dataset.state === "counting") return stopped("");
    if (panel.dataset.state !== "recording") return;
    const until = player.at;
    const heard = recorder.end(from);
    player.pause();
    recorder.close();
    const seconds = until - from;
    if (!heard || seconds < 0.3) return set("idle", "That was too short. Record it once more.");
    const buffer = new AudioBuffer({ numberOfChannels: 1, length: heard.samples.length, sampleRate: heard.rate });
    buffer.copyToChannel(heard.samples, 0);
    made = { ...heard, buffer, seconds };
    set("review", `${seconds.toFixed(1)} s. ${Math.round(heard.latency_s * 1000)} ms of delay are taken out, as far as this browser knows it.`);
    piece("voice-nudge").value = 0;
    showTrial();
    piece("voice-keep").focus();
  }

  const startOf = () => Math.max(0, made.start_s + made.latency_s + Number(piece("voice-nudge").value) / 1000);

  function showTrial() {
    const nudge = Number(piece("voice-nudge").value);
    piece("voice-nudge-words").textContent = nudge ? `${Math.abs(nudge)} ms ${nudge > 0 ? "earlier" : "later"}` : "as recorded";
    mixer.trial = { buffer: made.buffer, begin: from, end: from + made.seconds, start_s: startOf(), speed: 1, gain: 1, rise: 0.003, fall: 0.003, isDucked: false };
    mixer.restart();
  }

  function forget() {
    mixer.trial = made = null;
    mixer.restart();
    player.pause();
  }

  async function keep() {
    const { samples, rate: hertz, buffer, seconds } = made;
    const start_s = startOf();
    forget();
    set("idle", "Sending the voice…");
    await add(wavOf(samples, hertz), buffer, { start_s, seconds, from });
  }

  /** Send a sound, and lay it over the cut: heard at once, as it is here already. */
  async function add(file, buffer, { start_s, seconds, from: begin }) {
    const take = await sending.send(file, { isVoice: true });
    if (!take) return set("idle", "The voice could not be sent. Try it once more.");
    const source = `take:${take.slug}`;
    if (buffer) mixer.give(source, buffer);
    const fps = rate(store.cut);
    const total = Math.round(lengthOf(store.cut) * fps);
    const at = Math.max(0, Math.min(total - 1, Math.round(begin * fps)));
    const frames = Math.max(1, Math.min(total - at, Math.round(seconds * fps)));
    // The first frame lies at most half of one beside where the recording was begun.
    const voice = { source, at, frames, start_s: Math.max(0, start_s + at / fps - begin), gain_db: 0, ducking_db: 12, effect: null };
    store.edit("Add a voice", (cut) => ({ ...cut, voices: [...(cut.voices ?? []), voice] }));
    lane.choose(store.cut.voices.length - 1);
    set("idle");
    announce("The voice is on the timeline.");
  }

  async function addFile(file) {
    set("idle", "Sending the sound…");
    const buffer = await file.arrayBuffer().then((bytes) => new OfflineAudioContext(2, 1, 48_000).decodeAudioData(bytes)).catch(() => null);
    const begin = player.at;
    const seconds = Math.min(buffer?.duration ?? 600, lengthOf(store.cut) - begin);
    await add(file, buffer, { start_s: 0, seconds, from: begin });
  }

  const changed = (name, changes) => store.edit(name, (cut) => ({ ...cut, voices: cut.voices.map((voice, place) => (place === lane.chosen ? { ...voice, ...changes(voice) } : voice)) }));

  form.addEventListener("input", ({ target }) => {
    if (lane.chosen < 0) return;
    const value = Number(target.value);
    if (target.name === "gain") changed("Loudness of a voice…", () => ({ gain_db: value }));
    if (target.name === "ducking") changed("Lower all else…", () => ({ ducking_db: value }));
    if (target.name === "effect") changed("Effect of a voice", () => ({ effect: target.value || null }));
    if (target.name === "timing") changed("Timing of a voice…", (voice) => ({ start_s: Math.max(0, voice.start_s + value / 1000 - timing(voice)) }));
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  piece("voice-remove").addEventListener("click", () => lane.remove());

  // The slider says how far a voice was moved since it was chosen: what lies before its beginning is kept.
  let based = null;
  const timing = (voice) => (voice.start_s - (based?.start_s ?? voice.start_s));

  piece("voice-record").addEventListener("click", record);
  piece("voice-stop").addEventListener("click", stop);
  piece("voice-again").addEventListener("click", () => (forget(), record()));
  piece("voice-drop").addEventListener("click", () => (forget(), set("idle")));
  piece("voice-keep").addEventListener("click", keep);
  piece("voice-listen").addEventListener("click", () => {
    player.pause();
    player.seek(from);
    player.play();
  });
  piece("voice-nudge").addEventListener("input", showTrial);
  piece("voice-file").addEventListener("change", ({ target }) => {
    const [file] = target.files;
    target.value = "";
    if (file) addFile(file).catch(refuse);
  });
  recorder.addEventListener("level", ({ detail }) => (piece("voice-level").value = Math.min(1, Math.sqrt(detail) * 1.4)));
  recorder.addEventListener("lost", () => (panel.dataset.state === "recording" ? stop() : stopped("The microphone is gone.")));
  player.addEventListener("state", () => !player.isPlaying && panel.dataset.state === "recording" && stop());
  panels.addEventListener("close", leave);
  panels.addEventListener("open", ({ detail }) => detail !== "voice" && leave());
  lane.addEventListener("chosen", () => {
    based = store.cut?.voices?.[lane.chosen] ?? null;
    if (lane.chosen >= 0 && panels.name !== "voice") panels.open("voice");
    show();
  });

  function leave() {
    if (["recording", "counting"].includes(panel.dataset.state)) stop();
    if (panel.dataset.state === "review") (forget(), set("idle"));
  }

  function show() {
    lane.draw();
    const voice = store.cut?.voices?.[lane.chosen];
    form.hidden = !voice;
    if (!voice) return;
    if (based?.source !== voice.source) based = voice;
    form.gain.value = voice.gain_db;
    form.ducking.value = voice.ducking_db;
    form.timing.value = Math.round(timing(voice) * 1000);
    for (const radio of form.elements.effect) radio.checked = radio.value === (voice.effect ?? "");
    piece("voice-gain-words").textContent = decibels(voice.gain_db);
    piece("voice-ducking-words").textContent = voice.ducking_db ? `by ${voice.ducking_db} dB` : "not lowered";
    piece("voice-timing-words").textContent = `${form.timing.value} ms`;
    piece("voice-near").hidden = !isNear(voice.effect);
    piece("voice-near").textContent = isNear(voice.effect) ? `${EFFECT_NAMES[voice.effect]} comes near here; it is rendered exactly.` : "";
  }

  set("idle");
  return show;
}

export const decibels = (value) => (value <= -40 ? "silent" : `${value > 0 ? "+" : ""}${value} dB`);
