"""How Django knows the app `edits`."""

from django.apps import AppConfig


class EditsConfig(AppConfig):
    name = "filoscope.server.edits"
    label = "edits"
    default_auto_field = "django.db.models.BigAutoField"
