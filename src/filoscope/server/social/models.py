"""What people do with clips and with each other."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from filoscope.server.videos.models import Clip

COMMENT_LENGTH_MAX = 500


class Follow(models.Model):
    follower = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows"
    )
    followed = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="followed_by"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["follower", "followed"], name="follow_once"),
            models.CheckConstraint(condition=~Q(follower=F("followed")), name="follow_another"),
        )

    def __str__(self) -> str:
        return f"{self.follower_id} follows {self.followed_id}"


class Block(models.Model):
    """Neither sees the other's clips, comments or profile; following ends on both sides."""

    blocker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks"
    )
    blocked = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocked_by"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="block_another"),
        )

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"


class Like(models.Model):
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="likes"
    )
    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="likes")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "clip"], name="like_once"),)

    def __str__(self) -> str:
        return f"{self.account} likes {self.clip_id}"


class Save(models.Model):
    """A bookmark, seen by nobody else."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saves"
    )
    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="saves")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "clip"], name="save_once"),)

    def __str__(self) -> str:
        return f"{self.account} saves {self.clip_id}"


class Comment(models.Model):
    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="comments")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="comments"
    )
    # The comment it answers, itself never an answer: two levels. Null: it stands by itself.
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies"
    )
    body = models.CharField(max_length=COMMENT_LENGTH_MAX)
    created_at = models.DateTimeField(default=timezone.now)
    # When a moderator hid it. Null: not hidden.
    hidden_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["clip", "parent", "-id"], name="comment_page"),
            models.Index(fields=["account", "-created_at"], name="comment_by_minute"),
        ]

    def __str__(self) -> str:
        return f"{self.account} on {self.clip_id}: {self.body[:40]}"


class Notification(models.Model):
    class Kind(models.TextChoices):
        FOLLOW = "follow"
        LIKE = "like"
        COMMENT = "comment"
        REPLY = "reply"
        MENTION = "mention"
        PUBLISHED = "published"  # one's own clip is there
        FAILED = "failed"  # one's own clip could not be made
        MODERATED = "moderated"

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    # Null: the server itself.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    # Null: it is about no clip.
    clip = models.ForeignKey(Clip, null=True, on_delete=models.CASCADE, related_name="+")
    # Null: it is about no comment.
    comment = models.ForeignKey(Comment, null=True, on_delete=models.CASCADE, related_name="+")
    # What a moderator wrote. Empty: the kind says it all.
    text = models.CharField(max_length=1200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    # Null: not seen yet.
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["recipient", "-id"], name="notification_page"),
            models.Index(
                fields=["recipient"], name="notification_unread", condition=Q(read_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.recipient}"
