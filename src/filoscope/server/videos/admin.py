"""The owner's view of clips and uploads: to look, and to find; writing goes by actions."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from filoscope.server.videos.models import CaptionTrack, Clip, Hashtag, Rendition, Upload


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Shows rows and changes none: an edit here would go past the actions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RenditionInline(admin.TabularInline[Any, Any]):
    model = Rendition
    extra = 0


@admin.register(Clip)
class ClipAdmin(ReadOnlyAdmin):
    list_display = ("slug", "account", "state", "step", "visibility", "published_at", "hidden_at")
    list_filter = ("state", "visibility")
    search_fields = ("slug", "caption", "account__handle", "failure_code")
    list_select_related = ("account",)
    inlines: ClassVar = [RenditionInline]


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    list_display = ("id", "account", "file_name", "state", "offset_bytes", "size_bytes")
    list_filter = ("state",)
    list_select_related = ("account",)


@admin.register(Hashtag)
class HashtagAdmin(ReadOnlyAdmin):
    search_fields = ("name",)


@admin.register(CaptionTrack)
class CaptionTrackAdmin(ReadOnlyAdmin):
    list_display = ("clip", "language", "label")
    list_select_related = ("clip",)
