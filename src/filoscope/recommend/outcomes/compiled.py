"""Compile a loop by Numba, kept on disk where that is possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(loop: Callable[..., Any]) -> Any:
    """Return the loop, compiled at its first call.

    What was compiled is kept beside the file, or in the user's cache. Where neither can be written
    (a sealed installation without a home), each process compiles for itself.
    """
    try:
        return njit(cache=True)(loop)
    except RuntimeError:  # Numba's word for having nowhere to keep it
        return njit(loop)
