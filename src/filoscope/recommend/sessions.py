"""`filoscope recommend sessions`: swipe, learn, swipe, against tastes that are fully known.

Every viewer of the test starts cold: nothing is known of them but what they did in this session.
A clip is liked if it is in their test part. What is known of clips comes from the `train` of other
people: own rows are left out of the fit, for us and for every peer alike. Where fewer than half of
the log is left that way, the viewers are split in two halves, each of which is served by a model
fitted without it.

All sessions go side by side, swipe by swipe (`--at-once N`: N at a time, one group after another).
`filoscope` learns from all of them, as a network does; `filoscope, each alone` learns of each
viewer from their own swipes only. The peers that learn from all sessions say so in their names;
the others do not.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from filoscope.recommend.coldstart import ALONE, ColdStart
from filoscope.recommend.logs import LogUnreadable, read_table
from filoscope.recommend.ranking import coverage

PARTS = ("train", "test")
MARKS = (10, 50, 100)  # swipes after which the reward is read
LAST = 20  # swipes at the end whose reward shows whether a session runs dry
STRANGERS_MIN = 0.5  # of the log: with less, two models for two halves
SESSIONS_MAX = 5000  # more change no third digit and take hours
CELLS_MAX = 2**25  # viewers x clips at once: 128 MiB for each matrix of scores
SEED = 1
Row = dict[str, str | float]


class Sitting(Protocol):
    """Some viewers in the midst of their sessions."""

    def choose(self) -> NDArray[np.intp]:
        """Choose the next clip for each viewer, never one that they met."""

    def observe(self, picks: NDArray[np.intp], liked: NDArray[np.bool_]) -> None:
        """Learn what they made of it."""


class Policy(Protocol):
    """A fitted model that sessions can begin with."""

    def begin(self, viewers: int) -> Sitting:
        """Begin a session for each of some viewers."""


Fit = Callable[[sparse.csr_array, NDArray[np.intp]], Policy]


@dataclass(frozen=True, slots=True)
class Log:
    """What sessions need of a folder.

    Attributes
    ----------
    watched : (viewers, clips)
        Of the training part.
    likes : (sessions, targets) bool
        What each viewer of a session likes, completely.
    viewers : (sessions,)
        Their rows in `watched`.
    targets : (targets,)
        Columns of the clips that can be shown.
    """

    name: str
    watched: sparse.csr_array
    likes: sparse.csr_array
    viewers: NDArray[np.intp]
    targets: NDArray[np.intp]


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument("folder", type=Path, help="train, test and perhaps candidates as parquet")
    parser.add_argument("--swipes", type=int, default=100, help="of each session")
    parser.add_argument(
        "--at-once",
        type=int,
        default=SESSIONS_MAX,
        metavar="N",
        help="sessions side by side; fewer, and later ones find what earlier ones taught",
    )
    parser.add_argument(
        "--sessions", type=int, default=SESSIONS_MAX, help="at most; an even sample of the viewers"
    )


def rows(options: argparse.Namespace) -> list[Row]:
    """Measure our model, and the peers where asked."""
    from filoscope.recommend.session_peers import peers_for

    log = read(options.folder, sessions=options.sessions)
    models: dict[str, Fit] = {"filoscope": together, "filoscope, each alone": alone}
    if options.peers == "all":
        models |= peers_for(len(log.targets))
    return [
        measure(name, fit, log, swipes=options.swipes, at_once=options.at_once)
        for name, fit in models.items()
    ]


def together(watched: sparse.csr_array, targets: NDArray[np.intp]) -> Policy:
    """Fit our model, which learns from all sessions."""
    return ColdStart(seed=SEED).fit(watched[:, targets].tocsr())


def alone(watched: sparse.csr_array, targets: NDArray[np.intp]) -> Policy:
    """Fit our model, with nothing carried from one session to another but what was shown."""
    return ColdStart(ALONE, seed=SEED).fit(watched[:, targets].tocsr())


def read(folder: Path, *, sessions: int = SESSIONS_MAX) -> Log:
    """Read a folder: `train`, `test`, and `candidates` where there is one.

    Raises
    ------
    LogUnreadable
        If a part is missing, lacks a column, or nobody of the test likes a candidate.
    """
    parts = {name: read_table(folder / f"{name}.parquet", "viewer", "clip") for name in PARTS}
    known = [part["clip"].astype(np.int64) for part in parts.values()]
    ranked = folder / "candidates.parquet"
    if ranked.exists():
        known.append(np.unique(read_table(ranked, "clip")["clip"].astype(np.int64)))
    clips = np.unique(np.concatenate(known))
    viewers = np.unique(np.concatenate([part["viewer"] for part in parts.values()]))
    matrices = {
        name: _matrix(
            np.searchsorted(viewers, part["viewer"]),
            np.searchsorted(clips, part["clip"]),
            (len(viewers), len(clips)),
        )
        for name, part in parts.items()
    }
    targets = np.searchsorted(clips, known[2]) if ranked.exists() else np.arange(len(clips))
    likes = matrices["test"][:, targets].tocsr()
    asked = np.flatnonzero(np.diff(likes.indptr))
    if not len(asked):
        raise LogUnreadable(f"{folder}: nobody of the test likes any of the clips to be shown")
    if len(asked) > sessions:
        asked = asked[np.linspace(0, len(asked) - 1, sessions).astype(np.intp)]
    return Log(folder.name, matrices["train"], likes[asked], asked, targets)


def strangers(log: Log) -> Iterator[tuple[sparse.csr_array, NDArray[np.intp]]]:
    """Yield what may be learned from, and the sessions that a model so fitted may serve."""
    own = np.zeros(log.watched.shape[0], np.bool_)
    own[log.viewers] = True
    every = np.arange(len(log.viewers))
    if log.watched[np.flatnonzero(~own)].nnz >= STRANGERS_MIN * log.watched.nnz:
        yield log.watched[np.flatnonzero(~own)], every
        return
    mixed = np.random.default_rng(SEED).permutation(every)  # neighbours may be of a kind
    for half in (np.sort(mixed[::2]), np.sort(mixed[1::2])):
        others = np.ones(log.watched.shape[0], np.bool_)
        others[log.viewers[half]] = False
        yield log.watched[np.flatnonzero(others)], half


def measure(name: str, fit: Fit, log: Log, *, swipes: int, at_once: int = SESSIONS_MAX) -> Row:
    """Run every session, and say what was liked, how broad it was and how long it took."""
    targets = len(log.targets)
    liked = np.zeros((len(log.viewers), min(swipes, targets)), np.bool_)
    shown = np.zeros(targets, np.int64)
    fitting = swiping = 0.0
    for watched, served in strangers(log):
        begun = time.process_time()
        policy = fit(watched, log.targets)
        fitting += time.process_time() - begun
        together = max(1, min(at_once, CELLS_MAX // targets))
        for start in range(0, len(served), together):
            some = served[start : start + together]
            truth = log.likes[some].toarray() > 0
            begun = time.process_time()
            liked[some] = swipe(policy, truth, liked.shape[1], shown)
            swiping += time.process_time() - begun
    return {
        "model": name,
        "dataset": log.name,
        "viewers": len(log.viewers),
        **{f"r{mark}": float(liked[:, :mark].mean()) for mark in MARKS if mark <= swipes},
        f"last{LAST}": float(liked[:, -LAST:].mean()),
        "coverage": coverage(shown),
        "ms_per_swipe": 1000.0 * swiping / liked.size,
        "fit_cpu_s": fitting,
    }


def swipe(
    policy: Policy, truth: NDArray[np.bool_], swipes: int, shown: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Run sessions side by side; return what was liked, `(viewers, swipes)`; count in `shown`."""
    everybody = np.arange(len(truth))
    liked = np.zeros((len(truth), swipes), np.bool_)
    sitting = policy.begin(len(truth))
    for place in range(swipes):
        picks = sitting.choose()
        liked[:, place] = truth[everybody, picks]
        sitting.observe(picks, liked[:, place])
        shown += np.bincount(picks, minlength=len(shown))
    return liked


def _matrix(
    rows: NDArray[np.intp], columns: NDArray[np.intp], shape: tuple[int, int]
) -> sparse.csr_array:
    matrix = sparse.csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix
