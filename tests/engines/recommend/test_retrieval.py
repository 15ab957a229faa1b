"""A ranking that chooses its own blend: for each kind of viewers, from what the log itself shows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from filoscope.recommend import retrieval
from filoscope.recommend.blending import ideal, mean_ndcg, pool, search
from filoscope.recommend.cowatch import regression
from filoscope.recommend.logs import Split, Views, freshness, halves, read_folder
from filoscope.recommend.signals import rise

from .test_evaluate import CAMPS, CLIPS, figures, planted, write, write_folder


def write_new_candidates(folder, *, seed=0):
    """Every clip but the first 20 is a candidate; a third of the viewers have met none of them."""
    generator = np.random.default_rng(seed)
    viewers = 240
    own = np.arange(viewers)[:, None] % CAMPS == np.arange(CLIPS) % CAMPS
    watched = own & (generator.random(own.shape) < 0.6)
    asked = np.arange(viewers) % 3 == 0
    known = watched.copy()
    known[np.ix_(asked, np.arange(20, CLIPS))] = False
    who, what = known.nonzero()
    part = generator.random(len(who)) < 0.9
    place = np.arange(len(who))
    write(folder / "train.parquet", viewer=who[part], clip=what[part], pos=place[part])
    write(folder / "valid.parquet", viewer=who[~part], clip=what[~part])
    who, what = np.where(asked[:, None] & (np.arange(CLIPS) >= 20), own, False).nonzero()
    write(folder / "test.parquet", viewer=who, clip=what)
    write(folder / "candidates.parquet", clip=np.arange(20, CLIPS))


def test_viewers_who_met_no_candidate_are_ranked_by_what_else_they_watched(tmp_path):
    write_new_candidates(tmp_path)
    [row] = figures(["evaluate", str(tmp_path)], tmp_path / "out.json")
    assert "new to all targets:" in row["setting"]
    assert row["recall@10"] > 0.95  # all five of their camp
    split = read_folder(tmp_path)
    new, met = retrieval.newcomers(split), np.diff(split.watched.indptr) > 0
    assert new[split.asked()].tolist() == met[split.asked()].tolist()  # a few have no past at all


def test_a_rise_is_found_in_time_and_chosen_where_it_counts(tmp_path):
    generator = np.random.default_rng(4)
    day = np.repeat(np.arange(20), 200)
    hot = day * 5 % CLIPS
    who = np.concatenate([generator.permutation(400)[:200] for _ in range(20)])
    cold = generator.integers(0, CLIPS, len(day))
    what = np.where(
        generator.random(len(day)) < 0.5, (hot + generator.integers(0, 3)) % CLIPS, cold
    )
    for name, part in (("train", day < 16), ("valid", day == 16), ("test", day == 17)):
        write(
            tmp_path / f"{name}.parquet",
            viewer=who[part],
            clip=what[part],
            time_s=day[part].astype(float),
        )
    split = read_folder(tmp_path)
    assert split.fresh is not None
    fresh = np.asarray(split.fresh.sum(axis=0))
    views = np.asarray(split.watched.sum(axis=0))
    risen = rise(views, fresh)
    assert risen[np.bincount(what[day == 16], minlength=CLIPS).argmax()] == risen.max()


def test_a_viewer_without_a_past_gets_what_is_popular(tmp_path):
    write_folder(tmp_path, planted())
    split = read_folder(tmp_path)
    ranker = retrieval.fit(split, retrieval.choose(split))
    nobody = Split(
        split.name,
        sparse.csr_array(split.watched.shape, dtype=np.float32),
        None,
        sparse.csr_array(split.watched.shape, dtype=np.float32),
        split.truth,
        split.targets,
    )
    cold = retrieval.Ranker(nobody, ranker.new, ranker.acquainted, None)
    assert cold(np.array([0]))[0].argmax() == np.asarray(split.watched.sum(axis=0)).argmax()


@pytest.mark.parametrize("viewers", [3, 5])
def test_a_log_too_small_to_choose_from_is_ranked_all_the_same(tmp_path, viewers):
    write_folder(tmp_path, planted()[:viewers])
    [row] = figures(["evaluate", str(tmp_path)], tmp_path / "out.json")
    assert 0.0 <= row["ndcg@20"] <= 1.0


def test_a_test_with_nothing_new_is_refused(tmp_path, capsys):
    from filoscope.cli import main

    write_folder(tmp_path, planted())
    write(tmp_path / "test.parquet", viewer=[0], clip=[0])
    write(tmp_path / "train.parquet", viewer=[0], clip=[0])
    assert main(["recommend", "evaluate", str(tmp_path)]) == 2
    assert "nothing new" in capsys.readouterr().err


def test_the_regression_meets_its_normal_equations():
    watched = planted()
    told, wanted = watched[:, :25].tocsr(), watched[:, 25:].tocsr()
    weights = regression(told, wanted, ridge=3.0).astype(float)
    inputs, outputs = told.toarray().astype(float), wanted.toarray().astype(float)
    gradient = inputs.T @ (inputs @ weights - outputs) + 3.0 * weights
    assert np.abs(gradient).max() < 1e-3


def test_freshness_follows_places_and_then_the_later_part():
    who, what = np.array([0, 0, 0]), np.array([0, 1, 2])
    train = Views(who, what, np.array([0.0, 1.0, 2.0]), None)
    alone = freshness(train, None, (2, 4))
    assert alone is not None
    assert [0.0625, 0.25, 1.0, 0.0] == alone.toarray()[0].tolist()
    valid = Views(np.array([1]), np.array([3]), None, None)
    both = freshness(train, valid, (2, 4))
    assert both is not None
    assert [[0, 0, 0, 0], [0, 0, 0, 1]] == both.toarray().tolist()
    assert freshness(valid, None, (2, 4)) is None


def test_each_viewers_past_has_an_early_and_a_late_half():
    views = Views(
        np.array([0, 0, 0, 1]), np.array([1, 0, 0, 3]), np.array([2.0, 0.0, 1.0, 0.0]), None
    )
    split = halves(views, (2, 4))
    assert split is not None
    assert [[1, 0, 0, 0], [0, 0, 0, 1]] == split[0].toarray().tolist()
    assert [[0, 1, 0, 0], [0, 0, 0, 0]] == split[1].toarray().tolist()


def test_the_search_counts_what_tells_and_leaves_what_does_not():
    generator = np.random.default_rng(5)
    truth = generator.random((200, 30)) < 0.1
    truth[:, 0] = True
    told = truth + generator.normal(0, 0.5, truth.shape)
    noise = generator.normal(0, 1.0, truth.shape)
    signals = np.stack([noise, told]).astype(np.float32)
    wanted = sparse.csr_array(truth.astype(np.float32))
    hidden = sparse.csr_array(truth.shape)
    judged = pool(signals, np.ones(2, np.float32), hidden, wanted)
    weights = search(judged, np.array([1.0, 0.0], np.float32))
    assert weights[1] > 2.0 * weights[0]
    assert judged.ndcg(weights).mean() == pytest.approx(
        mean_ndcg(np.tensordot(weights, signals, axes=1), hidden, wanted), rel=1e-6
    )


def test_a_perfect_ranking_is_worth_one():
    truth = sparse.csr_array(np.array([[0.0, 2.0, 1.0], [1.0, 0.0, 0.0]], np.float32))
    assert [2.0 + 1.0 / np.log2(3), 1.0] == pytest.approx(ideal(truth).tolist())
    hidden = sparse.csr_array((2, 3))
    assert 1.0 == pytest.approx(mean_ndcg(truth.toarray(), hidden, truth))
