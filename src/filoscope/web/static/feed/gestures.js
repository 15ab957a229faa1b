// Fingers, wheel and keys, told apart and turned into intentions.
const DOUBLE_MS = 260;
const WHEEL_PAUSE_MS = 140; // after this silence the wheel means a new gesture
const WHEEL_STEP_MS = 380; // inertia of touchpads goes on this long after a step

/** One tap and two taps on the picture of a card. */
export function onTap(element, { once, twice }) {
  let waiting = 0;
  element.addEventListener("click", (event) => {
    const stage = event.target.closest(".stage");
    if (!stage || event.target.closest("a, button, input, .caption, .fault")) return;
    clearTimeout(waiting);
    if (event.detail > 1) twice(event);
    else waiting = setTimeout(() => once(event), DOUBLE_MS);
  });
}

/** The wheel moves by whole clips, however fine or coarse it is. */
export function onWheel(element, step) {
  let last = { at: 0, size: 0 };
  let steppedAt = 0;
  const turned = (event) => {
    if (event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return; // zooming, or sideways
    event.preventDefault();
    const size = Math.abs(event.deltaY);
    const now = event.timeStamp;
    const isNew = now - last.at > WHEEL_PAUSE_MS || size > last.size * 1.5 + 4;
    last = { at: now, size };
    if (size < 4 || !isNew || now - steppedAt < WHEEL_STEP_MS) return;
    steppedAt = now;
    step(Math.sign(event.deltaY));
  };
  element.addEventListener("wheel", turned, { passive: false });
}

/** Keys of the feed; they are left alone in fields, in dialogs, and with Ctrl, Alt or Cmd. */
export function onKeys(bindings) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    const { target } = event;
    if (target.closest("dialog, textarea, select, [contenteditable], input:not([type=range])")) return;
    if (document.querySelector("dialog:modal")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if ((key === " " || key === "Enter") && target.closest("a, button")) return;
    if (event.repeat && !key.startsWith("Arrow") && !key.startsWith("Page")) return;
    if (target.type === "range" && ["ArrowLeft", "ArrowRight", "Home", "End"].includes(key)) return;
    const run = bindings[key];
    if (!run) return;
    event.preventDefault();
    run();
  });
}
