"""What a user changed of a shipped formula or scenario, in words that go wherever its name goes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.inputs import shown

CHANGED = ", changed: "
"""Stands between a name or title and what was changed of it."""

MOST = 3
"""Changes that are told one by one."""

_WORDS = (
    "title", "short", "source", "description", "author", "status", "confidence", "translation", "not_translated",
)  # fmt: skip
"""Keys of a formula or scenario that change no number."""

_LEAST_GROUPED = 10_000
"""From here on whole numbers are written in groups of three digits; below lie years, counts and weights."""


def changes(original: Mapping[str, Any], written: Mapping[str, Any]) -> str:
    """What differs in ``written``, as 'appropriation.dollars=1,000,000, without rules'; nothing if no number does."""
    return _few([text for path, text in _differences(original, written, ()) if path[0] not in _WORDS])


def typed_changes(group: str, written: Mapping[str, Any], typed: Sequence[str]) -> str:
    """What the words of a command line change below a group, as ``changes`` says it."""
    found = []
    for word in typed:
        removed, key = word.startswith("~"), word.partition("=")[0].lstrip("+~")
        path = key.removeprefix(f"{group}.").split(".")
        if key.startswith(f"{group}.") and path[0] not in _WORDS:
            name = ".".join(path)
            found.append(f"without {name}" if removed else f"{name}={number_words(_value_at(written, path))}")
    return _few(found)


def _value_at(written: Any, path: Sequence[str]) -> Any:
    for key in path:
        if isinstance(written, list) and key.isdigit() and int(key) < len(written):
            written = written[int(key)]
        elif isinstance(written, Mapping):
            written = {str(name): value for name, value in written.items()}.get(key)
        else:
            return None
    return written


def _few(found: Sequence[str]) -> str:
    more = len(found) - MOST
    return ", ".join(found[:MOST]) + (f" and {more} more" if more > 0 else "")


def marked(name: str, change: str) -> str:
    """A name or title with what was changed of what it names."""
    return f"{name}{CHANGED}{change}" if change else name


def told(formulas: Mapping[str, str], parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """What a study changes of what is shipped: ``formulas`` by name, and ``parameters`` that it holds at a value."""
    held = changes({}, parameters)
    said = [marked(name, change) for name, change in formulas.items()]
    return (*said, f"parameters set: {held}") if held else tuple(said)


def number_words(value: Any) -> str:
    """A value as a reader writes it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return shown(value, quotes=False)
    if abs(value) < _LEAST_GROUPED:
        return f"{value:.10g}" if isinstance(value, float) else str(value)
    return f"{value:,.10g}" if isinstance(value, float) else f"{value:,}"


def _differences(one: Any, other: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The paths at which two values differ, each with what stands there now."""
    name = ".".join(path)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys([*one, *other]):
            below = (*path, str(key))
            if key not in other:
                yield below, f"without {'.'.join(below)}"
            elif key not in one:
                yield from _differences({} if isinstance(other[key], Mapping) else None, other[key], below)
            else:
                yield from _differences(one[key], other[key], below)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (before, after) in enumerate(zip(one, other, strict=True)):
            yield from _differences(before, after, (*path, str(place)))
    elif one != other or isinstance(one, bool) != isinstance(other, bool):
        yield path, f"{name}={number_words(other)}"
