"""Sessions from a cold start on KuaiRec, whose test part is complete: ours beside the peers.

Once with all sessions side by side, and once with a few at a time, so that later viewers find what
earlier ones taught. Ours was set on sessions of held-out viewers of the training part.

    python -m bench.recommend --only sessions
"""

from __future__ import annotations

import argparse
from pathlib import Path

from filoscope.recommend import sessions

FOLDER = "kuairec"
AT_ONCE = (sessions.SESSIONS_MAX, 64)


def rows(options: argparse.Namespace) -> list[sessions.Row]:
    """Measure everybody; wants `options.data`, the folder of the data."""
    found = []
    for at_once in AT_ONCE:
        asked = argparse.Namespace(
            folder=Path(options.data) / FOLDER,
            swipes=getattr(options, "swipes", None) or 100,
            sessions=sessions.SESSIONS_MAX,
            at_once=at_once,
            peers="all",
        )
        order = "side by side" if at_once == sessions.SESSIONS_MAX else f"{at_once} at a time"
        found += [row | {"sessions": order} for row in sessions.rows(asked)]
    return found
