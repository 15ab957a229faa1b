"""The timeline as a value and as JSON."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from filoscope.enhance import Recipe, Steady
from filoscope.studio.errors import BadTimeline
from filoscope.studio.timeline import (
    Box,
    Caption,
    Key,
    Look,
    Move,
    Overlay,
    Shot,
    SoundTrack,
    SpeedPoint,
    Text,
    Timeline,
    Transition,
    Voice,
    Word,
)


def whole_timeline() -> Timeline:
    """Return a timeline with something in every field."""
    shots = (
        Shot("a.mp4", 2.5, 40, gain_db=-6.0, look=Look("warm", 0.5), drift_ppm=12.5),
        Shot(
            "b.mov",
            0.0,
            60,
            speed=(SpeedPoint(0, 1.0), SpeedPoint(30, 0.25)),
            transition=Transition("whip", 8),
            framing=Box(0.1, 0.0, 0.5, 1.0),
            key=Key(behind="beach.jpg"),
            enhance=Recipe(steady=Steady("quality", gyro="b.gcsv")),
        ),
        Shot(
            "photo.jpg",
            0.0,
            30,
            framing=Move(Box(0.0, 0.0, 1.0, 1.0), Box(0.1, 0.1, 0.8, 0.8)),
            look=Look("looks/mine.cube"),
        ),
    )
    caption = Caption(0.5, 1.5, (Word("Hello", 0.5, 0.8), Word("there", 0.9, 1.5)))
    return Timeline(
        1080,
        1920,
        Fraction(30000, 1001),
        SoundTrack("song.ogg", 31.25, fade_out_s=1.0),
        shots,
        overlays=(Overlay("sticker.png", 3, 20, entrance="pop"),),
        texts=(Text("Summer\n2026", 0, 30, box="#00000080"),),
        captions=(caption,),
        voices=(Voice("me.wav", 10, 50, effect="robot"),),
        beats_s=(0.0, 0.5, 1.0),
        style="travel",
        seed=7,
        score=0.82,
        reasons=("every cut on a beat",),
    )


def as_json(timeline: Timeline) -> Any:
    return json.loads(json.dumps(timeline.to_json()))


def test_a_timeline_comes_back_from_its_json_as_it_was() -> None:
    timeline = whole_timeline()
    assert timeline == Timeline.from_json(as_json(timeline))


def test_what_json_does_not_say_has_its_default() -> None:
    stored = {
        "width": 16, "height": 16, "fps": 25, "sound": None,
        "shots": [{"source": "a", "start_s": 0, "frames": 5}],
    }  # fmt: skip
    assert Timeline(16, 16, Fraction(25), None, (Shot("a", 0.0, 5),)) == Timeline.from_json(stored)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["fps"], "fast", 'fps is "fast"; give a rate such as 30 or "30000/1001".'),
        (["width"], 1081, "width is 1081; give an even number"),
        (["shots", 1, "transition", "kind"], "swirl", 'shots[1].transition.kind is "swirl"; give'),
        (["shots", 1, "speed", 1, "speed"], 99, "shots[1].speed[1].speed is 99.0; give a number"),
        (["shots", 0, "frames"], 4.5, "shots[0].frames is 4.5; give a whole number"),
        (["shots", 0, "colour"], "red", 'shots[0].colour is "red"; give no such field, only'),
        (["shots", 1, "framing", "x"], 0.9, "shots[1].framing.width is 0.5; give one that ends"),
        (["shots", 1, "enhance", "level"], 3, "shots[1].enhance is"),
        (["texts", 0, "color"], "reddish", 'texts[0].color is "reddish"; give a colour such as'),
        (["captions", 0, "words", 1, "end_s"], 0.1, "captions[0].words[1].end_s is 0.1; give"),
        (
            ["shots", 2, "transition"],
            {"kind": "zoom", "frames": 120},
            "shots[1].frames is 60; give",
        ),
        (["beats_s"], [1, 0.5], "beats_s is"),
        (["sound", "start_s"], True, "sound.start_s is true; give a number"),
    ],
)
def test_a_wrong_field_is_named_with_what_to_give(path: list[Any], value: Any, words: str) -> None:
    stored = as_json(whole_timeline())
    part = stored
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    with pytest.raises(BadTimeline) as caught:
        Timeline.from_json(stored)
    assert words == str(caught.value)[: len(words)]


def test_a_field_that_is_missing_is_named() -> None:
    stored = as_json(whole_timeline())
    del stored["shots"][0]["source"]
    with pytest.raises(BadTimeline, match=r"shots\[0\]\.source is null; give it: it is missing"):
        Timeline.from_json(stored)


def test_every_file_is_named_once_and_renamed_together() -> None:
    timeline = whole_timeline()
    assert (
        "song.ogg", "a.mp4", "b.mov", "beach.jpg", "b.gcsv", "photo.jpg", "looks/mine.cube",
        "sticker.png", "me.wav",
    ) == timeline.sources  # fmt: skip
    there = timeline.with_sources({name: f"/takes/{name}" for name in timeline.sources})
    assert tuple(f"/takes/{name}" for name in timeline.sources) == there.sources
    back = there.with_sources({name: name.removeprefix("/takes/") for name in there.sources})
    assert timeline == back


def test_a_file_that_nobody_named_is_never_opened() -> None:
    with pytest.raises(BadTimeline, match=r"uses a\.mp4, which is not here"):
        whole_timeline().with_sources({"song.ogg": "x"})
