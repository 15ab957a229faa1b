"""How Django knows the app `privacy`."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "filoscope.server.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"
