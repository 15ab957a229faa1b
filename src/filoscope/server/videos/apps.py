"""How Django knows the app `videos`."""

from django.apps import AppConfig


class VideosConfig(AppConfig):
    name = "filoscope.server.videos"
    label = "videos"
    default_auto_field = "django.db.models.BigAutoField"
