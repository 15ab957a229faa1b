"""What the headers of a tus request say, read strictly."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from filoscope.server.videos.actions import UploadWish
from filoscope.server.videos.errors import VideosError
from filoscope.server.videos.models import OwnSound, Upload, Visibility
from filoscope.server.videos.receiving import ALGORITHMS, Checksum

_NO = ("0", "false", "no")
METADATA_BYTES_MAX = 16_384  # the longest caption in four-byte letters, in base64
NUMBER_DIGITS_MAX = 18  # a column of PostgreSQL holds no more


class BadHeader(VideosError):
    """A request that cannot be answered as it is; the sentence names the header."""

    def __init__(self, sentence: str, *, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


def length_of(text: str | None, *, name: str = "Upload-Length", is_deferred: bool = False) -> int:
    """Read a number of bytes."""
    if is_deferred:
        raise BadHeader("This server wants to know Upload-Length from the beginning.")
    if text is None or not text.isdecimal() or not text.isascii() or len(text) > NUMBER_DIGITS_MAX:
        raise BadHeader(f"{name} has to be a number of bytes.")
    return int(text)


def checksum_of(text: str | None) -> Checksum | None:
    """Read Upload-Checksum: an algorithm and a digest in base64."""
    if text is None:
        return None
    algorithm, _, encoded = text.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadHeader(f"Upload-Checksum may be by {', '.join(ALGORITHMS)}.")
    try:
        return Checksum(algorithm, base64.b64decode(encoded, validate=True))
    except binascii.Error as error:
        raise BadHeader("Upload-Checksum is not base64.") from error


def metadata_of(text: str) -> dict[str, str]:
    """Read Upload-Metadata: keys with values in base64, between commas."""
    if len(text) > METADATA_BYTES_MAX:
        raise BadHeader(f"Upload-Metadata takes up to {METADATA_BYTES_MAX} bytes.", status=413)
    found: dict[str, str] = {}
    for pair in filter(None, (pair.strip() for pair in text.split(","))):
        key, _, encoded = pair.partition(" ")
        if key in found:
            raise BadHeader(f"Upload-Metadata names {key!r} twice.")
        try:
            found[key] = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise BadHeader(f"Upload-Metadata: the value of {key!r} is not base64.") from error
    return found


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise BadHeader("Upload-Metadata: sound_start has to be a number of seconds.") from error


def wish_of(headers: Mapping[str, str]) -> UploadWish:
    """Return what the headers of a creation ask for."""
    raw = headers.get("upload-metadata", "")
    said = {key: value.replace("\0", "") for key, value in metadata_of(raw).items()}
    return UploadWish(
        size_bytes=length_of(headers.get("upload-length")),
        metadata=raw,
        file_name=said.get("filename", "")[:255],
        caption=said.get("caption", ""),
        visibility=said.get("visibility") or Visibility.PUBLIC,
        post=said.get("post", "1") not in _NO,
        improve=said.get("improve", "0") not in _NO,
        sound=said.get("sound", "")[:11],
        sound_start_s=_seconds(said.get("sound_start") or "0"),
        own_sound=said.get("own_sound") or OwnSound.REMOVED,
        kind=said.get("kind") or Upload.Kind.CLIP,
    )
