"""Addresses of the owner's page."""

from __future__ import annotations

from django.urls import path

from filoscope.server.insights import views

urlpatterns = [
    path("insights", views.insights, name="insights"),
    path("insights/weights", views.weights, name="insights-weights"),
    path("insights/kindness", views.kindness, name="insights-kindness"),
]
