"""Settings that cannot be read, that nobody knows, or that contradict each other."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from filoscope.server.kit.environment import SETTINGS, read
from filoscope.server.kit.logs import SOURCE
from filoscope.server.operations.addresses import WILDCARDS, Bind
from filoscope.server.operations.checks import Finding, bad, good, odd

_PRIVATE = frozenset({SOURCE, "FILOSCOPE_TEST_HOME"})  # set by our own programs


def check() -> Iterator[Finding]:
    """Read every setting, and compare those that hang together."""
    for setting in SETTINGS:
        read(setting.name)
    yield from _unknown()
    yield from _public()
    yield from _mail()
    given = sum(setting.name in os.environ for setting in SETTINGS)
    yield good("settings", f"{given} of {len(SETTINGS)} set, all readable")


def _unknown() -> Iterator[Finding]:
    known = {setting.name for setting in SETTINGS} | _PRIVATE
    for name in sorted(os.environ):
        if name.startswith("FILOSCOPE_") and name not in known:
            near = difflib.get_close_matches(name, known, 1)
            meant = f"did you mean {near[0]}?" if near else "see docs/hosting/settings.md"
            yield odd("settings", f"{name} is no setting", meant)


def _public() -> Iterator[Finding]:
    bind = Bind.parse(read("FILOSCOPE_BIND"))
    origin = urlsplit(str(read("FILOSCOPE_ORIGIN")))
    if read("FILOSCOPE_ORIGIN") and (origin.scheme not in ("http", "https") or not origin.hostname):
        yield bad(
            "origin",
            f"FILOSCOPE_ORIGIN {read('FILOSCOPE_ORIGIN')!r} is no address",
            "write it as https://clips.example.org",
        )
    is_public = bind.host in WILDCARDS or bool(origin.hostname)
    if read("FILOSCOPE_DEBUG") and is_public:
        yield bad(
            "debug",
            "FILOSCOPE_DEBUG shows the inside of the server to everyone",
            "unset FILOSCOPE_DEBUG",
        )
    if origin.hostname and origin.scheme == "http" and origin.hostname != "localhost":
        yield odd(
            "origin",
            "passwords travel unencrypted, and passkeys do not work, over http",
            "put a proxy with a certificate before it (docs/hosting/proxy.md), and https:// into "
            "FILOSCOPE_ORIGIN",
        )
    if origin.scheme == "https" and not read("FILOSCOPE_BEHIND_PROXY"):
        yield bad(
            "proxy",
            "FILOSCOPE_ORIGIN is https, but the proxy that speaks it is not trusted: forms would fail",
            "set FILOSCOPE_BEHIND_PROXY=yes",
        )
    if read("FILOSCOPE_BEHIND_PROXY") and bind.host in WILDCARDS:
        yield odd(
            "proxy",
            "who reaches the port directly can pretend to be the proxy",
            "set FILOSCOPE_BIND=127.0.0.1:8000, or close the port to all but the proxy",
        )


def _mail() -> Iterator[Finding]:
    url = str(read("FILOSCOPE_MAIL_URL"))
    if not url:
        yield odd(
            "mail",
            "none is sent: password resets are written into the folder mail",
            "set FILOSCOPE_MAIL_URL, as smtp://user:password@mail.example.org:587",
        )
        return
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        yield bad(
            "mail",
            "FILOSCOPE_MAIL_URL is no address of a mail server",
            "write it as smtp://user:password@mail.example.org:587",
        )
    elif str(read("FILOSCOPE_MAIL_FROM")).endswith("@localhost"):
        yield odd("mail", "a sender at localhost is taken for spam", "set FILOSCOPE_MAIL_FROM")
