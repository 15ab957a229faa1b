"""The next long view on KuaiRand-Pure in order of time: ours, learning from every event, and peers.

python -m bench.recommend --only stream
"""

from __future__ import annotations

import argparse
from pathlib import Path

from filoscope.recommend import stream

FOLDER = "kuairand"


def rows(options: argparse.Namespace) -> list[stream.Row]:
    """Measure everybody; wants `options.data`, the folder of the data."""
    return stream.rows(argparse.Namespace(folder=Path(options.data) / FOLDER, peers="all"))
