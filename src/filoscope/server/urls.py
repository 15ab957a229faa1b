"""Every address of the network; each app names its own."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from ninja import NinjaAPI

from filoscope import __version__
from filoscope.server.edits.api import router as edits_router
from filoscope.server.kit.readable import TextParser
from filoscope.server.social.api import router as social_router
from filoscope.server.videos.api import router as videos_router

api = NinjaAPI(
    title="Filoscope",
    version=__version__,
    description="Sign in by the session cookie of the pages; send X-CSRFToken with every change.",
    urls_namespace="api",
    parser=TextParser(),
)
api.add_router("", videos_router)
api.add_router("", social_router)
api.add_router("", edits_router)

# One way in: the admin's own form knows neither the second factor nor the limit of attempts.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("filoscope.server.feed.urls")),
    path("", include("filoscope.server.sounds.urls")),
    path("", include("filoscope.server.videos.urls")),
    path("", include("filoscope.server.edits.urls")),
    path("", include("filoscope.server.social.urls")),
    path("", include("filoscope.server.accounts.urls")),
    path("", include("filoscope.server.moderation.urls")),
    path("", include("filoscope.server.insights.urls")),
    path("", include("filoscope.server.privacy.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
]
