"""Noise, blocks, flicker and want of light taken out of a stream of frames.

>>> from filoscope.enhance.clean import Cleaner, CleanSettings
>>> from filoscope.enhance.clean import blocks_of, cells_of, flicker_of, light_of, noise_of
"""

from filoscope.enhance.clean.blocks import Blocks, Grid, blocks_of
from filoscope.enhance.clean.cleaner import CleanAccount, Cleaner, CleanSettings
from filoscope.enhance.clean.flicker import Flicker, cells_of, flicker_of
from filoscope.enhance.clean.light import Light, light_of
from filoscope.enhance.clean.noise import noise_of

__all__ = [
    "Blocks",
    "CleanAccount",
    "CleanSettings",
    "Cleaner",
    "Flicker",
    "Grid",
    "Light",
    "blocks_of",
    "cells_of",
    "flicker_of",
    "light_of",
    "noise_of",
]
