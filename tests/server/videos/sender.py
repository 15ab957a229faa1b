"""Somebody's browser that sends uploads, speaking tus by hand."""

from __future__ import annotations

import base64
import socket

from filoscope.server.accounts.models import Account
from filoscope.server.videos import files
from filoscope.server.videos.models import Upload
from tests.running import Answer, WebServer, session_cookie

PART = "application/offset+octet-stream"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


class Sender:
    """Somebody's signed-in browser, speaking tus."""

    def __init__(self, web: WebServer, account: Account) -> None:
        self.web = web
        self.headers = {"Cookie": session_cookie(account), "Tus-Resumable": "1.0.0"}

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.web.ask(method, path, body, self.headers | named)

    def create(self, size: int, **headers: str) -> str:
        answer = self.ask("POST", "/tus/", Upload_Length=str(size), **headers)
        assert answer.status == 201, answer.text
        return answer.headers["location"]

    def append(self, path: str, offset: int, body: bytes, **headers: str) -> Answer:
        named = {"Upload_Offset": str(offset), "Content_Type": PART} | headers
        return self.ask("PATCH", path, body, **named)

    def offset(self, path: str) -> int:
        return int(self.ask("HEAD", path).headers["upload-offset"])

    def open_part(self, path: str, offset: int, announced: int, sent: bytes) -> socket.socket:
        """Begin a part on a raw connection and leave it hanging."""
        line = socket.create_connection(("127.0.0.1", self.web.port))
        head = [f"PATCH {path} HTTP/1.1", "Host: x", f"Content-Length: {announced}"]
        head += [f"Upload-Offset: {offset}", f"Content-Type: {PART}"]
        head += [f"{name}: {value}" for name, value in self.headers.items()]
        line.sendall("\r\n".join([*head, "", ""]).encode() + sent)
        return line


def stored(path: str) -> bytes:
    return files.upload_path(files.upload_name(upload_at(path).pk)).read_bytes()


def upload_at(path: str) -> Upload:
    return Upload.objects.get(pk=path.rpartition("/")[2])


def is_open(path: str) -> bool:
    return files.upload_path(files.upload_name(upload_at(path).pk)).exists()


def size_on_disk(path: str) -> int:
    return (
        files.upload_path(files.upload_name(upload_at(path).pk)).stat().st_size
        if is_open(path)
        else 0
    )
