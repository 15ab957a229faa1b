// The talk below a clip without leaving it: send, answer, delete, read on. Works wherever the
// server's fragment `[data-talk]` stands, in the sheet of the feed as on the page without script.
import { toast } from "../toast.js";

const JSON_HEADERS = { Accept: "application/json" };

async function send(form) {
  const response = await fetch(form.action, { method: "POST", headers: JSON_HEADERS, body: new FormData(form) });
  const answer = await response.json().catch(() => ({}));
  if (response.status === 401) location.assign(answer.sign_in);
  return { ok: response.ok, ...answer };
}

const counted = (talk, count) =>
  document.dispatchEvent(new CustomEvent("comments:counted", { detail: { clip: talk.dataset.talk, count } }));

function place(talk, answer) {
  const holder = document.createElement("template");
  holder.innerHTML = answer.html;
  const remark = holder.content.firstElementChild;
  const list = talk.querySelector(".remarks");
  if (answer.parent) {
    let last = list.querySelector(`[data-remark="${answer.parent}"]`);
    while (last?.nextElementSibling?.matches(".reply:not(.more)")) last = last.nextElementSibling;
    last ? last.after(remark) : list.prepend(remark);
  } else list.prepend(remark);
  talk.querySelector(".talk-empty").hidden = true;
  remark.scrollIntoView({ block: "nearest" });
}

function answer(form, { parent = "", handle = "" } = {}) {
  form.elements.parent.value = parent;
  const note = form.querySelector(".talk-reply");
  note.hidden = !parent;
  note.querySelector("[data-reply-to]").textContent = `Your reply to @${handle}`;
  if (parent) form.elements.body.focus();
}

async function say(form) {
  const talk = form.closest("[data-talk]");
  const button = form.querySelector("button");
  const error = form.querySelector("[data-error]");
  if (button.disabled) return;
  button.disabled = true;
  error.hidden = true;
  try {
    const sent = await send(form);
    if (sent.ok) {
      place(talk, sent);
      counted(talk, sent.comment_count);
      form.reset();
      answer(form);
    } else {
      error.textContent = sent.error || "That did not work. Try again.";
      error.hidden = false;
    }
  } catch {
    error.textContent = "The connection was lost. Your words are still here: try again.";
    error.hidden = false;
  } finally {
    button.disabled = false;
  }
}

async function remove(form) {
  const talk = form.closest("[data-talk]");
  const gone = await send(form).catch(() => ({}));
  if (!gone.ok) return toast(gone.error || "That did not work. Try again.", { kind: "error" });
  const remark = form.closest(".remark");
  const isReply = remark.classList.contains("reply");
  while (!isReply && remark.nextElementSibling?.matches(".reply")) remark.nextElementSibling.remove();
  const next = remark.nextElementSibling ?? remark.previousElementSibling;
  remark.remove();
  next?.querySelector("a[href]:not([tabindex])")?.focus();
  talk.querySelector(".talk-empty").hidden = Boolean(talk.querySelector(".remark"));
  counted(talk, gone.comment_count);
}

async function readOn(link) {
  const response = await fetch(link.href, { headers: { "X-Requested-With": "fetch" } });
  if (!response.ok) return location.assign(link.href);
  const item = link.closest("li");
  const before = item.previousElementSibling;
  item.insertAdjacentHTML("beforebegin", await response.text());
  item.remove();
  (before ? before.nextElementSibling : null)?.querySelector(".name")?.focus();
}

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.closest("[data-talk]")) return;
  event.preventDefault();
  if (event.target.matches("[data-delete]")) remove(event.target);
  else say(event.target);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-talk] a");
  if (!link || event.ctrlKey || event.metaKey) return;
  const form = link.closest("[data-talk]").querySelector("form.talk-form");
  if (link.matches("[data-more]")) {
    event.preventDefault();
    readOn(link);
  } else if (form && link.matches("[data-reply]")) {
    event.preventDefault();
    answer(form, { parent: link.dataset.to, handle: link.dataset.handle });
  } else if (form && link.matches("[data-reply-not]")) {
    event.preventDefault();
    answer(form);
  }
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-talk] form.talk-form");
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
