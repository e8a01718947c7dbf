"""YAML as plain data: words, numbers, lists and mappings, and nothing that a file could run, repeat or blow up."""

import re
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.resolver import Resolver

from sim.inputs.errors import InputError, cut, plain, shown
from sim.inputs.files import text_of
from sim.inputs.numbers import plain_value
from sim.inputs.source import Source

DEEPEST = 30
"""Lists and mappings within each other."""

MOST_VALUES = 20_000
"""Keys and values of a file, with all that its aliases stand for."""

_PACKAGE = Path(__file__).resolve().parent.parent
"""What comes with the program lies below it, or in ``conf`` beside it."""

_PLAIN = "plain"
_MERGE = "<<"

_SAID: tuple[tuple[str, str], ...] = (
    (r"'\\t' that cannot start", "a tab: indent with blanks"),
    (r"character '(.)' that cannot start", r"a value that begins with \1 stands in quotes"),
    ("mapping values are not allowed", "a colon inside a value: put it in quotes; or the line does not line up"),
    ("expected <block end>", "does not line up with the lines above it, or a bracket or quote is wrong"),
    ("expected ',' or '}'", "a brace { is not closed, or a comma is missing"),
    ("expected ',' or ']'", "a bracket [ is not closed, or a comma is missing"),
    ("expected the node content", "a value is missing, or there is a bracket or comma too many"),
    ("could not find expected ':'", "a key without a colon, or a line that does not line up"),
    ("unexpected end of stream", "a quote is not closed"),
    ("unknown escape character", "a backslash in double quotes; write single quotes"),
    ("undefined alias", "an alias (*) that stands for nothing above it"),
    ("second occurrence", "an anchor (&) that is there already"),
    ("another document", "a second document (---): a file holds one"),
    ("tag handle|tag shorthand", "a tag (!) is not allowed: write the value alone"),
    ("YAML document|directive|document start", "a directive (%) is not allowed: begin with the first key"),
)
"""What PyYAML says of a text, and what it means to a person."""


class _Tree(Composer):
    """The tree of a file's keys and values, no deeper and no larger than a data file is, without tags; composed of the
    events that a parser beside it gives."""

    depth = 0
    values = 0

    def __init__(self) -> None:
        Composer.__init__(self)
        self.sizes: dict[str, int] = {}

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        """One tag for all: what a word means is decided where it is read."""
        return _PLAIN

    def compose_node(self: Any, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        mark = event.start_mark
        if self.check_event(yaml.AliasEvent):
            # An alias counts as all that it stands for, and cannot stand for what it is part of.
            if event.anchor in self.anchors and event.anchor not in self.sizes:
                raise _problem("an alias (*) within what it stands for", mark)
            self.values += self.sizes.get(event.anchor, 0)
        elif event.tag is not None:
            tag = cut(str(event.tag).replace("tag:yaml.org,2002:", "!!"), 40)
            raise _problem(f"a tag ({tag}) is not allowed: write the value alone", mark)
        before = self.values
        self.values += 1
        self.depth += 1
        if self.depth > DEEPEST:
            raise _problem(f"more than {DEEPEST} lists and mappings within each other", mark)
        if self.values > MOST_VALUES:
            raise _problem(f"more than {MOST_VALUES:,} values, or aliases that stand for as many", mark)
        node = Composer.compose_node(self, parent, index)
        self.depth -= 1
        if not isinstance(event, yaml.AliasEvent) and event.anchor is not None:
            self.sizes[event.anchor] = self.values - before
        return node


class _InPython(_Tree, yaml.SafeLoader):
    """The tree by PyYAML's own parser, in whose words mistakes are told."""

    def __init__(self, text: str) -> None:
        yaml.SafeLoader.__init__(self, text)
        _Tree.__init__(self)


def _in_c() -> type[Composer] | None:
    """The same tree by the parser that PyYAML has in C, ten times as fast; None where it was built without."""
    try:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]
    except ImportError:
        return None

    class InC(_Tree, CParser, Resolver):
        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            Resolver.__init__(self)
            _Tree.__init__(self)

    return InC


_IN_C = _in_c()


def root_of(text: str, *, shipped: bool = False) -> yaml.Node | None:
    """The tree of a text. The parser in C lets pass some of what the other refuses, and tells mistakes in other words:
    it reads what is ``shipped`` alone, which tests hold to be the same either way. Raises YAMLError."""
    parser: Any = _IN_C if shipped and _IN_C is not None else _InPython
    root: yaml.Node | None = parser(text).get_single_node()
    return root


def _is_shipped(path: Path) -> bool:
    return path.is_relative_to(_PACKAGE) or path.is_relative_to(_PACKAGE.parent / "conf")


def read_yaml(path: Path) -> Any:
    """The content of a YAML file as plain data.

    Raises InputError, naming the file and the line, for what ``read_with_lines`` refuses.
    """
    return read_with_lines(path)[0]


def read_with_lines(path: Path, name: str | None = None) -> tuple[Any, Source]:
    """The content of a YAML file as plain data, and its source, which knows the line of every key.

    The source is called ``name``, by default the file's own name. Raises InputError, one line that names the file and
    the line in it, if the file cannot be read or is no YAML; if it repeats a key, carries a tag, holds a second
    document, nests its lists deeper than a data file does, or holds more, aliases included, than any.
    """
    return parsed(text_of(path), cut(str(path), 200), name or path.name, shipped=_is_shipped(path))


def parsed(text: str, path: str, name: str, *, shipped: bool = False) -> tuple[Any, Source]:
    """A YAML text as plain data, and its source called ``name``; ``path`` names it where it is no YAML at all. One that
    comes with the program is read faster."""
    try:
        root = root_of(text, shipped=shipped)
        return (None if root is None else _value(root)), Source(name, root)
    except yaml.MarkedYAMLError as error:
        said = str(error.problem)
        # An open quote is found missing at the end of the file, but has to be looked for where it begins.
        mark = error.context_mark if "end of stream" in said and error.context_mark else error.problem_mark
        where = f"{path}, line {mark.line + 1}" if mark else path
        raise InputError(f"{where}: {_in_words(said)}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InputError(f"{path}, line {line}: holds a sign that is no text (U+{int(error.character):04X})") from error


def _in_words(problem: str) -> str:
    for pattern, words in _SAID:
        found = re.search(pattern, problem)
        if found:
            return found.expand(words) if "\\" in words else words
    return cut(problem, 200)


def _problem(said: str, mark: Any) -> yaml.MarkedYAMLError:
    return yaml.constructor.ConstructorError(None, None, said, mark)


def _value(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node)
    if isinstance(node, yaml.SequenceNode):
        for place, part in enumerate(node.value[1:]):
            if _digits(part, r"0[0-9]{2}") and _digits(node.value[place]):
                raise _problem(_without_commas(f"{node.value[place].value}_{part.value}"), part.start_mark)
        return [_value(part) for part in node.value]
    return _word(node)


def _word(node: yaml.Node) -> Any:
    if not isinstance(node, yaml.ScalarNode) or node.style:
        return str(node.value)
    return plain_value(node.value)


def _mapping(node: yaml.MappingNode) -> dict[str | int | float, Any]:
    merged: dict[str | int | float, Any] = {}
    own: dict[str | int | float, Any] = {}
    seen: set[str] = set()
    for place, (key_node, value_node) in enumerate(node.value):
        if not isinstance(key_node, yaml.ScalarNode):
            raise _problem("a key is a word or a number, not a list or a mapping", key_node.start_mark)
        _refuse_commas(node.value, place)
        key = _word(key_node)
        if key is None or isinstance(key, bool):
            raise _problem(f"a key is a word or a number, not {shown(key)}", key_node.start_mark)
        # 2030, '2030' and 2030.0 are one year, and all but one would be lost.
        known = str(int(key)) if isinstance(key, float) and key.is_integer() else str(key)
        if known in seen:
            raise _problem(f"key '{plain(key)}' is written twice", key_node.start_mark)
        seen.add(known)
        if key == _MERGE and not key_node.style:
            merged = _merged(value_node)
        else:
            own[key] = _value(value_node)
    return {**{key: value for key, value in merged.items() if str(key) not in seen}, **own}


def _merged(node: yaml.Node) -> dict[str | int | float, Any]:
    """What ``<<: *a`` or ``<<: [*a, *b]`` brings in; what is named first holds, and what is written beside it wins."""
    parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
    found: dict[str | int | float, Any] = {}
    for part in parts:
        if not isinstance(part, yaml.MappingNode):
            raise _problem("<< takes in a mapping, as <<: *name", part.start_mark)
        found = {**_mapping(part), **found}
    return found


def _digits(node: yaml.Node, pattern: str = r"[-+$]?[0-9]{1,3}") -> bool:
    plain_word = isinstance(node, yaml.ScalarNode) and not node.style
    return plain_word and re.fullmatch(pattern, node.value) is not None


def _refuse_commas(pairs: list[tuple[yaml.Node, yaml.Node]], place: int) -> None:
    """Answer 40,000,000 or 0,08 inside braces, of which YAML makes a value and keys that are numbers without one."""
    following = []
    for key, value in pairs[place:]:
        if not (_digits(key, r"[0-9]+(\.[0-9]+)?") and _digits(value, "")):
            break
        following.append(str(key.value))
    if not following or place == 0 or not _digits(pairs[place - 1][1], r"[-+$]?[0-9]+"):
        return
    begun = str(pairs[place - 1][1].value).lstrip("$")
    if all(len(digits.partition(".")[0]) == 3 for digits in following):
        raise _problem(_without_commas("_".join([begun, *following])), pairs[place][0].start_mark)
    said = f"a comma inside a number: a point stands before its decimals, as {begun}.{following[0]}"
    raise _problem(said, pairs[place][0].start_mark)


def _without_commas(number: str) -> str:
    return f"a number is written without commas: write {number.lstrip('$')}"


def yaml_text(content: Any) -> str:
    """Plain data as the text of a YAML file, keys in their order."""
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
