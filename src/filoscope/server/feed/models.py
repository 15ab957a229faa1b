"""What was shown to whom and what they did: the append-only log that the feed learns from."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from filoscope.server.videos.models import Clip


class Viewer(models.Model):
    """Somebody who watches. Signed out, it lives no longer than their session; it names no device."""

    # Null: signed out.
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="viewer"
    )
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"viewer {self.pk}"


class ViewingEvent(models.Model):
    """One thing that one viewer did with one clip. Rows are only ever added."""

    class Kind(models.TextChoices):
        SHOWN = "shown"
        STARTED = "started"
        WATCHED = "watched"  # how long, when the viewer moved on
        LOOPED = "looped"
        FINISHED = "finished"
        SKIPPED = "skipped"
        LIKED = "liked"
        UNLIKED = "unliked"
        SAVED = "saved"
        SHARED = "shared"
        COMMENTED = "commented"
        FOLLOWED = "followed"
        UNFOLLOWED = "unfollowed"
        NOT_INTERESTED = "not_interested"
        REPORTED = "reported"

    # Made by the sender, so that a batch sent twice counts once. Null: made by the server.
    key = models.UUIDField(null=True, unique=True)
    viewer = models.ForeignKey(Viewer, on_delete=models.CASCADE, related_name="events")
    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=14, choices=Kind)
    # Null where the kind has none. Seconds watched count loops.
    watched_s = models.FloatField(null=True)
    # Which tab, the place in it, and the chance with which the engine put the clip there (null: not drawn).
    tab = models.CharField(max_length=12, blank=True)
    position = models.PositiveIntegerField(null=True)
    propensity = models.FloatField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["viewer", "clip"], name="event_by_viewer")]

    def __str__(self) -> str:
        return f"{self.viewer_id} {self.kind} {self.clip_id}"
