"""Who is told what a report writes, step by step."""

from collections.abc import Callable

Tell = Callable[[str, int, int], None]
"""Called with what is written now, its number, and how many there are."""


def silent(name: str, number: int, of: int) -> None:
    """Nobody is told."""
