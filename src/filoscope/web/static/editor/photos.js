// Photos in a cut: how long each is shown, and the slow move over it that makes it live.

export const PHOTO_S = 3; // of a photo among takes that are put one after the other
const NEARER = 1.12;

/** A move over a photo: towards its middle, the frame filled all the while. */
export function moveOver(take, cut) {
  const shape = take.width / take.height / (cut.width / cut.height);
  const [wide, high] = [Math.min(1 / shape, 1), Math.min(shape, 1)];
  const box = (nearer) => ({ x: round((1 - wide / nearer) / 2), y: round((1 - high / nearer) / 2), width: round(wide / nearer), height: round(high / nearer) });
  return { start: box(1), end: box(NEARER) };
}

const round = (number) => Math.floor(number * 1e5) / 1e5; // never beyond the picture

/** How a take is framed where another one was: what was chosen for that one's picture is not for this. */
export function framingFor(take, former, cut) {
  if (take.kind === "photo") return moveOver(take, cut);
  return former?.start ? "fill" : former;
}

/** Takes to put one after the other: those in which another song plays are left out, if others are there. */
export function inTime(takes, sound) {
  const fit = takes.filter((take) => !sound || take.how !== "refused");
  return fit.length ? fit : takes;
}
