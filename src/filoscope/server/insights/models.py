"""Estimates that the owner has asked for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class Trial(models.Model):
    """An estimate from the log of what other weights would have done; no figure in it names anybody."""

    # Null: that account is gone.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    # What differs from the engine's own weights, as in `feed.Policy`.
    weights = models.JSONField(default=dict)
    # Null: still to be done, or under way.
    done_at = models.DateTimeField(null=True)
    # As `trials.told` makes it; empty until it is done, or where it could not be.
    result = models.JSONField(default=dict)
    # Why there is no result. Empty: there is one, or there will be.
    refusal = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"trial {self.pk}"
