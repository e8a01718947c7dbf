"""Where something was written: the file, the line of every key in it, and refusals that name both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from sim.inputs.errors import LONGEST_LINE, InputError, cut, plain, shown

MISSING = "is missing"
MOST_DETAILS = 40
"""Mistakes that are told one by one."""

Part = str | int
"""A key of a mapping, or a place in a list."""


@dataclass(frozen=True)
class Mistake:
    """Something that cannot be used: ``where`` it stands, as keys and places, and what is wrong with it.

    ``value`` is a word by whose first place in the file the line is told; without it that of the deepest key. ``place``
    is the way to the part of the file that ``where`` starts from.
    """

    where: tuple[Part, ...]
    said: str
    value: str | None = None
    place: tuple[Part, ...] = ()

    def below(self, *place: Part) -> "Mistake":
        """The mistake as seen from further up."""
        return replace(self, place=(*place, *self.place))


@dataclass(frozen=True)
class Source:
    """Where something was written: a file's ``name``, the tree of its keys where it was read from disk (its ``root``),
    and the ``place`` in it, as keys and places of lists from the top."""

    name: str
    root: yaml.Node | None = None
    place: tuple[Part, ...] = ()

    def within(self, *parts: Part) -> "Source":
        """The source of what stands below."""
        return replace(self, place=(*self.place, *parts))

    def refusal(self, where: Iterable[Part], said: str, value: str | None = None) -> InputError:
        """The one line that refuses what stands at ``where``: file, line where it is known, keys, what is wrong.

        The line is that of the deepest key on the way that the file has, or of the first ``value`` if one is given.
        """
        return self.refusals([Mistake(tuple(where), said, value)])

    def refusals(self, mistakes: Sequence[Mistake]) -> InputError:
        """The one line that refuses all that is wrong: the first of the file in full, of the others line and key; with
        a line for each where that leaves out what is wrong with them."""
        marked = [(self._mark_of(mistake), mistake) for mistake in mistakes]
        # A key that is missing has no line, and is often there but misspelt: what is written comes first.
        marked.sort(key=lambda one: (one[0] is None, one[0] or (0, 0)))
        placed = [(mark[0] if mark is not None else None, mistake) for mark, mistake in marked]
        (line, first), others = placed[0], placed[1:]
        start = cut(self.name, 200) if line is None else f"{cut(self.name, 200)}, line {line}"
        keys = self._keys(first)
        text = ": ".join([start, *keys, cut(first.said, max(LONGEST_LINE - sum(map(len, keys)), 100))])
        if not others:
            return InputError(text)
        told, left = [], LONGEST_LINE - len(text) + len(start)
        for at, mistake in others:
            short = " ".join([f"line {at}" if at is not None else "", *self._keys(mistake)[-1:]]).strip()
            short += f": {MISSING}" if mistake.said.startswith(MISSING) else ""
            left -= len(short) + 2
            if left < 0:
                told.append("...")
                break
            told.append(short)
        line_says_all = left >= 0 and all(mistake.said == MISSING for _, mistake in others)
        details = [] if line_says_all else [self._detail(mark, mistake) for mark, mistake in marked[:MOST_DETAILS]]
        return InputError(f"{text}; and {len(others)} more: {', '.join(told)}", details)

    def _detail(self, mark: tuple[int, int] | None, mistake: Mistake) -> str:
        start = f"line {mark[0]}, column {mark[1]}" if mark is not None else ""
        return ": ".join([*([start] if start else []), *self._keys(mistake), cut(mistake.said, LONGEST_LINE)])

    def _keys(self, mistake: Mistake) -> list[str]:
        ways = ((*self.place, *mistake.place), mistake.where)
        return [".".join(plain(part) for part in way) for way in ways if way]

    def _mark_of(self, mistake: Mistake) -> tuple[int, int] | None:
        """Line and column, counted from 1."""
        if mistake.value is not None:
            return self._mark_of_value(mistake.value)
        return self._mark((*mistake.place, *mistake.where))

    def _mark(self, parts: tuple[Part, ...]) -> tuple[int, int] | None:
        """Where the deepest key of the way stands that is found; names of kinds on the way are no keys of the file."""
        node, mark = self.root, None
        for part in (*self.place, *parts):
            found = _below(node, part)
            if found is not None:
                node, mark = found
        return mark

    def _mark_of_value(self, value: str) -> tuple[int, int] | None:
        waiting = [self.root] if self.root is not None else []
        while waiting:
            node = waiting.pop()
            if isinstance(node, yaml.ScalarNode) and node.value == value:
                return _from_one(node)
            if isinstance(node, yaml.SequenceNode):
                waiting.extend(reversed(node.value))
            elif isinstance(node, yaml.MappingNode):
                waiting.extend(part for pair in reversed(node.value) for part in reversed(pair))
        return None


def _from_one(node: yaml.Node) -> tuple[int, int]:
    return int(node.start_mark.line) + 1, int(node.start_mark.column) + 1


def _below(node: yaml.Node | None, part: Part) -> tuple[yaml.Node, tuple[int, int]] | None:
    """What stands under a key or at a place of a list, with the line and column of the key or of the entry."""
    if isinstance(node, yaml.SequenceNode):
        place = part if isinstance(part, int) else len(node.value)
        return (node.value[place], _from_one(node.value[place])) if place < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == str(part):
                return value, _from_one(key)
    return None


def as_source(source: str | Source) -> Source:
    """A source from its name alone, for what was not read from a file."""
    return source if isinstance(source, Source) else Source(source)


def as_mapping(written: Any, source: str | Source, what: str) -> dict[str, Any]:
    """The content of a file that maps keys to values. Raises InputError for an empty file and for anything else.

    ``what`` says what such a file holds, as 'a formula'.
    """
    if isinstance(written, Mapping):
        return dict(written)
    told = "is empty" if written is None else f"{shown(written)} is not allowed"
    raise as_source(source).refusal((), f"{told}: {what} is a mapping of keys to values, as title: A bill")
