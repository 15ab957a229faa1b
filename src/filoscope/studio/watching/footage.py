"""What was seen in one take, at looks eight times a second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from filoscope.studio.errors import NothingToSee

Floats = NDArray[np.float64]
Thumbs = NDArray[np.uint8]

LOOKS_HZ = 8
"""Looks a second: a cut is placed to a beat, and beats are not closer than a third of a second."""

THUMB = (8, 6)
"""Width and height of the picture kept of each look: enough to tell whether two shots look alike."""

Fault = Literal["black", "covered", "blurred", "frozen", "lost", "turned_away"]
FAULTS: tuple[Fault, ...] = get_args(Fault)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A stretch of a take that nobody wants to see.

    Attributes
    ----------
    kind : str
        "black"; "covered": a hand on the lens, a pocket; "blurred"; "frozen"; "lost": whoever is
        filmed has left the picture; "turned_away": the camera hangs, or points at the floor.
    start_s, end_s : float
        In seconds of the take.
    """

    kind: Fault
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Footage:
    """What one take shows. Arrays have an entry for each look; `times_s` says when it was.

    Attributes
    ----------
    duration_s, fps : float
        Of the take; a photo's are as long as anyone may want, and 0.
    width, height : int
        As shown.
    is_photo : bool
    times_s : ndarray
        Rising, of the looks.
    sharpness : ndarray
        0 to 1: smear and defocus are below 0.2, a good phone's picture is above 0.4.
    light : ndarray
        Mean luma, 0 to 1.
    motion : ndarray
        How fast what moves by itself does, in longer sides of the picture a second, over the picture.
    pan_x, pan_y : ndarray
        How fast the picture's content passes, in longer sides a second; right and down are positive.
    heading_x, heading_y : ndarray
        Whither what moves by itself goes, in the unit of `motion`: right and down are positive, and
        what goes both ways at once has none.
    shake : ndarray
        RMS of what is faster than 1 Hz in that, in px of a picture 640 wide.
    face_counts : ndarray
    face_heights : ndarray
        Of the largest face, in heights of the picture; 0 for none.
    focus_x, focus_y : ndarray
        Where the eye goes, in widths and heights of the picture.
    shot_sizes : ndarray
        0 for a view from afar, 1 for a face that fills the picture.
    thumbs : ndarray
        Shape (looks, 48), uint8: the picture in 8 x 6 levels of grey, row by row.
    accents_s, accent_strengths : ndarray
        When something stops, turns, lands or starts, to a frame, and how plainly, 0 to 1.
    scene_cuts_s : ndarray
        Where the take, being edited already, goes over to another picture.
    mistakes : tuple of Mistake
    """

    duration_s: float
    width: int
    height: int
    fps: float
    is_photo: bool
    times_s: Floats
    sharpness: Floats
    light: Floats
    motion: Floats
    pan_x: Floats
    pan_y: Floats
    heading_x: Floats
    heading_y: Floats
    shake: Floats
    face_counts: Floats
    face_heights: Floats
    focus_x: Floats
    focus_y: Floats
    shot_sizes: Floats
    thumbs: Thumbs
    accents_s: Floats
    accent_strengths: Floats
    scene_cuts_s: Floats
    mistakes: tuple[Mistake, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as a plain dictionary; a minute of a take is about 40 kB."""
        told: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("duration_s", "width", "height", "fps", "is_photo")
        }
        for name in _ARRAYS:
            told[name] = [round(float(value), 4) for value in getattr(self, name)]
        told["thumbs"] = self.thumbs.tobytes().hex()
        told["mistakes"] = [[one.kind, one.start_s, one.end_s] for one in self.mistakes]
        return told

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Footage:
        """Rebuild what `to_json` said.

        Raises
        ------
        NothingToSee
            Something is missing, or not of the kind it must be.
        """
        still = [0.0] * len(told.get("times_s", ()))
        told = {
            "heading_x": still,
            "heading_y": still,
        } | told  # Records older than these have none.
        try:
            arrays = {name: np.array(told[name], np.float64) for name in _ARRAYS}
            thumbs = np.frombuffer(bytes.fromhex(told["thumbs"]), np.uint8)
            mistakes = tuple(
                Mistake(_known(kind), float(start_s), float(end_s))
                for kind, start_s, end_s in told["mistakes"]
            )
            footage = cls(
                duration_s=float(told["duration_s"]),
                width=int(told["width"]),
                height=int(told["height"]),
                fps=float(told["fps"]),
                is_photo=bool(told["is_photo"]),
                thumbs=thumbs.reshape(len(arrays["times_s"]), THUMB[0] * THUMB[1]),
                mistakes=mistakes,
                **arrays,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise NothingToSee(
                f"what was seen of this take cannot be read ({error}): watch it again"
            ) from error
        for name in _LOOKED:
            if getattr(footage, name).shape != footage.times_s.shape:
                raise NothingToSee(f"{name} has not an entry for each look: watch the take again")
        return footage


_LOOKED = (
    "sharpness", "light", "motion", "pan_x", "pan_y", "heading_x", "heading_y", "shake",
    "face_counts", "face_heights", "focus_x", "focus_y", "shot_sizes",
)  # fmt: skip
_ARRAYS = ("times_s", *_LOOKED, "accents_s", "accent_strengths", "scene_cuts_s")


def _known(kind: str) -> Fault:
    for fault in FAULTS:
        if fault == kind:
            return fault
    raise ValueError(f"no mistake is called {kind!r}")
