"""The pictures that stand for a clip: poster, animated preview, storyboard, blurhash.

Eight pictures a second of the first rung are looked at as they pass, so none of it costs another
decoding, and memory does not grow with the length of the clip.
"""

from __future__ import annotations

import base64
import io
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import blurhash
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image

from filoscope.media.facts import Probe
from filoscope.media.ladder import Stills
from filoscope.media.picture import Graph, filters_of
from filoscope.media.reader import rgb_of
from filoscope.media.time import TICKS_PER_SECOND, seconds_of

Pixels = NDArray[np.uint8]

LOOKS_PER_SECOND = 8
"""Also the rate of the preview: smooth enough to show what moves, small enough to send."""

THUMB_SHORT_EDGE = 180
POSTER_SHORT_EDGE_MAX = 720
"""Sharp on a phone; a 1080 poster weighs twice as much and is shown for a tenth of a second."""

PREVIEW_S = 3
PENDING_MAX = 4
"""Pictures on their way to a look: as many as wait before an encoder."""

TILES_MAX = 100
TILE_INTERVAL_S_MIN = 1.0
TILE_SHORT_EDGE = 90
TILE_COLUMNS = 10
PLACEHOLDER_SIZE = (6, 8)  # pixels, stretched to the clip's shape by who shows it: 300 letters
_CUT_CHANGE = 30.0
"""Mean change of luma between two looks above which a cut lies between them."""


@dataclass(frozen=True, slots=True)
class Look:
    """One picture, small, and what was found in it."""

    tick: int
    pixels: Pixels
    quality: float
    change: float


@dataclass(frozen=True, slots=True)
class _Candidate:
    look: Look
    frame: VideoFrame


@dataclass(slots=True)
class Gallery:
    """Collect stills while a clip is encoded.

    Parameters
    ----------
    duration_s : float
        Of the clip; decides how far apart the tiles of the storyboard are.
    """

    duration_s: float
    poster_s: float | None = None  # the moment that its maker wants; None: the best picture
    tiles: list[Pixels] = field(default_factory=list)
    _eye: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "look"))
    _pending: deque[Future[None]] = field(default_factory=deque)
    _thumbs: Graph | None = None
    _next_tick: int = 0
    _next_tile_tick: int = 0
    _last_luma: NDArray[np.float32] | None = None
    _newest: _Candidate | None = None
    _best: _Candidate | None = None
    _window: deque[Look] = field(default_factory=lambda: deque(maxlen=PREVIEW_S * LOOKS_PER_SECOND))
    _liveliest: list[Look] = field(default_factory=list)
    _liveliest_change: float = -1.0

    @property
    def tile_interval_s(self) -> float:
        """Return the seconds between two tiles of the storyboard."""
        return max(self.duration_s / TILES_MAX, TILE_INTERVAL_S_MIN)

    def offer(self, picture: VideoFrame, frame: VideoFrame, tick: int) -> None:
        """Take a picture of the rung, and the frame it was made from, when a look is due."""
        if tick >= self._next_tick:
            self._next_tick = tick + TICKS_PER_SECOND // LOOKS_PER_SECOND
            self._pending.append(self._eye.submit(self._look, picture, frame, tick))
            if len(self._pending) > PENDING_MAX:
                self._pending.popleft().result()

    def _finish_looking(self) -> None:
        while self._pending:
            self._pending.popleft().result()

    def _look(self, picture: VideoFrame, frame: VideoFrame, tick: int) -> None:
        pixels = self._shrunk(picture)
        luma = pixels[::2, ::2, 1].astype(np.float32)
        change = 0.0 if self._last_luma is None else float(np.abs(luma - self._last_luma).mean())
        self._last_luma = luma
        look = Look(tick, pixels, quality_of(pixels), change)
        self._judge(look, frame)
        self._keep_liveliest(look)
        if tick >= self._next_tile_tick and len(self.tiles) < TILES_MAX:
            self.tiles.append(pixels)
            self._next_tile_tick += round(self.tile_interval_s * TICKS_PER_SECOND)

    def _shrunk(self, picture: VideoFrame) -> Pixels:
        if self._thumbs is None:
            width, height = _within(picture.width, picture.height, THUMB_SHORT_EDGE)
            # No `area` or `bicubic`: a small picture, looked at for a moment.
            chain = f"scale={width}:{height}:flags=bilinear:in_color_matrix=bt709,format=rgb24"
            self._thumbs = Graph(chain, threads=1)
        (small,) = self._thumbs.feed(picture)
        return np.asarray(small.to_ndarray(), np.uint8)

    def _judge(self, look: Look, frame: VideoFrame) -> None:
        """Compare with the best so far, one look late: a picture beside a cut may be a blend."""
        if self._newest is not None:
            doubt = 0.5 if max(self._newest.look.change, look.change) > _CUT_CHANGE else 1.0
            candidate = self._newest
            quality = candidate.look.quality * doubt
            if self.poster_s is not None:
                quality = -abs(seconds_of(candidate.look.tick) - self.poster_s)
            if self._best is None or quality > self._best.look.quality:
                judged = Look(candidate.look.tick, candidate.look.pixels, quality, 0.0)
                self._best = _Candidate(judged, candidate.frame)
        self._newest = _Candidate(look, frame)

    def _keep_liveliest(self, look: Look) -> None:
        self._window.append(look)
        # A cut is a change, but no life: it counts no more than brisk movement.
        change = sum(min(seen.change, _CUT_CHANGE / 2) for seen in self._window)
        if change > self._liveliest_change:
            self._liveliest_change = change
            self._liveliest = list(self._window)

    def write_poster(self, folder: Path, probe: Probe, *, cube: Path | None) -> Stills:
        """Write the poster from the best frame, and say what it shows."""
        self._finish_looking()
        best = self._best or self._newest
        assert best is not None
        width, height = _within(probe.width, probe.height, POSTER_SHORT_EDGE_MAX)
        picture = _poster(probe, best.frame, width, height, cube)
        picture.save(folder / "poster.webp", quality=80, method=4)
        picture.save(folder / "poster.jpg", quality=85, progressive=True, optimize=True)
        small = picture.resize((32, 32), Image.Resampling.BOX)
        tall = height > width
        return Stills(
            poster_webp="poster.webp",
            poster_jpg="poster.jpg",
            width=width,
            height=height,
            timestamp_s=seconds_of(best.look.tick),
            blurhash=blurhash.encode(np.asarray(small), 3 if tall else 4, 4 if tall else 3),
            dominant_color=dominant_color(np.asarray(small)),
            placeholder=_data_uri(picture.resize(PLACEHOLDER_SIZE, Image.Resampling.BOX)),
        )

    def write_preview(self, folder: Path) -> str:
        """Write the liveliest seconds as an animated WebP."""
        first, *rest = [Image.fromarray(look.pixels) for look in self._liveliest]
        first.save(
            folder / "preview.webp",
            save_all=True,
            append_images=rest,
            duration=1000 // LOOKS_PER_SECOND,
            loop=0,
            quality=50,
            method=2,
            minimize_size=False,
        )
        return "preview.webp"

    def write_storyboard(self, folder: Path) -> tuple[str, str]:
        """Write the sprite of tiles and the WebVTT file that says which stands for which time."""
        first = Image.fromarray(self.tiles[0])
        width, height = _within(*first.size, TILE_SHORT_EDGE)
        columns = min(TILE_COLUMNS, len(self.tiles))
        rows = -(-len(self.tiles) // columns)
        sprite = Image.new("RGB", (columns * width, rows * height))
        cues = ["WEBVTT", ""]
        for number, tile in enumerate(self.tiles):
            x, y = number % columns * width, number // columns * height
            small = Image.fromarray(tile).resize((width, height), Image.Resampling.BOX)
            sprite.paste(small, (x, y))
            start = number * self.tile_interval_s
            is_last = number == len(self.tiles) - 1
            end = self.duration_s if is_last else start + self.tile_interval_s
            cues += [f"{_clock(start)} --> {_clock(max(end, start + 0.001))}"]
            cues += [f"storyboard.webp#xywh={x},{y},{width},{height}", ""]
        sprite.save(folder / "storyboard.webp", quality=60, method=3)
        (folder / "storyboard.vtt").write_text("\n".join(cues))
        return "storyboard.webp", "storyboard.vtt"


def _data_uri(picture: Image.Image) -> str:
    """Return a picture as the address of itself (RFC 2397), in PNG."""
    file = io.BytesIO()
    picture.save(file, "png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _within(width: int, height: int, short_edge: int) -> tuple[int, int]:
    """Scale a size down, made even, to a short edge, and the long one to four times that."""
    scale = min(short_edge / min(width, height), 4 * short_edge / max(width, height), 1.0)
    return max(round(width * scale / 2) * 2, 2), max(round(height * scale / 2) * 2, 2)


def _poster(
    probe: Probe, frame: VideoFrame, width: int, height: int, cube: Path | None
) -> Image.Image:
    graph = Graph(filters_of(probe, width, height, cube=cube), threads=1, has_alpha=probe.has_alpha)
    frame.pts = 0
    picture = next(iter([*graph.feed(frame), *graph.drain()]))
    return Image.fromarray(rgb_of(picture))


def quality_of(pixels: Pixels) -> float:
    """Score a small picture (height, width, 3) as a poster: sharp, well exposed, colourful.

    Sharpness is the spread of the Laplacian; colourfulness after Hasler and Suesstrunk 2003.
    """
    rgb = pixels[::2, ::2].astype(np.float32)
    luma = rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    full = pixels[..., 1].astype(np.int16)
    if min(full.shape) < 3:
        return 0.0
    laplacian = (
        full[:-2, 1:-1] + full[2:, 1:-1] + full[1:-1, :-2] + full[1:-1, 2:] - 4 * full[1:-1, 1:-1]
    )
    sharpness = np.log1p(float(laplacian[::2].std(dtype=np.float32)))
    mean, spread = float(luma.mean()), float(luma.std())
    exposure = np.exp(-(((mean - 118) / 70) ** 2))
    clipped = float(((luma < 8) | (luma > 247)).mean())
    red_green, yellow_blue = rgb[..., 0] - rgb[..., 1], rgb[..., :2].mean(axis=-1) - rgb[..., 2]
    color = float(np.hypot(red_green.std(), yellow_blue.std()))
    return float(
        (0.2 + exposure) * (1 - 0.7 * clipped) * (0.5 + sharpness) * (0.5 + min(spread, 60) / 60)
        * (0.7 + 0.3 * min(color, 60) / 60)
    )  # fmt: skip


def dominant_color(pixels: Pixels) -> str:
    """Return the mean of the commonest of 512 colours, as "#rrggbb"."""
    flat = pixels.reshape(-1, 3)
    cell = (flat >> 5).astype(np.int32) @ np.array([64, 8, 1])
    commonest = np.bincount(cell).argmax()
    red, green, blue = flat[cell == commonest].mean(axis=0).round().astype(int).tolist()
    return f"#{red:02x}{green:02x}{blue:02x}"


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    minutes, milliseconds = divmod(whole, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{milliseconds // 1000:02d}.{milliseconds % 1000:03d}"
