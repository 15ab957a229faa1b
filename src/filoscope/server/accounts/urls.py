"""Addresses of one's own settings."""

from __future__ import annotations

from django.urls import path

from filoscope.server.accounts import views

urlpatterns = [
    path("handles/check", views.handle_check, name="handle_check"),
    path("settings", views.profile_settings, name="settings"),
    path("settings/handle", views.handle_settings, name="settings_handle"),
]
