"""Will a showing be watched long, will it be liked: our ranker beside LightGBM, progressively.

KuaiRand-Pure, every exposure of May 2022 in order of time, after all of April. LightGBM is fitted
on April and sees counters of clip, maker, sound, tag, tab, length and viewer; those of clips go on
counting in May ("live"), those of viewers too or not ("frozen"). Its settings were chosen on the
last days of April. Ours learns one showing at a time and is never refitted.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend import replay
from filoscope.recommend.outcomes import OutcomeModel, Showings
from filoscope.recommend.outcomes.exposures import Exposures, read_exposures
from filoscope.recommend.outcomes.rivals import features

FOLDER = "kuairand"
MAY = "2022-05-01T00:00+08:00"  # midnight where the clips were watched
CANDIDATES = 500
ROUNDS_OF_TIMING = 50
BOOSTING_ROUNDS = 300
BOOSTING = {
    "objective": "binary",
    "num_leaves": 31,
    "learning_rate": 0.05,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.8,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "num_threads": 1,
    "deterministic": True,
    "seed": 1,
    "verbose": -1,
}


def rows(options: argparse.Namespace) -> list[replay.Row]:
    """Measure everybody on the same exposures; wants `options.data`, the folder of the data."""
    folder = Path(options.data) / FOLDER
    log = read_exposures(folder / "events.parquet", folder / "history.parquet")
    start = replay.first_measured(log, getattr(options, "since", None) or MAY)
    ours = replay.ours(log, start) | {"ms_per_500": ms_of_ours(log, start)}
    others = replay.peers(log, start)
    boosted = [
        boosting(log, start, "LightGBM, live, viewer's frozen", frozen=True, since=log.past),
        boosting(log, start, "LightGBM, all live", frozen=False, since=log.past),
        boosting(
            log, start, "LightGBM, all live, fitted on the history too", frozen=False, since=0
        ),
    ]
    return [ours, *others, *boosted]


def ms_of_ours(log: Exposures, start: int) -> float:
    """Return the milliseconds for one viewer and many clips, the model full of all before."""
    model = OutcomeModel()
    model.learn(log.showings[:start], log.outcomes[:start])
    page = candidates(log, start)
    model.predict(page)
    begun = time.process_time()
    for _ in range(ROUNDS_OF_TIMING):
        model.predict(page)
    return 1000.0 * (time.process_time() - begun) / ROUNDS_OF_TIMING


def candidates(log: Exposures, start: int) -> Showings:
    """Return the last clips shown as candidates for one viewer at one moment."""
    last = log.showings[start - CANDIDATES : start]
    known: dict[str, Any] = {
        name: getattr(last, name) for name in ("maker", "sound", "tags", "duration_s")
    }
    moment: dict[str, Any] = {"tab": last.tab[-1], "time_s": last.time_s[-1]}
    return Showings.of(viewer=last.viewer[-1], clip=last.clip, **known, **moment)


def boosting(log: Exposures, start: int, name: str, *, frozen: bool, since: int) -> replay.Row:
    """Fit LightGBM on the rows from `since` to `start` and measure it on the rest."""
    import lightgbm

    chances: dict[str, NDArray[np.float64]] = {}
    spent, ms = 0.0, float("nan")
    for what, outcome in replay.MEASURED.items():
        known = features(log, outcome, viewer_frozen_from=since if frozen else None)
        later = features(log, outcome, viewer_frozen_from=start if frozen else None)[start:]
        label = log.outcomes[:, outcome]
        fitted_on = since + np.flatnonzero(~np.isnan(label[since:start]))
        begun = time.process_time()
        data = lightgbm.Dataset(known[fitted_on], label[fitted_on])
        booster = lightgbm.train(BOOSTING, data, BOOSTING_ROUNDS)
        spent += time.process_time() - begun
        chances[what] = np.asarray(booster.predict(later, num_threads=1))
        page = later[:CANDIDATES]
        begun = time.process_time()
        for _ in range(ROUNDS_OF_TIMING):
            booster.predict(page, num_threads=1)
        ms = 1000.0 * (time.process_time() - begun) / ROUNDS_OF_TIMING
    row = replay.measure(
        name,
        log,
        start,
        live=chances,
        order=chances,
        fit_cpu_s=spent,
        us_per_event=1000.0 * ms / CANDIDATES,
    )
    return row | {"ms_per_500": ms}
