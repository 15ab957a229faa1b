// What was watched, sent in batches. An event stays in the queue until the server has said that it
// has it; each carries a key of its own, so that one sent twice counts once.
const QUEUE = "filoscope-events";
const KEPT_MAX = 500; // about a hundred clips; beyond, the oldest are dropped
const BATCH_MAX = 100; // what the server takes at once
const EVERY_MS = 5000;
const WAIT_MAX_MS = 120000;
const account = document.body.dataset.account ?? "";
let queue = null; // read when first wanted
let timer = 0;
let waitMs = EVERY_MS;

/** A random UUID; crypto.randomUUID is missing on plain http:// beyond localhost. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(QUEUE)) ?? [];
  } catch {
    return []; // storage is refused, or holds what we did not write
  }
}

function store(events) {
  queue = events.slice(-KEPT_MAX);
  try {
    localStorage.setItem(QUEUE, JSON.stringify(queue));
  } catch {
    // No storage: the queue lives as long as the page.
  }
}

// Another tab may have written meanwhile: what is stored is the truth, what only we know is added.
const current = () => (queue === null || localStorage.length ? stored() : queue);

/** Note that something happened with a clip; `more` holds watched_s where the kind has it. */
export function record(card, kind, more = {}) {
  const { slug, tab, position, served } = card.dataset;
  store([
    ...current(),
    { key: uuid(), clip: slug, kind, tab, position: Number(position), served, at: Date.now(), account, ...more },
  ]);
  timer ||= setTimeout(send, waitMs);
}

function batch() {
  const events = current().filter((event) => event.account === account).slice(0, BATCH_MAX);
  const now = Date.now();
  const body = events.map(({ at, account: _, ...event }) => ({ ...event, at_ms_ago: Math.max(0, now - at) }));
  return { keys: new Set(events.map((event) => event.key)), text: JSON.stringify({ events: body }) };
}

const settle = (keys) => store(current().filter((event) => !keys.has(event.key) && event.account === account));

async function send() {
  timer = 0;
  const { keys, text } = batch();
  if (!keys.size) return;
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("/feed/events", { method: "POST", body: text, headers, keepalive: true });
    // A batch that the server will never take (4xx but for "too many") must not block the rest.
    if (answer.ok || (answer.status >= 400 && answer.status < 500 && answer.status !== 429)) {
      settle(keys);
      waitMs = EVERY_MS;
    } else waitMs = Math.min(waitMs * 2, WAIT_MAX_MS);
  } catch {
    waitMs = Math.min(waitMs * 2, WAIT_MAX_MS); // offline: kept, and tried again
  }
  if (current().length) timer ||= setTimeout(send, waitMs);
}

/** The page may be gone in a moment: hand everything to the browser, and keep it until confirmed. */
export function flush() {
  const { keys, text } = batch();
  if (keys.size) navigator.sendBeacon("/feed/events", new Blob([text], { type: "application/json" }));
}

addEventListener("online", () => ((waitMs = EVERY_MS), send()));
if (stored().length) timer = setTimeout(send, 1000);
