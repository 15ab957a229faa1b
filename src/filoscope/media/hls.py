"""HLS playlists over the very files that play progressively: every segment is a byte range.

RFC 8216 (version 7: fragmented MP4). One media playlist for each rung, one master for all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from filoscope.media.ladder import RungFile
from filoscope.media.mp4 import Index

MASTER = "master.m3u8"


def media_playlist(file: str, index: Index) -> str:
    """Return the playlist of one rung."""
    longest = max((fragment.duration_s for fragment in index.fragments), default=0.0)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(math.ceil(longest), 1)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{file}",BYTERANGE="{index.init_bytes}@0"',
    ]
    for fragment in index.fragments:
        lines += [
            f"#EXTINF:{fragment.duration_s:.6f},",
            f"#EXT-X-BYTERANGE:{fragment.byte_count}@{fragment.offset}",
            file,
        ]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def master_playlist(rungs: Sequence[RungFile]) -> str:
    """Return the playlist of playlists.

    Smallest first: a player begins with the first, and the first picture comes soonest so.
    """
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for rung in rungs:
        facts = (
            f"BANDWIDTH={rung.bandwidth_bps},AVERAGE-BANDWIDTH={rung.average_bandwidth_bps},"
            f'RESOLUTION={rung.width}x{rung.height},CODECS="{rung.codecs}",FRAME-RATE={rung.fps:.3f}'
        )
        lines += [f"#EXT-X-STREAM-INF:{facts}", rung.playlist]
    return "\n".join([*lines, ""])
