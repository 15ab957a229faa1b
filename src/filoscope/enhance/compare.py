"""A clip of before and after, side by side, with the sound of the source."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from filoscope.enhance.encoding import Coding, Encoder
from filoscope.enhance.joining import join
from filoscope.enhance.reading import Reading
from filoscope.enhance.rendering import check_target, told
from filoscope.enhance.stabilizer import Frame
from filoscope.enhance.warp import Plane
from filoscope.media import NothingToShow

if TYPE_CHECKING:
    import av

HEIGHT_MAX = 1080
"""Of the picture: two of 1080p beside each other are as much as most screens and decoders show."""

_GAP_PX = 4
"""Black between the two."""


def write_comparison(
    before: str | os.PathLike[str], after: str | os.PathLike[str], target: str | os.PathLike[str]
) -> None:
    """Write before, a line, and after, each picture with the one of the same time.

    Raises
    ------
    MediaError, UnfitOutput
    """
    source, target = Path(before), Path(target)
    check_target(source, target)
    first, second = Reading(source), Reading(after)
    pictures = _pairs(first, second)
    head = next(pictures, None)
    if head is None or first.colors is None:
        raise NothingToShow
    height, width = head.planes[0].shape
    rate = Fraction(first.facts.fps_nominal or 30.0).limit_denominator(1001)
    coding = Coding(width, height, rate, first.colors, is_resized=True)
    with (
        told(source, target),
        TemporaryDirectory(dir=target.parent, prefix=".compare-") as folder,
    ):
        draft = Path(folder) / f"both{target.suffix}"
        join(draft, source, first.facts, coding, _encoded(head, pictures, coding))
        draft.replace(target)


def _encoded(head: Frame, rest: Iterator[Frame], coding: Coding) -> Iterator[av.Packet[Any]]:
    encoder = Encoder(coding)
    yield from encoder.encode(head)
    for frame in rest:
        yield from encoder.encode(frame)
    yield from encoder.finish()


def _pairs(first: Reading, second: Reading) -> Iterator[Frame]:
    later = second.frames()
    after = next(later, None)
    for before in first.frames():
        waiting = next(later, None) if after is not None and after.time_s < before.time_s else None
        after = waiting or after
        if after is not None:
            yield Frame(before.time_s, _beside(before.planes, after.planes))


def _beside(left: tuple[Plane, ...], right: tuple[Plane, ...]) -> tuple[Plane, ...]:
    height = min(left[0].shape[0], HEIGHT_MAX) // 2 * 2
    black = 16 if left[0].dtype == np.uint8 else 64
    widths = [round(one[0].shape[1] * height / one[0].shape[0] / 2) * 2 for one in (left, right)]
    pairs: list[Plane] = []
    for index, planes in enumerate(zip(left, right, strict=True)):
        grain = 2 if index else 1
        rows = height // grain
        line = np.full((rows, _GAP_PX // grain), black * 8 if index else black, planes[0].dtype)
        one, other = (
            _scaled(plane, (width // grain, rows))
            for plane, width in zip(planes, widths, strict=True)
        )
        pairs.append(np.hstack([one, line, other]))
    return tuple(pairs)


def _scaled(plane: Plane, size: tuple[int, int]) -> Plane:
    if plane.shape == size[::-1]:
        return plane
    scaled: Plane = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return scaled
