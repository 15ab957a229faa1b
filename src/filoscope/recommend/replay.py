"""`filoscope recommend replay`: forecast, then learn, event by event in order of time."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend.logs import LogUnreadable
from filoscope.recommend.outcomes.exposures import Exposures, read_exposures
from filoscope.recommend.outcomes.metrics import auc, gauc, log_loss
from filoscope.recommend.outcomes.model import OutcomeModel, compile_loops
from filoscope.recommend.outcomes.rivals import item_rate, regression
from filoscope.recommend.outcomes.showings import Outcome

Row = dict[str, str | float]
Chances = NDArray[np.floating[Any]]
MEASURED = {"finish": Outcome.FINISH, "like": Outcome.LIKE}


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument("--events", type=Path, required=True, help="the log, as parquet")
    parser.add_argument("--history", type=Path, help="an earlier log, learned and not measured")
    parser.add_argument(
        "--from",
        dest="since",
        metavar="TIME",
        help="measure from here on, learn what is before: 2022-05-01, "
        "2022-05-01T00:00+08:00 (UTC where it names no zone) or seconds",
    )


def rows(options: argparse.Namespace) -> list[Row]:
    """Measure our ranker, and the peers where asked, on one log."""
    log = read_exposures(options.events, options.history)
    start = first_measured(log, options.since)
    found = [ours(log, start)]
    if options.peers == "all":
        found += peers(log, start)
    return found


def first_measured(log: Exposures, since: str | None) -> int:
    """Return the first row to measure.

    Raises
    ------
    LogUnreadable
        If the time cannot be read, or nothing is left after it.
    """
    if since is None:
        return log.past
    try:
        start_s = float(since)
    except ValueError:
        try:
            start = datetime.fromisoformat(since)
        except ValueError as error:
            raise LogUnreadable(f"--from {since}: neither a date nor seconds") from error
        start_s = (start if start.tzinfo else start.replace(tzinfo=UTC)).timestamp()
    first = log.past + int(np.searchsorted(log.showings.time_s[log.past :], start_s))
    if first == len(log.showings):
        raise LogUnreadable(f"--from {since}: the log ends before that")
    return first


def ours(log: Exposures, start: int) -> Row:
    """Replay the log through the ranker."""
    compile_loops()  # happens once on a machine, not once a log
    model = OutcomeModel()
    begun = time.process_time()
    model.learn(log.showings[:start], log.outcomes[:start])
    learned = time.process_time()
    forecast = model.follow(log.showings[start:], log.outcomes[start:])
    followed = time.process_time()
    live = {name: forecast.live[:, outcome] for name, outcome in MEASURED.items()}
    order = {name: forecast.order[:, outcome] for name, outcome in MEASURED.items()}
    return measure(
        "filoscope",
        log,
        start,
        live=live,
        order=order,
        fit_cpu_s=learned - begun,
        us_per_event=1e6 * (followed - learned) / max(len(forecast.live), 1),
    )


def peers(log: Exposures, start: int) -> list[Row]:
    """Measure what others would forecast from the same rows."""
    forecasters: dict[str, Callable[[Outcome], Chances]] = {
        "item rate, frozen": lambda outcome: item_rate(log, outcome, frozen_from=start),
        "item rate, live": lambda outcome: item_rate(log, outcome, frozen_from=None),
        "regression on counters, viewer's frozen": lambda outcome: regression(
            log, outcome, viewer_frozen_from=start
        ),
        "regression on counters, all live": lambda outcome: regression(
            log, outcome, viewer_frozen_from=None
        ),
    }
    found = []
    for model, forecaster in forecasters.items():
        begun = time.process_time()
        chances = {name: forecaster(outcome)[start:] for name, outcome in MEASURED.items()}
        spent = time.process_time() - begun
        found.append(
            measure(
                model,
                log,
                start,
                live=chances,
                order=chances,
                fit_cpu_s=spent,
                us_per_event=1e6 * spent / len(log.showings),
            )
        )
    return found


def measure(
    model: str,
    log: Exposures,
    start: int,
    *,
    live: dict[str, Chances],
    order: dict[str, Chances],
    fit_cpu_s: float,
    us_per_event: float,
) -> Row:
    """Compare forecasts of the rows from `start` on with what came.

    `gauc` judges the order, `auc` and `log_loss` the chances; for one model alone they differ, see
    `Forecast`. The other way round is given too.
    """
    viewer = log.showings.viewer[start:]
    row: Row = {"model": model, "dataset": log.name, "events": len(viewer)}
    for name, outcome in MEASURED.items():
        label = log.outcomes[start:, outcome]
        told = ~np.isnan(label)
        if not told.any():
            continue
        who, came, chance, place = (
            viewer[told],
            label[told] > 0,
            live[name][told],
            order[name][told],
        )
        prefix = "" if outcome is Outcome.FINISH else f"{name}_"
        row[f"{prefix}gauc"] = gauc(who, came, place)
        row[f"{prefix}auc"] = auc(came, chance)
        row[f"{prefix}log_loss"] = log_loss(came, chance)
        row[f"{prefix}gauc_of_live"] = gauc(who, came, chance)
        row[f"{prefix}auc_of_order"] = auc(came, place)
    # Where everything or nothing came there is no AUC; JSON has no word for that.
    row = {name: value for name, value in row.items() if value == value}
    return row | {"fit_cpu_s": fit_cpu_s, "us_per_event": us_per_event}
