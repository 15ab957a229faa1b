"""`filoscope recommend evaluate`: rank the full catalogue for every viewer of a test."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from filoscope.recommend import retrieval
from filoscope.recommend.logs import LogUnreadable, Split, read_events, read_folder
from filoscope.recommend.peers import Peer, Scorer, parts, peers_for
from filoscope.recommend.ranking import Quality, best_first, coverage, gini, quality

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
    if not len(split.asked()):
        raise LogUnreadable(f"{split.name}: the test holds nothing new among the clips to rank")
    measured = [ours(split)]
    if options.peers == "all":
        peers = peers_for(split.watched.shape[1])
        measured += [beside(name, peer, split) for name, peer in peers.items()]
    return measured


def ours(split: Split) -> Row:
    """Let our model choose for itself, fit it and measure it."""
    begun = time.process_time()
    choices = retrieval.choose(split)
    chosen = time.process_time()
    model = retrieval.fit(split, choices)
    spent = {"tune_cpu_s": chosen - begun, "fit_cpu_s": time.process_time() - chosen}
    return measure("filoscope", model, split) | spent | {"setting": str(choices)}


def beside(name: str, peer: Peer, split: Split) -> Row:
    """Let a peer choose from its grid, fit it and measure it."""
    begun = time.process_time()
    setting = peer.choose(split)
    chosen = time.process_time()
    model = peer.ranker(split, setting)
    spent = {"tune_cpu_s": chosen - begun, "fit_cpu_s": time.process_time() - chosen}
    settings = " ".join(f"{key}={value:g}" for key, value in setting.items())
    return measure(name, model, split) | spent | {"setting": settings}


def measure(name: str, score: Scorer, split: Split) -> Row:
    """Rank the targets for every viewer with something in the test."""
    begun = time.process_time()
    viewers = split.asked()
    truth, hidden = (matrix[:, split.targets].tocsr() for matrix in (split.truth, split.hidden))
    shown = np.zeros(len(split.targets), np.int64)
    result = Quality(0, {})
    for some in parts(viewers, len(split.targets)):
        scores = score(some)
        met = hidden[some].tocoo()
        scores[met.row, met.col] = -np.inf
        top = best_first(scores, PLACES)
        shown += np.bincount(top.ravel(), minlength=len(shown))
        result += quality(top, truth[some])
    return {
        "model": name,
        "dataset": split.name,
        "viewers": len(viewers),
        **result.means(),
        f"coverage@{PLACES}": coverage(shown),
        f"gini@{PLACES}": gini(shown),
        "ms_per_viewer": 1000.0 * (time.process_time() - begun) / len(viewers),
    }
