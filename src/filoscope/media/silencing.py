"""A clip that plays, without its sound: the same pictures, packet by packet, in another folder.

>>> silence("media/clips/42", "media/clips/43")

Nothing is decoded, so that a hundred clips take seconds. The function of the server's side is at the
top; what it asks for is done by `copy_pictures`, in the child process only.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filoscope.media.errors import UnreadableFile
from filoscope.media.hls import MASTER, media_playlist
from filoscope.media.limits import Limits
from filoscope.media.sandbox import run_in_child

if TYPE_CHECKING:
    from filoscope.media.mp4 import Index

STILLS = ("poster.webp", "poster.jpg", "preview.webp", "storyboard.webp", "storyboard.vtt")
"""What shows a clip without playing it: it goes along as it is, where it is there."""

SILENCE_CPU_S_MAX = 120.0
"""Ten minutes in three sizes are 300 MB to copy: a few seconds."""

_SOUND_CODEC = re.compile(r",mp4a\.40\.2")
_BANDWIDTHS = re.compile(r"BANDWIDTH=\d+,AVERAGE-BANDWIDTH=\d+")


def silence(
    folder: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    limits: Limits | None = None,
    cancel: Callable[[], bool] | None = None,
) -> None:
    """Write all that `transcode` has made in a folder into another one, without the sound.

    Parameters
    ----------
    folder, target : path
        `target` is made when it is missing; running again overwrites what is in it.
    limits : Limits, optional
    cancel : callable, optional
        Asked four times a second; True kills the child and raises `Cancelled`.

    Raises
    ------
    MediaError
        See `filoscope.media.errors`; `UnreadableFile` when a file is damaged or missing.
    """
    run_in_child(
        "silence",
        {"folder": os.fspath(folder), "target": os.fspath(target)},
        limits=limits or Limits(),
        cpu_s_max=SILENCE_CPU_S_MAX,
        cancel=cancel,
    )


def copy_pictures(folder: Path, target: Path) -> dict[str, Any]:
    """Do what `silence` says, here."""
    if not (folder / MASTER).is_file():
        raise UnreadableFile
    target.mkdir(parents=True, exist_ok=True)
    master = (folder / MASTER).read_text()
    for line in master.splitlines():
        if line and not line.startswith("#"):
            index, size = _copy_rung(folder, target, Path(line).stem)
            master = _without_sound(master, line, index, size)
    for name in STILLS:
        if (folder / name).is_file():
            shutil.copyfile(folder / name, target / name)
    (target / MASTER).write_text(master)
    return {}


def _copy_rung(folder: Path, target: Path, name: str) -> tuple[Index, int]:
    """Copy the pictures of one size, and index the copy as `Ingest` does; return its bytes too."""
    from filoscope.media.mp4 import write_indexed
    from filoscope.media.time import TICKS_PER_SECOND

    bare, file = target / f".{name}.bare", f"{name}.mp4"
    duration_ticks = _copy_video(folder / file, bare)
    index = write_indexed(
        bare, target / file, duration_ticks=duration_ticks, timescale=TICKS_PER_SECOND
    )
    bare.unlink()
    (target / f"{name}.m3u8").write_text(media_playlist(file, index))
    return index, (target / file).stat().st_size


def _copy_video(source: Path, target: Path) -> int:
    """Write the video packets of a rung into a file of their own; return its length in ticks."""
    import av

    from filoscope.media.encode import MOVFLAGS
    from filoscope.media.time import TICK

    options = {"movflags": MOVFLAGS, "fflags": "bitexact"}
    first, end = None, 0
    with (
        av.open(os.fspath(source)) as container,
        av.open(os.fspath(target), "w", format="mp4", options=options) as copy,
    ):
        stream = copy.add_stream_from_template(container.streams.video[0])
        stream.time_base = TICK
        for packet in container.demux(container.streams.video[0]):
            if packet.dts is None:
                continue  # the end
            first = packet.dts if first is None else first
            end = packet.dts + (packet.duration or 0)
            packet.stream = stream
            copy.mux_one(packet)
    if first is None:
        raise UnreadableFile
    return end - first


def _without_sound(master: str, playlist: str, index: Index, size: int) -> str:
    """Say of one size in the playlist of playlists what is in it now."""
    lines = master.split("\n")
    place = lines.index(playlist) - 1
    heaviest = max(part.byte_count * 8 / part.duration_s for part in index.fragments)
    rates = f"BANDWIDTH={round(heaviest)},AVERAGE-BANDWIDTH={round(size * 8 / index.duration_s)}"
    lines[place] = _BANDWIDTHS.sub(rates, _SOUND_CODEC.sub("", lines[place]))
    return "\n".join(lines)
