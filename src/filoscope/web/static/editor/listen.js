// <button data-listen="address">: hear a sound before it is chosen; one at a time.

const audio = new Audio();
let playing = null;

function stop() {
  audio.pause();
  show(playing, false);
  playing = null;
}

function show(button, isPlaying) {
  const use = button?.querySelector("use");
  use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, isPlaying ? "#pause" : "#play"));
  button?.setAttribute("aria-pressed", String(isPlaying));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-listen]");
  if (!button) return;
  const isSame = button === playing;
  stop();
  if (isSame) return;
  playing = button;
  show(button, true);
  audio.src = button.dataset.listen;
  audio.play().catch(stop);
});
audio.addEventListener("ended", stop);
addEventListener("pagehide", stop);
