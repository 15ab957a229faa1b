// One take by itself: what it is, how it was put to the song and why; played, placed by hand, tried again.

import { ask } from "./api.js";
import { drawWave } from "./voicelane.js";

const VIEW_S = 6; // of the song, as wide as the sheet: a thumb moves it by hundredths
const clock = (seconds) => `${seconds < 0 ? "-" : ""}${Math.floor(Math.abs(seconds) / 60)}:${(Math.abs(seconds) % 60).toFixed(1).padStart(4, "0")}`;

/** How a take was put to the song, in a few words. */
export function placedWords(take, sound) {
  if (take.kind === "photo") return "photo";
  if (take.kind === "voice") return "voice";
  if (!sound) return "";
  if (!take.how) return take.state === "ready" ? "being put to the song…" : "";
  if (take.how === "refused") return `not in sync: ${take.reason}`;
  const at = clock(take.offset_s);
  const sure = take.confidence !== null && take.confidence < 0.5 ? ", but it may be another place" : "";
  return { sound: `song heard, at ${at}${sure}`, motion: `silent: guessed by movement, at ${at}`, hand: `at ${at}, ${take.reason}` }[take.how] ?? "";
}

/** Cut shots of a take that were in time go on being so when it is put elsewhere. */
export function resynced(cut, take, by) {
  if (!cut.sound) return cut;
  const [over, under = 1] = String(cut.fps).split("/").map(Number);
  let at = 0;
  const shots = cut.shots.map((shot) => {
    const due = cut.sound.start_s + at / (over / under) - take.offset_s;
    at += shot.frames;
    const isTimed = shot.source === `take:${take.slug}` && Math.abs(due - shot.start_s) < 0.05;
    return isTimed ? { ...shot, start_s: Math.max(0, shot.start_s - by) } : shot;
  });
  return { ...cut, shots };
}

export function wirePlacing(root, tools) {
  const { store, panels, strip, mixer, player, refuse, announce } = tools;
  const panel = root.querySelector("[data-panel=take]");
  const piece = (name) => panel.querySelector(`[data-${name}]`);
  const range = piece("place-at");
  const song = new Audio();
  let slug = "";
  let playing = null;

  const take = () => store.draft.takes.find((one) => one.slug === slug);

  function open(one) {
    slug = one.slug;
    panels.open("take");
    const video = piece("take-video");
    video.hidden = !one.video_url;
    if (one.video_url) video.src = player.files.get(one.video_url) || one.video_url;
    else video.removeAttribute("src");
    piece("take-picture").hidden = !one.picture_url;
    if (one.picture_url) piece("take-picture").src = one.picture_url;
    piece("take-audio").hidden = !one.audio_url;
    if (one.audio_url) piece("take-audio").src = one.audio_url;
    range.value = one.offset_s ?? 0;
    show();
    if (isPlaceable(one)) Promise.resolve(mixer.load(`take:${slug}`)).then(draw);
  }

  const isPlaceable = (one) => one.kind === "clip" && one.state === "ready" && Boolean(store.draft.sound);

  function show() {
    if (panels.name !== "take") return;
    const one = take();
    if (!one) return panels.close();
    const number = store.takes.indexOf(one) + 1;
    piece("take-title").textContent = `${{ clip: "Take", photo: "Photo", voice: "Voice" }[one.kind]} ${number}`;
    panel.dataset.how = one.how;
    piece("take-how").textContent = one.state === "failed" ? one.failure : placedWords(one, store.draft.sound);
    piece("take-retry").hidden = one.state !== "failed";
    piece("placing").hidden = !isPlaceable(one);
    if (!isPlaceable(one)) return;
    range.min = -Math.floor(one.duration_s ?? 0);
    range.max = Math.ceil(store.draft.sound.duration_s ?? 60);
    piece("place-save").disabled = one.offset_s !== null && Math.abs(Number(range.value) - one.offset_s) < 0.001;
    piece("place-itself").hidden = !one.has_sound;
    piece("place-words").textContent = `begins at ${clock(Number(range.value))} (${Number(range.value).toFixed(2)} s)`;
    draw();
  }

  /** The song above, the take below, both from a second before the take begins. */
  function draw() {
    if (panels.name !== "take" || piece("placing").hidden) return;
    const begin = Number(range.value) - 1;
    const width = piece("place-song").clientWidth || 320;
    drawPeaks(piece("place-song"), strip.song, begin, width);
    const buffer = mixer.sound(`take:${slug}`);
    piece("place-take").style.translate = `${width / VIEW_S}px 0`;
    const seconds = Math.min(VIEW_S - 1, take()?.duration_s ?? 0);
    drawWave(piece("place-take"), buffer, 0, seconds, (width * seconds) / VIEW_S, 44);
  }

  function drawPeaks(canvas, heard, begin, width) {
    Object.assign(canvas, { width, height: 44 });
    if (!heard) return;
    const pen = canvas.getContext("2d");
    pen.fillStyle = getComputedStyle(canvas).color;
    for (let x = 0; x < width; x += 1) {
      const peak = heard.peaks[Math.round((begin + (x / width) * VIEW_S) * heard.peaks_a_second)] ?? 0;
      pen.fillRect(x, 22 - peak * 20, 1, peak * 40 + 1);
    }
    for (const beat of heard.beats_s) {
      if (beat > begin && beat < begin + VIEW_S) pen.fillRect(((beat - begin) / VIEW_S) * width, 0, 1, 44);
    }
  }

  function move(by) {
    range.value = Math.max(Number(range.min), Math.min(Number(range.max), Number(range.value) + by));
    restart();
    show();
  }

  // ---- listening to both ----

  async function listen() {
    if (playing) return stop();
    const one = take();
    const context = mixer.wake();
    const buffer = await mixer.load(`take:${slug}`);
    player.pause();
    const begin = Math.max(0, Number(range.value));
    song.src = store.draft.sound.audio_url;
    song.currentTime = begin;
    playing = { one, buffer, context };
    piece("place-listen").textContent = "Stop";
    await song.play().catch(() => {});
    await start();
  }

  /** Start the take where the song is: once its clock has settled. */
  async function start() {
    await new Promise((resolve) => setTimeout(resolve, 120));
    if (!playing) return;
    const { buffer, context } = playing;
    const into = song.currentTime - Number(range.value);
    if (buffer && into < buffer.duration) {
      playing.source?.stop();
      playing.source = new AudioBufferSourceNode(context, { buffer });
      playing.source.connect(context.destination);
      playing.source.start(context.currentTime + Math.max(0, -into), Math.max(0, into));
    }
    const video = piece("take-video");
    video.muted = true;
    video.currentTime = Math.max(0, into);
    video.play().catch(() => {});
  }

  function restart() {
    if (!playing) return;
    song.currentTime = Math.max(0, Number(range.value));
    start();
  }

  function stop() {
    if (!playing) return;
    playing.source?.stop();
    playing = null;
    song.pause();
    piece("take-video").pause();
    piece("take-video").muted = false;
    piece("place-listen").textContent = "Listen to both";
  }

  async function put(offset_s) {
    const before = take();
    try {
      const after = await ask(`/drafts/${store.draft.slug}/takes/${before.slug}/place`, { method: "PUT", body: { offset_s } });
      adopt(after);
      if (before.offset_s !== null && store.cut) store.edit("Place a take", (cut) => resynced(cut, before, offset_s - before.offset_s));
      announce(`The take begins at ${clock(offset_s)} of the song.`);
    } catch (error) {
      refuse(error);
    }
  }

  function adopt(after) {
    store.adopt({ ...store.draft, takes: store.draft.takes.map((one) => (one.slug === after.slug ? after : one)) });
  }

  async function again(path, method) {
    try {
      adopt(await ask(`/drafts/${store.draft.slug}/takes/${slug}/${path}`, { method }));
    } catch (error) {
      refuse(error);
    }
  }

  range.addEventListener("input", () => (restart(), show()));
  for (const button of panel.querySelectorAll("[data-place-by]")) button.addEventListener("click", () => move(Number(button.dataset.placeBy)));
  piece("waves").addEventListener("pointerdown", (event) => {
    const from = event.clientX;
    const was = Number(range.value);
    const width = piece("place-song").clientWidth;
    event.currentTarget.setPointerCapture(event.pointerId);
    const drag = ({ clientX }) => {
      range.value = was + ((clientX - from) / width) * VIEW_S;
      show();
    };
    const end = () => {
      piece("waves").removeEventListener("pointermove", drag);
      restart();
    };
    piece("waves").addEventListener("pointermove", drag);
    piece("waves").addEventListener("pointerup", end, { once: true });
    piece("waves").addEventListener("pointercancel", end, { once: true });
  });
  piece("place-listen").addEventListener("click", () => listen().catch(refuse));
  piece("place-save").addEventListener("click", () => put(Math.round(Number(range.value) * 1000) / 1000));
  piece("place-itself").addEventListener("click", () => again("place", "DELETE"));
  piece("take-retry").addEventListener("click", () => again("retry", "POST"));
  piece("take-back").addEventListener("click", () => panels.open("takes"));
  const leave = () => (stop(), piece("take-video").pause(), piece("take-audio").pause());
  panels.addEventListener("close", leave);
  panels.addEventListener("open", ({ detail }) => detail !== "take" && leave());
  return { open, show };
}
