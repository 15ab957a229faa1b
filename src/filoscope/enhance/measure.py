"""How good is a stabilised clip? Measures of any pair of files, whatever tool made the second.

>>> measure_pair("shaky.mp4", "steady.mp4").jitter_change_db
-18.4

Every picture is looked at upright, `WIDTH` pixels wide. Matching is by SIFT (Lowe 2004) with a ratio
test of 0.7 and a homography by RANSAC within 5 px, as in the evaluations of Bundled Camera Paths
(Liu et al., SIGGRAPH 2013), MeshFlow (Liu et al., ECCV 2016, section 6.2) and DIFRINT (Choi and
Kweon, 2020), so that figures can be laid beside theirs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.enhance.errors import NothingInCommon
from filoscope.enhance.highpass import faster_than
from filoscope.media import read_pictures

WIDTH = 640
"""Pixels between the left and right edge when measuring: J in px is at this width."""

JITTER_HZ = 1.0
"""Hands shake at 1 to 12 Hz; slower is what the one who films meant."""

_RATIO = 0.7
_RANSAC_PX = 5.0
_MATCHES_MIN = 10
_STABILITY_BINS = 5
_FEATURES_MAX = 3000
"""Beyond this many, matching costs more and the homographies stay the same."""

_BLOCK = 512
"""Key points compared with all others at a time: a few megabytes."""

_BLACK = 20
"""Luma (full range) that a border left empty does not pass, even through a codec."""

Floats = NDArray[np.float64]
Grey = NDArray[np.uint8]
Whole = NDArray[np.int64]
Keys = tuple[Floats, NDArray[np.float32] | None]


@dataclass(frozen=True, slots=True)
class Measures:
    """What became of the motion and the picture between a clip and its stabilised version.

    Attributes
    ----------
    frame_count : int
        Pairs of pictures compared.
    kept_crop : float
        C: mean over frames of 1/s, at most 1, where s = sqrt(|det A|) and A is the affine part of
        the homography from input to output picture, both in widths of their own picture.
    distortion : float
        D: least over frames of the ratio of singular values (small by large) of A. 1 is a
        similarity. The worst frame alone decides.
    distortion_p1 : float
        The same, 1st percentile over frames.
    stability, stability_input : float
        S: the homographies from picture to picture are accumulated; of the translation's length
        and of the rotation, energy in the lowest five frequencies over all but the mean; the mean
        of the two. It also rewards clips that drift: read it beside J.
    stability_corner, stability_corner_input : float
        The same of the picture's upper left corner, as some published code has it. Turns move the
        corner, so that a clip which rolls slowly counts as steadier than it looks.
    jitter_px, jitter_input_px : float
        RMS of the part above 1 Hz of the accumulated motion of the picture's centre, 640 px wide.
    jitter_change_db : float
        J: 20 log10 of their ratio. Below 0 is steadier.
    black_share : float
        Share of pixels of the output that are black, joined to an edge by black ones, and were
        outside the input or not dark in it; mean over frames.
    """

    frame_count: int
    kept_crop: float
    distortion: float
    distortion_p1: float
    stability: float
    stability_input: float
    stability_corner: float
    stability_corner_input: float
    jitter_px: float
    jitter_input_px: float
    jitter_change_db: float
    black_share: float

    def to_json(self) -> dict[str, Any]:
        """Return the measures as a plain dictionary."""
        return asdict(self)


def measure_pair(
    before: str | os.PathLike[str], after: str | os.PathLike[str], *, frames_max: int | None = None
) -> Measures:
    """Measure an output beside its input.

    Parameters
    ----------
    before, after : path
        Files; pictures are paired in their order.
    frames_max : int, optional
        Look at this many pictures from the start only.

    Raises
    ------
    MediaError
        A file cannot be read.
    NothingInCommon
        Fewer than three pictures, or none of them match.
    """
    sight_in, sight_out = _Sight(), _Sight()
    fits: list[Floats] = []
    black: list[float] = []
    times_s: list[float] = []
    pairs = zip(_grey_pictures(before), _grey_pictures(after), strict=False)
    for (time_s, grey_in), (_, grey_out) in islice(pairs, frames_max):
        keys_in, keys_out = sight_in.see(grey_in), sight_out.see(grey_out)
        fit = _homography(keys_in, keys_out)
        if fit is not None:
            fits.append(fit)
            black.append(_black_share(grey_in, grey_out, fit))
        times_s.append(time_s)
    if len(times_s) < 3 or not fits:
        raise NothingInCommon(
            f"Of {before} and {after}, {len(times_s)} pictures could be compared and {len(fits)} "
            "show the same thing. Give a clip and what was made of it, three frames or more."
        )
    fps = (len(times_s) - 1) / (times_s[-1] - times_s[0])
    jitter_in, jitter_out = (_jitter(sight.steps, fps) for sight in (sight_in, sight_out))
    ratios = np.array([_singular_ratio(fit) for fit in fits])
    return Measures(
        frame_count=len(times_s),
        kept_crop=float(np.mean([_kept(fit) for fit in fits])),
        distortion=float(ratios.min()),
        distortion_p1=float(np.percentile(ratios, 1)),
        stability=_stability(sight_out.steps),
        stability_input=_stability(sight_in.steps),
        stability_corner=_stability([_about_corner(step, sight_out) for step in sight_out.steps]),
        stability_corner_input=_stability(
            [_about_corner(step, sight_in) for step in sight_in.steps]
        ),
        jitter_px=jitter_out,
        jitter_input_px=jitter_in,
        jitter_change_db=float(20 * np.log10(max(jitter_out, 1e-6) / max(jitter_in, 1e-6))),
        black_share=float(np.mean(black)),
    )


def _grey_pictures(path: str | os.PathLike[str]) -> Iterator[tuple[float, Grey]]:
    for time_s, picture in read_pictures(path):
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        height = round(WIDTH * grey.shape[0] / grey.shape[1])
        shrinks = grey.shape[1] > WIDTH
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        small = cv2.resize(grey, (WIDTH, height), interpolation=method)
        yield time_s, np.asarray(small, np.uint8)


class _Sight:
    """Key points of the latest picture of one clip, and the homographies from each to the next."""

    def __init__(self) -> None:
        self.steps: list[Floats] = []
        self.centre: Floats = np.zeros(2)
        self._sift = cv2.SIFT.create(nfeatures=_FEATURES_MAX)
        self._last: Keys | None = None

    def see(self, grey: Grey) -> Keys:
        """Find key points, centred on the picture; note how it moved since the last one."""
        found, descriptors = self._sift.detectAndCompute(grey, None)
        self.centre = np.array([grey.shape[1], grey.shape[0]]) / 2
        points = np.array([key.pt for key in found], np.float64).reshape(-1, 2) - self.centre
        described = None if descriptors is None else np.asarray(descriptors, np.float32)
        keys: Keys = (points, described)
        if self._last is not None:
            step = _homography(self._last, keys)
            # A picture without anything to hold on to counts as unmoved.
            self.steps.append(np.eye(3) if step is None else step)
        self._last = keys
        return keys


def _homography(source: Keys, target: Keys) -> Floats | None:
    """Return the homography between two sets of key points, None when too few of them match."""
    if source[1] is None or target[1] is None or len(target[0]) < 2:
        return None
    queries, matches = _matches(source[1], target[1])
    if len(queries) < _MATCHES_MIN:
        return None
    matrix, _ = cv2.findHomography(source[0][queries], target[0][matches], cv2.RANSAC, _RANSAC_PX)
    return None if matrix is None else np.asarray(matrix, np.float64)


def _matches(source: NDArray[np.float32], target: NDArray[np.float32]) -> tuple[Whole, Whole]:
    """Return which key points pass the ratio test, and their nearest ones.

    By products of matrices: a brute-force matcher gives the same, and takes six times as long.
    Descriptors are whole numbers under 256, so that 32 bits hold the sums exactly.
    """
    lengths = (target**2).sum(axis=1)
    nearest = np.empty(len(source), np.int64)
    passes = np.empty(len(source), bool)
    for first in range(0, len(source), _BLOCK):
        part = source[first : first + _BLOCK]
        apart = lengths - 2 * part @ target.T + (part**2).sum(axis=1)[:, None]
        best = apart.argmin(axis=1)
        rows = np.arange(len(part))
        least = apart[rows, best]
        apart[rows, best] = np.inf
        nearest[first : first + _BLOCK] = best
        passes[first : first + _BLOCK] = np.sqrt(least) < _RATIO * np.sqrt(apart.min(axis=1))
    queries = np.flatnonzero(passes)
    return queries, nearest[queries]


def _kept(fit: Floats) -> float:
    scale = np.sqrt(abs(np.linalg.det(fit[:2, :2])))
    return float(min(1 / max(scale, 1e-6), 1.0))


def _singular_ratio(fit: Floats) -> float:
    large, small = np.linalg.svd(fit[:2, :2], compute_uv=False)
    return float(small / max(large, 1e-9))


def _about_corner(step: Floats, sight: _Sight) -> Floats:
    """Return a homography whose origin is the upper left corner, of one about the centre."""
    to_centre = np.array([[1, 0, -sight.centre[0]], [0, 1, -sight.centre[1]], [0, 0, 1]])
    about = np.linalg.inv(to_centre) @ step @ to_centre
    return np.asarray(about / about[2, 2], np.float64)


def _stability(steps: list[Floats]) -> float:
    total = np.eye(3)
    lengths, angles = [], []
    for step in steps:
        total = step @ total
        total /= total[2, 2]
        lengths.append(float(np.hypot(total[0, 2], total[1, 2])))
        angles.append(float(np.arctan2(total[1, 0], total[0, 0])))
    return (_low_share(np.array(lengths)) + _low_share(np.unwrap(angles))) / 2


def _low_share(signal: Floats) -> float:
    """Energy of the five lowest frequencies after the mean, over that of all of them."""
    energy = np.abs(np.fft.fft(signal))[1 : len(signal) // 2 + 1] ** 2
    return float(energy[:_STABILITY_BINS].sum() / max(energy.sum(), 1e-12))


def _jitter(steps: list[Floats], fps: float) -> float:
    """RMS in px of the accumulated centre's motion above `JITTER_HZ`."""
    track = np.cumsum([step[:2, 2] / step[2, 2] for step in steps], axis=0)
    if fps <= 2 * JITTER_HZ:
        return 0.0
    fast = faster_than(JITTER_HZ, track, fps=fps)
    return float(np.sqrt((fast**2).sum(axis=1).mean()))


def _black_share(grey_in: Grey, grey_out: Grey, fit: Floats) -> float:
    """Share of the output that is black, joined to its edge, and not the input's own darkness."""
    height, width = grey_out.shape
    to_centre = np.array([[1, 0, grey_in.shape[1] / 2], [0, 1, grey_in.shape[0] / 2], [0, 0, 1]])
    to_corner = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1]])
    moved = to_corner @ fit @ np.linalg.inv(to_centre)
    expected = cv2.warpPerspective(grey_in, moved, (width, height), borderValue=255.0)
    mask = ((grey_out <= _BLACK) & (expected > 2 * _BLACK)).astype(np.uint8)
    rim = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    if not rim.any():
        return 0.0
    _, labels = cv2.connectedComponents(mask, connectivity=4)
    edge = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    return float(np.isin(labels, edge[edge > 0]).mean())
