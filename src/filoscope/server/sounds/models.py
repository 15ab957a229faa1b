"""A sound is what clips are set to: a song, or what one clip was heard with first."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from filoscope.server.kit.identifiers import new_slug

AUDIO = "sound.m4a"  # names inside a sound's folder
ANALYSIS = "song.json"


class Licence(models.TextChoices):
    """Under which terms others may use a sound beyond setting clips to it here."""

    RESERVED = "reserved", "All rights reserved"
    BY = "cc-by", "CC BY 4.0"
    BY_SA = "cc-by-sa", "CC BY-SA 4.0"
    BY_NC = "cc-by-nc", "CC BY-NC 4.0"
    BY_ND = "cc-by-nd", "CC BY-ND 4.0"
    ZERO = "cc0", "CC0, no rights reserved"
    PUBLIC_DOMAIN = "public-domain", "Public domain"


class Sound(models.Model):
    """A sound with a page of its own: once `ready_at` is set, there is a file to hear.

    A song has a folder of its own. The own sound of a clip lies in the folder of that clip, so that
    whoever may not see the clip cannot hear it here, and a deleted clip takes it along.
    """

    slug = models.CharField(max_length=11, unique=True, default=new_slug)
    title = models.CharField(max_length=120)
    # As credited. Empty: the maker's name is shown. Of an own sound the maker's handle, for searching:
    # it is shown as it is now.
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

    # Empty: its maker did not say.
    licence = models.CharField(max_length=15, choices=Licence, blank=True)
    # ISO 3901 without hyphens, as "DEUM71900001". Empty: it has none.
    isrc = models.CharField(max_length=12, blank=True)
    # Whether others may set their clips to it: its maker's choice.
    allows_use = models.BooleanField(default=True)
    # When a moderator hid it. Null: not hidden.
    hidden_at = models.DateTimeField(null=True, blank=True)

    # The file as it came, below UPLOAD_ROOT, until ours is made of it. Empty: none.
    source = models.CharField(max_length=200, blank=True)
    # Below MEDIA_ROOT. Empty: there is no file.
    folder = models.CharField(max_length=200, blank=True, db_index=True)
    # Name of the picture inside the folder. Empty: none.
    cover = models.CharField(max_length=60, blank=True)
    # When its file was there. Null: not yet, or no more.
    ready_at = models.DateTimeField(null=True, blank=True)
    # Why it could not be made, for the person. Empty: it could.
    failure = models.CharField(max_length=500, blank=True)
    # Peaks of equal parts, 0 to 100. Null: no file yet.
    waveform = models.JSONField(null=True, editable=False)
    # When `studio.listen` had heard it. Null: not yet, or there was nothing to hear.
    heard_at = models.DateTimeField(null=True, blank=True)
    # Null: not heard yet, or without a beat.
    tempo_bpm = models.FloatField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["-ready_at", "-id"],
                name="sound_latest",
                condition=Q(ready_at__isnull=False, is_original=False, hidden_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} · {self.artist}" if self.artist else self.title

    def get_absolute_url(self) -> str:
        return f"/sound/{self.slug}"

    @property
    def credit(self) -> str:
        """Whom it is credited to: of a clip's own sound its maker, as their handle is now."""
        if self.maker is not None and self.is_original:
            return f"@{self.maker.handle}"
        return self.artist or (self.maker.name if self.maker is not None else "")

    @property
    def clock(self) -> str:
        """Its length as people say it, or an empty string."""
        whole = round(self.duration_s or 0)
        return f"{whole // 60}:{whole % 60:02d}" if self.duration_s is not None else ""

    @property
    def audio_url(self) -> str:
        """Address of the file to hear, or an empty string."""
        return f"{settings.MEDIA_URL}{self.folder}/{AUDIO}" if self.ready_at else ""

    @property
    def cover_url(self) -> str:
        """Address of the picture, or an empty string."""
        return f"{settings.MEDIA_URL}{self.folder}/{self.cover}" if self.cover else ""


class SavedSound(models.Model):
    """An account's bookmark of a sound, seen by nobody else."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_sounds"
    )
    sound = models.ForeignKey(Sound, on_delete=models.CASCADE, related_name="saves")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "sound"], name="save_sound_once"),
        )

    def __str__(self) -> str:
        return f"{self.account} saves {self.sound_id}"
