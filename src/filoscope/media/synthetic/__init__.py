"""Clips that nobody filmed: the demo community's pictures and songs, and marked clips for tests.

>>> for spec in demo_specs(count=48, seed=1):
...     render_clip(spec, Path("clips") / f"{spec.name}.mp4")
>>> write_test_clip(Path("marked.mp4"), duration_s=3.0)
"""

from filoscope.media.synthetic.filming import UnknownScene, paint_frames, render_clip, song_of
from filoscope.media.synthetic.marked import (
    MarkedClip,
    frame_times_s,
    mark_times_s,
    write_test_clip,
)
from filoscope.media.synthetic.programme import SCENES, SOUNDS, ClipSpec, Sound, demo_specs
from filoscope.media.synthetic.songs import Song, UnknownStyle, compose
from filoscope.media.synthetic.styles import STYLES

__all__ = [
    "SCENES",
    "SOUNDS",
    "STYLES",
    "ClipSpec",
    "MarkedClip",
    "Song",
    "Sound",
    "UnknownScene",
    "UnknownStyle",
    "compose",
    "demo_specs",
    "frame_times_s",
    "mark_times_s",
    "paint_frames",
    "render_clip",
    "song_of",
    "write_test_clip",
]
