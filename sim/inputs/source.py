"""Where something was written: the file, the line of every key in it, and refusals that name both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from sim.inputs.errors import LONGEST_LINE, InputError, cut, cut_between_words, plain, shown

MISSING = "is missing"
MOST_DETAILS = 40
"""Mistakes that are told one by one."""
SHORT, LONG = 3, 12
"""Lines that are named of one slip written several times, in the one line and where each mistake has its own."""
LONGEST_DETAIL = 400

Part = str | int
"""A key of a mapping, or a place in a list."""
Mark = tuple[int, int]
"""Line and column, counted from 1."""


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
        a line for each where that leaves out what is wrong with them.

        What is wrong at one place of the file is told once, however often it is read, as where an alias stands for it;
        and so is one slip that was written at several places, with the lines of the others.
        """
        told = self._each_once(mistakes)
        first, others = told[0], told[1:]
        name = cut(self.name, 200)
        head = [name if first.mark is None else f"{name}, line {first.mark[0]}", *first.way]
        room = max(LONGEST_LINE - len(": ".join(head)) - len(first.repeated(SHORT)) - 2, 100)
        text = f"{': '.join([*head, cut_between_words(first.said, room)])}{first.repeated(SHORT)}"
        if not others:
            cut_short = len(first.said) > room or len(first.again) > SHORT
            return InputError(text, [first.in_full()] if cut_short else ())
        more = f"; and {len(others)} more"
        left = LONGEST_LINE - len(text) - len(more)
        shorts: list[str] = []
        for one in others:
            left -= len(one.briefly()) + 2
            if left < len(", ..."):
                shorts.append("...")
                break
            shorts.append(one.briefly())
        listed = f": {', '.join(shorts)}" if shorts != ["..."] else ""
        line_says_all = "..." not in shorts and all(one.said == MISSING for one in others)
        details = [] if line_says_all else [one.in_full() for one in told[:MOST_DETAILS]]
        return InputError(f"{text}{more}{listed}", details)

    def _each_once(self, mistakes: Sequence[Mistake]) -> list["_Told"]:
        found: dict[Any, _Told] = {}
        places: dict[Any, tuple[Part, ...]] = {}
        for mistake in mistakes:
            mark, way = self._followed(mistake)
            # What an alias stands for may be wrong in each place in another way, and is written once.
            if mark is not None and places.setdefault((mark, mistake.where), mistake.place) != mistake.place:
                continue
            found.setdefault((mark or way, mistake.said), _Told(mark, way, mistake))
        # A key that is missing has no line, and is often there but misspelt: what is written comes first.
        in_order = sorted(found.values(), key=lambda one: (one.mark is None, one.mark or (0, 0)))
        told: dict[Any, _Told] = {}
        for one in in_order:
            slip = (one.mistake.where, one.said) if one.mark is not None and one.mistake.place else one.way
            first = told.setdefault((slip, one.said), one)
            if first is not one and one.mark is not None:
                first.again.append(one.mark[0])
        return list(told.values())

    def _followed(self, mistake: Mistake) -> tuple[Mark | None, tuple[str, ...]]:
        """Where a mistake stands, line and column counted from 1, and its way in the file, as it is told.

        The mark is that of the deepest key on the way that is found: names of kinds on it are no keys of the file. Of a
        list of one that was written without brackets the way has no place.
        """
        node, mark, way = self.root, None, list[Part]()
        for part in (*self.place, *mistake.place, *mistake.where):
            if isinstance(part, int) and isinstance(node, yaml.ScalarNode):
                continue
            way.append(part)
            found = _below(node, part)
            if found is not None:
                node, mark = found
        if mistake.value is not None:
            mark = self._mark_of_value(mistake.value)
        return mark, (".".join(plain(part) for part in way),) if way else ()

    def _mark_of_value(self, value: str) -> Mark | None:
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


@dataclass(frozen=True)
class _Told:
    """A mistake as it is told: line and column, the way to it, and the lines on which it was written ``again``."""

    mark: Mark | None
    way: tuple[str, ...]
    mistake: Mistake
    again: list[int] = field(default_factory=list)

    @property
    def said(self) -> str:
        return self.mistake.said

    def repeated(self, most: int) -> str:
        """The other lines, as far as there are any."""
        lines = [str(line) for line in dict.fromkeys(self.again) if self.mark is not None and line != self.mark[0]]
        if not lines:
            return ""
        shown_lines = lines[:most]
        more = f" and {len(lines) - most} more" if len(lines) > most else ""
        if not more and len(lines) > 1:
            shown_lines, more = lines[:-1], f" and {lines[-1]}"
        return f"; the same on line{'s' if len(lines) > 1 else ''} {', '.join(shown_lines)}{more}"

    def briefly(self) -> str:
        """Line and last keys, of one among others."""
        key = ".".join(plain(part) for part in self.mistake.where) or (self.way[0] if self.way else "")
        short = " ".join([f"line {self.mark[0]}" if self.mark is not None else "", key]).strip()
        return f"{short}: {MISSING}" if self.said.startswith(MISSING) else short

    def in_full(self) -> str:
        """Line, column, way and what is wrong."""
        start = [f"line {self.mark[0]}, column {self.mark[1]}"] if self.mark is not None else []
        return ": ".join([*start, *self.way, f"{cut(self.said, LONGEST_DETAIL)}{self.repeated(LONG)}"])


def _from_one(node: yaml.Node) -> Mark:
    return int(node.start_mark.line) + 1, int(node.start_mark.column) + 1


def _below(node: yaml.Node | None, part: Part) -> tuple[yaml.Node, Mark] | None:
    """What stands under a key or at a place of a list, with the line and column of the key or of the entry."""
    if isinstance(node, yaml.SequenceNode):
        place = part if isinstance(part, int) else len(node.value)
        return (node.value[place], _from_one(node.value[place])) if place < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == str(part):
                return value, _from_one(key)
        for taken in _merged(node):
            found = _below(taken, part)
            if found is not None:
                return found
    return None


def _merged(node: yaml.MappingNode) -> list[yaml.Node]:
    """The mappings that a mapping takes in by ``<<``, the one that counts first."""
    taken = [value for key, value in node.value if isinstance(key, yaml.ScalarNode) and key.value == "<<"]
    return [one for value in taken for one in (value.value if isinstance(value, yaml.SequenceNode) else [value])]


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
