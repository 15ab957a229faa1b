"""The demo community's clips move, differ, repeat exactly, and are the files they say they are."""

from __future__ import annotations

import pickle
from dataclasses import replace
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest

from filoscope.media.synthetic import (
    SCENES,
    STYLES,
    UnknownScene,
    demo_specs,
    paint_frames,
    render_clip,
    song_of,
)

SMALL = {"width": 144, "height": 256, "fps": 4.0, "duration_s": 1.5}


def small_spec(scene: str, **fields):
    spec = next(spec for spec in demo_specs(count=len(SCENES)) if spec.scene == scene)
    plain = {"shake": 0.0, "darkness": 0.0, "variable_rate": False, "rotation_deg": 0}
    return replace(spec, **(SMALL | plain | fields))


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_a_scene_moves_is_not_flat_and_repeats_exactly(scene):
    spec = small_spec(scene)
    song = song_of(spec)
    pictures = [picture for _, picture in paint_frames(spec, song)]

    assert len(pictures) == 6
    assert {(256, 144, 3)} == {picture.shape for picture in pictures}
    first, last = (pictures[place].astype(float) for place in (0, -1))
    assert first.std() > 6
    assert np.abs(first - last).mean() > 1.0
    again = [picture for _, picture in islice(paint_frames(spec, song), 3)]
    assert all(map(np.array_equal, pictures, again))


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_a_scene_fills_a_picture_on_its_side_too(scene):
    spec = small_spec(scene, width=256, height=144, duration_s=0.5)

    pictures = [picture for _, picture in paint_frames(spec, song_of(spec))]
    assert [picture.shape for picture in pictures] == [(144, 256, 3)] * 2


def test_the_programme_is_large_varied_and_always_the_same():
    specs = demo_specs(count=48, seed=1)

    assert specs == demo_specs(count=48, seed=1)
    assert specs == pickle.loads(pickle.dumps(specs))
    assert len({spec.name for spec in specs}) == 48
    assert len({(spec.scene, spec.seed) for spec in specs}) == 48
    assert len({spec.caption for spec in specs}) == 48
    assert set(STYLES) == {spec.style for spec in specs} - {None}
    assert all(spec.tags and all(f"#{tag}" in spec.caption for tag in spec.tags) for spec in specs)
    assert all(5 <= spec.duration_s <= 20 for spec in specs)
    assert sum(spec.height > spec.width for spec in specs) > 36
    assert sum(spec.shake > 0 for spec in specs) >= 3
    assert sum(spec.darkness > 0 for spec in specs) >= 2
    assert sum(spec.style is None for spec in specs) == 1
    assert any(spec.variable_rate for spec in specs)
    assert any(spec.rotation_deg for spec in specs)
    assert {24.0, 25.0, 30.0, 60.0} == {spec.fps for spec in specs}
    sounds = [spec.song_title for spec in specs if spec.song_title]
    assert max(sounds.count(title) for title in sounds) >= 3


def test_a_rendered_clip_has_its_picture_its_sound_and_its_length(tmp_path):
    done: list[float] = []
    spec = small_spec("aurora", fps=24.0)
    render_clip(spec, tmp_path / "clip.mp4", on_progress=done.append)

    assert sorted(done) == done
    assert done[-1] == 1.0
    with av.open(str(tmp_path / "clip.mp4")) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        assert (picture.codec_context.name, sound.codec_context.name) == ("h264", "aac")
        assert sum(1 for _ in container.decode(picture)) == 36
        assert (picture.width, picture.height) == (144, 256)
        assert pytest.approx(float(container.duration or 0) / av.time_base, abs=0.08) == 1.5


def rendered_times(spec, path: Path) -> tuple[list[float], list[int], int]:
    render_clip(spec, path)
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        return [f.time for f in frames], [f.rotation for f in frames], len(container.streams.audio)


def test_a_clip_can_be_silent_turned_and_of_variable_rate(tmp_path):
    spec = small_spec("silk", style=None, variable_rate=True, fps=10.0)
    times, _, sounds = rendered_times(spec, tmp_path / "silent.mp4")
    assert sounds == 0
    assert len(set(np.round(np.diff(times), 3))) > 1

    turned = small_spec("silk", width=256, height=144, rotation_deg=90, duration_s=0.5)
    _, rotations, _ = rendered_times(turned, tmp_path / "turned.mp4")
    assert rotations == [90, 90]


def test_a_turned_clip_stores_the_upright_picture_on_its_side():
    upright = next(paint_frames(small_spec("ridges"), None))[1]
    turned = small_spec("ridges", width=256, height=144, rotation_deg=90)
    stored = next(paint_frames(turned, None))[1]

    assert np.array_equal(upright, np.rot90(stored))  # a player turns counter-clockwise


def test_shake_moves_the_whole_picture_and_darkness_dims_it():
    still, shaken, dark = (
        [picture.astype(float) for _, picture in paint_frames(small_spec("strata", **f), None)]
        for f in ({}, {"shake": 1.0}, {"darkness": 0.8})
    )

    assert np.abs(still[2] - shaken[2]).mean() > 2
    assert dark[0].mean() < 0.6 * still[0].mean()


def test_an_unknown_scene_is_refused_with_its_reason():
    with pytest.raises(UnknownScene, match="choose one of"):
        next(paint_frames(replace(small_spec("silk"), scene="test card"), None))
    with pytest.raises(ValueError, match="count 0"):
        demo_specs(count=0)
