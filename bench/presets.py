"""Which x264 preset: CPU seconds, bitrate and SSIM of each, on real clips at the ladder's CRF.

    python -m bench.presets [CLIPS_FOLDER] [--only TEXT]

The last column is what decides: how many kbit/s a preset needs for the SSIM that `veryfast`
reaches, by the slope between two CRFs, beside its CPU seconds.
"""

from __future__ import annotations

import argparse
import math
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.ingest import CLIPS_DEFAULT, VIDEO_SUFFIXES
from filoscope.media.ladder import CRF

PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium")
CRF_STEP = 4
SHORT_EDGE = 480


def main() -> None:
    """Run the bench and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="?", type=Path, default=CLIPS_DEFAULT)
    parser.add_argument("--only", default="", help="only clips whose name holds this text")
    options = parser.parse_args()
    clips = [
        path
        for path in sorted(options.clips.iterdir())
        if path.suffix in VIDEO_SUFFIXES and options.only in path.name
    ]
    if not clips:
        sys.exit(f"no clips in {options.clips}")
    found = {preset: [_measure(clip, preset) for clip in clips] for preset in PRESETS}
    print(f"{'preset':12}{'CPU s':>8}{'kbit/s':>8}{'SSIM dB':>9}{'kbit/s at equal SSIM':>22}")
    for preset, runs in found.items():
        cpu_s = sum(run[0] for run in runs)
        kbps = sum(run[1] for run in runs) / len(runs)
        ssim_db = sum(run[2] for run in runs) / len(runs)
        equal = [
            run[1] * 2 ** ((goal[2] - run[2]) / run[3])
            for run, goal in zip(runs, found["veryfast"], strict=True)
        ]
        print(
            f"{preset:12}{cpu_s:8.1f}{kbps:8.0f}{ssim_db:9.2f}{sum(equal) / len(equal):22.0f}",
            flush=True,
        )


def _measure(clip: Path, preset: str) -> tuple[float, float, float, float]:
    """Return CPU seconds, kbit/s, SSIM in dB, and decibels won by doubling the rate."""
    cpu_s, kbps, ssim_db = _encode(clip, preset, CRF)
    _, kbps_less, ssim_db_less = _encode(clip, preset, CRF + CRF_STEP)
    return cpu_s, kbps, ssim_db, (ssim_db - ssim_db_less) / math.log2(kbps / kbps_less)


def _encode(clip: Path, preset: str, crf: int) -> tuple[float, float, float]:
    scale = f"scale='if(gt(iw,ih),-2,{SHORT_EDGE})':'if(gt(iw,ih),{SHORT_EDGE},-2)'"
    with tempfile.TemporaryDirectory() as name:
        source, made = Path(name) / "source.y4m", Path(name) / "made.mp4"
        _ffmpeg(["-t", "5", "-i", str(clip), "-an", "-vf", f"{scale},format=yuv420p", str(source)])
        began = _cpu_s()
        encoding = ["-c:v", "libx264", "-preset", preset, "-crf", str(crf), "-sc_threshold", "0"]
        _ffmpeg(["-i", str(source), *encoding, str(made)])
        cpu_s = _cpu_s() - began
        said = _ffmpeg(
            ["-i", str(made), "-i", str(source), "-lavfi", "ssim", "-f", "null", "-"], level="info"
        )
        ssim = re.search(r"SSIM Y:([0-9.]+)", said)
        length = re.search(r"Duration: 00:(\d+):([0-9.]+)", said)
        if ssim is None or length is None:
            sys.exit(f"ffmpeg said no SSIM of {clip}")
        seconds = int(length[1]) * 60 + float(length[2])
        kbps = made.stat().st_size * 8 / seconds / 1000
        return cpu_s, kbps, -10 * math.log10(1 - float(ssim[1]))


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _ffmpeg(arguments: list[str], *, level: str = "error") -> str:
    command = ["nice", "ffmpeg", "-hide_banner", "-nostdin", "-y", "-v", level, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr


if __name__ == "__main__":
    main()
