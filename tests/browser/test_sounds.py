"""A sound in the browser: shared, heard, and laid under an upload."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from filoscope.media import write_wav
from filoscope.media.synthetic import write_test_clip
from tests import running


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of a tone that swells, in a file with a name."""
    time_s = np.arange(4 * 48_000) / 48_000
    tone = 0.3 * np.sin(2 * np.pi * 330 * time_s) * (0.3 + 0.7 * np.abs(np.sin(time_s * 3)))
    path = tmp_path_factory.mktemp("song") / "Harbour_lights.wav"
    write_wav(path, np.stack([tone] * 2).astype(np.float32), rate_hz=48_000)
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "holiday.mp4"
    write_test_clip(path, width=180, height=320, fps=24, duration_s=1.5)
    return path


def test_a_sound_is_shared_heard_and_laid_under_a_clip(
    signed_in_page: Page, alice: Any, song: Path, film: Path, worker: running.Program
) -> None:
    page = signed_in_page
    page.goto("/sounds/new")
    page.set_input_files("[name=file]", song)
    expect(page.get_by_label("Title")).to_have_value("Harbour lights")
    page.get_by_label("I made it").check()
    page.get_by_role("button", name="Share it").click()
    expect(page).to_have_url(re.compile(r"/sound/\w{11}$"))
    play = page.get_by_role("button", name="Play")
    expect(play).to_be_visible(timeout=60_000)
    play.click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator(".sound-wave input")).not_to_have_value("0")
    page.get_by_role("link", name="Upload with it").click()
    page.wait_for_selector("[data-upload][data-ready]")
    page.get_by_label("Your clip begins at").fill("1.5")
    page.get_by_label("Lowered").check()
    page.set_input_files("[data-upload] input[multiple]", film)
    row = page.get_by_role("group", name="holiday.mp4")
    row.get_by_label("Caption").fill("To the harbour")
    row.get_by_role("button", name="Post").click()
    expect(row.locator("[data-status]")).to_contain_text("Your clip is there.", timeout=60_000)
    row.get_by_role("link", name="Watch it").click()
    page.locator(".card").first.get_by_role("link", name="Harbour lights").click()
    expect(page.get_by_role("heading", name="Harbour lights")).to_be_visible()
    expect(page.locator(".grid .thumb")).to_have_count(1)
    clip = alice.clips.get()
    assert ("1.500 lowered", "Harbour lights") == (clip.sound_use.laid, clip.sound.title)


def test_without_a_script_the_sound_has_the_browsers_own_controls(
    open_page: Callable[..., Page], community: Any
) -> None:
    from filoscope.server.sounds.models import Sound

    sound = Sound.objects.filter(is_original=True, ready_at__isnull=False).first()
    assert sound is not None and sound.maker is not None
    page = open_page(390, 844, account=sound.maker, scripts=False)
    page.goto(sound.get_absolute_url())
    expect(page.locator("audio[controls]")).to_be_visible()
    expect(page.locator(".sound-play")).to_be_hidden()


def test_a_sound_is_listened_to_where_it_is_looked_for(
    open_page: Callable[..., Page], community: Any
) -> None:
    from filoscope.server.sounds.models import Sound

    sound = Sound.objects.filter(is_original=True, ready_at__isnull=False).first()
    assert sound is not None
    page = open_page(390, 844, account=sound.maker)
    page.goto("/sounds?tab=yours")
    listen = page.get_by_role("button", name=f"Listen to {sound.title}").first
    listen.click()
    expect(listen).to_have_attribute("aria-pressed", "true")
    listen.click()
    expect(listen).to_have_attribute("aria-pressed", "false")
    page.locator(".sound-row .name").first.click()
    expect(page).to_have_url(re.compile(r"/sound/\w{11}$"))


def test_a_clip_whose_sound_is_hidden_plays_muted_and_says_so(
    open_page: Callable[..., Page],
    alice: Any,
    community: Any,
    film: Path,
    worker: running.Program,
) -> None:
    from filoscope.server.videos import actions

    wish = actions.UploadWish(size_bytes=film.stat().st_size, visibility="unlisted")
    clip = actions.receive_chunks(alice, wish, [film.read_bytes()])
    running.until(lambda: _heard(clip), what="the own sound of the clip")
    moderator = community.account(f"mona_{alice.handle}", role="moderator")
    desk = open_page(390, 844, account=moderator)
    desk.goto(clip.sound.get_absolute_url())
    desk.get_by_text("Hide this sound").click()
    desk.get_by_label("Reason").fill("It is a voice that did not want to be heard.")
    desk.get_by_role("button", name="Hide it").click()
    expect(desk.get_by_text("The moderators have hidden this sound")).to_be_visible()
    running.until(lambda: _muted(clip), what="the clip without its sound")
    page = open_page(390, 844)
    page.goto(clip.get_absolute_url())
    card = page.locator(".card").first
    expect(card.get_by_text("This sound isn't available")).to_be_visible()
    expect(card.locator(".sound-switch")).to_be_hidden()
    page.wait_for_function("() => document.querySelector('.card video')?.currentTime > 0.2")
    assert 0 == page.evaluate("document.querySelector('.card video').webkitAudioDecodedByteCount")


def _heard(clip: Any) -> bool:
    clip.refresh_from_db()
    return clip.completed_at is not None and clip.sound is not None and clip.sound.ready_at


def _muted(clip: Any) -> bool:
    clip.refresh_from_db()
    return bool(clip.sounding_folder)


def test_the_cut_of_a_clip_is_used_from_where_it_plays(
    signed_in_page: Page, alice: Any, community: Any
) -> None:
    from filoscope.server.edits.models import Draft, SharedCut

    clip = community.apart()
    shots = [{"source": "place:0", "start_s": 0.0, "frames": 30}]
    pattern = {"width": 90, "height": 160, "fps": "15", "sound": None, "shots": shots}
    SharedCut.objects.create(clip=clip, pattern=pattern, place_count=1, duration_s=2.0)
    page = signed_in_page
    page.goto(clip.get_absolute_url())
    page.locator(".card").first.get_by_role("link", name="Use this cut").click()
    expect(page.get_by_role("heading", name="Use this cut")).to_be_visible()
    page.get_by_role("button", name="Fill it with my takes").click()
    expect(page).to_have_url(re.compile(r"/studio/\w{11}$"))
    assert clip == Draft.objects.get(account=alice).based_on.clip
