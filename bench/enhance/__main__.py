"""Filoscope's `enhance` beside its peers, on the same clips in one run.

    make bench-enhance ARGS="--only steady --frames 120 --json FILE --sheets FOLDER"

Sections: steady (shaky clips, by the measures of `filoscope enhance measure`), speed (processor
time of whole commands), denoise (planted noise), horizon (planted roll), framing (who stays in the
picture), guard (clips that need nothing). Which clips are shaky, the diagnosis says.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path

from bench.enhance.peers import VIDEO_SUFFIXES, Row, cpu_s

CLIPS = Path("../shared/data/clips")
SECTIONS = ("steady", "speed", "denoise", "horizon", "framing", "guard")


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(
        prog="bench.enhance", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--clips", type=Path, default=CLIPS, help="folder of clips")
    parser.add_argument("--only", choices=SECTIONS, help="one section alone")
    parser.add_argument("--names", default="", help="only clips whose name holds this text")
    parser.add_argument("--frames", type=int, default=240, help="of each clip, from its start")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows here too")
    parser.add_argument("--sheets", type=Path, metavar="FOLDER", help="write contact sheets here")
    options = parser.parse_args()
    options.files = [
        path
        for path in sorted(options.clips.iterdir())
        if path.suffix.lower() in VIDEO_SUFFIXES and options.names in path.name
    ]
    if not options.files:
        sys.exit(f"no clips in {options.clips}")
    if options.sheets:
        options.sheets.mkdir(parents=True, exist_ok=True)
    os.nice(5)
    found: list[Row] = []
    for section in SECTIONS:
        if options.only in (None, section):
            begun = time.monotonic(), cpu_s()
            rows = import_module(f"bench.enhance.{section}").rows(options)
            took = f"{time.monotonic() - begun[0]:.0f} s, {cpu_s() - begun[1]:.0f} s of CPU"
            print(f"\n{section}, {took}")
            print(table(rows), flush=True)
            found += [{"section": section} | row for row in rows]
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


def table(rows: list[Row]) -> str:
    """Lay rows out in columns; a column stands where any row has it."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, *([_said(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if not column else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def _said(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
