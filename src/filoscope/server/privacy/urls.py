"""Addresses of one's rights over one's own data."""

from __future__ import annotations

from django.urls import path

from filoscope.server.privacy import views

urlpatterns = [path("settings/delete", views.delete_account, name="settings_delete")]
