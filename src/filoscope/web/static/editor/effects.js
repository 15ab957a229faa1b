// What can be done to a voice, heard in the browser: near to what the server renders.
//
// The echo is the same sum with the same numbers, the telephone but for its compressor. Higher, lower and
// robot do the same to a sound by other means, and come near.

const HIGHER = 1.4; // as it is rendered: six semitones up, five down
const LOWER = 0.75;
const FRAME = 2048; // of what is stretched: 43 ms, two periods of a low voice
const REACH = 512; // how far a frame may be moved to fit on the one before
const STEP = 8; // compared coarsely: a voice has little above 3 kHz
const WINDOW = 1024; // of the robot, as it is rendered
const ROBOT_GAIN = 5;
const ROBOT_MOST = 0.9;

export const EFFECT_NAMES = { higher: "Higher", lower: "Lower", robot: "Robot", echo: "Echo", telephone: "Telephone" };

/** Whether what is heard here is only near to what will be rendered. */
export const isNear = (effect) => Boolean(effect) && effect !== "echo";

/** The same sound with an effect on it, as long as it was. */
export async function voiced(buffer, effect) {
  if (!effect) return buffer;
  if (effect === "higher") return repitched(buffer, HIGHER);
  if (effect === "lower") return repitched(buffer, LOWER);
  if (effect === "robot") return each(buffer, robot);
  return filtered(buffer, effect);
}

function each(buffer, change) {
  const made = new AudioBuffer({ numberOfChannels: buffer.numberOfChannels, length: buffer.length, sampleRate: buffer.sampleRate });
  for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) made.copyToChannel(change(buffer.getChannelData(channel)), channel);
  return made;
}

const filtered = (buffer, effect) => {
  const context = new OfflineAudioContext(buffer.numberOfChannels, buffer.length, buffer.sampleRate);
  const source = new AudioBufferSourceNode(context, { buffer });
  (effect === "echo" ? echo : telephone)(context, source).connect(context.destination);
  source.start();
  return context.startRendering();
};

function echo(context, source) {
  const sum = new GainNode(context, { gain: 0.9 });
  source.connect(new GainNode(context, { gain: 0.8 })).connect(sum);
  for (const [delay, decay] of [[0.22, 0.4], [0.44, 0.2]]) {
    source.connect(new DelayNode(context, { delayTime: delay, maxDelayTime: 1 })).connect(new GainNode(context, { gain: decay })).connect(sum);
  }
  return sum;
}

function telephone(context, source) {
  let last = source;
  for (const [type, frequency] of [["highpass", 300], ["highpass", 300], ["lowpass", 3400], ["lowpass", 3400]]) {
    last = last.connect(new BiquadFilterNode(context, { type, frequency, Q: 0 })); // dB: as flat as it can be
  }
  const press = new DynamicsCompressorNode(context, { threshold: -20, ratio: 4, knee: 9, attack: 0.005, release: 0.08 });
  return last.connect(press);
}

/** Played faster or slower, then stretched to the length it had (WSOLA, Verhelst and Roelands 1993). */
function repitched(buffer, factor) {
  const lengthened = (samples) => Float32Array.from({ length: Math.floor(samples.length / factor) }, (_, place) => between(samples, place * factor));
  const channels = Array.from({ length: buffer.numberOfChannels }, (_, channel) => lengthened(buffer.getChannelData(channel)));
  const places = framesOf(channels[0], buffer.length, factor);
  const window = hann(FRAME);
  const made = new AudioBuffer({ numberOfChannels: channels.length, length: buffer.length, sampleRate: buffer.sampleRate });
  channels.forEach((samples, channel) => {
    const out = made.getChannelData(channel);
    places.forEach((from, number) => {
      const to = (number * FRAME) / 2 - FRAME / 2;
      for (let at = 0; at < FRAME; at += 1) {
        if (to + at >= 0 && to + at < out.length) out[to + at] += (samples[from + at] ?? 0) * window[at];
      }
    });
  });
  return made;
}

/** From where each frame is taken: where it goes on best from the one before. */
function framesOf(samples, length, factor) {
  const places = [-FRAME / 2];
  for (let number = 1; (number * FRAME) / 2 - FRAME / 2 < length; number += 1) {
    const wished = Math.round((number * FRAME) / 2 / factor - FRAME / 2);
    const goesOn = places[number - 1] + FRAME / 2;
    let [best, most] = [wished, -Infinity];
    for (let off = -REACH; off <= REACH; off += STEP) {
      let likeness = 0;
      for (let at = 0; at < FRAME / 2; at += STEP) likeness += (samples[wished + off + at] ?? 0) * (samples[goesOn + at] ?? 0);
      if (likeness > most) [best, most] = [wished + off, likeness];
    }
    places.push(best);
  }
  return places;
}

function between(samples, place) {
  const low = Math.floor(place);
  const share = place - low;
  return samples[low] * (1 - share) + (samples[low + 1] ?? 0) * share;
}

const hann = (size) => Float32Array.from({ length: size }, (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / size));

/** Every phase set to nought: what is left is a buzz at the rate of the windows. */
function robot(samples) {
  const hop = WINDOW / 4;
  const window = hann(WINDOW);
  const out = new Float32Array(samples.length);
  const [real, imaginary] = [new Float32Array(WINDOW), new Float32Array(WINDOW)];
  for (let begin = -WINDOW; begin < samples.length; begin += hop) {
    for (let at = 0; at < WINDOW; at += 1) real[at] = (samples[begin + at] ?? 0) * window[at];
    imaginary.fill(0);
    transform(real, imaginary);
    for (let at = 0; at < WINDOW; at += 1) [real[at], imaginary[at]] = [Math.hypot(real[at], imaginary[at]), 0];
    transform(real, imaginary);
    for (let at = 0; at < WINDOW; at += 1) {
      // The window weighs once more; its square, four times a length, sums to one and a half.
      if (begin + at >= 0 && begin + at < out.length) out[begin + at] += ((real[at] / WINDOW) * window[at]) / 1.5;
    }
  }
  return out.map((sample) => Math.max(-ROBOT_MOST, Math.min(ROBOT_MOST, sample * ROBOT_GAIN)));
}

/** A fast Fourier transform in place (Cooley and Tukey 1965); the length is a power of two. */
function transform(real, imaginary) {
  const size = real.length;
  for (let at = 1, other = 0; at < size; at += 1) {
    let bit = size >> 1;
    for (; other & bit; bit >>= 1) other ^= bit;
    other ^= bit;
    if (at < other) {
      [real[at], real[other]] = [real[other], real[at]];
      [imaginary[at], imaginary[other]] = [imaginary[other], imaginary[at]];
    }
  }
  for (let length = 2; length <= size; length *= 2) {
    for (let step = 0; step < length / 2; step += 1) {
      const [cos, sin] = [Math.cos((-2 * Math.PI * step) / length), Math.sin((-2 * Math.PI * step) / length)];
      for (let low = step; low < size; low += length) {
        const high = low + length / 2;
        const [x, y] = [real[high] * cos - imaginary[high] * sin, real[high] * sin + imaginary[high] * cos];
        [real[high], imaginary[high]] = [real[low] - x, imaginary[low] - y];
        real[low] += x;
        imaginary[low] += y;
      }
    }
  }
}
