"""Put every take to the song: where in it the take lies, and how much faster its clock runs.

>>> [placed] = align("song.ogg", ["take.mp4"])
>>> placed.offset_s, placed.drift_ppm, placed.how
(41.236, -12.4, 'sound')

`reference.py` makes a song ready, `finding.py` lets windows of a take vote for places in it,
`fitting.py` fits the take there to a fraction of a sample, `coherence.py` tells repetitions apart,
`choosing.py` decides, and `placing.py` does it for all takes. `stretched.py` is for songs that were
played at another speed with their pitch kept, `motion.py` for takes without sound.
"""

from filoscope.studio.aligning.motion import Accents, Beats
from filoscope.studio.aligning.placed import Placed
from filoscope.studio.aligning.placing import align

__all__ = ["Accents", "Beats", "Placed", "align"]
