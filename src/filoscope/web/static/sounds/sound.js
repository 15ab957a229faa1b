// The page of a sound: it plays, it is shared, and it appears when it is made.

import { toast } from "../toast.js";
import "./player.js";

const LOOK_AGAIN_MS = 2500; // making a song takes seconds

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-share]");
  if (!link) return;
  event.preventDefault();
  try {
    if (navigator.share) await navigator.share({ title: link.dataset.title, url: link.href });
    else {
      await navigator.clipboard.writeText(link.href);
      toast("Link copied.");
    }
  } catch (error) {
    if (error.name !== "AbortError") toast(link.href);
  }
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".more-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", ({ key }) => {
  const menu = key === "Escape" && document.querySelector(".more-menu[open]");
  if (menu) (menu.open = false), menu.querySelector("summary").focus();
});

if (document.querySelector("[data-pending]")) setTimeout(() => location.reload(), LOOK_AGAIN_MS);
