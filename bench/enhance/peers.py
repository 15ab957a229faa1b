"""What others make of a clip, and what a command costs."""

from __future__ import annotations

import importlib.util
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VIDEO_SUFFIXES = {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi"}
Row = dict[str, Any]

X264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-an")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took."""

    cpu_s: float
    wall_s: float


def cpu_s() -> float:
    """Return the processor time of this process and of its children that have ended."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))


class ToolFailed(Exception):
    """A command ended with an error: some peers cannot take every clip."""


def run(*command: str | Path) -> Cost:
    """Run a command to its end.

    Raises
    ------
    ToolFailed
    """
    begun = time.monotonic(), cpu_s()
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["nothing said"]
        raise ToolFailed(f"{command[0]}: {said[-1]}")
    return Cost(cpu_s() - begun[1], time.monotonic() - begun[0])


def ffmpeg(*words: str | Path) -> Cost:
    """Run ffmpeg on two threads."""
    return run("ffmpeg", "-hide_banner", "-nostdin", "-y", "-v", "error", "-threads", "2", *words)


def filoscope(*words: str | Path) -> Cost:
    """Run our command."""
    return run(sys.executable, "-m", "filoscope", *words)


def cut(source: Path, target: Path, frames: int) -> Path:
    """Write the first frames of a clip as they are."""
    ffmpeg("-i", source, "-frames:v", str(frames), "-c", "copy", "-an", target)
    return target


def deshake(source: Path, target: Path) -> Cost:
    """ffmpeg's `deshake`, as it comes."""
    return ffmpeg("-i", source, "-vf", "deshake", *X264, target)


def vidstab(source: Path, target: Path, *, smoothing: int = 10) -> Cost:
    """ffmpeg with vid.stab in two passes; 10 is its default."""
    moves = target.with_suffix(".trf")
    first = ffmpeg("-i", source, "-vf", f"vidstabdetect=result={moves}", "-f", "null", "-")
    chain = f"vidstabtransform=input={moves}:smoothing={smoothing}"
    second = ffmpeg("-i", source, "-vf", chain, *X264, target)
    return Cost(first.cpu_s + second.cpu_s, first.wall_s + second.wall_s)


def pypi_vidstab(source: Path, target: Path) -> Cost | None:
    """The package `vidstab`, as it comes, where it is installed; it leaves black borders."""
    if importlib.util.find_spec("vidstab") is None:
        return None
    loose = target.with_suffix(".avi")
    program = (
        "import sys, cv2; from vidstab import VidStab; "
        "cv2.destroyAllWindows = lambda: None; "  # headless OpenCV has none
        "VidStab(kp_method='GFTT').stabilize(input_path=sys.argv[1], output_path=sys.argv[2])"
    )
    cost = run(sys.executable, "-c", program, source, loose)
    ffmpeg("-i", loose, *X264, target)
    return cost


def steady_live(source: Path, target: Path) -> Cost:
    """Ours with a bounded look-ahead."""
    return filoscope("enhance", source, target, "--steady")


def steady_quality(source: Path, target: Path) -> Cost:
    """Ours in two passes."""
    return filoscope("enhance", source, target, "--steady=quality")


STEADIERS: dict[str, Callable[[Path, Path], Cost | None]] = {
    "ffmpeg deshake": deshake,
    "vid.stab": vidstab,
    "vid.stab smoothing=30": lambda source, target: vidstab(source, target, smoothing=30),
    "PyPI vidstab": pypi_vidstab,
    "filoscope --steady": steady_live,
    "filoscope --steady=quality": steady_quality,
}


def ssim(before: Path, after: Path) -> float:
    """Return the mean SSIM of luma, by ffmpeg's filter, picture by picture."""
    pair = "[0:v]setpts=N[a];[1:v]setpts=N[b];[a][b]ssim"
    words = ["ffmpeg", "-hide_banner", "-i", str(before), "-i", str(after), "-lavfi", pair]
    said = subprocess.run([*words, "-f", "null", "-"], capture_output=True, text=True).stderr
    found = re.search(r"SSIM Y:([0-9.]+)", said)
    return float(found[1]) if found else float("nan")
