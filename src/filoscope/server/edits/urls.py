"""Addresses of the studio."""

from __future__ import annotations

from django.urls import path

from filoscope.server.edits import views

urlpatterns = [
    path("studio", views.studio, name="studio"),
    path("studio/letters.ttf", views.letters, name="studio_letters"),
    path("studio/<str:slug>", views.draft, name="draft"),
    path("studio/<str:slug>/delete", views.delete, name="draft_delete"),
    path("v/<str:slug>/cut", views.use_cut, name="use_cut"),
]
