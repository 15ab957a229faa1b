"""Who sees which clip: in lists, by its address, and its files byte by byte."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.social.models import Follow
from filoscope.server.videos import actions, files, queries
from filoscope.server.videos.models import Clip, Visibility
from tests.running import WebServer, session_cookie

pytestmark = pytest.mark.xdist_group("web")

KEPT = "private, max-age=31536000, immutable"
ASKED_ANEW = "private, no-cache"
CONTENT = bytes(range(256)) * 40


def clip_of(account: Account, **fields: object) -> Clip:
    """A clip that plays, published a minute ago."""
    known = {"state": Clip.State.READY, "posted_at": timezone.now(),
             "published_at": timezone.now() - timedelta(minutes=1)}  # fmt: skip
    return Clip.objects.create(account=account, **{**known, **fields})


def put_files(clip: Clip) -> Clip:
    clip.folder = files.new_folder()
    clip.save()
    path = files.folder_path(clip.folder)
    path.mkdir(parents=True)
    for name in ("480p.mp4", "master.m3u8", "poster.webp", "secret.txt", ".making"):
        (path / name).write_bytes(CONTENT)
    return clip


@pytest.fixture
def moderator(db: None) -> Account:
    return Account.objects.create_user("mona", role=Account.Role.MODERATOR)


@pytest.mark.parametrize(
    ("fields", "lists", "address"),
    [
        # who sees it in lists, and who by its address: (nobody, bob, follower, alice, moderator)
        ({}, "nbfam", "nbfam"),
        ({"visibility": Visibility.FOLLOWERS}, "fa", "fam"),
        ({"visibility": Visibility.UNLISTED}, "a", "nbfam"),
        ({"visibility": Visibility.PRIVATE}, "a", "am"),
        ({"hidden_at": timezone.now()}, "", "am"),
        ({"posted_at": None, "published_at": None}, "", "am"),
        ({"state": Clip.State.PROCESSING, "published_at": None}, "", ""),
        ({"state": Clip.State.FAILED, "published_at": None}, "", ""),
    ],
)
def test_a_clip_is_seen_by_whom_its_maker_meant(
    alice: Account,
    bob: Account,
    moderator: Account,
    fields: dict[str, object],
    lists: str,
    address: str,
) -> None:
    charlie = Account.objects.create_user("charlie")
    Follow.objects.create(follower=charlie, followed=alice)
    clip = clip_of(alice, **fields)
    people = {"n": None, "b": bob, "f": charlie, "a": alice, "m": moderator}
    assert lists == "".join(
        letter for letter, viewer in people.items() if clip in queries.visible(viewer)
    )
    assert address == "".join(
        letter for letter, viewer in people.items() if clip in queries.watchable(viewer)
    )


def test_the_clips_of_a_suspended_account_are_seen_by_nobody(alice: Account, bob: Account) -> None:
    clip_of(alice)
    Account.objects.filter(pk=alice.pk).update(is_active=False)
    assert [*queries.visible(None), *queries.visible(bob), *queries.watchable(bob)] == []


def test_files_come_by_ranges_and_a_browser_may_keep_them(web: WebServer, alice: Account) -> None:
    base = f"/media/{put_files(clip_of(alice)).folder}"
    whole = web.ask("GET", f"{base}/480p.mp4")
    part = web.ask("GET", f"{base}/480p.mp4", None, {"Range": "bytes=100-199"})
    end = web.ask("GET", f"{base}/480p.mp4", None, {"Range": "bytes=-5"})
    beyond = web.ask("GET", f"{base}/480p.mp4", None, {"Range": "bytes=99999-"})
    head = web.ask("HEAD", f"{base}/480p.mp4")
    assert (
        whole.status, whole.headers["content-type"], whole.headers["accept-ranges"],
        whole.headers["cache-control"], whole.body,
    ) == (200, "video/mp4", "bytes", KEPT, CONTENT)  # fmt: skip
    assert (206, "bytes 100-199/10240", CONTENT[100:200]) == (
        part.status, part.headers["content-range"], part.body,
    )  # fmt: skip
    assert (206, CONTENT[-5:], 416) == (end.status, end.body, beyond.status)
    assert (head.status, head.headers["content-length"], head.body) == (200, "10240", b"")


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("master.m3u8", "application/vnd.apple.mpegurl", ASKED_ANEW),
        ("poster.webp", "image/webp", KEPT),
    ],
)
def test_files_say_what_they_are_and_how_long_they_hold(
    web: WebServer, alice: Account, name: str, kind: str, kept: str
) -> None:
    answer = web.ask("GET", f"/media/{put_files(clip_of(alice)).folder}/{name}")
    assert (200, kind, kept, "nosniff") == (
        answer.status,
        *(answer.headers[n] for n in ("content-type", "cache-control", "x-content-type-options")),
    )


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/secret.txt", "/.making", "/nothing.mp4", "/../480p.mp4", "/%2e%2e/x.mp4",
        "/480p.mp4/", "//480p.mp4", "/..%2f..%2f..%2fsecret.key",
    ],
)  # fmt: skip
def test_nothing_else_is_served(web: WebServer, alice: Account, path: str) -> None:
    base = f"/media/{put_files(clip_of(alice)).folder}"
    assert web.ask("GET", base + path).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/media/clips/",
        "/media/../secret.key",
        "/media/uploads/x.mp4",
        f"/media/avatars/{'x' * 300}.webp",
        f"/static/{'x' * 300}.css",
        "/media/clips/../a.mp4",
        "/static/../x",
    ],
)
def test_nothing_outside_of_the_clips_is_served(web: WebServer, path: str) -> None:
    assert web.ask("GET", path).status == 404


def test_pictures_of_people_are_served_without_a_query(web: WebServer) -> None:
    path = files.folder_path("avatars/a1")
    path.mkdir(parents=True)
    (path / "256.webp").write_bytes(CONTENT)
    assert web.ask("GET", "/media/avatars/a1/256.webp").body == CONTENT


def test_a_hidden_clips_files_are_gone_at_once_but_for_its_maker_and_moderators(
    web: WebServer, alice: Account, bob: Account, moderator: Account
) -> None:
    clip = put_files(clip_of(alice))
    path = f"/media/{clip.folder}/480p.mp4"
    assert web.ask("GET", path).status == 200
    actions.hide(clip)
    seen = [
        web.ask("GET", path, None, {"Cookie": session_cookie(viewer)} if viewer else {})
        for viewer in (None, bob, alice, moderator)
    ]
    assert [answer.status for answer in seen] == [404, 404, 200, 200]
    assert seen[2].headers["cache-control"] == ASKED_ANEW
    actions.show(clip)
    assert web.ask("GET", path).status == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"visibility": Visibility.PRIVATE},
        {"visibility": Visibility.FOLLOWERS},
        {"published_at": None},
        {"state": Clip.State.FAILED},
    ],
)
def test_files_of_what_is_not_public_are_not_served_to_strangers(
    web: WebServer, alice: Account, bob: Account, fields: dict[str, object]
) -> None:
    path = f"/media/{put_files(clip_of(alice, **fields)).folder}/480p.mp4"
    cookie = {"Cookie": session_cookie(bob)}
    assert [web.ask("GET", path).status, web.ask("GET", path, None, cookie).status] == [404, 404]


def test_a_deleted_clip_leaves_no_file(web: WebServer, alice: Account) -> None:
    clip = put_files(clip_of(alice))
    actions.delete(clip)
    assert web.ask("GET", f"/media/{clip.folder}/480p.mp4").status == 404
    assert list(files.all_folders()) == []


def test_a_public_file_costs_one_query(alice: Account) -> None:
    clip = put_files(clip_of(alice))
    with CaptureQueriesContext(
        connection,
    ) as said:
        access = queries.folder_access(clip.folder)
    assert (access is not None and access.is_public, len(said)) == (True, 1)


def test_static_files_are_served_and_hashed_ones_are_kept(web: WebServer) -> None:
    plain = web.ask("GET", "/static/base.css")
    folder = web.home / "static"
    folder.mkdir(exist_ok=True)
    (folder / "a.0123456789ab.css").write_text("a{}")
    hashed = web.ask("GET", "/static/a.0123456789ab.css")
    assert (
        plain.status, plain.headers["cache-control"], plain.headers["content-type"],
    ) == (200, "public, no-cache", "text/css; charset=utf-8")  # fmt: skip
    assert (
        hashed.status, hashed.headers["cache-control"],
    ) == (200, "public, max-age=31536000, immutable")  # fmt: skip


def test_what_has_not_changed_is_not_sent_again(web: WebServer, alice: Account) -> None:
    for path in (f"/media/{put_files(clip_of(alice)).folder}/master.m3u8", "/static/base.css"):
        said = {"Accept-Encoding": "gzip"}
        etag = web.ask("GET", path, None, said).headers["etag"]
        again = web.ask("GET", path, None, said | {"If-None-Match": etag})
        assert (304, b"", etag) == (again.status, again.body, again.headers["etag"])


def test_texts_of_the_pages_come_compressed(web: WebServer) -> None:
    plain = web.ask("GET", "/static/base.css")
    small = web.ask("GET", "/static/base.css", None, {"Accept-Encoding": "gzip, br"})
    assert ("gzip", "Accept-Encoding", plain.body) == (
        small.headers["content-encoding"], small.headers["vary"], gzip.decompress(small.body),
    )  # fmt: skip
    assert len(small.body) < len(plain.body) / 2
