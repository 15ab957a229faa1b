"""`filoscope recommend replay`, on made-up logs whose tastes are planted."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from filoscope.cli import main
from filoscope.recommend.outcomes.exposures import read_exposures
from filoscope.recommend.outcomes.metrics import auc, gauc, log_loss

VIEWERS, CLIPS, MAKERS, EVENTS = 80, 300, 10, 12_000


def planted(*, seed=0, events=EVENTS):
    """Everybody likes the makers of their own parity, and some clips are better than others."""
    generator = np.random.default_rng(seed)
    viewer, clip = generator.integers(VIEWERS, size=events), generator.integers(CLIPS, size=events)
    maker = clip % MAKERS
    better = generator.normal(size=CLIPS)[clip]
    logit = -0.5 + np.where(viewer % 2 == maker % 2, 1.5, -1.5) + better
    long = generator.random(events) < 1.0 / (1.0 + np.exp(-logit))
    return {
        "viewer": viewer,
        "clip": clip,
        "time_s": 1.79e9 + 60.0 * np.arange(events),
        "long_view": long.astype(np.int8),
        "like": (long & (generator.random(events) < 0.3)).astype(np.int8),
        "maker": maker,
    }


def write(path, columns):
    """Write a parquet file of these columns."""
    pq.write_table(pa.table(columns), path)
    return str(path)


def replay(tmp_path, columns, *more):
    """Run the command on a log and return its rows by model."""
    log, out = write(tmp_path / "log.parquet", columns), tmp_path / "out.json"
    assert main(["recommend", "replay", "--events", log, "--json", str(out), *more]) == 0
    return {row["model"]: row for row in json.loads(out.read_text())["rows"]}


def test_a_planted_taste_is_learned_as_it_happens_and_no_peer_sees_it(tmp_path):
    found = replay(tmp_path, planted(), "--peers", "all", "--from", "1790360000")
    ours, rate = found["filoscope"], found["item rate, live"]
    assert ours["events"] == 6000
    assert ours["gauc"] > 0.78
    assert ours["auc"] > 0.78
    assert ours["like_gauc"] > rate["like_gauc"] + 0.05
    assert rate["gauc"] < 0.7
    assert ours["log_loss"] < rate["log_loss"] - 0.05


def test_a_history_is_learned_and_not_measured(tmp_path):
    columns = planted()
    early = {
        name: column[:8000] for name, column in columns.items() if name not in ("maker", "time_s")
    }
    late = {name: column[8000:] for name, column in columns.items()}
    history = write(tmp_path / "history.parquet", early)
    alone = replay(tmp_path, late)["filoscope"]
    warm = replay(tmp_path, late, "--history", history)["filoscope"]
    assert alone["events"] == warm["events"] == 4000
    assert warm["gauc"] > alone["gauc"] + 0.03


def test_other_ids_give_the_same_figures(tmp_path):
    columns = planted(events=3000)
    renamed = dict(
        columns,
        viewer=10**9 - 7 * columns["viewer"],
        clip=np.array([f"c{c}" for c in columns["clip"]]),
    )
    quality = [
        {
            name: value
            for name, value in row["filoscope"].items()
            if not name.endswith(("_s", "event"))
        }
        for row in (replay(tmp_path, columns), replay(tmp_path, renamed))
    ]
    assert quality[0] == quality[1]


@pytest.mark.parametrize("lacking", ["like", "long_view", "maker"])
def test_a_log_may_lack_what_is_not_needed(tmp_path, lacking):
    columns = planted(events=2000)
    del columns[lacking]
    row = replay(tmp_path, columns, "--peers", "all")["filoscope"]
    assert ("gauc" in row) == (lacking != "long_view")
    assert ("like_gauc" in row) == (lacking != "like")


def test_a_watch_is_judged_against_clips_of_its_length_where_the_log_does_not_say(tmp_path):
    generator = np.random.default_rng(4)
    duration = np.repeat([10.0, 200.0], 3000)
    watched = duration * generator.random(6000) * np.repeat([0.9, 0.3], 3000)
    columns = {"viewer": np.zeros(6000), "clip": np.zeros(6000), "time_s": np.arange(6000.0)}
    log = read_exposures_of(tmp_path, columns | {"watched_s": watched, "duration_s": duration})
    finished = log.outcomes[:, 0].reshape(2, 3000).mean(axis=1)
    # a third of each, although nobody reaches a third of the long ones
    assert np.abs(finished - 1 / 3).max() < 0.05


def read_exposures_of(tmp_path, columns):
    """Read a log of these columns."""
    path = tmp_path / "log.parquet"
    write(path, columns)
    return read_exposures(path)


def test_what_is_missing_in_a_row_is_unknown_not_zero(tmp_path):
    log = read_exposures_of(
        tmp_path,
        {
            "viewer": ["ann", "bob", "ann"],
            "clip": [5, 5, 6],
            "time_s": [3.0, 1.0, 2.0],
            "like": [1.0, None, 0.0],
            "maker": [None, "m", None],
            "tags": [["a", "b"], None, []],
        },
    )
    assert log.showings.viewer.tolist() == [0, 1, 1]
    assert log.showings.clip.tolist() == [0, 1, 0]
    assert log.showings.maker.tolist() == [0, -1, 0]  # the clip's maker is known from another row
    assert log.showings.tags[:, 0].tolist() == [0, -1, 0]
    likes = log.outcomes[:, 2]
    assert (np.isnan(likes[0]), likes[1:].tolist()) == (True, [0.0, 1.0])


@pytest.mark.parametrize(
    ("columns", "more", "reason"),
    [
        ({"viewer": [1], "clip": [1]}, [], "has no column 'time_s'"),
        ({"viewer": [1], "clip": [1], "time_s": [1.0]}, [], "does not say what came"),
        ({"viewer": [1], "clip": [1], "time_s": ["soon"], "like": [1]}, [], "not of numbers"),
        ({"viewer": [1], "clip": [1], "time_s": [None], "like": [1]}, [], "without a time"),
        ({"viewer": [], "clip": [], "time_s": [], "like": []}, [], "holds no showings"),
        ({"viewer": [1], "clip": [1], "time_s": [1.0], "like": [1]}, ["--from", "x"], "neither"),
        (
            {"viewer": [1], "clip": [1], "time_s": [1.0], "like": [1]},
            ["--from", "9"],
            "ends before",
        ),
    ],
)
def test_a_log_that_cannot_be_used_is_refused_with_the_reason(
    tmp_path, capsys, columns, more, reason
):
    log = write(tmp_path / "log.parquet", columns)
    assert main(["recommend", "replay", "--events", log, *more]) == 2
    assert reason in capsys.readouterr().err


def test_a_torn_log_is_refused(tmp_path, capsys):
    (tmp_path / "log.parquet").write_bytes(b"PAR1 torn")
    assert main(["recommend", "replay", "--events", str(tmp_path / "log.parquet")]) == 2
    assert "cannot be read as parquet" in capsys.readouterr().err


def test_metrics_are_what_they_are_by_hand():
    came = np.array([True, False, False, True, True, True])
    score = np.array([0.5, 0.5, 0.1, 0.2, 0.9, 0.3])
    viewer = np.array([0, 0, 0, 1, 1, 1])
    assert gauc(viewer, came, score) == 0.75  # of viewer 0 alone: above one, tied with the other
    assert auc(came, score) == pytest.approx((1.5 + 1 + 2 + 1) / 8)
    assert np.isnan(auc(came[3:], score[3:]))
    assert log_loss(came[:2], np.array([0.8, 0.5])) == pytest.approx(-np.log(0.4) / 2)
