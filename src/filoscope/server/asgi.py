"""The web server's door: uploads, media, static files and live news beside Django, each as it needs.

granian --interface asgi filoscope.server.asgi:application
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any

from filoscope.server.kit.one_thread import OneThread

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filoscope.server.settings")
django_application: Any = OneThread()  # loads the models that the imports below need

from starlette.applications import Starlette  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.routing import Mount, Route  # noqa: E402

from filoscope.recommend import warm  # noqa: E402
from filoscope.server.edits import files as drafts  # noqa: E402
from filoscope.server.edits.queries import may_read as may_read_draft  # noqa: E402
from filoscope.server.kit.live import Hub  # noqa: E402
from filoscope.server.kit.live_pages import live  # noqa: E402
from filoscope.server.kit.media_files import media, static  # noqa: E402
from filoscope.server.kit.origin import account_of, session_key_of  # noqa: E402
from filoscope.server.kit.threads import in_thread  # noqa: E402
from filoscope.server.sounds import files as sound_files  # noqa: E402
from filoscope.server.sounds import queries as sounds  # noqa: E402
from filoscope.server.videos import files, news, queries, tus  # noqa: E402

SOUNDING = (".mp4", ".m4a")  # endings of files in which something is heard
OPEN_FOLDERS = ("avatars",)  # shown beside every comment; whoever deletes one removes the file

hub = Hub()


async def may_read(folder: str, request: Request) -> bool | None:
    """Whether a folder's files are served: to everyone, to this one, or (None) not at all."""
    if folder.partition("/")[0] in OPEN_FOLDERS:
        return True
    if folder.startswith(f"{drafts.DRAFTS}/"):
        is_own = await in_thread(_may_read_draft, folder, session_key_of(request))
        return False if is_own else None
    if folder.startswith(f"{sound_files.SOUNDS}/"):
        return await _may_hear(folder, request)
    if not folder.startswith(f"{files.CLIPS}/"):
        return None
    return await _may_watch(folder, request)


async def _may_watch(folder: str, request: Request) -> bool | None:
    sounds = request.url.path.endswith(SOUNDING)
    access = await in_thread(partial(queries.folder_access, folder, sounds=sounds))
    if access is None:
        return None
    if access.is_public:
        return True
    rule: Callable[[Any, Any], bool] = queries.may_watch
    if access.is_makers or access.is_hushed:
        rule = queries.is_own if access.is_makers else queries.may_hear_hidden
    is_allowed = await in_thread(_may, rule, access.clip_id, session_key_of(request))
    return False if is_allowed else None


def _may_read_draft(folder: str, session_key: str | None) -> bool:
    viewer = account_of(session_key)
    return viewer is not None and may_read_draft(folder, viewer)


async def _may_hear(folder: str, request: Request) -> bool | None:
    access = await in_thread(sounds.folder_access, folder)
    if access is None:
        return None
    if access.is_public:
        return True
    is_allowed = await in_thread(_may, sounds.may_hear, access.maker_id, session_key_of(request))
    return False if is_allowed else None


def _may(rule: Callable[[Any, Any], bool], about: int | None, session_key: str | None) -> bool:
    viewer = account_of(session_key)
    return viewer is not None and rule(about, viewer)


def picture(account: Any) -> Sequence[dict[str, Any]]:
    """How things stand for an account: its clips in the making."""
    return [news.progress(clip) for clip in reversed(queries.in_the_making(account))]


@contextlib.asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """Compile the feed's loops meanwhile; close the live pages at the end, or it waits for them."""
    threading.Thread(target=warm, name="warm", daemon=True).start()
    yield
    await hub.close()


application = Starlette(
    routes=[
        *tus.application.routes,
        Route("/live", live(hub, picture), methods=["GET"]),
        Route("/media/{path:path}", media(may_read), methods=["GET", "HEAD"]),
        Route("/static/{path:path}", static, methods=["GET", "HEAD"]),
        Mount("/", django_application),
    ],
    lifespan=lifespan,
)
