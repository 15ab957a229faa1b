"""What one says about oneself, and the picture."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from filoscope.server.accounts.models import Account
from tests.server.cast import browser

pytestmark = pytest.mark.django_db


def picture(kind: str = "JPEG", size: tuple[int, int] = (900, 600)) -> bytes:
    """A picture with a place, an orientation and a comment inside."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "secret camera"
    exif.get_ifd(0x8825)[1] = "N"
    mode = "RGB" if kind in ("JPEG", "BMP") else "RGBA"
    extra = {"exif": exif} if kind in ("JPEG", "PNG", "WEBP") else {}
    Image.new(mode, size, "orange").save(out, kind, **extra)
    return out.getvalue()


def send(phone: Client, encoded: bytes | None = None, **fields: str) -> str:
    """Send the form; return what it says against the picture, or nothing."""
    files = {} if encoded is None else {"avatar_file": SimpleUploadedFile("x.jpg", encoded)}
    answer = phone.post("/settings", {"display_name": "", "bio": "", **fields, **files})
    return (
        "" if answer.status_code == 302 else " ".join(answer.context["form"].errors["avatar_file"])
    )


def avatars(settings: LazySettings) -> list[Path]:
    return sorted(Path(settings.MEDIA_ROOT).glob("avatars/*"))


def test_name_and_words_are_shown_on_the_profile(alice: Account) -> None:
    send(browser(alice), display_name="Alice <3", bio="I sail #sea with @bob")
    page = browser().get("/@alice").content.decode()
    assert "<h1>Alice &lt;3</h1>" in page
    assert '<a class="mention" href="/@bob">@bob</a>' in page


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_a_picture_becomes_a_small_square_without_a_trace_of_its_camera(
    alice: Account, settings: LazySettings, kind: str
) -> None:
    assert "" == send(browser(alice), picture(kind))
    (path,) = avatars(settings)
    encoded = path.read_bytes()
    with Image.open(path) as shown:
        assert ("WEBP", (256, 256), 0) == (shown.format, shown.size, len(shown.getexif()))
    assert b"secret" not in encoded and b"EXIF" not in encoded
    alice.refresh_from_db()
    assert f"avatars/{path.name}" == alice.avatar
    assert alice.avatar_url in browser().get("/@alice").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_new_picture_has_a_new_name_and_the_old_file_is_gone(
    alice: Account, settings: LazySettings
) -> None:
    phone = browser(alice)
    send(phone, picture())
    (first,) = avatars(settings)
    send(phone, picture("PNG"))
    (second,) = avatars(settings)
    assert first != second
    send(phone, avatar_gone="on")
    assert [] == avatars(settings)


def bomb() -> bytes:
    """A PNG of 40,000 x 40,000 that takes a few bytes: its header alone is the danger."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)

    header = (40_000).to_bytes(4) * 2 + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("encoded", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no picture"),
        (b"\x00" * 64, "no picture"),
        (picture()[:400], "no picture"),
        (bomb(), "too many pixels"),
        (picture("PNG", (9000, 9000)), "too many pixels"),
        (b"\xff\xd8" + b"\x00" * 12_000_001, "larger than 12 MB"),
    ],
    ids=["svg", "postscript", "zeros", "torn", "bomb", "huge", "heavy"],
)
def test_what_is_no_fit_picture_is_refused_with_its_reason(
    alice: Account, settings: LazySettings, encoded: bytes, words: str
) -> None:
    assert words in send(browser(alice), encoded)
    assert [] == avatars(settings)


def test_settings_are_ones_own() -> None:
    for address in ("/settings", "/settings/handle", "/settings/blocked", "/settings/delete"):
        assert f"/accounts/login/?next={address}" == browser().get(address)["Location"]
