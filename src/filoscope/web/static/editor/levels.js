// How loud each part of a cut is at each moment: the numbers that the server renders with.
//
// `duckingOf` listens to the voices in blocks of 10 ms, as `filoscope.studio.rendering.ducking` does.

import { beginnings, lengthOf, rate, speedOf } from "./timeline.js";

const BLOCKS_A_SECOND = 100;
const OPEN_DB = -30; // under the loudest tenth of a recording: breath lies lower, speech above
const FLOOR = 0.001;
const BEFORE = 12; // blocks: lowered so long before a word
const AFTER = 45; // and so long after it
const EASE = 20; // blocks over which the gain moves
const CUT_S = 0.005; // half of the ramp at a cut: it clicks nowhere
const EDGE_S = 0.003;

export const factorOf = (gain_db) => 10 ** (gain_db / 20);

/** The song's own gain at a moment: its volume, and how it comes and goes. */
export function songGain(cut, at) {
  const { gain_db = 0, fade_in_s = 0, fade_out_s = 0 } = cut.sound;
  const come = fade_in_s ? ramp(at / fade_in_s) : 1;
  const gone = fade_out_s ? ramp((lengthOf(cut) - at) / fade_out_s) : 1;
  return factorOf(gain_db) * come * gone;
}

const ramp = (share) => Math.sin((Math.max(0, Math.min(1, share)) * Math.PI) / 2);

/** By how many dB all else is lowered, a hundred times a second; null where nothing ever is. */
export function duckingOf(cut, bufferOf) {
  const fps = rate(cut);
  const voices = (cut.voices ?? []).filter((voice) => voice.ducking_db > 0 && bufferOf(voice.source));
  if (!voices.length) return null;
  const count = Math.ceil(lengthOf(cut) * BLOCKS_A_SECOND) + 2;
  const lowered = new Float32Array(count);
  for (const voice of voices) {
    const sounding = soundingOf(bufferOf(voice.source), voice.start_s, voice.frames / fps);
    const at = Math.floor((voice.at / fps) * BLOCKS_A_SECOND);
    sounding.forEach((isLoud, block) => {
      if (!isLoud) return;
      const end = Math.min(count, at + block + AFTER + 1);
      for (let one = Math.max(0, at + block - BEFORE); one < end; one += 1) lowered[one] = Math.max(lowered[one], voice.ducking_db);
    });
  }
  return eased(lowered);
}

function soundingOf(buffer, start_s, seconds) {
  const size = Math.round(buffer.sampleRate / BLOCKS_A_SECOND);
  const first = Math.round(start_s * buffer.sampleRate);
  const levels = [];
  for (let at = 0; at < Math.round(seconds * BLOCKS_A_SECOND); at += 1) {
    let power = 0;
    for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) {
      const samples = buffer.getChannelData(channel);
      for (let place = first + at * size; place < first + (at + 1) * size; place += 1) power += (samples[place] ?? 0) ** 2;
    }
    levels.push(Math.sqrt(power / size / buffer.numberOfChannels));
  }
  const loud = [...levels].sort((one, other) => one - other)[Math.floor(levels.length * 0.9)] ?? 0;
  return levels.map((level) => level > Math.max(loud * factorOf(OPEN_DB), FLOOR));
}

function eased(lowered) {
  const weights = Array.from({ length: EASE }, (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 1)) / (EASE + 1)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return lowered.map((_, block) => {
    let sum = 0;
    weights.forEach((weight, at) => (sum += weight * lowered[Math.max(0, Math.min(lowered.length - 1, block + at - EASE / 2))]));
    return sum / total;
  });
}

export const duckedAt = (curve, at) => (curve ? factorOf(-(curve[Math.max(0, Math.min(curve.length - 1, Math.round(at * BLOCKS_A_SECOND)))] ?? 0)) : 1);

/** Shots and voices that sound: from when to when, what of which take, how loud, with which effect. */
export function cuesOf(cut) {
  const fps = rate(cut);
  const starts = beginnings(cut);
  const shots = cut.shots.map((shot, place) => {
    if (shot.gain_db === null || shot.gain_db === undefined) return null;
    const [before, after] = [overlap(shot, fps), overlap(cut.shots[place + 1], fps)];
    const lead = place ? before : 0;
    const begin = starts[place] / fps - lead;
    const end = (starts[place] + shot.frames) / fps + (place === cut.shots.length - 1 ? 0 : after);
    const speed = speedOf(shot);
    return { source: shot.source, begin, end, start_s: shot.start_s - lead * speed, speed, gain: factorOf(shot.gain_db), effect: shot.sound_effect, rise: place ? 2 * before : EDGE_S, fall: place === cut.shots.length - 1 ? EDGE_S : 2 * after, isDucked: true };
  });
  const voices = (cut.voices ?? []).map((voice) => ({
    source: voice.source, begin: voice.at / fps, end: Math.min((voice.at + voice.frames) / fps, lengthOf(cut)),
    start_s: voice.start_s, speed: 1, gain: factorOf(voice.gain_db), effect: voice.effect, rise: EDGE_S, fall: EDGE_S, isDucked: false,
  }));
  return [...shots.filter(Boolean), ...voices];
}

const overlap = (shot, fps) => Math.max(CUT_S, (shot?.transition?.frames ?? 0) / 2 / fps);
