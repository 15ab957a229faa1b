"""Sounds are made here; a clip's own sound when it is heard first."""

from __future__ import annotations

from filoscope.server.accounts.models import Account
from filoscope.server.sounds.models import Sound

ORIGINAL_TITLE = "original sound"


def create_original(maker: Account, *, duration_s: float | None) -> Sound:
    """Make the sound of a clip that brought its own."""
    return Sound.objects.create(
        title=ORIGINAL_TITLE, artist=f"@{maker.handle}", maker=maker, duration_s=duration_s
    )


def create(*, title: str, artist: str, maker: Account | None = None) -> Sound:
    """Make a sound that stands by itself: clips are set to it, it came with none of them."""
    return Sound.objects.create(title=title, artist=artist, maker=maker, is_original=False)
