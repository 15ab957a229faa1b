"""An avatar out of whatever picture somebody has: square, small, and nothing else inside.

avatar_webp(file.read())   # the bytes of a WebP of 256 x 256
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

from filoscope.server.accounts.errors import PictureRefused

EDGE_PX = 256  # shown at 96 CSS pixels at most: sharp at 2.6 device pixels each
FILE_BYTES_MAX = 12_000_000  # a photo of a phone takes 3 to 8 million
PIXELS_MAX = 50_000_000  # of the largest phone cameras; decoded it takes 150 MB for a moment
FORMATS = (
    "JPEG",
    "PNG",
    "WEBP",
    "GIF",
    "BMP",
    "TIFF",
)  # what Pillow decodes without other programs
QUALITY = 82


def avatar_webp(encoded: bytes) -> bytes:
    """Return the picture of a person."""
    return square_webp(encoded, edge_px=EDGE_PX)


def square_webp(encoded: bytes, *, edge_px: int) -> bytes:
    """Decode a picture, cut its middle square and return it as WebP without any metadata."""
    if len(encoded) > FILE_BYTES_MAX:
        raise PictureRefused(f"The file is larger than {FILE_BYTES_MAX // 1_000_000} MB.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _square(encoded, edge_px)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise PictureRefused("The picture has too many pixels.") from error
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise PictureRefused(
            "This file is no picture that can be read. Take a JPEG, PNG or WebP."
        ) from error


def _square(encoded: bytes, edge_px: int) -> bytes:
    with Image.open(io.BytesIO(encoded), formats=FORMATS) as picture:
        if picture.width * picture.height > PIXELS_MAX:
            raise PictureRefused("The picture has too many pixels.")
        picture.draft("RGB", (edge_px * 2, edge_px * 2))  # JPEG decodes at a fraction of its size
        upright = ImageOps.exif_transpose(picture)
        square = ImageOps.fit(upright.convert("RGBA"), (edge_px, edge_px), Image.Resampling.LANCZOS)
    # A new image carries over no EXIF, no comment, no colour profile and no hidden pixels.
    clean = Image.new("RGB", square.size, "white")
    clean.paste(square, mask=square.getchannel("A"))
    out = io.BytesIO()
    clean.save(out, "WEBP", quality=QUALITY, method=6)
    return out.getvalue()
