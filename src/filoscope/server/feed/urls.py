"""Addresses of the feed and of what is found through it."""

from __future__ import annotations

from django.urls import path, re_path

from filoscope.server.feed.views import beacons, feeds

urlpatterns = [
    path("", feeds.for_you, name="for-you"),
    path("following", feeds.following, name="following"),
    path("latest", feeds.latest, name="latest"),
    re_path(r"^feed/(?P<tab>for-you|following|latest|clip)/more$", feeds.more, name="more"),
    path("feed/events", beacons.events, name="events"),
    path("v/<str:slug>/not-interested", beacons.not_interested, name="not-interested"),
]
