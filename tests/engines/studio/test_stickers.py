"""Stickers are drawn by us, crisp, with room around them, and lie in the page's folder as they are drawn."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from filoscope.studio.errors import NothingToSee
from filoscope.studio.stickers import SIDE_PX, STICKERS, draw

FOLDER = Path(str(files("filoscope"))) / "web" / "static" / "editor" / "stickers"
SIDE = 96


@pytest.mark.parametrize("name", STICKERS)
def test_a_sticker_is_seen_on_anything_and_is_cut_off_nowhere(name: str) -> None:
    pixels = np.asarray(draw(name, SIDE))
    alpha = pixels[..., 3]
    border = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    assert border.max() < 8  # of 255: what the soft rim leaves
    assert 0.08 < (alpha > 250).mean() < 0.95
    # Its rim is white: a dark sticker is seen on black as well.
    rim = (alpha > 100) & (alpha < 250)
    assert pixels[rim][:, :3].mean() > 235


def test_a_sticker_is_the_same_at_any_size() -> None:
    small, large = (np.asarray(one, np.float64) for one in (
        draw("cat", 288), draw("cat", 4 * 288).resize((288, 288)),
    ))  # fmt: skip
    seen = (small[..., 3] > 250) & (large[..., 3] > 250)
    assert np.abs(small[seen] - large[seen]).mean() < 3
    assert np.abs(small[..., 3] - large[..., 3]).mean() < 3


@pytest.mark.parametrize("name", ["heart", "disco", "wow-burst"])
def test_the_files_of_the_page_are_what_is_drawn(name: str) -> None:
    with Image.open(FOLDER / f"{name}.webp") as kept:
        assert (SIDE_PX, SIDE_PX) == kept.size
        stored = np.asarray(kept.convert("RGBA"), np.float64)
    drawn = np.asarray(draw(name), np.float64)
    seen = drawn[..., 3] > 250
    assert np.abs(stored[..., 3] - drawn[..., 3]).mean() < 1
    assert np.abs(stored[seen] - drawn[seen]).mean() < 3


def test_every_sticker_has_its_files_and_no_file_is_left_over() -> None:
    for part in (FOLDER, FOLDER / "small"):
        assert set(STICKERS) == {path.stem for path in part.glob("*.webp")}


def test_a_sticker_that_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(NothingToSee, match="heart, hearts"):
        draw("../heart")
