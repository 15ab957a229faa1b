"""Addresses of what is done to sounds; the page of one is the feed's."""

from __future__ import annotations

from django.urls import path

from filoscope.server.sounds import views

urlpatterns = [
    path("sounds/new", views.new, name="sound_new"),
    path("sound/<str:slug>/edit", views.edit, name="sound_edit"),
    path("sound/<str:slug>/delete", views.delete, name="sound_delete"),
    path("sound/<str:slug>/save", views.save, name="sound_save"),
    path("sound/<str:slug>/unsave", views.unsave, name="sound_unsave"),
]
