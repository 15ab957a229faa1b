// News from the server (/live, server-sent events) as DOM events `live:notification` and `live:progress`.
// Browsers allow six connections to a host, so only one tab listens (Web Locks) and tells the others.
const CHANNEL = "filoscope-live";
const KINDS = ["notification", "progress"];

const dispatch = (kind, detail) => document.dispatchEvent(new CustomEvent(`live:${kind}`, { detail }));

function open(tell) {
  const source = new EventSource("/live");
  for (const kind of KINDS) {
    source.addEventListener(kind, (event) => {
      const detail = JSON.parse(event.data);
      dispatch(kind, detail);
      tell({ kind, detail });
    });
  }
  return source;
}

/** Start listening for the account that is signed in. */
export function listen(account) {
  const channel = new BroadcastChannel(`${CHANNEL}:${account}`);
  channel.onmessage = ({ data }) => dispatch(data.kind, data.detail);
  let source = null;
  let release = () => {};
  const take = () =>
    navigator.locks?.request(`${CHANNEL}:${account}`, () => {
      source = open((news) => channel.postMessage(news));
      return new Promise((resolve) => (release = resolve));
    });
  if (navigator.locks) take();
  else source = open(() => {});
  // A page in the back/forward cache must hold neither connection nor lock.
  addEventListener("pagehide", () => (source?.close(), release(), channel.close()));
  addEventListener("pageshow", (event) => event.persisted && listen(account), { once: true });
}
