// A count-in: numbers to see, and clicks to hear where nobody's microphone would record them.

const CLICK_S = 0.06;
const PACE_MS = [350, 1000]; // faster nobody can read, slower nobody waits for

/** Count down in beats; answers false when it was given up meanwhile. */
export async function countIn(beats, { beat_s, context, show, isStill }) {
  const pace = Math.max(PACE_MS[0], Math.min(PACE_MS[1], beat_s * 1000));
  for (let left = beats; left > 0; left -= 1) {
    if (!isStill()) return false;
    show(left);
    if (context) click(context, left === 1);
    await new Promise((resolve) => setTimeout(resolve, pace));
  }
  return isStill();
}

export function click(context, isHigh = false) {
  const gain = new GainNode(context, { gain: 0.25 });
  const tone = new OscillatorNode(context, { frequency: isHigh ? 1320 : 880 });
  tone.connect(gain).connect(context.destination);
  gain.gain.exponentialRampToValueAtTime(0.001, context.currentTime + CLICK_S);
  tone.start();
  tone.stop(context.currentTime + CLICK_S);
}
