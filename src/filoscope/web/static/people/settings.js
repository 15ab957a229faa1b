// The picture that was chosen, before it is sent.
const input = document.querySelector('input[type="file"][name="avatar_file"]');
const preview = document.querySelector("[data-avatar-preview]");

input?.addEventListener("change", () => {
  const [file] = input.files;
  if (!file || !file.type.startsWith("image/")) return;
  const picture = document.createElement("img");
  picture.className = "avatar large";
  picture.alt = "The picture you chose";
  picture.src = URL.createObjectURL(file);
  picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
  picture.addEventListener("error", () => picture.remove(), { once: true });
  preview.replaceChildren(picture);
});
