"""A queryset turned into SQL once, and run with other parameters ever after.

`videos.queries.visible` and `social.queries.without_blocked` alone say who sees what. Building their
SQL takes Django longer than PostgreSQL takes to answer it, and a page of the feed has no such time:
so it is built once for each kind of viewer, with names in the place of what differs, and planned once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import QuerySet

from filoscope.server.accounts.models import Account
from filoscope.server.kit import prepared

VIEWER_MARK = -7_340_033  # no row has a negative key
ARGUMENT_MARK = "\ue000argument\ue000"  # private use: in no SQL of Django's
_PLACE = re.compile("%%|%s")

Build = Callable[[Account | None], QuerySet[Any, Any]]


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL with a named place for the viewer, for each argument in order, and for what never differs."""

    sql: str
    constants: dict[str, Any]

    def rows(self, viewer: Account | None, arguments: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run it for this viewer."""
        named = {f"argument{number}": value for number, value in enumerate(arguments)}
        if viewer is not None:
            named["viewer"] = viewer.pk
        return prepared.rows(self.sql, self.constants | named)


def run(
    build: Build, viewer: Account | None, arguments: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """Return the rows of the queryset that `build` makes, for this viewer and these arguments."""
    return _compiled((build,), _kind_of(viewer)).rows(viewer, arguments)


def run_both(
    first: Build, second: Build, viewer: Account | None, arguments: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """Return the rows of two querysets of the same columns in one query, not in any order."""
    return _compiled((first, second), _kind_of(viewer)).rows(viewer, arguments)


def _kind_of(viewer: Account | None) -> str | None:
    return None if viewer is None else viewer.role


@cache
def _compiled(builds: tuple[Build, ...], role: str | None) -> Compiled:
    """Compile for one kind of viewer: signed out (None), or signed in with this role."""
    viewer = None if role is None else Account(pk=VIEWER_MARK, role=role)
    parts = [build(viewer).query.sql_with_params() for build in builds]
    sql = " UNION ALL ".join(f"({sql})" for sql, _ in parts)
    return _named(sql, [parameter for _, parameters in parts for parameter in parameters])


def _named(sql: str, parameters: Sequence[Any]) -> Compiled:
    """Name the places: what stands in several, as the viewer does, is sent once."""
    constants: dict[str, Any] = {}
    names: dict[tuple[type, Any], str] = {}
    arguments = 0

    def name_of(parameter: Any) -> str:
        nonlocal arguments
        if parameter == VIEWER_MARK:
            return "viewer"
        if parameter == ARGUMENT_MARK:
            arguments += 1
            return f"argument{arguments - 1}"
        value = _plain(parameter)
        name = names.setdefault((type(value), value), f"constant{len(names)}")
        constants[name] = value
        return name

    waiting = iter(parameters)

    def place(found: re.Match[str]) -> str:
        return f"%({name_of(next(waiting))})s" if found[0] == "%s" else found[0]

    return Compiled(_PLACE.sub(place, sql), constants)


def _plain(parameter: Any) -> Any:
    """Return a number or a text as itself, not as Django's own kind of it: psycopg sends it sooner."""
    if isinstance(parameter, bool):
        return parameter
    for kind in (int, str):
        if isinstance(parameter, kind):
            return kind(parameter)
    return parameter
