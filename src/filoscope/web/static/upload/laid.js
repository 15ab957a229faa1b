// The sound that was chosen for what is uploaded from this page, and how it is to be laid under it.

const panel = document.querySelector("[data-chosen-sound]");
if (panel) {
  await import("../sounds/player.js");
  const start = panel.querySelector("[name=sound_start]");
  const player = panel.querySelector("sound-player");
  panel.addEventListener("moved", ({ detail }) => {
    start.value = Math.min(detail, Number(start.max) - 0.1).toFixed(1);
    player.play();
  });
  start.addEventListener("change", () => start.checkValidity() && player.moveTo(Number(start.value)));
}

/** What is laid under a clip by now; null: no sound was chosen. */
export function laid() {
  if (!panel) return null;
  const start = panel.querySelector("[name=sound_start]");
  return {
    sound: panel.dataset.chosenSound,
    start: start.checkValidity() ? Number(start.value) : 0,
    own: panel.querySelector("[name=own_sound]:checked").value,
  };
}
