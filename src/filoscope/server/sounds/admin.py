"""The owner's view of sounds: to look, and to find; writing goes by actions."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from filoscope.server.sounds.models import Sound


@admin.register(Sound)
class SoundAdmin(admin.ModelAdmin[Sound]):
    list_display = ("slug", "title", "artist", "maker", "is_original", "ready_at", "hidden_at")
    list_filter = ("is_original", "licence")
    search_fields = ("title", "artist", "slug", "isrc", "maker__handle")
    list_select_related = ("maker",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
