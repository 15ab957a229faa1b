"""Every fragment is where the playlist says, and the file says how long it lasts."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import pytest

from filoscope.media import transcode
from tests.engines.media.conftest import MakeClip


def test_playlists_name_every_fragment_of_the_file(clip: MakeClip, tmp_path: Path) -> None:
    source = clip("five.mp4", duration_s=5.0)

    (rung,) = transcode(source, tmp_path).rungs

    content = (tmp_path / rung.file).read_bytes()
    lines = (tmp_path / rung.playlist).read_text().splitlines()
    assert lines[0] == "#EXTM3U" and lines[-1] == "#EXT-X-ENDLIST"
    assert "#EXT-X-TARGETDURATION:2" in lines
    lengths = [float(line[8:-1]) for line in lines if line.startswith("#EXTINF:")]
    assert lengths == [2.0, 2.0, pytest.approx(1.0, abs=0.03)]
    ranges = [
        tuple(map(int, line.partition(":")[2].split("@")))
        for line in lines
        if line.startswith("#EXT-X-BYTERANGE:")
    ]
    assert [content[at + 4 : at + 8] for _, at in ranges] == [b"moof"] * 3
    assert all(at + size == after for (size, at), (_, after) in pairwise(ranges))
    assert sum(ranges[-1]) == len(content)
    (init,) = [line for line in lines if line.startswith("#EXT-X-MAP:")]
    assert init.startswith(f'#EXT-X-MAP:URI="{rung.file}",BYTERANGE="')
    init_bytes = int(init.split('"')[3].split("@")[0])
    for size, at in ranges:  # each segment plays by itself behind the init segment
        alone = tmp_path / "alone.mp4"
        alone.write_bytes(content[:init_bytes] + content[at : at + size])
        with av.open(str(alone)) as container:
            assert next(container.decode(video=0)).key_frame
    heaviest = max(size * 8 / length for (size, _), length in zip(ranges, lengths, strict=True))
    master = (tmp_path / "master.m3u8").read_text()
    assert pytest.approx(heaviest, rel=0.01) == rung.bandwidth_bps
    assert (
        f"BANDWIDTH={rung.bandwidth_bps},AVERAGE-BANDWIDTH={rung.average_bandwidth_bps}" in master
    )
    assert 'RESOLUTION=320x180,CODECS="avc1.64001e,mp4a.40.2",FRAME-RATE=' in master


def test_the_file_says_how_long_it_lasts_before_it_is_read(clip: MakeClip, tmp_path: Path) -> None:
    (rung,) = transcode(clip("five.mp4", duration_s=5.0), tmp_path).rungs

    with av.open(str(tmp_path / rung.file)) as container:
        video = container.streams.video[0]
        assert pytest.approx(5.0, abs=0.03) == container.duration / 1e6
        assert pytest.approx(5.0, abs=0.03) == float(video.duration * video.time_base)
        # FFmpeg starts at a fragment before; without an index it would start at zero.
        container.seek(4_900_000)
        assert 2.0 <= next(container.decode(video=0)).time <= 4.9
