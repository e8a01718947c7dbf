"""Reading what users write: YAML and CSV as plain data, and one clear line when something is wrong."""

from collections.abc import Hashable, Iterable, Mapping
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


def read_yaml(path: Path) -> Any:
    """The content of a YAML file as plain data.

    Raises InputError, naming the file and the line, if the file is missing, is not UTF-8 YAML, repeats a key, or
    carries a tag that would build an object.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(f"{path}: cannot be read: {reason}") from error
    try:
        return yaml.load(text, Loader=_PlainLoader)
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
    error: ValidationError, source: str, allowed: Mapping[str, Iterable[str]] | None = None
) -> InputError:
    """The first problem pydantic found, as one line that starts with ``source``.

    ``allowed`` may map the name of a mapping (the last named part of the location, or '' for the top) to the keys
    that it may hold, so that a misspelt key is answered with the nearest right one.
    """
    problem = error.errors(include_url=False)[0]
    parts = [str(part) for part in problem["loc"]]
    where = ".".join(parts) or "the file"
    if problem["type"] == "extra_forbidden":
        parent = next((part for part in reversed(parts[:-1]) if not part.isdigit()), "")
        hint = nearest(parts[-1], allowed[parent]) if allowed and parent in allowed else "remove it"
        return InputError(f"{source}: {where}: unknown key; {hint}")
    if problem["type"] == "missing":
        return InputError(f"{source}: {where}: is missing")
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return InputError(f"{source}: {where}: {problem['input']!r} is not allowed: {message}")
