"""From a file to a clip that plays, with real media and every fault that a test can put there."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection

from filoscope import media
from filoscope.media.ladder import RungFile, Stills
from filoscope.media.synthetic import write_test_clip
from filoscope.server.accounts.models import Account
from filoscope.server.kit import patience
from filoscope.server.videos import actions, files, jobs, queries
from filoscope.server.videos.errors import Superseded
from filoscope.server.videos.models import Clip
from filoscope.server.videos.queue import defer
from tests import running
from tests.server.videos.conftest import receive

RUNG = RungFile("90p", "90p.mp4", "90p.m3u8", 160, 90, 1000, 0.5, 10.0, 99_000, 88_000, "avc1")
STILLS = Stills(
    "poster.webp",
    "poster.jpg",
    160,
    90,
    0.0,
    "L00000fQfQfQfQfQfQfQfQfQfQfQ",
    "#102030",
    "data:image/png;base64,AAAA",
)


def jobs_in_queue() -> list[tuple[str, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, status, attempts FROM procrastinate_jobs "
            "WHERE task_name IN ('videos.probe', 'videos.transcode', 'videos.publish') ORDER BY id"
        )
        return [(name.removeprefix("videos."), status, n) for name, status, n in cursor.fetchall()]


def make_due() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")


@contextmanager
def listening() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Hear the live news of this test."""
    with psycopg.connect(running.database_url(), autocommit=True) as session:
        session.execute("LISTEN live")
        yield lambda: [
            news
            for said in session.notifies(timeout=0.1)
            if (news := json.loads(said.payload)["news"])["kind"] == "progress"
        ]


def test_a_clip_is_made_shown_and_complete(received: Clip, alice: Account) -> None:
    with listening() as heard:
        running.work_off()
        news = heard()
    clip = Clip.objects.get()
    assert (
        clip.state, clip.width, clip.height, clip.has_sound, clip.failure, clip.progress,
    ) == ("ready", 160, 90, True, "", 1.0)  # fmt: skip
    assert 0.4 < (clip.duration_s or 0) < 0.7
    assert (
        clip.published_at
        and clip.completed_at
        and clip.blurhash
        and clip.placeholder
        and clip.colour
    )
    assert str(clip.sound) == "original sound · @alice"
    assert [rendition.short_edge for rendition in clip.renditions.all()] == [90]
    made = {path.name for path in files.folder_path(clip.folder).iterdir()}
    assert {"90p.mp4", "90p.m3u8", "master.m3u8", "poster.webp", "preview.webp"} <= made
    assert [clip] == list(queries.visible(None))
    assert jobs_in_queue() == []
    assert (
        news[0]["state"], news[-1]["state"], news[-1]["words"], news[-1]["is_complete"],
    ) == ("processing", "ready", "Ready", True)  # fmt: skip


def test_a_silent_clip_has_no_sound(
    places: Path, empty_queue: None, alice: Account, tmp_path: Path
) -> None:
    write_test_clip(tmp_path / "a.webm", width=96, height=160, fps=10, duration_s=0.3,
                    codec="vp9", audio=None)  # fmt: skip
    receive(alice, tmp_path / "a.webm")
    running.work_off()
    clip = Clip.objects.get()
    assert (clip.state, clip.sound, clip.has_sound) == ("ready", None, False)


def test_a_draft_is_made_but_shown_only_when_it_is_posted(
    places: Path, empty_queue: None, alice: Account, tiny_clip: Path
) -> None:
    clip = receive(alice, tiny_clip, post=False)
    running.work_off()
    assert list(queries.visible(None)) == []
    assert [clip] == list(queries.watchable(alice))
    actions.post(clip)
    assert [clip] == list(queries.visible(None))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"hello, I am a text", "not_a_video"),
        (b"\0" * 5000, "not_a_video"),
        (b"PK\3\4" * 50, "not_a_video"),
    ],
)
def test_what_is_no_video_fails_with_its_reason_and_is_not_tried_again(
    places: Path, empty_queue: None, alice: Account, tmp_path: Path, content: bytes, code: str
) -> None:
    (tmp_path / "a.mp4").write_bytes(content)
    receive(alice, tmp_path / "a.mp4")
    with listening() as heard:
        running.work_off()
        said = heard()[-1]
    clip = Clip.objects.get()
    assert ("failed", code, []) == (clip.state, clip.failure_code, jobs_in_queue())
    assert ("failed", code, clip.failure) == (said["state"], said["failure_code"], said["words"])
    assert "is not a video" in clip.failure


def test_a_torn_file_fails_with_its_reason(
    places: Path, empty_queue: None, alice: Account, tiny_clip: Path, tmp_path: Path
) -> None:
    whole = tiny_clip.read_bytes()
    (tmp_path / "a.mp4").write_bytes(whole[: len(whole) // 2])
    receive(alice, tmp_path / "a.mp4")
    running.work_off()
    clip = Clip.objects.get()
    assert (clip.state, clip.failure != "", jobs_in_queue()) == ("failed", True, [])


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [("UPLOAD_SECONDS_MAX", 0.2, "too_long"), ("UPLOAD_PIXELS_MAX", 1000, "too_large")],
)
def test_what_goes_over_a_limit_of_the_settings_fails_with_its_reason(
    received: Clip, settings: LazySettings, name: str, value: float, code: str
) -> None:
    setattr(settings, name, value)
    running.work_off()
    clip = Clip.objects.get()
    assert ("failed", code) == (clip.state, clip.failure_code)


@pytest.mark.parametrize(
    "fault",
    [media.NoSpace(), media.ChildDied(), OSError(errno.ENOSPC, "full"), OperationalError("gone")],
)
def test_a_fault_that_passes_is_tried_again_and_the_uploader_told(
    received: Clip, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise fault

    with monkeypatch.context() as patch, listening() as heard:
        patch.setattr(jobs, "transcode", broken)
        running.work_off()
        said = heard()[-1]
    assert jobs_in_queue() == [("transcode", "todo", 1)]
    assert (said["state"], said["step"]) == ("processing", "waiting")
    make_due()
    running.work_off()
    assert (Clip.objects.get().state, jobs_in_queue()) == ("ready", [])


def test_a_fault_that_stays_becomes_a_dead_letter_that_can_be_tried_again(
    received: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise media.NoSpace

    monkeypatch.setattr(patience, "RETRIES_OF_A_FAULT", 1)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "transcode", broken)
        running.work_off()
        make_due()
        running.work_off()
    clip = Clip.objects.get()
    [letter] = queries.dead_letters()
    assert (clip.state, clip.failure_code) == ("failed", "gave_up")
    assert ("transcode", clip.slug, 2) == (letter.task, letter.clip_slug, letter.attempts)
    actions.requeue(letter.job_id)
    running.work_off()
    assert (Clip.objects.get().state, jobs_in_queue(), queries.dead_letters()) == ("ready", [], [])


def test_nothing_of_a_run_is_shown_before_a_rung_plays_and_then_that_rung_at_once(
    received: Clip,
) -> None:
    run = actions.begin_run(received.pk)
    run.path.mkdir(parents=True)
    (run.path / "90p.mp4").write_bytes(b"half")
    clip = Clip.objects.get()
    assert (clip.folder, clip.poster_url, list(queries.watchable(clip.account))) == ("", "", [])
    actions.show_rung(run, RUNG, STILLS)
    clip = Clip.objects.get()
    assert (run.folder, "ready", None) == (clip.folder, clip.state, clip.completed_at)
    assert ([clip], "#102030") == (list(queries.visible(None)), clip.colour)


def test_a_run_that_was_replaced_shows_nothing(received: Clip) -> None:
    old = actions.begin_run(received.pk)
    old.path.mkdir(parents=True)
    new = actions.begin_run(received.pk)
    with pytest.raises(Superseded):
        actions.report_progress(old, step="90p", progress=0.5)
    assert not old.path.exists()
    old.path.mkdir(parents=True)
    with pytest.raises(Superseded):
        actions.show_rung(old, RUNG, STILLS)
    new.path.mkdir(parents=True)
    actions.show_rung(new, RUNG, STILLS)
    assert new.folder == Clip.objects.get().folder


def test_a_second_run_of_a_clip_that_plays_is_shown_as_a_whole(received: Clip) -> None:
    first = actions.begin_run(received.pk)
    first.path.mkdir(parents=True)
    actions.show_rung(first, RUNG, STILLS)
    second = actions.begin_run(received.pk)
    second.path.mkdir(parents=True)
    actions.show_rung(second, RUNG, STILLS)
    assert first.folder == Clip.objects.get().folder
    actions.finish_run(second, [RUNG], STILLS)
    clip = Clip.objects.get()
    assert (second.folder, 1) == (clip.folder, clip.renditions.count())
    assert (first.folder,) == actions.sweep_orphans(grace_s=0).removed_folders


def test_a_clip_deleted_while_it_is_made_leaves_nothing(received: Clip) -> None:
    run = actions.begin_run(received.pk)
    run.path.mkdir(parents=True)
    actions.delete(received)
    run.path.mkdir(parents=True, exist_ok=True)
    with pytest.raises(Superseded):
        actions.show_rung(run, RUNG, STILLS)
    actions.sweep_orphans(grace_s=0)
    assert (list(files.all_folders()), list(files.all_uploads())) == ([], [])


def test_every_job_may_run_twice(received: Clip) -> None:
    running.work_off()
    before = Clip.objects.get()
    for task in ("probe", "transcode", "publish"):
        defer(task, received.pk)
        running.work_off()
    after = Clip.objects.get()
    assert (before.folder, before.published_at, before.completed_at) == (
        after.folder, after.published_at, after.completed_at,
    )  # fmt: skip
    assert [before.folder] == list(files.all_folders())


def test_a_sweep_removes_what_no_row_names_and_keeps_the_rest(received: Clip) -> None:
    running.work_off()
    kept = Clip.objects.get()
    orphan = files.folder_path(files.new_folder())
    orphan.mkdir(parents=True)
    stray = files.upload_path("ab/abcdef")
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"x")
    assert actions.sweep_orphans(grace_s=3600).is_clean
    looked = actions.sweep_orphans(grace_s=0, repair=False)
    assert (
        len(looked.removed_folders), looked.removed_uploads, stray.exists(),
    ) == (1, ("ab/abcdef",), True)  # fmt: skip
    actions.sweep_orphans(grace_s=0)
    assert ([kept.folder], [kept.original]) == (
        list(files.all_folders()),
        list(files.all_uploads()),
    )


def test_a_clip_whose_files_are_lost_is_made_again(received: Clip) -> None:
    running.work_off()
    lost = Clip.objects.get()
    files.remove_folder(lost.folder)
    assert (lost.slug,) == actions.sweep_orphans(grace_s=0).remade
    assert list(queries.visible(None)) == []
    running.work_off()
    clip = Clip.objects.get()
    assert (True, lost.published_at) == (clip.folder != lost.folder, clip.published_at)
    assert [clip] == list(queries.visible(None))


def test_a_clip_whose_original_is_lost_too_says_so(received: Clip) -> None:
    running.work_off()
    lost = Clip.objects.get()
    files.remove_folder(lost.folder)
    files.remove_upload(lost.original)
    assert (lost.slug,) == actions.sweep_orphans(grace_s=0).failed
    assert (Clip.objects.get().state, Clip.objects.get().failure_code) == ("failed", "file_lost")


def test_a_clip_that_no_job_is_about_is_queued_again(received: Clip) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert (received.slug,) == actions.sweep_orphans().requeued
    assert jobs_in_queue() == [("probe", "todo", 0)]
