"""Frozen values to plain JSON and back, by what their fields say they are.

Strict: a field that is not known is refused, so that a word misspelt is not a wish passed over; a
number is no text, a yes is no number, and every complaint names the way to its field.
"""

from __future__ import annotations

import types
from dataclasses import MISSING, fields, is_dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from filoscope.enhance.errors import BadRecipe
from filoscope.enhance.recipe import Recipe
from filoscope.studio.timeline.checking import Misfit, check

T = TypeVar("T")

_LIST_MAX = 1_000_000
"""Entries of any list: the beats of a day."""


def plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, Recipe):
        return value.to_json()
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value


def built(kind: type[T], stored: Any) -> T:
    """Rebuild a dataclass from `plain`.

    Raises
    ------
    Misfit
    """
    check(isinstance(stored, dict), "", stored, "an object in braces")
    hints = _hints(kind)
    for name in stored:
        check(name in hints, name, stored[name], f"no such field, only {', '.join(hints)}")
    needed = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]  # type: ignore[arg-type]
    for name in needed:
        if name not in stored:
            raise Misfit(name, None, "it: it is missing")
    return kind(**{name: _read(hints[name], value, name) for name, value in stored.items()})


def _hints(kind: Any) -> dict[str, Any]:
    return _hints_of(kind)


@cache
def _hints_of(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, stored: Any, where: str) -> Any:
    """Return what a field of a kind holds; complaints name it."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _read_choice(get_args(kind), stored, where)
    if origin is Literal:
        check(stored in get_args(kind), where, stored, f"one of {', '.join(get_args(kind))}")
        return stored
    if origin is tuple:
        return _read_list(get_args(kind)[0], stored, where)
    if kind is Recipe:
        return _read_recipe(stored, where)
    if is_dataclass(kind):
        try:
            return built(kind, stored)  # type: ignore[arg-type]
        except Misfit as error:
            raise error.inside(where) from None
    return _read_plain(kind, stored, where)


def _read_list(kind: Any, stored: Any, where: str) -> tuple[Any, ...]:
    is_list = isinstance(stored, list | tuple) and len(stored) <= _LIST_MAX
    check(is_list, where, stored, "a list in brackets")
    return tuple(_read(kind, one, f"{where}[{index}]") for index, one in enumerate(stored))


def _read_choice(kinds: tuple[Any, ...], stored: Any, where: str) -> Any:
    """Return a value of one of several kinds: which, its form in JSON tells."""
    if stored is None and type(None) in kinds:
        return None
    rest = [kind for kind in kinds if kind is not type(None)]
    if isinstance(stored, dict):
        objects = [kind for kind in rest if is_dataclass(kind)]
        fit = [kind for kind in objects if set(stored) <= set(_hints(kind))]
        rest = fit or objects or rest
    elif isinstance(stored, list | tuple):
        rest = [kind for kind in rest if get_origin(kind) is tuple] or rest
    else:
        simple = [kind for kind in rest if not is_dataclass(kind) and get_origin(kind) is not tuple]
        rest = simple or rest
    return _read(rest[0], stored, where)


def _read_plain(kind: Any, stored: Any, where: str) -> Any:
    if kind is Fraction:
        try:
            return Fraction(stored)
        except (TypeError, ValueError, ZeroDivisionError, OverflowError):
            raise Misfit(where, stored, 'a rate such as 30 or "30000/1001"') from None
    is_flag = isinstance(stored, bool)
    if kind is float:
        check(isinstance(stored, int | float) and not is_flag, where, stored, "a number")
        return float(stored)
    if kind is int:
        check(isinstance(stored, int) and not is_flag, where, stored, "a whole number")
    elif kind is bool:
        check(is_flag, where, stored, "true or false")
    else:
        check(isinstance(stored, str), where, stored, "text in quotes")
    return stored


def _read_recipe(stored: Any, where: str) -> Recipe:
    try:
        return Recipe.from_json(stored)
    except BadRecipe as error:
        raise Misfit(where, stored, f"a recipe: {error.args[0].rstrip('.')}") from error
