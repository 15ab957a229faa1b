"""The sound side of the studio, and its takes: voices, volumes, captions, places, photos, the camera."""

from __future__ import annotations

import os
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from filoscope.media import read_samples, write_clip, write_wav
from filoscope.server.edits import actions
from filoscope.server.edits.models import Draft, Take
from filoscope.server.sounds import actions as sounds
from filoscope.server.sounds.actions import SoundWish
from filoscope.server.sounds.models import Sound
from filoscope.studio import Timeline
from filoscope.studio.rendering.ducking import Ducking
from filoscope.studio.rendering.stock import Stock
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
    window.started.push({ when: when - this.context.currentTime, offset, seconds: this.buffer.duration });
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


def test_a_voice_is_recorded_over_the_cut_changed_and_there_after_a_reload(
    signed_in_page: Page, cut: Draft
) -> None:
    page = opened(signed_in_page, cut)
    tool(page, "Voice").click()
    panel = page.locator("[data-panel=voice]")
    panel.get_by_label("I wear headphones").check()
    panel.get_by_role("button", name="Record from here").click()
    expect(panel).to_have_attribute("data-state", "recording", timeout=PATIENCE_MS)
    passed(page, 2.0)
    page.wait_for_function("() => document.querySelector('[data-voice-level]').value > 0.05")
    picture(page, "voice-recording")
    panel.get_by_role("button", name="Stop", exact=True).click()
    slide(panel, "Too late or too early?", 40)
    expect(panel.get_by_text("40 ms earlier")).to_be_visible()
    panel.get_by_role("button", name="Keep", exact=True).click()
    form = panel.locator("[data-voice-form]")
    expect(form).to_be_visible(timeout=PATIENCE_MS)
    slide(form, "All else steps back", 18)
    form.get_by_text("Echo", exact=True).click()
    page.keyboard.press("Escape")
    block = page.get_by_role("button", name=re.compile("^Voice 1:"))
    block.press("ArrowRight")
    picture(page, "voice-lane")
    voice = kept(page, cut)["voices"][0]
    take = Take.objects.get(kind="voice")
    assert (f"take:{take.slug}", 1, 18, "echo") == (
        voice["source"], voice["at"], voice["ducking_db"], voice["effect"],
    )  # fmt: skip
    assert 55 < voice["frames"] < 180
    # The recording was begun before the cut: what came before it is left out.
    assert 0.0 < voice["start_s"] < 3.0
    page.get_by_role("button", name="Undo", exact=True).click()
    assert 0 == kept(page, cut)["voices"][0]["at"]
    running.until(Take.objects.filter(kind="voice", state=Take.State.READY).first, what="the voice")
    page.reload()
    page.wait_for_selector("[data-studio][data-ready]")
    page.get_by_role("button", name="Play", exact=True).first.click()
    page.wait_for_function("() => window.started.length > 0")
    begun = page.evaluate("window.started[0]")
    assert abs(begun["offset"] - voice["start_s"] - max(0, -begun["when"])) < 1.0
    page.get_by_role("button", name="Pause", exact=True).first.click()
    block.press("Delete")
    expect(block).to_have_count(0)
    assert [] == kept(page, cut)["voices"]


def test_a_sound_file_is_laid_over_the_cut(
    signed_in_page: Page, cut: Draft, tmp_path: Path
) -> None:
    path = tmp_path / "bell.wav"
    tone = np.sin(np.arange(RATE_HZ) * 0.05).astype(np.float32)[None] * 0.4
    write_wav(path, tone, rate_hz=RATE_HZ)
    page = opened(signed_in_page, cut)
    tool(page, "Voice").click()
    page.locator("[data-voice-file]").set_input_files(path)
    expect(page.locator("[data-voice-form]")).to_be_visible(timeout=PATIENCE_MS)
    voice = kept(page, cut)["voices"][0]
    assert (0, 30, 0.0) == (voice["at"], voice["frames"], voice["start_s"])


def test_a_microphone_that_is_not_allowed_says_what_to_do(signed_in_page: Page, cut: Draft) -> None:
    page = opened(signed_in_page, cut)
    page.evaluate(
        "navigator.mediaDevices.getUserMedia = () => "
        "Promise.reject(new DOMException('no', 'NotAllowedError'))"
    )
    tool(page, "Voice").click()
    page.get_by_role("button", name="Record from here").click()
    expect(page.locator("[data-voice-words]")).to_contain_text("Allow it in the browser's settings")
    expect(page.get_by_role("button", name="Record from here")).to_be_visible()


def test_volumes_fades_and_own_sounds_are_set_heard_and_undone(
    signed_in_page: Page, cut: Draft
) -> None:
    page = opened(signed_in_page, cut)
    tool(page, "Volume").click()
    panel = page.locator("[data-panel=mix]")
    slide(panel, "Song", -12)
    slide(panel, "Fade out", 1.5)
    slide(panel, "Own sound of shot 1", -6)
    panel.get_by_text("Telephone", exact=True).click()
    expect(panel.get_by_text("This effect comes near here")).to_be_visible()
    picture(page, "volume")
    timeline = kept(page, cut)
    assert (-12, 1.5) == (timeline["sound"]["gain_db"], timeline["sound"]["fade_out_s"])
    shot = timeline["shots"][0]
    assert (-6, "telephone") == (shot["gain_db"], shot["sound_effect"])
    assert timeline["shots"][1]["gain_db"] is None
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Play", exact=True).first.click()
    page.wait_for_function("() => window.started.length > 0")
    page.wait_for_function(
        "() => [...document.querySelectorAll('video.shot')].every((v) => v.muted)"
    )
    page.get_by_role("button", name="Pause", exact=True).first.click()
    tool(page, "Volume").click()
    panel.get_by_role("button", name="The same for all shots").click()
    assert {-6} == {one["gain_db"] for one in kept(page, cut)["shots"]}
    for _ in range(5):
        page.get_by_role("button", name="Undo", exact=True).click()
    after = kept(page, cut)
    assert (0, None) == (after["sound"]["gain_db"], after["shots"][0]["gain_db"])


def test_the_page_lowers_all_else_for_a_voice_as_the_renderer_does(
    signed_in_page: Page, cut: Draft, tmp_path: Path
) -> None:
    """The same voice, in the browser's arithmetic and in the engine's: half a dB apart at most."""
    rng = np.random.default_rng(5)
    voice = np.zeros(3 * RATE_HZ, np.float32)
    for begin, end in ((0.4, 0.9), (1.0, 1.2), (2.2, 2.5)):
        a, b = round(begin * RATE_HZ), round(end * RATE_HZ)
        voice[a:b] = rng.standard_normal(b - a) * 0.1
    path = tmp_path / "voice.wav"
    write_wav(path, voice[None], rate_hz=RATE_HZ)
    lane = {"source": str(path), "at": 15, "frames": 75, "start_s": 0.2, "ducking_db": 14.0}
    shots = [{"source": "color:#000000", "start_s": 0.0, "frames": 150}]
    timeline = Timeline.from_json(
        {"width": 90, "height": 160, "fps": "30", "sound": None, "shots": shots, "voices": [lane]}
    )
    gains = Ducking(timeline, Stock()).gains(0, 5 * RATE_HZ)
    assert gains is not None
    due = 20 * np.log10(gains[:: RATE_HZ // 100])
    page = opened(signed_in_page, cut)
    heard = page.evaluate(
        """async ([samples, lane]) => {
          const { duckingOf } = await import("/static/editor/levels.js");
          const buffer = new AudioBuffer({ numberOfChannels: 1, length: samples.length, sampleRate: 48000 });
          buffer.copyToChannel(Float32Array.from(samples), 0);
          const cut = { fps: "30", shots: [{ frames: 150 }], voices: [lane] };
          return [...duckingOf(cut, () => buffer)];
        }""",
        [[round(float(one), 5) for one in voice], lane],
    )
    assert min(due) < -13.9
    assert np.abs(-np.array(heard)[: len(due)] - due).max() < 0.5


def test_captions_come_from_a_file_are_edited_tapped_in_time_and_go_as_a_track(
    signed_in_page: Page, cut: Draft, tmp_path: Path
) -> None:
    path = tmp_path / "words.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:03,000\nleft right left\n")
    page = opened(signed_in_page, cut)
    tool(page, "Captions").click()
    page.locator("[data-caption-file]").set_input_files(path)
    page.get_by_role("button", name="Edit: left right left").click()
    page.get_by_label("Words", exact=True).fill("left right left right")
    page.get_by_label("Words", exact=True).press("Tab")
    page.get_by_label("From (s)").fill("1.5")
    page.get_by_label("From (s)").press("Tab")
    picture(page, "caption-line")
    page.get_by_role("button", name="Tap each word in time").click()
    for at, word in zip((1.6, 2.0, 2.4, 2.8), ("left", "right", "left", "right"), strict=True):
        passed(page, at)
        page.get_by_role("button", name=f"Tap: {word}").click()
    page.get_by_role("button", name="Done", exact=True).click()
    page.get_by_text("To switch on and off").click()
    page.get_by_label("Language, such as en or pt-BR").fill("fr")
    page.locator("[data-caption-style]").get_by_text("Large", exact=True).click()
    timeline = kept(page, cut)
    [line] = timeline["captions"]
    assert ["left", "right", "left", "right"] == [word["text"] for word in line["words"]]
    starts = [word["start_s"] for word in line["words"]]
    assert starts == sorted(starts)
    assert abs(starts[0] - 1.6) < 0.6 and starts[3] - starts[0] > 0.8
    style = timeline["caption_style"]
    assert (False, 0.11) == (style["is_burnt"], style["size"])
    assert "fr" == Draft.objects.get(pk=cut.pk).caption_language
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    assert download.value.path().read_text().startswith("WEBVTT")


def test_a_take_is_played_placed_by_hand_and_found_by_itself_again(
    signed_in_page: Page, cut: Draft
) -> None:
    page = opened(signed_in_page, cut)
    tool(page, "Takes").click()
    expect(page.locator("[data-takes]")).to_contain_text("song heard, at 0:0")
    page.get_by_role("button", name="Open: take 1").click()
    sheet = page.locator("[data-panel=take]")
    expect(sheet.get_by_label("The take", exact=True)).to_be_visible()
    before = Take.objects.get(draft=cut).placed
    assert before is not None
    sheet.get_by_role("button", name="A tenth of a second later").click()
    picture(page, "placing")
    sheet.get_by_role("button", name="Listen to both").click()
    page.wait_for_function("() => window.started.length > 0")
    sheet.get_by_role("button", name="Stop", exact=True).click()
    sheet.get_by_role("button", name="Place it here").click()
    expect(sheet.locator("[data-take-how]")).to_contain_text("where you have put it")
    placed = Take.objects.get(draft=cut).placed
    assert placed is not None
    assert abs(placed["offset_s"] - before["offset_s"] - 0.1) < 0.02
    starts = [shot["start_s"] for shot in kept(page, cut)["shots"]]
    assert [0.0, 1.9, 3.9] == [round(one, 1) for one in starts]
    sheet.get_by_role("button", name="Let it find by itself").click()
    expect(sheet.locator("[data-take-how]")).to_contain_text("song heard", timeout=PATIENCE_MS)


def test_a_take_of_another_song_is_marked_and_says_why(
    signed_in_page: Page, cut: Draft, tmp_path: Path
) -> None:
    path = tmp_path / "other.mp4"
    rng = np.random.default_rng(3)
    other = np.cumsum(rng.standard_normal((1, 5 * RATE_HZ)), axis=1)
    other = np.repeat(np.sin(other * 0.05), 2, axis=0).astype(np.float32) * 0.4
    write_clip(
        path, ((n / 15, swinging(n / 15)) for n in range(75)), fps=Fraction(15), samples=other
    )
    take = ready(cut, path)
    assert take.placed is not None and "refused" == take.placed["how"], take.placed
    page = opened(signed_in_page, cut)
    tool(page, "Takes").click()
    row = page.locator("[data-takes] [data-how=refused]")
    expect(row).to_contain_text(f"not in sync: {take.placed['reason']}"[:40])
    picture(page, "refused")


def test_a_take_that_failed_can_be_tried_again(
    signed_in_page: Page, cut: Draft, tmp_path: Path
) -> None:
    lie = tmp_path / "lie.mp4"
    lie.write_text("<html>no video</html>" * 99)
    ready(cut, lie)
    page = opened(signed_in_page, cut)
    tool(page, "Takes").click()
    page.get_by_role("button", name="Open: take 2").click()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-take-how]")).to_contain_text("not a video", timeout=PATIENCE_MS)


def test_a_photo_is_swapped_in_and_moves(signed_in_page: Page, cut: Draft, tmp_path: Path) -> None:
    path = tmp_path / "beach.jpg"
    Image.new("RGB", (400, 300), (40, 90, 200)).save(path)
    ready(cut, path)
    page = opened(signed_in_page, cut)
    page.get_by_role("button", name="Swap").click()
    page.get_by_role("button", name="Show this: take 2").click()
    still = page.locator("img.still.front")
    expect(still).to_be_visible()
    page.wait_for_function("() => document.querySelector('img.still.front').naturalWidth > 0")
    before = still.evaluate("(image) => image.style.width")
    framing = kept(page, cut)["shots"][0]["framing"]
    assert {"start", "end"} == set(framing)
    page.get_by_role("button", name="Play", exact=True).first.click()
    passed(page, 1.0)
    assert before != still.evaluate("(image) => image.style.width")


def test_pieces_are_filmed_by_holding_go_on_where_the_song_stopped_and_are_taken_back(
    signed_in_page: Page, cut: Draft
) -> None:
    page = opened(signed_in_page, cut)
    tool(page, "Takes").click()
    page.get_by_role("button", name="Film a take").click()
    camera = page.get_by_role("dialog", name="Camera")
    camera.get_by_label("In pieces").check()
    places = [page.locator("[data-from]").input_value()]
    for number in (1, 2):
        hold(page, camera, seconds=1)
        expect(camera.get_by_role("button", name=f"Done ({number})")).to_be_visible()
        places.append(page.locator("[data-from]").input_value())
    picture(page, "pieces")
    times = [float(one) for one in places]
    assert times[0] + 0.5 < times[1] < times[2] - 0.5
    camera.get_by_role("button", name="Delete last").click()
    assert times[1] == float(page.locator("[data-from]").input_value())
    camera.get_by_role("button", name="Done (1)").click()
    running.until(lambda: Take.objects.filter(draft=cut).count() == 2, what="one more take")


def hold(page: Page, camera: Locator, *, seconds: int) -> None:
    box = camera.get_by_role("button", name="Record").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.wait_for_function(
        f"() => document.querySelector('[data-camera-clock]').textContent >= '0:0{seconds}'"
    )
    page.mouse.up()


def test_a_camera_that_is_taken_away_keeps_what_was_filmed_and_says_so(
    signed_in_page: Page, cut: Draft
) -> None:
    page = opened(signed_in_page, cut)
    tool(page, "Takes").click()
    page.get_by_role("button", name="Film a take").click()
    camera = page.get_by_role("dialog", name="Camera")
    camera.get_by_label("Count-in").select_option("0")
    camera.get_by_role("button", name="Record").click()
    page.wait_for_function(
        "() => document.querySelector('[data-camera-clock]').textContent >= '0:01'"
    )
    page.evaluate(
        "document.querySelector('[data-view]').srcObject.getVideoTracks()[0]"
        ".dispatchEvent(new Event('ended'))"
    )
    expect(camera.get_by_text("The camera was taken away")).to_be_visible()
    expect(camera.get_by_role("button", name="Keep")).to_be_visible()


def test_what_is_changed_without_a_connection_is_saved_when_it_is_back_and_said_once(
    signed_in_page: Page, cut: Draft
) -> None:
    page = opened(signed_in_page, cut)
    page.context.set_offline(True)
    tool(page, "Volume").click()
    slide(page.locator("[data-panel=mix]"), "Song", -9)
    expect(page.locator("[data-saved]")).to_have_text("Not saved")
    expect(page.get_by_text("There is no connection to the server.")).to_have_count(1)
    page.context.set_offline(False)
    assert -9 == kept(page, cut)["sound"]["gain_db"]
    page.troubles.clear()  # type: ignore[attr-defined]


def test_who_was_signed_out_meanwhile_loses_nothing(signed_in_page: Page, cut: Draft) -> None:
    page = opened(signed_in_page, cut)
    cookies = page.context.cookies()
    session = [one for one in cookies if one["name"] == "sessionid"]
    page.context.clear_cookies(name="sessionid")
    tool(page, "Volume").click()
    slide(page.locator("[data-panel=mix]"), "Song", -7)
    expect(page.get_by_text("Sign in in another tab")).to_be_visible()
    page.context.add_cookies(session)  # type: ignore[arg-type]
    assert -7 == kept(page, cut)["sound"]["gain_db"]
    page.troubles.clear()  # type: ignore[attr-defined]
