"""Reading what users write: YAML and CSV as plain data, and one clear line when something is wrong."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError


class InputError(Exception):
    """Something a user wrote cannot be used. Its text is one line: file, key or cell, value, what is allowed."""


class _PlainLoader(yaml.SafeLoader):
    """YAML as data only: standard tags, and no key twice in one mapping."""


def _mapping_without_repeats(loader: _PlainLoader, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
    seen: set[Hashable] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            raise yaml.constructor.ConstructorError(None, None, "a key must be a word or a number", key_node.start_mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"key '{key}' is written twice", key_node.start_mark)
        seen.add(key)
    loader.flatten_mapping(node)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=deep)


_PlainLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_repeats)


Part = str | int
"""A key of a mapping, or a place in a list."""


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

    def refusal(self, where: Iterable[Part], said: str, value: object = None) -> InputError:
        """The one line that refuses what stands at ``where``: file, line where it is known, keys, what is wrong.

        The line is that of the deepest key on the way that the file has, or of the first ``value`` if one is given.
        """
        parts = tuple(where)
        line = self._line_of_value(value) if value is not None else self._line(parts)
        start = self.name if line is None else f"{self.name}, line {line}"
        keys = [".".join(str(part) for part in place) for place in (self.place, parts) if place]
        return InputError(": ".join([start, *keys, said]))

    def _line(self, parts: tuple[Part, ...]) -> int | None:
        """The line of the deepest key of the way that is found; names of kinds on the way are no keys of the file."""
        node, line = self.root, None
        for part in (*self.place, *parts):
            found = _below(node, part)
            if found is not None:
                node, line = found
        return line

    def _line_of_value(self, value: object) -> int | None:
        waiting = [self.root] if self.root is not None else []
        while waiting:
            node = waiting.pop()
            if isinstance(node, yaml.ScalarNode) and node.value == str(value):
                return int(node.start_mark.line) + 1
            if isinstance(node, yaml.SequenceNode):
                waiting.extend(reversed(node.value))
            elif isinstance(node, yaml.MappingNode):
                waiting.extend(part for pair in reversed(node.value) for part in reversed(pair))
        return None


def _below(node: yaml.Node | None, part: Part) -> tuple[yaml.Node, int] | None:
    """What stands under a key or at a place of a list, with its line."""
    if isinstance(node, yaml.SequenceNode):
        place = int(part) if str(part).isdigit() else len(node.value)
        return (node.value[place], node.value[place].start_mark.line + 1) if place < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == str(part):
                return value, key.start_mark.line + 1
    return None


def as_source(source: str | Source) -> Source:
    """A source from its name alone, for what was not read from a file."""
    return source if isinstance(source, Source) else Source(source)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file as plain data.

    Raises InputError, naming the file and the line, if the file is missing, is not UTF-8 YAML, repeats a key, or
    carries a tag that would build an object.
    """
    return read_with_lines(path)[0]


def read_with_lines(path: Path, name: str | None = None) -> tuple[Any, Source]:
    """The content of a YAML file as plain data, and its source, which knows the line of every key.

    The source is called ``name``, by default the file's own name. Raises InputError as ``read_yaml`` does.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(f"{path}: cannot be read: {reason}") from error
    try:
        loader = _PlainLoader(text)
        root = loader.get_single_node()
        content = None if root is None else loader.construct_document(root)
        return content, Source(name or path.name, root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise InputError(f"{where}: {error.problem or 'not valid YAML'}") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not valid YAML ({' '.join(str(error).split())})") from error


def nearest(word: str, allowed: Iterable[str]) -> str:
    """A hint naming the allowed word nearest to ``word``, or all of them if none is near and they are few."""
    choices = list(allowed)
    close = get_close_matches(word, choices, n=1, cutoff=0.5)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"allowed: {', '.join(choices)}" if len(choices) <= 24 else "see the documentation for what is allowed"


def first_problem(
    error: ValidationError, source: str | Source, allowed: Mapping[str, Iterable[str]] | None = None
) -> InputError:
    """The first problem pydantic found, as one line that starts with the file's name, and its line where it is known.

    ``allowed`` may map the name of a mapping (the last named part of the location, or '' for the top) to the keys
    that it may hold, so that a misspelt key is answered with the nearest right one.
    """
    problem = error.errors(include_url=False)[0]
    where = problem["loc"] or ("the file",)
    if problem["type"] == "extra_forbidden":
        parent = next((part for part in reversed(where[:-1]) if not str(part).isdigit()), "")
        known = allowed.get(str(parent)) if allowed else None
        said = f"unknown key; {nearest(str(where[-1]), known) if known is not None else 'remove it'}"
    elif problem["type"] == "missing":
        said = "is missing"
    else:
        message = problem["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
        said = f"{problem['input']!r} is not allowed: {message}"
    return as_source(source).refusal(where, said)
