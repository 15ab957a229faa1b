"""Packets into a file: pictures, and the source's sound bit for bit beside them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from filoscope.enhance.encoding import Coding
from filoscope.enhance.reading import LIMITS
from filoscope.media import Probe
from filoscope.media.source import AUDIO_DECODERS, Source, open_source

Packets = Iterator["av.Packet[Any]"]


def join(target: Path, source: Path, facts: Probe, coding: Coding, packets: Packets) -> None:
    """Write pictures that are encoded already, with the sound and the words of the source.

    Parameters
    ----------
    target, source : path
    facts : Probe
        Of the source.
    coding : Coding
        How the packets were made.
    packets : iterator of Packet
        In order of decoding, on the clip's own clock.
    """
    with ExitStack() as stack:
        heard = stack.enter_context(open_source(source, limits=LIMITS, threads=1))
        container = stack.enter_context(av.open(os.fspath(target), "w"))
        container.metadata.update(heard.container.metadata)
        video: Any = container.add_stream(coding.codec[0], rate=coding.rate)
        coding.set_up(video.codec_context)
        if coding.codec[0] == "libx265" and target.suffix.lower() != ".mkv":
            video.codec_context.codec_tag = "hvc1"  # players of Apple take no other
        sound = _Sound(container, heard, facts)
        container.start_encoding()
        for packet in packets:
            sound.lay_until((packet.dts or 0) * packet.time_base)
            packet.stream = video
            container.mux_one(packet)
        sound.lay_until(None)


def copy_streams(target: Path, source: Path) -> None:
    """Write picture and sound as they are into another kind of file."""
    with ExitStack() as stack:
        read = stack.enter_context(open_source(source, limits=LIMITS, threads=1))
        container = stack.enter_context(av.open(os.fspath(target), "w"))
        container.metadata.update(read.container.metadata)
        streams = [read.video, *_tracks_of(read)]
        copies = {stream.index: container.add_stream_from_template(stream) for stream in streams}
        for packet in read.container.demux(*streams):
            if packet.dts is not None:
                packet.stream = copies[packet.stream.index]
                container.mux_one(packet)


def _tracks_of(source: Source) -> list[Any]:
    """Return every track of sound that is known, and have the file read them all."""
    tracks = [
        stream
        for stream in source.container.streams.audio
        if stream.codec_context is not None and stream.codec_context.codec.name in AUDIO_DECODERS
    ]
    for track in tracks:
        track.discard = av.stream.Discard.default
    return tracks


class _Sound:
    """The packets of the source's sound, moved to the clock of the pictures."""

    def __init__(self, container: Any, source: Source, facts: Probe) -> None:
        self._container = container
        tracks = _tracks_of(source)
        self._copies = {t.index: container.add_stream_from_template(t) for t in tracks}
        start_s = Fraction(facts.first_timestamp_s).limit_denominator(10**9)
        self._shifts = {t.index: round(start_s / t.time_base) for t in tracks}
        self._packets = self._shifted(source.container.demux(*tracks)) if tracks else iter(())
        self._next = next(self._packets, None)

    def _shifted(self, packets: Iterator[Any]) -> Packets:
        for packet in packets:
            if packet.size and packet.dts is not None:
                shift = self._shifts[packet.stream.index]
                shown = packet.dts if packet.pts is None else packet.pts
                packet.pts, packet.dts = shown - shift, packet.dts - shift
                packet.stream = self._copies[packet.stream.index]
                yield packet

    def lay_until(self, time_s: Fraction | None) -> None:
        """Write the sound up to a time, to the end when None."""
        while self._next is not None:
            if time_s is not None and (self._next.dts or 0) * self._next.time_base > time_s:
                return
            self._container.mux_one(self._next)
            self._next = next(self._packets, None)
