"""The owner's view of drafts: to look, and to find; writing goes by actions."""

from __future__ import annotations

from django.contrib import admin

from filoscope.server.edits.models import Draft, SharedCut, Take
from filoscope.server.videos.admin import ReadOnlyAdmin


@admin.register(Draft)
class DraftAdmin(ReadOnlyAdmin):
    list_display = ("slug", "account", "sound", "task", "changed_at", "clip")
    list_filter = ("task",)
    search_fields = ("slug", "account__handle")
    list_select_related = ("account", "sound", "clip")


@admin.register(Take)
class TakeAdmin(ReadOnlyAdmin):
    list_display = ("slug", "draft", "state", "duration_s", "failure")
    list_filter = ("state",)


@admin.register(SharedCut)
class SharedCutAdmin(ReadOnlyAdmin):
    list_display = ("clip", "place_count", "duration_s", "created_at")
    list_select_related = ("clip",)
