"""What a forecast is added up from: one weight for each value of each field.

A field is a thing (a clip, a tab) or a pair of things (a viewer and a maker). Its variance says
how far its weights may lie from 0 in logits before anything is known; its memory, in showings
that were even odds, how soon the old is forgotten. Found on the last days of April of KuaiRand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the sum."""

    name: str
    variance: float  # of a weight about which nothing is known, in logits squared
    memory: float  # greatest precision of a weight, so that it keeps moving
    level: bool = False  # how much this viewer watches at all, whatever is shown: see `Forecast`


FIELDS = (
    Field("everything", 0.25, 900.0),
    Field("clip", 0.3, 60.0),
    Field("maker", 0.02, 60.0),
    Field("sound", 0.01, 100.0),
    Field("tag", 0.1, 900.0),
    Field("length", 0.18, 500.0),
    Field("age", 0.05, 300.0),
    Field("showings", 0.05, 900.0),  # how often the clip was shown before
    Field("tab", 3.0, 300.0),
    Field("clip, tab", 0.03, 50.0),
    Field("tag, tab", 0.05, 200.0),
    Field("length, tab", 0.1, 300.0),
    Field("pause", 0.1, 500.0),  # since the viewer's last showing
    Field("met", 0.09, 500.0),  # how much the viewer was shown before
    Field("viewer", 0.9, 30.0, level=True),
    Field("viewer, tab", 0.2, 30.0, level=True),
    Field("viewer, maker", 1.2, 30.0),
    Field("viewer, sound", 0.4, 30.0),
    Field("viewer, tag", 0.1, 30.0),
    Field("taste", 0.3, 1e5),  # of the product of factors, see `taste.py`
)
NUMBERS = {field.name: number for number, field in enumerate(FIELDS)}
VARIANCES = np.array([field.variance for field in FIELDS])
MEMORIES = np.array([field.memory for field in FIELDS])
LEVELS = np.array([field.level for field in FIELDS])
