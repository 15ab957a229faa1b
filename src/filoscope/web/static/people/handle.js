// Whether a handle is free, said while it is being typed.
const PAUSE_MS = 300; // between the last key and the question

for (const input of document.querySelectorAll("[data-handle-check]")) {
  const words = document.createElement("p");
  words.className = "handle-words";
  words.setAttribute("role", "status");
  input.after(words);
  const first = input.defaultValue;
  let timer = 0;
  let asked = 0;

  const say = (text, kind = "") => {
    words.textContent = text;
    words.className = `handle-words ${kind}`;
  };

  async function ask(handle, number) {
    const response = await fetch(`${input.dataset.handleCheck}?handle=${encodeURIComponent(handle)}`).catch(() => null);
    if (number !== asked || !response?.ok) return;
    const answer = await response.json();
    say(answer.words, answer.available ? "free" : "taken");
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    say("");
    const handle = input.value.trim().replace(/^@/, "");
    const number = ++asked;
    if (handle && handle !== first) timer = setTimeout(() => ask(handle, number), PAUSE_MS);
  });
}
