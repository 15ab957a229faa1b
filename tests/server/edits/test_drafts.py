"""Drafts: begun and edited by their makers alone, within limits, and gone with all their files."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.edits import actions, files, queries
from filoscope.server.edits.cutting_room import settled
from filoscope.server.edits.models import Draft, SharedCut, Take
from filoscope.server.sounds.models import Sound
from filoscope.server.videos import actions as videos
from filoscope.server.videos.models import Clip, Upload
from tests import running
from tests.server.edits.conftest import Looked, ready, send

JSON: dict[str, Any] = {"content_type": "application/json"}


def phone(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def cut_of(take: Take, **shot: Any) -> dict[str, Any]:
    """Return a cut of two shots of one take."""
    shots = [
        {"source": f"take:{take.slug}", "start_s": start, "frames": 15} | shot
        for start in (0.0, 2.0)
    ]
    return {"width": 90, "height": 160, "fps": "15", "sound": None, "shots": shots}


def save(draft: Draft, **edit: Any) -> Any:
    return phone(draft.account).patch(
        f"/api/v1/drafts/{draft.slug}", {"revision": draft.revision} | edit, **JSON
    )


def test_a_take_is_looked_at_and_shown_to_its_maker_alone(
    draft: Draft, alice: Account, bob: Account, take_file: Path
) -> None:
    take = actions.add_take(draft, send(alice, take_file))
    running.work_off()
    take.refresh_from_db()
    assert (4.0, 90, 160, False) == (
        round(take.duration_s or 0, 1), take.width, take.height, take.has_sound,
    )  # fmt: skip
    folder = files.folder_path(take.folder)
    made = {path.name for path in folder.iterdir()}
    assert {"proxy.mp4", "strip.webp", "poster.webp", "footage.json"} == made
    assert (True, False) == (
        queries.may_read(take.folder, alice), queries.may_read(take.folder, bob),
    )  # fmt: skip


def test_an_upload_of_a_take_becomes_no_clip_and_is_fetched_once(
    draft: Draft, alice: Account, take_file: Path
) -> None:
    upload = send(alice, take_file)
    actions.add_take(draft, upload)
    assert not Clip.objects.exists()
    assert Upload.State.FETCHED == Upload.objects.get(pk=upload).state
    body = {"upload": str(upload)}
    again = phone(alice).post(f"/api/v1/drafts/{draft.slug}/takes", body, **JSON)
    assert 404 == again.status_code


def test_nobody_adds_the_upload_of_another(
    draft: Draft, bob: Account, take_file: Path, alice: Account
) -> None:
    body = {"upload": str(send(bob, take_file))}
    assert 404 == phone(alice).post(f"/api/v1/drafts/{draft.slug}/takes", body, **JSON).status_code


def test_a_draft_does_not_exist_for_others(draft: Draft, bob: Account) -> None:
    other = phone(bob)
    assert 404 == other.get(f"/api/v1/drafts/{draft.slug}").status_code
    assert 404 == other.get(f"/studio/{draft.slug}").status_code
    assert 404 == other.delete(f"/api/v1/drafts/{draft.slug}").status_code
    body = {"upload": str(uuid.uuid4())}
    assert 404 == other.post(f"/api/v1/drafts/{draft.slug}/takes", body, **JSON).status_code


def test_an_edit_is_kept_and_one_that_has_not_seen_it_is_refused(take: Take) -> None:
    draft = take.draft
    assert 200 == save(draft, timeline=cut_of(take), caption="First").status_code
    late = save(draft, timeline=cut_of(take), caption="Late")
    assert (409, "First") == (late.status_code, Draft.objects.get().caption)
    assert "Load it again" in late.json()["detail"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"source": "/etc/passwd"}, "/etc/passwd"),
        ({"source": "take:somebodys"}, "take:somebodys"),
        ({"look": {"name": "/etc/passwd.cube", "strength": 1.0}}, "/etc/passwd.cube"),
        ({"key": {"behind": "../secret.key"}}, "../secret.key"),
        ({"frames": 0}, "shots[0].frames"),
        ({"speed": "fast"}, "shots[0].speed"),
        ({"frames": 15 * 1000}, "seconds"),
    ],
)
def test_a_cut_that_names_other_files_or_goes_over_a_limit_is_refused_with_its_field(
    take: Take, wrong: dict[str, Any], said: str
) -> None:
    answer = save(take.draft, timeline=cut_of(take, **wrong))
    assert 422 == answer.status_code
    assert said in answer.json()["detail"]
    assert Draft.objects.get().timeline is None


def test_drafts_and_takes_are_limited(
    draft: Draft, alice: Account, take_file: Path, settings: LazySettings
) -> None:
    settings.DRAFTS_MAX = 1
    assert 429 == phone(alice).post("/api/v1/drafts", {}, **JSON).status_code
    settings.TAKES_MAX = 0
    body = {"upload": str(send(alice, take_file))}
    answer = phone(alice).post(f"/api/v1/drafts/{draft.slug}/takes", body, **JSON)
    assert (429, 0) == (answer.status_code, Take.objects.count())


def test_a_take_that_is_no_video_says_so(draft: Draft, alice: Account, tmp_path: Path) -> None:
    lie = tmp_path / "lie.mp4"
    lie.write_text("<html>no video</html>" * 99)
    take = actions.add_take(draft, send(alice, lie))
    running.work_off()
    take.refresh_from_db()
    assert Take.State.FAILED == take.state
    assert "not a video" in take.failure


def test_a_take_that_was_taken_out_comes_back_until_the_sweep(take: Take) -> None:
    draft = take.draft
    assert [] == [
        one for one in save(draft, removed=[take.slug]).json()["takes"] if not one["is_removed"]
    ]
    draft.refresh_from_db()
    save(draft, removed=[])
    assert Take.objects.get().removed_at is None
    Take.objects.update(removed_at=timezone.now() - timedelta(hours=25))
    actions.expire_drafts(timezone.now())
    assert not Take.objects.exists()
    assert not files.take_path(take.original).exists()


def test_an_old_draft_goes_with_its_files_and_a_sweep_keeps_the_others(
    take: Take, settings: LazySettings
) -> None:
    assert () == actions.remove_orphans(grace_s=0)
    videos.sweep_orphans()
    assert files.take_path(take.original).is_file()
    later = timezone.now() + timedelta(days=settings.DRAFT_DAYS + 1)
    assert 1 == actions.expire_drafts(later)
    assert [] == [*files.all_folders(), *files.all_takes()]


def test_files_that_no_draft_names_are_swept(take: Take) -> None:
    Draft.objects.all().delete()  # as a crash after the row was gone
    assert {take.folder, take.original} == set(actions.remove_orphans(grace_s=0))
    assert [] == [*files.all_folders(), *files.all_takes()]


def test_whoever_leaves_takes_their_drafts_along(take: Take, alice: Account) -> None:
    from filoscope.server.privacy.actions import erase_account

    erase_account(alice)
    assert not Draft.objects.exists()
    assert [] == [*files.all_folders(), *files.all_takes()]


@pytest.mark.parametrize(
    ("heard", "hint_s", "offset_s"),
    [
        (None, None, None),
        (None, 4.0, 4.0),
        ({"how": "sound", "offset_s": 4.1, "rival_s": 8.1}, None, 4.1),
        ({"how": "sound", "offset_s": 4.1, "rival_s": 8.1}, 4.0, 4.1),
        ({"how": "sound", "offset_s": 4.1, "rival_s": 8.1}, 8.0, 8.1),
        ({"how": "sound", "offset_s": 4.1, "rival_s": None}, 8.0, 8.0),
        ({"how": "refused", "offset_s": None, "rival_s": None}, 2.0, 2.0),
    ],
)
def test_a_loop_away_from_where_it_was_filmed_the_page_is_believed(
    heard: dict[str, Any] | None, hint_s: float | None, offset_s: float | None
) -> None:
    placed = settled(heard, hint_s)
    assert offset_s == (placed and placed["offset_s"])


def test_a_cut_to_no_sound_is_refused_in_words(take: Take) -> None:
    draft = take.draft
    Draft.objects.filter(pk=draft.pk).update(sound=None)
    wish = {"style": "dance", "length_s": 5}
    answer = phone(draft.account).post(f"/api/v1/drafts/{draft.slug}/cut", wish, **JSON)
    assert (409, "Choose a sound first: cuts are made to its beats.") == (
        answer.status_code, answer.json()["detail"],
    )  # fmt: skip


def test_a_draft_without_a_sound_is_rendered_posted_and_its_cut_shared(
    take: Take, bob: Account
) -> None:
    draft = take.draft
    save(draft, timeline=cut_of(take), caption="Swing #ball", shares_cut=True, cover_s=1.2)
    assert 200 == phone(draft.account).post(f"/api/v1/drafts/{draft.slug}/post", **JSON).status_code
    running.work_off()
    draft.refresh_from_db()
    clip = draft.clip
    assert clip is not None, draft.failure
    assert (Clip.State.READY, "Swing #ball", 2.0, 1.2) == (
        clip.state, clip.caption, round(clip.duration_s or 0, 1), clip.cover_s,
    )  # fmt: skip
    assert SharedCut.objects.get().pattern["shots"][0]["source"] == "place:0"
    answer = phone(bob).post(f"/v/{clip.slug}/cut")
    begun = Draft.objects.get(account=bob)
    assert f"/studio/{begun.slug}" == answer["Location"]


def test_the_cut_of_another_is_filled_with_ones_own_takes(
    take: Take, alice: Account, bob: Account, take_file: Path, looked_at: Looked
) -> None:
    posted = take.draft
    save(posted, timeline=cut_of(take), shares_cut=True)
    phone(alice).post(f"/api/v1/drafts/{posted.slug}/post", **JSON)
    running.work_off()
    posted.refresh_from_db()
    assert posted.clip is not None, posted.failure
    mine = phone(bob).post("/api/v1/drafts", {"cut": posted.clip.slug}, **JSON).json()
    draft = Draft.objects.get(slug=mine["slug"])
    own = ready(draft, bob, take_file, looked_at)
    filled = phone(bob).post(f"/api/v1/drafts/{draft.slug}/fill", **JSON).json()
    assert [f"take:{own.slug}"] * 2 == [shot["source"] for shot in filled["shots"]]
    assert 30 == sum(shot["frames"] for shot in filled["shots"])


def test_takes_are_cut_to_a_song_whose_sound_the_clip_credits(
    song: Sound, alice: Account, take_file: Path
) -> None:
    draft = actions.begin_draft(alice, sound=song)
    for hint_s in (0.0, 2.0):
        actions.add_take(draft, send(alice, take_file), hint_s=hint_s)
    running.work_off()
    wish = {"style": "dance", "length_s": 4.0, "alternatives": 2}
    client = phone(alice)
    assert 200 == client.post(f"/api/v1/drafts/{draft.slug}/cut", wish, **JSON).status_code
    running.work_off()
    draft.refresh_from_db()
    assert "" == draft.failure
    best = draft.alternatives[0]
    assert f"sound:{song.slug}" == best["sound"]["source"]
    beats = [round(beat * 2, 1) for beat in best["beats_s"]]
    assert (
        beats == [round(beat) for beat in beats] and beats
    )  # half a second apart, from the cut's start
    assert 200 == save(draft, timeline=best | {"width": 90, "height": 160}).status_code
    client.post(f"/api/v1/drafts/{draft.slug}/post", **JSON)
    running.work_off()
    draft.refresh_from_db()
    assert draft.clip is not None, draft.failure
    assert song == draft.clip.sound


def test_another_wish_replaces_the_one_before_it(take: Take) -> None:
    draft = take.draft
    save(draft, timeline=cut_of(take))
    draft.refresh_from_db()
    first = actions.wish_preview(draft).task_key
    second = actions.wish_preview(draft).task_key
    assert first != second
    running.work_off()
    draft.refresh_from_db()
    assert ("", 1) == (draft.task, draft.preview_revision)
    assert (files.folder_path(draft.folder) / files.PREVIEW).is_file()
