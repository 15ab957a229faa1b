"""A sound is what clips are set to: a song, or what one clip was heard with first."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from filoscope.server.kit.identifiers import new_slug


class Sound(models.Model):
    """A sound with a page of its own."""

    slug = models.CharField(max_length=11, unique=True, default=new_slug)
    title = models.CharField(max_length=120)
    # As credited. Empty: the maker's name is shown.
    artist = models.CharField(max_length=120, blank=True)
    # Null: the account is gone, or the sound came without one.
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="sounds"
    )
    # Null: not measured yet.
    duration_s = models.FloatField(null=True)
    # True: the own sound of the clip that it was first heard in.
    is_original = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.title} · {self.artist}" if self.artist else self.title

    def get_absolute_url(self) -> str:
        return f"/sound/{self.slug}"
