"""How Django knows the app `insights`."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "filoscope.server.insights"
    label = "insights"
    default_auto_field = "django.db.models.BigAutoField"
