// The picture of the moment under the finger, while the seek bar is dragged. Loaded when somebody first drags.
const CUE = /([\d:.]+) --> [\d:.]+\s+(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;
const boards = new WeakMap(); // card -> promise of its tiles, in the order of time

async function read(card) {
  const address = new URL("storyboard.vtt", card.querySelector(".poster").src);
  const answer = await fetch(address);
  const words = answer.ok ? await answer.text() : ""; // none is made for a clip that is still in the works
  return [...words.matchAll(CUE)].map(([, start, file, ...box]) => {
    const [x, y, width, height] = box.map(Number);
    const fromS = start.split(":").reduce((total, part) => total * 60 + Number(part), 0);
    return { fromS, url: new URL(file, address).href, x, y, width, height };
  });
}

/** Show the tile of a moment above the bar; the controls bear `scrubbing` for as long as it is seen. */
export async function showTile(controls, card, seconds) {
  let picture = controls.querySelector(".tile");
  if (picture && picture.card !== card) picture.remove();
  if (!boards.has(card)) boards.set(card, read(card).catch(() => []));
  const tile = (await boards.get(card)).findLast(({ fromS }) => fromS <= seconds);
  const bar = controls.querySelector(".seek");
  if (!tile || Number(bar.value) !== seconds) return; // the finger is elsewhere by now
  if (!picture?.isConnected) bar.before((picture = Object.assign(document.createElement("div"), { className: "tile", card })));
  controls.style.setProperty("--tile", `${tile.height}px`);
  const middle = (bar.clientWidth * seconds) / bar.max;
  Object.assign(picture.style, {
    width: `${tile.width}px`,
    height: `${tile.height}px`,
    left: `${Math.min(Math.max(12, middle - tile.width / 2), bar.clientWidth - tile.width - 12)}px`,
    background: `url("${tile.url}") ${-tile.x}px ${-tile.y}px`,
  });
}
