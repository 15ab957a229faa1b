"""The command ``filoscope``: one name, many subcommands, each imported only when it is called.

A subcommand is a module with ``configure(parser)`` and ``run(options) -> int``. Help for the whole
command imports none of them, so that ``filoscope --help`` answers in under 150 ms.

    filoscope serve --bind 127.0.0.1:8000
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

COMMANDS: dict[str, tuple[str, str]] = {
    # name: (module, what it does)
    "serve": ("filoscope.server.operations.serve", "run the network: web server and worker"),
    "worker": (
        "filoscope.server.operations.worker",
        "run a worker alone, here or on another machine",
    ),
    "demo": ("filoscope.server.operations.demo", "fill a demo community and serve it"),
    "user": ("filoscope.server.operations.user", "create or promote an account"),
    "add": ("filoscope.server.operations.add", "upload files as somebody"),
    "doctor": ("filoscope.server.operations.doctor", "say what is wrong here and how to mend it"),
    "backup": ("filoscope.server.operations.backup", "write database and media to one file"),
    "restore": ("filoscope.server.operations.restore", "bring a backup back"),
    "relearn": (
        "filoscope.server.operations.relearn",
        "let the feed learn anew from the whole log",
    ),
    "recommend": ("filoscope.recommend.command", "measure the feed on a log of events"),
    "enhance": ("filoscope.enhance.command", "make a clip better; measure any pair"),
    "studio": ("filoscope.studio.command", "cut takes to a song; each step by itself, too"),
    "manage": ("filoscope.server.operations.manage", "Django's own management commands"),
}
EXIT_FAILED = 1
EXIT_INTERRUPTED = 130  # what a shell expects of a command that Ctrl-C ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    name = next((word for word in arguments if not word.startswith("-")), None)
    parser = _parser(name)
    options = parser.parse_args(arguments)
    if not hasattr(options, "run"):
        parser.print_help()
        return 0
    from filoscope.server.operations.installation import ERRORS

    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except ERRORS as error:
        # Their words are for the person at the keyboard, who needs no traceback.
        print(f"filoscope {name}: {error}", file=sys.stderr)
        return EXIT_FAILED


def _parser(chosen: str | None) -> argparse.ArgumentParser:
    """Describe every subcommand by a line, and only the chosen one by its options."""
    from filoscope import __version__

    parser = argparse.ArgumentParser(prog="filoscope", description=__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=f"filoscope {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, (module, summary) in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary, description=summary)
        if name == chosen:
            command = import_module(module)
            command.configure(subparser)
            subparser.set_defaults(run=command.run)
    return parser
