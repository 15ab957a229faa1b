"""The recommender beside its peers on real logs of short videos, one table for each section.

    make bench-recommend
    make bench-recommend ARGS="--only latency --events 10000000 --json FILE"

`of best peer` is our figure over that of the best other model on the same log, for the one metric
named in the heading: above 1 we are better (below 1 where less is better: milliseconds).
"""

from __future__ import annotations

import argparse
import json
import os
import time
from importlib import import_module
from pathlib import Path
from typing import Any

DATA = Path("../shared/data/interactions")
SECTIONS = {
    "retrieval": "ndcg@20",
    "stream": "ndcg@20",
    "outcomes": "gauc",
    "sessions": "r50",
    "latency": "p99_cpu_ms",
    "sharing": "",
}  # the metric by which ours stands beside the best peer
LESS_IS_BETTER = frozenset({"p99_cpu_ms"})
OURS = "filoscope"
Row = dict[str, Any]


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(
        prog="bench.recommend", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the logs")
    parser.add_argument("--only", choices=SECTIONS, help="one section alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows here too")
    parser.add_argument("--log", nargs="+", metavar="NAME", help="of `retrieval`: these logs alone")
    parser.add_argument("--sizes", type=int, nargs="+", help="of `latency`: clips")
    parser.add_argument(
        "--events",
        type=int,
        help="of `latency`: learned at the largest size; 10000000 takes ten minutes more",
    )
    options = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core for everybody; before NumPy comes
    found: list[Row] = []
    for section, metric in SECTIONS.items():
        if options.only in (None, section):
            begun = time.monotonic(), cpu_s()
            rows = beside_the_best(
                import_module(f"bench.recommend.{section}").rows(options), metric
            )
            took = f"{time.monotonic() - begun[0]:.0f} s, {cpu_s() - begun[1]:.0f} s of CPU"
            print(f"\n{section}" + (f" (by {metric})" if metric else "") + f", {took}")
            print(table(rows), flush=True)
            found += [{"section": section} | row for row in rows]
            if options.json:
                options.json.write_text(json.dumps({"rows": found}, indent=1) + "\n")


def cpu_s() -> float:
    """Return the seconds of CPU that this process and its children have taken."""
    took = os.times()
    return took.user + took.system + took.children_user + took.children_system


def beside_the_best(rows: list[Row], metric: str) -> list[Row]:
    """Add to each of our rows its ratio to the best peer of the same log, and of the same kind."""
    compared = []
    for row in rows:
        peers = [
            other[metric]
            for other in rows
            if metric in other
            and not str(other["model"]).startswith(OURS)
            and _kind(other) == _kind(row)
        ]
        ours = str(row.get("model", "")).startswith(OURS)
        best = min if metric in LESS_IS_BETTER else max
        ratio = (
            {"of best peer": row[metric] / best(peers)} if ours and metric in row and peers else {}
        )
        compared.append(row | ratio)
    return compared


def _kind(row: Row) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in ("dataset", "sessions"))


def table(rows: list[Row]) -> str:
    """Lay rows out in columns; a figure that a row lacks is left empty."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names] + [[_cell(row.get(name, "")) for name in names] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cell(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
