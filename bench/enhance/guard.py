"""Clips that need nothing: left alone by the diagnosis, and not hurt by who insists."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.enhance.peers import Row, cut, deshake, filoscope, ssim
from bench.enhance.sheets import write_sheet
from filoscope.enhance import NothingInCommon, diagnose, measure_pair

SSIM_MIN = 0.98


def rows(options: argparse.Namespace) -> list[Row]:
    """Run every clip that is not shaky through the command, with and without switches."""
    return [
        _of_clip(path, options) for path in options.files if diagnose(path).recipe.steady is None
    ]


def _of_clip(path: Path, options: argparse.Namespace) -> Row:
    with TemporaryDirectory() as name:
        folder = Path(name)
        source = cut(path, folder / f"cut{path.suffix}", options.frames)
        left, forced, shaken = (folder / f"{step}.mp4" for step in ("left", "forced", "deshake"))
        recipe = diagnose(source).recipe
        filoscope("enhance", source, left)
        filoscope("enhance", source, forced, "--steady", "--level", "--clean")
        deshake(source, shaken)
        row: Row = {
            "clip": path.stem,
            "recipe": " ".join(recipe.to_json().keys() - {"version"}) or "empty",
            "ssim_diagnosed": round(ssim(source, left), 4),
            "ssim_forced": round(ssim(source, forced), 4),
            "ssim_deshake": round(ssim(source, shaken), 4),
        }
        if options.sheets:
            versions = {"before": source, "diagnosed": left, "forced": forced, "deshake": shaken}
            write_sheet(options.sheets / f"guard-{path.stem}.png", versions)
        try:
            row["J_forced_db"] = round(measure_pair(source, forced).jitter_change_db, 1)
            row["J_deshake_db"] = round(measure_pair(source, shaken).jitter_change_db, 1)
        except NothingInCommon:
            pass
        return row
