// A microphone recorded over the playing cut, and where in the cut each of its samples belongs.
//
//   const recorder = new Recorder(mixer, player);
//   await recorder.open({ hasHeadphones: true });
//   recorder.begin();  ...  const heard = recorder.end();   // { samples, rate, start_s, latency_s }

const NEAR_MS = 250; // after the start the clock of an <audio> has settled
const RATE_MAX = 48_000;
const SECONDS_MAX = 600;

export class Recorder extends EventTarget {
  constructor(mixer, player) {
    super();
    Object.assign(this, { mixer, player });
    player.addEventListener("time", () => this.#compare());
  }

  get isOpen() {
    return Boolean(this.stream);
  }

  /** Open the microphone; throws what the browser says. */
  async open({ hasHeadphones }) {
    if (!navigator.mediaDevices?.getUserMedia || !globalThis.AudioWorkletNode) throw Object.assign(new Error(), { name: "NotSupportedError" });
    const context = this.mixer.wake();
    // With headphones the voice comes as it is; without, the song from the loudspeaker is taken out of it.
    const audio = { echoCancellation: !hasHeadphones, noiseSuppression: !hasHeadphones, autoGainControl: false, channelCount: 1, latency: 0 };
    this.stream = await navigator.mediaDevices.getUserMedia({ audio });
    const [track] = this.stream.getAudioTracks();
    track.addEventListener("ended", () => this.dispatchEvent(new Event("lost")));
    // Where the two run at different rates (Firefox, Bluetooth) the context of the song cannot take it in.
    await context.audioWorklet.addModule(new URL("recording.worklet.js", import.meta.url));
    if (!this.stream) return; // it was closed meanwhile
    this.node = new AudioWorkletNode(context, "recording", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    this.source = new MediaStreamAudioSourceNode(context, { mediaStream: this.stream });
    this.source.connect(this.node);
    this.node.port.onmessage = ({ data }) => this.#hear(data);
    this.latency_s = latencyOf(context, track);
  }

  begin() {
    this.blocks = [];
    this.gaps = [];
    this.isRecording = true;
  }

  /** Where the cut is when the context shows a time: told by the player, picture by picture. */
  #compare() {
    if (!this.isRecording || !this.player.isPlaying) return;
    if (this.player.soundAddress && !this.player.hasSound) return;
    this.playingSince ??= performance.now();
    if (performance.now() - this.playingSince < NEAR_MS) return;
    this.gaps.push(this.mixer.context.currentTime - this.player.at);
  }

  #hear({ at, samples }) {
    let power = 0;
    for (const sample of samples) power += sample * sample;
    this.dispatchEvent(new CustomEvent("level", { detail: Math.sqrt(power / samples.length) }));
    if (!this.isRecording) return;
    this.startedAt = this.blocks.length ? this.startedAt : at;
    this.blocks.push(samples);
    if (this.blocks.length * samples.length > SECONDS_MAX * RATE_MAX) this.dispatchEvent(new Event("lost"));
  }

  /** End the recording; `start_s` is where in it the moment `from` of the cut lies, heard and sung. */
  end(from) {
    this.isRecording = false;
    this.playingSince = undefined;
    if (!this.blocks?.length || !this.gaps.length) return null;
    const samples = new Float32Array(this.blocks.reduce((total, block) => total + block.length, 0));
    let at = 0;
    for (const block of this.blocks) {
      samples.set(block, at);
      at += block.length;
    }
    const gap = this.gaps.sort((one, other) => one - other)[this.gaps.length >> 1];
    return { samples, rate: this.mixer.context.sampleRate, start_s: from + gap - this.startedAt, latency_s: this.latency_s };
  }

  close() {
    this.isRecording = false;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.source?.disconnect();
    if (this.node) this.node.port.onmessage = null;
    this.stream = this.node = this.source = null;
  }
}

/** From a note that the context plays to the same note sung: out to the ear, and in from the lips. */
function latencyOf(context, track) {
  const out = context.outputLatency || context.baseLatency || 0;
  const into = track.getSettings?.().latency ?? context.baseLatency ?? 0;
  return out + into;
}

/** Samples as a WAV file of 16 bits, one channel. */
export function wavOf(samples, rate) {
  const bytes = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (place, words) => [...words].forEach((letter, at) => bytes.setUint8(place + at, letter.charCodeAt(0)));
  text(0, "RIFF");
  bytes.setUint32(4, 36 + samples.length * 2, true);
  text(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, rate, true);
  bytes.setUint32(28, rate * 2, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  text(36, "data");
  bytes.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, at) => bytes.setInt16(44 + at * 2, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return new File([bytes.buffer], "voice.wav", { type: "audio/wav" });
}
