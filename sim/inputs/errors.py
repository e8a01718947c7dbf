"""The one line that answers what cannot be used, and values as they are shown in it: short, whatever was written."""

import math
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice

LONGEST_VALUE = 56
"""Letters of a value that a message shows."""

LONGEST_KEY = 40
LONGEST_LINE = 300
"""Letters of a message, as long as the name of the file leaves room for what is wrong in it."""

LONGEST_LIST = 160
"""Letters of a list of allowed words."""

LIKE_A_KEY = 0.72
"""How alike two keys are, 0 to 1, of which one is the other misspelt."""

INSIDE = 3
"""Entries of a list or mapping that a message shows."""


class InputError(Exception):
    """Something a user wrote cannot be used. Its text is one line: file, key or cell, value, what is allowed.

    ``details``: where several things are wrong, a line for each with its line and column, in the order of the file.
    """

    def __init__(self, text: str = "", details: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.details = tuple(details)

    def __reduce__(self) -> tuple[type["InputError"], tuple[str, tuple[str, ...]]]:
        return type(self), (str(self), self.details)


class RuleError(ValueError):
    """What a rule of several parts finds wrong with one of them: ``way`` leads to it from what the rule is about."""

    def __init__(self, said: str, way: tuple[str | int, ...]) -> None:
        super().__init__(said)
        self.way = way


def shown(value: object, quotes: bool = True) -> str:
    """A value as a message shows it: on one line, cut short; never spelled out in full. Text may go without quotes."""
    if isinstance(value, str) and not quotes:
        return cut(value)
    return _shown(value, depth=2)


def _shown(value: object, depth: int) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return f"'{cut(value)}'" if len(value) <= LONGEST_VALUE else f"'{cut(value)}' ({len(value):,} characters)"
    if isinstance(value, int):
        # Numbers of thousands of digits cannot be written out at all.
        return str(value) if abs(value) < 10**18 else f"a number of {int(math.log10(abs(value))) + 1:,} digits"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        if depth == 0:
            return "{...}"
        pairs = (f"{plain(key)}: {_shown(part, depth - 1)}" for key, part in islice(value.items(), INSIDE))
        return f"{{{', '.join(pairs)}{_rest(len(value))}}}"
    if isinstance(value, Sequence):
        if depth == 0:
            return "[...]"
        parts = (cut(part) if isinstance(part, str) else _shown(part, depth - 1) for part in islice(value, INSIDE))
        return f"[{', '.join(parts)}{_rest(len(value))}]"
    return cut(str(value))


def _rest(size: int) -> str:
    return f", ... ({size:,} in all)" if size > INSIDE else ""


def cut(text: str, most: int = LONGEST_VALUE) -> str:
    """A text on one line, with signs that cannot be printed replaced, and cut after ``most`` letters."""
    kept = text if len(text) <= most else f"{text[: most - 3]}..."
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in kept)


def cut_between_words(text: str, most: int) -> str:
    """A text on one line, cut after a word where it has more than ``most`` letters."""
    if len(text) <= most:
        return cut(text, most)
    kept = cut(text[: most - 3], most)
    whole = kept if text[most - 3] == " " or " " not in kept[most // 2 :] else kept.rpartition(" ")[0]
    return f"{whole.rstrip(' ,;:')}..."


def plain(key: object) -> str:
    """A key as a message shows it."""
    return cut(str(key), LONGEST_KEY)


def nearest(word: str, allowed: Iterable[str]) -> str:
    """A hint naming the allowed word nearest to ``word``, or all of them if none is near and they are few."""
    choices = list(allowed)
    alike = {choice.lower(): choice for choice in reversed(choices)}
    close = get_close_matches(word[:LONGEST_VALUE].lower(), alike, n=1, cutoff=0.51)
    if close:
        return f"did you mean '{alike[close[0]]}'?"
    return f"allowed: {listed_words(choices)}"


def nearest_key(word: str, allowed: Iterable[str]) -> str:
    """The same for a key: it is guessed only where it is misspelt, as one of like letters may mean another thing."""
    choices = list(allowed)
    close = get_close_matches(word[:LONGEST_VALUE].lower(), [one.lower() for one in choices], n=1, cutoff=LIKE_A_KEY)
    return nearest(word, choices) if close else f"allowed: {listed_words(choices)}"


def listed_words(choices: Sequence[str]) -> str:
    """Allowed words, as many as a message has room for."""
    told = ", ".join(choices)
    return told if len(told) <= LONGEST_LIST else f"{told[:LONGEST_LIST].rpartition(', ')[0]}, ..."
