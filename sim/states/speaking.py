"""Whose words texts are filled with: those of the state that is spoken of, for as long as it is.

A study speaks of the state of its tables from its beginning to its end (`sim.job`), a result of the state that it is of
whenever it is asked something (`sim.api`), a page of the tables that it shows (`sim.serve`). Where nobody has said of
which state, it is the default one. Nothing that is read changes the words of what is told elsewhere in the process.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sim.states.folder import DEFAULT, read_state
from sim.states.words import StateWords

_spoken: ContextVar[StateWords | None] = ContextVar("words of the state", default=None)

Given = ParamSpec("Given")
Found = TypeVar("Found")


class OfAState(Protocol):
    """Something that is of one state."""

    @property
    def words(self) -> StateWords:
        """The words of its state."""
        ...


Of = TypeVar("Of", bound=OfAState)


@contextmanager
def speaking(of: StateWords) -> Iterator[None]:
    """Within it, in this thread or task, texts are filled with the words of this state."""
    before = _spoken.set(of)
    try:
        yield
    finally:
        _spoken.reset(before)


def in_its_words(
    method: Callable[Concatenate[Of, Given], Found],
) -> Callable[Concatenate[Of, Given], Found]:
    """The method of something that is of one state, whose texts are filled with that state's words."""

    @wraps(method)
    def told(self: Of, *args: Given.args, **settings: Given.kwargs) -> Found:
        with speaking(self.words):
            return method(self, *args, **settings)

    return told


def state_words() -> StateWords:
    """The words that texts are filled with."""
    return _spoken.get() or default_words()


@cache
def default_words() -> StateWords:
    """The words of the default state."""
    return read_state(DEFAULT)
