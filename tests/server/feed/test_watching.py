"""One clip at its address, and what other sites are told about it."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest
from django.test import Client

from filoscope.server.accounts.models import Account
from filoscope.server.social.models import Block, Follow
from filoscope.server.videos.models import CaptionTrack, Clip, Visibility
from tests.server.feed.conftest import NOW, account, publish, signed_in
from tests.server.feed.test_tabs import slugs

pytestmark = pytest.mark.django_db


def test_a_deep_link_shows_this_clip_first_and_then_the_feed(client: Client, bob: Account) -> None:
    clips = [publish(account(f"maker{number}")) for number in range(12)]
    page = client.get(f"/v/{clips[5].slug}")
    first = re.findall(r'data-slug="(\w+)"', page.content.decode())
    onward = re.search(r'data-more="(/feed/clip/more[^"]+)"', page.content.decode())
    assert onward is not None
    rest = slugs(client, onward[1])
    assert first[0] == clips[5].slug
    assert sorted(first + rest) == sorted(clip.slug for clip in clips)
    assert [card.place.tab for card in page.context["cards"]] == ["clip"] * 8
    assert [card.place.position for card in page.context["cards"]] == list(range(8))


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.FOLLOWERS])
def test_what_is_not_for_everyone_is_not_found_at_its_address(
    alice: Account, as_alice: Client, bob: Account, visibility: str
) -> None:
    clip = publish(bob, visibility=visibility)
    for address in (clip.get_absolute_url(), f"{clip.get_absolute_url()}/embed"):
        assert as_alice.get(address).status_code == 404
    assert signed_in(bob).get(clip.get_absolute_url()).status_code == 200
    Follow.objects.create(follower=alice, followed=bob)
    expected = 200 if visibility == Visibility.FOLLOWERS else 404
    assert as_alice.get(clip.get_absolute_url()).status_code == expected


def test_an_unlisted_clip_plays_at_its_address_and_is_found_nowhere_else(
    client: Client, bob: Account
) -> None:
    clip = publish(bob, "#secret", visibility=Visibility.UNLISTED)
    assert slugs(client, clip.get_absolute_url()) == [clip.slug]
    assert slugs(client, "/") == []
    assert clip.slug not in client.get("/tag/secret").content.decode()
    assert clip.slug not in client.get("/search?q=secret").content.decode()


def test_hidden_deleted_and_never_made_look_the_same(client: Client, bob: Account) -> None:
    hidden, deleted = publish(bob, hidden_at=NOW), publish(bob)
    deleted.delete()
    for slug in (hidden.slug, deleted.slug, "AbCdEfGhJkm", "x", "AbCdEfGhJkm" * 9):
        assert client.get(f"/v/{slug}").status_code == 404


def test_a_blocked_maker_is_not_found(alice: Account, as_alice: Client, bob: Account) -> None:
    clip = publish(bob)
    Block.objects.create(blocker=bob, blocked=alice)
    assert as_alice.get(clip.get_absolute_url()).status_code == 404


def test_a_card_shows_what_the_viewer_did_and_what_there_is(
    alice: Account, as_alice: Client, bob: Account
) -> None:
    clip = publish(bob, "with @alice #bread", alt_text="a loaf")
    CaptionTrack.objects.create(clip=clip, language="en", label="English", text="WEBVTT\n")
    Follow.objects.create(follower=alice, followed=bob)
    clip.likes.create(account=alice)
    card = as_alice.get(clip.get_absolute_url()).context["cards"][0]
    standing = card.standing
    assert (standing.liked, standing.saved, standing.followed, standing.is_me) == (
        True, False, True, False,
    )  # fmt: skip
    assert [rung.url for rung in card.facts.renditions] == [
        "/media/clips/ab/cd/480.mp4", "/media/clips/ab/cd/720.mp4",
    ]  # fmt: skip
    assert card.facts.caption_tracks[0].url == f"/v/{clip.slug}/captions/en.vtt"
    assert signed_in(bob).get(clip.get_absolute_url()).context["cards"][0].standing.is_me


def test_a_change_of_the_clip_is_on_the_very_next_page(client: Client, bob: Account) -> None:
    clip = publish(bob, "before")
    assert b"before" in client.get("/latest").content
    Clip.objects.filter(pk=clip.pk).update(caption="after")
    Account.objects.filter(pk=bob.pk).update(display_name="Robert")
    page = client.get("/latest").content
    assert b"after" in page
    assert b"Robert" in page
    assert b"before" not in page


def test_no_caption_can_leave_its_element(client: Client, bob: Account) -> None:
    nasty = '</script><script>alert(1)</script>" onload="x \ue000tab\ue001 &amp;'
    clip = publish(bob, nasty, alt_text=nasty)
    for address in (clip.get_absolute_url(), f"{clip.get_absolute_url()}/embed", "/search?q=alert"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert 'onload="x' not in page
    data = re.search(
        r'<script type="application/ld\+json">(.*?)</script>',
        client.get(clip.get_absolute_url()).content.decode(),
    )
    if data is not None:  # the head is the template's to include
        assert json.loads(data[1])["@type"] == "VideoObject"


def test_an_embedded_player_may_be_framed_and_the_page_may_not(
    client: Client, bob: Account
) -> None:
    clip = publish(bob)
    page = client.get(clip.get_absolute_url())
    embed = client.get(f"{clip.get_absolute_url()}/embed")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert "frame-ancestors *" in embed["Content-Security-Policy"]
    assert b"/media/clips/ab/cd/720.mp4" in embed.content
    assert "sessionid" not in embed.cookies


def test_oembed_describes_a_player_that_fits(client: Client, bob: Account) -> None:
    clip = publish(bob, "Morning bread")
    address = quote(f"http://testserver{clip.get_absolute_url()}", safe="")
    said = client.get(f"/oembed?url={address}&maxwidth=200&format=json")
    answer = said.json()
    assert said["Access-Control-Allow-Origin"] == "*"
    assert (answer["type"], answer["version"]) == ("video", "1.0")
    assert (answer["width"], answer["height"]) == (200, 356)
    assert f'src="http://testserver/v/{clip.slug}/embed"' in answer["html"]
    assert (answer["title"], answer["author_name"]) == ("bob: Morning bread", "bob")
    assert (answer["thumbnail_width"], answer["thumbnail_height"]) == (720, 1280)


@pytest.mark.parametrize(
    "address",
    ["", "x", "http://testserver/", "http://evil.example/v/{}", "ftp://testserver/v/{}", "http://[::1/v/{}",
     "http://testserver/v/AbCdEfGhJkm"],
)  # fmt: skip
def test_oembed_knows_only_clips_here(client: Client, bob: Account, address: str) -> None:
    asked = quote(address.format(publish(bob).slug), safe="")
    assert client.get(f"/oembed?url={asked}").status_code == 404


def test_oembed_tells_nothing_of_what_is_not_for_everyone(bob: Account) -> None:
    clip = publish(bob, visibility=Visibility.PRIVATE)
    asked = quote(f"http://testserver{clip.get_absolute_url()}", safe="")
    assert signed_in(bob).get(f"/oembed?url={asked}").status_code == 404


def test_oembed_speaks_only_json(client: Client) -> None:
    assert client.get("/oembed?format=xml&url=x").status_code == 501


def test_the_map_of_the_site_names_only_public_clips(client: Client, bob: Account) -> None:
    clip, private = publish(bob), publish(bob, visibility=Visibility.PRIVATE)
    text = client.get("/sitemap.xml").content.decode()
    assert f"http://testserver/v/{clip.slug}" in text
    assert private.slug not in text
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()
