// Short words at the foot of the page, read aloud by screen readers (the region is aria-live).
const SHOWN_MS = 5000; // long enough to read twice
const AT_ONCE_MAX = 3;

export function fadeOut(message, afterMs = SHOWN_MS) {
  setTimeout(() => message.remove(), afterMs);
}

/** Say something; with `action` {label, run} a button stands beside it. */
export function toast(text, { kind = "", action = null } = {}) {
  const region = document.getElementById("toasts");
  const message = document.createElement("p");
  message.className = `toast ${kind}`;
  message.append(text);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.addEventListener("click", () => (message.remove(), action.run()));
    message.append(button);
  }
  while (region.children.length >= AT_ONCE_MAX) region.firstElementChild.remove();
  region.append(message);
  fadeOut(message);
}
