"""`filoscope manage ...`: Django's own management commands, with the database of this installation.

filoscope manage showmigrations
"""

from __future__ import annotations

import argparse

from filoscope.server.operations.installation import database, fix_home, set_up_django


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "arguments",
        nargs=argparse.REMAINDER,
        help="a management command and its options, as `migrate --plan`",
    )


def run(options: argparse.Namespace) -> int:
    """Hand the words over to Django while the database is up."""
    fix_home()
    with database():
        set_up_django()
        from django.core.management import execute_from_command_line

        execute_from_command_line(["filoscope manage", *options.arguments])
    return 0
