"""Parts of songs whose form is known, drawn as spectra or played."""

from __future__ import annotations

import numpy as np
import pytest
from bench.studio.form import hits, play_form, score

from filoscope.studio.listening.form import sections
from filoscope.studio.listening.spectra import BANDS, FRAMES_HZ, GROUPS, TONES_HZ, Spectra

BAR_S = 2.0


def drawn(parts: list[tuple[str, int]]) -> Spectra:
    """Return spectra of parts, each (its kind, bars): "thin" and "full" sound unlike."""
    rng = np.random.default_rng(1)
    looks = {
        "thin": (1.0 + 0.4 * rng.random(BANDS), rng.random(12)),
        "full": (2.5 + 0.4 * rng.random(BANDS), rng.random(12)),
        "bare": (0.3 + 0.2 * rng.random(BANDS), rng.random(12)),
    }
    counts = [(kind, round(bars * BAR_S * TONES_HZ)) for kind, bars in parts]
    level = np.concatenate([np.tile(looks[kind][0], (count, 1)) for kind, count in counts]).T
    chroma = np.concatenate([np.tile(looks[kind][1], (count, 1)) for kind, count in counts]).T
    level += 0.05 * rng.standard_normal(level.shape)
    seconds = level.shape[1] / TONES_HZ
    strokes = np.ones((GROUPS, int(seconds * FRAMES_HZ)), np.float32)
    return Spectra(
        strokes, level.astype(np.float32), chroma.astype(np.float32), chroma.astype(np.float32),
        seconds,
    )  # fmt: skip


def labels_of(parts: list[tuple[str, int]]) -> list[str]:
    heard = drawn(parts)
    return [part.label for part in sections(heard, np.arange(0, heard.duration_s, BAR_S))]


def test_a_long_thin_part_that_comes_back_is_a_verse_wherever_it_stands() -> None:
    parts = [("thin", 16), ("full", 8), ("thin", 16), ("full", 8), ("thin", 16)]
    assert ["verse", "chorus", "verse", "chorus", "verse"] == labels_of(parts)


def test_a_short_thin_part_is_an_intro_a_break_or_an_outro() -> None:
    parts = [("bare", 8), ("full", 8), ("bare", 8), ("full", 8), ("bare", 8)]
    assert ["intro", "chorus", "break", "chorus", "outro"] == labels_of(parts)


@pytest.mark.parametrize("style", ["house", "trance"])
def test_parts_and_drops_of_a_played_song_are_found(style: str) -> None:
    told = score(play_form(style, "verse break drop verse", seed=1))
    assert told["F 3 s"] > 0.6
    assert 1.0 == told["drops F"]
    assert told["choruses named"] > 0.6


def test_a_moment_is_hit_once() -> None:
    assert 0.5 == hits(np.array([10.0, 20.0]), np.array([9.9, 10.1]), 0.5)
