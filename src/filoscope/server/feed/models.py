"""What was shown to whom and what they did: the append-only log that the feed learns from."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from filoscope.server.videos.models import Clip

CORRECTIONS = ("more", "less", "forget", "reset", "pause", "resume")  # kinds that name no clip


class Viewer(models.Model):
    """Somebody who watches. Signed out, it lives no longer than their session; it names no device."""

    class Feed(models.TextChoices):
        FOR_YOU = "for-you", "For you: learned from what you watch"
        SAME = "same", "The same for everyone: what is watched long, and what is new"
        LATEST = "latest", "Newest first"
        FOLLOWING = "following", "Only people I follow, newest first"

    # Null: signed out.
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="viewer"
    )
    created_at = models.DateTimeField(default=timezone.now)
    # What the feed is made of for them. All but the first use nothing of what they did (DSA, art. 38).
    feed = models.CharField(
        max_length=10, choices=Feed, default=Feed.FOR_YOU, db_default=Feed.FOR_YOU
    )
    # Minutes of watching after which they want to be reminded. Null: the owner's setting.
    remind_min = models.PositiveSmallIntegerField(null=True)
    # Minutes a day after which their feed ends. Null: no limit of their own.
    day_min = models.PositiveSmallIntegerField(null=True)

    def __str__(self) -> str:
        return f"viewer {self.pk}"


class ViewingEvent(models.Model):
    """One thing that one viewer did with one clip, or said of a topic. Rows are only ever added."""

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
        # Corrections: what the viewer says about what the feed believes of them. They name no clip.
        MORE = "more"
        LESS = "less"
        FORGET = "forget"
        RESET = "reset"
        PAUSE = "pause"
        RESUME = "resume"

    # Made by the sender, so that a batch sent twice counts once. Null: made by the server.
    key = models.UUIDField(null=True, unique=True)
    viewer = models.ForeignKey(Viewer, on_delete=models.CASCADE, related_name="events")
    # Null: a correction.
    clip = models.ForeignKey(Clip, null=True, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=14, choices=Kind)
    # What MORE, LESS and FORGET are about: "maker" or "sound" with its key, or "tag" with its word.
    topic_kind = models.CharField(max_length=6, blank=True, default="", db_default="")
    topic = models.CharField(max_length=100, blank=True, default="", db_default="")
    # Null where the kind has none. Seconds watched count loops.
    watched_s = models.FloatField(null=True)
    # Which tab, the place in it, and the chance with which the engine put the clip there (null: not drawn).
    tab = models.CharField(max_length=12, blank=True)
    position = models.PositiveIntegerField(null=True)
    propensity = models.FloatField(null=True)
    # What brought the clip there, as the engine says (recommend.Source). Empty: not drawn.
    source = models.CharField(max_length=12, blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["viewer", "clip"], name="event_by_viewer"),
            BrinIndex(fields=["created_at"], name="event_by_time"),  # rows lie in this order
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(clip__isnull=False) | models.Q(kind__in=CORRECTIONS),
                name="event_names_a_clip_or_corrects",
            )
        ]

    def __str__(self) -> str:
        return f"{self.viewer_id} {self.kind} {self.clip_id or self.topic}"


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
        WISHES = "wishes"  # a viewer has chosen another feed or other limits
        POLICY = "policy"  # the owner has set other weights or limits

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


class Policy(models.Model):
    """How the feed weighs and how kind it is, as the owner set it.

    Rows are only ever added, and the latest holds: so the table also tells who changed what, and when.
    """

    # Null: that account is gone.
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(default=timezone.now)
    # As `policies.Weights` and `kindness.Kindness` read them; what is missing has its default.
    weights = models.JSONField(default=dict)
    kindness = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return f"policy of {self.changed_at:%Y-%m-%d %H:%M}"


class Sitting(models.Model):
    """How long somebody with a limit has watched: in one go, and today. Kept for nobody else."""

    viewer = models.OneToOneField(Viewer, on_delete=models.CASCADE, related_name="sitting")
    # The day that `day_s` is about, where the community is.
    day = models.DateField()
    day_s = models.FloatField(default=0.0)
    # Since the last pause: seconds, clips, and at which of those seconds the last reminder came.
    sitting_s = models.FloatField(default=0.0)
    clips = models.PositiveIntegerField(default=0)
    reminded_s = models.FloatField(default=0.0)
    # When a page was last asked for, and until when the feed rests (0: it does not), in Unix seconds.
    asked_s = models.FloatField(default=0.0)
    rests_until_s = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return f"{self.viewer} {self.day}: {self.day_s:.0f} s"


class Guardianship(models.Model):
    """A grown-up who sets the limits of a minor, because the minor asked and they agreed."""

    ward = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="guardianship"
    )
    guardian = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="wards"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    # Null: asked, and nothing holds yet.
    accepted_at = models.DateTimeField(null=True)
    # Minutes in one go and in a day; hours of the night. Null: as the owner has set for minors.
    sitting_min = models.PositiveSmallIntegerField(null=True)
    day_min = models.PositiveSmallIntegerField(null=True)
    quiet_from = models.PositiveSmallIntegerField(null=True)
    quiet_to = models.PositiveSmallIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.guardian} for {self.ward}"
