// What every page does: messages fade, dialogs open, news arrive. Nothing here is needed to use a page.
import { fadeOut, toast } from "./toast.js";

for (const message of document.querySelectorAll("#toasts .toast")) fadeOut(message);

// <button data-opens="id"> opens <dialog id>; <button data-closes> closes the one it is in.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  const dialog = event.target.closest("dialog");
  if (event.target === dialog || event.target.closest("[data-closes]")) dialog?.close();
});

// <form data-confirm="Delete this clip?"> asks first.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

if (document.body.dataset.account) {
  import("./live.js").then(({ listen }) => listen(document.body.dataset.account));
  document.addEventListener("live:notification", ({ detail }) => {
    const badge = document.querySelector("[data-inbox-badge]");
    if (!badge) return;
    const count = badge.querySelector("[data-count]");
    count.textContent = detail.unread_count ?? Number(count.textContent || 0) + 1;
    badge.hidden = count.textContent === "0";
    if (detail.text) toast(detail.text);
  });
}
