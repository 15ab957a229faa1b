"""`filoscope recommend evaluate`: rank the full catalogue for every viewer of a test."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from filoscope.recommend.logs import LogUnreadable, Split, read_events, read_folder
from filoscope.recommend.peers import Model, filoscope, peers_for
from filoscope.recommend.ranking import Quality, best_first, coverage, gini, quality

VIEWERS_AT_ONCE = 1000  # bounds memory: a block of scores is this many rows
PLACES = 20  # of a ranking that are looked at
Row = dict[str, str | float]


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument("folder", nargs="?", type=Path, help="train, valid and test as parquet")
    parser.add_argument("--events", type=Path, help="one log instead, split by time")


def rows(options: argparse.Namespace) -> list[Row]:
    """Measure our model, and the peers where asked, on one log."""
    if (options.events is None) == (options.folder is None):
        raise LogUnreadable("name either a folder or --events FILE")
    split = read_events(options.events) if options.events else read_folder(options.folder)
    models: dict[str, Model] = {"filoscope": filoscope}
    if options.peers == "all":
        models |= peers_for(split.watched.shape[1])
    return [measure(name, model, split) for name, model in models.items()]


def measure(name: str, model: Model, split: Split) -> Row:
    """Fit one model and rank the targets for every viewer with something in the test."""
    begun = time.process_time()
    score = model(split.watched, split.shown, split.targets)
    fitted = time.process_time()
    truth = split.truth[:, split.targets].tocsr()
    viewers = np.flatnonzero(np.diff(truth.indptr))
    shown = np.zeros(len(split.targets), np.int64)
    result = Quality(0, {})
    for start in range(0, len(viewers), VIEWERS_AT_ONCE):
        some = viewers[start : start + VIEWERS_AT_ONCE]
        scores = score(split.watched[some], None if split.shown is None else split.shown[some])
        hidden = split.hidden[some][:, split.targets].tocoo()
        scores[hidden.row, hidden.col] = -np.inf
        top = best_first(scores, PLACES)
        shown += np.bincount(top.ravel(), minlength=len(shown))
        result += quality(top, truth[some])
    ranked = time.process_time()
    return {
        "model": name,
        "dataset": split.name,
        "viewers": len(viewers),
        **result.means(),
        f"coverage@{PLACES}": coverage(shown),
        f"gini@{PLACES}": gini(shown),
        "fit_cpu_s": fitted - begun,
        "ms_per_viewer": 1000.0 * (ranked - fitted) / max(len(viewers), 1),
    }
