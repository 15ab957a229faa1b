"""Our ranking of a full catalogue: closed forms, and a blend that each log chooses for itself.

```python
split = read_folder(Path("logs"))
model = fit(split, choose(split))
scores = model(np.array([0, 1, 2]))  # of three viewers, for all targets
```

Two kinds of viewers are told apart, because what is missing differs. Most have met some of the
targets: what they did not watch says something, and EASE learns from it. Some have a past but never
met any target, as where a new set of candidates is ranked for them: that they watched none of the
candidates says nothing. For these the targets are regressed on the other clips alone, from those
viewers who met both.

Everything is chosen on held-out parts of what may be learned from. For the first kind, `train` is
learned from and `valid` judges. For the second the targets of some viewers are blanked, as theirs
are, and asked for: by the early half of what else they watched, the late targets, and by the late half,
the early ones. Whoever has met none of the targets was shown them at another time than what they have
met, and what was shown in one week was watched in company that says little of other weeks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from filoscope.recommend.blending import JUDGES_MIN, joined, mean_ndcg, pool, search
from filoscope.recommend.cowatch import NothingWatched, meetings
from filoscope.recommend.logs import Split
from filoscope.recommend.signals import NAMES, Past, Signals, learn, regress, walk_from

HEAD = 8192  # clips of the regression: cubic in these, 20 CPU seconds; a float32 matrix of 256 MiB
HEAD_TRIED = 3072  # clips of the regressions that only choose the ridge: a twentieth of the time
RIDGE = 300.0  # where the search begins
RIDGE_STEP = 3.0  # factor to the next ridge tried
RIDGES_MAX = 6  # tried at most: 300 to 70,000, or down to 1
SHOWN_WEIGHT = 0.5  # of a clip shown and not watched, where such clips are found to tell
JUDGES = 6000  # viewers that choose: more would cost time and hardly move a weight
JUDGES_SHARE = 0.2  # at most this share of those learned from is blanked to judge
CELLS = 1 << 25  # scores held at once: bounds memory
WALK_POPULARITY = 0.4  # beta of the walk, where no other is tried
WALKS = (0.4, 0.2, 0.0)  # tried
WALK_STEPS_MAX = (
    3e8  # two clips met by one viewer: with more, a walk takes ten seconds and is not tried
)
DEFAULT = (1.0, 0.5, 0.0, 0.5)  # blend where too few viewers can judge
START = (1.0, 0.5, 0.0, 0.0)  # blend to leave only for what is surely better
GUESS = (1.0, 0.5, 1.0, 0.25)  # blend that says which clips are looked at while choosing
RETRIEVAL_SEED = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """What a log has chosen for one kind of viewers; `weights` in the order of `NAMES`."""

    ridge: float = RIDGE
    walk_popularity: float = WALK_POPULARITY
    shown_weight: float = SHOWN_WEIGHT
    weights: tuple[float, ...] = DEFAULT

    def __str__(self) -> str:
        parts = [f"{name} {weight:g}" for name, weight in zip(NAMES, self.weights, strict=True)]
        settings = f"lambda={self.ridge:g} b={self.walk_popularity:g} shown={self.shown_weight:g}"
        return ", ".join([settings, *parts])


@dataclass(frozen=True, slots=True)
class Choices:
    """A choice for each kind of viewers that is asked about; None where there are none."""

    acquainted: Choice | None
    newcomers: Choice | None

    def __str__(self) -> str:
        kinds = (("", self.acquainted), ("new to all targets: ", self.newcomers))
        return "; ".join(f"{kind}{choice}" for kind, choice in kinds if choice is not None)


@dataclass(frozen=True, slots=True)
class Question:
    """Some viewers, what is known of them `(viewers, clips)`, and what they should be shown.

    `hidden` and `truth` are `(viewers, targets)`.
    """

    watched: sparse.csr_array
    shown: sparse.csr_array | None
    hidden: sparse.csr_array
    truth: sparse.csr_array

    def met(self, shown_weight: float) -> sparse.csr_array:
        """Return what a model is told."""
        return meetings(self.watched, self.shown, shown_weight=shown_weight)


@dataclass(frozen=True, slots=True)
class Trial:
    """A past to learn from, the clips that may tell, and questions by which to judge."""

    split: Split
    rows: NDArray[np.intp]
    inputs: NDArray[np.intp]
    shown_weights: tuple[float, ...]
    questions: list[Question]

    def past(self, shown_weight: float) -> Past:
        """Return what a model learns from."""
        return _past(self.split, self.rows, self.inputs, shown_weight)

    def judges(self) -> int:
        """Return how many viewers judge."""
        return sum(question.truth.shape[0] for question in self.questions)

    def worth(self, score: Callable[[Question], NDArray[np.float32]]) -> float:
        """Return NDCG@20 of scores over all judges."""
        total = sum(
            question.truth.shape[0] * mean_ndcg(score(question), question.hidden, question.truth)
            for question in self.questions
        )
        return float(total / self.judges())


def newcomers(split: Split) -> NDArray[np.bool_]:
    """Return which viewers have a past without any of the targets."""
    met = split.hidden
    of_targets = np.diff(met[:, split.targets].tocsr().indptr)
    return np.asarray((np.diff(met.indptr) > 0) & (of_targets == 0))


def choose(split: Split) -> Choices:
    """Choose settings for the viewers that will be asked about, on held-out parts of the past.

    Raises
    ------
    NothingWatched
        If there is nothing to learn from.
    """
    if not split.watched.nnz:
        raise NothingWatched("the log holds no clip that was watched: nothing to learn from")
    new = newcomers(split)
    of_asked = new[split.asked()]
    # where nobody has met a target, nobody can teach the regression of the second kind
    learnable = bool(split.watched[:, split.targets].nnz)
    return Choices(
        None if of_asked.all() and learnable else _choose(_trial_of_acquainted(split.earlier)),
        _choose(_trial_of_newcomers(split, new)) if of_asked.any() and learnable else None,
    )


def fit(split: Split, choices: Choices) -> Ranker:
    """Learn from all the past there is."""
    new = newcomers(split)
    every = np.arange(split.watched.shape[1])
    models: list[tuple[Signals, Choice] | None] = [None, None]
    if choices.acquainted is not None:
        rows = np.arange(split.watched.shape[0])
        past = _past(split, rows, every, choices.acquainted.shown_weight)
        models[0] = _learn(past, choices.acquainted), choices.acquainted
    if choices.newcomers is not None:
        others = np.setdiff1d(every, split.targets)
        past = _past(split, np.flatnonzero(~new), others, choices.newcomers.shown_weight)
        models[1] = _learn(past, choices.newcomers), choices.newcomers
    return Ranker(split, new, *models)


@dataclass(frozen=True, slots=True)
class Ranker:
    """A fitted model: call it with viewers for scores `(viewers, targets)`, higher is better."""

    split: Split
    new: NDArray[np.bool_]
    acquainted: tuple[Signals, Choice] | None
    newcomers: tuple[Signals, Choice] | None

    def __call__(self, viewers: NDArray[np.intp]) -> NDArray[np.float32]:
        """Score the targets for some viewers, comparable within one viewer."""
        scores = np.zeros((len(viewers), len(self.split.targets)), np.float32)
        new = self.new[viewers]
        if self.newcomers is None:
            new = np.zeros(len(viewers), np.bool_)
        if self.acquainted is None:
            new = np.ones(len(viewers), np.bool_)
        for model, of_kind in ((self.acquainted, ~new), (self.newcomers, new)):
            if model is not None and of_kind.any():
                signals, choice = model
                met = _met(self.split, viewers[of_kind], choice.shown_weight)
                scores[of_kind] = signals.blend(met, choice.weights)
        return scores


def _trial_of_acquainted(earlier: Split | None) -> Trial | None:
    """Learn from `train`, judge on `valid`, by viewers who have met a target."""
    if earlier is None or not earlier.watched.nnz:
        return None
    asked = earlier.asked()
    judges = _some(asked[~newcomers(earlier)[asked]], JUDGES)
    questions = _questions(
        earlier.watched[judges],
        None if earlier.shown is None else earlier.shown[judges],
        earlier.hidden[judges][:, earlier.targets].tocsr(),
        earlier.truth[judges][:, earlier.targets].tocsr(),
    )
    rows, clips = (np.arange(size) for size in earlier.watched.shape)
    weights = (0.0,) if earlier.shown is None else (SHOWN_WEIGHT, 0.0)
    return Trial(earlier, rows, clips, weights, questions)


def _trial_of_newcomers(split: Split, new: NDArray[np.bool_]) -> Trial:
    """Blank the targets of some viewers who have met both kinds of clips, and ask for them."""
    others = np.setdiff1d(np.arange(split.watched.shape[1]), split.targets)
    rows = np.flatnonzero(~new)
    of_both = rows[_any(split.watched[rows], split.targets) & _any(split.watched[rows], others)]
    judges = _some(of_both, min(JUDGES, int(JUDGES_SHARE * len(of_both))))
    if split.halves is None:
        told_and_asked = [(split.watched[judges], split.watched[judges])]
    else:
        halves = [half[judges] for half in split.halves]
        told_and_asked = list(permutations(halves))
    questions = []
    for told, asked in told_and_asked:
        able = np.flatnonzero(_any(told, others) & _any(asked, split.targets))
        truth = asked[able][:, split.targets].tocsr()
        questions += _questions(told[able], None, sparse.csr_array(truth.shape), truth)
    return Trial(split, np.setdiff1d(rows, judges), others, (0.0,), questions)


def _questions(
    watched: sparse.csr_array,
    shown: sparse.csr_array | None,
    hidden: sparse.csr_array,
    truth: sparse.csr_array,
) -> list[Question]:
    """Cut the judges into parts whose scores fit into memory."""
    size = max(CELLS // (len(NAMES) * max(truth.shape[1], 1)), 1)
    return [
        Question(
            watched[start : start + size],
            None if shown is None else shown[start : start + size],
            hidden[start : start + size],
            truth[start : start + size],
        )
        for start in range(0, truth.shape[0], size)
    ]


def _choose(trial: Trial | None) -> Choice:
    """Choose the regression alone, the walk alone, and then how much each counts."""
    if trial is None or trial.judges() < JUDGES_MIN:
        return Choice()
    choice = _choose_regression(trial)
    past = trial.past(choice.shown_weight)
    choice = replace(choice, walk_popularity=_choose_walk(trial, past, choice.shown_weight))
    signals = _learn(past, choice)
    guess = np.array(GUESS, np.float32)
    judged = joined(
        [
            pool(
                signals.score(question.met(choice.shown_weight)),
                guess,
                question.hidden,
                question.truth,
            )
            for question in trial.questions
        ]
    )
    weights = search(judged, np.array(START, np.float32))
    return replace(choice, weights=tuple(round(float(weight), 2) for weight in weights))


def _choose_regression(trial: Trial) -> Choice:
    """Climb from the usual ridge, a smaller regression for each step."""

    @cache
    def worth(ridge: float, shown_weight: float) -> float:
        past = trial.past(shown_weight)
        head, reach, weights = regress(past, ridge=ridge, head_max=HEAD_TRIED)

        def score(question: Question) -> NDArray[np.float32]:
            scores = np.zeros(question.truth.shape, np.float32)
            scores[:, reach] = question.met(shown_weight)[:, head] @ weights
            return scores

        return trial.worth(score)

    shown_weight = max(trial.shown_weights, key=lambda weight: worth(RIDGE, weight))
    ridge = RIDGE
    for factor in (RIDGE_STEP, 1.0 / RIDGE_STEP):
        while worth.cache_info().currsize < RIDGES_MAX and (
            worth(ridge * factor, shown_weight) > worth(ridge, shown_weight)
        ):
            ridge *= factor
    return Choice(ridge=ridge, shown_weight=shown_weight)


def _choose_walk(trial: Trial, past: Past, shown_weight: float) -> float:
    """Try how far the walk should hold popular ends down, unless that would take too long."""
    steps = float((np.diff(past.met.indptr).astype(np.float64) ** 2).sum())
    if steps > WALK_STEPS_MAX:
        return WALK_POPULARITY

    def worth(popularity: float) -> float:
        weights = walk_from(past, popularity)
        return trial.worth(
            lambda question: (question.met(shown_weight)[:, past.inputs] @ weights).toarray()
        )

    return max(WALKS, key=worth)


def _learn(past: Past, choice: Choice) -> Signals:
    return learn(past, ridge=choice.ridge, walk_popularity=choice.walk_popularity, head_max=HEAD)


def _past(
    split: Split, rows: NDArray[np.intp], inputs: NDArray[np.intp], shown_weight: float
) -> Past:
    fresh = None if split.fresh is None else split.fresh[rows]
    met = _met(split, rows, shown_weight)
    return Past(met, split.watched[rows], fresh, inputs, split.targets)


def _met(split: Split, rows: NDArray[np.intp], shown_weight: float) -> sparse.csr_array:
    shown = None if split.shown is None else split.shown[rows]
    return meetings(split.watched[rows], shown, shown_weight=shown_weight)


def _some(viewers: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """Return some viewers, in order, the same for the same log."""
    if len(viewers) <= most:
        return viewers
    generator = np.random.default_rng(RETRIEVAL_SEED)
    return np.sort(generator.permutation(viewers)[:most])


def _any(matrix: sparse.csr_array, columns: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which rows hold something in some columns."""
    return np.asarray(np.diff(matrix[:, columns].tocsr().indptr) > 0)
