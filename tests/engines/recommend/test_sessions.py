"""`filoscope recommend sessions`, on a made-up log whose tastes are planted."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from .test_evaluate import CAMPS, CLIPS, VIEWERS, figures, planted, write, write_folder


@pytest.fixture
def folder(tmp_path):
    """A folder whose test part is complete: everybody loves all the clips of their camp."""
    write_folder(tmp_path, planted())
    own = np.arange(VIEWERS)[:, None] % CAMPS == np.arange(CLIPS) % CAMPS
    viewers, clips = sparse.csr_array(own).nonzero()
    write(tmp_path / "test.parquet", viewer=viewers, clip=clips)
    write(tmp_path / "candidates.parquet", clip=np.arange(CLIPS))
    return tmp_path


def test_a_camp_is_found_within_its_first_clips(folder):
    arguments = ["sessions", str(folder), "--swipes", "10", "--peers", "all"]
    ours, popularity, ease = figures(arguments, folder / "out.json")
    assert [row["model"] for row in (ours, popularity)] == ["filoscope", "popularity"]
    assert ours["r10"] >= 0.6  # up to CAMPS swipes go by popularity; chance gives 1 in CAMPS
    assert popularity["r10"] < 0.5
    assert ease["coverage"] > popularity["coverage"]


def test_a_session_ends_where_the_clips_end(folder):
    [ours] = figures(["sessions", str(folder), "--swipes", "50"], folder / "out.json")
    assert ours["coverage"] == 1.0
    assert ours["last20"] < 0.2  # everything loved was shown first
