"""Whatever is killed, restarted or full: every clip ends shown or with its reason, and only once."""

from __future__ import annotations

import io
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from filoscope.server.accounts.models import Account
from filoscope.server.kit.worker import LOCK_CLASS
from filoscope.server.videos import actions, files
from filoscope.server.videos.models import Clip, Rendition, Upload
from tests import running

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

KILLS = 20
CLIPS = 5
SEED = 20261121


@pytest.fixture
def home(tmp_path: Path, settings: LazySettings, transactional_db: None) -> Path:
    settings.MEDIA_ROOT, settings.UPLOAD_ROOT = tmp_path / "media", tmp_path / "uploads"
    settings.DISK_FREE_MIN_BYTES = 0
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, "
            "procrastinate_workers"
        )
    return tmp_path


@pytest.fixture
def alice(home: Path) -> Account:
    return Account.objects.create_user("alice")


def receive(account: Account, path: Path) -> Clip:
    content = path.read_bytes()
    return actions.receive_chunks(account, actions.UploadWish(size_bytes=len(content)), [content])


def unfinished() -> int:
    return Clip.objects.filter(completed_at=None, failure_code="").count()


def assert_nothing_is_left_over() -> None:
    """Every clip plays from whole files that are its own; no other file is there after a sweep."""
    actions.sweep_orphans(grace_s=0)
    clips = list(Clip.objects.order_by("pk"))
    assert sorted(clip.folder for clip in clips if clip.folder) == sorted(files.all_folders())
    assert sorted(clip.original for clip in clips) == sorted(files.all_uploads())
    assert all(clip.next_folder == "" for clip in clips)
    for rendition in Rendition.objects.select_related("clip"):
        path = files.folder_path(rendition.clip.folder) / rendition.file
        assert rendition.size_bytes == path.stat().st_size


@pytest.fixture
def nursery(home: Path) -> Iterator[running.Nursery]:
    nursery = running.Nursery(home)
    yield nursery
    nursery.end()


def test_a_worker_killed_at_twenty_moments_loses_no_clip_and_shows_none_twice(
    alice: Account, short_clip: Path, nursery: running.Nursery
) -> None:
    chance = random.Random(SEED)
    for _ in range(CLIPS):
        receive(alice, short_clip)
    interrupted = 0
    while interrupted < KILLS:
        if not unfinished():
            receive(alice, short_clip)
        worker = nursery.start()
        running.until(lambda: _is_doing() or not unfinished(), what="a job to begin")
        time.sleep(chance.uniform(0, 0.5))  # somewhere within the half second that a clip takes
        nursery.kill(worker)
        interrupted += bool(_who_is_doing())
    nursery.start()
    running.until(lambda: not unfinished(), what="all clips")
    clips = list(Clip.objects.prefetch_related("renditions"))
    assert {("ready", "", (480, 720))} == {
        (clip.state, clip.failure, tuple(r.short_edge for r in clip.renditions.all()))
        for clip in clips
    }
    assert len(clips) == len({clip.sound_id for clip in clips})
    assert_nothing_is_left_over()


def test_a_worker_takes_over_at_once_from_one_that_was_killed(
    alice: Account, short_clip: Path, nursery: running.Nursery
) -> None:
    workers: dict[int, int] = {}  # its number in the database: its process
    for count in (1, 2):
        worker = nursery.start()
        running.until(lambda count=count: len(_alive()) == count, what=f"{count} workers")
        workers |= dict.fromkeys(_alive() - workers.keys(), worker)
    receive(alice, short_clip)
    [doing] = running.until(_who_is_doing, what="a job to begin")
    nursery.kill(workers[doing])
    running.until(lambda: not unfinished(), what="the clip, from the other one")
    assert _alive() == workers.keys() - {doing}
    assert_nothing_is_left_over()


def test_a_worker_that_is_asked_to_stop_hands_its_job_back(
    home: Path, alice: Account, short_clip: Path, programs: list[running.Program]
) -> None:
    receive(alice, short_clip)
    worker = running.worker(home)
    programs.append(worker)
    worker.start()
    running.until(_is_doing, what="a job to begin")
    assert worker.process is not None
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(running.PATIENCE_S) == 0
    assert [] == _who_is_doing()
    running.work_off()
    assert [None] != [clip.completed_at for clip in Clip.objects.all()]
    assert_nothing_is_left_over()


def _alive() -> set[int]:
    """Which workers hold the lock that says that they live."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid > 0 "
            "AND classid = %s AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())",
            [LOCK_CLASS],
        )
        return {number for (number,) in cursor.fetchall()}


def _who_is_doing() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT worker_id FROM procrastinate_jobs WHERE status = 'doing' AND args ? 'clip_id'"
        )
        return [number for (number,) in cursor.fetchall()]


def _is_doing() -> bool:
    """Whether a worker that lives is at a job of a clip."""
    return bool(_alive() & set(_who_is_doing()))


def test_a_server_killed_during_uploads_loses_nothing_that_it_confirmed(
    home: Path, alice: Account, programs: list[running.Program]
) -> None:
    chance = random.Random(SEED)
    content = chance.randbytes(6_000_000)
    web = running.WebServer(home).start()
    programs.append(web.program)
    client = TusClient(f"{web.address}/tus/", headers={"Cookie": running.session_cookie(alice)})
    upload = client.uploader(
        file_stream=io.BytesIO(content), chunk_size=500_000, upload_checksum=True
    )
    kills = sorted(chance.sample(range(1, 12), 4))
    confirmed = 0
    while confirmed < len(content):
        if kills and confirmed >= kills[0] * 500_000:
            kills.pop(0)
            web.kill()
            web.start()
        try:
            upload.offset = upload.get_offset() if confirmed else 0
            assert upload.offset >= confirmed
            upload.upload_chunk()
            confirmed = upload.offset
        except TusCommunicationError:
            web.kill()
            web.start()
    assert kills == []
    clip = Clip.objects.get()
    assert content == files.upload_path(clip.original).read_bytes()
    assert [row.state for row in Upload.objects.all()] == [Upload.State.COMPLETE]


def test_a_server_killed_in_the_middle_of_a_part_keeps_what_had_arrived(
    home: Path, alice: Account, programs: list[running.Program]
) -> None:
    web = running.WebServer(home).start()
    programs.append(web.program)
    cookie = running.session_cookie(alice)
    said = {"Cookie": cookie, "Tus-Resumable": "1.0.0"}
    path = web.ask("POST", "/tus/", None, said | {"Upload-Length": "4000000"}).headers["location"]
    with socket.create_connection(("127.0.0.1", web.port)) as line:
        head = [f"PATCH {path} HTTP/1.1", "Host: x", "Content-Length: 4000000", "Upload-Offset: 0"]
        head += ["Content-Type: application/offset+octet-stream"]
        head += [f"{name}: {value}" for name, value in said.items()]
        line.sendall("\r\n".join([*head, "", ""]).encode() + b"x" * 2_000_000)
        place = files.upload_path(files.upload_name(Upload.objects.get().pk))
        running.until(
            lambda: place.exists() and place.stat().st_size >= 1_000_000, what="a million bytes"
        )
        web.kill()
    web.start()
    offset = int(web.ask("HEAD", path, None, said).headers["upload-offset"])
    assert 1_000_000 <= offset <= 2_000_000
    part = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    assert web.ask("PATCH", path, b"x" * (4_000_000 - offset), said | part).status == 204
    assert files.upload_path(Clip.objects.get().original).read_bytes() == b"x" * 4_000_000


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk of two megabytes, or skip with the reason why there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_makes_a_clip_wait_and_it_is_made_when_there_is_room(
    home: Path, alice: Account, short_clip: Path
) -> None:
    with small_disk(home / "media") as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(b"\0" * (shutil.disk_usage(disk).free - 40_000))
        receive(alice, short_clip)
        running.work_off()
        clip = Clip.objects.get()
        assert (clip.state, clip.step, clip.renditions.count()) == ("processing", "waiting", 0)
        ballast.unlink()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL")
        running.work_off()
        clip = Clip.objects.get()
        assert (clip.state, clip.failure) == ("ready", "")
        assert_nothing_is_left_over()


def test_a_disk_that_fills_during_an_upload_keeps_what_it_took_and_says_so(
    home: Path, alice: Account, programs: list[running.Program]
) -> None:
    with small_disk(home / "uploads") as disk:
        web = running.WebServer(home, {"FILOSCOPE_DISK_FREE_MIN": 1}).start()
        programs.append(web.program)
        said = {"Cookie": running.session_cookie(alice), "Tus-Resumable": "1.0.0"}
        path = web.ask("POST", "/tus/", None, said | {"Upload-Length": "1900000"}).headers[
            "location"
        ]
        ballast = disk / "ballast"
        ballast.write_bytes(b"\0" * 1_000_000)
        part = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        answer = web.ask("PATCH", path, b"x" * 1_900_000, said | part)
        assert (answer.status, "full" in answer.text) == (507, True)
        offset = int(web.ask("HEAD", path, None, said).headers["upload-offset"])
        assert 500_000 < offset < 1_100_000
        ballast.unlink()
        part["Upload-Offset"] = str(offset)
        assert web.ask("PATCH", path, b"x" * (1_900_000 - offset), said | part).status == 204
        web.kill()
