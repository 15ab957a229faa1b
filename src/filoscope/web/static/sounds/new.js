// Sharing a sound: its title is taken from its file until somebody writes one, and it is sent once.

const form = document.querySelector("[data-new-sound]");
const { file, title } = form;
let written = title.value !== "";
title.addEventListener("input", () => (written = title.value !== ""));
file.addEventListener("change", () => {
  const name = file.files[0]?.name ?? "";
  if (!written) title.value = name.replace(/\.[^.]+$/, "").replace(/[_]+/g, " ").trim().slice(0, title.maxLength);
});
form.addEventListener("submit", () => {
  const button = form.querySelector("button.primary");
  button.textContent = "Sending…";
  button.disabled = true;
});
addEventListener("pageshow", () => {
  const button = form.querySelector("button.primary");
  button.textContent = "Share it";
  button.disabled = false;
});
