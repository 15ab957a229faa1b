"""A sound under a clip, and the own sound of a clip: made, credited, kept to oneself, gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from filoscope.server.accounts.actions import change_handle
from filoscope.server.accounts.models import Account
from filoscope.server.privacy.actions import erase_account
from filoscope.server.sounds import actions as sounds
from filoscope.server.sounds import files as sound_files
from filoscope.server.sounds import queries as sounds_queries
from filoscope.server.sounds.models import Sound
from filoscope.server.videos import actions, files, queries
from filoscope.server.videos.errors import BadSoundUse, UploadRefused
from filoscope.server.videos.models import Clip, SoundUse, Visibility
from tests import running
from tests.server.sounds.conftest import browser, first_click_s
from tests.server.videos.conftest import receive
from tests.server.videos.sender import Sender, encoded


def played(clip: Clip) -> Path:
    clip.refresh_from_db()
    rung = clip.renditions.first()
    assert rung is not None
    return files.folder_path(clip.folder) / rung.file


def test_a_sound_is_laid_under_a_clip_in_time_and_credits_its_maker(
    song: Sound, alice: Account, tiny_clip: Path
) -> None:
    clip = receive(alice, tiny_clip, sound=song.slug, sound_start_s=0.4)
    running.work_off()
    assert first_click_s(played(clip)) == pytest.approx(0.1, abs=0.002)
    use = SoundUse.objects.get()
    assert (song, False, "0.400 removed", True) == (
        clip.sound, clip.owns_sound, use.laid, clip.completed_at is not None,
    )  # fmt: skip
    assert Sound.objects.count() == 1  # the clip got none of its own
    page = browser(alice).get(song.get_absolute_url()).content.decode()
    assert f"/v/{clip.slug}" in page and "/@bob" in page and "1 clip<" in page


def test_a_browser_says_by_tus_which_sound_it_wants(
    web: running.WebServer, song: Sound, alice: Account, tiny_clip: Path
) -> None:
    sender, content = Sender(web, alice), tiny_clip.read_bytes()
    pairs = {"sound": song.slug, "sound_start": "1.5", "own_sound": "lowered"}
    metadata = ",".join(f"{key} {encoded(value)}" for key, value in pairs.items())
    path = sender.create(len(content), Upload_Metadata=metadata)
    assert sender.append(path, 0, content).status == 204
    use = SoundUse.objects.get()
    assert (1.5, "lowered", song) == (use.start_s, use.own, use.clip.sound)
    for wrong in ({"sound_start": "12.5"}, {"sound_start": "nan"}, {"own_sound": "louder"},
                  {"sound": "nothing"}, {"sound_start": "soon"}):  # fmt: skip
        said = ",".join(f"{key} {encoded(value)}" for key, value in (pairs | wrong).items())
        asked = sender.ask("POST", "/tus/", Upload_Length="9", Upload_Metadata=said)
        assert (400, True) == (asked.status, len(asked.text) > 20), wrong


def test_a_plain_form_says_it_too_and_sees_the_choice(
    song: Sound, alice: Account, tiny_clip: Path
) -> None:
    phone = browser(alice)
    page = phone.get(f"/upload?sound={song.slug}").content.decode()
    assert "River song" in page and 'name="own_sound"' in page
    assert "keeps it for themselves" in phone.get("/upload?sound=nothing").content.decode()
    said = {
        "file": SimpleUploadedFile("a.mp4", tiny_clip.read_bytes()), "caption": "",
        "visibility": "public", "sound": song.slug, "sound_start": "2", "own_sound": "kept",
    }  # fmt: skip
    assert 302 == phone.post("/upload", said).status_code
    use = SoundUse.objects.get()
    assert (2.0, "kept") == (use.start_s, use.own)


def test_another_choice_at_post_has_the_clip_made_again(
    song: Sound, alice: Account, tiny_clip: Path
) -> None:
    clip = receive(alice, tiny_clip, post=False, sound=song.slug)
    running.work_off()
    before = played(clip)
    upload = clip.upload
    actions.edit_upload(upload, post=True, sound_start_s=0.4, own_sound="removed")
    running.work_off()
    assert before != played(clip)
    assert first_click_s(played(clip)) == pytest.approx(0.1, abs=0.002)
    assert ("0.400 removed", True) == (SoundUse.objects.get().laid, bool(clip.completed_at))
    with pytest.raises(BadSoundUse):
        actions.edit_upload(upload, sound_start_s=99.0)


def test_a_sound_that_is_gone_before_it_is_laid_leaves_the_clip_its_own(
    song: Sound, alice: Account, tiny_clip: Path
) -> None:
    clip = receive(alice, tiny_clip, sound=song.slug)
    sounds.hide(song)
    running.work_off()
    clip.refresh_from_db()
    assert clip.sound is not None and clip.sound.maker == alice
    assert (True, True, 0) == (clip.owns_sound, clip.has_sound, SoundUse.objects.count())


def test_who_may_not_use_a_sound_is_told(
    song: Sound, alice: Account, bob: Account, tiny_clip: Path
) -> None:
    said = {"title": song.title, "artist": "", "licence": "", "isrc": ""}
    sounds.edit(song, **said, allows_use=False)
    with pytest.raises(UploadRefused, match="keeps it for themselves"):
        receive(alice, tiny_clip, sound=song.slug)
    assert receive(bob, tiny_clip, sound=song.slug).sound == song


def test_blocked_people_neither_see_nor_use_each_others_sounds(
    song: Sound, alice: Account, bob: Account
) -> None:
    browser(bob).post("/@alice/block")
    assert 404 == browser(alice).get(song.get_absolute_url()).status_code
    assert list(queries.usable_sounds(alice)) == []
    browser(bob).post("/@alice/unblock")
    assert list(queries.usable_sounds(alice)) == [song]


def own_sound(clip: Clip) -> Sound:
    running.work_off()
    clip.refresh_from_db()
    assert clip.sound is not None and clip.owns_sound
    return clip.sound


def test_the_own_sound_of_a_clip_is_heard_by_itself_and_used_by_others(
    received: Clip, bob: Account, tiny_clip: Path
) -> None:
    sound = own_sound(received)
    path = sounds_queries.audio_path(sound)
    assert (files.folder_path(received.folder), True) == (path.parent, path.is_file())
    assert sound.duration_s == pytest.approx(0.5, abs=0.1)
    assert sound.cover_url == received.poster_url
    theirs = receive(bob, tiny_clip, sound=sound.slug)
    running.work_off()
    theirs.refresh_from_db()
    assert (sound, False) == (theirs.sound, theirs.owns_sound)
    page = browser(bob).get(sound.get_absolute_url()).content.decode()
    assert all(f"/v/{clip.slug}" in page for clip in (received, theirs))
    assert "/@alice" in page and "Original sound" in page


def test_a_clip_to_a_clip_to_a_sound_names_who_made_it_first(
    received: Clip, bob: Account, tiny_clip: Path
) -> None:
    first = own_sound(received)
    second = receive(bob, tiny_clip, sound=first.slug, own_sound="kept")
    running.work_off()
    second.refresh_from_db()
    assert second.sound is not None
    charlie = Account.objects.create_user("charlie")
    third = receive(charlie, tiny_clip, sound=second.sound.slug)
    running.work_off()
    third.refresh_from_db()
    assert third.sound is not None and third.sound.maker is not None
    assert "alice" == third.sound.maker.handle
    said = browser(charlie).get(third.get_absolute_url()).content.decode()
    assert "original sound · @alice" in said and third.sound.get_absolute_url() in said


def test_the_credit_of_an_own_sound_goes_by_the_name_its_maker_has_now(
    received: Clip, bob: Account, tiny_clip: Path
) -> None:
    sound = own_sound(received)
    theirs = receive(bob, tiny_clip, sound=sound.slug)
    running.work_off()
    phone = browser(bob)
    assert "original sound · @alice" in phone.get(theirs.get_absolute_url()).content.decode()
    change_handle(Account.objects.get(pk=received.account_id), "alicia")
    pages = [theirs.get_absolute_url(), "/sounds", f"/upload?sound={sound.slug}"]
    said = [phone.get(page).content.decode() for page in pages]
    assert [(True, False)] * 3 == [("@alicia" in one, "@alice" in one) for one in said]


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.FOLLOWERS])
def test_the_own_sound_of_a_clip_that_is_not_for_all_is_not_for_all(
    web: running.WebServer, received: Clip, bob: Account, alice: Account, visibility: str
) -> None:
    sound = own_sound(received)
    assert web.ask("GET", sound.audio_url).status == 200
    actions.edit(received, visibility=visibility)
    assert (404, 404) == (
        web.ask("GET", sound.audio_url).status,
        browser(bob).get(sound.get_absolute_url()).status_code,
    )
    assert list(queries.usable_sounds(bob)) == []
    assert list(queries.usable_sounds(alice)) == [sound]
    assert 200 == browser(alice).get(sound.get_absolute_url()).status_code


def test_a_deleted_clip_takes_its_own_sound_along(
    received: Clip, bob: Account, tiny_clip: Path
) -> None:
    sound = own_sound(received)
    theirs = receive(bob, tiny_clip, sound=sound.slug)
    running.work_off()
    actions.delete(Clip.objects.get(pk=received.pk))
    theirs.refresh_from_db()
    sound.refresh_from_db()
    assert (sound, None, "") == (theirs.sound, sound.ready_at, sound.folder)
    assert list(queries.usable_sounds(bob)) == []
    actions.delete(theirs)
    sounds.delete(sound)
    assert (0, 0) == (Sound.objects.count(), len(list(files.all_folders())))


def test_an_erased_account_is_named_by_no_sound_any_more(
    received: Clip, bob: Account, alice: Account, tiny_clip: Path, song_file: Path
) -> None:
    sound = own_sound(received)
    unused = sounds.receive(alice, sounds.SoundWish("mine"), [song_file.read_bytes()])
    theirs = receive(bob, tiny_clip, sound=sound.slug)
    running.work_off()
    erase_account(Account.objects.get(pk=alice.pk))
    sound.refresh_from_db()
    assert ("original sound", None, None) == (str(sound), sound.maker, sound.ready_at)
    assert not Sound.objects.filter(pk=unused.pk).exists()
    assert (list(sound_files.all_folders()), list(sound_files.all_sources())) == ([], [])
    assert not Clip.objects.filter(search="alice").exists()
    page = browser(bob).get(sound.get_absolute_url()).content.decode()
    assert "Its maker has left" in page and f"/v/{theirs.slug}" in page


def test_own_sounds_without_a_file_are_mended(received: Clip) -> None:
    sound = own_sound(received)
    assert actions.mend_silent_sounds() == ()
    Sound.objects.update(ready_at=None, folder="")
    assert actions.mend_silent_sounds(repair=False) == (received.slug,)
    assert actions.mend_silent_sounds() == (received.slug,)
    assert actions.mend_silent_sounds() == ()  # it is queued
    running.work_off()
    sound.refresh_from_db()
    assert (received.folder, True) == (sound.folder, sound.ready_at is not None)
