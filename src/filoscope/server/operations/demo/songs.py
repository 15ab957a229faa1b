"""The songs of the demo: composed here, sent in as anybody would, with covers nobody printed.

>>> sound = sound_of(Song("Warm Concrete", "Mono Marten", "house", 14, 126.0), people)
"""

from __future__ import annotations

import colorsys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from filoscope.server.accounts.models import Account
    from filoscope.server.sounds.models import Sound

SONG_S = 32.0  # the longest clip of the demo has twenty
SAMPLE_RATE = 48_000
COVER_PX = 640
LICENCE = "cc-by"
RINGS = 9


@dataclass(frozen=True, slots=True)
class Song:
    """What a clip of the demo is set to."""

    title: str
    artist: str
    style: str
    seed: int
    tempo_bpm: float


def sound_of(song: Song, people: Sequence[Account]) -> Sound:
    """Find the sound of a song, or send it in: several clips of the demo are set to each."""
    from filoscope.server.sounds.actions import SoundWish, receive
    from filoscope.server.sounds.models import Sound

    found = Sound.objects.filter(title=song.title, artist=song.artist, is_original=False).first()
    if found is not None:
        return found
    wish = SoundWish(title=song.title, artist=song.artist, licence=LICENCE)
    return receive(_who_plays(song, people), wish, [_play(song)], cover=_draw_cover(song))


def _who_plays(song: Song, people: Sequence[Account]) -> Account:
    """Its artist, where they are here; else whoever shares what others play."""
    handle = song.artist.lower().replace(" ", ".")
    named = [person for person in people if person.handle == handle]
    return (named or [people[crc32(song.artist.encode()) % len(people)]])[0]


def _play(song: Song) -> bytes:
    from filoscope.media import write_wav
    from filoscope.media.synthetic.songs import compose

    played = compose(
        song.style, seed=song.seed, duration_s=SONG_S, tempo_bpm=song.tempo_bpm,
        sample_rate=SAMPLE_RATE,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "song.wav"
        write_wav(path, played.samples.T, rate_hz=SAMPLE_RATE)
        return path.read_bytes()


def _draw_cover(song: Song) -> bytes:
    """Draw rings of two colours, turned by the song's own name."""
    import numpy as np
    from PIL import Image, ImageDraw

    dice = np.random.default_rng(crc32(f"{song.title} {song.artist}".encode()))
    hue, side = float(dice.random()), COVER_PX * 2
    picture = Image.new("RGB", (side, side), _colour(hue, 0.55, 0.16))
    pen = ImageDraw.Draw(picture)
    centre = side * (0.3 + 0.4 * dice.random(2))
    for ring in range(RINGS, 0, -1):
        radius = side * 0.09 * ring
        light = 0.2 + 0.62 * (1 - ring / RINGS)
        turn = float(dice.random()) * 360
        box = (*(centre - radius), *(centre + radius))
        pen.pieslice(
            box, turn, turn + 150 + 190 * float(dice.random()),
            fill=_colour(hue + (0.42 if ring % 2 else 0.04 * ring), 0.62, light),
        )  # fmt: skip
    out = BytesIO()
    small = picture.resize((COVER_PX, COVER_PX), Image.Resampling.LANCZOS)
    small.save(out, "PNG")
    return out.getvalue()


def _colour(hue: float, saturation: float, light: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hls_to_rgb(hue % 1.0, light, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)
