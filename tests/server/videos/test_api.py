"""Clips and uploads as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.videos import actions
from filoscope.server.videos.models import Clip, Hashtag, Upload, Visibility

pytestmark = pytest.mark.usefixtures("places", "empty_queue")
TRACK = "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"


@pytest.fixture
def clip(alice: Account) -> Clip:
    now = timezone.now()
    return Clip.objects.create(
        account=alice, caption="Hi", state=Clip.State.READY, posted_at=now, published_at=now
    )


@pytest.fixture
def upload(alice: Account) -> Upload:
    return actions.create_upload(alice, actions.UploadWish(size_bytes=5))


def browser(account: Account | None = None) -> Client:
    client = Client()
    if account is not None:
        client.force_login(account)
    return client


def send(client: Client, method: str, path: str, said: dict[str, Any]) -> Any:
    return client.generic(method, f"/api/v1{path}", json.dumps(said), "application/json")


def test_a_clip_is_told_with_its_files_in_few_queries(clip: Clip) -> None:
    clip.renditions.create(
        short_edge=480, width=480, height=854, size_bytes=9, bitrate_kbps=800,
        codecs="avc1.64001f", file="480p.mp4",
    )  # fmt: skip
    actions.edit(clip, caption="Hi #été @alice")
    with CaptureQueriesContext(connection) as said:
        answer = browser().get(f"/api/v1/clips/{clip.slug}")
    told = answer.json()
    assert ("Hi #été @alice", ["été"], ["alice"], "alice") == (
        told["caption"], told["hashtags"], told["mentions"], told["handle"],
    )  # fmt: skip
    assert [480] == [rendition["short_edge"] for rendition in told["renditions"]]
    assert len(said) <= 5


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.FOLLOWERS])
def test_what_one_may_not_watch_one_is_not_told(
    clip: Clip, bob: Account, visibility: Visibility
) -> None:
    actions.edit(clip, visibility=visibility)
    assert 404 == browser(bob).get(f"/api/v1/clips/{clip.slug}").status_code


def test_a_maker_edits_and_deletes_and_nobody_else_does(
    clip: Clip, alice: Account, bob: Account
) -> None:
    path, said = f"/clips/{clip.slug}", {"caption": "New #word", "visibility": "unlisted"}
    assert 404 == send(browser(bob), "PATCH", path, said).status_code
    assert 401 == send(browser(), "PATCH", path, said).status_code
    assert "unlisted" == send(browser(alice), "PATCH", path, said).json()["visibility"]
    assert ["word"] == [tag.name for tag in Clip.objects.get().hashtags.all()]
    assert 404 == browser(bob).delete(f"/api/v1{path}").status_code
    assert 204 == browser(alice).delete(f"/api/v1{path}").status_code
    assert 0 == Clip.objects.count()


@pytest.mark.parametrize("said", [{"caption": "x" * 2201}, {"visibility": "secret"}])
def test_what_cannot_be_is_refused(clip: Clip, alice: Account, said: dict[str, str]) -> None:
    assert 422 == send(browser(alice), "PATCH", f"/clips/{clip.slug}", said).status_code


def test_another_sites_form_changes_nothing(clip: Clip, alice: Account) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert 403 == send(client, "PATCH", f"/clips/{clip.slug}", {"caption": "x"}).status_code


def test_captions_are_cleaned_kept_served_and_removed(clip: Clip, alice: Account) -> None:
    path = f"/clips/{clip.slug}/captions/de"
    kept = send(browser(alice), "PUT", path, {"text": TRACK, "label": "Deutsch"}).json()
    assert {"language": "de", "label": "Deutsch", "url": f"/v/{clip.slug}/captions/de.vtt"} == kept
    served = browser().get(kept["url"])
    assert ("text/vtt; charset=utf-8", b"00:00:00.000" in served.content) == (
        served["content-type"], True,
    )  # fmt: skip
    assert 422 == send(browser(alice), "PUT", path, {"text": "no"}).status_code
    assert 422 == send(browser(alice), "PUT", path + "_", {"text": TRACK}).status_code
    assert [204, 404] == [browser(alice).delete(f"/api/v1{path}").status_code for _ in "12"]


def test_an_upload_is_described_while_its_bytes_are_on_their_way(
    upload: Upload, alice: Account, bob: Account
) -> None:
    path = f"/uploads/{upload.pk}"
    said = {"caption": "Hi #x", "visibility": "unlisted", "post": False}
    assert 404 == send(browser(bob), "PATCH", path, said).status_code
    told = send(browser(alice), "PATCH", path, said).json()
    assert ("receiving", None, "Hi #x") == (told["state"], told["clip"], told["caption"])
    clip = actions.receive(upload)
    assert ("Hi #x", "unlisted", None) == (clip.caption, clip.visibility, clip.posted_at)


def test_an_upload_that_became_a_clip_is_posted_by_the_same_address(
    upload: Upload, alice: Account
) -> None:
    Upload.objects.filter(pk=upload.pk).update(post=False)
    clip = actions.receive(upload)
    said = {"caption": "Later", "visibility": "public", "post": True}
    told = send(browser(alice), "PATCH", f"/uploads/{upload.pk}", said).json()
    assert (clip.slug, "received", True, "Waiting its turn") == (
        told["clip"]["slug"], told["clip"]["state"], told["clip"]["is_posted"], told["clip"]["words"],
    )  # fmt: skip
    assert "Later" == Clip.objects.get().caption


def test_ones_uploads_are_listed_newest_first_in_few_queries(alice: Account, bob: Account) -> None:
    wish = actions.UploadWish(size_bytes=5)
    rows = [actions.create_upload(account, wish) for account in (alice, bob, alice)]
    actions.receive(rows[0])
    maker = browser(alice)
    with CaptureQueriesContext(connection) as said:
        told = maker.get("/api/v1/uploads").json()
    assert [str(rows[2].pk), str(rows[0].pk)] == [upload["id"] for upload in told]
    assert len(said) <= 3  # session, account, uploads with their clips


def test_a_hashtag_is_one_row_however_many_use_it(alice: Account, clip: Clip) -> None:
    other = Clip.objects.create(account=alice)
    actions.edit(clip, caption="#Été")
    actions.edit(other, caption="#été #ÉTÉ")
    assert ["été"] == [tag.name for tag in Hashtag.objects.all()]
    actions.edit(other, caption="none")
    assert [] == list(other.hashtags.all())


def test_a_clip_is_found_by_its_words_its_tags_and_its_maker(clip: Clip) -> None:
    from django.contrib.postgres.search import SearchQuery

    actions.edit(clip, caption="Wandern am #Bodensee", alt_text="Ein Hund")
    for word in ("wandern", "bodensee", "alice", "hund"):
        query = SearchQuery(word, config="simple")
        assert [clip] == list(Clip.objects.filter(search=query))
