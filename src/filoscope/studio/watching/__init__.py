"""What a take shows, and when it is worth showing.

>>> footage = watch(Path("take.mp4"))
>>> footage.accents_s[:2], [mistake.kind for mistake in footage.mistakes]
(array([1.433, 1.967]), ['covered'])

`reading.py` gives small pictures in time, `moving.py` what moved between two of them, `faults.py` what
went wrong, `photos.py` the same of a photo, and `watcher.py` puts it together as `footage.py` holds it.
"""

from filoscope.studio.watching.footage import LOOKS_HZ, Footage, Mistake
from filoscope.studio.watching.watcher import watch

__all__ = ["LOOKS_HZ", "Footage", "Mistake", "watch"]
