// A profile without leaving it: follow at a press, more clips when one comes near the end.
import { toast } from "../toast.js";

const NEAR_PX = 800; // about a screen before the end

async function press(form) {
  const button = form.querySelector("button");
  if (button.disabled) return;
  button.disabled = true;
  try {
    const response = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body: new FormData(form) });
    const answer = await response.json();
    if (answer.sign_in) return location.assign(answer.sign_in);
    if (!response.ok) return toast(answer.error, { kind: "error" });
    button.textContent = answer.followed ? "Following" : "Follow";
    button.classList.toggle("primary", !answer.followed);
    button.setAttribute("aria-pressed", String(answer.followed));
    form.action = `/@${form.dataset.handle}/${answer.followed ? "unfollow" : "follow"}`;
    document.querySelector("[data-follower-count]").textContent = answer.follower_count.toLocaleString("en");
    document.querySelector("[data-follower-word]").textContent = answer.follower_count === 1 ? "follower" : "followers";
  } catch {
    toast("The connection was lost. Try again.", { kind: "error" });
  } finally {
    button.disabled = false;
  }
}

async function readOn(link) {
  if (link.dataset.busy) return;
  link.dataset.busy = "yes";
  const response = await fetch(link.href, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  if (!response?.ok) return void delete link.dataset.busy;
  const item = link.closest("li");
  item.insertAdjacentHTML("afterend", await response.text());
  item.remove();
  watch();
}

const near = new IntersectionObserver(
  (seen) => seen.forEach(({ isIntersecting, target }) => isIntersecting && readOn(target)),
  { rootMargin: `${NEAR_PX}px` },
);
const watch = () => document.querySelectorAll("[data-grid] [data-more]").forEach((link) => near.observe(link));
watch();

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-follow]")) return;
  event.preventDefault();
  press(event.target);
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".more-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", ({ key }) => {
  const menu = key === "Escape" && document.querySelector(".more-menu[open]");
  if (menu) (menu.open = false), menu.querySelector("summary").focus();
});

// One's own clips in the making say how far they are.
document.addEventListener("live:progress", ({ detail }) => {
  const state = document.querySelector(`[data-clip="${CSS.escape(detail.clip)}"] [data-state]`);
  if (!state) return;
  if (detail.state === "processing") state.textContent = `${Math.round(detail.progress * 100)} %`;
  if (detail.state === "failed") state.textContent = "Failed";
});
