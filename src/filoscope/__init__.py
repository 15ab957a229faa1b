"""Filoscope: a short-video network that a community owns and runs itself."""

__version__ = "0.1.0"
