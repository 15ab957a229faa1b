"""`filoscope recommend sessions`, on a made-up log whose tastes are planted."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from filoscope.cli import main

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


def by_model(arguments, out):
    """Run the command and return its rows by model."""
    return {row["model"]: row for row in figures(["sessions", *arguments], out)}


def test_a_camp_is_found_within_its_first_clips(folder):
    found = by_model([str(folder), "--swipes", "10", "--peers", "all"], folder / "out.json")
    assert list(found)[:3] == ["filoscope", "filoscope, each alone", "popularity"]
    assert found["filoscope"]["r10"] >= 0.6  # chance gives 1 in CAMPS, the best possible is near .8
    assert found["filoscope, each alone"]["r10"] >= 0.6
    assert found["popularity"]["r10"] < 0.5
    assert found["EASE, weak prior"]["coverage"] > found["popularity"]["coverage"]


def test_a_session_ends_where_the_clips_end(folder):
    ours = by_model([str(folder), "--swipes", "50"], folder / "out.json")["filoscope"]
    assert ours["coverage"] == 1.0
    assert ours["last20"] < 0.2  # everything loved was shown first


def test_what_a_viewer_did_before_is_not_known_in_their_session(folder):
    guests = np.arange(VIEWERS)[:, None] < 6
    loved = np.arange(VIEWERS)[:, None] % CAMPS == np.arange(CLIPS) % CAMPS
    viewers, clips = sparse.csr_array(loved & guests).nonzero()
    write(folder / "test.parquet", viewer=viewers, clip=clips)
    log = planted().toarray() > 0
    told = []
    for past in (~loved, np.zeros_like(loved)):  # all that they do not love, or nothing
        viewers, clips = sparse.csr_array(np.where(guests, past, log)).nonzero()
        write(folder / "train.parquet", viewer=viewers, clip=clips)
        found = by_model([str(folder), "--swipes", "10"], folder / "out.json")
        told.append({model: (row["viewers"], row["r10"]) for model, row in found.items()})
    assert told[0] == told[1]
    assert told[0]["filoscope"][0] == 6


def test_sessions_may_come_in_groups_and_be_a_sample(folder):
    arguments = [str(folder), "--swipes", "10", "--sessions", "20", "--peers", "all"]
    whole = by_model(arguments, folder / "out.json")
    grouped = by_model([*arguments, "--at-once", "5"], folder / "out.json")
    assert {row["viewers"] for row in (*whole.values(), *grouped.values())} == {20}
    assert whole["EASE"]["r10"] == grouped["EASE"]["r10"]  # it learns nothing from other sessions
    assert grouped["filoscope"]["r10"] >= 0.6


def test_a_test_that_likes_nothing_to_be_shown_is_refused(folder, capsys):
    write(folder / "candidates.parquet", clip=np.array([10**6]))
    assert main(["recommend", "sessions", str(folder)]) == 2
    assert "nobody of the test likes any of the clips" in capsys.readouterr().err


def test_neither_valid_nor_candidates_are_needed(folder):
    (folder / "valid.parquet").unlink()
    (folder / "candidates.parquet").unlink()
    assert by_model([str(folder), "--swipes", "10"], folder / "out.json")["filoscope"]["r10"] >= 0.6
