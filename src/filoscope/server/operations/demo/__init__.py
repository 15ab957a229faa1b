"""`filoscope demo`: a community with people, clips and talk, served while it is still filling.

filoscope demo --clips ~/Videos
"""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path

from filoscope.server.kit.environment import read
from filoscope.server.operations.addresses import Bind
from filoscope.server.operations.installation import OperationError, fix_home, home, say
from filoscope.server.operations.serve import serve
from filoscope.server.operations.supervision import Child
from filoscope.server.operations.user import new_password

COUNT = 48
PASSWORD_FILE = (
    "demo-password"  # in the data folder; made once, so that a restart does not change it
)
SEEDING_STOP_S = 5.0  # nothing is lost: what was not sent yet is made again
SIGN_IN_AS = ("alice", "a member"), ("olive", "the owner")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--clips",
        type=Path,
        metavar="FOLDER",
        help="show the videos of this folder, and of those in it, instead of our own",
    )
    parser.add_argument(
        "--count", type=int, default=COUNT, metavar="N", help=f"clips of our own to make ({COUNT})"
    )
    parser.add_argument(
        "--bind", type=Bind.parse, metavar="HOST:PORT", help="where to listen, as with `serve`"
    )


def run(options: argparse.Namespace) -> int:
    """Serve, and fill the community beside it."""
    if options.clips is not None and not options.clips.is_dir():
        raise OperationError(f"{options.clips} is no folder")
    fix_home()
    words = ["--count", str(options.count)]
    if options.clips is not None:
        words += ["--clips", str(options.clips.resolve())]

    def seeding() -> Child:
        _say_who_may_sign_in(password())
        command = [sys.executable, "-m", "filoscope.server.operations.demo.seeding", *words]
        return Child("demo", command, SEEDING_STOP_S)

    bind = options.bind or Bind.parse(read("FILOSCOPE_BIND"))
    return serve(bind, workers=read("FILOSCOPE_WORKERS"), beside=seeding)


def password() -> str:
    """The password of this installation's demo accounts."""
    path = home() / PASSWORD_FILE
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(new_password())
        fresh.replace(path)
    return path.read_text().strip()


def _say_who_may_sign_in(word: str) -> None:
    for handle, role in SIGN_IN_AS:
        say(f"  sign in as  {handle:<6} {word}  ({role})")
    say("")
