"""Encode one rung in a thread of its own: filter, x264, and a fragmented MP4 with its sound.

FFmpeg's calls release Python's lock, so the decoder and the encoders of all rungs run at once.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from filoscope.media.ladder import PRESET, SEGMENT_S, Rung
from filoscope.media.picture import Graph
from filoscope.media.sound import AAC_FRAME, BITRATE_BPS, RATE_HZ, AudioPacket
from filoscope.media.time import TICK, TICKS_PER_SECOND

QUEUE_FRAMES_MAX = 4
"""Between decoder and encoder: enough to smooth, and of 4K frames no more than 50 MB."""

_WAIT_S = 0.5
_SEGMENT_TICKS = SEGMENT_S * TICKS_PER_SECOND
MOVFLAGS = "+frag_keyframe+delay_moov+default_base_moof+skip_trailer"

Tap = Callable[[VideoFrame, VideoFrame, int], None]
"""Looks at (picture of the rung, decoded frame, tick)."""

AudioFuture = Future[list[AudioPacket]]


class RungEncoder(threading.Thread):
    """Take decoded frames and write a rung.

    Parameters
    ----------
    rung : Rung
    filters : str
        From `filoscope.media.picture.filters_of`.
    path : Path
        The file to write, still without an index.
    threads : int
        For x264 and for the filters.
    duration_ticks : int
        Length of the clip.
    audio : Future of list of AudioPacket, or None
        Pictures are encoded while the sound is still being made.
    has_alpha : bool
    tap : callable, optional
        Called in this thread with each picture.
    """

    def __init__(
        self,
        rung: Rung,
        filters: str,
        path: Path,
        *,
        threads: int,
        duration_ticks: int,
        audio: AudioFuture | None,
        has_alpha: bool = False,
        tap: Tap | None = None,
    ) -> None:
        super().__init__(name=f"encode {rung.name}", daemon=True)
        self.rung = rung
        self.path = path
        self.frame_count = 0
        self.error: BaseException | None = None
        self._graph = Graph(filters, threads=threads, has_alpha=has_alpha)
        self._duration_ticks = duration_ticks
        self._threads = threads
        self._audio = audio
        self._tap = tap
        self._queue: queue.Queue[tuple[VideoFrame, list[int]] | None] = queue.Queue(
            QUEUE_FRAMES_MAX
        )
        self._waiting: dict[int, tuple[VideoFrame, list[int]]] = {}
        self._last_segment = -1

    def give(self, frame: VideoFrame, ticks: list[int]) -> None:
        """Hand over a frame and the ticks at which it is shown; waits while the queue is full."""
        self._put((frame, ticks))

    def finish(self) -> None:
        """Wait until the file is complete; raises what went wrong in the thread."""
        self._put(None)
        self.join()
        if self.error is not None:
            raise self.error

    def _put(self, item: tuple[VideoFrame, list[int]] | None) -> None:
        while True:
            if self.error is not None:
                raise self.error
            try:
                self._queue.put(item, timeout=_WAIT_S)
            except queue.Full:
                continue
            return

    def run(self) -> None:
        """Encode until the end of the frames."""
        try:
            self._encode_all()
        except (OSError, MemoryError, ValueError, av.error.FFmpegError) as error:
            self.error = error

    def _encode_all(self) -> None:
        with av.open(
            str(self.path), "w", format="mp4", options={"movflags": MOVFLAGS, "fflags": "bitexact"}
        ) as container:
            video = self._add_video(container)
            muxer = _Muxer(container, video, self._duration_ticks, self._audio)
            while (item := self._queue.get()) is not None:
                frame, ticks = item
                frame.pts, frame.time_base = ticks[0], TICK
                self._waiting[ticks[0]] = item
                for picture in self._graph.feed(frame):
                    self._encode(picture, muxer)
            for picture in self._graph.drain():
                self._encode(picture, muxer)
            muxer.video(video.encode(None))
            muxer.finish()

    def _encode(self, picture: VideoFrame, muxer: _Muxer) -> None:
        frame, ticks = self._waiting.pop(picture.pts or 0)
        if self._tap is not None:
            self._tap(picture, frame, ticks[0])
        for tick in ticks:
            picture.pts, picture.time_base = tick, TICK
            segment = tick // _SEGMENT_TICKS
            picture.pict_type = PictureType.I if segment > self._last_segment else PictureType.NONE
            self._last_segment = segment
            muxer.video(muxer.stream.encode(picture))
            self.frame_count += 1

    def _add_video(self, container: OutputContainer) -> VideoStream:
        rung = self.rung
        video = container.add_stream("libx264", rate=Fraction(rung.fps).limit_denominator(1001))
        video.width, video.height, video.pix_fmt = rung.width, rung.height, "yuv420p"
        context = video.codec_context
        context.time_base = TICK
        # As many as x264 takes by itself: while one waits for its neighbour, another works.
        context.thread_count = self._threads + self._threads // 2
        # Only the key frames asked for: in all rungs the same, with no others between.
        context.gop_size = 10 * _SEGMENT_TICKS
        context.color_range, context.colorspace = 1, 1
        context.color_primaries, context.color_trc = 1, 1
        context.options = {
            "preset": PRESET,
            "profile": "high",
            "level": rung.level,
            "crf": str(rung.crf),
            "maxrate": f"{rung.maxrate_kbps}k",
            "bufsize": f"{rung.bufsize_kbps}k",
            "sc_threshold": "0",
            "forced-idr": "1",
            "a53cc": "0",
        }
        return video


class _Muxer:
    """Interleave a rung's pictures, as they are made, with the sound that was made for all."""

    def __init__(
        self,
        container: OutputContainer,
        stream: VideoStream,
        duration_ticks: int,
        audio: AudioFuture | None,
    ) -> None:
        self.stream = stream
        self._container = container
        self._duration_ticks = duration_ticks
        self._audio = audio
        self._held: list[av.Packet[Any]] = []
        self._first_dts: int | None = None
        self._next_audio = 0
        if audio is not None:
            self._audio_stream = container.add_stream("aac", rate=RATE_HZ, layout="stereo")
            self._audio_stream.bit_rate = BITRATE_BPS

    def video(self, packets: list[av.Packet[Any]]) -> None:
        """Take encoded pictures. The newest is held back: the last one's length is set at the end."""
        self._held += packets
        if self._audio is None or self._audio.done():
            while len(self._held) > 1:
                self._write(self._held.pop(0))

    def finish(self) -> None:
        """Write what is held, and the rest of the sound."""
        if self._audio is not None:
            self._audio.result()
        while self._held:
            packet = self._held.pop(0)
            if not self._held:
                first = packet.dts if self._first_dts is None else self._first_dts
                packet.duration = max(self._duration_ticks - ((packet.dts or 0) - (first or 0)), 1)
            self._write(packet)
        self._sound_until(None)

    def _write(self, packet: av.Packet[Any]) -> None:
        if self._first_dts is None:
            self._first_dts = packet.dts
        self._sound_until((packet.dts or 0) * packet.time_base)
        packet.stream = self.stream
        self._container.mux_one(packet)

    def _sound_until(self, time_s: Fraction | None) -> None:
        if self._audio is None:
            return
        made = self._audio.result()
        while self._next_audio < len(made):
            sound = made[self._next_audio]
            if time_s is not None and Fraction(sound.pts, RATE_HZ) > time_s:
                return
            self._container.mux_one(self._audio_packet(sound))
            self._next_audio += 1

    def _audio_packet(self, sound: AudioPacket) -> av.Packet[Any]:
        packet = av.Packet(sound.content)
        packet.time_base = Fraction(1, RATE_HZ)
        packet.pts = packet.dts = sound.pts
        packet.duration = sound.duration or AAC_FRAME
        packet.is_keyframe = True
        packet.stream = self._audio_stream
        return packet
