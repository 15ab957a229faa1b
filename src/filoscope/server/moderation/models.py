"""Reports by people, and what moderators decided, each decision kept."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from filoscope.server.social.models import Comment
from filoscope.server.sounds.models import Sound
from filoscope.server.videos.models import Clip


class Report(models.Model):
    """Somebody says that a clip, a comment or an account breaks the rules."""

    class Reason(models.TextChoices):
        SPAM = "spam", "Spam or scam"
        HATE = "hate", "Hate or harassment"
        VIOLENCE = "violence", "Violence or threats"
        SEXUAL = "sexual", "Sexual content"
        MINOR = "minor", "Harm to a minor"
        SELF_HARM = "self_harm", "Self-harm"
        COPY = "copy", "Copied without credit"
        PRIVACY = "privacy", "Shows me against my will"
        OTHER = "other", "Something else"

    # Null: the account is gone.
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="reports"
    )
    # Just one of these three is set.
    clip = models.ForeignKey(Clip, null=True, on_delete=models.CASCADE, related_name="reports")
    comment = models.ForeignKey(
        Comment, null=True, on_delete=models.CASCADE, related_name="reports"
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="reports_against",
    )
    reason = models.CharField(max_length=10, choices=Reason)
    note = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    # Null: open.
    decision = models.ForeignKey(
        "Decision", null=True, on_delete=models.SET_NULL, related_name="reports"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=(
                    Q(clip__isnull=False, comment__isnull=True, account__isnull=True)
                    | Q(clip__isnull=True, comment__isnull=False, account__isnull=True)
                    | Q(clip__isnull=True, comment__isnull=True, account__isnull=False)
                ),
                name="report_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["reporter", "clip", "comment", "account"],
                name="report_once",
                nulls_distinct=False,
                condition=Q(decision__isnull=True),
            ),
        )
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"], name="report_open", condition=Q(decision__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} by {self.reporter}"


class Decision(models.Model):
    """What a moderator did, about what, and why: never changed, only followed by another."""

    class Kind(models.TextChoices):
        HIDE = "hide"
        SHOW = "show"  # undoes HIDE
        DISMISS = "dismiss"
        SUSPEND = "suspend"
        REINSTATE = "reinstate"

    # Null: the account is gone.
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="decisions"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    clip = models.ForeignKey(Clip, null=True, on_delete=models.SET_NULL, related_name="+")
    comment = models.ForeignKey(Comment, null=True, on_delete=models.SET_NULL, related_name="+")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Sounds are hidden and shown on their own pages.
    sound = models.ForeignKey(Sound, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.kind} by {self.moderator}"
