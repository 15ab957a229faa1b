"""Noise is found and taken out; nothing else is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from filoscope.enhance import UnevenFrames
from filoscope.enhance.clean import Cleaner, CleanSettings, noise_of
from tests.engines.enhance.planted import (
    FPS,
    clean,
    film,
    frames_of,
    psnr_db,
    scene,
    with_noise,
)

ONLY_NOISE = CleanSettings(deblock=False, deflicker=False, lift=False)


@pytest.mark.parametrize(("sigma", "gain_db"), [(5, 4.5), (10, 6.0), (20, 7.0), (40, 8.5)])
def test_planted_noise_is_taken_out_though_the_camera_moves(sigma: float, gain_db: float) -> None:
    truth = film(16)
    noisy = frames_of(with_noise(truth, sigma))
    made, account = clean(noisy)
    assert len(noisy) == len(made) == account.changed_count
    for plane in range(3):
        assert psnr_db(made, truth, plane) > psnr_db(noisy, truth, plane) + gain_db
    assert account.noise_max == pytest.approx(sigma, rel=0.25)


@pytest.mark.parametrize("sigma", [3, 10, 30])
def test_the_noise_of_one_picture_is_measured(sigma: float) -> None:
    picture = frames_of(with_noise([(scene(),)], sigma))[0].planes[0]
    assert noise_of(picture) == pytest.approx(sigma, rel=0.15)
    assert noise_of(picture.astype(np.uint16) * 4) == pytest.approx(sigma, rel=0.15)


def test_a_clean_clip_comes_out_as_the_very_same_frames() -> None:
    frames = frames_of(film(30))
    made, account = clean(frames)
    assert all(one is other for one, other in zip(frames, made, strict=True))
    assert 0 == account.changed_count


def test_the_noise_of_bright_parts_is_taken_out_where_dark_parts_have_none() -> None:
    lots = np.random.default_rng(3)
    truth = [tuple(p.copy() for p in picture) for picture in film(12, pan_px=0)]
    for picture in truth:
        picture[0][:, :160] = 60 + 10 * np.sin(np.arange(160) / 3)
        picture[0][:, 160:] = 180
    noisy = [
        (p[0] + lots.normal(0, 1, p[0].shape) * np.where(p[0] > 120, 14.0, 0.5), *p[1:])
        for p in truth
    ]
    frames = frames_of(noisy)
    made, _ = clean(frames, ONLY_NOISE)
    left, right = np.s_[8:-8, 8:140], np.s_[8:-8, 180:-8]

    def error(where: tuple[slice, slice]) -> float:
        return float(np.std(made[-1].planes[0][where] - truth[-1][0][where]))

    assert error(right) < 14 / 2.5
    assert error(left) < 1.2


def test_what_moves_leaves_no_trail() -> None:
    truth = film(20, pan_px=0)
    made, _ = clean(frames_of(with_noise(truth, 12)), ONLY_NOISE)
    last, error = 19, made[19].planes[0] - truth[19][0]
    ball = 40 + 6 * last
    trail = error[104:137, ball - 70 : ball - 22]
    assert abs(float(trail.mean())) < 1.0
    assert float(trail.std()) < 7.0


def test_texture_keeps_its_contrast() -> None:
    truth = film(16)
    made, _ = clean(frames_of(with_noise(truth, 8)), ONLY_NOISE)
    patch = np.s_[10:90, 60:120]
    kept = np.corrcoef(made[15].planes[0][patch].ravel(), truth[15][0][patch].ravel())[0, 1]
    assert kept > 0.97
    assert made[15].planes[0][patch].std() > 0.93 * truth[15][0][patch].std()


def test_ten_bits_stay_ten_bits() -> None:
    truth = film(12)
    noisy = frames_of(with_noise(truth, 10), bits=10)
    made, _ = clean(noisy)
    assert {np.dtype(np.uint16)} == {plane.dtype for frame in made for plane in frame.planes}
    assert psnr_db(made, truth) > psnr_db(noisy, truth) + 6
    assert np.unique(made[5].planes[0] % 4).tolist() == [0, 1, 2, 3]


def test_nothing_is_carried_over_a_cut() -> None:
    truth = film(10, seed=1) + film(10, seed=5)
    noisy = frames_of(with_noise(truth, 10))
    made, account = clean(noisy, ONLY_NOISE)
    alone, _ = clean(noisy[10:], ONLY_NOISE)
    assert 1 == account.cut_count
    for one, other in zip(made[10:], alone, strict=True):
        assert np.array_equal(one.planes[0], other.planes[0])


def test_frames_keep_their_times_and_their_order_whatever_the_size() -> None:
    lots = np.random.default_rng(1)
    for height, width in [(37, 45), (8, 8), (130, 262)]:
        shapes = [(height, width), *[((height + 1) // 2, (width + 1) // 2)] * 2]
        pictures = [tuple(lots.normal(120, 10, shape) for shape in shapes) for _ in range(5)]
        frames = frames_of(pictures)
        made, _ = clean(frames)
        assert [frame.time_s for frame in frames] == [frame.time_s for frame in made]
        assert shapes == [plane.shape for plane in made[-1].planes]


def test_the_same_frames_come_out_the_same() -> None:
    noisy = frames_of(with_noise(film(6), 10))
    one, other = clean(noisy)[0], clean(noisy)[0]
    assert np.array_equal(one[5].planes[0], other[5].planes[0])


def test_planes_may_be_views_into_larger_pictures() -> None:
    noisy = frames_of(with_noise(film(5), 10))
    views = [
        replace(frame, planes=tuple(np.pad(plane, 8)[8:-8, 8:-8] for plane in frame.planes))
        for frame in noisy
    ]
    one, other = clean(noisy)[0], clean(views)[0]
    assert np.array_equal(one[4].planes[0], other[4].planes[0])


def test_a_deviation_that_is_given_is_used() -> None:
    noisy = frames_of(with_noise(film(4), 10))
    untouched, _ = clean(noisy, CleanSettings(denoise=None))
    assert all(one is other for one, other in zip(noisy, untouched, strict=True))
    _, account = clean(noisy, CleanSettings(denoise=6.0))
    assert 6.0 == account.noise_max


def test_frames_held_back_are_few_and_of_one_size() -> None:
    cleaner = Cleaner(fps=FPS)
    held = 0
    for frame in frames_of(film(30)):
        held += 1 - len(cleaner.push(frame))
        assert held <= 0.5 * FPS
    with pytest.raises(UnevenFrames, match="Scale and sort"):
        cleaner.push(frames_of([(np.full((16, 16), 90.0),)])[0])
