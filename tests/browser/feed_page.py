"""What browser tests of the feed ask of its page."""

from __future__ import annotations

from playwright.sync_api import Page

# The card that fills the screen, as a person sees it.
CURRENT = """() => {
  const feed = document.getElementById("feed");
  const box = feed.getBoundingClientRect();
  return document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 3)?.closest(".card");
}"""


def opened(page: Page, address: str) -> Page:
    """Open a page of the feed, and wait until its script has taken it over."""
    page.goto(address)
    page.wait_for_selector("#feed[data-ready]")
    return page


def current_slug(page: Page) -> str:
    """Return the clip that fills the screen."""
    return str(page.evaluate(f"({CURRENT})().dataset.slug"))


def arrived(page: Page, place: int) -> str:
    """Wait until the card at `place` fills the screen; return its clip."""
    page.wait_for_function(
        """place => {
          const feed = document.getElementById("feed");
          return Math.abs(feed.scrollTop - place * feed.clientHeight) < 2;
        }""",
        arg=place,
    )
    return current_slug(page)


def is_playing(page: Page) -> None:
    """Wait until the clip on the screen moves."""
    page.wait_for_function(
        f"""() => {{
          const video = ({CURRENT})()?.querySelector("video");
          return video && !video.paused && video.currentTime > 0.1 && video.classList.contains("shown");
        }}"""
    )


def swipe(page: Page, *, down: bool = False) -> None:
    """Drag a finger over most of the screen and lift it; the browser itself scrolls and snaps."""
    session = page.context.new_cdp_session(page)
    places = range(700, 150, -25)
    for number, y in enumerate(reversed(places) if down else places):
        kind = "touchMove" if number else "touchStart"
        session.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": 180, "y": y}]}
        )
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
