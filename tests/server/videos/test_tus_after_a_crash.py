"""What a server that died has left of an upload."""

from __future__ import annotations

import pytest

from filoscope.server.videos import files
from filoscope.server.videos.models import Clip
from tests.server.videos.sender import Sender, upload_at

pytestmark = pytest.mark.xdist_group("web")


def test_bytes_that_a_killed_server_had_written_are_found_again(sender: Sender) -> None:
    path = sender.create(10)
    sender.append(path, 0, b"hello")
    with files.upload_path(files.upload_name(upload_at(path).pk)).open("ab") as file:
        file.write(b" you")  # written, but the server died before it could say so
    assert sender.offset(path) == 9


def test_a_file_that_lost_bytes_sends_the_client_back(sender: Sender) -> None:
    path = sender.create(10)
    sender.append(path, 0, b"hello")
    with files.upload_path(files.upload_name(upload_at(path).pk)).open("r+b") as file:
        file.truncate(3)
    assert sender.offset(path) == 3


def test_a_full_upload_whose_server_died_before_the_end_becomes_a_clip(sender: Sender) -> None:
    path = sender.create(5)
    place = files.upload_path(files.upload_name(upload_at(path).pk))
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"hello")
    answer = sender.ask("HEAD", path)
    assert ("5", Clip.objects.get().slug) == (
        answer.headers["upload-offset"], answer.headers["filoscope-clip"],
    )  # fmt: skip
