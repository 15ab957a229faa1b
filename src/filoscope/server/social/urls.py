"""Addresses of what people do with clips and with each other."""

from __future__ import annotations

from django.urls import path, register_converter

from filoscope.server.accounts.addresses import HandleConverter
from filoscope.server.social import profile_views, views

register_converter(HandleConverter, "handle")

urlpatterns = [
    path("v/<str:slug>/like", views.like, name="like"),
    path("v/<str:slug>/unlike", views.unlike, name="unlike"),
    path("v/<str:slug>/save", views.save, name="save"),
    path("v/<str:slug>/unsave", views.unsave, name="unsave"),
    path("v/<str:slug>/share", views.share, name="share"),
    path("v/<str:slug>/comments", views.comments, name="comments"),
    path("comments/<int:key>/delete", views.delete_comment, name="comment_delete"),
    path("@<handle:handle>/follow", views.follow, name="follow"),
    path("@<handle:handle>/unfollow", views.unfollow, name="unfollow"),
    path("@<handle:handle>/block", views.block, name="block"),
    path("@<handle:handle>/unblock", views.unblock, name="unblock"),
    path("@<handle:handle>", profile_views.profile, name="profile"),
    path("settings/blocked", profile_views.blocked, name="settings_blocked"),
    path("notifications", views.notifications, name="notifications"),
    path("notifications/read", views.read_notifications, name="notifications_read"),
]
