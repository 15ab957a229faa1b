"""Music of real grooves with exactly known beats: Musical MIDI Accompaniment, played by FluidSynth.

    apt-get install mma fluidsynth fluid-soundfont-gm timgm6mb-soundfont musescore-general-soundfont
    python -m bench.studio.accompany FOLDER --pieces 300

writes NAME.wav (mono) and NAME.beats (seconds, place in the bar; as the annotated songs have them). Waltzes,
swing, bossa, polkas, country, 6/8, rock: each groove is given chords, a tempo that fits its kind and may
wander, now and then a tune, other instruments, a mix without drums, and is mastered. NAME begins with
the groove's file: a judge is asked only about files of which it heard nothing. `learn --also FOLDER` learns
from them. What is rendered is not kept in the repository.
"""

from __future__ import annotations

import argparse
import re
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.studio.band import clock
from bench.studio.band_sounds import RATE_HZ, mastered
from bench.studio.tunes import chords, tune
from filoscope.media.audio import read_samples, write_wav

Floats = NDArray[np.float64]

LIBRARY = Path("/usr/share/mma/lib")
FONTS = (
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
    Path("/usr/share/sounds/sf3/MuseScore_General_Full.sf3"),
    Path("/usr/share/sounds/sf2/TimGM6mb.sf2"),
)
DURATION_S = 30.0
TICKS = 192  # of MMA, in a quarter

_KINDS = """
metronome|none|count|ending|intro|mide|ska|ragtime|reggae|calypso skip
viene|fastwaltz 150 190
fastjazzwaltz 160 205
jazzwaltz|jazz-34 100 180
waltz|34 78 138
68march 100 126
68swing 70 116
68|serenade 44 82
polka|samba|march|dixie 90 132 2
quickstep 190 210
foxtrot|polkafox 108 126
jive|twist|boggie|boogie 140 182
chacha|rhumba|beguine|bolero 92 128
tango 112 134
bossa|quando 110 165
salsa|mambo|merengue|son|cubanguitar|afro 150 205
fastswing|bebop|fastblues|fastbig 175 230
slowswing|slowjazz|slowblues|nitejazz|mellow 62 112
ballad|slow|lullaby|hymn|spiritual|bald|stringballad 58 92
rock-128|ballad128|blues128|K50s|slowrock 56 96
dnb 155 178
house|techno|trance|rave|dance 116 150
hip-?hop|trip|triphop 74 106
funk|soul|r\\+b|rb|rnb|strut 82 122
bluegrass|country|western|cntry|hillcountry|zydeco 84 168
metal|punk|thr|hrk|mtl|highfive 100 190
rock 84 172
swing|jazz|bigband|combo|gypsy|evans|charleston|broadway 100 205
blues|shuffle 72 150
"""
"""Words of a file's name, then beats a minute, then how many of MMA's quarters a dancer's beat has."""


@dataclass(frozen=True, slots=True)
class Groove:
    """One of the library's: `file:name`, quarters a bar, quarters a beat, its tempi."""

    file: str
    name: str
    bar: float
    beat: float
    tempo_bpm: tuple[float, float]

    @property
    def meter(self) -> int:
        """Beats a bar."""
        return round(self.bar / self.beat)


def main() -> None:
    """Play pieces into a folder, two at a time."""
    parser = argparse.ArgumentParser(prog="bench.studio.accompany")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pieces", type=int, default=300)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    if not LIBRARY.is_dir():
        sys.exit(f"no grooves in {LIBRARY}: apt-get install mma")
    options.folder.mkdir(parents=True, exist_ok=True)
    jobs = [(options.folder, number) for number in range(options.pieces)]
    with ProcessPoolExecutor(options.workers) as pool:
        made = sum(pool.map(_write, jobs, chunksize=8))
    print(f"{made} of {options.pieces} pieces in {options.folder}")


def _write(job: tuple[Path, int]) -> bool:
    folder, number = job
    if any(folder.glob(f"*_{number:04d}.beats")):
        return True
    rng = np.random.default_rng([77, number])
    by_file = library()
    # Threes and sixes are as many as fours: they are rare in the library, not in dances.
    odd = [name for name, grooves in by_file.items() if grooves[0].bar % 4]
    files = odd if rng.random() < 0.3 else sorted(set(by_file) - set(odd))
    grooves = by_file[files[rng.integers(len(files))]]
    piece = play(grooves, rng)
    if piece is None:
        return False
    samples, beats, places = piece
    stem = f"{grooves[0].file.replace('/', '-')}_{number:04d}"
    write_wav(folder / f"{stem}.wav", samples[None], rate_hz=RATE_HZ)
    table = np.column_stack([beats, places])
    np.savetxt(folder / f"{stem}.beats", table, fmt=["%.4f", "%d"])
    return True


def library() -> dict[str, list[Groove]]:
    """Return the library's grooves that go on (no intros, no endings), by file."""
    found: dict[str, list[Groove]] = {}
    for path in sorted(LIBRARY.glob("*/*.mma")):
        file = f"{path.parent.name}/{path.stem}"
        kind = _kind(path.stem)
        if kind is None:
            continue
        low, high, quarters = kind
        bar, beat = 4.0, quarters
        for line in path.read_text(encoding="latin-1").splitlines():
            words = line.split()
            if len(words) < 2:
                continue
            if words[0].lower() == "time" and words[1][0].isdigit():
                bar, beat = _time(words[1], quarters)
            elif words[0].lower() == "defgroove" and not re.search(
                r"intro|end|fill|brk|break|F[A-D]", words[1]
            ):
                groove = Groove(file, words[1], bar, beat, (low, high))
                found.setdefault(file, []).append(groove)
    return found


def _kind(stem: str) -> tuple[float, float, float] | None:
    for line in _KINDS.strip().splitlines():
        words = line.split()
        if re.search(words[0], stem, re.IGNORECASE):
            if words[1] == "skip":
                return None
            numbers = [float(word) for word in words[1:]]
            return numbers[0], numbers[1], (numbers[2:] or [1.0])[0]
    return 80.0, 140.0, 1.0


def _time(word: str, quarters: float) -> tuple[float, float]:
    """Return quarters a bar and quarters a beat; sixes are counted in two."""
    if word == "12/8":
        return 6.0, 1.5
    bar = float(word.split("/")[0]) if "/" in word else float(word)
    return bar, 3.0 if bar == 6 else quarters if bar % 2 == 0 and bar > 2 else 1.0


def play(grooves: list[Groove], rng: np.random.Generator) -> tuple[Floats, Floats, Floats] | None:
    """Play a piece on some of a file's grooves; None where MMA cannot.

    Returns
    -------
    samples : (n,) float32
    beats_s, places : (beats,)
        From the first sample on; place 1 opens a bar.
    """
    groove = grooves[rng.integers(len(grooves))]
    bpm = float(np.exp(rng.uniform(*np.log(groove.tempo_bpm)))) * groove.beat
    bars = int((DURATION_S + 6) * bpm / 60 / groove.bar) + 2
    course = str(rng.choice(["steady", "wander", "ramp", "jump"], p=[0.6, 0.3, 0.06, 0.04]))
    quarters = clock(rng, bpm, DURATION_S + 8, course)
    quarters = quarters[: int(bars * groove.bar) + 1]
    with tempfile.TemporaryDirectory() as folder:
        score, midi, sound = (Path(folder) / name for name in ("s.mma", "s.mid", "s.wav"))
        harmony = chords(rng, bars, groove.bar)
        score.write_text(_score(groove, grooves, harmony, rng))
        if subprocess.run(["mma", "-f", midi, score], capture_output=True).returncode:
            return None
        swung = re.search("swing|shuffle|jazz|blues|jive|fox|quick|12", groove.file) is not None
        notes = tune(rng, harmony, groove.bar, swung=swung)
        midi.write_bytes(_conducted(midi.read_bytes(), quarters, notes, rng))
        font = FONTS[rng.choice(len(FONTS), p=[0.55, 0.15, 0.3])]
        args = ["fluidsynth", "-ni", "-q", "-g", "0.5", "-r", str(RATE_HZ)]
        args += [
            "-o",
            "synth.dynamic-sample-loading=1",
            "-C",
            "0",
            "-R",
            str(int(rng.random() < 0.4)),
        ]
        if subprocess.run([*args, "-F", sound, font, midi], capture_output=True).returncode:
            return None
        samples = read_samples(sound, rate_hz=RATE_HZ, channels=1)[0].astype(np.float64)
    start = rng.uniform(0, 5)
    part = samples[int(start * RATE_HZ) : int((start + DURATION_S) * RATE_HZ)]
    if len(part) < 0.9 * DURATION_S * RATE_HZ or part.std() < 1e-4:
        return None
    beats, places = _beats(groove, quarters, start, len(part) / RATE_HZ)
    return mastered(part, rng), beats, places


def _beats(
    groove: Groove, quarters: Floats, start: float, duration_s: float
) -> tuple[Floats, Floats]:
    at = np.arange(0, len(quarters) - 1, groove.beat)
    times = np.interp(at, np.arange(len(quarters)), quarters) - start
    places = np.arange(len(at)) % groove.meter + 1
    inside = (times >= 0) & (times < duration_s - 0.05)
    return times[inside], places[inside]


def _score(
    groove: Groove, grooves: list[Groove], harmony: list[list[str]], rng: np.random.Generator
) -> str:
    """Write MMA's text: chords over one groove, and its like from the middle on now and then."""
    lines = ["Tempo 120", f"RndSeed {rng.integers(1000)}", f"Groove {_named(groove)}"]
    like = [other for other in grooves if (other.bar, other.beat) == (groove.bar, groove.beat)]
    change = int(rng.integers(6, 20)) if rng.random() < 0.5 else -1
    for number, bar in enumerate(harmony):
        if number and number == change:
            lines.append(f"Groove {_named(like[rng.integers(len(like))])}")
        lines.append(f"{number + 1} " + " ".join(bar))
    return "\n".join(lines) + "\n"


def _named(groove: Groove) -> str:
    return f"{groove.file}:{groove.name}"


def _conducted(midi: bytes, quarters: Floats, notes: list[tuple[float, float, int, int]],
               rng: np.random.Generator) -> bytes:  # fmt: skip
    """Add a track to a MIDI file: its tempo quarter by quarter, its mix, a tune."""
    events: list[tuple[int, int, bytes]] = []
    for number, step in enumerate(np.diff(quarters)):
        events.append((number * TICKS, 0, b"\xff\x51\x03" + int(step * 1e6).to_bytes(3, "big")))
    events += [(1, 1, event) for event in _mix(rng)]
    lead = int(rng.choice([0, 4, 11, 16, 21, 22, 24, 25, 27, 29, 30, 40, 52, 53, 54, 56, 65, 66,
                           71, 73, 80, 81, 82, 105, 110]))  # fmt: skip
    events.append((1, 1, bytes([0xC0, lead])))
    for start, length, pitch, velocity in notes:
        events.append((round(start * TICKS) + 2, 3, bytes([0x90, pitch, velocity])))
        events.append((round((start + length) * TICKS) + 1, 2, bytes([0x80, pitch, 0])))
    body, now = b"", 0
    for tick, _, event in sorted(events, key=lambda one: one[:2]):
        body += _variable(tick - now) + event
        now = tick
    body += b"\x00\xff\x2f\x00"
    kind, tracks, division = struct.unpack(">HHH", midi[8:14])
    head = b"MThd" + struct.pack(">IHHH", 6, max(kind, 1), tracks + 1, division)
    return head + midi[14:] + b"MTrk" + struct.pack(">I", len(body)) + body


def _mix(rng: np.random.Generator) -> list[bytes]:
    """Return how loud each channel is, a drum kit, and other instruments for some."""
    events = [bytes([0xB0 + c, 7, int(rng.uniform(60, 120))]) for c in range(16)]
    drums = rng.random()
    loud = 0 if drums < 0.12 else int(rng.uniform(35, 127))
    events.append(bytes([0xB9, 7, loud]))
    if rng.random() < 0.6:
        events.append(bytes([0xC9, int(rng.choice([0, 8, 16, 24, 25, 32, 40, 48]))]))
    return events


def _variable(value: int) -> bytes:
    out = bytes([value & 0x7F])
    while value := value >> 7:
        out = bytes([0x80 | value & 0x7F]) + out
    return out


if __name__ == "__main__":
    main()
