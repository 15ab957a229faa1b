// Says in words what went wrong with a passkey; allauth's own script does the asking.
const WORDS = {
  NotAllowedError: "The passkey was not used: the question was closed, or took too long.",
  InvalidStateError: "This device already has a passkey for your account.",
  NotSupportedError: "This device has no passkey of the kind that is needed.",
  SecurityError: "Passkeys need a secure address (https, or localhost).",
};

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const place = document.querySelector("[data-passkey-error]");
  if (!place) return;
  place.textContent = WORDS[event.detail.exception.name] ?? "That did not work. Try again.";
  place.hidden = false;
});

const isMissing = !window.PublicKeyCredential;
for (const part of document.querySelectorAll("[data-passkey]")) part.hidden = isMissing;
