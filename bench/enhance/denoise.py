"""Planted noise taken out: ours beside ffmpeg's hqdn3d, atadenoise and nlmeans, and OpenCV's.

The first frames of each clip, scaled to 640 x 360, are the truth; noise of one deviation on all three
planes makes the input, the same for everybody. The gain is that of PSNR on luma over the frames, and
the cost the processor's time a frame, for the command-line peers without what reading and writing
cost. hqdn3d and atadenoise get the best of several settings, chosen by the truth; ours must find the
noise by itself. A last row, at 1920 x 1080, is for the cost.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.enhance.peers import Row, cpu_s, ffmpeg
from filoscope.enhance import Frame
from filoscope.enhance.clean import Cleaner

SIZE, LARGE = (640, 360), (1920, 1080)
SIGMAS = (5, 10, 20, 40)
_FRAMES, _FRAMES_SLOW = 48, 4
_CLIPS_MAX = 8
"""Spread over the folder: a minute of processor time each."""
_SEED = 1

Picture = NDArray[np.uint8]
Pictures = NDArray[np.uint8]
"""Shape (frames, bytes of a yuv420p picture)."""


def rows(options: argparse.Namespace) -> list[Row]:
    """Return a row for each clip, deviation and tool."""
    found: list[Row] = []
    count = min(options.frames, _FRAMES)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for clip in options.files[:: -(-len(options.files) // _CLIPS_MAX) or 1]:
            truth = _read(clip, folder, SIZE, count)
            for sigma in SIGMAS:
                noisy = _with_noise(truth, sigma)
                for tool, (gain_db, cost_ms) in _judge(truth, noisy, sigma, folder).items():
                    found.append(_row(clip.stem, sigma, tool, gain_db, cost_ms))
        if options.files:
            found += _large(options.files[-1], folder)
    return found + _means(found)


def _row(clip: str, sigma: float, tool: str, gain_db: float, cost_ms: float) -> Row:
    return {"clip": clip, "sigma": sigma, "tool": tool, "gain dB": gain_db, "CPU ms": cost_ms}


def _means(found: list[Row]) -> list[Row]:
    means = []
    for sigma in SIGMAS:
        for tool in dict.fromkeys(row["tool"] for row in found):
            those = [row for row in found if (row["sigma"], row["tool"]) == (sigma, tool)]
            those = [row for row in those if "1080" not in row["clip"]]
            if those:
                gain_db = float(np.mean([row["gain dB"] for row in those]))
                cost_ms = float(np.mean([row["CPU ms"] for row in those]))
                means.append(_row("mean of all", sigma, tool, gain_db, cost_ms))
    return means


def _large(clip: Path, folder: Path) -> list[Row]:
    truth = _read(clip, folder, LARGE, 24)
    noisy = _with_noise(truth, 10)
    found = {"ours": _ours(truth, noisy, LARGE)}
    for tool, chain in (("hqdn3d", "hqdn3d=5"), ("atadenoise", "atadenoise=0a=.1:0b=.2")):
        found[tool] = _filtered(truth, noisy, chain, folder, LARGE)
    return [_row(f"{clip.stem} 1080p", 10, tool, *pair) for tool, pair in found.items()]


def _judge(
    truth: Pictures, noisy: Pictures, sigma: float, folder: Path
) -> dict[str, tuple[float, float]]:
    chains = {
        "hqdn3d": [f"hqdn3d={strength}" for strength in (4, sigma / 2, sigma)],
        "atadenoise": [
            f"atadenoise={planes}:s=9"
            for planes in (
                ":".join(f"{plane}a={low}:{plane}b={2 * low}" for plane in range(3))
                for low in (0.02, min(sigma / 256, 0.3), min(2.5 * sigma / 256, 0.3))
            )
        ],
    }
    found = {"ours": _ours(truth, noisy, SIZE)}
    for tool, settings in chains.items():
        tried = [_filtered(truth, noisy, chain, folder, SIZE) for chain in settings]
        found[tool] = max(tried)
    few = slice(0, len(truth), max(len(truth) // _FRAMES_SLOW, 1))
    chain = f"nlmeans=s={min(max(sigma / 2, 1), 30)}:p=5:r=9"
    found["nlmeans"] = _filtered(truth[few], noisy[few], chain, folder, SIZE)
    found["OpenCV fastNlMeans"] = _fast_nl_means(truth[few], noisy[few], sigma)
    return found


def _read(clip: Path, folder: Path, size: tuple[int, int], count: int) -> Pictures:
    raw = folder / "truth.yuv"
    scale = f"scale={size[0]}:{size[1]}:flags=area"
    ffmpeg(
        "-i",
        clip,
        "-vf",
        scale,
        "-frames:v",
        str(count),
        "-pix_fmt",
        "yuv420p",
        "-f",
        "rawvideo",
        raw,
    )
    return np.fromfile(raw, np.uint8).reshape(-1, size[0] * size[1] * 3 // 2)


def _with_noise(truth: Pictures, sigma: float) -> Pictures:
    lots = np.random.default_rng(_SEED)
    noisy = np.empty_like(truth)
    for index, picture in enumerate(truth):
        grain = lots.normal(0, sigma, picture.shape).astype(np.float32)
        noisy[index] = np.clip(np.rint(picture + grain), 0, 255)
    return noisy


def _gain_db(truth: Pictures, noisy: Pictures, made: Pictures, size: tuple[int, int]) -> float:
    luma = size[0] * size[1]
    left, had = (
        float(np.mean((some[:, :luma].astype(np.float32) - truth[:, :luma]) ** 2))
        for some in (made, noisy)
    )
    return float(10 * np.log10(had / left))


def _frames(pictures: Pictures, size: tuple[int, int]) -> Iterator[Frame]:
    width, height = size
    luma, chroma = width * height, width * height // 4
    for index, flat in enumerate(pictures):
        u, v = flat[luma : luma + chroma], flat[luma + chroma :]
        small = (height // 2, width // 2)
        planes = (flat[:luma].reshape(height, width), u.reshape(small), v.reshape(small))
        yield Frame(index / 30, planes)


def _ours(truth: Pictures, noisy: Pictures, size: tuple[int, int]) -> tuple[float, float]:
    for frame in _frames(noisy[:2], size):  # compiled before the clock runs
        warm = Cleaner(fps=30)
        warm.push(frame)
        warm.drain()
    cleaner, clean = Cleaner(fps=30), list[Frame]()
    begun = cpu_s()
    for frame in _frames(noisy, size):
        clean += cleaner.push(frame)
    clean += cleaner.drain()
    cost_ms = (cpu_s() - begun) * 1000 / len(truth)
    made = np.stack([np.concatenate([p.reshape(-1) for p in frame.planes]) for frame in clean])
    return _gain_db(truth, noisy, np.asarray(made, np.uint8), size), cost_ms


def _filtered(
    truth: Pictures, noisy: Pictures, chain: str, folder: Path, size: tuple[int, int]
) -> tuple[float, float]:
    source, target = folder / "noisy.yuv", folder / "made.yuv"
    noisy.tofile(source)
    raw = ("-f", "rawvideo", "-pix_fmt", "yuv420p")
    read = (*raw, "-s", f"{size[0]}x{size[1]}", "-r", "30", "-i", source)
    plain = ffmpeg(*read, "-vf", "null", *raw, target)
    cost = ffmpeg(*read, "-vf", chain, *raw, target)
    made = np.fromfile(target, np.uint8).reshape(noisy.shape)
    cost_ms = max(cost.cpu_s - plain.cpu_s, 0.0) * 1000 / len(truth)
    return _gain_db(truth, noisy, made, size), cost_ms


def _fast_nl_means(truth: Pictures, noisy: Pictures, sigma: float) -> tuple[float, float]:
    made, begun = noisy.copy(), cpu_s()
    for index, frame in enumerate(_frames(noisy, SIZE)):
        luma = cv2.fastNlMeansDenoising(frame.planes[0], None, h=sigma, searchWindowSize=21)
        made[index, : luma.size] = np.asarray(luma, np.uint8).reshape(-1)
    return _gain_db(truth, noisy, made, SIZE), (cpu_s() - begun) * 1000 / len(truth)
