"""How far a picture is turned, and the slow turn that levels a clip.

>>> from filoscope.enhance.level import RollFinder, roll_of
>>> roll_of(luma)
Roll(angle_deg=2.31, confidence=0.72)

`lines.py` looks at one picture, `finder.py` at a clip, `levelling.py` says how to turn it.
"""

from filoscope.enhance.level.finder import RollFinder
from filoscope.enhance.level.levelling import Gravity, LevelPath, turn_about
from filoscope.enhance.level.lines import SURE, Roll, roll_of

__all__ = ["SURE", "Gravity", "LevelPath", "Roll", "RollFinder", "roll_of", "turn_about"]
