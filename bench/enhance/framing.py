"""Framing: who stays in a 9:16 crop, beside a crop of the middle.

Two truths. A figure in a checked coat is laid over each real clip and walks a known path through it:
how often does the crop hold it whole? (A clip with people of its own may
rather stay with them: there the share tells little.) And faces that are found in the uncut clip (by the same
finder that the framing uses, so that this flatters it): how often is their middle in the crop?
Beside them how much the crop accelerates, which is what makes a viewer seasick.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from bench.enhance.peers import Row
from filoscope.enhance import Frame
from filoscope.enhance.framing import Framer, subjects_of

LONG_SIDE = 640
"""Clips are looked at this large: the framing itself looks at smaller ones."""

FACES_EVERY = 15
_FIGURE = (0.09, 0.36)
"""Width and height, in longer sides of the picture."""


def rows(options: argparse.Namespace) -> list[Row]:
    """Return a row for each clip that is wider than high, and the mean of all."""
    found = []
    for path in options.files:
        frames = list(islice(_frames(path), options.frames))
        height, width = frames[0].planes[0].shape
        if width > height and len(frames) > 30:
            found.append({"clip": path.stem} | _of_clip(frames))
    keys = [key for key in found[0] if key != "clip"] if found else []
    mean: Row = {"clip": "mean"}
    for key in keys:
        values = [row[key] for row in found if row[key] is not None]
        mean[key] = round(float(np.mean(values)), 3) if values else None
    return [*found, mean] if found else []


def _of_clip(frames: list[Frame]) -> Row:
    places = [_walk(frame.time_s, frames) for frame in frames]
    planted = [_planted(frame, place) for frame, place in zip(frames, places, strict=True)]
    crops, _, _ = _framed(planted)
    half = _FIGURE[0] / 2 * LONG_SIDE
    size = crops.size
    middle = (frames[0].planes[0].shape[1] - size) / 2
    inside = [
        crop <= place - half and place + half <= crop + size
        for crop, place in zip(crops.edges, places, strict=True)
    ]
    inside_middle = [middle <= place - half and place + half <= middle + size for place in places]
    plain, cpu_ms, cut_count = _framed(frames)
    return {
        "planted_ours": round(float(np.mean(inside)), 3),
        "planted_centre": round(float(np.mean(inside_middle)), 3),
        "faces_ours": _faces_inside(frames, plain.edges, size),
        "faces_centre": _faces_inside(frames, [middle] * len(frames), size),
        "acceleration_px": _acceleration(plain.edges),
        "cuts": cut_count,
        "cpu_ms": cpu_ms,
    }


class _Crops:
    """Where the crops of a clip lie."""

    def __init__(self) -> None:
        self.edges: list[float] = []
        self.size = 0

    def add(self, time_s: float, edge_px: float) -> None:
        """Note one."""
        self.edges.append(edge_px)


def _framed(frames: list[Frame]) -> tuple[_Crops, float, int]:
    height, width = frames[0].planes[0].shape
    fps = (len(frames) - 1) / (frames[-1].time_s - frames[0].time_s)
    crops = _Crops()
    framer = Framer(width=width, height=height, fps=fps, on_crop=crops.add)
    crops.size = framer.size[0]
    began = time.process_time()
    for frame in frames:
        framer.push(frame)
    framer.drain()
    cpu_ms = round(1000 * (time.process_time() - began) / len(frames), 1)
    return crops, cpu_ms, framer.account.cut_count


def _acceleration(edges: list[float]) -> float:
    """Return the RMS of second differences, cuts left out, in px of a picture 640 wide."""
    change = np.diff(edges)
    steps = np.abs(change) < LONG_SIDE / 10
    second = np.diff(change)[steps[1:] & steps[:-1]]
    return round(float(np.sqrt(np.square(second).mean())), 3) if len(second) else 0.0


def _faces_inside(frames: list[Frame], edges: list[float], size: int) -> float | None:
    seen = []
    for frame, edge in list(zip(frames, edges, strict=True))[::FACES_EVERY]:
        faces = [subject.box for subject in subjects_of(frame) if subject.kind == "face"]
        seen += [edge <= face.centre[0] <= edge + size for face in faces[:1]]
    return round(float(np.mean(seen)), 3) if seen else None


def _walk(time_s: float, frames: list[Frame]) -> float:
    """Return where the figure is: to the right, a rest, and back, once in eight seconds."""
    passed = (time_s - frames[0].time_s) % 8.0
    return float(np.interp(passed, [0, 3, 4, 7, 8], [0.15, 0.85, 0.85, 0.15, 0.15])) * LONG_SIDE


def _planted(frame: Frame, place: float) -> Frame:
    luma, blue, red = (plane.copy() for plane in frame.planes)
    width, height = (round(side * LONG_SIDE / 2) * 2 for side in _FIGURE)
    coat = _coat(width, height)
    left = max(round((place - width / 2) / 2) * 2, 0)
    top = (luma.shape[0] - height) // 4 * 2
    luma[top : top + height, left : left + width] = coat[: luma.shape[0] - top]
    for plane, value in ((blue, 90), (red, 190)):
        plane[top // 2 : (top + height) // 2, left // 2 : (left + width) // 2] = value
    return replace(frame, planes=(luma, blue, red))


def _coat(width: int, height: int) -> NDArray[np.uint8]:
    small = np.random.default_rng(5).uniform(30, 230, (13, 5)).astype(np.float32)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def _frames(path: Path) -> Iterator[Frame]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        rate = float(stream.average_rate or 30)
        side = max(stream.codec_context.width, stream.codec_context.height)
        width, height = (
            round(length * LONG_SIDE / side / 2) * 2
            for length in (stream.codec_context.width, stream.codec_context.height)
        )
        for index, picture in enumerate(container.decode(stream)):
            flat = picture.to_ndarray(format="yuv420p", width=width, height=height).reshape(-1)
            luma, chroma = width * height, width * height // 4
            shape = (height // 2, width // 2)
            yield Frame(
                index / rate,
                (
                    flat[:luma].reshape(height, width),
                    flat[luma : luma + chroma].reshape(shape),
                    flat[luma + chroma : luma + 2 * chroma].reshape(shape),
                ),
            )
