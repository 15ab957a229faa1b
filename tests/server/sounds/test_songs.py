"""A sound sent by itself: from the form to the file, its beats, and its end."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from filoscope.server.accounts.models import Account
from filoscope.server.sounds import actions, files, queries, sweeping
from filoscope.server.sounds.errors import BadISRC, SoundRefused
from filoscope.server.sounds.isrc import read_isrc, show_isrc
from filoscope.server.sounds.models import Sound
from tests import running
from tests.server.cast import publish
from tests.server.sounds.conftest import browser, first_click_s, send


def cover() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (90, 60), "teal").save(out, "PNG")
    return out.getvalue()


def test_a_song_is_sent_by_the_page_made_and_heard_through(
    places: Path, empty_queue: None, alice: Account, song_file: Path
) -> None:
    said = {
        "title": "  River   song ", "artist": "The Banks", "licence": "cc-by",
        "isrc": "us-rc1-76-07839", "allows_use": "on", "may_share": "on",
        "file": SimpleUploadedFile("song.wav", song_file.read_bytes()),
        "cover": SimpleUploadedFile("cover.png", cover()),
    }  # fmt: skip
    answer = browser(alice).post("/sounds/new", said)
    sound = Sound.objects.get()
    assert (302, sound.get_absolute_url()) == (answer.status_code, answer["location"])
    running.work_off()
    sound.refresh_from_db()
    assert ("River song", "The Banks", "cc-by", "USRC17607839", alice.pk, False, "") == (
        sound.title, sound.artist, sound.licence, sound.isrc, sound.maker_id, sound.is_original,
        sound.failure,
    )  # fmt: skip
    assert (sound.duration_s, sound.source) == (pytest.approx(12.0, abs=0.05), "")
    assert list(files.all_sources()) == []
    assert queries.audio_path(sound).is_file() and sound.cover_url.endswith(".webp")
    assert (files.folder_path(sound.folder) / sound.cover).is_file()
    heard = queries.song_of(sound)
    assert heard is not None and round(heard.tempo_bpm, 1) == sound.tempo_bpm
    assert sound.tempo_bpm == pytest.approx(120, abs=1) or sound.tempo_bpm == pytest.approx(
        60, abs=1
    )
    assert list(queries.usable(None)) == [sound]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": ""}, "required"),
        ({"may_share": ""}, "required"),
        ({"isrc": "nonsense"}, "An ISRC has two letters"),
        ({"licence": "mine"}, "not one of the available choices"),
        ({"cover": SimpleUploadedFile("x.png", b"no picture")}, "no picture"),
        ({"file": SimpleUploadedFile("x.mp3", b"")}, "empty"),
    ],
)
def test_what_is_not_said_rightly_is_told_beside_its_field(
    places: Path, empty_queue: None, alice: Account, changed: dict[str, object], words: str
) -> None:
    said = {
        "title": "x", "may_share": "on", "file": SimpleUploadedFile("x.wav", b"RIFF"), **changed
    }  # fmt: skip
    answer = browser(alice).post("/sounds/new", said)
    assert (400, 0) == (answer.status_code, Sound.objects.count())
    assert words in answer.content.decode()


def test_what_is_no_sound_says_so_to_its_maker_alone(
    places: Path, empty_queue: None, alice: Account, bob: Account, tmp_path: Path
) -> None:
    (tmp_path / "a.mp3").write_bytes(b"I am a text")
    sound = send(alice, tmp_path / "a.mp3")
    running.work_off()
    sound.refresh_from_db()
    assert "has no sound" in sound.failure and sound.ready_at is None
    assert "has no sound" in browser(alice).get(sound.get_absolute_url()).content.decode()
    assert list(queries.usable(alice)) == list(files.all_sources()) == []


def test_a_day_has_an_end(
    places: Path, empty_queue: None, alice: Account, song_file: Path, settings: LazySettings
) -> None:
    settings.UPLOADS_A_DAY = 1
    send(alice, song_file)
    with pytest.raises(SoundRefused, match="1 sounds a day"):
        send(alice, song_file)
    assert 1 == Sound.objects.count() == len(list(files.all_sources()))


def test_a_song_too_heavy_leaves_nothing(
    places: Path,
    empty_queue: None,
    alice: Account,
    monkeypatch: pytest.MonkeyPatch,
    song_file: Path,
) -> None:
    monkeypatch.setattr(actions, "SOUND_BYTES_MAX", 1000)
    with pytest.raises(SoundRefused, match="largest sound"):
        send(alice, song_file)
    assert (0, [], []) == (
        Sound.objects.count(), list(files.all_sources()), list(files.all_folders())
    )  # fmt: skip


@pytest.mark.parametrize("typed", ["USRC17607839", "us-rc1-76-07839", "ISRC US RC1 76 07839"])
def test_an_isrc_is_read_as_people_write_it(typed: str) -> None:
    assert "US-RC1-76-07839" == show_isrc(read_isrc(typed))


@pytest.mark.parametrize("typed", ["USRC1760783", "1SRC17607839", "USRC1760783X", "ÜSRC17607839"])
def test_what_is_no_isrc_is_refused(typed: str) -> None:
    with pytest.raises(BadISRC):
        read_isrc(typed)


def test_only_its_maker_changes_a_song(song: Sound, alice: Account, bob: Account) -> None:
    said = {"title": "New name", "artist": "", "licence": "", "isrc": ""}
    assert 404 == browser(alice).post(f"/sound/{song.slug}/edit", said).status_code
    assert 302 == browser(bob).post(f"/sound/{song.slug}/edit", said).status_code
    song.refresh_from_db()
    assert ("New name", False) == (song.title, song.allows_use)
    assert list(queries.usable(alice)) == []
    assert list(queries.usable(bob)) == [song]


def test_a_deleted_song_is_gone_but_clips_go_on_naming_it(
    song: Sound, alice: Account, bob: Account
) -> None:
    folder = files.folder_path(song.folder)
    clip = publish(alice, sound=song)
    assert 404 == browser(alice).post(f"/sound/{song.slug}/delete").status_code
    browser(bob).post(f"/sound/{song.slug}/delete")
    clip.refresh_from_db()
    assert (song, False) == (clip.sound, folder.exists())
    page = browser(alice).get(song.get_absolute_url()).content.decode()
    assert "This sound was deleted" in page and "<audio" not in page
    clip.delete()
    actions.delete(song)
    assert not Sound.objects.exists()


def test_a_song_is_saved_found_again_and_forgotten(song: Sound, alice: Account) -> None:
    phone = browser(alice)
    for _ in range(2):
        phone.post(f"/sound/{song.slug}/save")
    assert song.slug in phone.get("/sounds?tab=saved").content.decode()
    assert 'aria-pressed="true"' in phone.get(song.get_absolute_url()).content.decode()
    phone.post(f"/sound/{song.slug}/unsave")
    assert song.slug not in phone.get("/sounds?tab=saved").content.decode()


def test_a_hidden_song_is_gone_for_all_but_its_maker_and_the_moderators(
    song: Sound, alice: Account, bob: Account
) -> None:
    moderator = Account.objects.create_user("mod", role=Account.Role.MODERATOR)
    assert 404 == browser(alice).post(f"/sound/{song.slug}/hide").status_code
    browser(moderator).post(f"/sound/{song.slug}/hide", {"note": "Not theirs."})
    seen = {
        who.handle: browser(who).get(song.get_absolute_url()).status_code
        for who in (alice, bob, moderator)
    }
    assert {"alice": 404, "bob": 200, "mod": 200} == seen
    assert list(queries.usable(bob)) == []
    browser(moderator).post(f"/sound/{song.slug}/show")
    assert list(queries.usable(alice)) == [song]


def test_its_file_is_served_by_ranges_until_it_is_hidden(
    web: running.WebServer, song: Sound, alice: Account, bob: Account
) -> None:
    whole = web.ask("GET", song.audio_url)
    part = web.ask("GET", song.audio_url, None, {"Range": "bytes=10-19"})
    assert (200, "audio/mp4", 206, whole.body[10:20]) == (
        whole.status, whole.headers["content-type"], part.status, part.body,
    )  # fmt: skip
    actions.hide(song)
    asked = [
        web.ask("GET", song.audio_url, None, {"Cookie": running.session_cookie(who)}).status
        for who in (alice, bob)
    ]
    assert [404, 200] == asked
    analysis = song.audio_url.replace("sound.m4a", "song.json")
    assert 404 == web.ask("GET", analysis).status


def test_a_sweep_removes_what_no_sound_names_and_says_what_is_lost(song: Sound) -> None:
    orphan = files.folder_path(files.new_name())
    orphan.mkdir(parents=True)
    assert sweeping.sweep(grace_s=3600).is_clean
    looked = sweeping.sweep(repair=False)
    assert (1, (), True) == (len(looked.removed), looked.failed, orphan.exists())
    queries.audio_path(song).unlink()
    swept = sweeping.sweep()
    song.refresh_from_db()
    assert ((song.slug,), None, sweeping.LOST) == (swept.failed, song.ready_at, song.failure)
    assert not orphan.exists() and files.folder_path(song.folder).exists()


def test_a_song_that_never_came_whole_says_so(
    places: Path, empty_queue: None, alice: Account
) -> None:
    sound = Sound.objects.create(
        title="x", maker=alice, is_original=False, source=files.new_name(), folder=files.new_name()
    )
    assert (sound.slug,) == sweeping.sweep().failed
    sound.refresh_from_db()
    assert (sweeping.TORN, "") == (sound.failure, sound.source)


def test_the_first_click_is_where_it_was(song: Sound) -> None:
    assert first_click_s(queries.audio_path(song)) < 0.003
