// One file on its way to the server by tus 1.0.0 (https://tus.io/protocols/resumable-upload).
//
//   const transfer = new Transfer(file, { endpoint: "/tus/", metadata: { filename: file.name } });
//   transfer.addEventListener("progress", () => show(transfer.offset, transfer.bytesPerSecond));
//   await transfer.run();          // resolves when every byte is safe; rejects with a Refusal
//
// A lost connection is waited out, for as long as the page is open. A `Refusal` is final.

const VERSION = "1.0.0";
const CHUNK_MIN = 256 * 1024;
const CHUNK_MAX = 32 * 1024 * 1024; // what is lost at most when a connection breaks is less than a chunk
const CHUNK_SECONDS = 4; // a chunk is as large as the line carries in this time
const STALL_MS = 30_000; // no byte moved for so long: the connection is dead, try again
const WAIT_MS_MAX = 20_000;
const FINAL = new Set([400, 401, 403, 404, 410, 413, 415, 422, 429, 507]);

/** The server will not take the file, and says why. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export class Transfer extends EventTarget {
  constructor(file, { endpoint, metadata, url = "" }) {
    super();
    this.file = file;
    this.endpoint = endpoint;
    this.metadata = metadata;
    this.url = url;
    this.offset = 0;
    this.bytesPerSecond = 0;
    this.state = "waiting"; // sending | offline | paused | done | cancelled
    this.chunk = CHUNK_MIN * 4;
    this.failures = 0;
  }

  get id() {
    return this.url.split("/").filter(Boolean).pop() ?? "";
  }

  /** Send all that the server does not have yet. */
  async run() {
    while (this.state !== "cancelled" && this.state !== "paused") {
      try {
        await this.#step();
        this.failures = 0;
        if (this.state === "done") return;
      } catch (error) {
        if (this.state === "cancelled" || this.state === "paused") return;
        if (error instanceof Refusal) throw error;
        this.#set("offline");
        await this.#calm();
      }
    }
  }

  pause() {
    this.#set("paused");
    this.request?.abort();
  }

  async resume() {
    this.#set("waiting");
    this.asked = false;
    await this.run();
  }

  /** Stop, and let the server forget what it has. */
  async cancel() {
    const isThere = this.state === "done"; // the server has made a clip of it: nothing to forget
    this.#set("cancelled");
    this.request?.abort();
    if (this.url && !isThere) {
      await fetch(this.url, { method: "DELETE", headers: { "Tus-Resumable": VERSION } }).catch(() => {});
    }
  }

  async #step() {
    if (!this.url) await this.#create();
    if (!this.asked) await this.#askOffset();
    if (this.offset < this.file.size) await this.#send();
    this.#set(this.offset >= this.file.size ? "done" : "sending");
  }

  async #create() {
    const pairs = Object.entries(this.metadata).map(([key, value]) => `${key} ${base64(String(value))}`);
    const response = await fetch(this.endpoint, {
      method: "POST",
      headers: {
        "Tus-Resumable": VERSION,
        "Upload-Length": String(this.file.size),
        "Upload-Metadata": pairs.join(","),
      },
    });
    if (response.status !== 201) throw await failure(response);
    this.url = new URL(response.headers.get("Location"), location.href).pathname;
    this.dispatchEvent(new Event("created"));
    this.asked = true; // it is new: it has nothing
  }

  async #askOffset() {
    const response = await fetch(this.url, { method: "HEAD", headers: { "Tus-Resumable": VERSION } });
    if (response.status === 404 || response.status === 410) {
      this.url = ""; // expired meanwhile: begin anew
      this.offset = 0;
      return this.#create();
    }
    if (!response.ok) throw await failure(response);
    this.offset = Number(response.headers.get("Upload-Offset"));
    this.asked = true;
  }

  async #send() {
    const start = this.offset;
    const bytes = this.file.slice(start, Math.min(start + this.chunk, this.file.size));
    const headers = {
      "Tus-Resumable": VERSION,
      "Upload-Offset": String(start),
      "Content-Type": "application/offset+octet-stream",
    };
    const checksum = await digest(bytes);
    if (checksum) headers["Upload-Checksum"] = `sha256 ${checksum}`;
    this.#set("sending");
    this.asked = false; // until this answer is there, only the server knows
    const began = performance.now();
    const response = await this.#patch(bytes, headers, start);
    if (response.status !== 204) throw await failure(response);
    this.offset = Number(response.headers.get("Upload-Offset"));
    this.asked = true;
    this.#adapt(this.offset - start, (performance.now() - began) / 1000);
    this.dispatchEvent(new Event("progress"));
  }

  /** PATCH by XMLHttpRequest: fetch does not tell how much of a body has left. */
  #patch(bytes, headers, start) {
    return new Promise((resolve, reject) => {
      const request = (this.request = new XMLHttpRequest());
      let moved = performance.now();
      const watch = setInterval(() => performance.now() - moved > STALL_MS && request.abort(), 1000);
      const end = (settle) => (value) => (clearInterval(watch), settle(value));
      request.open("PATCH", this.url);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.upload.onprogress = (event) => {
        moved = performance.now();
        this.offset = start + event.loaded;
        this.dispatchEvent(new Event("progress"));
      };
      request.onload = end(() =>
        resolve(
          new Response(request.status === 204 ? null : request.responseText, {
            status: request.status,
            headers: { "Upload-Offset": request.getResponseHeader("Upload-Offset") ?? "" },
          }),
        ),
      );
      request.onerror = request.onabort = end(() => reject(new Error("connection lost")));
      request.send(bytes);
    });
  }

  #adapt(sent, seconds) {
    const speed = sent / Math.max(seconds, 0.001);
    this.bytesPerSecond = this.bytesPerSecond ? 0.7 * this.bytesPerSecond + 0.3 * speed : speed;
    this.chunk = Math.round(Math.min(CHUNK_MAX, Math.max(CHUNK_MIN, speed * CHUNK_SECONDS)));
  }

  /** Wait: a little longer each time, but no longer than until the browser is online again. */
  #calm() {
    const wait = Math.min(WAIT_MS_MAX, 500 * 2 ** this.failures++);
    this.asked = false;
    return new Promise((resolve) => {
      const go = () => (clearTimeout(timer), removeEventListener("online", go), resolve());
      const timer = setTimeout(go, wait * (0.5 + Math.random()));
      addEventListener("online", go);
    });
  }

  #set(state) {
    if (this.state === state || this.state === "cancelled") return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

/** A server that is down or busy, another offset (409, 423) or a torn chunk (460): ask again. */
async function failure(response) {
  const said = (await response.text().catch(() => "")).slice(0, 500);
  if (!FINAL.has(response.status)) return new Error(`status ${response.status}`);
  return new Refusal(response.status, plain(said) || `The server refused the file (${response.status}).`);
}

function plain(text) {
  try {
    const answer = JSON.parse(text);
    return answer.detail ?? answer.error ?? answer.message ?? "";
  } catch {
    return text.startsWith("<") ? "" : text;
  }
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** SHA-256 in base64, where the browser gives it (only over https and on localhost). */
async function digest(blob) {
  if (!globalThis.crypto?.subtle) return "";
  const hash = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return btoa(String.fromCharCode(...new Uint8Array(hash)));
}
