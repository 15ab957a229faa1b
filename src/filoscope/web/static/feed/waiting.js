// At the end of the feed: look now and then whether somebody has posted.

const LOOK_MS = 10_000;

/** Ask for more than `shelf` had, once somebody has been before its end for a while. */
export function lookLater(shelf) {
  setTimeout(() => (isSeen(shelf.end) ? lookAgain(shelf) : lookLater(shelf)), LOOK_MS);
}

function isSeen(end) {
  const { top } = end.getBoundingClientRect();
  return !document.hidden && top < innerHeight;
}

/** Ask from the beginning: the shelf does not take twice what it has. */
function lookAgain(shelf) {
  shelf.hasEnded = false;
  shelf.more = `/feed/${shelf.element.dataset.tab}/more`;
  shelf.fetchMore();
}
