"""Two serving processes that share what they learn through PostgreSQL, beside one alone.

A community is made in a database of its own. Each process has an engine of its own and runs the code
that a page and a beacon run, without HTTP. Measured are: how long after a viewer's beacon was taken by
the one the other's page knows it; beacons and pages a second in one and in two; and whether both know
the same, to the bit, after taking turns, after both took beacons at once, and after a new start.

    python -m bench.recommend --only sharing
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from bench.recommend import sharing_process

CLIPS, VIEWERS = 2_000, 400
CHANGES = 60  # beacons whose way to the other process is timed
TURNS = 40  # beacons by turns, before the states are compared
SECONDS = 6.0  # of each rate
PAGES_COMPARED = 200
Row = dict[str, Any]


class Peer:
    """One of the processes, and the questions it is asked."""

    def __init__(self, number: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=sharing_process.serve, args=(theirs, number))
        self._process.start()
        self._pipe.recv()

    def ask(self, name: str, *arguments: Any) -> Any:
        """Ask, and wait for the answer."""
        self.begin(name, *arguments)
        return self.answer()

    def begin(self, name: str, *arguments: Any) -> None:
        """Ask."""
        self._pipe.send((name, arguments))

    def answer(self) -> Any:
        """Wait for the answer."""
        return self._pipe.recv()

    def end(self) -> None:
        """Let it go."""
        self._pipe.send(None)
        self._process.join()


def rows(_: argparse.Namespace) -> list[Row]:
    """Run the trial in a process of its own, which has the settings of the trial's database."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(trial).result()


def trial() -> list[Row]:
    """Make a community, start two processes, and ask."""
    from filoscope.server.kit import embedded_database

    home = Path(tempfile.mkdtemp(prefix="filoscope-sharing-"))
    home.chmod(0o755)
    try:
        os.environ |= {
            "FILOSCOPE_HOME": str(home),
            "DATABASE_URL": embedded_database.start(home),
            "DJANGO_SETTINGS_MODULE": "filoscope.server.settings",
        }
        _build()
        one, two = Peer(1), Peer(2)
        try:
            return [_told(one, two), *_rates(one, two), _equal(one, two)]
        finally:
            one.end()
            two.end()
    finally:
        embedded_database.stop(home)
        shutil.rmtree(home, ignore_errors=True)


def _build() -> None:
    import django

    django.setup()
    from django.db import connections

    from bench.feed import community
    from filoscope.server.operations import preparation

    preparation.migrate()
    community.build(community.Size(CLIPS, VIEWERS), seed=1)
    connections.close_all()


def _told(one: Peer, two: Peer) -> Row:
    """Time the way of a swipe from the one process to the other's page."""
    took_ms = []
    for place in range(CHANGES):
        now_s = time.time()
        clip_id = two.ask("page", place, now_s)[0]
        two.begin("await_change", place, clip_id, now_s)
        learned_s = one.ask("tell", place, clip_id)
        took_ms.append((two.answer() - learned_s) * 1e3)
    ordered = sorted(took_ms)
    return {
        "what": "from learned by one to known by the other's page",
        "p50_ms": round(statistics.median(ordered), 1),
        "p99_ms": round(ordered[int(0.99 * (len(ordered) - 1))], 1),
    }


def _rates(one: Peer, two: Peer) -> list[Row]:
    """Ask for beacons and for pages, of one process and of both at once."""
    found = []
    for name, what in (("observe_for", "events"), ("recommend_for", "pages")):
        rates = []
        for peers in ([one], [one, two]):
            for peer in peers:
                peer.begin(name, SECONDS)
            told = [peer.answer() for peer in peers]
            rates.append(sum(part["done"] / part["seconds"] for part in told))
            found.append(
                {
                    "what": f"{what}, {len(peers)} process{'es' * (len(peers) > 1)}",
                    "a_second": round(rates[-1], 1),
                    "cpu_ms_each": round(
                        1e3 * sum(part["cpu_s"] for part in told)
                        / max(sum(part["done"] for part in told), 1), 3,
                    ),
                }
            )  # fmt: skip
        found[-1]["of_one"] = round(rates[1] / rates[0], 2)
        for peer in (one, two):
            peer.ask("catch_up")
    return found


def _equal(one: Peer, two: Peer) -> Row:
    """Compare the states after a start, after turns, after beacons at once, and after a new start."""
    row: Row = {"what": "equal to the bit"}

    def compare(when: str) -> None:
        row[when] = one.ask("digest") == two.ask("digest")

    for peer in (one, two):
        peer.ask("reload")
    compare("after a start")
    for turn in range(TURNS):
        teller, hearer = (one, two) if turn % 2 else (two, one)
        now_s = time.time()
        clip_id = teller.ask("page", turn, now_s)[0]
        teller.ask("tell", turn, clip_id)
        hearer.ask("catch_up")
    compare("after turns")
    for peer in (one, two):
        peer.begin("observe_for", SECONDS)
    for peer in (one, two):
        peer.answer()
    for peer in (one, two):
        peer.ask("catch_up")
    compare("after both at once")
    row["same picks then"] = _agreement(one, two)
    parts = one.ask("parts"), two.ask("parts")
    row["arrays that differ"] = sum(parts[0][name] != parts[1].get(name) for name in parts[0])
    for peer in (one, two):
        peer.ask("reload")
    compare("after a new start")
    return row


def _agreement(one: Peer, two: Peer) -> float:
    """Return the share of picks that both have in the same page."""
    now_s = time.time()
    ours, theirs = (peer.ask("pages", PAGES_COMPARED, now_s) for peer in (one, two))
    same = [len(set(a) & set(b)) / max(len(a), 1) for a, b in zip(ours, theirs, strict=True)]
    return round(statistics.mean(same), 4)
