"""Judging beats and bars on cloth made by hand, and the grid under songs whose tempo jumps."""

from __future__ import annotations

import numpy as np
import pytest
from bench.studio.band import play
from bench.studio.learn import f_measure
from numpy.typing import NDArray

from filoscope.studio.listening.borders import border_votes
from filoscope.studio.listening.grid import Grid, straighten
from filoscope.studio.listening.judge import Judge, Judges
from filoscope.studio.listening.metre import judge_metre
from filoscope.studio.listening.pulse import find_pulse, novelty
from filoscope.studio.listening.spectra import spectra
from filoscope.studio.listening.traits import (
    FINE,
    ROWS,
    Cloth,
    bar_answers,
    bar_traits,
    beat_traits,
    cloth_of,
)

CHORD, SOUND = 6, 9  # rows of changes of chord and of the whole sound
PULSES = 48


def chords_every(pulses: int, *, first: int) -> Cloth:
    """Return cloth in which nothing happens but chords."""
    rows = np.full((ROWS, PULSES * FINE), 0.5)
    rows[CHORD, first * FINE :: pulses * FINE] = 20.0
    return cloth_of(rows, 0.5)


def likes(traits: NDArray[np.float64], weights: NDArray[np.float64]) -> Judge:
    """Return a judge that adds traits up."""
    n = traits.shape[-1]
    return Judge(
        np.zeros(n), np.ones(n), weights, np.zeros((n, 1)), np.zeros(1), np.zeros(1),
    )  # fmt: skip


def judges_of_chords(cloth: Cloth) -> Judges:
    """Any phase of the pulse may be the beat; a bar opens with a new chord, and only there."""
    beat = beat_traits(cloth, FINE, 0)
    is_pulse = np.zeros(len(beat))
    is_pulse[-3] = 20.0
    bar = bar_traits(cloth, FINE, 0)
    opens = np.zeros(bar.shape[1])
    opens[8 * ROWS + CHORD] = 3.0  # beside the fullest of the bar's other beats
    opens[CHORD] = 1.0
    return Judges(likes(beat, is_pulse), likes(bar, opens))


@pytest.mark.parametrize(("meter", "first"), [(3, 0), (3, 2), (4, 1), (5, 4), (7, 3)])
def test_bars_open_where_chords_change(meter: int, first: int) -> None:
    cloth = chords_every(meter, first=first)
    found = judge_metre(cloth, judges_of_chords(cloth))
    assert found is not None
    assert (FINE, 0, meter, first) == (found.period, found.phase, found.meter, found.first)


def test_good_bars_speak_for_their_beats() -> None:
    """The judge of beats finds the beat between as likely; no chord changes there."""
    cloth = chords_every(4, first=2)
    late = Cloth(np.roll(cloth.rows, FINE // 2, axis=1), cloth.likeness, cloth.pulse_s)
    for told, phase in ((cloth, 0), (late, FINE // 2)):
        found = judge_metre(told, judges_of_chords(told))
        assert found is not None
        assert (FINE, phase) == (found.period, found.phase)


def parts_every(pulses: int, *, first: int, late: int = 0) -> Cloth:
    """Return cloth in which nothing happens but the sound turning; `late` by parts of a pulse."""
    rows = np.ones((ROWS, PULSES * FINE))
    rows[SOUND, first * FINE + late :: pulses * FINE] = 15.0
    return cloth_of(rows, 0.5)


@pytest.mark.parametrize("late", [-3, 0, 3])
@pytest.mark.parametrize(("meter", "first"), [(3, 1), (4, 2), (5, 0)])
def test_bars_in_which_parts_begin_get_the_votes(meter: int, first: int, late: int) -> None:
    cloth = parts_every(4 * meter, first=meter + first, late=late)
    ways = bar_answers(PULSES)
    votes = border_votes(cloth, FINE, 0)
    assert len(ways) == len(votes)
    best = max(votes)
    assert best > 3
    assert votes[ways.index((meter, first))] == best
    assert all(
        votes[ways.index((meter, other))] < -3 for other in range(meter) if other != first
    )  # fmt: skip


def test_parts_speak_where_bars_are_all_the_same() -> None:
    """The judge knows nothing: kicks on every beat; the sound turns on one of four."""
    cloth = parts_every(16, first=6)
    knows = judges_of_chords(cloth)
    bar = likes(bar_traits(cloth, FINE, 0), np.zeros(bar_traits(cloth, FINE, 0).shape[1]))
    found = judge_metre(cloth, Judges(knows.beat, bar))
    assert found is not None
    assert (FINE, 0, 4, 2) == (found.period, found.phase, found.meter, found.first)


def test_nobody_votes_where_no_part_begins() -> None:
    assert not border_votes(cloth_of(np.ones((ROWS, PULSES * FINE)), 0.5), FINE, 0).any()


def test_every_way_to_count_has_its_traits() -> None:
    cloth = chords_every(4, first=0)
    assert len(bar_answers(PULSES)) == len(bar_traits(cloth, FINE, 0))
    assert np.isfinite(bar_traits(cloth, FINE, 0)).all()


def grid_of(style: str, seed: int, course: str) -> tuple[Grid, float]:
    """Return the grid under a piece, and how well beats, or those between, lie on it."""
    piece = play(style, seed=seed, course=course, tempo_bpm=108.0)
    heard = spectra(piece.samples)
    curve = novelty(heard.strokes)
    grid = straighten(find_pulse(curve), curve, heard.duration_s)
    ways = (grid.at(np.arange(start, len(grid.times_s) - 1, step))
            for step in (0.5, 1, 2) for start in (0, 0.5, 1))  # fmt: skip
    return grid, max(f_measure(piece.beats_s, times) for times in ways)


@pytest.mark.parametrize("seed", [1, 3])
def test_no_single_line_is_laid_over_a_song_that_jumps(seed: int) -> None:
    grid, fits = grid_of("strings", seed, "jump")
    assert (False, True) == (grid.is_rigid, fits > 0.9)


def test_a_steady_song_is_one_line() -> None:
    grid, fits = grid_of("rock", 3, "steady")
    assert (True, True) == (grid.is_rigid, fits > 0.95)
