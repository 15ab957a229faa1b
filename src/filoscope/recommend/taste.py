"""What one viewer likes, computed from their meetings the moment it is asked.

Every maker, sound and tag that the viewer has met gets the mean worth of those meetings, fading
with time, drawn to 0 while they are few, and measured against what the viewer makes of clips in
general: a tag that every clip bears says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend.catalogue import MAKER, NOTHING, SOUND, TAGS
from filoscope.recommend.settings import OutcomeWeights
from filoscope.recommend.viewers import Viewer, worth

MEETINGS_MAX = 400  # the latest ones count: bounds the work of a page
PRIOR_MEETINGS = 1.5  # meetings at 0 that every feature starts with
PRIOR_MEAN = 6.0  # meetings at 0 that the viewer's own mean starts with
WORTH_MAX = 4.0  # one meeting says no more than this, either way
ENJOYED = 0.3  # worth from which a meeting is named as a reason
MAKER_WEIGHT, SOUND_WEIGHT, TAG_WEIGHT = 0.5, 0.5, 0.8


@dataclass(frozen=True, slots=True)
class Taste:
    """Likings of one viewer.

    Attributes
    ----------
    liking : (features,) float64, about -1 to 1
    enjoyed : (features,) int64, clips with this feature that the viewer enjoyed
    """

    liking: NDArray[np.float64]
    enjoyed: NDArray[np.int64]

    def interest(self, features: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return the interest in clips of these `(clips, columns)` features, about -1 to 1."""
        liking = self.liking[features]
        tags = np.count_nonzero(features[:, TAGS], axis=1)
        by_tags = liking[:, TAGS].sum(axis=1) / np.sqrt(np.maximum(tags, 1))
        return np.asarray(
            MAKER_WEIGHT * liking[:, MAKER] + SOUND_WEIGHT * liking[:, SOUND] + TAG_WEIGHT * by_tags
        )


def taste_of(
    viewer: Viewer,
    features: NDArray[np.int32],
    codes: int,
    *,
    now_s: float,
    half_life_s: float,
    weights: OutcomeWeights,
) -> Taste:
    """Compute the taste of a viewer.

    Parameters
    ----------
    features : (room, columns)
        Of the whole catalogue.
    codes
        How many feature codes there are.
    """
    latest = slice(max(viewer.size - MEETINGS_MAX, 0), viewer.size)
    value = np.clip(worth(viewer.did[latest], viewer.rank[latest], weights), -WORTH_MAX, WORTH_MAX)
    age_s = np.maximum(now_s - viewer.time_s[latest], 0.0)
    told = np.where(value != 0, 2.0 ** (-age_s / half_life_s), 0.0)
    mean = min(float((told * value).sum() / (told.sum() + PRIOR_MEAN)), 1.0)
    met = features[viewer.rows[latest]]
    columns = met.shape[1]
    weight = np.bincount(met.ravel(), np.repeat(told, columns), codes)
    total = np.bincount(met.ravel(), np.repeat(told * (value - mean), columns), codes)
    enjoyed = np.bincount(met.ravel(), np.repeat(value >= ENJOYED, columns), codes)
    liking = total / (weight + PRIOR_MEETINGS)
    liking[NOTHING] = 0.0
    return Taste(liking, enjoyed.astype(np.int64))
