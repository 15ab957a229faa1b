"""What is seen while one edits is what will be rendered: the rules of the page beside the engine's."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from filoscope.studio.rendering.canvas import Canvas, rgb_of, yuv_of
from filoscope.studio.rendering.keying import keyed
from filoscope.studio.rendering.pacing import Pace
from filoscope.studio.rendering.patch import shown_at
from filoscope.studio.timeline import Key, Shot
from filoscope.studio.timeline.shots import SpeedPoint

FPS = 30
SCREEN = (0, 177, 64)
EDITOR = "/static/editor"


@pytest.fixture
def page(phone: Page) -> Page:
    """A page of the same place, from which modules are loaded."""
    phone.goto("/accounts/login/")
    return phone


def run(page: Page, module: str, call: str, *given: Any) -> Any:
    """Call what a module of the page exports."""
    return page.evaluate(
        f"async (given) => {{ const module = await import('{EDITOR}/{module}'); return {call}; }}",
        list(given),
    )


def test_a_ramp_runs_in_the_browser_as_it_is_rendered_cut_in_two_or_not(page: Page) -> None:
    ramp = [{"frame": 3, "speed": 2.0}, {"frame": 20, "speed": 0.3}, {"frame": 40, "speed": 1.7}]
    shot = {"start_s": 1.25, "frames": 60, "speed": ramp, "drift_ppm": 90.0}
    pace = Pace(Shot("a", 1.25, 60, tuple(SpeedPoint(**one) for one in ramp), 90.0), Fraction(FPS))
    frames = [0, 2, 3, 11, 20, 33, 40, 59]
    live = run(
        page, "pace.js", "given[1].map((f) => module.momentOf(given[0], f / 30, 30))", shot, frames
    )
    assert np.allclose(pace.times_at(np.array(frames, float)), live)
    first, second = run(page, "pace.js", "module.parted(given[0], 25)", shot)
    assert (25, 0) == (first[-1]["frame"], second[0]["frame"])
    assert abs(pace.speed_at(25) - second[0]["speed"]) < 1e-9


@pytest.mark.parametrize("way", ["fade", "pop", "rise"])
def test_what_comes_and_goes_does_so_as_it_is_rendered(page: Page, way: str) -> None:
    part = {"entrance": way, "exit": way, "frames": 40}
    live = run(
        page,
        "shape.js",
        "Array.from({ length: 40 }, (_, f) => module.shownAt(given[0], f, 30))",
        part,
    )
    canvas = Canvas(1080, 1920, Fraction(30))
    for frame, shown in enumerate(live):
        wanted = shown_at(way, way, frame, 40, canvas)
        seen = (shown["opacity"], shown["scale"], shown["lower"] * 1920)
        assert np.allclose((wanted.opacity, wanted.scale, wanted.lower_px), seen)


def test_a_green_screen_is_keyed_in_the_browser_as_it_is_rendered(page: Page) -> None:
    rng = np.random.default_rng(3)
    small = np.array([SCREEN, (240, 120, 40), (90, 160, 90), (20, 20, 20)])[
        rng.integers(4, size=(16, 16))
    ]
    rgb = np.clip(small.repeat(8, 0).repeat(8, 1) + rng.integers(-6, 7, (128, 128, 1)), 0, 255)
    key = Key(tolerance=0.1, softness=0.1)
    yuv = np.rint(yuv_of(rgb / 255)).astype(np.uint8)
    # At full chroma on both sides: the renderer's rule, not its sampling.
    planes, alpha, _ = keyed((yuv[..., 0], yuv[..., 1], yuv[..., 2]), key)
    wanted = np.clip(rgb_of(np.stack(planes, -1).astype(float)), 0, 1) * 255
    rgba = np.dstack([rgb, np.full(rgb.shape[:2], 255)]).astype(int)
    told = {"color": key.color, "tolerance": 0.1, "softness": 0.1, "spill": 1}
    call = """(() => { const p = new Uint8ClampedArray(given[0]);
        module.keyOut(p, 128, 128, given[1]); return [...p]; })()"""
    live = np.array(run(page, "keying.js", call, rgba.ravel().tolist(), told)).reshape(128, 128, 4)
    assert np.abs(live[..., 3] - alpha * 255).mean() < 3
    assert np.abs(live[..., :3] - wanted).mean() < 3


def test_a_take_with_a_place_in_the_song_is_laid_in_time_with_it(page: Page) -> None:
    cut = {"fps": "30", "sound": {"start_s": 20.0}, "overlays": [], "shots": [{"frames": 300}]}
    overlay = {"source": "take:a", "at": 60, "frames": 60, "start_s": 0}
    take = {"slug": "a", "offset_s": 18.5, "duration_s": 30}
    assert 3.5 == run(
        page, "layers.js", "module.dueOf(given[0], given[1], given[2])", cut, overlay, take
    )
    cut["overlays"] = [overlay | {"start_s": 3.5}]
    part = {"kind": "overlay", "place": 0}
    moved = run(
        page, "layers.js", "module.movedTo(given[0], given[1], 90, given[2])", cut, part, take
    )
    assert (90, 4.5) == (moved["overlays"][0]["at"], moved["overlays"][0]["start_s"])
