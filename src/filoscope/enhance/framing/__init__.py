"""Pictures cut to another shape around their subject.

>>> from filoscope.enhance.framing import Box, Framer, Track, subjects_of
>>> framer = Framer(width=1920, height=1080, fps=30, aspect=(9, 16))

`subjects.py` finds what a viewer would look at (`faces.py`, `moving.py`, `text.py`), `interest.py`
chooses among it, `camera.py` moves the crop, `tracker.py` follows what the user boxes, and
`framer.py` is the stage that does it all.
"""

from filoscope.enhance.framing.boxes import Box, Subject
from filoscope.enhance.framing.framer import FEED, Framer, FramingAccount, SafeAreas, Track
from filoscope.enhance.framing.subjects import SubjectFinder, subjects_of
from filoscope.enhance.framing.tracker import BoxTracker, Seen

__all__ = [
    "FEED",
    "Box",
    "BoxTracker",
    "Framer",
    "FramingAccount",
    "SafeAreas",
    "Seen",
    "Subject",
    "SubjectFinder",
    "Track",
    "subjects_of",
]
