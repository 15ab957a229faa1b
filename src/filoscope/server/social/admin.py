"""Comments in Django's admin, to be found and read; moderation hides them."""

from __future__ import annotations

from django.contrib import admin

from filoscope.server.social.models import Comment


@admin.register(Comment)
class CommentAdmin(admin.ModelAdmin[Comment]):
    list_display = ("created_at", "account", "clip", "body", "hidden_at")
    search_fields = ("body", "account__handle")
    list_select_related = ("account", "clip__account")

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: Comment | None = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: Comment | None = None) -> bool:
        return False
