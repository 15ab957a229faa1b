"""Addresses of the feed and of what is found through it."""

from __future__ import annotations

from django.urls import path, re_path

from filoscope.server.feed.views import (
    beacons,
    beliefs,
    clips,
    feeds,
    finding,
    guardians,
    sounds,
)

urlpatterns = [
    path("", feeds.for_you, name="for-you"),
    path("following", feeds.following, name="following"),
    path("latest", feeds.latest, name="latest"),
    re_path(r"^feed/(?P<tab>for-you|following|latest|clip)/more$", feeds.more, name="more"),
    path("feed/events", beacons.events, name="events"),
    path("v/<str:slug>", clips.watch, name="watch"),
    path("v/<str:slug>/embed", clips.embed, name="embed"),
    path("oembed", clips.oembed, name="oembed"),
    path("search", finding.find, name="search"),
    path("tag/<str:name>", finding.tag, name="tag"),
    path("sound/<str:slug>", sounds.sound, name="sound"),
    path("sounds", sounds.shelves, name="sounds"),
    path("robots.txt", finding.robots, name="robots"),
    path("sitemap.xml", finding.sitemap, name="sitemap"),
    path("settings/feed", beliefs.believes, name="believes"),
    path("settings/feed/correct", beliefs.correct, name="correct"),
    re_path(
        r"^settings/feed/(?P<kind>reset|pause|resume)$", beliefs.correct_all, name="correct-all"
    ),
    path("settings/feed/choice", beliefs.choose, name="choose-feed"),
    path("settings/feed/limits", beliefs.limit, name="choose-limits"),
    path("settings/feed/guardian", guardians.ask, name="ask-guardian"),
    path("settings/feed/wards", guardians.look_after, name="look-after"),
    path("settings/feed/download", beliefs.download, name="download-feed"),
    path("about/feed", beliefs.ranking, name="ranking"),
    path("v/<str:slug>/not-interested", beacons.not_interested, name="not-interested"),
]
