"""Files below MEDIA_ROOT, by range, to those who may see them: one query for a public clip.

Names of files never change their content, so a browser may keep them. No shared cache may: a clip
that a moderator hides has to be gone at once. What changes (the master playlist gains rungs) and
what is not public is asked for anew each time.
"""

from __future__ import annotations

import gzip
import mimetypes
import os
import re
import stat
from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from filoscope.server.kit.threads import in_thread

KEPT = "private, max-age=31536000, immutable"
KEPT_BY_ALL = "public, max-age=31536000, immutable"
ASKED_ANEW = "private, no-cache"
TYPES = {
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".wav": "audio/wav",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".vtt": "text/vtt; charset=utf-8",
}  # nothing else is ever made; an unknown ending is not served
NAME_LETTERS_MAX = 255  # of a path and so of each part: disks refuse longer ones with an error
TEXTS_KEPT = 256  # compressed texts in memory: some two megabytes
_TEXTS = frozenset({"application/javascript", "application/json", "image/svg+xml"})
_NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)+[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_HASHED = re.compile(r"\.[0-9a-f]{12}\.")  # as ManifestStaticFilesStorage names them

# (folder, request) -> None: not served; False: served to this one; True: served to everyone
MayRead = Callable[[str, Request], Awaitable[bool | None]]


def media(may_read: MayRead) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of /media/<folder>/<file>."""

    async def endpoint(request: Request) -> Response:
        name = request.path_params["path"]
        kind = TYPES.get(Path(name).suffix)
        if kind is None or not _is_name(name):
            return _missing()
        folder = name.rpartition("/")[0]
        is_public = await may_read(folder, request)
        if is_public is None:
            return _missing()
        kept = KEPT if is_public and not name.endswith(".m3u8") else ASKED_ANEW
        return await _file(Path(settings.MEDIA_ROOT) / name, kind, kept, request)

    return endpoint


async def static(request: Request) -> Response:
    """Answer /static/<path>: collected files, or the sources while developing."""
    name = request.path_params["path"]
    if not _is_name(f"static/{name}"):
        return _missing()
    path = Path(settings.STATIC_ROOT) / name
    if not await in_thread(path.is_file):
        found = await in_thread(finders.find, name)
        if not isinstance(found, str):
            return _missing()
        path = Path(found)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    kept = KEPT_BY_ALL if _HASHED.search(name) else "public, no-cache"
    if kind.startswith("text/") or kind in _TEXTS:
        kind += "; charset=utf-8"
        if "gzip" in request.headers.get("accept-encoding", ""):
            return await _compressed(path, kind, kept, request)
    return await _file(path, kind, kept, request)


def _is_name(name: str) -> bool:
    return len(name) <= NAME_LETTERS_MAX and ".." not in name and bool(_NAME.fullmatch(name))


async def _compressed(path: Path, kind: str, kept: str, request: Request) -> Response:
    """Send a text of the pages compressed; there are few, so that each is compressed once."""
    found = await in_thread(path.stat)
    body = await in_thread(_gzipped, path, found.st_mtime_ns)
    etag = f'"{found.st_mtime_ns:x}-{len(body):x}-gz"'
    headers = _headers(kept) | {"ETag": etag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(body, media_type=kind, headers=headers)


@lru_cache(TEXTS_KEPT)
def _gzipped(path: Path, mtime_ns: int) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


async def _file(path: Path, kind: str, kept: str, request: Request) -> Response:
    try:
        found = await in_thread(os.stat, path)
    except (FileNotFoundError, NotADirectoryError):
        return _missing()
    if not stat.S_ISREG(found.st_mode):
        return _missing()
    response = FileResponse(path, media_type=kind, headers=_headers(kept), stat_result=found)
    if request.headers.get("if-none-match") == response.headers["etag"]:
        kept_headers = {"ETag": response.headers["etag"], **_headers(kept)}
        return Response(status_code=304, headers=kept_headers)
    return response


def _headers(kept: str) -> dict[str, str]:
    return {"Cache-Control": kept, "X-Content-Type-Options": "nosniff"}


def _missing() -> Response:
    return PlainTextResponse("Not found", 404, headers={"Cache-Control": "no-store"})
