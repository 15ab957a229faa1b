"""Hand things from one thread to the next, a few at a time: the faster one waits."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")

_WAIT_S = 0.25
"""How soon a wish to stop is noticed while nothing comes."""


class Stopped(Exception):
    """The one who takes from the belt has gone."""


class Belt(Generic[T]):
    """A bounded queue between one thread that puts and one that takes.

    Parameters
    ----------
    count_max : int
        Things on the belt at most.
    """

    def __init__(self, count_max: int) -> None:
        self._count_max = count_max
        self._things: deque[T] = deque()
        self._turn = Condition()
        self._is_closed = self._is_stopped = False

    def put(self, thing: T) -> None:
        """Lay something on, as soon as there is room.

        Raises
        ------
        Stopped
        """
        with self._turn:
            self._turn.wait_for(lambda: self._is_stopped or len(self._things) < self._count_max)
            if self._is_stopped:
                raise Stopped
            self._things.append(thing)
            self._turn.notify_all()

    def close(self) -> None:
        """Say that nothing more will come."""
        with self._turn:
            self._is_closed = True
            self._turn.notify_all()

    def stop(self) -> None:
        """Say that nothing more will be taken; whoever puts is told by `Stopped`."""
        with self._turn:
            self._is_stopped = True
            self._things.clear()
            self._turn.notify_all()

    def take_all(self, *, while_waiting: Callable[[], None] = lambda: None) -> Iterator[T]:
        """Yield everything until the belt is closed and empty.

        Parameters
        ----------
        while_waiting : callable, optional
            Called before each thing, and several times a second while there is none.
        """
        while True:
            while_waiting()
            with self._turn:
                self._turn.wait_for(lambda: self._things or self._is_closed, timeout=_WAIT_S)
                if self._things:
                    thing = self._things.popleft()
                    self._turn.notify_all()
                elif self._is_closed:
                    return
                else:
                    continue
            yield thing
