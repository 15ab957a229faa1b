"""Clips that nobody filmed: the demo community's pictures and songs, and marked clips for tests."""

from filoscope.media.synthetic.marked import (
    MarkedClip,
    frame_times_s,
    mark_times_s,
    write_test_clip,
)

__all__ = ["MarkedClip", "frame_times_s", "mark_times_s", "write_test_clip"]
