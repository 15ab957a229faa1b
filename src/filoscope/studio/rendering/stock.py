"""What the sources of a timeline are: clips, photos and sounds, each looked at once.

Every complaint names the file and the field that names it.
"""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from filoscope.enhance.reading import LIMITS
from filoscope.media import MediaError, Probe
from filoscope.media.measure import measure
from filoscope.media.source import open_sound
from filoscope.studio.errors import BadTimeline, NothingToHear, NothingToSee
from filoscope.studio.timeline.checking import check_color
from filoscope.studio.timeline.cut import COLOR

PHOTO_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")
"""What cameras, phones and drawing programs write as one picture."""

PHOTO_PIXELS_MAX = 200_000_000
"""The largest that a phone takes."""

_FLAT_SIDE = 16
"""Of a source that is one colour; it is made as large as it is wanted."""

Pixels = NDArray[np.uint8]


class Stock:
    """The files of a timeline."""

    def __init__(self) -> None:
        self._clips: dict[str, Probe] = {}
        self._photos: dict[str, bool] = {}
        self._sounds: dict[str, Fraction | None] = {}

    def is_photo(self, source: str, where: str) -> bool:
        """Say whether a file is a still picture.

        Raises
        ------
        NothingToSee
            There is no such file.
        """
        if source.startswith(COLOR):
            return True
        if source not in self._photos:
            if not Path(source).is_file():
                raise NothingToSee(f"{where}: there is no file {source}. Put it there, or cut it.")
            self._photos[source] = _is_photo(source)
        return self._photos[source]

    def clip(self, source: str, where: str) -> Probe:
        """Return the facts of a clip.

        Raises
        ------
        NothingToSee
            It cannot be used as a picture; the message says why.
        """
        if source not in self._clips:
            try:
                self._clips[source] = measure(source, limits=LIMITS, threads=1)
            except (MediaError, OSError) as error:
                raise NothingToSee(f"{where}: {source} cannot be shown. {error}") from error
        return self._clips[source]

    def sound_start(self, source: str, where: str) -> Fraction | None:
        """Return the timestamp at which a file begins, None when its first sample is that.

        Raises
        ------
        NothingToHear
            It has no sound that can be read.
        """
        if source not in self._sounds:
            self._sounds[source] = self._sound_start(source, where)
        return self._sounds[source]

    def _sound_start(self, source: str, where: str) -> Fraction | None:
        try:
            with open_sound(Path(source), limits=LIMITS) as (container, _):
                has_picture = bool(container.streams.video)
        except (MediaError, OSError) as error:
            raise NothingToHear(f"{where}: {source} cannot be heard. {error}") from error
        if not has_picture:
            return None
        try:
            facts = self._clips.get(source) or measure(source, limits=LIMITS, threads=1)
        except MediaError:  # a cover is no moving picture: this is a song
            return None
        return Fraction(facts.first_timestamp_s).limit_denominator(10**9)

    def has_sound(self, source: str, where: str) -> bool:
        """Say whether a clip has a sound that can be read."""
        return not self.is_photo(source, where) and self.clip(source, where).audio_codec is not None

    def check_place(self, source: str, start_s: float, where: str) -> None:
        """Raise `BadTimeline` where a clip has ended before it is to be shown."""
        length_s = self.clip(source, where).duration_s
        if start_s >= length_s:
            raise BadTimeline(
                f"{where} is {start_s:g}, but {source} has only {length_s:.2f} s that can be read. "
                "Give an earlier moment, or the whole file."
            )


def _is_photo(source: str) -> bool:
    try:
        with Image.open(source, formats=PHOTO_FORMATS) as image:
            return not getattr(image, "is_animated", False) or image.format == "MPO"
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, ValueError):
        return False


def _flat_photo(source: str, where: str) -> Pixels:
    said = source.removeprefix(COLOR)
    check_color(where, said)
    level = [int(said[at : at + 2], 16) for at in (1, 3, 5)]
    return np.full((_FLAT_SIDE, _FLAT_SIDE, 4), [*level, 255], np.uint8)


def read_photo(source: str | os.PathLike[str], where: str, *, side_max: int) -> Pixels:
    """Return a photo upright, as RGBA (height, width, 4), its longer side `side_max` at most.

    Raises
    ------
    NothingToSee
        It is torn, or too large.
    """
    if str(source).startswith(COLOR):
        return _flat_photo(str(source), where)
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, PHOTO_PIXELS_MAX
    try:
        with Image.open(source, formats=PHOTO_FORMATS) as image:
            image.draft("RGB", (side_max, side_max))
            upright = ImageOps.exif_transpose(image).convert("RGBA")
            upright.thumbnail((side_max, side_max), Image.Resampling.LANCZOS)
            return np.asarray(upright, np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NothingToSee(f"{where}: {source} cannot be shown: {error}.") from error
    finally:
        Image.MAX_IMAGE_PIXELS = before
