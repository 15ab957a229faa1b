"""The same ladder made by the `ffmpeg` command line and by Filoscope: seconds, memory, bytes, SSIM.

    python -m bench.ingest [CLIPS_FOLDER] [--json FILE] [--runs N] [--only TEXT]

Both make the same rungs of the same clips with the same x264 preset, CRF, rate caps and key
frames on the same cores, one after the other in one run, in alternating order. The peer is as
good a counterpart as a careful user of the command line writes:

1. loudness measured (`loudnorm`, first pass), 2. set by it and encoded once to AAC, 3. one
decoding, `split`, one scaler and one x264 for each rung, the sound copied into each.

What the peer leaves out and Filoscope does in its time: measuring the file and refusing bad ones,
a child process under limits, poster, animated preview, storyboard, blurhash, waveform, HLS
playlists, a total duration and index in the fragmented files, unknown matrices brought to BT.709.

SSIM (luma, FFmpeg's `ssim` filter) is against the source scaled to the rung by the peer's scaler,
picture by picture; nan where a side left out a picture of a damaged source.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.memory import PeakMemory
from filoscope.media import Probe, Rung, plan_ladder, probe, transcode
from filoscope.media.ladder import PRESET, SEGMENT_S
from filoscope.media.picture import matrix_of

CLIPS_DEFAULT = Path("../shared/data/clips")
VIDEO_SUFFIXES = {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi"}
NICENESS = 5  # The child of Filoscope runs at this; the peer gets the same.


@dataclass(frozen=True, slots=True)
class Run:
    """One side's making of one clip's ladder."""

    total_s: float
    first_s: float
    cpu_s: float
    memory_mb: float
    byte_count: int
    ssim: tuple[float, ...]


def main() -> None:
    """Run the bench and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="?", type=Path, default=CLIPS_DEFAULT)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="only clips whose name holds this text")
    options = parser.parse_args()
    clips = [
        path
        for path in sorted(options.clips.iterdir())
        if path.suffix.lower() in VIDEO_SUFFIXES and options.only in path.name
    ]
    if not clips:
        sys.exit(f"no clips in {options.clips}")
    rows = {}
    print(
        f"{'clip':32}{'rungs':>6}{'peer s':>8}{'ours s':>8}{'ratio':>7}{'cpu':>7}{'first':>7}",
        end="",
    )
    print(f"{'MB peer':>9}{'ours':>6}{'bytes':>7}{'SSIM peer':>11}{'ours':>8}")
    for path in clips:
        rows[path.name] = row = _compare(path, runs=options.runs)
        _print_row(path.name, row)
    summary = _summary(rows)
    print(json.dumps(summary, indent=2))
    if options.json:
        options.json.write_text(json.dumps({"clips": rows, "summary": summary}, indent=2))


def _compare(path: Path, *, runs: int) -> dict[str, object]:
    facts = probe(path)  # Also wakes the zygote, as the first upload of a server does.
    rungs = plan_ladder(facts)
    sides: dict[str, Callable[[Path], tuple[float, float, float]]] = {
        "peer": lambda folder: _peer(path, folder, facts, rungs),
        "ours": lambda folder: _ours(path, folder),
    }
    seen: dict[str, list[Run]] = {"peer": [], "ours": []}
    for number in range(runs):
        order = ["peer", "ours"] if number % 2 == 0 else ["ours", "peer"]
        for side in order:
            is_last = number == runs - 1
            seen[side].append(_run(path, facts, rungs, side, sides[side], with_ssim=is_last))
    return {
        "rungs": [rung.name for rung in rungs],
        "duration_s": facts.duration_s,
        **{side: asdict(_typical(seen[side])) for side in seen},
    }


def _typical(runs: list[Run]) -> Run:
    return Run(
        total_s=statistics.median(run.total_s for run in runs),
        first_s=statistics.median(run.first_s for run in runs),
        cpu_s=statistics.median(run.cpu_s for run in runs),
        memory_mb=max(run.memory_mb for run in runs),
        byte_count=runs[-1].byte_count,
        ssim=runs[-1].ssim,
    )


def _run(
    path: Path,
    facts: Probe,
    rungs: tuple[Rung, ...],
    side: str,
    make: Callable[[Path], tuple[float, float, float]],
    *,
    with_ssim: bool,
) -> Run:
    with tempfile.TemporaryDirectory() as name, PeakMemory() as memory:
        folder = Path(name)
        total_s, first_s, cpu_s = make(folder)
        memory.stop()
        files = [folder / f"{rung.name}.mp4" for rung in rungs]
        ssim = ()
        if with_ssim:
            ssim = tuple(
                _ssim(path, file, facts, rung, side)
                for file, rung in zip(files, rungs, strict=True)
            )
        return Run(
            total_s, first_s, cpu_s, memory.peak_mb, sum(f.stat().st_size for f in files), ssim
        )


def _ours(path: Path, folder: Path) -> tuple[float, float, float]:
    began = time.perf_counter()
    firsts: list[float] = []
    ladder = transcode(path, folder, on_rung=lambda *_: firsts.append(time.perf_counter() - began))
    return time.perf_counter() - began, firsts[0], ladder.cpu_s


def _peer(
    path: Path, folder: Path, facts: Probe, rungs: tuple[Rung, ...]
) -> tuple[float, float, float]:
    began, cpu_began = time.perf_counter(), _cpu_of_children_s()
    sound = folder / "sound.m4a"
    if facts.audio_codec:
        _peer_sound(path, sound)
    splits = "".join(f"[v{number}]" for number in range(len(rungs)))
    chains = [f"[0:v:{_stream_of(path)}]split={len(rungs)}{splits}"]
    outputs: list[str] = []
    for number, rung in enumerate(rungs):
        chains.append(
            f"[v{number}]scale={rung.width}:{rung.height},setsar=1,format=yuv420p[o{number}]"
        )
        outputs += ["-map", f"[o{number}]", *_peer_video(rung)]
        if facts.audio_codec:
            outputs += ["-map", "1:a", "-c:a", "copy"]
        outputs += ["-movflags", "+frag_keyframe+delay_moov+default_base_moof+global_sidx"]
        outputs += ["-map_metadata", "-1", str(folder / f"{rung.name}.mp4")]
    inputs = ["-i", str(path), *(["-i", str(sound)] if facts.audio_codec else [])]
    _ffmpeg([*inputs, "-filter_complex", ";".join(chains), *outputs])
    total = time.perf_counter() - began
    return total, total, _cpu_of_children_s() - cpu_began


def _cpu_of_children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _peer_video(rung: Rung) -> list[str]:
    return [
        *("-c:v", "libx264", "-preset", PRESET, "-profile:v", "high", "-level", rung.level),
        *("-crf", str(rung.crf), "-maxrate", f"{rung.maxrate_kbps}k"),
        *("-bufsize", f"{rung.bufsize_kbps}k", "-sc_threshold", "0", "-g", "100000"),
        *("-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_S})", "-fps_mode", "vfr"),
    ]


def _peer_sound(path: Path, sound: Path) -> None:
    said = _ffmpeg(
        [
            "-i",
            str(path),
            "-vn",
            "-af",
            "loudnorm=I=-14:TP=-1.5:print_format=json",
            "-f",
            "null",
            "-",
        ],
        level="info",
    )
    found = json.loads(said[said.rindex("{") : said.rindex("}") + 1])
    measured = (
        f"measured_I={found['input_i']}:measured_TP={found['input_tp']}:"
        f"measured_LRA={found['input_lra']}:measured_thresh={found['input_thresh']}"
    )
    chain = "aresample=48000"
    if math.isfinite(float(found["input_i"])):
        chain = f"loudnorm=I=-14:TP=-1.5:linear=true:{measured},aresample=48000"
    _ffmpeg(
        [
            "-i",
            str(path),
            "-vn",
            "-af",
            chain,
            "-ac",
            "2",
            "-c:a",
            "aac",
            "-b:a",
            "128k",
            str(sound),
        ]
    )


def _stream_of(path: Path) -> int:
    """Return which picture of several the largest is: the peer must be told."""
    listed = subprocess.run(
        [
            "ffprobe",
            "-v",
            "error",
            "-select_streams",
            "v",
            "-of",
            "csv=p=0",
            "-show_entries",
            "stream=width,height",
            str(path),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    sizes = [math.prod(map(int, re.findall(r"\d+", line)[:2])) for line in listed.split()]
    return sizes.index(max(sizes))


def _ffmpeg(arguments: list[str], *, level: str = "error") -> str:
    done = subprocess.run(
        [
            "nice",
            "-n",
            str(NICENESS),
            "ffmpeg",
            "-hide_banner",
            "-nostdin",
            "-y",
            "-v",
            level,
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"ffmpeg failed: {done.stderr[-2000:]}")
    return done.stderr


def _ssim(path: Path, made: Path, facts: Probe, rung: Rung, side: str) -> float:
    if probe(made).frame_count != facts.frame_count:
        return float("nan")  # Pictures are compared by their number: one lost shifts the rest.
    matrix = matrix_of(facts)
    # Ours says BT.709 where the source said nothing: the reference is brought there too.
    change = f":in_color_matrix={matrix}:out_color_matrix=bt709" if side == "ours" else ""
    reference = (
        f"[1:v:{_stream_of(path)}]scale={rung.width}:{rung.height}{change},setsar=1,"
        "format=yuv420p,settb=1/90000,setpts=N[r]"
    )
    said = _ffmpeg(
        [
            "-i",
            str(made),
            "-i",
            str(path),
            "-lavfi",
            f"[0:v]settb=1/90000,setpts=N[m];{reference};[m][r]ssim=shortest=1",
            "-f",
            "null",
            "-",
        ],
        level="info",
    )
    found = re.search(r"SSIM Y:([0-9.]+)", said)
    return float(found.group(1)) if found else float("nan")


def _ratio(row: dict[str, object], key: str, peer_key: str = "") -> float:
    ours, peer = row["ours"], row["peer"]
    assert isinstance(ours, dict) and isinstance(peer, dict)
    return float(ours[key]) / float(peer[peer_key or key])


def _print_row(name: str, row: dict[str, object]) -> None:
    ours, peer, rungs = row["ours"], row["peer"], row["rungs"]
    assert isinstance(ours, dict) and isinstance(peer, dict) and isinstance(rungs, list)
    print(
        f"{name[:31]:32}{len(rungs):6}{peer['total_s']:8.2f}{ours['total_s']:8.2f}"
        f"{_ratio(row, 'total_s'):7.2f}{_ratio(row, 'cpu_s'):7.2f}"
        f"{_ratio(row, 'first_s', 'total_s'):7.2f}"
        f"{peer['memory_mb']:9.0f}{ours['memory_mb']:6.0f}{_ratio(row, 'byte_count'):7.2f}"
        f"{statistics.mean(peer['ssim']):11.4f}{statistics.mean(ours['ssim']):8.4f}",
        flush=True,
    )


def _summary(rows: dict[str, dict[str, object]]) -> dict[str, float]:
    def total(side: str, key: str, chosen: list[dict[str, object]]) -> float:
        return float(sum(row[side][key] for row in chosen))  # type: ignore[index]

    everything = list(rows.values())
    several = [row for row in everything if len(row["rungs"]) > 1]  # type: ignore[arg-type]
    single = [row for row in everything if row not in several]
    summary = {
        "seconds, ours / peer": total("ours", "total_s", everything)
        / total("peer", "total_s", everything),
        "CPU seconds, ours / peer": total("ours", "cpu_s", everything)
        / total("peer", "cpu_s", everything),
        "bytes, ours / peer": total("ours", "byte_count", everything)
        / total("peer", "byte_count", everything),
        "memory at most, ours / peer": max(_ratio(row, "memory_mb") for row in everything),
        "SSIM, ours - peer": statistics.mean(
            mine - theirs
            for row in everything
            for mine, theirs in zip(row["ours"]["ssim"], row["peer"]["ssim"], strict=True)  # type: ignore[index]
            if not math.isnan(mine - theirs)
        ),
    }
    for label, chosen in (("several rungs", several), ("one rung", single)):
        if chosen:
            whole = total("peer", "total_s", chosen)
            summary[f"CPU seconds, ours / peer, {label}"] = total("ours", "cpu_s", chosen) / total(
                "peer", "cpu_s", chosen
            )
            summary[f"seconds, ours / peer, {label}"] = total("ours", "total_s", chosen) / whole
            summary[f"first rung / peer's whole, {label}"] = (
                total("ours", "first_s", chosen) / whole
            )
    return {key: round(value, 4) for key, value in summary.items()}


if __name__ == "__main__":
    main()
