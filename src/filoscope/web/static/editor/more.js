// The menu of the page: the cut for other editors, the rendered file, and the list of keys.

import { ask } from "./api.js";

export function wireMore(root, { store, panels, refuse }) {
  const otio = root.querySelector("[data-otio]");
  const rendered = root.querySelector("[data-download]");
  const keys = document.getElementById("studio-keys");

  otio.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      await store.save(); // what is downloaded is what is seen
      await ask(`/drafts/${store.draft.slug}`);
      location.assign(otio.href);
    } catch (error) {
      refuse(error);
    }
  });
  addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input:not([type=radio], [type=checkbox], [type=range]), textarea, select");
    if (event.key !== "?" || isTyping || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    keys.showModal();
  });

  return function show() {
    if (panels.name !== "more") return;
    otio.hidden = !store.cut;
    const isThere = Boolean(store.draft.preview_url);
    rendered.hidden = !isThere;
    if (isThere) rendered.href = store.draft.preview_url;
    const isLate = store.draft.preview_revision !== store.revision || !store.isSaved;
    const words = isLate ? "It was rendered before the last changes. “See it rendered” renders them too." : "It is the small one that was shown; the clip is rendered at full size when it is posted.";
    root.querySelector("[data-download-hint]").textContent = isThere ? words : "“See it rendered” makes a file to download.";
  };
}
