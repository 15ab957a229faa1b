"""Songs are played on their beat, loud enough, without a click, and the same each time."""

from __future__ import annotations

import numpy as np
import pytest

from filoscope.media.synthetic import STYLES, UnknownStyle, compose


def onsets(samples: np.ndarray, times_s: np.ndarray, rate: int) -> float:
    """Return how much louder the 30 ms after each time are than the 30 ms before, in total."""
    mono = np.abs(np.diff(samples.mean(axis=1)))
    window = round(0.03 * rate)
    rises = []
    for time_s in times_s:
        at = round(time_s * rate)
        rises.append(mono[at : at + window].sum() - mono[at - window : at].sum())
    return float(np.sum(rises))


@pytest.mark.parametrize("style", sorted(STYLES))
def test_a_song_is_loud_enough_unclipped_and_silent_at_both_ends(style):
    low, high = STYLES[style].tempo_bpm
    song = compose(style, seed=5, duration_s=6.0, tempo_bpm=(low + high) / 2)

    assert song.samples.shape == (288_000, 2)
    assert np.float32 == song.samples.dtype
    level_db = 20 * np.log10(np.sqrt((song.samples**2).mean()))
    assert -22 < level_db < -9
    assert np.abs(song.samples).max() < 0.95
    assert np.abs(song.samples.mean(axis=0)).max() < 0.005
    assert np.abs(song.samples[[0, -1]]).max() < 1e-3
    assert not np.array_equal(song.samples[:, 0], song.samples[:, 1])


@pytest.mark.parametrize(("style", "tempo_bpm"), [("house", 124), ("synthwave", 100)])
def test_the_drums_fall_on_the_beats(style, tempo_bpm):
    song = compose(style, seed=2, duration_s=8.0, tempo_bpm=tempo_bpm)

    beats = np.array(song.beats_s)[1:-2]
    assert np.diff(beats) == pytest.approx(60 / tempo_bpm)
    lags = np.arange(-0.15, 0.1501, 0.01)
    strength = [onsets(song.samples, beats + lag, song.sample_rate) for lag in lags]
    assert pytest.approx(lags[int(np.argmax(strength))], abs=0.011) == 0.0


def test_a_waltz_has_three_beats_to_a_bar():
    song = compose("waltz", seed=1, duration_s=6.0, tempo_bpm=100)

    assert song.beats_s[::3] == song.downbeats_s


def test_a_longer_song_begins_like_the_shorter_one():
    short = compose("lofi", seed=4, duration_s=4.0, tempo_bpm=80)
    long = compose("lofi", seed=4, duration_s=7.0, tempo_bpm=80)

    same = slice(0, round(3.2 * 48_000))  # then the short one fades
    assert np.allclose(short.samples[same], long.samples[same], atol=1e-4)


def test_the_same_seed_plays_the_same_song_and_another_seed_another():
    first, again, other = (
        compose("bossa", seed=seed, duration_s=3.0, tempo_bpm=128) for seed in (3, 3, 4)
    )

    assert np.array_equal(first.samples, again.samples)
    assert not np.array_equal(first.samples, other.samples)


def test_a_very_short_song_is_still_a_song():
    assert compose("house", seed=1, duration_s=0.2, tempo_bpm=120).samples.shape[0] / 48_000 == 0.2


def test_what_cannot_be_played_is_refused_with_its_reason():
    with pytest.raises(UnknownStyle, match="choose one of"):
        compose("polka", seed=1, duration_s=3.0, tempo_bpm=120)
    with pytest.raises(ValueError, match="duration_s"):
        compose("house", seed=1, duration_s=0.0, tempo_bpm=120)
    with pytest.raises(ValueError, match="tempo_bpm"):
        compose("house", seed=1, duration_s=3.0, tempo_bpm=1000)
