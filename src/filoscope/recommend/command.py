"""`filoscope recommend`: measure the engine on a log of one's own, beside peers.

filoscope recommend evaluate logs/ --peers all --json figures.json
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

from filoscope.recommend.errors import RecommendError

ACTIONS = {
    "evaluate": "rank the full catalogue for every viewer of a test part",
    "replay": "forecast, then learn, event by event in order of time",
    "stream": "rank, see what comes next, and learn from it, event by event",
    "sessions": "swipe through sessions from a cold start, against fully observed tastes",
}
UNUSABLE = 2  # exit status for a log that cannot be used


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe every action and its options."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, summary in ACTIONS.items():
        action = actions.add_parser(name, help=summary, description=summary)
        action.add_argument(
            "--peers", choices=("all", "none"), default="none", help="measure others beside us"
        )
        action.add_argument("--json", type=Path, metavar="OUT", help="write the rows here too")
        import_module(f"filoscope.recommend.{name}").configure(action)
        action.set_defaults(action=name)


def run(options: argparse.Namespace) -> int:
    """Measure, print a table, and write the rows where asked."""
    try:
        rows = import_module(f"filoscope.recommend.{options.action}").rows(options)
    except RecommendError as error:
        print(f"filoscope recommend {options.action}: {error}", file=sys.stderr)
        return UNUSABLE
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=1) + "\n")
    return 0


def table(rows: list[dict[str, str | float]]) -> str:
    """Lay the rows out in columns, one line a model."""
    names = list(rows[0])
    lines = [names] + [[_cell(row[name]) for name in names] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cell(value: str | float) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
