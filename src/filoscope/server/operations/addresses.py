"""Where the web server listens, under which names it answers, and what to type into a browser.

Bind.parse("0.0.0.0:8000").url     # http://127.0.0.1:8000
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import http.client
import ipaddress
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from filoscope.server.kit.environment import read
from filoscope.server.operations.installation import OperationError

WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # every address of the machine
ANSWER_S_MAX = 5.0
PORT_FREE_S_MAX = 3.0  # a server that was killed lets go of its port within that
READY_PATH = "/accounts/login/"  # a page that asks the database for nothing but is Django's


@dataclass(frozen=True, slots=True)
class Bind:
    """A host and a port to listen on."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Bind:
        """Read HOST:PORT, :PORT, PORT or [IPv6]:PORT."""
        host, _, port = text.rpartition(":")
        host = host.strip("[]") or "127.0.0.1"
        if not port.isdigit() or not 0 < int(port) < 65536:
            raise argparse.ArgumentTypeError(f"{text!r} is no HOST:PORT, as 127.0.0.1:8000")
        return cls(host, int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def local(self) -> Bind:
        """Where this machine itself reaches it."""
        return Bind(WILDCARDS.get(self.host, self.host), self.port)

    @property
    def url(self) -> str:
        return f"http://{self.local}"

    def answers(self) -> bool:
        """Whether HTTP is spoken there."""
        local = self.local
        connection = http.client.HTTPConnection(local.host, local.port, timeout=ANSWER_S_MAX)
        with contextlib.closing(connection):
            try:
                connection.request("HEAD", READY_PATH)
                connection.getresponse()
            except (OSError, http.client.HTTPException):
                return False
        return True


def refuse_taken_port(bind: Bind) -> None:
    """Raise when the port cannot be had, with what to do about it."""
    until = time.monotonic() + PORT_FREE_S_MAX
    while True:
        try:
            _try_to_listen(bind)
            return
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < until:
                time.sleep(0.1)
                continue
            raise OperationError(_why_not(bind, error)) from error


def _try_to_listen(bind: Bind) -> None:
    family = socket.AF_INET6 if ":" in bind.host else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind((bind.host, bind.port))
        tried.listen()


def _why_not(bind: Bind, error: OSError) -> str:
    another = f"--bind {Bind(bind.host, 8080 if bind.port != 8080 else 8081)}"
    if error.errno == errno.EADDRINUSE:
        return f"port {bind.port} is in use by another program: stop that one, or take another, as {another}"
    if error.errno == errno.EACCES:
        return f"port {bind.port} is for root only: take one from 1024 up, as {another}, behind a proxy"
    return f"cannot listen on {bind}: {error.strerror}"


def hosts_answered(bind: Bind) -> list[str]:
    """The host names that are answered: the setting, and this machine's own where it listens on them."""
    names = list(read("FILOSCOPE_HOSTS"))
    own = _own_addresses() if bind.host in WILDCARDS else [bind.host]
    for name in own:
        written = f"[{name}]" if ":" in name else name
        if written not in names:
            names.append(written)
    return names


def _own_addresses() -> list[str]:
    """The addresses by which a phone in the same network reaches this machine, and its name."""
    found = {socket.gethostname()}
    with contextlib.suppress(OSError):
        for entry in socket.getaddrinfo(socket.gethostname(), None):
            found.add(str(entry[4][0]).partition("%")[0])
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(("192.0.2.1", 9))  # a documentation address: nothing is sent for a datagram
        found.add(asked.getsockname()[0])
    return sorted(name for name in found if not _is_loopback(name))


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def describe(bind: Bind, hosts: list[str], folder: Path) -> str:
    """What to type into a browser."""
    origin = str(read("FILOSCOPE_ORIGIN"))
    lines = ["", f"  {read('FILOSCOPE_NAME')} is at  {origin or bind.url}"]
    if bind.host in WILDCARDS:
        lines += [f"  on your network  http://{name}:{bind.port}" for name in _own_addresses()]
        lines += [f"  names answered   {', '.join(hosts)}  (FILOSCOPE_HOSTS adds more)"]
    elif not origin:
        lines += [f"  for phones on your network: --bind 0.0.0.0:{bind.port}"]
    lines += [f"  data folder      {folder}", "  Ctrl-C stops it", ""]
    return "\n".join(lines)
