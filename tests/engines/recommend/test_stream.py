"""`filoscope recommend stream`, on a made-up log whose tastes and fashions are planted."""

from __future__ import annotations

import numpy as np
import pytest

from filoscope.cli import main

from .test_evaluate import CAMPS, figures, write

VIEWERS, CLIPS, DAY_S = 80, 160, 86_400.0


def write_stream(folder, *, seed=0, lately=False, renamed=False):
    """Write a log: each camp watches its own clips; `lately`, those of the day before most others."""
    generator = np.random.default_rng(seed)
    viewers = np.repeat(np.arange(VIEWERS), 30)
    clips = generator.integers(0, CLIPS // CAMPS, len(viewers)) * CAMPS + viewers % CAMPS
    day = np.tile(np.arange(30), VIEWERS)
    if lately:  # one clip in two is of a few that everybody of the camp is shown that day
        few = (day * 7 % (CLIPS // CAMPS)) * CAMPS + viewers % CAMPS
        clips = np.where(generator.random(len(clips)) < 0.5, few, clips)
    _, first = np.unique(viewers * CLIPS + clips, return_index=True)  # nobody meets a clip twice
    viewers, clips, day = viewers[first], clips[first], day[first]
    names = 10**12 + 7 * np.arange(CLIPS) if renamed else np.arange(CLIPS)
    time_s = day * DAY_S + generator.random(len(day)) * 1000.0
    order = np.argsort(time_s)
    viewers, clips, day, time_s = viewers[order], names[clips[order]], day[order], time_s[order]
    train, valid, test = day < 15, (day >= 15) & (day < 20), day >= 20
    write(folder / "train.parquet", viewer=viewers[train], clip=clips[train], pos=day[train])
    for name, part in (("valid", valid), ("test", test)):
        write(folder / f"{name}.parquet", viewer=viewers[part], clip=clips[part])
    live = ~train
    write(
        folder / "events.parquet",
        viewer=viewers[live],
        clip=clips[live],
        time_s=time_s[live],
        long_view=np.ones(int(live.sum()), np.int8),
    )


def by_model(folder, out, *options):
    """Run the command and return its rows by their models."""
    return {row["model"]: row for row in figures(["stream", str(folder), *options], out)}


def test_a_camp_is_known_and_each_view_is_learned_from(tmp_path):
    write_stream(tmp_path)
    rows = by_model(tmp_path, tmp_path / "out.json", "--peers", "all")
    assert rows["filoscope"]["ndcg@20"] > 1.5 * rows["popularity"]["ndcg@20"]
    assert len({row["questions"] for row in rows.values()}) == 1


def test_what_is_on_the_rise_is_found_where_the_first_part_shows_that_it_counts(tmp_path):
    write_stream(tmp_path, lately=True)
    rows = by_model(tmp_path, tmp_path / "out.json", "--peers", "all")
    assert rows["filoscope"]["ndcg@20"] > 1.2 * rows["EASE, after each view"]["ndcg@20"]
    assert "views rise 0," not in rows["filoscope"]["setting"]


def test_other_ids_give_the_same_stream(tmp_path):
    found = []
    for renamed in (False, True):
        folder = tmp_path / str(renamed)
        folder.mkdir()
        write_stream(folder, renamed=renamed)
        found.append(by_model(folder, tmp_path / "out.json")["filoscope"]["ndcg@20"])
    assert found[0] == pytest.approx(found[1], abs=1e-12)


def test_a_stream_without_times_is_refused_with_its_reason(tmp_path, capsys):
    write_stream(tmp_path)
    write(tmp_path / "events.parquet", viewer=[1], clip=[1])
    assert main(["recommend", "stream", str(tmp_path)]) == 2
    assert "events has no column 'time_s'" in capsys.readouterr().err
