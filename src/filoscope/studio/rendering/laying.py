"""One overlay: a sticker, a photo or a clip in the picture, with its corners, its key and its turn."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from filoscope.studio.rendering.canvas import Canvas, Planes
from filoscope.studio.rendering.keying import keyed
from filoscope.studio.rendering.patch import Patch, patch_of
from filoscope.studio.rendering.reel import photo_planes
from filoscope.studio.rendering.stock import Stock, read_photo
from filoscope.studio.rendering.strip import Strand, Strip
from filoscope.studio.timeline import Overlay, Shot

_SIDE_MIN = 2

Pixels = NDArray[np.uint8]


class Laying:
    """An overlay.

    Parameters
    ----------
    overlay : Overlay
    where : str
        Names it in what is complained of.
    canvas : Canvas
    stock : Stock
    """

    def __init__(self, overlay: Overlay, where: str, canvas: Canvas, stock: Stock) -> None:
        self._overlay, self._where, self._canvas, self._stock = overlay, where, canvas, stock
        self._still: Patch | None = None
        self._strand: Strand | None = None
        self._pictures: Iterator[Planes] = iter(())
        self._mask: NDArray[np.float32] | None = None

    def at(self, number: int) -> Patch:
        """Return what is laid over a frame; asked in rising order."""
        overlay = self._overlay
        if self._stock.is_photo(overlay.source, f"{self._where}.source"):
            self._still = self._still or self._placed(self._photo())
            return self._still
        if self._strand is None:
            facts = self._stock.clip(overlay.source, f"{self._where}.source")
            size = self._size(facts.width, facts.height)
            inner = Canvas(*size, fps=self._canvas.fps)
            shot = Shot(
                overlay.source, overlay.start_s, overlay.frames, is_mirrored=overlay.is_mirrored
            )
            strip = Strip(shot, self._where, inner, self._stock)
            self._strand = Strand(strip.pictures(number - overlay.at, overlay.frames))
            self._pictures = self._strand.take_all()
        return self._placed(self._picture(next(self._pictures)))

    def close(self) -> None:
        """Let go of the clip."""
        if self._strand is not None:
            self._strand.stop()

    def _size(self, width: int, height: int) -> tuple[int, int]:
        wide = self._overlay.width * self._canvas.width
        sides = (wide, wide * height / width)
        return max(2 * round(sides[0] / 2), _SIDE_MIN), max(2 * round(sides[1] / 2), _SIDE_MIN)

    def _photo(self) -> Pixels:
        side = 2 * max(self._canvas.size)
        pixels = read_photo(self._overlay.source, f"{self._where}.source", side_max=side)
        size = self._size(pixels.shape[1], pixels.shape[0])
        alpha = pixels[..., 3:].astype(np.float32) / 255
        laid = np.concatenate([pixels[..., :3] * alpha, alpha * 255], axis=-1)
        is_smaller = size[0] < pixels.shape[1]
        way = cv2.INTER_AREA if is_smaller else cv2.INTER_CUBIC
        scaled = np.asarray(cv2.resize(laid, size, interpolation=way), np.float32)
        scaled[..., :3] /= np.maximum(scaled[..., 3:] / 255, 1e-4)
        made = np.asarray(np.clip(np.rint(scaled), 0, 255), np.uint8)
        if self._overlay.is_mirrored:
            made = made[:, ::-1]
        if self._overlay.key is not None:
            even = made[: made.shape[0] // 2 * 2, : made.shape[1] // 2 * 2]
            return self._picture(photo_planes(np.ascontiguousarray(even)))
        return self._opaque(made)

    def _picture(self, planes: Planes) -> Pixels:
        """Return planes as pixels, without their green screen."""
        alpha: NDArray[np.float32] | None = None
        if self._overlay.key is not None:
            planes, alpha, _ = keyed(planes, self._overlay.key)
        height, width = planes[0].shape
        frame = VideoFrame(width, height, "yuv420p")
        for plane, filled in zip(planes, frame.planes, strict=True):
            rows = np.frombuffer(filled, np.uint8).reshape(filled.height, -1)  # type: ignore[call-overload]
            rows[:, : filled.width] = plane
        rgb = frame.reformat(
            format="rgb24", src_colorspace="ITU709", src_color_range="MPEG", dst_color_range="JPEG"
        ).to_ndarray()
        opaque = np.full((height, width), 255.0, np.float32) if alpha is None else alpha * 255
        return self._opaque(np.dstack([rgb, np.asarray(opaque, np.uint8)]))

    def _opaque(self, pixels: Pixels) -> Pixels:
        """Round the corners, and thin it out as it is wanted."""
        overlay = self._overlay
        if overlay.corner == 0 and overlay.opacity == 1:
            return pixels
        if self._mask is None:
            self._mask = _rounded(pixels.shape[1], pixels.shape[0], overlay.corner)
        made = pixels.copy()
        made[..., 3] = made[..., 3] * self._mask * np.float32(overlay.opacity)
        return made

    def _placed(self, pixels: Pixels) -> Patch:
        patch = patch_of(pixels, turn_deg=self._overlay.turn_deg)
        return patch.moved(
            round(self._overlay.x * self._canvas.width - patch.width / 2),
            round(self._overlay.y * self._canvas.height - patch.height / 2),
        )


def _rounded(width: int, height: int, corner: float) -> NDArray[np.float32]:
    """Return a mask with round corners whose rim is one pixel soft."""
    radius = corner * min(width, height)
    x = np.abs(np.arange(width) - (width - 1) / 2)[None, :] - (width / 2 - radius)
    y = np.abs(np.arange(height) - (height - 1) / 2)[:, None] - (height / 2 - radius)
    far = np.hypot(np.maximum(x, 0), np.maximum(y, 0))
    return np.asarray(
        np.clip(radius - far + 0.5, 0, 1) if radius > 0 else np.ones_like(far), np.float32
    )
