"""The owner's view of sounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from filoscope.server.sounds.models import Sound

if TYPE_CHECKING:  # Django's classes take no parameter when they run
    Admin = admin.ModelAdmin[Any]
else:
    Admin = admin.ModelAdmin


@admin.register(Sound)
class SoundAdmin(Admin):
    list_display = ("slug", "title", "artist", "maker", "is_original")
    search_fields = ("title", "artist", "slug")
    list_select_related = ("maker",)
