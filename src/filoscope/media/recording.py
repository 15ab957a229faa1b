"""A sound by itself: any file that has one in, AAC in an .m4a out, as loud as every other.

>>> recording = make_recording("song.flac", "media/sounds/42/sound.m4a")
>>> recording.duration_s
183.2

The two functions of the server's side are at the top; what they ask for is done by `make` and
`copy`, in the child process only.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filoscope.media.errors import NotASound, TooLong
from filoscope.media.limits import Limits
from filoscope.media.sandbox import run_in_child

if TYPE_CHECKING:
    from filoscope.media.sound import AudioPacket, Samples

SOUND_SECONDS_MAX = 900.0
"""A long song; its samples take 350 MB of the child while it is made."""

SOUND_BYTES_MAX = 300_000_000
"""Of the file: a quarter of an hour as studios keep it, 48 kHz in 24 bits."""

SOUND_CPU_S_MAX = 300.0
"""A quarter of an hour takes 30 s."""

SONG_BITRATE_BPS = 192_000
"""It is decoded and encoded again under every clip that uses it: more than a clip's own needs."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound as made.

    Attributes
    ----------
    duration_s : float
    loudness_lufs : float or None
        Integrated, of the source; None for silence.
    waveform : tuple of int
        Peaks of equal parts, 0 to 100.
    """

    duration_s: float
    loudness_lufs: float | None
    waveform: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as a plain dictionary."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Recording:
        """Rebuild it from `to_json`."""
        return cls(**stored | {"waveform": tuple(stored["waveform"])})


def make_recording(
    path: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    limits: Limits | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Recording:
    """Write the sound of a stranger's file as AAC at -14 LUFS, in a child process.

    Parameters
    ----------
    path : path
        MP3, M4A, OGG, Opus, FLAC, WAV, or a video with sound; the name is not looked at.
    target : path
        An .m4a; it appears under its name when it is complete.
    limits : Limits, optional
    cancel : callable, optional
        Asked four times a second; True kills the child and raises `Cancelled`.

    Raises
    ------
    MediaError
        `NotASound`, `TooLong` and others, each with a sentence for the uploader.
    """
    return _in_child("record", path, target, limits, cancel)


def copy_recording(
    path: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    limits: Limits | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Recording:
    """Write the sound of one of our own renditions into an .m4a as it is, packet by packet."""
    return _in_child("copy_sound", path, target, limits, cancel)


def _in_child(
    task: str,
    path: str | os.PathLike[str],
    target: str | os.PathLike[str],
    limits: Limits | None,
    cancel: Callable[[], bool] | None,
) -> Recording:
    answer = run_in_child(
        task,
        {"path": os.fspath(path), "target": os.fspath(target)},
        limits=limits or Limits(duration_s_max=SOUND_SECONDS_MAX, bytes_max=SOUND_BYTES_MAX),
        cpu_s_max=SOUND_CPU_S_MAX,
        cancel=cancel,
    )
    return Recording.from_json(answer.result)


def make(path: Path, target: Path, limits: Limits) -> Recording:
    """Do what `make_recording` says, here."""
    from filoscope.media.sound import encode_sound, heard_from, levelled, measure_sound

    pieces = _bounded(heard_from(path, start_s=0.0, limits=limits), limits)
    length = sum(piece.shape[1] for piece in pieces)
    found = measure_sound(iter(pieces), length=length)
    if found.loudness_lufs is None:
        raise NotASound("There is nothing but silence in this file.")
    packets = encode_sound(levelled(iter(pieces), found), bitrate_bps=SONG_BITRATE_BPS)
    _write(target, packets, SONG_BITRATE_BPS)
    return _recording(length, found.loudness_lufs, found.waveform)


def copy(path: Path, target: Path, limits: Limits) -> Recording:
    """Do what `copy_recording` says, here."""
    import av

    from filoscope.media.sound import (
        AAC_FRAME,
        BITRATE_BPS,
        RATE_HZ,
        AudioPacket,
        heard_from,
        measure_sound,
    )
    from filoscope.media.source import open_sound

    with open_sound(path, limits=limits) as (container, audio):
        packets: list[AudioPacket] = [
            AudioPacket(
                bytes(packet),
                round((packet.pts or 0) * packet.time_base * RATE_HZ),
                round((packet.duration or 0) * packet.time_base * RATE_HZ) or AAC_FRAME,
            )
            for packet in container.demux(audio)
            if isinstance(packet, av.Packet) and packet.size
        ]
    _write(target, packets, BITRATE_BPS)
    pieces = _bounded(heard_from(target, start_s=0.0, limits=limits), limits)
    length = sum(piece.shape[1] for piece in pieces)
    found = measure_sound(iter(pieces), length=length)
    return _recording(length, found.loudness_lufs, found.waveform)


def _recording(length: int, loudness_lufs: float | None, waveform: tuple[int, ...]) -> Recording:
    from filoscope.media.sound import RATE_HZ

    return Recording(length / RATE_HZ, loudness_lufs, waveform)


def _bounded(pieces: Iterable[Samples], limits: Limits) -> list[Samples]:
    from filoscope.media.sound import RATE_HZ

    kept: list[Samples] = []
    length = 0
    for piece in pieces:
        kept.append(piece)
        length += piece.shape[1]
        if length > limits.duration_s_max * RATE_HZ:
            raise TooLong(
                f"This sound is longer than the {limits.duration_s_max / 60:g} minutes allowed "
                "here. Please cut it and try again."
            )
    if not length:
        raise NotASound
    return kept


def _write(target: Path, packets: Iterable[AudioPacket], bitrate_bps: int) -> None:
    from fractions import Fraction

    import av

    from filoscope.media.sound import RATE_HZ

    draft = target.with_name(f".{target.name}")
    options = {"movflags": "+faststart", "fflags": "bitexact"}
    with av.open(os.fspath(draft), "w", format="mp4", options=options) as container:
        stream = container.add_stream("aac", rate=RATE_HZ, layout="stereo")
        stream.bit_rate = bitrate_bps
        for sound in packets:
            packet = av.Packet(sound.content)
            packet.time_base = Fraction(1, RATE_HZ)
            packet.pts = packet.dts = sound.pts
            packet.duration = sound.duration
            packet.stream = stream
            container.mux_one(packet)
    draft.replace(target)
