"""`filoscope recommend evaluate`, on made-up logs whose tastes are planted."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import sparse

from filoscope.cli import main
from filoscope.recommend import signals
from filoscope.recommend.cowatch import ease, walk
from filoscope.recommend.ranking import best_first, coverage, gini, quality

VIEWERS, CLIPS, CAMPS = 60, 40, 4


def planted(*, seed: int = 0) -> sparse.csr_array:
    """Viewers of four camps, each of which watches only the clips of its own."""
    generator = np.random.default_rng(seed)
    own = np.arange(VIEWERS)[:, None] % CAMPS == np.arange(CLIPS) % CAMPS
    return sparse.csr_array((own & (generator.random((VIEWERS, CLIPS)) < 0.6)).astype(np.float32))


def write(path, **columns):
    """Write a parquet file of these columns."""
    pq.write_table(pa.table(columns), path)


def write_folder(folder, watched, *, clip_names=None):
    """Split a matrix into the three parts of a folder."""
    viewers, clips = watched.nonzero()
    names = np.arange(CLIPS) if clip_names is None else clip_names
    part = np.arange(len(viewers)) * 7 % 10
    for name, chosen in (("train", part < 7), ("valid", part == 7), ("test", part > 7)):
        write(folder / f"{name}.parquet", viewer=viewers[chosen], clip=names[clips[chosen]])
    write(folder / "clips.parquet", clip=names)


def figures(arguments, out):
    """Run the command and return its rows."""
    assert main(["recommend", *arguments, "--json", str(out)]) == 0
    return json.loads(out.read_text())["rows"]


def test_a_planted_taste_is_ranked_first_and_peers_stand_beside_us(tmp_path, capsys):
    write_folder(tmp_path, planted())
    rows = figures(["evaluate", str(tmp_path), "--peers", "all"], tmp_path / "out.json")
    by_model = {row["model"]: row for row in rows}
    assert next(iter(by_model)) == "filoscope"
    assert {"popularity", "item cosine", "RP3beta", "EASE"} < set(by_model)
    # own clips left over fill at most the first ten places, so all of them are within twenty
    assert by_model["filoscope"]["recall@10"] == 1.0
    assert by_model["popularity"]["recall@10"] < 0.6
    assert "ndcg@20" in capsys.readouterr().out


def test_other_ids_give_the_same_figures(tmp_path):
    rows = []
    for name, clip_names in (("plain", None), ("renamed", 10**12 + 3 * np.arange(CLIPS))):
        folder = tmp_path / name
        folder.mkdir()
        write_folder(folder, planted(seed=2), clip_names=clip_names)
        [row] = figures(["evaluate", str(folder)], tmp_path / "out.json")
        rows.append({k: v for k, v in row.items() if "@" in k})
    assert rows[0] == rows[1]


def test_a_log_of_events_is_split_by_time(tmp_path):
    viewers, clips = planted().nonzero()
    order = np.random.default_rng(3).permutation(len(viewers))
    write(
        tmp_path / "events.parquet",
        viewer=viewers[order],
        clip=clips[order],
        time_s=np.arange(len(order), dtype=float),
        watched_s=np.full(len(order), 9.0),
        duration_s=np.full(len(order), 10.0),
    )
    arguments = ["evaluate", "--events", str(tmp_path / "events.parquet")]
    [row] = figures(arguments, tmp_path / "out.json")
    assert row["recall@10"] > 0.95  # a viewer may have no past to tell the camp by


@pytest.mark.parametrize(
    ("columns", "reason"),
    [({"viewer": [1]}, "has no column 'clip'"), ({"clip": [1]}, "has no column 'viewer'")],
)
def test_a_log_that_lacks_a_column_is_refused_with_its_name(tmp_path, capsys, columns, reason):
    write(tmp_path / "train.parquet", **columns)
    assert main(["recommend", "evaluate", str(tmp_path)]) == 2
    assert reason in capsys.readouterr().err


def test_a_missing_or_torn_log_is_refused(tmp_path, capsys):
    assert main(["recommend", "evaluate", str(tmp_path)]) == 2
    (tmp_path / "train.parquet").write_bytes(b"PAR1 torn")
    assert main(["recommend", "evaluate", str(tmp_path)]) == 2
    assert main(["recommend", "evaluate"]) == 2
    assert capsys.readouterr().err.count("cannot be read as parquet") == 2


def test_nothing_watched_is_nothing_to_learn_from(tmp_path, capsys):
    none = np.array([], np.int64)
    for name in ("train", "valid"):
        write(tmp_path / f"{name}.parquet", viewer=none, clip=none)
    write(tmp_path / "test.parquet", viewer=[1], clip=[1])
    assert main(["recommend", "evaluate", str(tmp_path)]) == 2
    assert "no clip that was watched" in capsys.readouterr().err


def test_ease_meets_its_optimality_condition():
    watched = planted()
    weights = ease(watched, ridge=5.0).astype(float)
    dense = watched.toarray().astype(float)
    gradient = dense.T @ (dense @ weights - dense) + 5.0 * weights
    np.fill_diagonal(gradient, 0.0)  # the diagonal is held at 0
    assert np.abs(gradient).max() < 1e-3
    assert np.diag(weights).tolist() == [0.0] * CLIPS


def test_the_walk_is_what_it_is_by_hand():
    watched = sparse.csr_array(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]))
    weights = walk(watched, power=1.0, popularity=0.0, neighbours=3).toarray()
    expected = [[0, 0.5, 0], [0.25, 0, 0.25], [0, 0.5, 0]]
    assert np.allclose(expected, weights)


def test_clips_beyond_the_regression_are_ranked_by_the_walk():
    watched = planted()
    every = np.arange(CLIPS)
    past = signals.Past(watched, watched, None, every, every)
    known = signals.learn(past, ridge=300.0, walk_popularity=0.4, head_max=CLIPS // 2)
    assert len(known.reach) == CLIPS // 2
    scores = np.where(watched.toarray() > 0, -np.inf, known.score(watched)[1])
    assert (scores.argmax(axis=1) % CAMPS).tolist() == [v % CAMPS for v in range(VIEWERS)]


def test_metrics_are_what_they_are_by_hand():
    scores = np.array([[0.1, 0.9, 0.5, 0.2], [0.4, 0.3, 0.2, 0.1]], np.float32)
    top = best_first(scores, 2)
    assert top.tolist() == [[1, 2], [0, 1]]
    truth = sparse.csr_array(np.array([[0, 0, 1, 0], [1, 1, 0, 0]], np.float32))
    means = quality(top, truth, cuts=(2,)).means()
    assert means["recall@2"] == pytest.approx(1.0)
    assert means["map@2"] == pytest.approx((0.5 + 1.0) / 2)
    assert means["ndcg@2"] == pytest.approx((1 / np.log2(3) + 1.0) / 2)


def test_attention_is_equal_or_all_on_one():
    assert (coverage(np.array([5, 5, 5, 5])), gini(np.array([5, 5, 5, 5]))) == (1.0, 0.0)
    assert (coverage(np.array([0, 0, 0, 9])), gini(np.array([0, 0, 0, 9]))) == (0.25, 0.75)
