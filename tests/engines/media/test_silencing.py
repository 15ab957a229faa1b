"""A clip without its sound: the same pictures at the same moments, in all sizes and playlists."""

from __future__ import annotations

import re
from pathlib import Path

import av
import pytest

from filoscope.media import UnreadableFile, silence, transcode
from filoscope.media.synthetic import write_test_clip

Pictures = list[tuple[int | None, bytes]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A clip in two sizes, and the same without sound."""
    home = tmp_path_factory.mktemp("silencing")
    write_test_clip(home / "clip.mp4", width=720, height=1280, fps=30, duration_s=5.1)
    transcode(home / "clip.mp4", home / "sounding")
    silence(home / "sounding", home / "muted")
    return home / "sounding", home / "muted"


def pictures(path: Path) -> Pictures:
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        return [(frame.pts, bytes(frame.planes[0])) for frame in container.decode(video)]


@pytest.mark.parametrize("name", ["480p.mp4", "720p.mp4"])
def test_pictures_and_their_moments_are_the_same_and_nothing_is_heard(
    made: tuple[Path, Path], name: str
) -> None:
    sounding, muted = made
    assert pictures(sounding / name) == pictures(muted / name)
    with av.open(str(muted / name)) as copy, av.open(str(sounding / name)) as first:
        assert (["video"], first.duration) == ([one.type for one in copy.streams], copy.duration)


def test_every_file_but_those_with_sound_goes_along(made: tuple[Path, Path]) -> None:
    sounding, muted = made
    assert {path.name for path in sounding.iterdir()} == {path.name for path in muted.iterdir()}


def test_playlists_say_what_is_there_now(made: tuple[Path, Path]) -> None:
    muted = made[1]
    before, after = ((folder / "master.m3u8").read_text() for folder in made)
    assert (True, False) == ("mp4a" in before, "mp4a" in after)
    assert before.count("\n") == after.count("\n")
    for name in ("480p", "720p"):
        ranges = re.findall(r"BYTERANGE\D+(\d+)@(\d+)", (muted / f"{name}.m3u8").read_text())
        ends = [int(length) + int(offset) for length, offset in ranges]
        assert (muted / f"{name}.mp4").stat().st_size == ends[-1]
        assert [int(offset) for _, offset in ranges[2:]] == ends[1:-1]
        lengths = [
            re.findall(r"EXTINF:([\d.]+)", (folder / f"{name}.m3u8").read_text()) for folder in made
        ]
        assert lengths[0] == lengths[1]


def test_a_torn_file_says_so(made: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/master.m3u8").write_text("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n480p.m3u8\n")
    (tmp_path / "in/480p.mp4").write_bytes((made[0] / "480p.mp4").read_bytes()[:900])
    for folder in (tmp_path / "in", tmp_path / "nothing"):
        with pytest.raises(UnreadableFile):
            silence(folder, tmp_path / "out")
