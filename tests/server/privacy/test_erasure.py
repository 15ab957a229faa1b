"""Leaving: nothing that names the person is left, and the counters of others are right."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.moderation.models import Report
from filoscope.server.social.models import Comment, Follow, Like
from filoscope.server.videos.models import Clip, Upload
from tests.server.accounts.test_settings import picture
from tests.server.cast import PASSWORD, browser, publish

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(handle: str) -> Client:
    """Sign in by the door, and show the password again as the page of farewell asks."""
    phone = Client()
    phone.post("/accounts/login/", {"login": handle, "password": PASSWORD})
    phone.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return phone


def live_a_little(alice: Account, bob: Account, media: Path) -> tuple[Clip, Clip]:
    """Let both do everything to each other; return a clip of each."""
    hers, his = publish(alice, "by me"), publish(bob, "by bob")
    (media / hers.folder).mkdir(parents=True)
    (media / hers.folder / "480.mp4").write_bytes(b"x")
    for person, other, clip in ((alice, "bob", his), (bob, "alice", hers)):
        phone = browser(person)
        for act in ("like", "save", "share"):
            phone.post(f"/v/{clip.slug}/{act}")
        phone.post(f"/@{other}/follow")
        phone.post(f"/v/{clip.slug}/comments", {"body": f"hello @{other}"})
        phone.post("/report", {"clip": clip.slug, "reason": "spam", "note": "words"})
    first = Comment.objects.get(account=alice)
    browser(bob).post(f"/v/{his.slug}/comments", {"body": "answer", "parent": first.pk})
    phone = browser(alice)
    phone.post("/settings", {"display_name": "A", "bio": "", "avatar_file": _photo()})
    phone.post("/settings/handle", {"handle": "alicia"})
    expires = timezone.now() + timezone.timedelta(hours=1)
    Upload.objects.create(account=alice, size_bytes=9, file_name="x.mp4", expires_at=expires)
    return hers, his


def _photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("x.jpg", picture())


def test_an_account_goes_with_everything_that_names_it(
    alice: Account, bob: Account, charlie: Account, settings: LazySettings, tmp_path: Path
) -> None:
    settings.UPLOAD_ROOT = tmp_path
    media = Path(settings.MEDIA_ROOT)
    hers, his = live_a_little(alice, bob, media)
    browser(charlie).post(f"/v/{his.slug}/like")
    phone = signed_in("alicia")
    assert "your 1 clip with all files" in phone.get("/settings/delete").content.decode()
    assert "/" == phone.post("/settings/delete", {"handle": "alicia"})["Location"]
    assert "_auth_user_id" not in phone.session

    assert [] == [row for row in _rows_that_say("alic") if row]
    assert not [path for path in media.rglob("*") if path.is_file()]
    assert not Clip.objects.filter(pk=hers.pk).exists()
    his.refresh_from_db()
    bob.refresh_from_db()
    assert (1, 0, 0) == (his.like_count, his.save_count, his.comment_count)
    assert 1 == Like.objects.count()
    assert (0, 0, 0) == (Follow.objects.count(), bob.follower_count, bob.following_count)
    kept = Report.objects.get()  # what she said about his clip, without her
    assert (None, "", "spam") == (kept.reporter, kept.note, kept.reason)
    assert 404 == browser().get("/@alice").status_code == browser().get("/@alicia").status_code


def _rows_that_say(word: str) -> list[str]:
    """Look through every column of every table for a word."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if not model._meta.managed or table.startswith(("procrastinate", "django_content")):
                continue
            cursor.execute(
                f'SELECT row_to_json(t)::text FROM "{table}" t WHERE row_to_json(t)::text ILIKE %s',
                [f"%{word}%"],
            )
            found += [f"{table}: {row[0]}" for row in cursor.fetchall()]
    return found


def test_the_other_browser_is_signed_out_too(alice: Account) -> None:
    elsewhere, phone = signed_in("alice"), signed_in("alice")
    phone.post("/settings/delete", {"handle": "alice"})
    assert 302 == elsewhere.get("/settings").status_code


def test_another_handle_deletes_nothing(alice: Account, bob: Account) -> None:
    assert 200 == signed_in("alice").post("/settings/delete", {"handle": "bob"}).status_code
    assert 2 == Account.objects.count()


def test_a_session_left_open_is_not_enough_to_delete(alice: Account) -> None:
    phone = browser(alice)  # signed in long ago, no password shown since
    for answer in (
        phone.get("/settings/delete"),
        phone.post("/settings/delete", {"handle": "alice"}),
    ):
        assert "/accounts/reauthenticate/" in answer["Location"]
    assert 1 == Account.objects.count()


def test_the_handle_is_free_again(alice: Account) -> None:
    signed_in("alice").post("/settings/delete", {"handle": "@Alice"})
    assert browser().get("/handles/check?handle=alice").json()["available"] is True
