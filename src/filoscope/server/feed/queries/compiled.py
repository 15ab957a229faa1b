"""A queryset turned into SQL once, and run with other parameters ever after.

`videos.queries.visible` and `social.queries.without_blocked` alone say who sees what. Building their
SQL takes Django longer than PostgreSQL takes to answer it, and a page of the feed has no such time:
so it is built once for each kind of viewer, with marks in the place of what differs, and planned once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import QuerySet

from filoscope.server.accounts.models import Account
from filoscope.server.kit import prepared

VIEWER_MARK = -7_340_033  # no row has a negative key
ARGUMENT_MARK = "\ue000argument\ue000"  # private use: in no SQL of Django's


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL with places for the viewer and for arguments in their order."""

    sql: str
    parameters: tuple[Any, ...]

    def rows(self, viewer: Account | None, *arguments: Any) -> list[tuple[Any, ...]]:
        """Run it for this viewer."""
        waiting = iter(arguments)
        viewer_id = viewer.pk if viewer is not None else None
        filled = [
            viewer_id
            if parameter == VIEWER_MARK
            else next(waiting)
            if parameter == ARGUMENT_MARK
            else parameter
            for parameter in self.parameters
        ]
        return prepared.rows(self.sql, filled)


Build = Callable[[Account | None], QuerySet[Any, Any]]


@cache
def _compiled(build: Build, role: str | None) -> Compiled:
    """Compile for one kind of viewer: signed out (None), or signed in with this role."""
    viewer = None if role is None else Account(pk=VIEWER_MARK, role=role)
    sql, parameters = build(viewer).query.sql_with_params()
    return Compiled(sql, tuple(_plain(parameter) for parameter in parameters))


def _plain(parameter: Any) -> Any:
    """Return a number or a text as itself, not as Django's own kind of it: psycopg sends it sooner."""
    if isinstance(parameter, bool):
        return parameter
    for kind in (int, str):
        if isinstance(parameter, kind):
            return kind(parameter)
    return parameter


def run(
    build: Build, viewer: Account | None, arguments: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """Return the rows of the queryset that `build` makes, for this viewer and these arguments."""
    return _compiled(build, _kind_of(viewer)).rows(viewer, *arguments)


def run_both(
    first: Build, second: Build, viewer: Account | None, arguments: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """Return the rows of two querysets of the same columns in one query, not in any order."""
    kind = _kind_of(viewer)
    one, other = _compiled(first, kind), _compiled(second, kind)
    both = Compiled(f"({one.sql}) UNION ALL ({other.sql})", one.parameters + other.parameters)
    return both.rows(viewer, *arguments)


def _kind_of(viewer: Account | None) -> str | None:
    return None if viewer is None else viewer.role
