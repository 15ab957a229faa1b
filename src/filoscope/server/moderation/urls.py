"""Addresses of reporting and moderating."""

from __future__ import annotations

from django.urls import path

from filoscope.server.moderation import views

urlpatterns = [
    path("report", views.report, name="report"),
    path("moderation", views.queue, name="moderation"),
    path("moderation/decide", views.decide, name="moderation_decide"),
    path("sound/<str:slug>/hide", views.hide_sound, name="sound_hide"),
    path("sound/<str:slug>/show", views.show_sound, name="sound_show"),
]
