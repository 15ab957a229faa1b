"""Two people, or two thumbs, at the same moment: the later one is told that it is gone."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from filoscope.server.accounts.models import Account
from filoscope.server.moderation import actions as moderation
from filoscope.server.moderation.errors import ReportRefused
from filoscope.server.moderation.models import Report
from filoscope.server.moderation.subjects import Subject
from filoscope.server.privacy.actions import erase_account
from filoscope.server.social import actions as social
from filoscope.server.social.errors import NotThere
from filoscope.server.videos import actions as videos
from filoscope.server.videos.errors import ClipGone, UploadGone, UploadRefused
from filoscope.server.videos.models import Clip, Upload
from tests import running
from tests.server.cast import _quick_and_apart, alice, at_once, bob, browser, publish

__all__ = ["_quick_and_apart", "alice", "bob"]


@pytest.fixture
def gone(db: None, alice: Account) -> Clip:
    """A clip that somebody found, and that was deleted before they pressed anything."""
    clip = publish(alice)
    videos.delete(Clip.objects.get(pk=clip.pk))
    return clip


@pytest.mark.parametrize("act", [videos.delete, videos.post, videos.edit, videos.hide, videos.show])
def test_a_clip_deleted_meanwhile_cannot_be_changed(gone: Clip, act: Any) -> None:
    with pytest.raises(ClipGone):
        act(gone)


@pytest.mark.parametrize("act", [social.like, social.unlike, social.save, social.unsave])
def test_a_clip_deleted_meanwhile_cannot_be_marked(gone: Clip, bob: Account, act: Any) -> None:
    with pytest.raises(NotThere):
        act(bob, gone)


def test_a_clip_deleted_meanwhile_cannot_be_reported(gone: Clip, bob: Account) -> None:
    with pytest.raises(ReportRefused):
        moderation.report(bob, Subject("clip", gone), reason=Report.Reason.SPAM)


@pytest.mark.django_db(transaction=True)
def test_a_clip_deleted_twice_at_once_is_gone_once_and_absent_once(alice: Account) -> None:
    path = f"/api/v1/clips/{publish(alice).slug}"
    answers = at_once(*[lambda: browser(alice).delete(path).status_code] * 3)
    assert [204, 404, 404] == sorted(answers)


@pytest.mark.django_db(transaction=True)
def test_an_account_can_leave_while_its_upload_is_arriving(
    alice: Account, settings: Any, tmp_path: Any
) -> None:
    settings.UPLOAD_ROOT, settings.DISK_FREE_MIN_BYTES = tmp_path, 0
    upload = videos.create_upload(alice, videos.UploadWish(size_bytes=5))
    with videos.open_for_writing(upload.pk):  # as the connection that sends it does
        erase_account(Account.objects.get(pk=alice.pk))
    assert not Account.objects.filter(handle="alice").exists()
    assert not Upload.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_account_that_leaves_in_the_moment_of_arrival_takes_the_clip_along(
    alice: Account, settings: Any, tmp_path: Any
) -> None:
    settings.UPLOAD_ROOT, settings.DISK_FREE_MIN_BYTES = tmp_path, 0
    upload = videos.create_upload(alice, videos.UploadWish(size_bytes=5))

    def leave() -> None:
        erase_account(Account.objects.get(pk=alice.pk))
        connection.close()

    with ThreadPoolExecutor(1) as pool, videos.open_for_writing(upload.pk) as descriptor:
        os.write(descriptor, b"whole")
        with transaction.atomic():
            videos.end_part(upload, descriptor)
            leaving = pool.submit(leave)
            running.until(_somebody_waits, what="the one who leaves to wait for the upload")
        leaving.result()
    assert (0, 0, 0) == tuple(kind.objects.count() for kind in (Account, Upload, Clip))


@pytest.mark.django_db(transaction=True)
def test_an_upload_of_somebody_who_has_just_left_is_gone(
    alice: Account, settings: Any, tmp_path: Any
) -> None:
    settings.UPLOAD_ROOT, settings.DISK_FREE_MIN_BYTES = tmp_path, 0
    upload = videos.create_upload(alice, videos.UploadWish(size_bytes=5))
    with videos.open_for_writing(upload.pk) as descriptor:
        erase_account(Account.objects.get(pk=alice.pk))
        with pytest.raises(UploadGone):
            videos.end_part(upload, descriptor)
    with pytest.raises(UploadRefused):
        videos.create_upload(alice, videos.UploadWish(size_bytes=5))


@pytest.mark.django_db(transaction=True)
def test_what_is_posted_in_the_moment_of_arrival_reaches_the_clip(
    alice: Account, settings: Any, tmp_path: Any
) -> None:
    settings.UPLOAD_ROOT, settings.DISK_FREE_MIN_BYTES = tmp_path, 0
    upload = videos.create_upload(alice, videos.UploadWish(size_bytes=5, post=False))

    def post() -> None:
        videos.edit_upload(Upload.objects.get(pk=upload.pk), caption="First light", post=True)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            videos.receive(upload)
            posting = pool.submit(post)
            running.until(_somebody_waits, what="the one who posts to wait for the clip")
        posting.result()
    clip = Clip.objects.get()
    assert clip.caption == "First light"
    assert clip.posted_at is not None


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_leaving_twice_is_leaving_once(alice: Account) -> None:
    found = Account.objects.get(pk=alice.pk)
    erase_account(Account.objects.get(pk=alice.pk))
    erase_account(found)
    assert not Account.objects.filter(handle="alice").exists()
