"""What browser tests of the studio ask of its page, and a draft of alice's that is cut already."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from filoscope.media import read_samples, write_clip
from filoscope.server.edits import actions
from filoscope.server.edits.models import Draft, Take
from filoscope.server.sounds import actions as sounds
from filoscope.server.sounds.actions import SoundWish
from filoscope.server.sounds.models import Sound
from tests import running
from tests.browser.seeding import Community
from tests.server.edits.band import RATE_HZ, write_song
from tests.server.edits.conftest import send, swinging

PATIENCE_MS = 60_000
SHOTS = os.environ.get("STUDIO_SCREENSHOTS", "")
BEGINS_S = 3.0  # of the song, where the takes were filmed
HEARD = """
  window.started = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (when, offset) {
    const { currentTime } = this.context;
    if (this.context instanceof AudioContext) window.started.push({ when: when - currentTime, offset });
    return start.call(this, when, offset);
  };
"""  # notes what Web Audio is told to sound


@pytest.fixture
def song(community: Community, tmp_path: Path, worker: running.Program) -> Sound:
    """Twelve seconds at 120 beats a minute, that anybody may film to."""
    path = tmp_path / "march.wav"
    write_song(path, seconds=12.0)
    wish = SoundWish(title="March", artist="Bob's band")
    sound = sounds.receive(community.makers[0], wish, [path.read_bytes()])
    heard = Sound.objects.filter(pk=sound.pk, heard_at__isnull=False)
    return running.until(heard.first, what="the song to be heard")


@pytest.fixture
def sung(tmp_path: Path) -> Path:
    """A take of six seconds in which the song plays, from its third second on."""
    song, path = tmp_path / "again.wav", tmp_path / "sung.mp4"
    write_song(song, seconds=12.0)
    first = round(BEGINS_S * RATE_HZ)
    played = read_samples(song)[:, first : first + 6 * RATE_HZ]
    pictures = ((n / 15, swinging(n / 15)) for n in range(90))
    write_clip(path, pictures, fps=Fraction(15), samples=played)
    return path


@pytest.fixture
def cut(alice: Any, song: Sound, sung: Path) -> Draft:
    """A draft of alice's with one take, cut into three shots of two seconds."""
    draft = actions.begin_draft(alice, sound=song)
    take = ready(draft, sung)
    shots = [
        {"source": f"take:{take.slug}", "start_s": at, "frames": 60, "gain_db": None}
        for at in (0.0, 2.0, 4.0)
    ]
    sound = {"source": f"sound:{song.slug}", "start_s": BEGINS_S}
    beats = [n / 2 for n in range(12)]
    timeline = {
        "width": 1080, "height": 1920, "fps": "30", "sound": sound, "shots": shots,
        "beats_s": beats, "reasons": ["Of the song: 3.0 to 9.0 s."],
    }  # fmt: skip
    actions.edit_draft(draft, actions.Edit(revision=draft.revision, timeline=timeline))
    return draft


def ready(draft: Draft, path: Path, **more: Any) -> Take:
    """Add a take, and wait until it was looked at."""
    take = actions.add_take(draft, send(draft.account, path), **more)
    looked = Take.objects.filter(pk=take.pk).exclude(state=Take.State.RECEIVED)
    return running.until(looked.first, what="a take to be looked at")


def opened(page: Page, draft: Draft) -> Page:
    page.add_init_script(HEARD)
    page.goto(draft.get_absolute_url())
    page.wait_for_selector("[data-studio][data-ready]")
    return page


def tool(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Tools").get_by_role("button", name=name, exact=True)


def picture(page: Page, name: str) -> None:
    """Keep a screenshot, where somebody wants to look at it."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def kept(page: Page, draft: Draft) -> dict[str, Any]:
    """Return the timeline once it is saved."""
    expect(page.locator("[data-saved]")).to_have_text("Saved", timeout=PATIENCE_MS)
    timeline = Draft.objects.get(pk=draft.pk).timeline
    assert isinstance(timeline, dict)
    return timeline


def slide(panel: Locator, name: str, value: float) -> None:
    panel.get_by_role("slider", name=name).fill(str(value))


def passed(page: Page, seconds: float) -> None:
    """Wait until the cut has played so far."""
    page.wait_for_function(
        "(s) => parseFloat(document.querySelector('[data-clock]').textContent.slice(2)) >= s",
        arg=seconds,
    )
