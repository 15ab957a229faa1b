"""How Django knows the app `moderation`."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "filoscope.server.moderation"
    label = "moderation"
    default_auto_field = "django.db.models.BigAutoField"
