"""How Django knows the app `feed`."""

from django.apps import AppConfig


class FeedConfig(AppConfig):
    name = "filoscope.server.feed"
    label = "feed"
    default_auto_field = "django.db.models.BigAutoField"
