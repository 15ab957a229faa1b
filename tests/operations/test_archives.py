"""A damaged archive, wherever the damage is."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from filoscope.server.operations import archive
from filoscope.server.operations.installation import OperationError

BYTES = 40_000
FLIPS = 400


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """An archive of text, which packs well, and of noise, which does not."""
    rng = np.random.default_rng(1)
    text = tmp_path / "words.txt"
    text.write_text(" ".join(f"{number:x}" for number in rng.integers(0, 300, BYTES // 4)))
    noise = tmp_path / "clip.mp4"
    noise.write_bytes(rng.bytes(BYTES))
    with archive.writing(tmp_path / "whole.tar.gz") as writer:
        writer.add_file("words.txt", text)
        writer.add_file("clip.mp4", noise)
    return tmp_path / "whole.tar.gz"


def _read(path: Path) -> dict[str, bytes]:
    with archive.reading(path) as members:
        return {name: stream.read() for name, stream in members}


def test_a_flipped_byte_anywhere_is_refused_or_left_to_the_checksums(
    packed: Path, tmp_path: Path
) -> None:
    content, whole = packed.read_bytes(), _read(packed)
    damaged = tmp_path / "damaged.tar.gz"
    refused = 0
    for place in np.linspace(0, len(content) - 1, FLIPS).astype(int):
        flipped = bytearray(content)
        flipped[place] ^= 0xFF
        damaged.write_bytes(flipped)
        try:
            read = _read(damaged)
        except OperationError as error:
            assert "is no whole backup" in str(error)
            refused += 1
        else:
            assert whole == read or not _is_sound(read)
    assert refused  # where the packing itself breaks; elsewhere only the checksums can tell


def _is_sound(read: dict[str, bytes]) -> bool:
    try:
        sums = json.loads(read.pop(archive.CHECKSUMS, b"{}"))
    except ValueError:
        return False
    return bool(sums == {name: sha256(content).hexdigest() for name, content in read.items()})
