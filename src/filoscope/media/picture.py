"""From a decoded frame to a rung's picture: upright, square pixels, progressive, BT.709, 8 bit.

All of it happens in FFmpeg's filters, without a copy through Python; only transparent pictures
(stickers, screen recordings) are blended here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import av.filter
import numpy as np
from av.video.frame import VideoFrame

from filoscope.media.facts import Probe
from filoscope.media.time import TICK, TICKS_PER_SECOND

_HD_SHORT_EDGE = 720
"""A picture that does not say its matrix is BT.601 below this, BT.709 from it on, as players do."""

_BACKGROUND = 255
"""Behind transparency: white, as a web page shows it."""

_BT709 = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
_TURNS = {
    (0, False): "", (90, False): "transpose=clock", (180, False): "hflip,vflip",
    (270, False): "transpose=cclock", (0, True): "hflip", (90, True): "transpose=clock_flip",
    (180, True): "vflip", (270, True): "transpose=cclock_flip",
}  # fmt: skip


def filters_of(probe: Probe, width: int, height: int, *, cube: Path | None) -> str:
    """Return the chain of filters that makes a rung's picture.

    Parameters
    ----------
    probe : Probe
    width, height : int
        Upright size of the result.
    cube : Path or None
        The tone-mapping table, for HDR only.
    """
    if probe.rotation_deg in (90, 270):
        width, height = height, width
    chain = []
    if probe.is_interlaced:
        chain.append("bwdif=mode=send_frame:deint=interlaced")
    # Scaling first and turning after moves fewer pixels.
    matrix = matrix_of(probe)
    scale = f"scale={width}:{height}:flags=bicubic:in_color_matrix={matrix}"
    if probe.has_alpha:
        chain.append(f"{scale}:out_range=pc,format=rgba")
    elif cube is not None:
        chain += [f"{scale},format=gbrp10le", f"lut3d=file={cube}:interp=tetrahedral"]
    elif _is_rgb(probe):
        chain += [f"{scale}:out_color_matrix=bt709:out_range=tv,format=yuv420p"]
    else:
        chain.append(f"{scale}:out_color_matrix={matrix}:out_range=tv,format=yuv420p")
        if matrix != "bt709":
            chain.append(_to_bt709(matrix))
    chain.append(_TURNS[probe.rotation_deg, probe.is_mirrored])
    if not probe.has_alpha:
        if cube is not None:
            chain.append(
                "setparams=range=pc:color_primaries=bt709:color_trc=bt709:colorspace=gbr,"
                "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
            )
        chain.append(_BT709)
    return ",".join(part for part in [*chain, "setsar=1"] if part)


def _to_bt709(matrix: str) -> str:
    """Change the matrix only: primaries of 601 and 709 differ less than phones' screens do."""
    space = {"bt601": "smpte170m", "bt2020": "bt2020ncl", "smpte240m": "smpte240m"}[matrix]
    primaries = "bt2020" if matrix == "bt2020" else "bt709"
    fast = 0 if matrix == "bt2020" else 1
    return (
        f"setparams=range=tv,colorspace=ispace={space}:iprimaries={primaries}:itrc=bt709:"
        f"irange=tv:space=bt709:primaries=bt709:trc=bt709:range=tv:fast={fast}"
    )


def _is_rgb(probe: Probe) -> bool:
    return probe.pixel_format.startswith(("rgb", "bgr", "gbr", "pal", "0rgb", "0bgr", "argb"))


def matrix_of(probe: Probe) -> str:
    """Return the matrix of the source as the `scale` filter names it."""
    if probe.color_matrix in ("bt709", "smpte240m"):
        return probe.color_matrix
    if probe.color_matrix in ("bt2020nc", "bt2020c"):
        return "bt2020"
    if probe.color_matrix in ("bt470bg", "smpte170m", "fcc"):
        return "bt601"
    is_hd = min(probe.coded_width, probe.coded_height) >= _HD_SHORT_EDGE
    return "bt2020" if probe.is_hdr else "bt709" if is_hd else "bt601"


class Graph:
    """A chain of filters that follows its input: a change of size or format builds it anew.

    Frames go in with their pts in ticks of the output's clock and come out with the same.
    """

    def __init__(self, filters: str, *, threads: int, has_alpha: bool = False) -> None:
        self._filters = filters
        self._threads = threads
        self._has_alpha = has_alpha
        self._shape: tuple[int, int, str] | None = None
        self._graph: av.filter.Graph | None = None

    def feed(self, frame: VideoFrame) -> Iterator[VideoFrame]:
        """Give a frame; yield those that are ready."""
        shape = (frame.width, frame.height, frame.format.name)
        if shape != self._shape:
            yield from self.drain()
            self._graph = self._build(frame)
            self._shape = shape
        assert self._graph is not None
        self._graph.vpush(frame)
        yield from self._ready(self._graph)

    def drain(self) -> Iterator[VideoFrame]:
        """Yield what a filter has kept back."""
        if self._graph is not None:
            self._graph.vpush(None)
            yield from self._ready(self._graph)
            self._graph = self._shape = None

    def _ready(self, graph: av.filter.Graph) -> Iterator[VideoFrame]:
        while True:
            try:
                frame = graph.vpull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            if frame.pts is not None and frame.time_base is not None:
                frame.pts = round(frame.pts * frame.time_base * TICKS_PER_SECOND)
                frame.time_base = TICK
            yield _on_white(frame) if self._has_alpha else frame

    def _build(self, frame: VideoFrame) -> av.filter.Graph:
        graph = av.filter.Graph()
        graph.threads = self._threads
        nodes = [
            graph.add(
                "buffer",
                f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:"
                f"time_base=1/{TICKS_PER_SECOND}:pixel_aspect=1/1:"
                f"colorspace={int(frame.colorspace)}:range={int(frame.color_range)}",
            )
        ]
        for part in self._filters.split(","):
            name, _, arguments = part.partition("=")
            nodes.append(graph.add(name, arguments or None))
        nodes.append(graph.add("buffersink"))
        graph.link_nodes(*nodes).configure()
        return graph


def _on_white(frame: VideoFrame) -> VideoFrame:
    """Blend an RGBA frame over the background and return it as yuv420p in BT.709."""
    rgba = frame.to_ndarray(format="rgba").astype(np.uint16)
    alpha = rgba[..., 3:]
    flat = (rgba[..., :3] * alpha + _BACKGROUND * (255 - alpha) + 127) // 255
    blended = VideoFrame.from_ndarray(flat.astype(np.uint8), format="rgb24").reformat(
        format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
    )
    blended.pts, blended.time_base = frame.pts, frame.time_base
    return blended
