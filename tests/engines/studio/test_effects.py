"""What can be done to pictures and sound on the way: known answers for each."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from filoscope.enhance import Clean, Recipe
from filoscope.studio.errors import BadTimeline
from filoscope.studio.rendering import render
from filoscope.studio.rendering.looks import LOOKS, read_cube
from filoscope.studio.timeline import (
    Box,
    Caption,
    CaptionStyle,
    Key,
    Look,
    Move,
    Overlay,
    Shot,
    SpeedPoint,
    Timeline,
    Transition,
    Word,
    from_webvtt,
    to_webvtt,
)
from tests.engines.studio.footage import (
    FPS,
    HEIGHT,
    RATE_HZ,
    WIDTH,
    Picture,
    colored,
    flat,
    levels_of,
    pictures_of,
    tone,
    write_song,
    write_take,
)

RNG = np.random.default_rng(5)
CLOUDS = np.repeat(np.repeat(RNG.integers(40, 216, (20, 48), dtype=np.uint8), 8, 0), 8, 1)


def sliding(step_px: float) -> list[Picture]:
    """Return a pattern that slides to the left, by so many pixels a frame."""
    made = []
    for n in range(20):
        left = round(n * step_px)
        made.append(np.repeat(CLOUDS[:HEIGHT, left : left + WIDTH, None], 3, 2))
    return made


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("takes")
    write_take(folder / "dark.mp4", 30, lambda n: flat(60))
    write_take(folder / "light.mp4", 30, lambda n: flat(200))
    write_take(folder / "slide.mp4", 20, lambda n: sliding(4)[n])
    write_take(folder / "green.mp4", 12, lambda n: _before_green())
    write_take(folder / "red.mp4", 12, lambda n: colored(200, 30, 30))
    write_song(folder / "song.wav", tone(4 * RATE_HZ))
    return folder


def _before_green() -> Picture:
    picture = colored(0, 177, 64)
    picture[48:112, 24:72] = (200, 150, 120)
    return picture


def shown(path: Path, *shots: Shot, **rest: object) -> Path:
    timeline = Timeline(WIDTH, HEIGHT, FPS, None, shots, **rest)  # type: ignore[arg-type]
    render(timeline, path)
    return path


def joined(takes: Path, kind: str, frames: int = 8) -> tuple[Shot, Shot]:
    transition = Transition(kind, frames)  # type: ignore[arg-type]
    return (
        Shot(str(takes / "dark.mp4"), 0.0, 12),
        Shot(str(takes / "light.mp4"), 0.2, 12, transition=transition),
    )


def test_a_crossfade_goes_evenly_from_one_shot_to_the_next(takes: Path, tmp_path: Path) -> None:
    levels = levels_of(shown(tmp_path / "cut.mp4", *joined(takes, "crossfade")))
    shares = [(level - 60) / 140 for level in levels]
    wanted = [0.0] * 8 + [(n + 0.5) / 8 for n in range(8)] + [1.0] * 8
    assert wanted == pytest.approx(shares, abs=0.02)


def test_a_flash_is_white_at_the_cut(takes: Path, tmp_path: Path) -> None:
    levels = levels_of(shown(tmp_path / "cut.mp4", *joined(takes, "flash")))
    assert (60, 200) == (round(levels[7]), round(levels[16]))
    assert min(levels[11], levels[12]) > 205
    assert levels[8] < levels[9] < levels[10] < levels[11]


def test_a_whip_ends_on_the_next_shot_and_shows_both_at_the_cut(
    takes: Path, tmp_path: Path
) -> None:
    pictures = pictures_of(shown(tmp_path / "cut.mp4", *joined(takes, "whip")))
    assert (60, 60, 200) == tuple(round(float(pictures[n].mean())) for n in (7, 8, 16))
    left, right = pictures[12][:, :12].mean(), pictures[12][:, -12:].mean()
    assert left < 130 < right


@pytest.mark.parametrize("kind", ["zoom", "match"])
def test_other_transitions_begin_with_one_shot_and_end_with_the_next(
    takes: Path, tmp_path: Path, kind: str
) -> None:
    levels = levels_of(shown(tmp_path / "cut.mp4", *joined(takes, kind)))
    assert (60, 60, 200, 200) == tuple(round(levels[n]) for n in (7, 8, 15, 16))
    assert 80 < (levels[11] + levels[12]) / 2 < 180


def test_a_match_goes_on_the_way_the_shot_before_moves(takes: Path, tmp_path: Path) -> None:
    """The pattern slides left, so its right side is uncovered: mirrored, or the next shot."""
    moving = Shot(str(takes / "slide.mp4"), 0.0, 12)
    still = Shot(str(takes / "dark.mp4"), 0.0, 12, transition=Transition("match", 8))
    made = pictures_of(shown(tmp_path / "cut.mp4", moving, still))
    plain = pictures_of(shown(tmp_path / "plain.mp4", moving))
    before, now = plain[10][40:120, 40:].mean(axis=2), made[10][40:120].mean(axis=2)
    errors = [
        np.abs(before[:, : before.shape[1] - 16] - now[:, 40 - far : 96 - far - 16]).mean()
        for far in range(33)
    ]
    assert int(np.argmin(errors)) >= 3


def test_the_first_shot_comes_from_black(takes: Path, tmp_path: Path) -> None:
    shot = Shot(str(takes / "light.mp4"), 0.0, 10, transition=Transition("crossfade", 8))
    levels = levels_of(shown(tmp_path / "cut.mp4", shot))
    assert [25, 75, 125, 175, 200] == pytest.approx(levels[:5], abs=4)


def test_slow_motion_makes_the_pictures_between(takes: Path, tmp_path: Path) -> None:
    """At a quarter of its speed, what slid by 4 pixels a frame slides by one."""
    slow = Shot(str(takes / "slide.mp4"), 4 / 30, 16, speed=0.25)
    made = pictures_of(shown(tmp_path / "cut.mp4", slow))
    wanted = sliding(1)[:16]
    inner = np.s_[16:-16, 16:-16]
    for n in range(12):
        left = 16 + n
        truth = CLOUDS[:HEIGHT, left : left + WIDTH].astype(float)
        error = np.abs(made[n].mean(axis=2) - truth)[inner].mean()
        assert error < 9, (n, error)
    assert len(made) == len(wanted)


def test_a_speed_ramp_ends_where_its_area_says(takes: Path, tmp_path: Path) -> None:
    ramp = tmp_path / "ramp.mp4"
    write_take(ramp, 40, lambda n: flat(40 + 5 * n))
    points = (SpeedPoint(0, 1.0), SpeedPoint(10, 3.0))
    levels = levels_of(shown(tmp_path / "cut.mp4", Shot(str(ramp), 0.0, 14, speed=points)))
    # 10 frames from 1 to 3 show 20; then 3 at a time.
    found = [(level - 40) / 5 for level in levels]
    assert [20, 23, 26, 29] == pytest.approx(found[10:], abs=1.6)


def identity_cube(path: Path, size: int = 5) -> Path:
    axis = np.linspace(0, 1, size)
    lines = [f"{r:.6f} {g:.6f} {b:.6f}" for b in axis for g in axis for r in axis]
    path.write_text("\n".join(['TITLE "nothing"', f"LUT_3D_SIZE {size}", "# all", *lines]))
    return path


def test_a_table_that_changes_nothing_changes_nothing(takes: Path, tmp_path: Path) -> None:
    cube = identity_cube(tmp_path / "same.cube")
    plain = shown(tmp_path / "plain.mp4", Shot(str(takes / "slide.mp4"), 0.0, 3))
    look = Look(str(cube))
    made = shown(tmp_path / "cut.mp4", Shot(str(takes / "slide.mp4"), 0.0, 3, look=look))
    assert np.array_equal(np.array(pictures_of(plain)), np.array(pictures_of(made)))


def test_a_table_turns_colours_into_what_it_says(takes: Path, tmp_path: Path) -> None:
    """Red and blue exchanged, and half of it."""
    cube = identity_cube(tmp_path / "swap.cube", 2)
    head, *lines = cube.read_text().splitlines()[1:]
    swapped = [" ".join(line.split()[::-1]) for line in lines if line[0] != "#"]
    cube.write_text("\n".join([head, *swapped]))
    red = str(takes / "red.mp4")
    for strength, wanted in ((1.0, (30, 30, 200)), (0.5, (115, 30, 115))):
        shot = Shot(red, 0.0, 2, look=Look(str(cube), strength))
        picture = pictures_of(shown(tmp_path / "cut.mp4", shot))[1]
        assert wanted == pytest.approx(picture.mean(axis=(0, 1)), abs=4)


@pytest.mark.parametrize("name", sorted(LOOKS))
def test_every_look_of_our_own_changes_the_picture_and_keeps_black_dark(
    takes: Path, tmp_path: Path, name: str
) -> None:
    made = LOOKS[name](np.array([[0.0, 0.0, 0.0], [0.5, 0.4, 0.3], [1.0, 1.0, 1.0]]))
    assert made[0].max() < 0.2 < 0.6 < made[2].min() + 0.25
    assert not np.allclose(made[1], [0.5, 0.4, 0.3], atol=0.01)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("LUT_3D_SIZE 2\n0 0 0", "has 1 colours, and 8 belong in it"),
        ("hello", "its line 'hello' is not understood"),
        ("0 0 0", "says no LUT_3D_SIZE"),
    ],
)
def test_a_file_that_is_no_cube_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "bad.cube").write_text(text)
    with pytest.raises(BadTimeline, match=words):
        read_cube(str(tmp_path / "bad.cube"), "shots[0].look")


def test_a_green_screen_shows_what_is_behind_and_keeps_the_subject(
    takes: Path, tmp_path: Path
) -> None:
    key = Key("#00b140", behind=str(takes / "red.mp4"))
    shot = Shot(str(takes / "green.mp4"), 0.0, 3, key=key)
    picture = pictures_of(shown(tmp_path / "cut.mp4", shot))[2].astype(float)
    assert (200, 30, 30) == pytest.approx(picture[10:40].mean(axis=(0, 1)), abs=5)
    assert (200, 150, 120) == pytest.approx(picture[56:104, 32:64].mean(axis=(0, 1)), abs=8)
    # No green is left at the rim: nothing is greener than it is red.
    assert (picture[..., 1] - picture[..., 0]).max() < 25


def test_a_sticker_lies_where_it_should_and_lets_through_what_it_does_not_cover(
    takes: Path, tmp_path: Path
) -> None:
    pixels = np.zeros((20, 20, 4), np.uint8)
    pixels[:, :10] = (255, 255, 255, 255)
    Image.fromarray(pixels).save(tmp_path / "sticker.png")
    overlay = Overlay(str(tmp_path / "sticker.png"), 1, 2, x=0.5, y=0.25, width=0.5)
    shot = Shot(str(takes / "dark.mp4"), 0.0, 4)
    made = pictures_of(shown(tmp_path / "cut.mp4", shot, overlays=(overlay,)))
    spots = [
        (round(float(p[38:42, 34:38].mean())), round(float(p[38:42, 58:62].mean()))) for p in made
    ]
    assert [(60, 60), (255, 60), (255, 60), (60, 60)] == spots


def test_a_picture_in_the_picture_runs_in_its_own_time(takes: Path, tmp_path: Path) -> None:
    ramp = tmp_path / "ramp.mp4"
    write_take(ramp, 20, lambda n: flat(100 + 6 * n))
    overlay = Overlay(str(ramp), 2, 6, start_s=5 / 30, width=0.5)
    shot = Shot(str(takes / "dark.mp4"), 0.0, 10)
    made = pictures_of(shown(tmp_path / "cut.mp4", shot, overlays=(overlay,)))
    middles = [float(picture[76:84, 44:52].mean()) for picture in made]
    wanted = [60, 60, *[100 + 6 * n for n in range(5, 11)], 60, 60]
    assert wanted == pytest.approx(middles, abs=2)


def test_a_photo_is_shown_and_moves(tmp_path: Path) -> None:
    grey = np.broadcast_to(np.linspace(0, 255, 192, dtype=np.uint8)[None, :, None], (320, 192, 3))
    Image.fromarray(np.ascontiguousarray(grey)).save(tmp_path / "photo.png")
    move = Move(Box(0.0, 0.0, 0.5, 0.5), Box(0.5, 0.0, 0.5, 0.5))
    shot = Shot(str(tmp_path / "photo.png"), 0.0, 9, framing=move)
    levels = levels_of(shown(tmp_path / "cut.mp4", shot))
    assert [64, 127, 191] == pytest.approx([levels[0], levels[4], levels[8]], abs=3)
    assert levels == sorted(levels)


def test_a_mirrored_shot_is_mirrored(takes: Path, tmp_path: Path) -> None:
    take = str(takes / "slide.mp4")
    plain = pictures_of(shown(tmp_path / "plain.mp4", Shot(take, 0.0, 2)))[1]
    made = pictures_of(shown(tmp_path / "cut.mp4", Shot(take, 0.0, 2, is_mirrored=True)))[1]
    assert np.abs(plain[:, ::-1].astype(float) - made).mean() < 3


def test_a_recipe_is_followed_before_all_else(takes: Path, tmp_path: Path) -> None:
    noisy = tmp_path / "noisy.mp4"
    noise = [RNG.normal(0, 9, (HEIGHT, WIDTH, 1)) for _ in range(14)]
    write_take(noisy, 14, lambda n: np.clip(flat(120) + noise[n], 0, 255).astype(np.uint8))
    recipe = Recipe(clean=Clean(denoise=9.0))
    plain, made = (
        np.array(pictures_of(shown(tmp_path / "cut.mp4", shot)), np.float64)[6].std()
        for shot in (Shot(str(noisy), 0.0, 12), Shot(str(noisy), 0.0, 12, enhance=recipe))
    )
    assert made < 0.6 * plain


CAPTIONS = (
    Caption(0.2, 1.0, (Word("Fish", 0.2, 0.5), Word("&", 0.5, 0.6), Word("chips", 0.6, 1.0))),
    Caption(1.5, 2.25, (Word("now", 1.5, 2.25),)),
)


def test_captions_come_back_from_webvtt_word_by_word() -> None:
    assert CAPTIONS == from_webvtt(to_webvtt(CAPTIONS))


def test_words_without_times_share_the_time_of_their_caption() -> None:
    text = "WEBVTT - made elsewhere\n\n1\n00:01.000 --> 00:02.000 align:center\n<b>ab</b> ab\n"
    (caption,) = from_webvtt(text)
    assert ["ab", "ab"] == [word.text for word in caption.words]
    assert [1.0, 1.5] == pytest.approx([word.start_s for word in caption.words])


@pytest.mark.parametrize("text", ["", "1\n00:01 --> 00:02", "WEBVTT\n\n1 --> 2\nhey"])
def test_what_is_no_webvtt_is_refused(text: str) -> None:
    with pytest.raises(BadTimeline, match="captions"):
        from_webvtt(text)


def test_captions_lie_in_the_picture_or_beside_it(takes: Path, tmp_path: Path) -> None:
    shot = Shot(str(takes / "dark.mp4"), 0.0, 12)
    burnt = pictures_of(shown(tmp_path / "burnt.mp4", shot, captions=CAPTIONS))
    assert [n >= 6 for n in range(12)] == [int(picture.max()) > 150 for picture in burnt]
    style = CaptionStyle(is_burnt=False)
    shown(tmp_path / "beside.mp4", shot, captions=CAPTIONS, caption_style=style)
    assert max(levels_of(tmp_path / "beside.mp4")) < 62
    assert CAPTIONS == from_webvtt((tmp_path / "beside.vtt").read_text())


def test_a_turned_take_with_a_varying_rate_is_shown_upright_in_time(tmp_path: Path) -> None:
    """Frames at uneven times, stored lying on their side."""
    path = tmp_path / "phone.mp4"
    times = [0, 1, 2, 5, 6, 9, 10, 11]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "8", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = HEIGHT, WIDTH, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 30)
        for number, at in enumerate(times):
            lying = np.full((WIDTH, HEIGHT, 3), 60 + 20 * number, np.uint8)
            lying[:, :40] = 20
            frame = av.VideoFrame.from_ndarray(lying, format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    _turn(path)
    made = pictures_of(shown(tmp_path / "cut.mp4", Shot(str(path), 0.0, 12)))
    shown_now = [sum(at <= n for at in times) - 1 for n in range(12)]
    lower = [float(picture[60:150].mean()) for picture in made]
    upper = [float(picture[5:35].mean()) for picture in made]
    assert [60 + 20 * number for number in shown_now] == pytest.approx(lower, abs=5)
    assert [20] * 12 == pytest.approx(upper, abs=6)


def _turn(path: Path) -> None:
    """Have the file say that it is to be turned clockwise, in its track's matrix."""
    content = bytearray(path.read_bytes())
    at = content.index(b"tkhd") + 4 + 40
    one = (1 << 16).to_bytes(4, "big")
    minus = ((1 << 32) - (1 << 16)).to_bytes(4, "big")
    content[at : at + 20] = bytes(4) + one + bytes(4) + minus + bytes(4)
    path.write_bytes(content)
