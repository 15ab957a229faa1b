"""Accounts in Django's admin, for the owner."""

from __future__ import annotations

from django.contrib import admin

from filoscope.server.accounts.models import Account, FormerHandle


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin[Account]):
    list_display = ("handle", "display_name", "role", "is_active", "created_at", "follower_count")
    list_filter = ("role", "is_active")
    search_fields = ("handle", "display_name", "email")
    # A handle, a birth date and a suspension have their own ways, which keep their promises.
    fields = ("handle", "display_name", "bio", "email", "role", "is_active", "created_at")
    readonly_fields = ("handle", "is_active", "created_at")

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: Account | None = None) -> bool:
        return False


@admin.register(FormerHandle)
class FormerHandleAdmin(admin.ModelAdmin[FormerHandle]):
    list_display = ("handle", "account", "changed_at")
    search_fields = ("handle", "account__handle")
    list_select_related = ("account",)
