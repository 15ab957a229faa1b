"""A sound that a moderator hides is heard in no clip either, and comes back to all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from filoscope.server.accounts.models import Account
from filoscope.server.moderation.models import Decision
from filoscope.server.social.models import Notification
from filoscope.server.sounds import actions as sounds
from filoscope.server.sounds.models import Sound
from filoscope.server.videos import actions, files, queries
from filoscope.server.videos.errors import Superseded
from filoscope.server.videos.models import Clip, SoundUse
from tests import running
from tests.server.sounds.conftest import browser, first_click_s
from tests.server.videos.conftest import receive

WHY = {"note": "Its rights holder asked for it."}


@pytest.fixture
def moderator(db: None) -> Account:
    return Account.objects.create_user("mona", role=Account.Role.MODERATOR)


@pytest.fixture
def clip(song: Sound, alice: Account, tiny_clip: Path) -> Clip:
    """Alice's clip to bob's song, as its jobs leave it."""
    made = receive(alice, tiny_clip, sound=song.slug, sound_start_s=0.4, own_sound="lowered")
    running.work_off()
    made.refresh_from_db()
    return made


def played(clip: Clip) -> Path:
    clip.refresh_from_db()
    rung = clip.renditions.first()
    assert rung is not None
    return files.folder_path(clip.folder) / rung.file


def kinds(path: Path) -> list[str]:
    """Return which streams a file has."""
    with av.open(str(path)) as container:
        return [stream.type for stream in container.streams]


def address(path: Path) -> str:
    return f"/media/{path.parent.parent.parent.name}/{path.parent.parent.name}/{path.parent.name}/{path.name}"


def status(web: running.WebServer, path: Path, who: Account | None = None) -> int:
    headers = {"Cookie": running.session_cookie(who)} if who else {}
    return web.ask("GET", address(path), None, headers).status


def page(path: str, who: Account | None = None) -> str:
    client = browser(who) if who else Client()
    return client.get(path).content.decode()


def test_a_hidden_sound_is_heard_in_no_clip_and_comes_back_to_all(
    web: running.WebServer, song: Sound, clip: Clip, alice: Account, moderator: Account
) -> None:
    before = played(clip)
    heard = before.read_bytes()
    assert (["video", "audio"], 200) == (kinds(before), status(web, before))
    answer = browser(moderator).post(f"/sound/{song.slug}/hide", WHY)
    assert 302 == answer.status_code
    # At once, before any job has run: nothing that sounds is served, and the clip is in no list.
    assert {404} == {status(web, before, who) for who in (None, alice, song.maker)}
    assert 200 == status(web, before.with_name("poster.webp"))
    assert clip.slug not in page("/latest")
    running.work_off()
    muted = played(clip)
    assert (["video"], 200, 404) == (kinds(muted), status(web, muted), status(web, before))
    playlists = [muted.with_name("master.m3u8"), muted.with_suffix(".m3u8")]
    assert {200} == {status(web, path) for path in playlists}
    assert "mp4a" not in playlists[0].read_text()
    shown = page(clip.get_absolute_url())
    assert "This sound isn&#x27;t available" in shown
    assert song.title not in shown and song.get_absolute_url() not in shown
    assert clip.slug in page("/latest")
    assert "has hidden the sound of this clip" in page(f"/v/{clip.slug}/edit", alice)
    assert clip.pk not in [one.pk for one in Clip.objects.filter(sound=None)]  # it stays credited
    browser(moderator).post(f"/sound/{song.slug}/show")
    assert (before, heard, 404) == (played(clip), before.read_bytes(), status(web, muted))
    assert not muted.exists()
    shown = page(clip.get_absolute_url())
    assert song.title in shown and "isn&#x27;t available" not in shown


def test_the_hidden_own_sound_of_a_clip_mutes_it_and_those_that_use_it(
    web: running.WebServer,
    received: Clip,
    alice: Account,
    bob: Account,
    charlie: Account,
    moderator: Account,
    tiny_clip: Path,
) -> None:
    running.work_off()
    received.refresh_from_db()
    sound = received.sound
    assert sound is not None
    theirs = receive(bob, tiny_clip, sound=sound.slug)
    running.work_off()
    own_file = played(received).with_name("sound.m4a")
    assert 200 == status(web, own_file)
    browser(moderator).post(f"/sound/{sound.slug}/hide", WHY)
    assert [404, 404, 200, 200] == [
        status(web, own_file, who) for who in (None, bob, alice, moderator)
    ]
    running.work_off()
    assert {("video",)} == {tuple(kinds(played(one))) for one in (received, theirs)}
    assert [404, 404, 200, 200] == [
        status(web, own_file, who) for who in (None, bob, alice, moderator)
    ]
    assert [404, 200, 200] == [
        browser(who).get(sound.get_absolute_url()).status_code
        for who in (charlie, alice, moderator)
    ]
    assert actions.mend_silent_sounds() == ()
    actions.show_sound(sound)
    assert {("video", "audio")} == {tuple(kinds(played(one))) for one in (received, theirs)}
    assert 200 == status(web, own_file)


@pytest.fixture
def charlie(db: None) -> Account:
    return Account.objects.create_user("charlie")


def test_a_clip_made_anew_while_its_sound_is_hidden_stays_muted(song: Sound, clip: Clip) -> None:
    actions.hide_sound(song)
    running.work_off()
    muted = played(clip)
    actions.change_laying(clip, start_s=0.3, own="removed")
    running.work_off()
    assert (["video"], "0.300 removed") == (kinds(played(clip)), SoundUse.objects.get().laid)
    assert muted != played(clip)
    actions.remove_orphans(grace_s=0.0)
    actions.show_sound(song)
    assert first_click_s(played(clip)) == pytest.approx(0.2, abs=0.002)
    assert {clip.folder} == set(files.all_folders()) - {clip.next_folder}


def test_a_clip_that_is_still_made_when_its_sound_is_hidden_never_sounds(
    received: Clip, song: Sound, web: running.WebServer
) -> None:
    actions.set_sound(received, song)  # as the studio does, in whose file the song is
    actions.hide_sound(song)
    running.work_off()
    assert (["video"], 200) == (kinds(played(received)), status(web, played(received)))


def test_what_is_shown_again_while_its_clips_are_being_muted_is_left_alone(
    song: Sound, clip: Clip
) -> None:
    before = played(clip)
    actions.hide_sound(song)
    first, second = actions.begin_mute(clip.pk), actions.begin_mute(clip.pk)  # one was killed
    for run in (first, second):
        run.path.mkdir(parents=True)
    with pytest.raises(Superseded):
        actions.keep_mute(first)
    actions.show_sound(song)
    actions.keep_mute(second)
    assert (before, False) == (played(clip), second.path.exists())
    with pytest.raises(Superseded):
        actions.begin_mute(clip.pk)


def test_a_sweep_mutes_what_was_forgotten_and_keeps_what_is_heard_again(
    song: Sound, clip: Clip
) -> None:
    before = played(clip)
    sounds.hide(song)  # and then the power went
    assert (clip.slug,) == actions.mend_muting(repair=False) == actions.mend_muting()
    assert () == actions.mend_muting()  # it is queued
    running.work_off()
    assert (["video"], ((), ())) == (kinds(played(clip)), actions.remove_orphans(grace_s=0.0))
    sounds.show(song)
    assert (clip.slug,) == actions.mend_muting()
    assert before == played(clip)


def test_a_muted_clip_is_deleted_with_all_its_files(song: Sound, clip: Clip) -> None:
    actions.hide_sound(song)
    running.work_off()
    assert 2 == len(list(files.all_folders()))
    actions.delete(clip)
    assert [] == list(files.all_folders())


def test_whoever_has_the_sound_is_told_why_and_the_decision_is_kept(
    song: Sound, clip: Clip, alice: Account, bob: Account, moderator: Account
) -> None:
    desk = browser(moderator)
    desk.post(f"/sound/{song.slug}/hide")
    assert not Decision.objects.exists()  # without a reason
    desk.post(f"/sound/{song.slug}/hide", WHY)
    told = dict(Notification.objects.values_list("recipient__handle", "text"))
    assert {"alice", "bob"} == set(told)
    assert "play without sound" in told["alice"] and WHY["note"] in told["alice"]
    assert "was hidden by the moderators" in told["bob"] and WHY["note"] in told["bob"]
    decision = Decision.objects.get()
    assert ("hide", song, moderator) == (decision.kind, decision.sound, decision.moderator)
    assert f"the sound {song.title}" in page("/moderation", moderator)


def test_nobody_decides_about_a_sound_of_their_own_or_without_being_a_moderator(
    song: Sound, alice: Account, bob: Account
) -> None:
    assert 404 == browser(alice).post(f"/sound/{song.slug}/hide", WHY).status_code
    assert "/accounts/login/" in Client().post(f"/sound/{song.slug}/hide", WHY)["location"]
    Account.objects.filter(pk=bob.pk).update(role=Account.Role.MODERATOR)
    browser(Account.objects.get(pk=bob.pk)).post(f"/sound/{song.slug}/hide", WHY)
    song.refresh_from_db()
    assert song.hidden_at is None


def test_a_hidden_sound_cannot_be_laid_under_a_further_clip(
    song: Sound, clip: Clip, bob: Account, tiny_clip: Path
) -> None:
    actions.hide_sound(song)
    said: dict[str, Any] = {
        "file": SimpleUploadedFile("a.mp4", tiny_clip.read_bytes()), "caption": "",
        "visibility": "public", "sound": song.slug,
    }  # fmt: skip
    assert 400 <= browser(bob).post("/upload", said).status_code < 500
    assert 1 == Clip.objects.count()


def test_a_muted_file_still_costs_one_query(song: Sound, clip: Clip) -> None:
    actions.hide_sound(song)
    running.work_off()
    clip.refresh_from_db()
    with CaptureQueriesContext(connection) as captured:
        access = queries.folder_access(clip.folder, sounds=True)
    assert (1, True) == (len(captured), access is not None and access.is_public)
