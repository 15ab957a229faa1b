"""What nobody sends by hand: every answer is a refusal in words, none is a server that broke."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from filoscope.server.accounts.models import Account
from filoscope.server.videos.models import Clip
from tests.server.cast import _quick_and_apart, account, alice, bob, browser, publish

__all__ = ["_quick_and_apart", "alice", "bob"]
pytestmark = pytest.mark.django_db
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize(
    "path",
    [
        "/v/a%00b", "/v/%00/embed", "/v/%00/comments", "/v/%00/edit", "/v/%00/delete",
        "/v/%00/captions/en.vtt", "/sound/%00", "/tag/%00", "/@a%00b", "/api/v1/clips/%00",
        "/api/v1/clips/%00/comments", "/api/v1/accounts/%00", "/report?clip=%00",
        "/report?account=a%00b",
    ],
)  # fmt: skip
def test_an_address_with_a_nul_is_not_there(alice: Account, path: str) -> None:
    assert browser(alice).get(path).status_code == 404


@pytest.mark.parametrize("press", ["like", "save", "share", "comments", "not-interested"])
def test_a_press_at_an_address_with_a_nul_is_not_there(alice: Account, press: str) -> None:
    assert browser(alice).post(f"/v/a%00b/{press}", {"body": "hi"}).status_code == 404


def test_a_report_about_a_nul_is_about_nothing(alice: Account) -> None:
    for kind in ("clip", "comment", "account"):
        answer = browser(alice).post("/report", {kind: "a\0b", "reason": "spam"})
        assert answer.status_code == 404


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
@pytest.mark.parametrize("field", ["caption", "alt_text", "language"])
def test_a_text_that_no_column_holds_is_refused_by_the_api(
    alice: Account, field: str, text: str
) -> None:
    clip = publish(alice, "before")
    answer = browser(alice).patch(
        f"/api/v1/clips/{clip.slug}", json.dumps({field: text}), content_type="application/json"
    )
    assert answer.status_code == 400
    clip.refresh_from_db()
    assert clip.caption == "before"


@pytest.mark.parametrize("track", [{"text": "\ud800"}, {"label": "\0"}, {"\0": 1}])
def test_captions_that_no_column_holds_are_refused_by_the_api(
    alice: Account, track: dict[str, Any]
) -> None:
    clip = publish(alice)
    said = {"text": "WEBVTT\n\n00:01.000 --> 00:02.000\nhi\n"} | track
    answer = browser(alice).put(
        f"/api/v1/clips/{clip.slug}/captions/en", json.dumps(said), content_type="application/json"
    )
    assert answer.status_code == 400


def test_a_caption_from_the_plain_form_loses_its_nul(
    alice: Account, settings: Any, tmp_path: Any
) -> None:
    settings.UPLOAD_ROOT, settings.DISK_FREE_MIN_BYTES = tmp_path, 0
    file = SimpleUploadedFile("a.mp4", b"x")
    answer = browser(alice).post("/upload", {"file": file, "caption": "sea\0side"})
    assert answer.status_code == 302
    assert Clip.objects.get().caption == "seaside"


@pytest.mark.parametrize("path", ["/accounts/login/", "/nowhere", "/settings"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded; charset=latin-1", "a=b"),
        ("multipart/form-data", "no boundary"),
        ("application/x-www-form-urlencoded", "&".join(["a=1"] * 3000)),
    ],
)
def test_a_form_that_cannot_be_read_is_refused_wherever_it_is_sent(
    alice: Account, path: str, kind: str, body: str
) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(alice)
    answer = client.post(path, body, content_type=kind)
    assert answer.status_code == 400
    assert answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "null", ""])
def test_events_from_an_origin_that_cannot_be_read_are_refused(origin: str) -> None:
    answer = Client().post(
        "/feed/events", '{"events": []}', content_type="text/plain", headers={"Origin": origin}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        "[" * 50_000,
        '{"events": [{"key": "' + "0" * 32 + '", "clip": "AbCdEfGhJkm", "kind": "watched", '
        '"watched_s": 1' + "0" * 400 + "}]}",
    ],
)
def test_events_too_deep_or_too_large_to_be_meant_are_read_without_breaking(body: str) -> None:
    answer = Client(raise_request_exception=False).post(
        "/feed/events", body, content_type="application/json", headers=OURS
    )
    assert answer.status_code in (204, 400)


def test_the_admin_lets_nobody_in_past_the_second_factor(client: Client) -> None:
    olive = account("olive", role=Account.Role.OWNER)
    answer = client.get("/admin/")
    assert answer.status_code == 302
    answer = client.post(
        "/admin/login/", {"username": "olive", "password": "a calm green river", "next": "/admin/"}
    )
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in client.session
    assert browser(olive).get("/admin/").status_code == 200


def test_the_admin_turns_members_away(bob: Account) -> None:
    assert browser(bob).get("/admin/login/").status_code == 403
