"""Cuts that are shared: who may fill them, with what, and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from filoscope.server.accounts.models import Account
from filoscope.server.edits import actions, queries
from filoscope.server.edits.errors import NotYet
from filoscope.server.edits.models import Draft, SharedCut, Take
from filoscope.server.sounds.models import Sound
from filoscope.server.videos import actions as videos
from filoscope.server.videos.models import Clip
from tests.server.cast import publish
from tests.server.edits.conftest import Looked, ready
from tests.server.edits.test_drafts import JSON, cut_of, phone

FPS = 15


def clip_of(draft: Draft, timeline: dict[str, Any]) -> Clip:
    """Return a clip that was posted from a draft with this cut, which is not shared yet."""
    clip = publish(draft.account, "Swing")
    Draft.objects.filter(pk=draft.pk).update(timeline=timeline, clip=clip)
    draft.refresh_from_db()
    return clip


@pytest.fixture
def shared(take: Take) -> SharedCut:
    """The cut of alice's clip: two shots of a second, of one take."""
    clip_of(take.draft, cut_of(take))
    return actions.share_cut(take.draft)


@pytest.fixture
def page_of(shared: SharedCut) -> str:
    return shared.get_absolute_url()


def begun(bob: Account, shared: SharedCut) -> Draft:
    """Begin bob's draft with the cut, as its page does."""
    answer = phone(bob).post(shared.get_absolute_url())
    assert 302 == answer.status_code
    return Draft.objects.get(account=bob)


def fill(draft: Draft) -> Any:
    return phone(draft.account).post(f"/api/v1/drafts/{draft.slug}/fill", **JSON)


def test_the_clip_offers_its_cut_wherever_it_plays_until_it_is_shared_no_more(
    shared: SharedCut, page_of: str, alice: Account, bob: Account
) -> None:
    link = f'href="{page_of}"'
    addresses = (shared.clip.get_absolute_url(), "/latest", "/feed/latest/more")
    for client in (phone(bob), phone(alice), Client()):
        assert [True] * 3 == [link in client.get(one).content.decode() for one in addresses]
    assert f"/accounts/login/?next={page_of}" == Client().get(page_of)["location"]
    phone(alice).post(page_of, {"unshare": "1"})
    for client in (phone(bob), phone(alice), Client()):
        assert [False] * 3 == [link in client.get(one).content.decode() for one in addresses]


def test_a_cut_is_shared_after_posting_by_its_maker_alone(
    take: Take, alice: Account, bob: Account
) -> None:
    clip = clip_of(take.draft, cut_of(take))
    page = f"/v/{clip.slug}/cut"
    assert page in phone(alice).get(f"/v/{clip.slug}/edit").content.decode()
    assert "Let others use this cut" in phone(alice).get(page).content.decode()
    assert [404, 404] == [
        phone(bob).get(page).status_code, phone(bob).post(page, {"share": "1"}).status_code,
    ]  # fmt: skip
    phone(alice).post(page, {"share": "1"})
    assert 200 == phone(bob).get(page).status_code
    phone(bob).post(page, {"unshare": "1"})  # begins a draft, as any press of the button
    assert SharedCut.objects.filter(clip=clip).exists()
    actions.unshare_cut(clip)
    Draft.objects.filter(account=alice).delete()
    assert 404 == phone(alice).get(page).status_code
    assert 302 == phone(alice).post(page, {"share": "1"}).status_code
    assert not SharedCut.objects.exists()


def _unshare(shared: SharedCut, bob: Account) -> None:
    actions.unshare_cut(shared.clip)


def _delete(shared: SharedCut, bob: Account) -> None:
    videos.delete(shared.clip)


def _make_private(shared: SharedCut, bob: Account) -> None:
    videos.edit(shared.clip, visibility="private")


def _block(shared: SharedCut, bob: Account) -> None:
    phone(shared.clip.account).post(f"/@{bob.handle}/block")


def _hide(shared: SharedCut, bob: Account) -> None:
    videos.hide(shared.clip)


@pytest.mark.parametrize("end", [_unshare, _delete, _make_private, _block, _hide])
def test_what_ends_a_shared_cut_ends_it_for_those_who_had_begun_too(
    shared: SharedCut,
    page_of: str,
    bob: Account,
    take_file: Path,
    looked_at: Looked,
    end: Callable[[SharedCut, Account], None],
) -> None:
    draft = begun(bob, shared)
    ready(draft, bob, take_file, looked_at)
    assert (200, [shared]) == (fill(draft).status_code, queries.shared_cuts(bob))
    end(shared, bob)
    other = phone(bob)
    assert [404, 404] == [other.get(page_of).status_code, other.post(page_of).status_code]
    wish = {"cut": page_of.split("/")[2]}
    assert 404 == other.post("/api/v1/drafts", wish, **JSON).status_code
    assert [] == queries.shared_cuts(bob)
    assert page_of not in other.get("/studio").content.decode()
    answer = fill(draft)
    assert (409, True) == (answer.status_code, "no longer shared" in answer.json()["detail"])
    assert Draft.objects.filter(pk=draft.pk).exists()  # and goes on, to be cut anew


def pattern(*lengths_s: float) -> dict[str, Any]:
    """Return a cut with a place of its own for each shot, of these lengths."""
    shots = [
        {"source": f"place:{place}", "start_s": 0.0, "frames": round(length * FPS)}
        for place, length in enumerate(lengths_s)
    ]
    return {"width": 90, "height": 160, "fps": str(FPS), "sound": None, "shots": shots}


@pytest.mark.parametrize(
    ("lengths_s", "takes", "used"),
    [
        ((1, 1, 1), 1, [(0, 0.0), (0, 1.0), (0, 2.0)]),  # fewer takes than places: on from the last
        ((1, 1), 3, [(0, 0.0), (1, 0.0)]),  # more: the first ones
        ((3, 1, 3), 2, [(0, 0.0), (1, 0.0), (1, 1.0)]),  # what is left of the first is too short
        ((3, 3, 3), 1, [(0, 0.0), (0, 0.0), (0, 0.0)]),  # no take has so much: begun again
    ],
)
def test_a_cut_is_filled_with_fewer_and_with_more_takes_than_places(
    shared: SharedCut,
    bob: Account,
    take_file: Path,
    looked_at: Looked,
    lengths_s: tuple[float, ...],
    takes: int,
    used: list[tuple[int, float]],
) -> None:
    SharedCut.objects.update(pattern=pattern(*lengths_s), place_count=len(lengths_s))
    draft = begun(bob, shared)
    made = [ready(draft, bob, take_file, looked_at) for _ in range(takes)]
    names = {f"take:{take.slug}": number for number, take in enumerate(made)}
    filled = fill(draft).json()
    assert used == [(names[shot["source"]], shot["start_s"]) for shot in filled["shots"]]
    saved = phone(bob).patch(
        f"/api/v1/drafts/{draft.slug}", {"revision": draft.revision, "timeline": filled}, **JSON
    )
    assert 200 == saved.status_code


def test_a_take_too_short_for_its_place_is_slowed_down_and_does_not_stand_still(
    shared: SharedCut, bob: Account, take_file: Path, looked_at: Looked
) -> None:
    SharedCut.objects.update(pattern=pattern(8), place_count=1)
    draft = begun(bob, shared)
    ready(draft, bob, take_file, looked_at)  # four seconds
    (shot,) = fill(draft).json()["shots"]
    assert (0.0, pytest.approx(0.5, abs=0.01)) == (shot["start_s"], shot["speed"])


def test_a_cut_cannot_be_filled_with_nothing(shared: SharedCut, bob: Account) -> None:
    answer = fill(begun(bob, shared))
    assert (422, "Film or add a take first.") == (answer.status_code, answer.json()["detail"])


def test_a_cut_of_a_cut_is_shared_in_turn(
    shared: SharedCut, bob: Account, charlie: Account, take_file: Path, looked_at: Looked
) -> None:
    draft = begun(bob, shared)
    ready(draft, bob, take_file, looked_at)
    clip_of(draft, fill(draft).json())
    second = actions.share_cut(draft)
    actions.unshare_cut(shared.clip)  # which is nothing to those who have their own
    assert (shared.pattern["shots"], 1) == (second.pattern["shots"], second.place_count)
    assert 200 == phone(charlie).get(second.get_absolute_url()).status_code


@pytest.fixture
def charlie(db: None) -> Account:
    return Account.objects.create_user("charlie")


def test_a_pattern_has_nothing_of_the_footage(take: Take) -> None:
    timeline = cut_of(take, drift_ppm=40.0, gain_db=-3.0) | {
        "texts": [{"words": "my words", "at": 0, "frames": 9}],
    }
    clip_of(take.draft, timeline)
    kept = actions.share_cut(take.draft).pattern
    assert take.slug not in str(kept) and "my words" not in str(kept)
    assert {(0.0, None)} == {(shot["drift_ppm"], shot["gain_db"]) for shot in kept["shots"]}


def test_a_cut_whose_sound_may_not_be_used_says_so_and_is_filled_without_it(
    song: Sound, shared: SharedCut, bob: Account, charlie: Account
) -> None:
    videos.set_sound(shared.clip, song)
    assert song.title in phone(charlie).get(shared.get_absolute_url()).content.decode()
    Sound.objects.filter(pk=song.pk).update(allows_use=False)
    assert (
        "You cannot use its sound" in phone(charlie).get(shared.get_absolute_url()).content.decode()
    )
    assert begun(charlie, shared).sound is None


def test_a_draft_to_a_hidden_sound_is_neither_shown_nor_posted_with_it(
    song: Sound, take: Take
) -> None:
    actions.set_sound(take.draft, song)
    timeline = cut_of(take) | {"sound": {"source": f"sound:{song.slug}", "start_s": 0.0}}
    Draft.objects.update(timeline=timeline)
    draft = Draft.objects.get()
    videos.hide_sound(song)
    for wish in (actions.wish_preview, actions.wish_post):
        with pytest.raises(NotYet, match="may not be used any more"):
            wish(draft)
    videos.show_sound(song)
    assert "preview" == actions.wish_preview(draft).task


def test_the_page_of_a_cut_takes_few_queries(shared: SharedCut, page_of: str, bob: Account) -> None:
    client = phone(bob)
    client.get(page_of)
    with CaptureQueriesContext(connection) as captured:
        assert 200 == client.get(page_of).status_code
    assert len(captured) <= 6, [query["sql"][:80] for query in captured]
