"""What lies over and behind shots: stickers by name alone, takes of the draft, and out to other editors."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
import pytest
from PIL import Image

from filoscope.media import Limits, read_pictures
from filoscope.server.accounts.models import Account
from filoscope.server.edits import actions, cutting_room, stickers, timelines
from filoscope.server.edits.models import Draft, Take
from filoscope.server.sounds.models import Sound
from tests.server.edits.conftest import Looked, ready
from tests.server.edits.test_drafts import cut_of, phone, save


def laid(take: Take, **overlay: Any) -> dict[str, Any]:
    """Return a cut with one overlay."""
    one = {"source": "sticker:heart", "at": 0, "frames": 15, "width": 0.5} | overlay
    return cut_of(take) | {"overlays": [one]}


def test_a_sticker_is_kept_by_its_name_and_rendered_from_the_servers_file(
    take: Take, tmp_path: Path
) -> None:
    answer = save(take.draft, timeline=laid(take))
    assert 200 == answer.status_code
    draft = Draft.objects.get()
    assert "sticker:heart" == draft.timeline["overlays"][0]["source"]
    whole = timelines.with_files(draft, draft.timeline).to_json()
    arguments = {"timeline": whole, "target": str(tmp_path / "out.mp4"), "short_edge": None}
    cutting_room.render(arguments, Limits(), lambda message: None)
    picture = next(read_pictures(tmp_path / "out.mp4"))[1]
    with Image.open(stickers.paths()["sticker:heart"]) as heart:
        wanted = np.asarray(heart.convert("RGBA"))[540, 540, :3]
    assert np.abs(picture[80, 45].astype(int) - wanted).max() < 16


@pytest.mark.parametrize(
    "source",
    [
        "sticker:../../../../etc/passwd", "sticker:heart.webp", "sticker:small/heart", "sticker:",
        "sticker:HEART", "/etc/passwd", "heart.webp", "file:///etc/passwd", "take:somebodys",
        "https://example.org/heart.webp", "Sticker:heart",
    ],
)  # fmt: skip
def test_no_other_name_is_a_sticker(take: Take, source: str) -> None:
    answer = save(take.draft, timeline=laid(take, source=source))
    assert 422 == answer.status_code
    assert Draft.objects.get().timeline is None


def test_a_take_over_and_behind_others_is_one_of_the_draft(take: Take, bob: Account) -> None:
    name = f"take:{take.slug}"
    key = {"color": "#00b140", "behind": name}
    cut = laid(take, source=name, corner=0.2, gain_db=0) | {"shots": cut_of(take, key=key)["shots"]}
    assert 200 == save(take.draft, timeline=cut).status_code
    other = actions.begin_draft(bob, sound=None)
    assert 422 == save(other, timeline=cut).status_code


def test_a_ramp_and_a_recipe_are_kept_as_the_engine_says_them(take: Take) -> None:
    ramp = [{"frame": 0, "speed": 2.0}, {"frame": 14, "speed": 0.4}]
    recipe = {"version": 1, "clean": {"denoise": None, "lift": True}}
    assert 200 == save(take.draft, timeline=cut_of(take, speed=ramp, enhance=recipe)).status_code
    shot = Draft.objects.get().timeline["shots"][0]
    assert (ramp, recipe) == (shot["speed"], shot["enhance"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"speed": [{"frame": 0, "speed": 900}, {"frame": 9, "speed": 1}]}, "shots[0].speed[0].speed"),
        ({"enhance": {"steady": {"gyro": "/etc/passwd", "mode": "quality"}}}, "/etc/passwd"),
        ({"enhance": {"sharpen": True}}, "shots[0].enhance"),
        ({"key": {"color": "green"}}, "shots[0].key.color"),
        ({"key": {"behind": "sticker:../x"}}, "sticker:../x"),
    ],
)  # fmt: skip
def test_what_a_shot_cannot_be_is_refused_with_its_field(
    take: Take, wrong: dict[str, Any], said: str
) -> None:
    answer = save(take.draft, timeline=cut_of(take, **wrong))
    assert 422 == answer.status_code
    assert said in answer.json()["detail"]


def test_a_cut_goes_to_other_editors_under_the_names_that_its_maker_knows(
    take: Take, alice: Account, take_file: Path, looked_at: Looked
) -> None:
    draft = take.draft
    second = ready(draft, alice, take_file, looked_at)
    Take.objects.filter(pk=second.pk).update(file_name="../My: day?.mp4")
    third = ready(draft, alice, take_file, looked_at)
    shots = [cut_of(one)["shots"][0] for one in (take, second, third)]
    assert 200 == save(draft, timeline=laid(take) | {"shots": shots}).status_code
    answer = phone(alice).get(f"/api/v1/drafts/{draft.slug}/timeline.otio")
    assert f'attachment; filename="{draft.slug}.otio"' == answer["Content-Disposition"]
    tracks = otio.adapters.read_from_string(answer.content.decode(), "otio_json").tracks
    named = [clip.media_reference.target_url for clip in tracks[0]]
    assert ["ball.mp4", "_My_%20day_.mp4", "ball%20%282%29.mp4"] == named
    sticker = next(one for one in tracks[1] if isinstance(one, otio.schema.Clip))
    assert "stickers/heart.webp" == sticker.media_reference.target_url
    assert str(take.original) not in answer.content.decode()


def test_the_sound_goes_along_under_its_credit(song: Sound, take: Take, alice: Account) -> None:
    Draft.objects.filter(pk=take.draft_id).update(sound=song)
    track = {"source": f"sound:{song.slug}", "start_s": 1.0}
    assert 200 == save(take.draft, timeline=cut_of(take) | {"sound": track}).status_code
    text = phone(alice).get(f"/api/v1/drafts/{take.draft.slug}/timeline.otio").content.decode()
    assert "Bob%27s%20band%20-%20March.m4a" in text


def test_a_cut_is_downloaded_by_its_maker_alone_and_when_there_is_one(
    take: Take, alice: Account, bob: Account
) -> None:
    address = f"/api/v1/drafts/{take.draft.slug}/timeline.otio"
    assert 409 == phone(alice).get(address).status_code
    save(take.draft, timeline=cut_of(take))
    assert 404 == phone(bob).get(address).status_code


def test_the_page_has_the_letters_that_words_are_rendered_in(alice: Account) -> None:
    answer = phone(alice).get("/studio/letters.ttf")
    assert ("font/ttf", b"\0\1\0\0") == (answer["Content-Type"], answer.content[:4])
    from PIL import ImageFont

    assert "Manrope" == ImageFont.truetype(io.BytesIO(answer.content), 20).getname()[0].split()[0]


def test_a_shared_cut_gives_no_picture_of_its_maker_away(take: Take) -> None:
    key = {"behind": f"take:{take.slug}"}
    cut = laid(take, source=f"take:{take.slug}") | {"shots": cut_of(take, key=key)["shots"]}
    save(take.draft, timeline=cut)
    pattern, count = timelines.pattern_of(Draft.objects.get().timeline)
    assert (1, False) == (count, "take:" in json.dumps(pattern))
