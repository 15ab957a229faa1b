// The inbox while it is open: news come in on top and count as seen when the page is looked at.
const list = document.querySelector("[data-inbox]");
let isStale = false;

async function renew() {
  if (document.hidden) return void (isStale = true);
  isStale = false;
  const response = await fetch("/notifications", { headers: { "X-Requested-With": "fetch" } });
  if (!response.ok || response.redirected) return;
  const focused = document.activeElement?.closest?.("[data-inbox]")?.contains(document.activeElement);
  if (focused) return void (isStale = true); // never pull the line from under somebody's finger
  list.innerHTML = await response.text();
  document.querySelector("[data-inbox-empty]").hidden = Boolean(list.children.length);
}

if (list && !("later" in list.dataset)) {
  document.addEventListener("live:notification", ({ detail }) => detail.text && renew());
  const again = () => isStale && renew();
  document.addEventListener("visibilitychange", again);
  list.addEventListener("focusout", () => setTimeout(again));
}
