"""Flicker, blocks and darkness are found and mended; what is right is left."""

from __future__ import annotations

import colorsys

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from filoscope.enhance import Frame
from filoscope.enhance.clean import (
    CleanSettings,
    Grid,
    blocks_of,
    cells_of,
    flicker_of,
    light_of,
)
from tests.engines.enhance.planted import (
    FPS,
    Floats,
    clean,
    film,
    frames_of,
    psnr_db,
    scene,
    with_noise,
)

Luma = NDArray[np.uint8]


def lit(pictures: list[tuple[Floats, ...]], gains: Floats) -> list[tuple[Floats, ...]]:
    """The pictures under light that changes: a gain for each, or for each and each row."""
    made = []
    for picture, gain in zip(pictures, gains, strict=True):
        rows = np.broadcast_to(np.atleast_1d(gain), len(picture[0]))[:, None]
        small = rows[::2]
        made.append(
            (
                16 + (picture[0] - 16) * rows,
                128 + (picture[1] - 128) * small,
                128 + (picture[2] - 128) * small,
            )
        )
    return made


def light_curve(frames: list[Frame], rows: slice = slice(None)) -> Floats:
    """The logarithm of the mean light, straightened."""
    means = [float(frame.planes[0][rows].astype(np.float64).mean()) - 16 for frame in frames]
    curve, time = np.log(means), np.arange(len(frames))
    return np.asarray(curve - np.polyval(np.polyfit(time, curve, 2), time))


def test_flicker_of_the_whole_picture_is_evened_out() -> None:
    truth = film(60)
    gains = 1 + 0.08 * np.sin(2 * np.pi * 10 * np.arange(60) / FPS + 1)
    frames = frames_of(lit(truth, gains))
    made, account = clean(frames)
    assert account.flicker_max == pytest.approx(0.06, abs=0.03)
    assert light_curve(made).std() < 0.25 * light_curve(frames).std()
    assert psnr_db(made, truth) > psnr_db(frames, truth) + 6


def test_bands_of_a_rolling_shutter_are_evened_out() -> None:
    truth = film(60, pan_px=0)
    rows, index = np.meshgrid(np.arange(192), np.arange(60))
    gains = 1 + 0.12 * np.sin(2 * np.pi * (rows / 150 + 0.37 * index))
    frames = frames_of(lit(truth, gains))
    made, account = clean(frames)
    third = slice(20, 60)
    assert account.flicker_max > 0.03
    assert light_curve(made, third).std() < 0.4 * light_curve(frames, third).std()


def test_a_lamp_that_is_switched_on_stays_switched_on() -> None:
    truth = film(50, pan_px=0)
    frames = frames_of(lit(truth, np.where(np.arange(50) < 25, 0.75, 1.0)))
    made, account = clean(frames)
    assert 0 == account.changed_count
    assert all(one is other for one, other in zip(frames, made, strict=True))


def test_somebody_who_walks_by_is_no_flicker() -> None:
    frames = frames_of(film(40, pan_px=3.0))
    measured = flicker_of([cells_of(frame.planes[0]) for frame in frames], fps=FPS)
    assert measured.whole < 0.003
    assert measured.bands < 0.01


def coarse(luma: Luma, *, step: float = 60.0, shift: tuple[int, int] = (0, 0)) -> Luma:
    """The picture as a coarse encoder leaves it: cosine blocks of 8 x 8 with few levels."""
    rolled = np.roll(luma, shift, (0, 1)).astype(np.float32)
    made = np.empty_like(rolled)
    for y in range(0, luma.shape[0] - 7, 8):
        for x in range(0, luma.shape[1] - 7, 8):
            terms = cv2.dct(rolled[y : y + 8, x : x + 8] - 128)
            made[y : y + 8, x : x + 8] = cv2.idct(np.rint(terms / step) * step) + 128
    made = np.roll(made, (-shift[0], -shift[1]), (0, 1))
    return np.asarray(np.clip(np.rint(made), 0, 255), np.uint8)


def slopes() -> Luma:
    """A smooth picture, where blocks are seen most."""
    lots = np.random.default_rng(2)
    small = cv2.GaussianBlur(lots.uniform(30, 225, (12, 20)), (0, 0), 1.0)
    return np.asarray(cv2.resize(small, (320, 192), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.mark.parametrize("shift", [(0, 0), (3, 5)])
def test_blocks_are_found_where_they_are(shift: tuple[int, int]) -> None:
    found = blocks_of(coarse(slopes(), shift=shift))
    assert found.strength > 1
    assert Grid(8.0, float(-shift[1] % 8)) == found.across
    assert Grid(8.0, float(-shift[0] % 8)) == found.down


def test_blocks_are_found_in_a_scaled_picture() -> None:
    large = cv2.resize(coarse(slopes()), (480, 288), interpolation=cv2.INTER_CUBIC)
    found = blocks_of(np.asarray(large, np.uint8))
    assert found.across is not None
    assert 12.0 == found.across.period


def test_a_picture_that_was_never_encoded_has_no_blocks() -> None:
    assert 0.0 == blocks_of(slopes()).strength
    assert 0.0 == blocks_of(np.asarray(scene(), np.uint8)).strength
    assert 0.0 == blocks_of(np.full((64, 64), 90, np.uint8)).strength


def test_blocks_are_smoothed_and_the_picture_is_nearer_to_the_truth() -> None:
    truth = slopes()
    grey = np.full((96, 160), 128.0)
    bad = coarse(truth)
    frames = frames_of([(bad.astype(np.float64), grey, grey)] * 6)
    made, account = clean(frames)
    assert account.blocks_max > 1
    picture: list[tuple[Floats, ...]] = [(truth.astype(np.float64), grey, grey)] * 6
    assert psnr_db(made, picture) > psnr_db(frames, picture) + 1.0
    assert blocks_of(made[-1].planes[0]).strength < 0.5 * blocks_of(bad).strength


def dark(pictures: list[tuple[Floats, ...]]) -> list[tuple[Floats, ...]]:
    """The pictures at a fifth of their light."""
    return lit(pictures, np.full(len(pictures), 0.2))


def test_a_dark_clip_is_lifted_without_a_washed_out_black_or_a_burnt_light() -> None:
    pictures = dark(film(10))
    for picture in pictures:
        picture[0][150:170, 20:60] = 16
        picture[0][150:170, 100:140] = 225
    frames = frames_of(pictures)
    made, account = clean(frames)
    before, after = light_of(frames[5].planes[0]), light_of(made[5].planes[0])
    assert before.is_dark
    assert account.power_min < 0.8
    assert after.mean > before.mean + 10
    assert 16 == made[5].planes[0][160, 40]
    assert 225 == pytest.approx(int(made[5].planes[0][160, 120]), abs=3)
    assert made[5].planes[0][:140].std() > 1.1 * frames[5].planes[0][:140].std()


def test_hue_and_saturation_of_skin_stay_while_it_is_lifted() -> None:
    # A face in the dark: RGB 62, 44, 36, in BT.709 of limited range.
    red, green, blue = 62.0, 44.0, 36.0
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    luma = 16 + 219 / 255 * light
    u, v = (128 + 224 / 255 * (c - light) / k for c, k in ((blue, 1.8556), (red, 1.5748)))
    picture = tuple(
        np.full(shape, p)
        for shape, p in zip([(64, 64), (32, 32), (32, 32)], (luma, u, v), strict=True)
    )
    made, account = clean(frames_of([picture] * 4, bits=10))
    y, cb, cr = (float(np.median(plane)) / 4 for plane in made[-1].planes)
    lifted = (y - 16) * 255 / 219
    r = lifted + 1.5748 * (cr - 128) * 255 / 224
    b = lifted + 1.8556 * (cb - 128) * 255 / 224
    g = (lifted - 0.2126 * r - 0.0722 * b) / 0.7152
    was = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    now = colorsys.rgb_to_hsv(r / 255, g / 255, b / 255)
    assert account.power_min < 0.9
    assert now[2] > 1.3 * was[2]
    assert now[0] * 360 == pytest.approx(was[0] * 360, abs=2)
    assert now[1] == pytest.approx(was[1], abs=0.04)


@pytest.mark.parametrize("level", [16.0, 110.0, 230.0])
def test_titles_on_black_and_well_lit_clips_are_not_lifted(level: float) -> None:
    luma = np.full((192, 320), level)
    luma[80:110, 100:220] = 235
    grey = np.full((96, 160), 128.0)
    _, account = clean(frames_of([(luma, grey, grey)] * 8))
    assert 1.0 == account.power_min


def test_noise_holds_the_lift_back() -> None:
    pictures = dark(film(14))
    quiet, _ = clean(frames_of(pictures), CleanSettings(denoise=None))
    loud, _ = clean(frames_of(with_noise(pictures, 9)), CleanSettings(denoise=None))
    assert loud[-1].planes[0].mean() < quiet[-1].planes[0].mean()


def test_what_is_switched_off_is_not_done() -> None:
    none = CleanSettings(denoise=None, deblock=False, deflicker=False, lift=False)
    frames = frames_of(dark(with_noise(film(6), 9)))
    made, _ = clean(frames, none)
    assert all(one is other for one, other in zip(frames, made, strict=True))
