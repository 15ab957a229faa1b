"""A photo as a take: it may be shown for as long as one likes, with a slow move of the camera."""

from __future__ import annotations

import warnings
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from filoscope.enhance.framing.faces import FaceFinder, model_path
from filoscope.studio.errors import NothingToSee
from filoscope.studio.watching.footage import LOOKS_HZ, Footage, Mistake
from filoscope.studio.watching.reading import COLOUR_SIDE, GREY_SIDE, Colour
from filoscope.studio.watching.seeing import Faces, Look, faces_of, look_at, shot_size

PHOTO_S = 20.0
"""How long a photo counts as a take: longer than any shot of a cut."""

_FORMATS = {"JPEG", "MPO", "PNG", "WEBP", "AVIF", "HEIF"}
"""What phones take and editors write. HEIF is read where Pillow has a plugin for it."""

_PIXELS_MAX = 120_000_000
"""The largest a phone takes are of 108 and 200 million; the latter as an option that few use."""

_HEADS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"}


def is_photo(path: Path) -> bool:
    """Say, by its first bytes, whether a file is a still picture."""
    with path.open("rb") as file:
        head = file.read(16)
    is_webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    is_heif = head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS
    return head.startswith(_HEADS) or is_webp or is_heif


def watch_photo(path: Path) -> Footage:
    """Look at a photo.

    Raises
    ------
    NothingToSee
        It cannot be read here; the message says why.
    """
    rgb, (width, height) = _read(path)
    yuv = _yuv(rgb)
    scale = GREY_SIDE / max(yuv.shape[:2])
    size = tuple(max(round(side * scale), 8) for side in yuv.shape[1::-1])
    grey = np.asarray(cv2.resize(yuv[..., 0], size, interpolation=cv2.INTER_AREA), np.uint8)
    faces = faces_of(FaceFinder(model=model_path()).find(yuv), yuv.shape, 0.0)
    return _footage(look_at(np.ascontiguousarray(yuv[..., 0]), grey), faces, width, height)


def _footage(look: Look, faces: Faces, width: int, height: int) -> Footage:
    count = round(PHOTO_S * LOOKS_HZ)

    def throughout(value: float) -> NDArray[np.float64]:
        return np.full(count, float(value))

    is_black = look.light < 0.02 and look.spread < 3
    return Footage(
        duration_s=PHOTO_S, width=width, height=height, fps=0.0, is_photo=True,
        times_s=np.arange(count) / LOOKS_HZ,
        sharpness=throughout(look.sharpness), light=throughout(look.light),
        motion=throughout(0), pan_x=throughout(0), pan_y=throughout(0),
        heading_x=throughout(0), heading_y=throughout(0), shake=throughout(0),
        face_counts=throughout(faces.count), face_heights=throughout(faces.height),
        focus_x=throughout(faces.x), focus_y=throughout(faces.y),
        shot_sizes=throughout(shot_size(faces.height, 0.0)),
        thumbs=np.tile(look.thumb, (count, 1)),
        accents_s=np.zeros(0), accent_strengths=np.zeros(0), scene_cuts_s=np.zeros(0),
        mistakes=(Mistake("black", 0.0, PHOTO_S),) if is_black else (),
    )  # fmt: skip


def _read(path: Path) -> tuple[Colour, tuple[int, int]]:
    """Return a photo, upright and small, and its own width and height."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of large photos; the bound below is ours.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as photo:
                return _small(path, photo)
    except UnidentifiedImageError as error:
        raise NothingToSee(
            f"{path.name}: this kind of photo cannot be read here; save it as JPEG"
        ) from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NothingToSee(f"{path.name}: this photo is damaged ({error})") from error


def _small(path: Path, photo: Image.Image) -> tuple[Colour, tuple[int, int]]:
    if photo.format not in _FORMATS:
        raise NothingToSee(f"{path.name}: {photo.format} is no photo; save it as JPEG")
    width, height = photo.size
    if width * height > _PIXELS_MAX:
        raise NothingToSee(
            f"{path.name}: {width * height / 1e6:.0f} million pixels are more than the "
            f"{_PIXELS_MAX / 1e6:.0f} million that are read here; make it smaller"
        )
    is_turned = photo.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    shown = (height, width) if is_turned else (width, height)
    photo.draft("RGB", (2 * COLOUR_SIDE, 2 * COLOUR_SIDE))
    small = ImageOps.exif_transpose(photo).convert("RGB")
    small.thumbnail((COLOUR_SIDE, COLOUR_SIDE))
    return np.asarray(small, np.uint8), shown


def _yuv(rgb: Colour) -> Colour:
    """Return R, G, B as Y, U, V (BT.709, limited range)."""
    red, green, blue = (rgb[..., index].astype(np.float32) for index in range(3))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    layers = [
        16 + luma * (219 / 255),
        128 + (blue - luma) * (224 / 255 / 1.8556),
        128 + (red - luma) * (224 / 255 / 1.5748),
    ]
    return np.asarray(np.clip(np.stack(layers, axis=-1), 0, 255), np.uint8)
