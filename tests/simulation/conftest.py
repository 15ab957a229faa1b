"""A network of its own for each fault: database, data folder, web server, workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from filoscope.media.synthetic import write_test_clip
from tests import running


@pytest.fixture(scope="session")
def short_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sizes of picture to make, with sound: some half a second of work."""
    path = tmp_path_factory.mktemp("clips") / "short.mp4"
    write_test_clip(path, width=1280, height=720, fps=10, duration_s=1.0)
    return path


@pytest.fixture
def programs() -> Iterator[list[running.Program]]:
    """Whatever a test starts and notes here is ended with it."""
    started: list[running.Program] = []
    yield started
    for program in started:
        program.kill()
