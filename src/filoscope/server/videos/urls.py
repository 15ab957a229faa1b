"""Addresses of uploads and of one's own clips."""

from __future__ import annotations

from django.urls import path

from filoscope.server.videos import views

urlpatterns = [
    path("upload", views.upload, name="upload"),
    path("v/<str:slug>/edit", views.edit, name="clip_edit"),
    path("v/<str:slug>/improve", views.improve, name="clip_improve"),
    path("v/<str:slug>/delete", views.delete, name="clip_delete"),
    path("v/<str:slug>/captions/<str:language>.vtt", views.captions, name="captions"),
]
