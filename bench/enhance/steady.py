"""Shaky clips: what is kept, how steady it is, and what it costs."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.enhance.peers import STEADIERS, Row, ToolFailed, cut
from bench.enhance.sheets import write_sheet
from filoscope.enhance import NothingInCommon, diagnose, measure_pair


def rows(options: argparse.Namespace) -> list[Row]:
    """Measure every tool on every shaky clip, and the mean of each."""
    found: list[Row] = []
    for path in options.files:
        if diagnose(path).recipe.steady is None:
            continue
        with TemporaryDirectory() as name:
            found += _of_clip(path, Path(name), options)
    return found + _means(found)


def _of_clip(path: Path, folder: Path, options: argparse.Namespace) -> list[Row]:
    source = cut(path, folder / f"cut{path.suffix}", options.frames)
    found: list[Row] = []
    made = {"before": source}
    for tool, steady in STEADIERS.items():
        target = folder / f"{len(made)}.mp4"
        try:
            if (cost := steady(source, target)) is None:
                continue
            measures = measure_pair(source, target)
        except (ToolFailed, NothingInCommon) as error:
            found.append({"clip": path.stem, "tool": tool, "failed": str(error)[-60:]})
            continue
        made[tool] = target
        if not found:
            found.append({"clip": path.stem, "tool": "input", "S": measures.stability_input})
        row = {
            "C": measures.kept_crop,
            "D": measures.distortion,
            "S": measures.stability,
            "J_db": round(measures.jitter_change_db, 1),
            "black": measures.black_share,
            "cpu_ms": round(1000 * cost.cpu_s / measures.frame_count, 1),
        }
        found.append({"clip": path.stem, "tool": tool} | row)
        print(found[-1], flush=True)
    if options.sheets:
        write_sheet(options.sheets / f"steady-{path.stem}.png", made)
    return found


def _means(found: list[Row]) -> list[Row]:
    """Return the mean of each tool over the clips that every tool could take."""
    failed = {row["clip"] for row in found if "failed" in row}
    those = [row for row in found if row["clip"] not in failed]
    means: list[Row] = []
    for tool in dict.fromkeys(row["tool"] for row in those):
        own = [row for row in those if row["tool"] == tool]
        names = [name for name in own[0] if name not in ("clip", "tool")]
        mean = {name: round(sum(row[name] for row in own) / len(own), 4) for name in names}
        means.append({"clip": f"mean of {len(own)}", "tool": tool} | mean)
    return means
