"""Reading a bill of the user's own: what is wrong is answered with the file, the line, the key and the reason."""

import re
from collections.abc import Sequence
from pathlib import Path

import yaml

from sim.config_folder import config_folder
from sim.funding.formula import Formula
from sim.inputs import InputError
from sim.study.inputs import find_formula

_KEYS = re.compile(r"^[\w.]+$")
_QUOTED = re.compile(r"'([^']*)'")


def read_bill(name: str | None, clusters: Sequence[str]) -> Formula:
    """The formula in a user's file (a path that ends in .yaml), or a shipped one by its name.

    Raises InputError, one line: file, line where it can be told, key, reason.
    """
    if not name:
        raise InputError("settings: formula_file: is missing; write formula_file=my_bill.yaml")
    try:
        return find_formula(name, config_folder(), clusters)
    except InputError as error:
        path = Path(name)
        raise InputError(with_line(str(error), path)) from error


def with_line(message: str, path: Path) -> str:
    """A message that starts with a file's name and the place of a key, with the line of that key put in.

    The message is left as it is if it names a line already, or where the place cannot be found in the file.
    """
    start = f"{path.name}: "
    if not message.startswith(start) or not path.is_file():
        return message
    said = message[len(start) :]
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    line = _line_of_keys(root, said)
    if line is None:
        line = _line_of_word(root, said)
    return message if line is None else f"{path.name}, line {line}: {said}"


def _line_of_keys(root: yaml.Node | None, said: str) -> int | None:
    """The line of the deepest key that the message leads to, such as 'lines.0: components.1.base.per_school: ...'."""
    line = None
    node = root
    for piece in said.split(": "):
        if not _KEYS.match(piece):
            break
        for part in piece.split("."):
            found = _below(node, part)
            if found is not None:
                node, line = found
    return line


def _below(node: yaml.Node | None, part: str) -> tuple[yaml.Node, int] | None:
    """The value under a key or at a place of a list, with its line; None for words that are not keys of the file,
    such as the kind of a component."""
    if isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
        entry = node.value[int(part)]
        return entry, entry.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == part:
                return value, key.start_mark.line + 1
    return None


def _line_of_word(root: yaml.Node | None, said: str) -> int | None:
    """The line of the first value that the message quotes."""
    quoted = _QUOTED.search(said)
    if quoted is None or root is None:
        return None
    waiting = [root]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, yaml.ScalarNode) and node.value == quoted.group(1):
            return node.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            waiting.extend(part for pair in node.value for part in pair)
    return None
