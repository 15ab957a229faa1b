"""The owner's view of sounds."""

from __future__ import annotations

from django.contrib import admin

from filoscope.server.sounds.models import Sound


@admin.register(Sound)
class SoundAdmin(admin.ModelAdmin[Sound]):
    list_display = ("slug", "title", "artist", "maker", "is_original")
    search_fields = ("title", "artist", "slug")
    list_select_related = ("maker",)
