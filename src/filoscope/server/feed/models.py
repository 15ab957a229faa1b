"""What was shown to whom and what they did: the append-only log that the feed learns from."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
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


class News(models.Model):
    """Something that the feed must learn of, written by triggers in the transaction of the thing itself.

    Lower apps know no feed and many ways lead to a row (an action, the admin, a command), so
    PostgreSQL keeps this list (migration 0002). It has no foreign keys: it also tells what is gone.
    """

    class Kind(models.TextChoices):
        CLIP = "clip"  # came, changed, was hidden, is gone
        MAKER = "maker"  # suspended or back: all their clips
        LIKED = "liked"
        UNLIKED = "unliked"
        SAVED = "saved"
        UNSAVED = "unsaved"
        COMMENTED = "commented"
        REPORTED = "reported"
        FOLLOWED = "followed"
        UNFOLLOWED = "unfollowed"
        BLOCKED = "blocked"
        UNBLOCKED = "unblocked"
        ADOPTED = "adopted"  # what somebody watched signed out is now this account's
        FORGOTTEN = "forgotten"  # a viewer or an account is gone, with all that was learned

    kind = models.CharField(max_length=10, choices=Kind)
    # Who did it. Null: nobody in particular, or signed out.
    account_key = models.BigIntegerField(null=True)
    # About which clip. Null: none.
    clip_key = models.BigIntegerField(null=True)
    # About which account, or which viewer for ADOPTED and FORGOTTEN. Null: none.
    subject_key = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "news"

    def __str__(self) -> str:
        return f"{self.kind} {self.account_key} {self.clip_key} {self.subject_key}"
