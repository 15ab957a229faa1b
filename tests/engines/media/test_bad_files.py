"""Bad files: every one ends in a clear error or in a right clip, and this process lives.

The corpus is made by mutating real clips, from fixed seeds: over 300 files in batches, so that
the workers of the test run share them.
"""

from __future__ import annotations

import resource
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from filoscope.media import Limits, MediaError, NothingToShow, TooLarge, probe, transcode
from tests.engines.media.conftest import MakeClip

SEEDS: dict[str, dict[str, Any]] = {
    "h264.mp4": {},
    "vp9.webm": {"codec": "vp9", "audio_codec": "opus"},
    "hevc.mkv": {"codec": "hevc", "audio_codec": "flac"},
    "mpeg4.avi": {"codec": "mpeg4", "audio_codec": "mp3"},
    "mjpeg.mov": {"codec": "mjpeg", "pixel_format": "yuvj420p", "audio_codec": "pcm_s16le"},
    "gif.gif": {"codec": "gif", "pixel_format": "rgb8", "audio": None},
    "h264.ts": {},
}
SMALL = {"width": 128, "height": 72, "duration_s": 1.0, "fps": 15}
MUTANTS_OF_EACH = 46
LIMITS = Limits(duration_s_max=20, memory_bytes_max=1 << 30, cpu_s_max=20, wall_s_max=60)

Mutation = Callable[[bytes, np.random.Generator], bytes]


def _cut(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: rng.integers(1, len(content))]


def _headless(content: bytes, rng: np.random.Generator) -> bytes:
    return content[rng.integers(1, len(content)) :]


def _flip_many(content: bytes, rng: np.random.Generator) -> bytes:
    torn = np.frombuffer(content, np.uint8).copy()
    at = rng.integers(0, len(torn), max(len(torn) // 200, 1))
    torn[at] ^= rng.integers(1, 256, len(at), np.uint8)
    return torn.tobytes()


def _flip_head(content: bytes, rng: np.random.Generator) -> bytes:
    torn = np.frombuffer(content, np.uint8).copy()
    at = rng.integers(0, min(1500, len(torn)), 12)
    torn[at] ^= rng.integers(1, 256, len(at), np.uint8)
    return torn.tobytes()


def _flip_tail(content: bytes, rng: np.random.Generator) -> bytes:
    torn = np.frombuffer(content, np.uint8).copy()
    at = len(torn) - 1 - rng.integers(0, min(2500, len(torn)), 16)
    torn[at] ^= rng.integers(1, 256, len(at), np.uint8)
    return torn.tobytes()


def _hole(content: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(0, len(content)))
    length = int(rng.integers(1, max(len(content) // 4, 2)))
    return content[:start] + bytes(len(content[start : start + length])) + content[start + length :]


def _shuffle(content: bytes, rng: np.random.Generator) -> bytes:
    edges = sorted(rng.integers(0, len(content), 3).tolist())
    a, b, c = edges
    return content[:a] + content[b:c] + content[a:b] + content[c:]


def _huge_numbers(content: bytes, rng: np.random.Generator) -> bytes:
    torn = bytearray(content)
    for at in rng.integers(0, max(min(3000, len(torn)) - 4, 1), 3).tolist():
        torn[at : at + 4] = b"\x7f\xff\xff\xff"
    return bytes(torn)


MUTATIONS: list[Mutation] = [
    _cut, _headless, _flip_many, _flip_head, _flip_tail, _hole, _shuffle, _huge_numbers,
]  # fmt: skip


def _outcome(path: Path, folder: Path, limits: Limits) -> str:
    """Say how a file ended; anything but a named error or a right clip fails the test."""
    try:
        facts = probe(path, limits=limits)
        ladder = transcode(path, folder, limits=limits, probe=facts)
    except MediaError as error:
        assert type(error) is not MediaError, f"{path.name}: {error}"
        assert not error.is_worth_retrying, f"{path.name}: {error!r} lays blame on the machine"
        assert str(error).endswith(".")
        assert not list(folder.glob("*.mp4")) or list(folder.glob("*.m3u8"))
        return error.code
    assert 0 < ladder.duration_s <= limits.duration_s_max + 1
    assert ladder.memory_bytes <= limits.memory_bytes_max
    for rung in ladder.rungs:
        with av.open(str(folder / rung.file)) as container:
            assert next(container.decode(video=0)).width == rung.width
    return "played"


@pytest.mark.parametrize("batch", range(2))
@pytest.mark.parametrize("seed", SEEDS)
def test_mutants_end_in_a_clear_error_or_a_right_clip(
    clip: MakeClip, tmp_path: Path, seed: str, batch: int
) -> None:
    content = clip(seed, **SMALL | SEEDS[seed]).read_bytes()
    ends: dict[str, int] = {}
    for number in range(batch, MUTANTS_OF_EACH, 2):
        rng = np.random.default_rng([number, list(SEEDS).index(seed)])
        path = tmp_path / f"{number}-{seed}"
        path.write_bytes(MUTATIONS[number % len(MUTATIONS)](content, rng))
        end = _outcome(path, tmp_path / f"{number}", LIMITS)
        ends[end] = ends.get(end, 0) + 1

    assert sum(ends.values()) == MUTANTS_OF_EACH // 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1 << 21  # 2 GiB: nothing leaked in


def test_the_corpus_has_over_three_hundred_files() -> None:
    assert len(SEEDS) * MUTANTS_OF_EACH > 300


def _patched(content: bytes, old: bytes, new: bytes) -> bytes:
    assert content.count(old) >= 1 and len(old) == len(new)
    return content.replace(old, new)


def test_a_header_of_30000_by_30000_is_refused_for_its_size(clip: MakeClip, tmp_path: Path) -> None:
    content = clip("still.gif", **SMALL | SEEDS["gif.gif"]).read_bytes()
    path = tmp_path / "huge.gif"
    path.write_bytes(
        _patched(content, struct.pack("<HH", 128, 72), struct.pack("<HH", 30000, 30000))
    )

    with pytest.raises((TooLarge, NothingToShow)):
        probe(path)


def test_a_box_that_says_30000_by_30000_changes_nothing(clip: MakeClip, tmp_path: Path) -> None:
    content = clip("box.mp4", **SMALL).read_bytes()
    path = tmp_path / "huge.mp4"
    entry = content.index(b"avc1", content.index(b"stsd")) + 28
    assert content[entry : entry + 4] == struct.pack(">HH", 128, 72)
    path.write_bytes(content[:entry] + struct.pack(">HH", 30000, 30000) + content[entry + 4 :])

    assert _outcome(path, tmp_path / "out", LIMITS) in {"played", "too_large"}


def test_a_claim_of_ten_hours_is_measured_and_found_untrue(clip: MakeClip, tmp_path: Path) -> None:
    content = clip("lie.mp4", **SMALL).read_bytes()
    path = tmp_path / "lie.mp4"
    lying = bytearray(content)
    for box in (b"mvhd", b"tkhd", b"mdhd"):
        at = content.index(box) + 4 + {b"mvhd": 16, b"tkhd": 20, b"mdhd": 16}[box]
        lying[at : at + 4] = struct.pack(">I", 36_000_000)
    path.write_bytes(lying)

    facts = probe(path, limits=LIMITS)

    assert facts.duration_s == pytest.approx(1.0, abs=0.1)
    assert _outcome(path, tmp_path / "out", LIMITS) == "played"


def test_a_bomb_of_pixels_is_stopped_by_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "bomb.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.width = stream.height = 6000
        stream.pix_fmt = "gray"
        frame = av.VideoFrame.from_ndarray(np.zeros((6000, 6000), np.uint8), format="gray")
        for number in range(3):
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    assert path.stat().st_size < 2_000_000  # 108 MB of picture
    with pytest.raises(TooLarge, match=r"36\.0 million pixels; the most allowed is 9\.4 million"):
        probe(path)


def test_a_bomb_of_memory_is_stopped_by_the_kernel(clip: MakeClip, tmp_path: Path) -> None:
    path = clip("large.mp4", width=1920, height=1080, duration_s=0.5)
    limits = replace(LIMITS, memory_bytes_max=120 << 20)

    with pytest.raises(MediaError) as caught:
        transcode(path, tmp_path, limits=limits)

    assert caught.value.code in {"out_of_memory", "nothing_to_show", "child_died"}
    assert probe(path).width == 1920  # The next one is served as ever.


def test_a_thousand_streams_are_refused(clip: MakeClip, tmp_path: Path) -> None:
    content = clip("many.mp4", **SMALL).read_bytes()
    moov_at = content.index(b"moov") - 4
    (moov_length,) = struct.unpack_from(">I", content, moov_at)
    moov = content[moov_at : moov_at + moov_length]
    trak_at = moov.index(b"trak") - 4
    (trak_length,) = struct.unpack_from(">I", moov, trak_at)
    trak = moov[trak_at : trak_at + trak_length]
    grown = moov[8:] + trak * 1000
    path = tmp_path / "many.mp4"
    path.write_bytes(
        content[:moov_at]
        + struct.pack(">I4s", len(grown) + 8, b"moov")
        + grown
        + content[moov_at + moov_length :]
    )

    assert _outcome(path, tmp_path / "out", LIMITS) in {"unreadable", "not_a_video"}


@pytest.mark.parametrize("name", ["secret.mp4", "data.mkv"])
def test_a_playlist_never_reads_its_neighbours(clip: MakeClip, tmp_path: Path, name: str) -> None:
    secret = clip("secret.mp4", **SMALL)
    path = tmp_path / name
    path.write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{secret}\n#EXT-X-ENDLIST\n"
    )

    assert _outcome(path, tmp_path / "out", LIMITS) == "not_a_video"


def test_a_reference_to_another_file_is_not_followed(clip: MakeClip, tmp_path: Path) -> None:
    secret = clip("source.mov", **SMALL)
    content = secret.read_bytes()
    dref_at = content.index(b"dref")
    # The self-contained "url " entry becomes an alias without the flag: media lies elsewhere.
    entry = content.index(b"url ", dref_at)
    path = tmp_path / "points.mov"
    path.write_bytes(content[:entry] + b"alis" + struct.pack(">I", 0) + content[entry + 8 :])

    assert _outcome(path, tmp_path / "out", LIMITS) in {
        "played", "unreadable", "nothing_to_show", "not_a_video",
    }  # fmt: skip
