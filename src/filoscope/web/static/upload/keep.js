// Files whose upload was begun, kept by the browser (IndexedDB) until every byte is safe,
// so that a reload or a closed tab goes on by itself. Nothing here leaves the device.
//
//   await keep({ id, name, bytes, url, caption });   await keepFile(id, file);
//   await kept();   await forget(id);

const NAME = "filoscope-uploads";
const STORES = ["entries", "files"];
const KEPT_BYTES_MAX = 512 * 1024 * 1024; // a larger file is a larger copy on a phone: it is asked for again

/** Remember what is known of one upload, but for its bytes. */
export async function keep(entry) {
  await write((entries) => entries.put(entry)).catch(() => {});
}

/** Remember the bytes; answer whether the browser did. */
export async function keepFile(id, file) {
  if (file.size > KEPT_BYTES_MAX) return false;
  try {
    await write((_, files) => files.put({ id, file }));
    return true;
  } catch {
    return false; // a full disk, or a private window
  }
}

/** All uploads that did not end, oldest first, each with its file where that was kept. */
export async function kept() {
  try {
    const entries = await ask("readonly", (store) => store.getAll());
    const files = await ask("readonly", (_, store) => store.getAll());
    const byId = new Map(files.map(({ id, file }) => [id, file]));
    return entries
      .map((entry) => ({ ...entry, file: byId.get(entry.id) ?? null }))
      .sort((a, b) => a.begun - b.begun);
  } catch {
    return [];
  }
}

export async function forget(id) {
  await write((entries, files) => (entries.delete(id), files.delete(id))).catch(() => {});
}

const write = (action) => ask("readwrite", action);

function ask(mode, action) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => {
      for (const name of STORES) opening.result.createObjectStore(name, { keyPath: "id" });
    };
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(STORES, mode);
      const request = action(...STORES.map((name) => transaction.objectStore(name)));
      transaction.oncomplete = () => (database.close(), resolve(request.result));
      transaction.onerror = transaction.onabort = () => (database.close(), reject(transaction.error));
    };
  });
}
