"""A photo as a take: upright, without what the camera wrote about place and maker.

What is rendered from and shown are pictures written anew; the file as it came is read once, in a
child under limits.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageOps, UnidentifiedImageError

from filoscope.media import MediaError
from filoscope.server.edits.files import FOOTAGE, PICTURE, POSTER, STILL, STRIP

SIDE_MAX: Final = 4096  # a crop of half its width still fills a frame of 1080
PICTURE_SHORT_EDGE: Final = 720  # what a phone shows beside a timeline
PIXELS_MAX: Final = 120_000_000  # what phones take; the child's memory holds it once
THUMB_HEIGHT: Final = 96
THUMB_S: Final = 3600.0  # its strip is one picture, for as long as it is shown
HEIF_BRANDS: Final = frozenset((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"))
HEIC_WORDS: Final = (
    "Photos in Apple's HEIC format cannot be read here. On the iPhone choose Settings, Camera, "
    "Formats, Most Compatible; or share the photo as JPEG, and add it again."
)
NOT_READ: Final = "This photo cannot be read here. Save it as JPEG or PNG and add it again."


def prepare_photo(source: Path, folder: Path) -> dict[str, Any]:
    """Write what is rendered and shown of a photo; return what `keep_take` keeps of it."""
    from filoscope.studio import watch

    upright = _upright(source)
    upright.save(folder / STILL, "JPEG", quality=95, subsampling=0)
    footage = watch(folder / STILL)
    (folder / FOOTAGE).write_text(json.dumps(footage.to_json()))
    shown = upright.copy()
    scale = PICTURE_SHORT_EDGE / min(shown.size)
    if scale < 1:
        shown = shown.resize((_part(shown.width, scale), _part(shown.height, scale)))
    shown.save(folder / PICTURE, quality=80, method=3)
    shown.save(folder / POSTER, quality=75, method=3)
    thumb = shown.resize((_part(shown.width, THUMB_HEIGHT / shown.height), THUMB_HEIGHT))
    thumb.save(folder / STRIP, quality=70, method=3)
    return {
        "kind": "photo", "duration_s": footage.duration_s, "width": upright.width,
        "height": upright.height, "has_sound": False, "thumb_every_s": THUMB_S, "thumb_count": 1,
        "placed": None,
    }  # fmt: skip


def _part(side: int, share: float) -> int:
    return max(1, round(side * share))


def _upright(source: Path) -> Image.Image:
    """Return a photo as it is looked at, on black where it is clear, and nothing beside it."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of large photos; the bound below is ours.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(source) as photo:
                return _read(photo)
    except UnidentifiedImageError as error:
        raise MediaError(HEIC_WORDS if is_heic(source) else NOT_READ) from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise MediaError(
            "This photo is damaged and cannot be read. Export it again, as JPEG."
        ) from error


def _read(photo: Image.Image) -> Image.Image:
    if photo.width * photo.height > PIXELS_MAX:
        raise MediaError(
            f"This photo has {photo.width * photo.height / 1e6:.0f} million pixels; up to "
            f"{PIXELS_MAX / 1e6:.0f} million are read here. Make it smaller."
        )
    photo.draft("RGB", (SIDE_MAX, SIDE_MAX))
    turned = ImageOps.exif_transpose(photo)
    turned.thumbnail((SIDE_MAX, SIDE_MAX), Image.Resampling.LANCZOS)
    clear = turned.convert("RGBA")
    bare = Image.new("RGB", clear.size)
    bare.paste(clear, mask=clear.getchannel("A"))
    return bare


def is_heic(path: Path) -> bool:
    """Whether a file is a photo as iPhones keep them."""
    with path.open("rb") as file:
        head = file.read(16)
    return head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS
