"""Pages of the For You feed a second, from one process on one core, beside a bare Django view.

    python -m bench.feed [--json FILE] [--clips 10000] [--viewers 1000] [--seconds 8] [--rounds 3]

A community is made in a database of its own. One web server as `filoscope serve` starts it (granian,
ASGI, all middleware) is pinned to one core; database and load have the others. In turns:

    django   a view that answers a constant of the size of a page, no session, no database, by Django's
             own ASGI handler: Django as it comes
    bare     the same view through our door (`kit.one_thread`), as every page of the network comes
    pages    signed-in viewers ask for page after page of For You, eight cards each
    told     the same, and each page is followed by the beacon with what was watched of it
    home     the whole first page, with everything around the cards

The ratios are those of the medians over the rounds, to each of the first two: what a page costs beside
Django as it comes, and beside the least that any page costs here. `CPU ms` is what the web server's
process took for a page (with its beacon in `told`): unlike the rate, it tells the same on a machine
that is busy.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CORE = 0  # of the web server
START_S = 120.0  # it reads 10,000 clips and 80,000 events first
CONNECTIONS = 4
WARMING_S = 3.0
CARDS_WARMED = (
    2.0  # shown for each clip before the clock runs: a server that has been up for a while
)
AIM = 0.5  # of the rate of a bare Django view
QUERIES_MAX = 6


def main() -> None:
    """Build, load, print."""
    said = __doc__ or ""
    parser = argparse.ArgumentParser(prog="bench.feed", description=said.splitlines()[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--clips", type=int, default=10_000)
    parser.add_argument("--viewers", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="filoscope-bench-"))
    home.chmod(0o755)
    try:
        found = _measure(home, options)
    finally:
        from filoscope.server.kit import embedded_database

        embedded_database.stop(home)
        shutil.rmtree(home, ignore_errors=True)
    _print(found)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


def _measure(home: Path, options: argparse.Namespace) -> dict[str, Any]:
    from filoscope.server.kit import embedded_database

    os.environ |= {
        "FILOSCOPE_HOME": str(home),
        "DATABASE_URL": embedded_database.start(home),
        "DJANGO_SETTINGS_MODULE": "bench.feed.settings",
    }
    import django

    django.setup()
    from filoscope.server.operations import preparation

    from . import community

    preparation.migrate()
    preparation.collect_static()
    sessions = community.build(community.Size(options.clips, options.viewers), seed=1)
    _analyse()
    queries, size = _queries(sessions)
    port = options.port or _free_port()
    with _server(port, size) as pid:
        phases = asyncio.run(_load(port, pid, size, sessions, options))
    return _summary(phases, queries, size, options)


def _analyse() -> None:
    """Let PostgreSQL know its tables, as its own upkeep does within a minute."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _queries(sessions: list[str]) -> tuple[dict[str, int], int]:
    """Return the queries of each page the first time, and the bytes of a page of cards."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, sizes = Client(headers={"host": "127.0.0.1"}), []
    client.get("/feed/for-you/more")  # loads the engine
    counted = {}
    paths = ("/", "/following", "/latest", "/feed/for-you/more", "/feed/latest/more")
    for path, session in zip(paths, sessions, strict=False):
        client.cookies["sessionid"] = session
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} was answered by {answer.status_code}")
        counted[path] = len(captured)
        sizes.append(len(answer.content))
    connection.close()
    return counted, sizes[paths.index("/feed/for-you/more")]


@contextmanager
def _server(port: int, size: int) -> Iterator[int]:
    """Run the web server on one core until the block ends; yield its process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.feed.web", "127.0.0.1", str(port)],
        env={**os.environ, "FILOSCOPE_BENCH_BYTES": str(size)},
        preexec_fn=lambda: os.sched_setaffinity(0, {CORE}),
    )
    try:
        _wait(port, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the web server did not listen on {port} within {START_S} s")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _cpu_s(pid: int) -> float:
    """Return the seconds of CPU that a process and its children have taken (proc(5), stat)."""
    told = 0
    for line in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = line.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(line.parent.name) == pid or int(fields[1]) == pid:
            told += int(fields[11]) + int(fields[12])
    return told / os.sysconf("SC_CLK_TCK")


async def _load(
    port: int, pid: int, size: int, sessions: list[str], options: argparse.Namespace
) -> dict[str, list[Any]]:
    from . import load

    visits = {
        "django": load.one_path("/bare-by-django"),
        "bare": load.one_path("/bare"),
        "pages": load.swiping(sessions, tells=False),
        "told": load.swiping(sessions, tells=True),
        "home": load.one_path("/", sessions),
    }
    for visit in visits.values():
        await load.run(port, visit, connections=CONNECTIONS, seconds=WARMING_S, seed=0)
    warm = load.Tally()
    while sum(warm.sizes) < CARDS_WARMED * options.clips * size / 8:
        more = await load.run(
            port, visits["pages"], connections=CONNECTIONS, seconds=WARMING_S, seed=len(warm.sizes)
        )
        warm.sizes += more.sizes
    phases: dict[str, list[Any]] = {name: [] for name in visits}
    for number in range(1, options.rounds + 1):
        for name, visit in visits.items():
            before_s = _cpu_s(pid)
            tally = await load.run(
                port, visit, connections=CONNECTIONS, seconds=options.seconds, seed=number
            )
            tally.cpu_s = _cpu_s(pid) - before_s
            phases[name].append(tally)
    return phases


def _summary(
    phases: dict[str, list[Any]], queries: dict[str, int], size: int, options: argparse.Namespace
) -> dict[str, Any]:
    rows = {
        name: {
            "pages_per_s": round(statistics.median(tally.rate for tally in tallies), 1),
            "p50_ms": round(statistics.median(tally.quantile_ms(0.5) for tally in tallies), 2),
            "p99_ms": round(statistics.median(tally.quantile_ms(0.99) for tally in tallies), 2),
            "cpu_ms": round(statistics.median(tally.cpu_ms for tally in tallies), 3),
            "pages": sum(len(tally.latencies_s) for tally in tallies),
            "beacons_per_s": round(
                sum(tally.beacons for tally in tallies) / sum(tally.seconds for tally in tallies), 1
            ),
        }
        for name, tallies in phases.items()
    }
    return {
        "clips": options.clips,
        "viewers": options.viewers,
        "bytes_of_a_page": size,
        "connections": CONNECTIONS,
        "phases": rows,
        **{f"of_{base}": _ratios(rows, rows[base]) for base in ("django", "bare")},
        "aim": AIM,
        "queries": queries,
        "queries_max": QUERIES_MAX,
    }


def _ratios(rows: dict[str, Any], base: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Return the rate of each row beside that of `base`, and the same by CPU."""
    return {
        name: (
            round(row["pages_per_s"] / base["pages_per_s"], 3),
            round(base["cpu_ms"] / row["cpu_ms"], 3),
        )
        for name, row in rows.items()
    }


def _print(found: dict[str, Any]) -> None:
    print(
        f"{found['clips']} clips, {found['viewers']} viewers, {found['bytes_of_a_page']} bytes a page,"
        f" one process on one core, {found['connections']} connections"
    )
    print(
        f"{'':8}{'pages/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'beacons/s':>11}{'CPU ms':>9}"
        f"{'of django':>11}{'by CPU':>8}{'of bare':>9}{'by CPU':>8}"
    )
    for name, row in found["phases"].items():
        (django, django_cpu), (bare, bare_cpu) = found["of_django"][name], found["of_bare"][name]
        print(
            f"{name:8}{row['pages_per_s']:9.1f}{row['p50_ms']:9.2f}{row['p99_ms']:9.2f}"
            f"{row['beacons_per_s']:11.1f}{row['cpu_ms']:9.2f}"
            f"{django:11.2f}{django_cpu:8.2f}{bare:9.2f}{bare_cpu:8.2f}"
        )
    for path, count in found["queries"].items():
        print(f"{count} queries, at most {found['queries_max']}: {path}")
    print(
        f"aim: pages at {found['aim']:.2f} of a bare Django view or more; measured"
        f" {found['of_django']['pages'][0]:.2f} of Django as it comes,"
        f" {found['of_bare']['pages'][0]:.2f} of the same view through our own door"
    )


if __name__ == "__main__":
    main()
