"""Cuts as OpenTimelineIO: ours come back as they were, those of other programs as they are shown."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filoscope.studio.errors import BadTimeline
from filoscope.studio.timeline import (
    Box,
    Caption,
    Look,
    Overlay,
    Shot,
    SoundTrack,
    SpeedPoint,
    Text,
    Timeline,
    Transition,
    Voice,
    Word,
    read_timeline,
    write_timeline,
)
from tests.engines.studio.test_timeline import whole_timeline

schema = otio.schema

NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda name: not name.startswith("color:")
)
SECONDS = st.floats(0, 3000)
FRAMES = st.integers(8, 200)
RAMPS = st.lists(st.integers(0, 300), min_size=2, max_size=4, unique=True).flatmap(
    lambda at: st.tuples(
        *(st.builds(SpeedPoint, st.just(frame), st.floats(0.05, 20)) for frame in sorted(at))
    )
)
JOINS = st.one_of(
    st.none(),
    st.just(Transition()),
    st.builds(
        Transition, st.sampled_from(["crossfade", "whip", "zoom", "flash", "match"]),
        st.integers(2, 8),
    ),
)  # fmt: skip
SHOTS = st.builds(
    Shot, NAMES, SECONDS, FRAMES,
    speed=st.one_of(st.floats(0.05, 20), st.just(1.0), RAMPS),
    framing=st.sampled_from(["fill", "fit", "blur", Box(0.1, 0.2, 0.3, 0.4)]),
    transition=JOINS,
    gain_db=st.one_of(st.none(), st.floats(-60, 24)),
    look=st.one_of(st.none(), st.builds(Look, NAMES, st.floats(0, 1))),
    is_mirrored=st.booleans(),
)  # fmt: skip
TIMELINES = st.builds(
    Timeline, st.just(96), st.just(160),
    st.sampled_from([Fraction(30), Fraction(30000, 1001), Fraction(24000, 1001), Fraction(47, 2)]),
    st.one_of(st.none(), st.builds(SoundTrack, NAMES, SECONDS, st.floats(-60, 24))),
    st.lists(SHOTS, min_size=1, max_size=4).map(tuple),
    overlays=st.lists(st.builds(Overlay, NAMES, st.integers(0, 90), FRAMES, SECONDS), max_size=2).map(tuple),
    texts=st.lists(st.builds(Text, NAMES, st.integers(0, 90), FRAMES), max_size=2).map(tuple),
    voices=st.lists(st.builds(Voice, NAMES, st.integers(0, 90), FRAMES, SECONDS), max_size=2).map(tuple),
    beats_s=st.lists(SECONDS, max_size=5).map(sorted).map(tuple),
    captions=st.just((Caption(0.1, 0.7, (Word("a", 0.1, 0.3), Word("b", 0.3, 0.7))),)),
    seed=st.integers(0, 2**53 - 1),
    score=st.one_of(st.none(), st.floats(-1, 1)),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(TIMELINES)
def test_a_cut_comes_back_from_json_and_from_otio_as_it_was(timeline: Timeline) -> None:
    assert timeline == Timeline.from_json(json.loads(json.dumps(timeline.to_json())))
    text = otio.adapters.write_to_string(timeline.to_otio(), "otio_json")
    assert timeline == Timeline.from_otio(otio.adapters.read_from_string(text, "otio_json"))


@pytest.mark.parametrize("ending", [".otio", ".json"])
def test_a_cut_in_a_file_finds_its_takes_beside_it(tmp_path: Path, ending: str) -> None:
    timeline = whole_timeline()
    write_timeline(timeline, tmp_path / f"cut{ending}")
    beside = timeline.with_sources({name: tmp_path / name for name in timeline.sources})
    assert beside == read_timeline(tmp_path / f"cut{ending}")


def test_editors_see_clips_transitions_speeds_tracks_and_markers() -> None:
    stored = whole_timeline().to_otio()
    shots = stored.video_tracks()[0]
    assert ["Clip", "Transition", "Clip", "Clip"] == [type(item).__name__ for item in shots]
    clip, whip, ramp = shots[0], shots[1], shots[2]
    assert "a.mp4" == clip.media_reference.target_url
    rate = pytest.approx(30000 / 1001)
    assert (2.5, 40, rate) == (
        clip.source_range.start_time.to_seconds(),
        clip.source_range.duration.value,
        clip.source_range.duration.rate,
    )
    assert ("Custom_Transition", "whip", 4, 4) == (
        whip.transition_type, whip.name, whip.in_offset.value, whip.out_offset.value,
    )  # fmt: skip
    # 30 frames from 1 to 0.25, then 30 at 0.25.
    assert (0.625 * 30 + 0.25 * 30) / 60 == pytest.approx(ramp.effects[0].time_scalar)
    assert ["Song", "Own sound", "Voice"] == [track.name for track in stored.audio_tracks()]
    assert [0.0, 0.5, 1.0] == pytest.approx(
        [mark.marked_range.start_time.to_seconds() for mark in stored.tracks.markers]
    )


def test_what_an_editor_has_changed_counts() -> None:
    stored = whole_timeline().to_otio()
    clip = stored.video_tracks()[0][0]
    rate = clip.source_range.duration.rate
    clip.source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(rate, rate), otio.opentime.RationalTime(55, rate)
    )
    clip.effects.append(schema.LinearTimeWarp("fast", 2.0))
    shot = Timeline.from_otio(stored).shots[0]
    assert (1.0, 55, 2.0) == (pytest.approx(shot.start_s), shot.frames, shot.speed)
    assert Look("warm", 0.5) == shot.look


def clip(name: str, start: float, length: float, rate: float = 25.0) -> Any:
    span = otio.opentime.TimeRange(
        otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(length, rate)
    )
    return schema.Clip(name, schema.ExternalReference(name), span)


def foreign(*items: Any) -> Any:
    stored = schema.Timeline("from elsewhere")
    track = schema.Track("V1", kind=schema.TrackKind.Video)
    track.extend(list(items))
    stored.tracks.append(track)
    return stored


def test_plain_clips_and_gaps_of_another_program_are_read() -> None:
    gap = schema.Gap(duration=otio.opentime.RationalTime(10, 25))
    stored = foreign(clip("file:///takes/my%20dog.mp4", 50, 25), gap, clip("b%20c.mp4", 0, 5))
    timeline = Timeline.from_otio(stored)
    assert Fraction(25) == timeline.fps
    assert (
        Shot("/takes/my dog.mp4", 2.0, 25),
        Shot("color:#000000", 0.0, 10),
        Shot("b c.mp4", 0.0, 5),
    ) == timeline.shots


def test_time_codes_and_other_rates_become_seconds_and_frames() -> None:
    one = clip("a.mp4", 86_424, 24, rate=24.0)
    hour = otio.opentime.RationalTime(86_400, 24)
    one.media_reference.available_range = otio.opentime.TimeRange(
        hour, otio.opentime.RationalTime(240, 24)
    )
    shots = Timeline.from_otio(foreign(clip("b.mp4", 0, 25), one)).shots
    assert (Shot("b.mp4", 0.0, 25), Shot("a.mp4", 1.0, 25)) == shots


def test_a_dissolve_off_the_cut_is_moved_to_its_middle() -> None:
    rate = 25.0
    fade = schema.Transition(
        "Dissolve",
        schema.TransitionTypes.SMPTE_Dissolve,
        otio.opentime.RationalTime(0, rate),
        otio.opentime.RationalTime(10, rate),
    )
    shots = Timeline.from_otio(foreign(clip("a.mp4", 0, 50), fade, clip("b.mp4", 50, 50))).shots
    assert (
        Shot("a.mp4", 0.0, 55),
        Shot("b.mp4", 2.2, 45, transition=Transition("crossfade", 10)),
    ) == shots


def test_stacks_within_tracks_are_flattened() -> None:
    inner, upper = schema.Track("inner"), schema.Track("upper")
    inner.extend([clip("a.mp4", 0, 20), clip("b.mp4", 0, 20)])
    upper.extend([schema.Gap(duration=otio.opentime.RationalTime(30, 25)), clip("c.mp4", 0, 10)])
    nest = schema.Stack("nest")
    nest.extend([inner, upper])
    nest.source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(10, 25), otio.opentime.RationalTime(25, 25)
    )
    shots = Timeline.from_otio(foreign(nest, clip("d.mp4", 0, 5))).shots
    assert (
        Shot("a.mp4", 0.4, 10), Shot("b.mp4", 0.0, 10), Shot("c.mp4", 0.0, 5), Shot("d.mp4", 0.0, 5),
    ) == shots  # fmt: skip


def test_the_sound_of_another_program_is_song_voice_and_the_shots_own() -> None:
    stored = foreign(clip("a.mp4", 0, 25), clip("b.mp4", 0, 25))
    for items in ([clip("a.mp4", 0, 25)], [clip("song.wav", 25, 50)], [clip("me.wav", 0, 10)]):
        track = schema.Track("A", kind=schema.TrackKind.Audio)
        track.extend(items)
        stored.tracks.append(track)
    timeline = Timeline.from_otio(stored)
    assert [0.0, None] == [shot.gain_db for shot in timeline.shots]
    assert SoundTrack("song.wav", 1.0) == timeline.sound
    assert (Voice("me.wav", 0, 10, ducking_db=0.0),) == timeline.voices


def frozen() -> Any:
    still = clip("a.mp4", 0, 5)
    still.effects.append(schema.FreezeFrame())
    return still


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (frozen(), "a.mp4 runs at 0 times its speed"),
        (clip("https://example.org/a.mp4", 0, 5), "lies at https://example.org/a.mp4. Fetch it"),
        (
            schema.Clip("lost", schema.MissingReference(), clip("x", 0, 5).source_range),
            "clip lost has no file but a MissingReference",
        ),
        (schema.Clip("endless", schema.ExternalReference("a.mp4")), "clip endless says neither"),
    ],
    ids=["frozen", "far away", "missing", "endless"],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused_with_its_clip(item: Any, words: str) -> None:
    with pytest.raises(BadTimeline) as caught:
        Timeline.from_otio(foreign(item))
    assert words in str(caught.value)


def test_a_file_that_is_no_timeline_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cut.otio").write_text('{"OTIO_SCHEMA": "Timeline.1", ')
    with pytest.raises(BadTimeline, match=r"cut\.otio is no OpenTimelineIO file"):
        read_timeline(tmp_path / "cut.otio")
