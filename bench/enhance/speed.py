"""What whole commands cost: processor time a frame, decode and encode included.

A shaky clip is scaled to 720p and 1080p, with grain, at 8 Mbit/s: hard to decode and to encode, as
a phone's clips are. `fps` is what two processors give: 2000 / ms of processor a frame.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.enhance.peers import X264, Cost, Row, deshake, ffmpeg, filoscope, vidstab
from filoscope.enhance import diagnose

SIZES = {"720p": "1280:720", "1080p": "1920:1080"}
_SUPERFAST = ("-c:v", "libx264", "-preset", "superfast", "-crf", "18")

COMMANDS: dict[str, Callable[[Path, Path], Cost]] = {
    "ffmpeg decode + superfast": lambda s, t: ffmpeg("-i", s, *_SUPERFAST, t),
    "ffmpeg decode + veryfast": lambda s, t: ffmpeg("-i", s, *X264, t),
    "ffmpeg deshake": deshake,
    "vid.stab two passes": vidstab,
    "filoscope --steady": lambda s, t: filoscope("enhance", s, t, "--steady"),
    "filoscope --steady --level": lambda s, t: filoscope("enhance", s, t, "--steady", "--level"),
    "filoscope --clean": lambda s, t: filoscope("enhance", s, t, "--clean"),
    "filoscope --steady=quality": lambda s, t: filoscope("enhance", s, t, "--steady=quality"),
    "filoscope all four": lambda s, t: filoscope(
        "enhance", s, t, "--steady", "--level", "--clean", "--frame", "9:16"
    ),
}


def rows(options: argparse.Namespace) -> list[Row]:
    """Time every command at every size."""
    shaky = next((path for path in options.files if diagnose(path).recipe.steady), None)
    if shaky is None:
        return []
    found: list[Row] = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        for size, scale in SIZES.items():
            source = _source(shaky, folder / f"{size}.mp4", scale, options.frames)
            found += _of_size(size, source, folder, options.frames)
    return found


def _source(clip: Path, target: Path, scale: str, frames: int) -> Path:
    chain = f"scale={scale}:flags=lanczos,noise=alls=5:allf=t,fps=30"
    coding = ("-c:v", "libx264", "-preset", "veryfast", "-b:v", "8M", "-an")
    ffmpeg("-i", clip, "-vf", chain, "-frames:v", str(frames), *coding, target)
    return target


def _of_size(size: str, source: Path, folder: Path, frames: int) -> list[Row]:
    found: list[Row] = []
    alone_ms = vidstab_ms = 0.0
    for name, command in COMMANDS.items():
        target = folder / "made.mp4"
        cost = command(source, target)
        ms = 1000 * cost.cpu_s / frames
        alone_ms = alone_ms or ms
        if name == "vid.stab two passes":
            vidstab_ms = ms
        row = {
            "size": size,
            "command": name,
            "cpu_ms": round(ms, 1),
            "fps_of_2_cores": round(2000 / ms, 1),
            "fps_wall": round(frames / cost.wall_s, 1),
            "of_codec_alone": round(ms / alone_ms, 2),
            "of_vidstab": round(ms / vidstab_ms, 2) if vidstab_ms else None,
        }
        found.append(row)
        print(row, flush=True)
    return found
