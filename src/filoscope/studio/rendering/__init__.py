"""Make a timeline into a clip.

>>> from filoscope.studio.rendering import render
>>> render(timeline, "out.mp4").frame_count
450
"""

from __future__ import annotations

from filoscope.studio.rendering.rendering import Rendering, render

__all__ = ["Rendering", "render"]
