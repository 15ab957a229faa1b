"""Takes of other kinds: photos are seen, voices are heard; each as its maker sent it, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from PIL import Image

from filoscope.media import read_samples, write_wav
from filoscope.server.accounts.models import Account
from filoscope.server.edits import actions, files
from filoscope.server.edits.models import Draft, Take
from filoscope.server.sounds.models import Sound
from filoscope.server.videos.models import Clip
from tests import running
from tests.server.edits.conftest import send
from tests.server.edits.test_drafts import JSON, cut_of, phone, save

RATE_HZ = 48_000
CLICK_S = 0.75


@pytest.fixture(scope="session")
def photo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo held sideways: its file is 300 x 200, and red where it is shown at the top."""
    path = tmp_path_factory.mktemp("photos") / "beach.jpg"
    image = Image.new("RGB", (300, 200), (30, 60, 200))
    image.paste((220, 30, 30), (0, 0, 100, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    exif[0x010F] = "Camera of alice"
    exif.get_ifd(0x8825)[1] = "N"  # where it was taken
    image.save(path, exif=exif, quality=95)
    return path


@pytest.fixture(scope="session")
def voice_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds, silent but for one click."""
    path = tmp_path_factory.mktemp("voices") / "voice.wav"
    samples = np.zeros((1, 2 * RATE_HZ), np.float32)
    samples[0, round(CLICK_S * RATE_HZ)] = 0.9
    write_wav(path, samples, rate_hz=RATE_HZ)
    return path


def added(draft: Draft, path: Path, *, kind: str = "clip") -> Take:
    take = actions.add_take(draft, send(draft.account, path), kind=kind)
    running.work_off()
    take.refresh_from_db()
    return take


def test_a_photo_is_a_take_upright_and_without_what_its_camera_wrote(
    draft: Draft, photo_file: Path
) -> None:
    take = added(draft, photo_file)
    assert ("ready", "photo", 200, 300) == (take.state, take.kind, take.width, take.height)
    folder = files.folder_path(take.folder)
    for name in ("still.jpg", "picture.webp", "poster.webp", "strip.webp"):
        with Image.open(folder / name) as image:
            assert (name, {}) == (name, dict(image.getexif()))
            top = image.convert("RGB").getpixel((image.width // 2, image.height // 8))
            assert top is not None and top[0] > 180 and top[2] < 80, name  # type: ignore[index]
    told = phone(draft.account).get(f"/api/v1/drafts/{draft.slug}").json()["takes"][0]
    assert ("photo", "", True) == (
        told["kind"], told["video_url"], told["picture_url"].endswith("picture.webp"),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_photos_of_other_kinds_are_read_and_what_is_clear_is_black(
    draft: Draft, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "photo"
    Image.new("RGBA", (120, 200), (0, 200, 0, 0)).save(path, kind)
    take = added(draft, path)
    assert ("ready", "photo") == (take.state, take.kind)
    with Image.open(files.folder_path(take.folder) / files.STILL) as still:
        assert max(still.convert("RGB").getpixel((60, 100))) < 40  # type: ignore[arg-type,type-var]


def test_a_photo_from_an_iphone_says_what_to_do(draft: Draft, tmp_path: Path) -> None:
    path = tmp_path / "IMG_0001.HEIC"
    path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 500)
    take = added(draft, path)
    assert "failed" == take.state
    assert "Most Compatible" in take.failure


def test_a_torn_photo_says_so(draft: Draft, photo_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "torn.jpg"
    path.write_bytes(photo_file.read_bytes()[:900])
    take = added(draft, path)
    assert ("failed", True) == (take.state, "Export it again" in take.failure)


def test_photos_are_cut_to_a_song_with_a_slow_move(
    alice: Account, song: Sound, photo_file: Path
) -> None:
    draft = actions.begin_draft(alice, sound=song)
    for _ in range(2):
        added(draft, photo_file)
    wish = {"style": "travel", "length_s": 6.0}
    assert 200 == phone(alice).post(f"/api/v1/drafts/{draft.slug}/cut", wish, **JSON).status_code
    running.work_off()
    draft.refresh_from_db()
    shots = draft.alternatives[0]["shots"]
    assert 2 == len({shot["source"] for shot in shots})
    assert all({"start", "end"} == set(shot["framing"]) for shot in shots)
    why = " ".join(draft.alternatives[0]["reasons"])
    assert "to photo 1" in why or "to photo 2" in why, why  # as their maker knows them


def test_a_voice_is_kept_to_the_sample_and_never_cut_into_the_picture(
    draft: Draft, take: Take, voice_file: Path
) -> None:
    voice = added(draft, voice_file, kind="voice")
    assert ("ready", "voice", 2.0) == (voice.state, voice.kind, voice.duration_s)
    kept = read_samples(files.folder_path(voice.folder) / files.VOICE, channels=1)
    assert round(CLICK_S * RATE_HZ) == int(np.abs(kept[0]).argmax())
    seen = cut_of(voice)
    answer = save(draft, timeline=seen)
    assert (422, True) == (answer.status_code, "shots[0].source" in answer.json()["detail"])
    heard = cut_of(take) | {"voices": [{"source": f"take:{voice.slug}", "at": 3, "frames": 20}]}
    assert 200 == save(draft, timeline=heard).status_code


def test_a_photo_cannot_be_heard(draft: Draft, take: Take, photo_file: Path) -> None:
    photo = added(draft, photo_file)
    heard = cut_of(take) | {"voices": [{"source": f"take:{photo.slug}", "at": 0, "frames": 20}]}
    answer = save(draft, timeline=heard)
    assert (422, True) == (answer.status_code, "voices[0].source" in answer.json()["detail"])


def test_a_voice_is_rendered_to_the_millisecond_where_it_was_put(
    draft: Draft, take: Take, voice_file: Path, client: Client
) -> None:
    voice = added(draft, voice_file, kind="voice")
    at, start_s = 10, 0.25  # frames of 1/15 s; where in the recording it begins
    lane = {"source": f"take:{voice.slug}", "at": at, "frames": 20, "start_s": start_s}
    assert 200 == save(draft, timeline=cut_of(take) | {"voices": [lane]}).status_code
    assert 200 == phone(draft.account).post(f"/api/v1/drafts/{draft.slug}/preview").status_code
    running.work_off()
    draft.refresh_from_db()
    made = read_samples(files.folder_path(draft.folder) / files.PREVIEW, channels=1)[0]
    due_s = at / 15 + CLICK_S - start_s
    heard_s = int(np.abs(made).argmax()) / RATE_HZ
    assert abs(heard_s - due_s) < 0.001, (heard_s, due_s)


def test_what_is_no_sound_is_no_voice(draft: Draft, photo_file: Path) -> None:
    take = added(draft, photo_file, kind="voice")
    assert ("failed", True) == (take.state, "sound" in take.failure)


def test_a_take_that_failed_is_tried_once_more(draft: Draft, tmp_path: Path) -> None:
    lie = tmp_path / "lie.mp4"
    lie.write_text("<html>no video</html>" * 99)
    take = added(draft, lie)
    address = f"/api/v1/drafts/{draft.slug}/takes/{take.slug}/retry"
    answer = phone(draft.account).post(address)
    assert (200, "received") == (answer.status_code, answer.json()["state"])
    running.work_off()
    take.refresh_from_db()
    assert "failed" == take.state
    take.state = Take.State.READY
    take.save()
    assert 409 == phone(draft.account).post(address).status_code


def test_a_take_is_put_by_hand_and_found_by_itself_again(
    alice: Account, song: Sound, song_file: Path, tmp_path: Path
) -> None:
    from fractions import Fraction

    from filoscope.media import write_clip
    from tests.server.edits.conftest import swinging

    draft = actions.begin_draft(alice, sound=song)
    path = tmp_path / "sung.mp4"
    played = read_samples(song_file)[:, 3 * RATE_HZ : 9 * RATE_HZ]
    pictures = ((n / 15, swinging(n / 15)) for n in range(90))
    write_clip(path, pictures, fps=Fraction(15), samples=played)
    take = added(draft, path)
    address = f"/api/v1/drafts/{draft.slug}/takes/{take.slug}/place"
    moved = phone(alice).put(address, {"offset_s": 1.25}, **JSON).json()
    assert (1.25, "hand") == (moved["offset_s"], moved["how"])
    assert 200 == phone(alice).delete(address).status_code
    running.work_off()
    take.refresh_from_db()
    assert take.placed is not None
    assert "sound" == take.placed["how"]
    assert abs(take.placed["offset_s"] % 2 - 1) < 0.02  # the march repeats itself every two seconds


def test_a_photo_has_no_place_in_a_song(alice: Account, song: Sound, photo_file: Path) -> None:
    draft = actions.begin_draft(alice, sound=song)
    take = added(draft, photo_file)
    address = f"/api/v1/drafts/{draft.slug}/takes/{take.slug}/place"
    assert 409 == phone(alice).put(address, {"offset_s": 1.0}, **JSON).status_code
    assert 409 == phone(alice).delete(address).status_code


SRT = "1\r\n00:00:00,500 --> 00:00:01,500\r\nHello there\r\n\r\n2\r\n00:00:02,000 --> 00:00:03,000\r\nYou\r\n"


def read(draft: Draft, text: str) -> Any:
    return phone(draft.account).post(
        f"/api/v1/drafts/{draft.slug}/captions", {"text": text}, **JSON
    )


@pytest.mark.parametrize(
    "text",
    [SRT, "WEBVTT\n\n00:00.500 --> 00:01.500\nHello there\n\n00:02.000 --> 00:03.000\nYou\n"],
)
def test_captions_are_read_from_webvtt_and_subrip(draft: Draft, text: str) -> None:
    lines = read(draft, text).json()
    assert [(0.5, 1.5), (2.0, 3.0)] == [(one["start_s"], one["end_s"]) for one in lines]
    assert ["Hello", "there"] == [word["text"] for word in lines[0]["words"]]


def test_what_is_no_file_of_captions_is_refused_in_words(draft: Draft) -> None:
    answer = read(draft, "just words")
    assert (422, True) == (answer.status_code, "WEBVTT" in answer.json()["detail"])


CAPTION = {
    "start_s": 0.5, "end_s": 1.5,
    "words": [{"text": "Hello", "start_s": 0.5, "end_s": 0.9}, {"text": "you", "start_s": 0.9, "end_s": 1.5}],
}  # fmt: skip


def test_captions_are_written_with_the_time_of_each_word(take: Take) -> None:
    draft = take.draft
    address = f"/api/v1/drafts/{draft.slug}/captions.vtt"
    assert 404 == phone(draft.account).get(address).status_code
    save(draft, timeline=cut_of(take) | {"captions": [CAPTION]})
    answer = phone(draft.account).get(address)
    assert "attachment" in answer["Content-Disposition"]
    assert "Hello <00:00:00.900>you" in answer.content.decode()


@pytest.mark.parametrize(("is_burnt", "tracks"), [(False, ["fr"]), (True, [])])
def test_captions_that_are_not_burnt_in_go_with_the_clip(
    take: Take, is_burnt: bool, tracks: list[str]
) -> None:
    draft = take.draft
    cut = cut_of(take) | {"captions": [CAPTION], "caption_style": {"is_burnt": is_burnt}}
    assert 200 == save(draft, timeline=cut, caption_language="fr").status_code
    assert 200 == phone(draft.account).post(f"/api/v1/drafts/{draft.slug}/post").status_code
    running.work_off()
    clip = Clip.objects.get()
    assert tracks == [track.language for track in clip.caption_tracks.all()]
    for track in clip.caption_tracks.all():
        assert "Hello you" in track.text


def test_a_language_is_the_tag_of_one(take: Take) -> None:
    assert 422 == save(take.draft, caption_language="<b>").status_code
