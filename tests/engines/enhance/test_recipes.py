"""Recipes: what they say, what they refuse, and how a clip comes to its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from filoscope.cli import main
from filoscope.enhance import BadRecipe, Clean, Recipe, Reframe, Steady, Track, diagnose, render
from filoscope.media import write_clip

from .shaken import FPS, frames_of, pan_and_shake, write_shaken

FULL = Recipe(
    steady=Steady("quality", gyro="walk.gcsv"),
    level=True,
    clean=Clean(denoise=7.5, deblock=True),
    frame=Reframe("4:5", track=Track(10, 20, 30, 40, time_s=1.5)),
    crop_max=0.1,
)


@pytest.mark.parametrize("recipe", [Recipe(), Recipe(steady=Steady(), frame=Reframe()), FULL])
def test_a_recipe_comes_back_from_its_json(recipe: Recipe) -> None:
    assert recipe == Recipe.from_json(json.loads(json.dumps(recipe.to_json())))


def test_a_recipe_may_be_written_by_hand_in_few_words() -> None:
    short = {"steady": True, "clean": {"denoise": 10}, "frame": None, "level": False}
    assert Recipe(steady=Steady(), clean=Clean(denoise=10)) == Recipe.from_json(short)


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        ([], 'the recipe is "?'),
        ({"version": 2}, "version is 2; give 1"),
        ({"stedy": {}}, 'the recipe is "stedy"; give one of steady, level'),
        ({"steady": {"mode": "best"}}, 'steady.mode is "best"; give "live" or "quality"'),
        ({"steady": 1}, "steady is 1; give true, false"),
        ({"steady": {"gyro": "walk.gcsv"}}, 'steady.mode is "live"; give "quality" where'),
        ({"crop_max": 0.9}, "crop_max is 0.9; give a share from 0 to 0.5"),
        ({"crop_max": "much"}, 'crop_max is "much"'),
        ({"level": "yes"}, 'level is "yes"; give true or false'),
        ({"clean": {"denoise": -1}}, "clean.denoise is -1"),
        ({"clean": {"denoise": True}}, "clean.denoise is true"),
        ({"frame": {"aspect": "2:3"}}, 'frame.aspect is "2:3"; give one of 9:16'),
        ({"frame": {"track": {"x": 1}}}, "frame.track: something is missing"),
        ({"frame": {"track": {"x": 1, "y": 1, "width": 0, "height": 5}}}, "an empty box"),
    ],
)
def test_a_recipe_that_is_not_understood_is_refused_with_its_place(
    stored: Any, reason: str
) -> None:
    with pytest.raises(BadRecipe) as refusal:
        Recipe.from_json(stored)
    assert reason.removesuffix('"?') in str(refusal.value)


@pytest.fixture(scope="module")
def shaky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipes") / "shaky.mp4"
    write_shaken(path, pan_and_shake(60, pan_px=1.0, shake_px=6.0)[1])
    return path


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipes") / "calm.mp4"
    write_shaken(path, pan_and_shake(60, pan_px=1.0, shake_px=0.0)[1])
    return path


def test_a_shaky_clip_is_to_be_steadied_and_told_why(shaky: Path) -> None:
    diagnosis = diagnose(shaky)
    assert diagnosis.recipe.steady == Steady()
    assert diagnosis.figures.shake_px > 5
    assert any(line.startswith("The camera shakes") for line in diagnosis.words)


def test_a_good_clip_gets_an_empty_recipe_and_comes_out_as_it_went_in(
    calm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.mp4"
    assert main(["enhance", "diagnose", str(calm), "--json"]) == 0
    assert {"version": 1} == json.loads(capsys.readouterr().out)["recipe"]
    assert main(["enhance", str(calm), str(out)]) == 0
    assert "left as it was" in capsys.readouterr().out
    assert calm.read_bytes() == out.read_bytes()


def test_without_switches_the_command_does_what_the_diagnosis_says(
    shaky: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, report = tmp_path / "out.mp4", tmp_path / "report.json"
    assert main(["enhance", str(shaky), str(out), "--report", str(report)]) == 0
    assert "The camera shakes" in capsys.readouterr().out
    told = json.loads(report.read_text())
    assert told["recipe"] == told["diagnosis"]["recipe"]
    assert 60 == told["done"]["changed_count"]


def write_spoilt(path: Path, *, noise: float = 0.0, light: float = 1.0) -> None:
    """A calm pan, noisier and darker than it was."""
    lots = np.random.default_rng(5)
    meant, _ = pan_and_shake(45, pan_px=1.0, shake_px=0.0)

    def pictures() -> Iterator[tuple[float, NDArray[np.uint8]]]:
        for frame in frames_of(meant):
            clear = cv2.resize(frame.planes[0], (640, 360), interpolation=cv2.INTER_CUBIC)
            spoilt = clear * light + lots.normal(0, noise, clear.shape)
            grey = np.clip(spoilt, 0, 255).astype(np.uint8)
            yield frame.time_s, np.repeat(grey[..., None], 3, axis=2)

    write_clip(path, pictures(), fps=Fraction(FPS), crf=10)


@pytest.mark.parametrize(
    ("fault", "clean", "word"),
    [
        ({"noise": 10.0}, Clean(), "noisy"),
        ({"light": 0.2}, Clean(denoise=None, lift=True), "dark"),
    ],
)
def test_a_spoilt_picture_is_to_be_cleaned_of_just_what_spoils_it(
    fault: dict[str, float], clean: Clean, word: str, tmp_path: Path
) -> None:
    path, out = tmp_path / "spoilt.mp4", tmp_path / "out.mp4"
    write_spoilt(path, **fault)
    diagnosis = diagnose(path)
    assert Recipe(clean=clean) == diagnosis.recipe
    assert word in " ".join(diagnosis.words)
    assert 45 == render(path, out, diagnosis.recipe).changed_count


def test_a_recipe_from_a_file_is_followed(shaky: Path, tmp_path: Path) -> None:
    recipe, out = tmp_path / "recipe.json", tmp_path / "out.mp4"
    recipe.write_text('{"version": 1, "steady": true, "crop_max": 0.05}')
    report = tmp_path / "report.json"
    words = [str(shaky), str(out), "--recipe", str(recipe), "--report", str(report)]
    assert main(["enhance", *words]) == 0
    assert json.loads(report.read_text())["done"]["stages"]["Stabilizer"]["zoom_max"] <= 1.06


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--recipe", "{bad}"], "is no recipe"),
        (["--recipe", "{good}", "--level"], "--recipe says what to do"),
        (["--gyro", "{good}"], "neither a clip nor a log of turns"),
        (["--crop-max", "0.1"], "--crop-max goes with --steady"),
    ],
)
def test_wishes_that_contradict_each_other_are_refused(
    words: list[str],
    reason: str,
    shaky: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "bad.json").write_text("{oh")
    (tmp_path / "good.json").write_text("{}")
    names = {name: str(tmp_path / f"{name}.json") for name in ("bad", "good")}
    filled = [word.format(**names) for word in words]
    assert main(["enhance", str(shaky), str(tmp_path / "out.mp4"), *filled]) in (1, 2)
    assert not (tmp_path / "out.mp4").exists()
    assert reason in capsys.readouterr().err


def test_before_and_after_are_laid_side_by_side(shaky: Path, tmp_path: Path) -> None:
    from filoscope.enhance.reading import Reading

    out, both = tmp_path / "out.mp4", tmp_path / "both.mp4"
    assert main(["enhance", str(shaky), str(out), "--steady", "--compare", str(both)]) == 0
    before, after, beside = (
        [frame.planes[0] for frame in Reading(path).frames()] for path in (shaky, out, both)
    )
    assert (60, (180, 644)) == (len(beside), beside[0].shape)
    assert abs(beside[30][:, :320].astype(float) - before[30]).mean() < 3
    assert abs(beside[30][:, 324:].astype(float) - after[30]).mean() < 3
