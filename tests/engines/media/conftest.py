"""Marked clips for the tests of media, written once for each worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from filoscope.media.synthetic import write_test_clip

MakeClip = Callable[..., Path]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> MakeClip:
    """Write a marked clip of two seconds, or return the one that was written before."""
    folder = tmp_path_factory.mktemp("clips")
    written: dict[tuple[str, str], Path] = {}

    def make(name: str = "plain.mp4", **fields: Any) -> Path:
        key = (name, repr(sorted(fields.items())))
        if key not in written:
            path = folder / str(len(written)) / name
            path.parent.mkdir()
            write_test_clip(path, **{"duration_s": 2.0} | fields)
            written[key] = path
        return written[key]

    return make
