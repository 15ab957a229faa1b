"""Reports and decisions in Django's admin: to be read, not changed."""

from __future__ import annotations

from django.contrib import admin

from filoscope.server.moderation.models import Decision, Report


class ReadOnly:
    """What is kept as it was."""

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Report)
class ReportAdmin(ReadOnly, admin.ModelAdmin[Report]):
    list_display = ("created_at", "reason", "reporter", "clip", "comment", "account", "decision")
    list_filter = ("reason",)
    list_select_related = ("reporter", "clip__account", "comment__account", "account", "decision")


@admin.register(Decision)
class DecisionAdmin(ReadOnly, admin.ModelAdmin[Decision]):
    list_display = (
        "created_at", "kind", "moderator", "clip", "comment", "account", "sound", "note",
    )  # fmt: skip
    list_filter = ("kind",)
    list_select_related = ("moderator", "clip__account", "comment__account", "account", "sound")
