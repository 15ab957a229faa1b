// The upload page: choose, drop or film; each file becomes an <upload-item> that sends itself.

import { kept } from "./keep.js";
import "./item.js";

const root = document.querySelector("[data-upload]");
const list = root.querySelector("[data-items]");
const drop = root.querySelector("[data-drop]");
const AT_ONCE = 2; // more files at a time only make each one later
const limits = {
  bytes: Number(root.dataset.bytesMax),
  seconds: Number(root.dataset.secondsMax),
  pixels: Number(root.dataset.pixelsMax),
};

function add(entry) {
  const item = document.createElement("upload-item");
  item.entry = entry;
  item.limits = limits;
  list.prepend(item);
  return item;
}

function addFiles(files) {
  for (const file of files) {
    const waiting = [...list.children].find((item) => item.wants?.(file));
    if (waiting) waiting.continueWith(file);
    else add({ id: crypto.randomUUID?.() ?? String(Math.random()), file, begun: Date.now() });
  }
  schedule();
  list.firstElementChild?.focusCaption();
}

/** Let the oldest waiting items go, so that no more than AT_ONCE send at a time. */
function schedule() {
  const items = [...list.children].filter((child) => child.localName === "upload-item").reverse();
  let going = items.filter((item) => item.isSending).length;
  for (const item of items) {
    if (going >= AT_ONCE) return;
    if (item.isWaiting) {
      item.start();
      going += 1;
    }
  }
}

for (const input of root.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => {
    addFiles(input.files);
    input.value = ""; // the same file may be chosen again
  });
}

let depth = 0;
addEventListener("dragenter", (event) => {
  if (!event.dataTransfer?.types.includes("Files")) return;
  depth += 1;
  drop.classList.add("over");
});
addEventListener("dragleave", () => {
  depth = Math.max(0, depth - 1);
  if (!depth) drop.classList.remove("over");
});
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  depth = 0;
  drop.classList.remove("over");
  addFiles(event.dataTransfer.files);
});

list.addEventListener("settled", schedule);

addEventListener("beforeunload", (event) => {
  const unsafe = [...list.children].some((item) => item.isSending && !item.isKept);
  if (unsafe) event.preventDefault(); // the browser asks whether to leave
});

// What was begun before a reload goes on.
for (const entry of await kept()) add(entry);
schedule();
root.dataset.ready = "";
