// What a camera can do beside filming, where the browser offers it: zoom and light; and what can end it.

/** Show the tools that this camera has. */
export function showLens(root, track) {
  const can = track?.getCapabilities?.() ?? {};
  const zoom = root.querySelector("[data-zoom-lens]");
  const torch = root.querySelector("[data-torch]");
  zoom.closest("label").hidden = !can.zoom;
  torch.hidden = !can.torch;
  torch.setAttribute("aria-pressed", "false");
  if (can.zoom) {
    Object.assign(zoom, { min: can.zoom.min, max: Math.min(can.zoom.max, 8), step: can.zoom.step || 0.1, value: track.getSettings().zoom ?? 1 });
    zoom.oninput = () => track.applyConstraints({ advanced: [{ zoom: Number(zoom.value) }] }).catch(() => {});
  }
  torch.onclick = async () => {
    const isOn = torch.getAttribute("aria-pressed") !== "true";
    await track.applyConstraints({ advanced: [{ torch: isOn }] }).then(() => torch.setAttribute("aria-pressed", String(isOn)), () => {});
  };
}

/** Hear of what takes a camera away: a call, another program, the tab that is left. */
export function watchOver(stream, isLost) {
  for (const track of stream.getTracks()) {
    track.addEventListener("ended", () => isLost(`The ${track.kind === "video" ? "camera" : "microphone"} was taken away, by a call or another program. What was filmed is kept.`));
  }
}

/** Keep the screen on while one films; where that is not offered, nothing happens. */
export async function keepAwake() {
  try {
    return await navigator.wakeLock?.request("screen");
  } catch {
    return null;
  }
}
