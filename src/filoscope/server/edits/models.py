"""A draft is a clip that is being cut in the studio, from takes, to a sound or to none."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from filoscope.server.kit.identifiers import new_slug
from filoscope.server.sounds.models import Sound
from filoscope.server.videos.models import CAPTION_LENGTH_MAX, Clip, Visibility

WORDS_MAX = 500  # of a reason that a person is told


class SharedCut(models.Model):
    """The cut of a clip for others to fill with their own takes: its beats and styles, no footage."""

    clip = models.OneToOneField(Clip, on_delete=models.CASCADE, related_name="shared_cut")
    # A timeline whose sources are places to fill, "place:0", "place:1", and its sound's start.
    pattern = models.JSONField()
    place_count = models.PositiveSmallIntegerField()
    duration_s = models.FloatField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"cut of {self.clip.slug}"

    def get_absolute_url(self) -> str:
        return f"/v/{self.clip.slug}/cut"


class Draft(models.Model):
    """What somebody makes in the studio; once posted, its clip is a clip like any other."""

    class Task(models.TextChoices):
        NONE = ""
        CUT = "cut"
        PREVIEW = "preview"
        RENDER = "render"  # and post

    slug = models.CharField(max_length=11, unique=True, default=new_slug)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    # Null: cut to the takes' own sound.
    sound = models.ForeignKey(Sound, null=True, on_delete=models.SET_NULL, related_name="drafts")
    # As `studio.Timeline.to_json` says it, with sources "take:<slug>" and "sound:<slug>". Null: not
    # cut yet.
    timeline = models.JSONField(null=True)
    # Counts saved changes: a page that has not seen the latest may not overwrite it.
    revision = models.PositiveIntegerField(default=0)
    # Where in the cut its poster is from. Null: chosen by itself.
    cover_s = models.FloatField(null=True)
    # Other cuts that the last wish has brought: timelines with their scores.
    alternatives = models.JSONField(default=list)
    caption = models.CharField(max_length=CAPTION_LENGTH_MAX, blank=True)
    # BCP 47, of captions that are not burnt in. Empty: nobody has said.
    caption_language = models.CharField(max_length=35, blank=True)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    # Whether others may fill its cut, once it is posted.
    shares_cut = models.BooleanField(default=False)
    # The cut that it was begun with. Null: none, or it is no longer shared.
    based_on = models.ForeignKey(
        SharedCut, null=True, on_delete=models.SET_NULL, related_name="drafts"
    )

    # What a job does for it now, what was wished of it, and how much is done, 0 to 1.
    task = models.CharField(max_length=10, choices=Task, default=Task.NONE, blank=True)
    wish = models.JSONField(default=dict)
    progress = models.FloatField(default=0)
    # Changes with every wish: a job that holds an older one is superseded.
    task_key = models.CharField(max_length=32, blank=True)
    # Why the last wish could not be followed. Empty: it could.
    failure = models.CharField(max_length=WORDS_MAX, blank=True)
    # The folder below MEDIA_ROOT with the rendered preview, and the one being filled. Empty: none.
    folder = models.CharField(max_length=200, blank=True, db_index=True)
    next_folder = models.CharField(max_length=200, blank=True, db_index=True)
    # The revision that the preview shows.
    preview_revision = models.PositiveIntegerField(null=True)
    # Null: not posted.
    clip = models.OneToOneField(Clip, null=True, on_delete=models.SET_NULL, related_name="draft")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "-changed_at"], name="draft_latest")]

    def __str__(self) -> str:
        return f"draft {self.slug} of {self.account}"

    def get_absolute_url(self) -> str:
        return f"/studio/{self.slug}"


class Take(models.Model):
    """One piece of footage of a draft, put to its sound and watched before it is cut."""

    class Kind(models.TextChoices):
        CLIP = "clip", "Take"
        PHOTO = "photo"  # shown for as long as one likes
        VOICE = "voice"  # heard over the cut, never seen

    class State(models.TextChoices):
        RECEIVED = "received"
        READY = "ready"
        FAILED = "failed"

    slug = models.CharField(max_length=11, unique=True, default=new_slug)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="takes")
    # A photo is known by its bytes, once it was looked at; until then it counts as a clip.
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.CLIP)
    # The file as it came, below UPLOAD_ROOT.
    original = models.CharField(max_length=200, db_index=True)
    file_name = models.CharField(max_length=255, blank=True)
    # Where in the sound it was begun, as the page that filmed it knows. Null: nobody knows.
    hint_s = models.FloatField(null=True)
    # How fast it is shown: below 1 the sound was played faster while it was filmed.
    speed = models.FloatField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    progress = models.FloatField(default=0)
    failure = models.CharField(max_length=WORDS_MAX, blank=True)
    # The folder below MEDIA_ROOT with what the page shows of it. Empty: nothing yet.
    folder = models.CharField(max_length=200, blank=True, db_index=True)
    # Null until ready; a voice has no width and no height, and a photo counts as long as `studio.watch`
    # says.
    duration_s = models.FloatField(null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    has_sound = models.BooleanField(default=False)
    # Seconds between two thumbnails of the strip, and how many there are.
    thumb_every_s = models.FloatField(default=0)
    thumb_count = models.PositiveIntegerField(default=0)
    # Where it lies in the draft's sound, as `studio.Placed` says it. Null: not put to it yet.
    placed = models.JSONField(null=True)
    # When its maker took it out: undone until the sweep. Null: it is in.
    removed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("created_at", "pk")

    @property
    def poster_url(self) -> str:
        """Address of a still picture, or an empty string."""
        is_there = self.folder and self.state == self.State.READY
        return f"{settings.MEDIA_URL}{self.folder}/poster.webp" if is_there else ""

    def __str__(self) -> str:
        return f"take {self.slug} of {self.draft_id}"
