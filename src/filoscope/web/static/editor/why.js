// Why it was cut so, and how the other cuts differ: their pictures, their reasons.

const STYLES = {
  performance: "Faces, near while somebody sings; shots of one and a half to four seconds.",
  dance: "Movement that lands on strong beats; quick shots.",
  travel: "Clear, steady views in the order in which you took them.",
  calm: "Long, steady shots that melt into one another.",
  trailer: "Shorter and shorter up to the drop, which flashes.",
};

/** A picture of the first shot in which a cut differs from those before it. */
export function coverOf(cut, takes, earlier) {
  const isNew = (shot, place) => earlier.every((other) => other.shots[place]?.source !== shot.source || Math.abs(other.shots[place].start_s - shot.start_s) > 0.3);
  const shot = cut.shots.find(isNew) ?? cut.shots[0];
  const take = takes.find((one) => `take:${one.slug}` === shot.source);
  const picture = document.createElement("i");
  picture.className = "alternative-picture";
  if (!take?.strip_url) return picture;
  const wide = (72 * take.width) / take.height;
  const moment = shot.start_s + shot.frames / 60;
  const tile = Math.max(0, Math.min(take.thumb_count - 1, Math.round(moment / take.thumb_every_s)));
  Object.assign(picture.style, { backgroundImage: `url("${take.strip_url}")`, backgroundSize: `${wide * take.thumb_count}px 72px`, backgroundPosition: `${-tile * wide + (54 - wide) / 2 + (wide < 54 ? 0 : 0)}px 0` });
  return picture;
}

export function wireWhy(root, { store, panels }) {
  const form = root.querySelector("[data-cut-form]");
  const words = root.querySelector("[data-style-words]");
  const why = root.querySelector("[data-why]");
  const list = why.querySelector("ul");
  const describe = () => (words.textContent = STYLES[form.elements.style.value] ?? "");
  form.addEventListener("input", describe);
  describe();
  return () => {
    const reasons = store.cut?.reasons ?? [];
    why.hidden = !reasons.length;
    if (panels.name !== "cut") return;
    list.replaceChildren(...reasons.map((reason) => Object.assign(document.createElement("li"), { textContent: reason })));
  };
}
