"""How Django knows the app `sounds`."""

from django.apps import AppConfig


class SoundsConfig(AppConfig):
    name = "filoscope.server.sounds"
    label = "sounds"
    default_auto_field = "django.db.models.BigAutoField"
