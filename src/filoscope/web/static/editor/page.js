// The studio: takes, cut, words and looks of one draft; everything here can be undone.

import { toast } from "../toast.js";
import { ask } from "./api.js";
import { Camera } from "./camera.js";
import { wireHearing } from "./hearing.js";
import { wireCutting, wirePosting, wireSounds } from "./making.js";
import { Panels } from "./panels.js";
import { wirePictureTools } from "./picturetools.js";
import { Player } from "./player.js";
import { wireCover, wireLook, wireShots } from "./shots.js";
import { Store } from "./store.js";
import { Strip } from "./strip.js";
import { listTakes, Sending } from "./takes.js";
import { wireTexts } from "./texts.js";
import { withoutVoice } from "./voicelane.js";
import { lengthOf, without } from "./timeline.js";
import { wireCaptions } from "./words.js";

const FOLLOW_MS = 2000; // where no live news comes through, the draft is asked for this often
const root = document.querySelector("[data-studio]");
const piece = (name) => root.querySelector(`[data-${name}]`);
const limits = JSON.parse(document.getElementById("studio-limits").textContent);
const slug = root.dataset.draft;

const announce = (words) => (piece("announce").textContent = words);
const refuse = (error) => toast(error.message, { kind: "error" });

const store = new Store(await ask(`/drafts/${slug}`));
store.limits = limits;
const player = new Player(root);
const panels = new Panels(root);
const strip = new Strip(piece("strip"), store, player);
const sending = new Sending(slug, limits);
const camera = new Camera(document.getElementById("camera"), limits);
const tools = { store, player, strip, panels, announce, refuse, follow, changed, sending };
const hearing = wireHearing(root, tools);
const shots = wireShots(root, tools);
const showLook = wireLook(root, tools);
const showCover = wireCover(root, tools);
const showTexts = wireTexts(root, tools);
const showCaptions = wireCaptions(root, tools);
const cutting = wireCutting(root, tools);
const posting = wirePosting(root, tools);
wireSounds(root, tools);
wirePictureTools(root, tools);

// ---- showing ----

function show() {
  const { cut, draft } = store;
  const waiting = store.takes.filter((take) => take.state === "received");
  player.show(cut, draft.takes, draft.sound);
  strip.draw();
  for (const one of root.querySelectorAll("[data-needs-cut]")) one.disabled = !cut;
  piece("transport").hidden = piece("play").hidden = !cut;
  piece("tools").hidden = !cut && !store.takes.length;
  piece("undo").disabled = !store.past.length;
  piece("redo").disabled = !store.future.length;
  piece("sound-name").textContent = draft.sound?.title ?? "Add a sound";
  showEmpty(cut, waiting);
  showTakes();
  shots.show();
  showLook();
  showCover();
  showCaptions();
  cutting.show();
  posting.show();
  hearing.show();
  showTime();
  showBusy();
}

function showEmpty(cut, waiting) {
  piece("empty").hidden = Boolean(cut);
  if (cut) return;
  const ready = store.ready.length;
  const count = ready + waiting.length + sending.going.length;
  piece("empty-title").textContent = count ? `${count} take${count > 1 ? "s" : ""}` : "Film a few takes";
  const going = waiting.length + sending.going.length;
  piece("empty-words").textContent = going
    ? `${going} ${going > 1 ? "are" : "is"} being looked at. Film more meanwhile.`
    : ready
      ? "Ready to be cut. More takes make a livelier clip."
      : "Two or three from different sides make a clip. They are cut to the beat for you.";
  piece("empty-cut").hidden = !ready;
  const words = store.draft.is_based_on_a_cut ? "Fill the cut" : store.draft.sound ? "Cut it for me" : "Put them together";
  piece("empty-cut-words").textContent = words;
}

function showTakes() {
  listTakes(piece("takes"), store.takes, [...sending.going, ...sending.failed], [["Open", hearing.openTake, (take) => take.state !== "received"], ["Take out", takeOut]]);
}

function takeOut(take) {
  store.change("Take out", (doc) => {
    const left = store.ready.filter((one) => one.slug !== take.slug);
    const timeline = doc.timeline && without(withoutVoice(doc.timeline, take.slug), take.slug, left);
    return { ...doc, timeline, removed: [...doc.removed, take.slug] };
  });
  toast("The take is out.", { action: { label: "Undo", run: undo } });
}

function showTime() {
  if (!store.cut) return;
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, "0")}`;
  piece("clock").textContent = `${clock(player.at)} / ${clock(lengthOf(store.cut))}`;
}

const BUSY = { cut: "Cutting to the beat", preview: "Rendering", render: "Making your clip" };

function showBusy() {
  const { task, progress } = store.draft;
  piece("busy").hidden = !task;
  if (task) piece("busy-words").textContent = progress < 1 ? `${BUSY[task]}, ${Math.round(progress * 100)} %` : "Posted. It is being made ready to watch.";
  piece("stop").hidden = progress >= 1;
  root.classList.toggle("rendering", task === "render");
}

function showPlaying() {
  const sign = player.isPlaying ? "#pause" : "#play";
  for (const name of ["play", "play-small"]) {
    const use = piece(name).querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, sign));
    piece(name).setAttribute("aria-label", player.isPlaying ? "Pause" : "Play");
  }
  root.classList.toggle("playing", player.isPlaying);
}

// ---- news of the server ----

let isLeaving = false;

/** Take in the draft as the server has it, and what has come of a wish. */
function follow(draft) {
  const before = store.draft;
  const shown = { ...draft, revision: store.draft.revision };
  if (isLeaving) return; // a page that is asked for twice begins to load twice
  if (draft.clip_url) {
    isLeaving = true;
    return location.assign(draft.clip_url);
  }
  const wasHeard = before.sound?.is_heard;
  store.adopt(shown);
  if (draft.sound?.is_heard && !wasHeard) listenToSong();
  const hasEnded = before.task && !draft.task;
  if (!hasEnded) return;
  if (draft.failure) return refuse(new Error(draft.failure));
  if (before.task === "cut" && draft.alternatives.length) {
    cutting.take(draft.alternatives[0]);
    announce("It is cut. Press play.");
    player.seek(0);
  }
  if (before.task === "preview") posting.showRendered();
}

function changed(draft) {
  store.restart(draft);
  listenToSong();
}

let asking = false;
async function renew() {
  if (asking) return;
  asking = true;
  try {
    follow(await ask(`/drafts/${slug}`));
  } catch (error) {
    if (error.status === 404) location.assign("/studio");
  } finally {
    asking = false;
  }
}

document.addEventListener("live:progress", ({ detail }) => {
  if (detail.draft !== slug) return;
  if (detail.is_done) return renew();
  const { draft } = store;
  if (detail.take) {
    const take = draft.takes.find((one) => one.slug === detail.take);
    if (!take) return renew();
    take.progress = detail.progress;
    showTakes();
  } else if (draft.task === detail.task) {
    draft.progress = Math.max(draft.progress, detail.progress);
    showBusy();
  }
});
setInterval(() => {
  const isWaiting = store.draft.task || store.draft.takes.some((take) => take.state === "received");
  const isUnplaced = store.draft.sound && store.draft.takes.some((take) => take.state === "ready" && !take.how);
  const isUnheard = store.draft.sound && !store.draft.sound.is_heard;
  if ((isWaiting || isUnplaced || isUnheard) && !document.hidden) renew();
}, FOLLOW_MS);

async function listenToSong() {
  strip.song = null;
  if (!store.draft.sound?.is_heard) return;
  strip.song = await ask(`/drafts/${slug}/song`).catch(() => null);
  strip.draw();
}

// ---- what a person does ----

function undo() {
  const name = store.undo();
  if (name) announce(`Undone: ${name}`);
}

function redo() {
  const name = store.redo();
  if (name) announce(`Done again: ${name}`);
}

function film() {
  player.pause();
  panels.close();
  camera.open(store.draft.sound?.audio_url ? store.draft.sound : null, { from: Math.max(0, store.cut?.sound?.start_s ?? 0) });
}

function cutNow() {
  if (store.draft.is_based_on_a_cut) return cutting.fill();
  if (!store.draft.sound) return cutting.line();
  panels.open("cut");
}

root.addEventListener("click", (event) => {
  if (event.target.closest("[data-film]")) film();
});
for (const input of root.querySelectorAll("[data-files]")) {
  input.addEventListener("change", () => {
    for (const file of input.files) sending.send(file);
    input.value = "";
  });
}
camera.addEventListener("take", ({ detail }) => {
  sending.send(detail.file, detail);
  toast("The take is kept. Film another, or close the camera.");
});
sending.addEventListener("change", () => (showTakes(), !store.cut && show()));
sending.addEventListener("arrived", renew);
sending.addEventListener("refused", ({ detail }) => refuse(detail));
store.addEventListener("change", show);
store.addEventListener("said", ({ detail }) => (piece("saved").textContent = detail));
store.addEventListener("refused", ({ detail }) => {
  if (detail.status === 409) toast(detail.message, { kind: "error", action: { label: "Load it again", run: () => location.reload() } });
  else refuse(detail);
});
player.addEventListener("time", showTime);
player.addEventListener("state", showPlaying);
strip.addEventListener("chosen", () => (shots.show(), showLook()));
strip.addEventListener("words", ({ detail }) => {
  panels.open(detail.kind === "text" ? "text" : "captions");
  if (detail.kind === "text") showTexts(detail.place);
});
panels.addEventListener("open", () => (shots.show(), showCover()));
piece("undo").addEventListener("click", undo);
piece("redo").addEventListener("click", redo);
piece("play").addEventListener("click", () => player.toggle());
piece("play-small").addEventListener("click", () => player.toggle());
piece("empty-cut").addEventListener("click", cutNow);
piece("stop").addEventListener("click", () => ask(`/drafts/${slug}/task`, { method: "DELETE" }).then(follow, refuse));

const isTyping = (target) => target.closest("input:not([type=radio], [type=checkbox], [type=range]), textarea, select");
addEventListener("keydown", (event) => {
  if (document.getElementById("camera").open || isTyping(event.target)) return;
  const isCommand = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (isCommand && key === "z") return event.preventDefault(), event.shiftKey ? redo() : undo();
  if (isCommand && key === "y") return event.preventDefault(), redo();
  if (isCommand || event.altKey || !store.cut) return;
  if (key === " " && !event.target.closest("button, a, label, video")) return event.preventDefault(), player.toggle();
  const acts = { s: () => shots.act("split"), "[": () => shots.nudge(-1), "]": () => shots.nudge(1), "{": () => shots.nudge(-1, true), "}": () => shots.nudge(1, true), delete: () => shots.act("remove") };
  if (acts[key]) event.preventDefault(), acts[key]();
});
addEventListener("pagehide", () => store.save().catch(() => {}));
addEventListener("beforeunload", (event) => {
  if (sending.going.length || sending.failed.length || !store.isSaved) event.preventDefault(); // the browser asks whether to leave
});

if (!store.cut && store.draft.alternatives.length) cutting.take(store.draft.alternatives[0]);
show();
listenToSong();
root.removeAttribute("aria-busy");
root.dataset.ready = "";
