// Passes on what a microphone hears, with the context's time of its first sample: exact to the sample,
// where a MediaRecorder begins somewhere in a tenth of a second.

const BLOCK = 2048; // 43 ms: a level meter looks alive, and messages are few

registerProcessor("recording", class extends AudioWorkletProcessor {
  constructor() {
    super();
    this.samples = new Float32Array(BLOCK);
    this.count = 0;
  }

  process([input]) {
    const heard = input[0];
    if (!heard) return true;
    if (!this.count) this.startedAt = currentTime;
    this.samples.set(heard, this.count);
    this.count += heard.length;
    if (this.count >= BLOCK) {
      this.port.postMessage({ at: this.startedAt, samples: this.samples.slice() });
      this.count = 0;
    }
    return true;
  }
});
