// What the browser can know of a file before it is sent: its length, its size, its picture.
//
//   const seen = await look(file);           // { duration, width, height, picture } or null
//   const reason = refusal(file, seen, limits);   // "" or a sentence

const LOOK_MS_MAX = 8000; // a format that this browser cannot open says nothing at all

/** Open the file in a <video>; null when this browser cannot play it (the server may). */
export async function look(file) {
  const video = document.createElement("video");
  video.muted = video.playsInline = true;
  video.preload = "metadata";
  video.src = URL.createObjectURL(file);
  try {
    await once(video, "loadedmetadata");
    const seen = { duration: video.duration, width: video.videoWidth, height: video.videoHeight };
    if (!Number.isFinite(seen.duration) || !seen.width) return null;
    video.currentTime = Math.min(1, seen.duration / 3);
    await once(video, "seeked");
    return { ...seen, picture: draw(video) };
  } catch {
    return null;
  } finally {
    const { src } = video;
    video.removeAttribute("src");
    video.load(); // lets go of the file before its address is gone
    URL.revokeObjectURL(src);
  }
}

/** Why this file need not be sent at all; empty when it may be. */
export function refusal(file, seen, limits) {
  if (file.size === 0) return "The file is empty. Choose it again, or export it once more.";
  if (file.size > limits.bytes) {
    return `The file has ${size(file.size)}; at most ${size(limits.bytes)} can be uploaded.`;
  }
  if (seen && seen.duration > limits.seconds + 0.5) {
    return `The clip is ${clock(seen.duration)} long; at most ${clock(limits.seconds)} is allowed. Trim it first.`;
  }
  if (seen && seen.width * seen.height > limits.pixels) {
    return `The picture has ${seen.width} × ${seen.height} pixels; export it smaller.`;
  }
  return "";
}

export function size(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  const step = Math.min(units.length - 1, bytes ? Math.floor(Math.log10(bytes) / 3) : 0);
  const value = bytes / 1000 ** step;
  return `${value.toFixed(value < 10 && step > 0 ? 1 : 0)} ${units[step]}`;
}

export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function draw(video) {
  const canvas = document.createElement("canvas");
  const scale = 240 / Math.max(video.videoWidth, video.videoHeight);
  canvas.width = Math.max(1, Math.round(video.videoWidth * scale));
  canvas.height = Math.max(1, Math.round(video.videoHeight * scale));
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function once(target, name) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("too slow")), LOOK_MS_MAX);
    target.addEventListener(name, () => (clearTimeout(timer), resolve()), { once: true });
    target.addEventListener("error", () => (clearTimeout(timer), reject(target.error)), { once: true });
  });
}
