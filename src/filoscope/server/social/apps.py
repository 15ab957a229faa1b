"""How Django knows the app `social`."""

from django.apps import AppConfig


class SocialConfig(AppConfig):
    name = "filoscope.server.social"
    label = "social"
    default_auto_field = "django.db.models.BigAutoField"
