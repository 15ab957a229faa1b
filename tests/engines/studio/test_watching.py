"""What a take shows, and what goes wrong in it, by clips of which it is known."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from filoscope.studio import Footage, NothingToSee, watch
from filoscope.studio.watching.seeing import sharpness_of

from .filmed import SIZE, Picture, before_wall, wall, write_filmed

BOUNCES_S = (0.8, 1.6, 2.4, 3.2)


def bouncing(time_s: float) -> Picture:
    """A thing that turns about at every 0.8 s and moves evenly in between."""
    phase = time_s % 1.6
    share = phase / 0.8 if phase < 0.8 else (1.6 - phase) / 0.8
    return before_wall(80 + 110 * share, 90)


@pytest.fixture(scope="module")
def bounces(tmp_path_factory: pytest.TempPathFactory) -> Footage:
    path = tmp_path_factory.mktemp("take") / "bounces.mp4"
    return watch(write_filmed(path, 4.0, bouncing))


def test_accents_are_when_what_moves_turns_about(bounces: Footage) -> None:
    strongest = np.argsort(-bounces.accent_strengths)[: len(BOUNCES_S)]
    found = np.sort(bounces.accents_s[strongest])
    assert len(BOUNCES_S) == len(found)
    assert np.abs(found - BOUNCES_S).max() <= 1 / 30 + 1e-6


def test_the_eye_follows_what_moves(bounces: Footage) -> None:
    middle = np.abs(bounces.times_s - 0.4).argmin()
    right = np.abs(bounces.times_s - 0.75).argmin()
    assert bounces.focus_x[right] > bounces.focus_x[middle] + 0.1


def test_whither_things_move_is_told(bounces: Footage) -> None:
    there, back = (np.abs(bounces.times_s - time_s).argmin() for time_s in (0.4, 1.2))
    assert bounces.heading_x[there] > 0.02
    assert bounces.heading_x[back] < -0.02
    assert np.abs(bounces.heading_y).max() < 0.5 * np.abs(bounces.heading_x).max()


def test_a_record_from_before_headings_is_still_read(bounces: Footage) -> None:
    told = bounces.to_json()
    old = {name: value for name, value in told.items() if not name.startswith("heading")}
    assert not Footage.from_json(old).heading_x.any()
    assert list(bounces.accents_s) == pytest.approx(
        list(Footage.from_json(old).accents_s), abs=1e-4
    )


def test_sharpness_is_what_blurring_takes_away() -> None:
    rng = np.random.default_rng(2)
    rough = np.asarray(rng.integers(0, 256, (60, 80)), np.uint8)
    luma = np.asarray(cv2.GaussianBlur(rough, (0, 0), 1.5), np.uint8)
    kept = []
    for axis, window in ((0, (1, 9)), (1, (9, 1))):
        own = np.abs(np.diff(luma.astype(float), axis=axis))
        blurred = np.abs(np.diff(cv2.blur(luma.astype(float), window), axis=axis))
        kept.append(np.maximum(own - blurred, 0).mean() / own.mean())
    assert sharpness_of(luma) == pytest.approx((min(kept) - 0.15) / 0.6, abs=1e-3)


def test_a_good_take_has_no_mistakes(bounces: Footage) -> None:
    assert () == bounces.mistakes


def test_what_was_seen_survives_its_json(bounces: Footage) -> None:
    told = bounces.to_json()
    assert told == Footage.from_json(told).to_json()


def test_the_same_take_is_seen_the_same_way_twice(tmp_path: Path) -> None:
    path = write_filmed(tmp_path / "take.mp4", 1.0, bouncing)
    assert watch(path).to_json() == watch(path).to_json()


def spoiled(kind: str, time_s: float) -> Picture:
    """A good take in which something goes wrong from 1.5 to 2.5 s."""
    if not 1.5 <= time_s < 2.5:
        return bouncing(time_s)
    if kind == "black":
        return np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    if kind == "covered":  # A finger: dark, red, with a little light at one side.
        shade = np.linspace(20, 60, SIZE[0])[None, :, None] * np.array([1.2, 0.5, 0.4])
        return np.broadcast_to(shade, (SIZE[1], SIZE[0], 3)).astype(np.uint8)
    if kind == "frozen":
        return bouncing(1.5)
    import cv2

    return np.asarray(cv2.GaussianBlur(bouncing(time_s), (0, 0), 6), np.uint8)


@pytest.mark.parametrize("kind", ["black", "covered", "blurred", "frozen"])
def test_mistakes_are_found_where_they_are(tmp_path: Path, kind: str) -> None:
    path = write_filmed(tmp_path / "take.mp4", 4.0, lambda time_s: spoiled(kind, time_s))
    found = watch(path).mistakes
    assert {kind} == {mistake.kind for mistake in found}
    assert abs(min(mistake.start_s for mistake in found) - 1.5) < 0.3
    assert abs(max(mistake.end_s for mistake in found) - 2.5) < 0.4


def test_a_shaking_camera_is_told_from_a_calm_one(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    jolts = np.cumsum(rng.normal(0, 1, (90, 2)), axis=0)
    jolts = (jolts - jolts.mean(axis=0)).clip(-8, 8).round().astype(int)

    def shaken(time_s: float) -> Picture:
        return np.roll(wall(), tuple(jolts[round(time_s * 30)]), axis=(0, 1))

    shaky = watch(write_filmed(tmp_path / "shaky.mp4", 3.0, shaken))
    calm = watch(write_filmed(tmp_path / "calm.mp4", 3.0, bouncing))
    assert np.median(shaky.shake) > 1.5
    assert np.median(calm.shake) < 0.5


def test_another_scene_in_a_take_is_a_cut_and_no_accent(tmp_path: Path) -> None:
    def edited(time_s: float) -> Picture:
        return wall(3) if time_s < 1.0 else wall(4)

    footage = watch(write_filmed(tmp_path / "edited.mp4", 2.0, edited))
    assert [1.0] == pytest.approx(list(footage.scene_cuts_s), abs=0.01)
    assert 0 == len(footage.accents_s)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_a_take_that_stands_still(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"photo.{kind.lower()}"
    Image.fromarray(wall()).save(path, kind)
    footage = watch(path)
    assert (True, *SIZE) == (footage.is_photo, footage.width, footage.height)
    assert () == footage.mistakes
    assert 0 == len(footage.accents_s)


def test_a_photo_that_lies_on_its_side_is_shown_upright(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(wall()).save(path, "JPEG", exif=exif)
    footage = watch(path)
    assert (SIZE[1], SIZE[0]) == (footage.width, footage.height)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.mp4", b""),
        ("words.mp4", b"this is no clip" * 100),
        ("torn.jpg", b"\xff\xd8\xff\xe0" + bytes(range(256))),
        ("photo.heic", b"\x00\x00\x00\x18ftypheic" + bytes(400)),
    ],
)
def test_what_is_no_take_is_refused_in_words(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NothingToSee, match=name):
        watch(path)


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(NothingToSee, match=r"nowhere\.mp4"):
        watch(tmp_path / "nowhere.mp4")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("torn") / "take.mp4"
    return write_filmed(path, 0.5, bouncing).read_bytes()


@settings(max_examples=8, deadline=None, derandomize=True)
@given(where=st.floats(0.02, 0.98), noise=st.binary(min_size=1, max_size=64))
def test_a_damaged_clip_is_watched_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, clip: bytes, where: float, noise: bytes
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "take.mp4"
    at = int(where * len(clip))
    path.write_bytes(clip[:at] + noise + clip[at + len(noise) :])
    try:
        footage = watch(path)
    except NothingToSee as error:
        assert "take.mp4" in str(error)
    else:
        assert len(footage.times_s) == len(footage.sharpness) > 0


@pytest.mark.parametrize(
    ("field", "value"), [("mistakes", [["bored", 0, 1]]), ("thumbs", "zz"), ("light", [1.0])]
)
def test_a_record_of_a_take_that_makes_no_sense_is_refused(
    bounces: Footage, field: str, value: object
) -> None:
    with pytest.raises(NothingToSee, match="watch"):
        Footage.from_json(bounces.to_json() | {field: value})
