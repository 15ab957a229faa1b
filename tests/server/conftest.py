"""What every test of the server stands on."""

from __future__ import annotations

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def _static_files_by_their_own_names(settings: LazySettings) -> None:
    """Pages are asked for here without `collectstatic`: no hashed names, no manifest."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
