"""Filoscope's `studio` beside its peers, on the same songs and clips in one run.

    make bench-studio ARGS="--only align --json FILE --data ../shared/data"

Sections: beats (annotated songs), form (parts and drops of played songs), align (songs recorded anew,
made here with a fixed seed), render (one edit, by ffmpeg's graph, moviepy and us), cuts (cuts beside
annotated beats; the score of a cut beside random and even ones).

A section is a module with `rows(options) -> list[Row]`; rows that name the same `table` are printed
together. `options` holds what stands below, beside `music`, `beats` and `clips`, three folders.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

from bench.enhance.__main__ import table
from bench.enhance.peers import Row, cpu_s

DATA = Path("../shared/data")
SECTIONS = ("beats", "form", "align", "render", "cuts")


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(
        prog="bench.studio", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder with music, beats, clips")
    parser.add_argument("--only", choices=SECTIONS, help="one section alone")
    parser.add_argument("--names", default="", help="only songs or clips whose name holds this")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows here too")
    parser.add_argument("--sheets", type=Path, metavar="FOLDER", help="write what was made here")
    options = parser.parse_args()
    for folder in ("music", "beats", "clips"):
        setattr(options, folder, options.data / folder)
        if not getattr(options, folder).is_dir():
            sys.exit(f"no folder {options.data / folder}; say with --data where the data are")
    if options.sheets:
        options.sheets.mkdir(parents=True, exist_ok=True)
    os.nice(5)
    found: list[Row] = []
    for section in SECTIONS:
        if options.only in (None, section):
            found += measure(section, options)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n")


def measure(section: str, options: argparse.Namespace) -> list[Row]:
    """Run one section and print its tables; say so when there is none."""
    if find_spec(f"bench.studio.{section}") is None:
        print(f"\n{section}: there is no bench/studio/{section}.py to measure it.", flush=True)
        return []
    begun = time.monotonic(), cpu_s()
    rows: list[Row] = import_module(f"bench.studio.{section}").rows(options)
    took = f"{time.monotonic() - begun[0]:.0f} s, {cpu_s() - begun[1]:.0f} s of CPU"
    print(f"\n{section}, {took}")
    for title, group in groupby(rows, key=lambda row: row.get("table")):
        if title:
            print(f"\n{title}")
        shown = [{name: cell for name, cell in row.items() if name != "table"} for row in group]
        print(table(shown), flush=True)
    return [{"section": section} | row for row in rows]


if __name__ == "__main__":
    main()
