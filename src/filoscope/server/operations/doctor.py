"""`filoscope doctor`: say what is wrong with this installation, and how to mend it.

filoscope doctor --repair
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict

from filoscope.server.kit.environment import SettingError
from filoscope.server.kit.postgres_programs import DatabaseError
from filoscope.server.operations.checks import Finding, Grade, bad
from filoscope.server.operations.installation import (
    OperationError,
    database,
    fix_home,
    say,
    set_up_django,
)

Check = Callable[[], Iterator[Finding]]
_MARKS = {Grade.GOOD: "ok     ", Grade.ODD: "look   ", Grade.BAD: "WRONG  "}
_COLOURS = {Grade.GOOD: "32", Grade.ODD: "33", Grade.BAD: "31"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--repair",
        action="store_true",
        help="mend what can be: permissions, files without rows, clips without jobs, dead letters",
    )
    parser.add_argument("--json", action="store_true", help="for programs: a list of findings")


def run(options: argparse.Namespace) -> int:
    """Examine everything; 1 when something is wrong that was not mended."""
    findings: list[Finding] = []
    for finding in examine(is_repairing=options.repair):
        findings.append(finding)
        if not options.json:
            say(_line(finding))
    if options.json:
        say(json.dumps([asdict(finding) for finding in findings], indent=2))
    return int(any(finding.grade == Grade.BAD for finding in findings))


def examine(*, is_repairing: bool) -> Iterator[Finding]:
    """Look at the settings and the machine, then, if it is there, at the database and what is in it."""
    from filoscope.server.operations.checks import machine, settings

    try:
        yield from settings.check()
        fix_home()
        yield from machine.check(is_repairing=is_repairing)
        with database():
            set_up_django()
            from filoscope.server.operations.checks import rows

            yield from rows.check(is_repairing=is_repairing)
    except SettingError as error:
        yield bad("settings", str(error), "correct it where the server's environment is set")
    except DatabaseError as error:
        yield bad("database", str(error), "do what its words say; its log is in database/logs")
    except OperationError as error:
        yield bad("database", str(error), "check DATABASE_URL, and whether that server runs")


def _line(finding: Finding) -> str:
    mark = _MARKS[finding.grade]
    if sys.stdout.isatty():
        mark = f"\033[{_COLOURS[finding.grade]}m{mark}\033[0m"
    line = f"{mark}{finding.about:<14} {finding.says}"
    if finding.mend:
        line += f"\n{'':<22}to mend: {finding.mend}"
    return line
