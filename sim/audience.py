"""Whom a study tells what it found and how far it is: a terminal, or a program that called it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Audience:
    """``say`` takes what was found, a text at a time. Progress goes to standard error: as a bar where a person watches
    a terminal, as plain lines with ``lines``, and nowhere if ``quiet``."""

    say: Callable[[str], None] = print
    lines: bool = False
    quiet: bool = False

    def console(self) -> "Console":
        """Where progress is shown."""
        from rich.console import Console

        if self.lines:  # a notebook would show each line as a box of its own
            return Console(stderr=True, quiet=self.quiet, force_terminal=False, force_jupyter=False)
        return Console(stderr=True, quiet=self.quiet)


TERMINAL = Audience()
"""The person who typed a command."""
