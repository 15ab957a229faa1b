"""tus 1.0.0 (https://tus.io/protocols/resumable-upload): files that arrive however bad the line is.

Extensions: creation, creation-with-upload, expiration, checksum, termination.

Bytes go from the socket straight to a file, not through Django: a form parser would keep two
gigabytes twice. What has arrived is kept when the connection breaks; how much that is, the file
itself says. A part is synced to disk before it is confirmed, so a confirmed byte survives a power
cut; between two confirmations nothing is synced, which would cost more than sending it again.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import wraps

from django.conf import settings
from django.db import InterfaceError, OperationalError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from filoscope.server.kit.origin import is_same_origin, signed_in
from filoscope.server.kit.threads import in_thread
from filoscope.server.videos import actions
from filoscope.server.videos.errors import UploadBusy, UploadGone, UploadRefused, WrongOffset
from filoscope.server.videos.models import Upload
from filoscope.server.videos.receiving import (
    ALGORITHMS,
    BadChecksum,
    Checksum,
    DiskFull,
    LineBroken,
    Oversized,
    let_go,
    receive_part,
)
from filoscope.server.videos.tus_headers import BadHeader, checksum_of, length_of, wish_of

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
PART_TYPE = "application/offset+octet-stream"
CLIP_HEADER = "Filoscope-Clip"  # the slug of the clip, with the answer that completes it
CHECKSUM_MISMATCH = 460  # the number tus has given it
PATH = "/tus/"

Answer = Callable[[Request], Awaitable[Response]]


def _refusal(status: int, sentence: str, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return PlainTextResponse(sentence, status, headers=named)


def _spoken(answer: Answer) -> Answer:
    """Wrap an answer in what the protocol asks of every one, and name its errors by status."""

    @wraps(answer)
    async def answered(request: Request) -> Response:
        if request.headers.get("tus-resumable") != VERSION:
            response = _refusal(412, f"This server speaks tus {VERSION}.", Tus_Version=VERSION)
        elif not is_same_origin(request):
            response = _refusal(403, "This request comes from another site's page.")
        else:
            response = await _or_its_error(answer, request)
        response.headers["Tus-Resumable"] = VERSION
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return answered


async def _or_its_error(answer: Answer, request: Request) -> Response:
    try:
        return await answer(request)
    except BadHeader as error:
        return _refusal(error.status, str(error))
    except UploadRefused as error:
        return _refusal(error.status, str(error))
    except UploadGone as error:
        return _refusal(410, str(error))
    except UploadBusy as error:
        return _refusal(423, str(error), Retry_After="1")
    except WrongOffset as error:
        return _refusal(409, str(error), Upload_Offset=str(error.offset_bytes))
    except Oversized as error:
        return _refusal(413, str(error))
    except BadChecksum as error:
        return _refusal(CHECKSUM_MISMATCH, str(error))
    except DiskFull as error:
        return _refusal(507, str(error))
    except LineBroken as error:
        return _refusal(408, str(error))  # hardly anybody is there to read it
    except (OperationalError, InterfaceError):
        return _refusal(503, "The database is away for a moment.", Retry_After="2")


async def options(request: Request) -> Response:
    """Say what this server can, to anybody."""
    headers = {
        "Tus-Resumable": VERSION,
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(settings.UPLOAD_BYTES_MAX),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }
    return Response(status_code=204, headers=headers)


@_spoken
async def create(request: Request) -> Response:
    """POST /tus/: begin an upload, with its first part when there is one."""
    account = await signed_in(request)
    if account is None:
        return _refusal(401, "Sign in to upload.")
    has_part = request.headers.get("content-type") == PART_TYPE
    length_of(
        request.headers.get("upload-length"), is_deferred="upload-defer-length" in request.headers
    )
    checksum = checksum_of(request.headers.get("upload-checksum")) if has_part else None
    upload = await in_thread(actions.create_upload, account, wish_of(request.headers))
    if has_part:
        upload = await receive_part(upload, request.receive, offset=0, checksum=checksum)
    headers = _state(upload) | {"Location": f"{PATH}{upload.pk}"}
    return Response(status_code=201, headers=headers)


@_spoken
async def tell(request: Request) -> Response:
    """HEAD /tus/<id>: how much is safe."""
    upload = await in_thread(actions.reconcile, await _own_upload(request))
    headers = _state(upload) | {"Upload-Length": str(upload.size_bytes)}
    if upload.metadata:
        headers["Upload-Metadata"] = upload.metadata
    return Response(status_code=200, headers=headers)


@_spoken
async def append(request: Request) -> Response:
    """PATCH /tus/<id>: a part that begins where the upload ends."""
    upload = await _own_upload(request)
    if request.headers.get("content-type") != PART_TYPE:
        return _refusal(415, f"A part has the content type {PART_TYPE}.")
    offset = length_of(request.headers.get("upload-offset"), name="Upload-Offset")
    checksum: Checksum | None = checksum_of(request.headers.get("upload-checksum"))
    upload = await receive_part(upload, request.receive, offset=offset, checksum=checksum)
    return Response(status_code=204, headers=_state(upload))


@_spoken
async def drop(request: Request) -> Response:
    """DELETE /tus/<id>: the file is not wanted any more."""
    upload = await _own_upload(request)
    if upload.state == Upload.State.COMPLETE:
        return _refusal(409, "This upload has become a clip: delete the clip.")
    await let_go(upload.pk)
    await in_thread(actions.terminate, upload)
    return Response(status_code=204)


async def _own_upload(request: Request) -> Upload:
    """Return the upload that a request is about, if it is its account's and has not expired."""
    account = await signed_in(request)
    if account is None:
        raise BadHeader("Sign in to upload.", status=401)
    wanted: uuid.UUID = request.path_params["upload_id"]
    upload = await in_thread(
        Upload.objects.filter(pk=wanted, account=account).select_related("clip").first
    )
    if upload is None:
        raise BadHeader("There is no such upload.", status=404)
    is_open = upload.state == Upload.State.RECEIVING
    if is_open and upload.expires_at < datetime.now(UTC):
        raise UploadGone("This upload has expired. Please begin again.")
    return upload


def _state(upload: Upload) -> dict[str, str]:
    headers = {"Upload-Offset": str(upload.offset_bytes)}
    if upload.state == Upload.State.RECEIVING:
        headers["Upload-Expires"] = format_datetime(upload.expires_at, usegmt=True)
    elif upload.clip is not None:
        headers[CLIP_HEADER] = upload.clip.slug
    return headers


_ANSWERS: dict[str, Answer] = {"HEAD": tell, "PATCH": append, "DELETE": drop, "OPTIONS": options}


async def one_upload(request: Request) -> Response:
    """Answer by method, or by the one that a client names which can send only POST."""
    method = request.headers.get("x-http-method-override", request.method).upper()
    answer = _ANSWERS.get(method)
    if answer is None:
        return _refusal(405, f"{method} is not for uploads.", Allow=", ".join(_ANSWERS))
    return await answer(request)


async def all_uploads(request: Request) -> Response:
    """Answer at the address where uploads are made."""
    return await (create if request.method == "POST" else options)(request)


application = Starlette(
    routes=[
        Route(PATH, all_uploads, methods=["POST", "OPTIONS"]),
        Route(PATH.rstrip("/"), all_uploads, methods=["POST", "OPTIONS"]),
        Route(
            PATH + "{upload_id:uuid}",
            one_upload,
            methods=["HEAD", "PATCH", "DELETE", "OPTIONS", "POST"],
        ),
    ]
)
