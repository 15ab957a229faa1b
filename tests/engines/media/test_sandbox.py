"""The child that decodes is held, watched, and never outlives its purpose."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from filoscope.media import Cancelled, ChildDied, LimitReached, Limits, NoSpace, probe, transcode
from filoscope.media.sandbox import Tell, run_in_child
from filoscope.media.zygote import JOB_BYTES_MAX
from tests.engines.media.conftest import MakeClip

PATIENCE_S = 30.0


def _wait_until(is_so: Callable[[], bool]) -> bool:
    """Look until something is so; False when patience ends."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.02)
    return False


def _descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # a thread that ended while we looked
        for child in map(int, children.split()):
            found += [child, *_descendants(child)]
    return found


def _workers() -> list[int]:
    """Return the children of the zygote: processes that decode right now."""
    return [
        worker
        for zygote in _descendants(os.getpid())
        if "filoscope.media.zygote" in Path(f"/proc/{zygote}/cmdline").read_text()
        for worker in _descendants(zygote)
    ]


@pytest.fixture(scope="module")
def heavy(clip: MakeClip) -> Path:
    """Return a clip that takes some seconds."""
    return clip("heavy.mp4", width=1280, height=720, duration_s=8.0)


def measure_arguments(arguments: dict[str, Any], limits: Limits, tell: Tell) -> dict[str, Any]:
    """Say how long what was handed over is: run in a child."""
    return {"length": len(arguments["heard"])}


def test_a_job_may_be_larger_than_one_message() -> None:
    """What was heard in a song of five minutes: 64 kB were once the most, and longer songs hung."""
    heard = [0.123456] * 40_000
    answer = run_in_child(f"{__name__}:measure_arguments", {"heard": heard}, limits=Limits())
    assert 40_000 == answer.result["length"]


def test_a_job_without_bounds_is_refused() -> None:
    with pytest.raises(ValueError, match="are allowed"):
        run_in_child("probe", {"path": "x" * (JOB_BYTES_MAX + 1)}, limits=Limits())


def test_cancelling_kills_the_child_at_once(heavy: Path, tmp_path: Path) -> None:
    seen: list[int] = []

    def cancel() -> bool:
        seen.extend(_workers())
        return bool(seen)

    with pytest.raises(Cancelled):
        transcode(heavy, tmp_path, cancel=cancel)

    assert _wait_until(lambda: not _workers())


def test_what_a_callback_raises_ends_the_child_and_comes_out(heavy: Path, tmp_path: Path) -> None:
    class Enough(RuntimeError):
        pass

    def on_progress(_: float) -> None:
        raise Enough

    with pytest.raises(Enough):
        transcode(heavy, tmp_path, on_progress=on_progress)

    assert _wait_until(lambda: not _workers())


def test_a_killed_child_is_reported_and_worth_another_try(heavy: Path, tmp_path: Path) -> None:
    def on_progress(_: float) -> None:
        for pid in _workers():
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(ChildDied) as caught:
        transcode(heavy, tmp_path, on_progress=on_progress)

    assert caught.value.is_worth_retrying


def test_a_killed_zygote_is_started_anew(clip: MakeClip) -> None:
    probe(clip())
    (zygote,) = [
        pid
        for pid in _descendants(os.getpid())
        if "filoscope.media.zygote" in Path(f"/proc/{pid}/cmdline").read_text()
    ]
    os.kill(zygote, signal.SIGKILL)
    assert _wait_until(lambda: Path(f"/proc/{zygote}/stat").read_text().split()[2] == "Z")

    assert probe(clip()).video_codec == "h264"


def test_children_die_with_the_server(heavy: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from filoscope.media import transcode\n"
        "transcode(sys.argv[1], sys.argv[2], on_progress=lambda _: print('works', flush=True))"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", script, str(heavy), str(tmp_path)], stdout=subprocess.PIPE
    )
    assert server.stdout is not None
    assert server.stdout.readline() == b"works\n"
    family = _descendants(server.pid)
    assert len(family) == 2  # zygote and child

    server.kill()
    server.wait()
    server.stdout.close()

    assert _wait_until(lambda: not any(_lives(pid) for pid in family))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    "tighter", [{"cpu_s_max": 1.0}, {"output_bytes_max": 10_000}, {"wall_s_max": 0.4}]
)
def test_limits_of_work_are_held(heavy: Path, tmp_path: Path, tighter: dict[str, float]) -> None:
    with pytest.raises(LimitReached, match="more work to read than is allowed"):
        transcode(heavy, tmp_path, limits=replace(Limits(), **tighter))  # type: ignore[arg-type]

    assert not list(tmp_path.glob("*.m3u8"))


def test_the_child_sees_none_of_the_servers_secrets(
    clip: MakeClip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (
        "import os, pathlib; from filoscope.media import probe\n"
        "import sys; probe(sys.argv[1])\n"
        "me = os.getpid()\n"
        "for task in pathlib.Path(f'/proc/{me}/task').glob('*/children'):\n"
        "    for pid in task.read_text().split():\n"
        "        print(pathlib.Path(f'/proc/{pid}/environ').read_text())"
    )
    monkeypatch.setenv("DATABASE_URL", "postgres://alice:hunter2@db/filoscope")

    said = subprocess.run(
        [sys.executable, "-c", script, str(clip())], capture_output=True, text=True, check=True
    )

    assert "MALLOC_ARENA_MAX" in said.stdout
    assert "hunter2" not in said.stdout


def test_importing_the_package_loads_neither_ffmpeg_nor_numpy() -> None:
    script = (
        "import sys, filoscope.media as media; assert media.probe and media.transcode\n"
        "print(sorted({'av', 'cv2', 'numpy', 'PIL'} & set(sys.modules)))"
    )

    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert said.stdout == "[]\n"


def test_every_public_name_is_there() -> None:
    import filoscope.media as media

    assert [name for name in media.__all__ if not hasattr(media, name)] == []
    assert sorted(media.__all__) == sorted(media._HOME_OF)


def test_a_full_disk_is_the_machines_fault_and_said_so(clip: MakeClip, tmp_path: Path) -> None:
    (tmp_path / ".180p.m3u8").symlink_to("/dev/full")  # where the playlist is being written

    with pytest.raises(NoSpace) as caught:
        transcode(clip(), tmp_path)

    assert caught.value.is_worth_retrying
    assert not (tmp_path / "180p.m3u8").exists()


def test_what_a_killed_run_left_is_removed_by_the_next(clip: MakeClip, tmp_path: Path) -> None:
    (tmp_path / ".making-before").mkdir()
    (tmp_path / ".making-before" / "480p.mp4").write_bytes(b"half")

    transcode(clip(), tmp_path)

    assert not (tmp_path / ".making-before").exists()
