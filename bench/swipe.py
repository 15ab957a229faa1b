"""Swipes in Chromium: milliseconds from the swipe to the next clip's first frame.

    python bench/swipe.py                       # 50 swipes unthrottled, 50 at 4 Mbit/s with 80 ms
    python bench/swipe.py --swipes 20 --json swipe.json

A swipe is a finger dragged over the screen. It ends when the finger lifts or, earlier, when the next
clip is more than half on the screen: from that moment on it is the current one. Two times are taken
from there: until its first frame is on the screen (0 where it was there already: it was buffered and
came up under the finger), and until it moves (`requestVideoFrameCallback` reports a later frame; at 24
frames a second that is 42 ms after playing began, at best).
Clips are 10 s long, made and transcoded here, watched for `--watch` seconds each, as people do.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

LINES = {
    "unthrottled": None,
    "4 Mbit/s, 80 ms": {"downloadThroughput": 4e6 / 8, "uploadThroughput": 1e6 / 8, "latency": 80},
}
BUFFERED_MEDIAN_MS, BUFFERED_P95_MS = 50, 150  # the aim, for clips that were buffered
MAKERS = 4
# Runs in the page: notes when a card becomes current, when its video has a frame, when it moves.
WATCHER = """
window.swipes = [];
const follow = (video, swipe) => {
  const next = (now, frame) => {
    if (swipe.moves !== null) return;
    if (frame.mediaTime > swipe.mediaTime) swipe.moves = performance.now() - swipe.at;
    else video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
};
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const node of addedNodes) {
    if (!node.classList?.contains("controls")) continue;  // they move into the card that plays
    const video = node.parentElement.querySelector("video");
    const swipe = { at: performance.now(), buffered: video.readyState >= 3, mediaTime: video.currentTime,
                    picture: video.classList.contains("shown") ? 0 : null, moves: null };
    window.swipes.push(swipe);
    follow(video, swipe);
    if (swipe.picture === null) {
      const seen = () => video.classList.contains("shown")
        ? (swipe.picture = performance.now() - swipe.at) : requestAnimationFrame(seen);
      requestAnimationFrame(seen);
    }
  }
}).observe(document, { childList: true, subtree: true });
"""


def main() -> None:
    """Measure, print a table, and keep the figures where asked."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--swipes", type=int, default=50)
    parser.add_argument("--watch", type=float, default=1.5, help="seconds between two swipes")
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    with network(options.swipes + 10) as address:
        figures = {
            name: summary(measured(address, line, swipes=options.swipes, watch_s=options.watch))
            for name, line in LINES.items()
        }
    show(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


@contextmanager
def network(clips: int) -> Iterator[str]:
    """Start a database and a web server with so many clips; yield its address."""
    with tempfile.TemporaryDirectory(prefix="filoscope-swipe-") as folder:
        home = Path(folder)
        os.environ.update(
            FILOSCOPE_HOME=str(home),
            FILOSCOPE_DEBUG="yes",
            DJANGO_SETTINGS_MODULE="filoscope.server.settings",
            DJANGO_ALLOW_ASYNC_UNSAFE="yes",
        )
        from filoscope.server.kit import embedded_database

        os.environ["DATABASE_URL"] = embedded_database.start(home)
        try:
            yield from _served(home, clips)
        finally:
            embedded_database.stop(home)


def _served(home: Path, clips: int) -> Iterator[str]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.browser.seeding import seed
    from tests.running import WebServer

    seed(home, clips=clips, duration_s=10.0)
    server = WebServer(home, {"FILOSCOPE_DEBUG": "yes"}).start()
    try:
        yield server.address
    finally:
        server.kill()


def measured(
    address: str, line: dict[str, float] | None, *, swipes: int, watch_s: float
) -> list[dict[str, Any]]:
    """Swipe through the latest clips on a phone; return what the page noted of each."""
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
        )
        page = context.new_page()
        page.add_init_script(WATCHER)
        session = context.new_cdp_session(page)
        if line:
            session.send("Network.enable")
            session.send("Network.emulateNetworkConditions", {"offline": False, **line})
        page.goto(f"{address}/latest")
        page.wait_for_selector("#feed[data-ready]")
        page.wait_for_timeout(3000)
        for _ in range(swipes):
            drag(session)
            page.wait_for_timeout(watch_s * 1000)
        noted: list[dict[str, Any]] = page.evaluate("window.swipes")[1:]
        browser.close()
    return noted


def drag(session: Any) -> None:
    """Draw a finger up over the screen."""
    for number, y in enumerate(range(700, 150, -25)):
        kind = "touchMove" if number else "touchStart"
        points = [{"x": 180, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def summary(swipes: list[dict[str, Any]]) -> dict[str, float]:
    """Return medians and 95th percentiles; a clip that never moved counts as the whole wait."""
    figures: dict[str, float] = {
        "swipes": len(swipes),
        "buffered": sum(swipe["buffered"] for swipe in swipes),
        "never_moved": sum(swipe["moves"] is None for swipe in swipes),
    }
    for name in ("picture", "moves"):
        times = sorted(swipe[name] for swipe in swipes if swipe[name] is not None)
        if len(times) < 2:
            raise SystemExit(f"only {len(times)} of {len(swipes)} swipes brought a {name}")
        figures[f"{name}_median_ms"] = round(statistics.median(times), 1)
        figures[f"{name}_p95_ms"] = round(statistics.quantiles(times, n=20)[-1], 1)
        figures[f"{name}_max_ms"] = round(times[-1], 1)
    return figures


def show(figures: dict[str, dict[str, float]]) -> None:
    """Print the table, and whether the aim is met."""
    print(
        "line              swipes buffered   first frame: median    p95    moving: median    p95    max"
    )
    for name, of in figures.items():
        print(
            f"{name:17} {of['swipes']:6.0f} {of['buffered']:8.0f}"
            f"   {of['picture_median_ms']:17.1f} {of['picture_p95_ms']:8.1f}"
            f" {of['moves_median_ms']:17.1f} {of['moves_p95_ms']:6.1f} {of['moves_max_ms']:6.1f}"
        )
    is_met = all(
        of["picture_median_ms"] < BUFFERED_MEDIAN_MS and of["picture_p95_ms"] < BUFFERED_P95_MS
        for of in figures.values()
    )
    print(
        f"aim (median < {BUFFERED_MEDIAN_MS} ms, p95 < {BUFFERED_P95_MS} ms): {'met' if is_met else 'missed'}"
    )


if __name__ == "__main__":
    main()
