"""A voice as a take: what was recorded over the cut, or a file of sound, as plain samples.

A WAV begins at its first sample in every browser and in the engine, so that a place in it means the
same to both; a coded file begins some milliseconds early or late, each decoder in its own way.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from filoscope.media import MediaError, NotASound, read_samples, write_wav
from filoscope.media.limits import Limits
from filoscope.server.edits.files import VOICE

RATE_HZ: Final = 48_000
SHORTEST_S: Final = 0.2  # less is a slip of the thumb
SAME: Final = 1e-4  # of full scale: what differs less on both sides is one channel


def prepare_voice(source: Path, folder: Path, limits: Limits) -> dict[str, Any]:
    """Write a recording as samples; return what `keep_take` keeps of it.

    Only what lasts as long as a clip may is kept: the rest could never be heard.
    """
    try:
        samples = read_samples(source, duration_s_max=limits.duration_s_max)
    except MediaError as error:
        raise NotASound from error
    duration_s = samples.shape[1] / RATE_HZ
    if duration_s < SHORTEST_S:
        raise MediaError("Hardly anything was recorded. Record it once more.")
    if float(np.abs(samples[0] - samples[-1]).max()) < SAME:
        samples = samples[:1]
    draft = folder / f"{VOICE}.draft"
    write_wav(draft, samples, rate_hz=RATE_HZ)
    draft.replace(folder / VOICE)
    return {
        "kind": "voice", "duration_s": duration_s, "width": None, "height": None,
        "has_sound": True, "thumb_every_s": 0.0, "thumb_count": 0, "placed": None,
    }  # fmt: skip
