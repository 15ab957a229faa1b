"""An arrangement of takes over a song.

>>> cut(song, "song.ogg", [Take(path, watch(path)) for path in paths], style="dance", length_s=15)

`styles.py` says what each style wants, `places.py` where a song may be cut, `passage.py` which part of
it is best, `material.py` what each take offers when, `scoring.py` what a cut is worth, `searching.py`
finds the best, `filling.py` sees that no take is left out, and `assembling.py` makes a timeline of it.
"""

from filoscope.studio.cutting.cutter import ALTERNATIVES_MAX, TAKES_MAX, cut
from filoscope.studio.cutting.material import Take
from filoscope.studio.cutting.passage import SHOT_S_MIN
from filoscope.studio.cutting.styles import STYLES, Style

__all__ = ["ALTERNATIVES_MAX", "SHOT_S_MIN", "STYLES", "TAKES_MAX", "Style", "Take", "cut"]
