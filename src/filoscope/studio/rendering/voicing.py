"""What can be done to a voice: higher, lower, a robot, an echo, a telephone.

FFmpeg's filters, fed piece by piece; what one of them answers late is taken off.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
import av.filter
import numpy as np
from av.audio.frame import AudioFrame

from filoscope.media.sound import RATE_HZ, Samples

_HIGHER, _LOWER = 1.4, 0.75
"""Six semitones up, five down: a cartoon and a giant, every word still understood."""

_PIECE = 4800

_CHAINS = {
    "higher": [("asetrate", f"{round(RATE_HZ * _HIGHER)}"), ("aresample", f"{RATE_HZ}"),
               ("atempo", f"{1 / _HIGHER}")],
    "lower": [("asetrate", f"{round(RATE_HZ * _LOWER)}"), ("aresample", f"{RATE_HZ}"),
              ("atempo", f"{1 / _LOWER}")],
    # Every phase set to nought: what is left is a buzz at the rate of the windows.
    "robot": [("afftfilt", "real='hypot(re,im)':imag='0':win_size=1024:overlap=0.75"),
              ("volume", "5"), ("alimiter", "limit=0.9:level=0:latency=1")],
    "echo": [("aecho", "in_gain=0.8:out_gain=0.9:delays=220|440:decays=0.4|0.2")],
    "telephone": [("highpass", "f=300:poles=2"), ("highpass", "f=300:poles=2"),
                  ("lowpass", "f=3400:poles=2"), ("lowpass", "f=3400:poles=2"),
                  ("acompressor", "threshold=0.1:ratio=4:attack=5:release=80:makeup=2")],
}  # fmt: skip
_LATE = {"higher": 0, "lower": 0, "robot": 768, "echo": 0, "telephone": 0}
"""Samples: three quarters of a window. What the others stray is under 7 ms, and early."""


def voiced(pieces: Iterator[Samples], effect: str | None) -> Iterator[Samples]:
    """Yield samples (2, n) with an effect on them, each where it was."""
    if effect is None:
        yield from pieces
        return
    late = _LATE[effect]
    for piece in _filtered(pieces, effect):
        if late < piece.shape[1]:
            yield piece[:, late:]
        late = max(late - piece.shape[1], 0)


def _filtered(pieces: Iterator[Samples], effect: str) -> Iterator[Samples]:
    graph = av.filter.Graph()
    nodes = [
        graph.add_abuffer(
            sample_rate=RATE_HZ, format="fltp", layout="stereo", time_base=Fraction(1, RATE_HZ)
        ),
        *(graph.add(name, arguments) for name, arguments in _CHAINS[effect]),
        graph.add("aformat", f"sample_fmts=fltp:channel_layouts=stereo:sample_rates={RATE_HZ}"),
        graph.add("abuffersink"),
    ]
    graph.link_nodes(*nodes).configure()
    position = 0
    for piece in pieces:
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(piece), format="fltp", layout="stereo")
        frame.sample_rate, frame.time_base = RATE_HZ, Fraction(1, RATE_HZ)
        frame.pts = position
        position += piece.shape[1]
        graph.push(frame)
        yield from _ready(graph)
    graph.push(None)
    yield from _ready(graph)


def _ready(graph: av.filter.Graph) -> Iterator[Samples]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(frame, AudioFrame)
        yield np.asarray(frame.to_ndarray(), np.float32)
