"""Which rungs are made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from filoscope.media import Probe, plan_ladder

PHONE = Probe(
    container="mov", byte_count=1, duration_s=9, first_timestamp_s=0, width=1080, height=1920,
    coded_width=1920, coded_height=1080, rotation_deg=90, is_mirrored=False, fps_nominal=30,
    is_variable_rate=False, is_disordered=False, frame_count=270, video_codec="hevc", pixel_format="yuv420p",
    bit_depth=8, color_transfer="bt709", color_primaries="bt709", color_matrix="bt709",
    is_full_range=False, is_hdr=False, is_interlaced=False, has_alpha=False, audio_codec="aac",
    audio_channels=2, audio_rate_hz=48_000,
)  # fmt: skip


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1080, 1920), [("480p", 480, 854), ("720p", 720, 1280), ("1080p", 1080, 1920)]),
        ((3840, 2160), [("480p", 854, 480), ("720p", 1280, 720), ("1080p", 1920, 1080)]),
        ((1280, 720), [("480p", 854, 480), ("720p", 1280, 720)]),
        ((1000, 1000), [("480p", 480, 480), ("720p", 720, 720)]),
        ((640, 360), [("360p", 640, 360)]),
        ((321, 181), [("180p", 320, 180)]),
        ((1, 1), [("2p", 2, 2)]),
        ((4000, 400), [("128p", 1280, 128)]),
        ((4096, 480), [("480p", 1280, 150)]),
    ],
)
def test_rungs_are_never_larger_than_the_source_and_always_even(
    size: tuple[int, int], expected: list[tuple[str, int, int]]
) -> None:
    probe = replace(PHONE, width=size[0], height=size[1])

    assert [(rung.name, rung.width, rung.height) for rung in plan_ladder(probe)] == expected


@pytest.mark.parametrize(
    ("fps", "expected"),
    [(30.0, ["3.1", "3.1", "4.0"]), (60.0, ["3.1", "3.2", "4.2"]), (240.0, ["3.1", "3.2", "4.2"])],
)
def test_the_level_admits_the_size_and_the_rate(fps: float, expected: list[str]) -> None:
    rungs = plan_ladder(replace(PHONE, fps_nominal=fps))

    assert [rung.level for rung in rungs] == expected
    assert {rung.fps for rung in rungs} == {min(fps, 60.0)}
