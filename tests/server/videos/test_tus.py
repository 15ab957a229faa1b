"""tus 1.0 at the door of the real web server: the protocol by hand, and with the client `tuspy`."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from filoscope.server.accounts.models import Account
from filoscope.server.videos import actions, files
from filoscope.server.videos.errors import UploadRefused
from filoscope.server.videos.models import Clip, Upload
from tests.running import WebServer, session_cookie, until
from tests.server.videos.sender import (
    PART,
    Sender,
    encoded,
    is_open,
    size_on_disk,
    stored,
    upload_at,
)

pytestmark = pytest.mark.xdist_group("web")


def test_the_real_client_uploads_in_checked_parts_and_a_clip_is_made_of_them(
    web: WebServer, alice: Account
) -> None:
    content = bytes(range(256)) * 4000
    client = TusClient(f"{web.address}/tus/", headers={"Cookie": session_cookie(alice)})
    uploader = client.uploader(
        file_stream=io.BytesIO(content),
        chunk_size=300_000,
        upload_checksum=True,
        metadata={"filename": "a.mp4", "caption": "Hi #ß", "visibility": "unlisted", "post": "0"},
    )
    uploader.upload()
    clip = Clip.objects.get()
    assert content == stored(uploader.url)
    assert (
        clip.caption, clip.visibility, clip.posted_at, clip.state,
    ) == ("Hi #ß", "unlisted", None, "received")  # fmt: skip
    assert [tag.name for tag in clip.hashtags.all()] == ["ss"]
    assert clip.slug == uploader.request.response_headers["filoscope-clip"]


def test_the_real_client_resumes_where_it_was_cut_off(web: WebServer, alice: Account) -> None:
    content = b"0123456789" * 50_000
    client = TusClient(f"{web.address}/tus/", headers={"Cookie": session_cookie(alice)})
    first = client.uploader(file_stream=io.BytesIO(content), chunk_size=200_000)
    first.upload_chunk()
    second = client.uploader(file_stream=io.BytesIO(content), chunk_size=200_000, url=first.url)
    assert second.offset == 200_000
    second.upload()
    assert content == stored(first.url)


def test_the_real_client_is_told_why_it_is_refused(web: WebServer, alice: Account) -> None:
    client = TusClient(f"{web.address}/tus/", headers={"Cookie": session_cookie(alice)})
    with pytest.raises(TusCommunicationError) as refusal:
        client.uploader(file_stream=io.BytesIO(b"x" * 3_000_001)).upload()
    assert refusal.value.status_code == 413
    assert b"the largest allowed here has 3 MB" in refusal.value.response_content


def test_options_say_what_the_server_can(web: WebServer) -> None:
    answer = web.ask("OPTIONS", "/tus/")
    assert answer.status == 204
    assert tuple(
        answer.headers[name]
        for name in ("tus-resumable", "tus-version", "tus-max-size", "tus-checksum-algorithm")
    ) == ("1.0.0", "1.0.0", "3000000", "sha1,sha256,md5")
    assert (
        (answer.headers["tus-extension"])
        == "creation,creation-with-upload,expiration,checksum,termination"
    )


def test_another_version_of_the_protocol_is_refused(sender: Sender) -> None:
    answer = sender.ask("POST", "/tus/", Tus_Resumable="0.2.2", Upload_Length="5")
    assert (answer.status, answer.headers["tus-version"]) == (412, "1.0.0")


def test_who_is_not_signed_in_may_not_upload(web: WebServer) -> None:
    answer = web.ask("POST", "/tus/", None, {"Tus-Resumable": "1.0.0", "Upload-Length": "5"})
    assert (answer.status, answer.text) == (401, "Sign in to upload.")


@pytest.mark.parametrize(
    "foreign",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec_Fetch_Site": "cross-site"},
    ],
)
def test_another_sites_page_may_not_upload(sender: Sender, foreign: dict[str, str]) -> None:
    assert sender.ask("POST", "/tus/", Upload_Length="5", **foreign).status == 403
    assert Upload.objects.count() == 0


def test_ones_own_page_may_upload(sender: Sender) -> None:
    assert sender.create(5, Origin=sender.web.address).startswith("/tus/")


def test_a_new_upload_says_when_it_expires_and_gives_its_metadata_back(sender: Sender) -> None:
    metadata = f"filename {encoded('ä.mp4')},empty"
    path = sender.create(5, Upload_Metadata=metadata)
    answer = sender.ask("HEAD", path)
    assert (200, "0", "5", metadata, "no-store") == (
        answer.status,
        *(
            answer.headers[name]
            for name in ("upload-offset", "upload-length", "upload-metadata", "cache-control")
        ),
    )
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT", answer.headers["upload-expires"])
    assert upload_at(path).file_name == "ä.mp4"


def test_the_first_part_may_come_with_the_creation(sender: Sender) -> None:
    answer = sender.ask("POST", "/tus/", b"hello", Upload_Length="9", Content_Type=PART)
    assert (answer.status, answer.headers["upload-offset"]) == (201, "5")
    assert stored(answer.headers["location"]) == b"hello"


@pytest.mark.parametrize(
    ("headers", "status", "reason"),
    [
        ({}, 400, "Upload-Length"),
        ({"Upload_Length": "-1"}, 400, "Upload-Length"),
        ({"Upload_Length": "9" * 40}, 400, "Upload-Length"),
        ({"Upload_Length": "0"}, 400, "empty"),
        ({"Upload_Defer_Length": "1"}, 400, "from the beginning"),
        ({"Upload_Length": "3000001"}, 413, "MB"),
        ({"Upload_Length": "5", "Upload_Metadata": "caption %%%"}, 400, "base64"),
        ({"Upload_Length": "5", "Upload_Metadata": "a YQ==,a YQ=="}, 400, "twice"),
        ({"Upload_Length": "5", "Upload_Metadata": f"visibility {encoded('x')}"}, 400, "one of"),
        ({"Upload_Length": "5", "Upload_Metadata": f"caption {encoded('x' * 2201)}"}, 400, "2,200"),
        ({"Upload_Length": "5", "Upload_Metadata": "a " + "A" * 16_400}, 413, "16384"),
    ],
)
def test_a_creation_that_cannot_be_is_refused_with_its_reason(
    sender: Sender, headers: dict[str, str], status: int, reason: str
) -> None:
    answer = sender.ask("POST", "/tus/", **headers)
    assert status == answer.status
    assert reason in answer.text
    assert Upload.objects.count() == 0


def test_too_many_uploads_a_day_are_refused_and_count_anew_tomorrow(
    places: Path, alice: Account, settings: LazySettings
) -> None:
    settings.UPLOADS_A_DAY = 2
    wish = actions.UploadWish(size_bytes=5)
    first, _ = actions.create_upload(alice, wish), actions.create_upload(alice, wish)
    with pytest.raises(UploadRefused, match="2 uploads a day") as refusal:
        actions.create_upload(alice, wish)
    assert refusal.value.status == 429
    Upload.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(hours=25))
    assert actions.create_upload(alice, wish).offset_bytes == 0


def test_a_disk_that_would_get_full_refuses_counting_what_is_promised(
    places: Path, alice: Account, settings: LazySettings
) -> None:
    settings.UPLOAD_BYTES_MAX = 1 << 50
    wish = actions.UploadWish(size_bytes=files.free_bytes() * 2 // 3)
    actions.create_upload(alice, wish)
    with pytest.raises(UploadRefused, match="no room") as refusal:
        actions.create_upload(alice, wish)
    assert refusal.value.status == 507


def test_somebody_elses_upload_does_not_exist(sender: Sender, bob: Account) -> None:
    path = sender.create(5)
    stranger = Sender(sender.web, bob)
    assert [
        stranger.ask("HEAD", path).status,
        stranger.append(path, 0, b"hello").status,
        stranger.ask("DELETE", path).status,
    ] == [404, 404, 404]


def test_a_part_at_the_wrong_place_is_refused(sender: Sender) -> None:
    path = sender.create(9)
    assert sender.append(path, 0, b"hello").status == 204
    answer = sender.append(path, 3, b"lo you")
    assert (answer.status, answer.headers["upload-offset"]) == (409, "5")
    assert stored(path) == b"hello"


def test_a_part_of_another_type_is_refused(sender: Sender) -> None:
    path = sender.create(5)
    assert sender.append(path, 0, b"hello", Content_Type="video/mp4").status == 415


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_a_part_that_arrived_damaged_is_not_kept(sender: Sender, algorithm: str) -> None:
    path = sender.create(10)
    good = base64.b64encode(hashlib.new(algorithm, b"hello").digest()).decode()
    damaged = sender.append(path, 0, b"hellO", Upload_Checksum=f"{algorithm} {good}")
    assert (damaged.status, sender.offset(path)) == (460, 0)
    whole = sender.append(path, 0, b"hello", Upload_Checksum=f"{algorithm} {good}")
    assert (whole.status, sender.offset(path)) == (204, 5)
    assert stored(path) == b"hello"


def test_an_unknown_checksum_is_refused(sender: Sender) -> None:
    path = sender.create(5)
    answer = sender.append(path, 0, b"hello", Upload_Checksum="crc32 AAAA")
    assert (400, "sha1, sha256, md5" in answer.text) == (answer.status, True)


def test_more_bytes_than_announced_are_refused(sender: Sender) -> None:
    path = sender.create(5)
    assert sender.append(path, 0, b"hello you").status == 413
    assert sender.offset(path) <= 5


def test_what_arrived_before_the_line_broke_is_kept(sender: Sender) -> None:
    path, sent = sender.create(2_000_000), b"x" * 1_500_000
    with sender.open_part(path, 0, 2_000_000, sent):
        until(lambda: size_on_disk(path) >= 1_000_000, what="the first million bytes on disk")
    until(lambda: sender.append(path, sender.offset(path), b"").status == 204, what="the break")
    offset = sender.offset(path)
    assert 1_000_000 <= offset <= len(sent)
    assert sender.append(path, offset, b"y" * (2_000_000 - offset)).status == 204
    assert sent[:offset] + b"y" * (2_000_000 - offset) == stored(path)


def test_a_checked_part_that_broke_off_is_not_kept(sender: Sender) -> None:
    path = sender.create(100_000)
    digest = base64.b64encode(hashlib.sha1(b"x" * 50_000).digest()).decode()
    sender.headers["Upload-Checksum"] = f"sha1 {digest}"
    sender.open_part(path, 0, 50_000, b"x" * 40_000).close()
    del sender.headers["Upload-Checksum"]
    until(lambda: upload_at(path).checking_from is None, what="the part to be given up")
    assert sender.offset(path) == 0


def test_two_connections_may_not_send_to_one_upload_at_once(sender: Sender) -> None:
    path = sender.create(2_000_000)
    with sender.open_part(path, 0, 2_000_000, b"hello") as line, talking(line):
        until(lambda: is_open(path), what="the first connection")
        answer = sender.append(path, 0, b"hello you!")
        assert (answer.status, answer.headers["retry-after"]) == (423, "1")


@contextmanager
def talking(line: socket.socket) -> Iterator[None]:
    """Send a byte now and then, so that the connection is not silent."""
    ended = threading.Event()

    def talk() -> None:
        while not ended.wait(0.05):
            line.sendall(b".")

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_a_silent_connection_gives_way_to_one_that_sends(sender: Sender) -> None:
    path = sender.create(10)
    with sender.open_part(path, 0, 10, b"hello"):
        until(lambda: is_open(path), what="the first connection")
        until(lambda: sender.append(path, 5, b" you!").status == 204, what="the second one")
    assert stored(path) == b"hello you!"


def test_a_finished_upload_stays_finished(sender: Sender) -> None:
    path = sender.create(5)
    slug = sender.append(path, 0, b"hello").headers["filoscope-clip"]
    again = sender.append(path, 5, b"")
    assert (204, slug) == (again.status, again.headers["filoscope-clip"])
    assert (sender.ask("DELETE", path).status, Clip.objects.count()) == (409, 1)
    assert sender.append(path, 0, b"hello").status == 409


def test_an_upload_that_is_not_wanted_any_more_is_gone(sender: Sender) -> None:
    path = sender.create(10)
    sender.append(path, 0, b"hello")
    place = files.upload_path(files.upload_name(upload_at(path).pk))
    assert (
        sender.ask("DELETE", path).status, sender.ask("HEAD", path).status, place.exists(),
    ) == (204, 404, False)  # fmt: skip


def test_an_expired_upload_is_gone_and_swept(sender: Sender) -> None:
    old, fresh = sender.create(10), sender.create(10)
    sender.append(old, 0, b"hello")
    place = files.upload_path(files.upload_name(upload_at(old).pk))
    Upload.objects.filter(pk=upload_at(old).pk).update(expires_at=timezone.now())
    assert sender.ask("HEAD", old).status == 410
    assert (actions.expire_uploads(timezone.now()), place.exists()) == (1, False)
    assert [sender.ask("HEAD", path).status for path in (old, fresh)] == [404, 200]


def test_a_client_that_can_only_post_names_its_method(sender: Sender) -> None:
    path = sender.create(5)
    named = {"X_HTTP_Method_Override": "PATCH", "Upload_Offset": "0", "Content_Type": PART}
    assert sender.ask("POST", path, b"hello", **named).status == 204
    assert stored(path) == b"hello"
