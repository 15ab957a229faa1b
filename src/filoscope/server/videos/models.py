"""An upload is bytes on their way in. A clip is what becomes of them. A rendition is a file to play."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from filoscope.server.kit.identifiers import new_slug
from filoscope.server.sounds.models import Sound

CAPTION_LENGTH_MAX = 2200  # what people know from elsewhere


class Hashtag(models.Model):
    """A word that clips are found by, in lower case and without its #."""

    name = models.CharField(max_length=100, unique=True)

    def __str__(self) -> str:
        return f"#{self.name}"

    def get_absolute_url(self) -> str:
        return f"/tag/{self.name}"


class Visibility(models.TextChoices):
    PUBLIC = "public"
    FOLLOWERS = "followers"
    UNLISTED = "unlisted"
    PRIVATE = "private"


class Clip(models.Model):
    """One short video by one person: `received` -> `processing` -> `ready`, or `failed`.

    Shown to others only when `visible()`: ready, posted, not hidden, not removed.
    """

    class State(models.TextChoices):
        RECEIVED = "received"
        PROCESSING = "processing"
        READY = "ready"  # at least one rendition plays; the others may still follow
        FAILED = "failed"

    slug = models.CharField(max_length=11, unique=True, default=new_slug)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="clips"
    )
    # Null: silent, or not known yet.
    sound = models.ForeignKey(Sound, null=True, on_delete=models.SET_NULL, related_name="clips")
    # Whether `sound` is this clip's own: its file is made of this clip and goes with it.
    owns_sound = models.BooleanField(default=False)
    caption = models.CharField(max_length=CAPTION_LENGTH_MAX, blank=True)
    # What the picture shows, for those who cannot see it.
    alt_text = models.CharField(max_length=1000, blank=True)
    # BCP 47. Empty: not said.
    language = models.CharField(max_length=35, blank=True)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    allows_comments = models.BooleanField(default=True)
    hashtags = models.ManyToManyField(Hashtag, related_name="clips", blank=True)
    mentions = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="mentioned_in", blank=True
    )

    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    # What is being done ("probe", "480", "720", ...) and how much of all of it is done, 0 to 1.
    step = models.CharField(max_length=20, blank=True)
    progress = models.FloatField(default=0)
    # Why it failed: a code for programs, a sentence for the person. Empty: it did not.
    failure_code = models.CharField(max_length=40, blank=True)
    failure = models.CharField(max_length=500, blank=True)

    received_at = models.DateTimeField(default=timezone.now)
    # When its maker pressed Post. Null: still a draft.
    posted_at = models.DateTimeField(null=True, blank=True)
    # When it was first both posted and playable: the time that feeds sort by. Null: not yet.
    published_at = models.DateTimeField(null=True, blank=True)
    # When every rendition was there. Null: some are still to come.
    completed_at = models.DateTimeField(null=True, blank=True)
    # When a moderator hid it. Null: not hidden.
    hidden_at = models.DateTimeField(null=True, blank=True)

    # The file as it came, below UPLOAD_ROOT. Empty: gone.
    original = models.CharField(max_length=200, blank=True)
    # The folder of this run's outputs below MEDIA_ROOT; a new run takes a new folder. Empty: none yet.
    folder = models.CharField(max_length=200, blank=True, db_index=True)
    # The folder that a run is filling now: whoever holds this name may show what it made, a run that
    # lost it (its worker was believed dead) may not. Empty: no run.
    next_folder = models.CharField(max_length=200, blank=True, db_index=True)
    # While a moderator hides its sound: the folder that is heard again afterwards, and `folder` is a
    # copy of it without sound. Empty: not muted.
    sounding_folder = models.CharField(max_length=200, blank=True, db_index=True)
    # All that `media.probe` measured. Null until probed.
    facts = models.JSONField(null=True, editable=False)
    # Where its maker wants the poster taken from. Null: the best picture.
    cover_s = models.FloatField(null=True, blank=True)
    # Null until probed. Width and height as displayed: upright, square pixels.
    duration_s = models.FloatField(null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    has_sound = models.BooleanField(default=False)
    blurhash = models.CharField(max_length=60, blank=True)
    # A data: address of a few pixels, smoothed behind the poster until it is there.
    placeholder = models.CharField(max_length=400, blank=True)
    # "#rrggbb" behind the poster while it loads. Empty: not known yet.
    colour = models.CharField(max_length=7, blank=True)

    # Counted by `social.actions` and `feed.actions` in the transaction of the thing counted.
    view_count = models.PositiveIntegerField(default=0)
    like_count = models.PositiveIntegerField(default=0)
    comment_count = models.PositiveIntegerField(default=0)
    save_count = models.PositiveIntegerField(default=0)
    share_count = models.PositiveIntegerField(default=0)

    # Caption, hashtags, handle and sound, in PostgreSQL's `simple` configuration. Null: not made yet.
    search = SearchVectorField(null=True, editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["-published_at", "-id"],
                name="clip_latest",
                condition=Q(published_at__isnull=False, hidden_at__isnull=True),
            ),
            models.Index(fields=["account", "-published_at"], name="clip_by_account"),
            models.Index(fields=["sound", "-published_at"], name="clip_by_sound"),
            GinIndex(fields=["search"], name="clip_search"),
        ]

    def __str__(self) -> str:
        return f"{self.slug} by {self.account}"

    def get_absolute_url(self) -> str:
        return f"/v/{self.slug}"

    @property
    def poster_url(self) -> str:
        """Address of the still picture, or an empty string."""
        return f"{settings.MEDIA_URL}{self.folder}/poster.webp" if self.folder else ""

    @property
    def is_muted(self) -> bool:
        """Whether it plays without sound because a moderator hides the one it has."""
        return self.sound is not None and self.sound.hidden_at is not None


class Rendition(models.Model):
    """One rung of the ladder: a fragmented MP4 that plays as it is and serves HLS by byte range."""

    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="renditions")
    short_edge = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size_bytes = models.PositiveBigIntegerField()
    bitrate_kbps = models.PositiveIntegerField()
    # RFC 6381, as "avc1.64001f,mp4a.40.2".
    codecs = models.CharField(max_length=60)
    # File name inside the clip's folder.
    file = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["clip", "short_edge"], name="rendition_once"),
        )
        ordering = ("short_edge",)

    def __str__(self) -> str:
        return f"{self.clip.slug} {self.short_edge}p"


class CaptionTrack(models.Model):
    """What is said in a clip, as WebVTT, in one language."""

    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="caption_tracks")
    # BCP 47.
    language = models.CharField(max_length=35)
    label = models.CharField(max_length=60)
    # The WebVTT text itself: a few kilobytes, and gone with the clip.
    text = models.TextField(max_length=200_000)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["clip", "language"], name="caption_track_once"),
        )

    def __str__(self) -> str:
        return f"{self.clip.slug} {self.language}"


class Improvement(models.Model):
    """What the diagnosis of a clip has found, and whether its maker wants it done.

    The original is kept: the clip is made from it or from the better file, as the maker wishes.
    """

    clip = models.OneToOneField(Clip, on_delete=models.CASCADE, related_name="improvement")
    is_wanted = models.BooleanField(default=False)
    # Figures, recipe and words, as `enhance.Diagnosis` says them. Null: not looked at yet.
    diagnosis = models.JSONField(null=True, editable=False)
    # How much of the work is done, 0 to 1.
    progress = models.FloatField(default=0)
    # The folder below MEDIA_ROOT with the better file and what shows before and after, for the maker
    # alone. Empty: none yet.
    folder = models.CharField(max_length=200, blank=True, db_index=True)
    # Whether that folder holds them. False: not made yet, or the clip needs nothing.
    is_made = models.BooleanField(default=False)
    # Whether what plays was made from the better file.
    is_shown = models.BooleanField(default=False)
    # Why it could not be done, for the person. Empty: it could.
    failure = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"improvement of {self.clip.slug}"


class OwnSound(models.TextChoices):
    """What becomes of a clip's own sound when another one is laid under it."""

    KEPT = "kept"  # as loud as the other
    LOWERED = "lowered"
    REMOVED = "removed"


class SoundUse(models.Model):
    """How `clip.sound`, which is not the clip's own, is laid under it.

    A clip with a sound and without this row has it in its own file: filmed with it, or cut to it.
    """

    clip = models.OneToOneField(Clip, on_delete=models.CASCADE, related_name="sound_use")
    # Where in the sound the clip begins.
    start_s = models.FloatField(default=0)
    own = models.CharField(max_length=7, choices=OwnSound, default=OwnSound.REMOVED)
    # The same as laid in what plays now, as "12.5 kept". Empty: not laid yet.
    laid = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"{self.clip.slug} from {self.start_s:g} s"


class Upload(models.Model):
    """A file on its way in by tus 1.0: `offset` bytes of `size` are safe on disk."""

    class State(models.TextChoices):
        RECEIVING = "receiving"
        COMPLETE = "complete"  # a clip was made of it, or a take waits to be fetched
        FETCHED = "fetched"  # a draft has taken the file of a take
        REFUSED = "refused"

    class Kind(models.TextChoices):
        CLIP = "clip"
        TAKE = "take"  # footage for a draft of the studio: no clip is made of it by itself

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads"
    )
    size_bytes = models.PositiveBigIntegerField()
    offset_bytes = models.PositiveBigIntegerField(default=0)
    # Where a part began whose checksum is still to be checked: bytes beyond it are not kept when the
    # part breaks off. Null: no such part is on its way.
    checking_from = models.PositiveBigIntegerField(null=True)
    # Upload-Metadata as the client sent it, which tus wants back.
    metadata = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVING)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.CLIP)
    # Why it was refused, for the person. Empty: it was not.
    refusal = models.CharField(max_length=500, blank=True)
    # As the sender named it: shown back to them, believed by nobody.
    file_name = models.CharField(max_length=255, blank=True)
    # What the clip will be made with; `post` false leaves it a draft until Post is pressed.
    caption = models.CharField(max_length=CAPTION_LENGTH_MAX, blank=True)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    post = models.BooleanField(default=True)
    # Make it better by what the diagnosis suggests, once it plays.
    improve = models.BooleanField(default=False)
    # What is laid under it, from where, and what becomes of its own sound. Null: nothing.
    sound = models.ForeignKey(Sound, null=True, on_delete=models.SET_NULL, related_name="+")
    sound_start_s = models.FloatField(default=0)
    own_sound = models.CharField(max_length=7, choices=OwnSound, default=OwnSound.REMOVED)
    # Null: not complete yet.
    clip = models.OneToOneField(Clip, null=True, on_delete=models.SET_NULL, related_name="upload")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "-created_at"], name="upload_by_day")]

    def __str__(self) -> str:
        return f"{self.file_name or self.id} {self.offset_bytes}/{self.size_bytes}"
