"""Which clips bear a feature, newest first: chains through the rows of the catalogue.

A chain costs four bytes for each clip and feature, and is read from its newest end without looking
at any other clip. Chains are in the order of rows and nothing else, so they are never stored: a
restored catalogue links its rows again and gets the same chains.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

END = -1  # of a chain
NOTHING = 0  # the code that stands for "has no such feature": has no chain


class Postings:
    """Chains of rows, one for each code.

    A link is a cell of the features: `row * columns + column`.

    Attributes
    ----------
    heads : (codes,) int32, newest link of each chain
    links : (room, columns) int32, the next older link of each cell
    """

    def __init__(self, room: int, columns: int) -> None:
        self.heads = np.full(room, END, np.int32)
        self.links = np.full((room, columns), END, np.int32)

    def make_room(self, rows: int, codes: int) -> None:
        """Grow until so many rows and codes fit."""
        while len(self.heads) < codes:
            self.heads = np.concatenate([self.heads, np.full_like(self.heads, END)])
        while len(self.links) < rows:
            self.links = np.concatenate([self.links, np.full_like(self.links, END)])

    def link(self, row: int, features: NDArray[np.int32]) -> None:
        """Enter one row, whose codes are `features[row]`."""
        _link(self.heads, self.links, features, row, row + 1)

    def link_all(self, features: NDArray[np.int32], rows: int) -> None:
        """Enter the first `rows` rows into empty chains."""
        _link(self.heads, self.links, features, 0, rows)

    def unlink(self, row: int, features: NDArray[np.int32]) -> None:
        """Take one row out, whose codes are still `features[row]`; walks its chains."""
        _unlink(self.heads, self.links, features, row)


@njit(cache=True)
def _link(
    heads: NDArray[np.int32],
    links: NDArray[np.int32],
    features: NDArray[np.int32],
    first: int,
    end: int,
) -> None:
    columns = links.shape[1]
    for row in range(first, end):
        for column in range(columns):
            code = features[row, column]
            if code == NOTHING:
                continue
            newer, older = END, heads[code]
            while older // columns > row:  # only where a clip of old is changed
                newer, older = older, links[older // columns, older % columns]
            links[row, column] = older
            if newer == END:
                heads[code] = row * columns + column
            else:
                links[newer // columns, newer % columns] = row * columns + column


@njit(cache=True)
def _unlink(
    heads: NDArray[np.int32],
    links: NDArray[np.int32],
    features: NDArray[np.int32],
    row: int,
) -> None:
    columns = links.shape[1]
    for column in range(columns):
        code = features[row, column]
        if code == NOTHING:
            continue
        cell, newer, here = row * columns + column, END, heads[code]
        while here != cell:
            newer, here = here, links[here // columns, here % columns]
        if newer == END:
            heads[code] = links[row, column]
        else:
            links[newer // columns, newer % columns] = links[row, column]
        links[row, column] = END
