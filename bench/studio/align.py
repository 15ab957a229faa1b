"""Takes put to songs: recorded anew with fixed seeds, by us and by what others do.

Every second song of the data folder found the settings of `filoscope.studio.aligning`; the others
show them here (`--names` aside). Peers: GCC-PHAT of the whole take (Knapp and Carter, 1976), and the
correlation of waveforms as the package syncstart does it. Its own command asks for a display (Tk) and
looks at a song's first twenty seconds; audio-offset-finder returns 0 with today's NumPy; polysync asks
for takes of three minutes: so they are not run.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy import fft
from scipy.signal import resample_poly

from bench.enhance.peers import Row
from bench.studio.recordings import RATE_HZ, Samples, record, song_samples, voices_of
from filoscope.media import write_wav
from filoscope.studio import align


@dataclass(frozen=True, slots=True)
class Condition:
    """How a take is recorded."""

    length_s: float
    snr_db: float
    is_lively: bool = False

    def __str__(self) -> str:
        return f"{self.length_s:g} s, {self.snr_db:+g} dB{', lively room' * self.is_lively}"


CONDITIONS = (
    Condition(12.0, 5.0),
    Condition(12.0, 0.0),
    Condition(12.0, -5.0),
    Condition(12.0, -10.0),
    Condition(12.0, -5.0, is_lively=True),
    Condition(30.0, 0.0),
    Condition(30.0, -5.0),
    Condition(4.0, 0.0),
)
DRIFT_PPM_MAX = 100.0
WITHIN_MS = (5, 10, 40)
RIGHT_S = 0.04
PEER_RATE_HZ = 16_000

Find = Callable[[Samples, Samples], float]


@dataclass(frozen=True, slots=True)
class Try:
    """One take: who placed it, under what, and how far off; None when it was refused."""

    who: str
    condition: Condition
    is_right: bool
    error_s: float | None
    drift_error_ppm: float
    cpu_s: float


def rows(options: argparse.Namespace) -> list[Row]:
    """Return shares within some milliseconds, drifts, refusals and costs."""
    voices = voices_of(options.clips)
    songs = sorted(options.music.glob("*.ogg")) + sorted(options.beats.glob("*.ogg"))
    shown = [path for path in songs[1::2] if options.names in path.name]
    tries: list[Try] = []
    with TemporaryDirectory() as folder:
        for index, path in enumerate(shown):
            other = shown[index - 1] if len(shown) > 1 else None
            tries += _tries(path, other, voices, index, Path(folder))
    return [*_placed(tries), *_drifts(tries), *_refused(tries)]


def _tries(
    path: Path, other: Path | None, voices: Samples, index: int, folder: Path
) -> Iterator[Try]:
    song = song_samples(path)
    slow = _slowed(song)
    takes = []
    for one in CONDITIONS:
        room_s = len(song) / RATE_HZ - one.length_s
        if room_s < 1:
            continue
        seed = [index, round(one.length_s), round(one.snr_db) + 50]
        rng = np.random.default_rng([*seed, 1] if one.is_lively else seed)
        take = record(
            song,
            rng=rng,
            voices=voices,
            offset_s=rng.uniform(0, room_s),
            length_s=one.length_s,
            snr_db=one.snr_db,
            is_lively=one.is_lively,
            drift_ppm=rng.uniform(-DRIFT_PPM_MAX, DRIFT_PPM_MAX),
        )
        file = folder / f"{index}-{one}.wav"
        write_wav(file, take.samples[None], rate_hz=RATE_HZ)
        takes.append((one, take, file))
        for who, find in PEERS.items():
            begun = time.process_time()
            found_s = find(_slowed(take.samples), slow)
            cost_s = time.process_time() - begun
            yield Try(who, one, True, found_s - take.offset_s, np.nan, cost_s)
    files = [file for *_, file in takes]
    # What a further take costs: the song's own share, once for all, is taken off.
    base_s = _cost(lambda: align(path, []))
    for song_path in (path, other):
        if song_path is None:
            continue
        begun = time.process_time()
        placed = align(song_path, files)
        cost_s = (time.process_time() - begun - base_s) / len(files)
        for place, (one, take, _) in zip(placed, takes, strict=True):
            error_s = None if place.offset_s is None else place.offset_s - take.offset_s
            drift_error_ppm = place.drift_ppm - take.drift_ppm
            yield Try("filoscope", one, song_path is path, error_s, drift_error_ppm, cost_s)


def _cost(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _slowed(samples: Samples) -> Samples:
    return np.asarray(resample_poly(samples, PEER_RATE_HZ, RATE_HZ), np.float32)


def whole_take(take: Samples, song: Samples) -> float:
    """Return the offset at the peak of GCC-PHAT of the whole take, 250 to 6500 Hz."""
    size = fft.next_fast_len(len(take) + len(song), real=True)
    cross = fft.rfft(song, size) * fft.rfft(take, size).conj()
    cross /= np.abs(cross) + 1e-12
    frequencies_hz = np.fft.rfftfreq(size, 1 / PEER_RATE_HZ)
    cross[(frequencies_hz < 250) | (frequencies_hz > 6500)] = 0
    return _peak_s(fft.irfft(cross, size), len(song))


def waveforms(take: Samples, song: Samples) -> float:
    """Return the offset at the peak of the correlation of waveforms, each to z-scores first."""
    size = fft.next_fast_len(len(take) + len(song), real=True)
    one, other = ((x - x.mean()) / x.std() for x in (song, take))
    found = fft.irfft(fft.rfft(one, size) * fft.rfft(other, size).conj(), size)
    return _peak_s(np.abs(found), len(song))


def _peak_s(lags: Samples, length: int) -> float:
    top = int(np.argmax(lags))
    return (top if top < length else top - len(lags)) / PEER_RATE_HZ


PEERS: dict[str, Find] = {"whole-take GCC-PHAT": whole_take, "waveforms (syncstart)": waveforms}


def _groups(tries: list[Try], *, is_right: bool) -> Iterator[tuple[tuple[str, str], list[Try]]]:
    for condition in CONDITIONS:
        for who in ("filoscope", *PEERS):
            wanted = (who, condition, is_right)
            group = [one for one in tries if (one.who, one.condition, one.is_right) == wanted]
            if group:
                yield (str(condition), who), group


def _placed(tries: list[Try]) -> Iterator[Row]:
    for (condition, who), group in _groups(tries, is_right=True):
        errors_s = np.array([np.inf if one.error_s is None else abs(one.error_s) for one in group])
        right = errors_s < RIGHT_S
        yield {
            "table": "placed: share of takes within",
            "take": condition,
            "who": who,
            "takes": len(group),
            **{f"{ms} ms": float(np.mean(errors_s < ms / 1000)) for ms in WITHIN_MS},
            "median ms": float(np.median(errors_s[right]) * 1000) if right.any() else None,
            "refused": sum(one.error_s is None for one in group),
            "CPU s a take": float(np.mean([one.cpu_s for one in group])),
        }


def _drifts(tries: list[Try]) -> Iterator[Row]:
    for (condition, who), group in _groups(tries, is_right=True):
        errors = [
            abs(one.drift_error_ppm)
            for one in group
            if who == "filoscope" and one.error_s is not None and abs(one.error_s) < RIGHT_S
        ]
        if errors:
            yield {
                "table": "drift: error in ppm, of takes that lie right",
                "take": condition,
                "takes": len(errors),
                "median": float(np.median(errors)),
                "95 %": float(np.percentile(errors, 95)),
                "most": float(np.max(errors)),
                "within 5": float(np.mean(np.array(errors) < 5)),
            }


def _refused(tries: list[Try]) -> Iterator[Row]:
    for (condition, _), group in _groups(tries, is_right=False):
        yield {
            "table": "another song: refused",
            "take": condition,
            "takes": len(group),
            "refused": float(np.mean([one.error_s is None for one in group])),
        }
