"""What the camera's own sensors say of its turns and of which way is down.

>>> record = read_gyro("GX010001.MP4")            # or a .gcsv log
>>> plan_clip(frames, fps=30, gyro=record)
>>> roll_deg = gravity_of("GX010001.MP4")          # for levelling: from a time to a roll

Read are GoPro's telemetry (GPMF), camera motion tracks (CAMM) of Android phones and 360 degree
cameras, and Gyroflow logs (.gcsv). Apple's cameras write no such track that is documented.
"""

from filoscope.enhance.gyro.lens import Lens
from filoscope.enhance.gyro.matching import Match, match_gyro
from filoscope.enhance.gyro.reading import gravity_of, read_gyro
from filoscope.enhance.gyro.record import GyroRecord, UnreadableGyro

__all__ = [
    "GyroRecord",
    "Lens",
    "Match",
    "UnreadableGyro",
    "gravity_of",
    "match_gyro",
    "read_gyro",
]
