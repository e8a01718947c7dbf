"""The page of a bill's keys: each with what it may be, its default and what it does, from the classes that read it."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.funding.bands import SchoolsBand
from sim.funding.components.component import Strict
from sim.funding.formula import Formula
from sim.funding.line import NOT_IN_FILES, Line
from sim.funding.rules import JointRules, Rules
from sim.inputs import read_yaml
from sim.inputs.schema import in_words, names, of_field

Part = type[BaseModel]

HEADINGS: dict[Part, str] = {
    Formula: "The bill",
    Line: "A line of money",
    Rules: "Rules of a line",
    JointRules: "Rules of all lines together",
}
"""Parts that stand first on the page, and how they are called there."""
FIRST: dict[Part, str] = {
    Formula: "Keys at the top of the file. A bill with one line of its own writes that line's keys here too.",
    Line: "Written at the top of a bill with one line, or as an entry of `lines`.",
    Rules: "Written in the `rules` of a line, or of a bill with one line.",
    JointRules: "Written once in the `rules` at the top of a bill with `lines`.",
}
"""What is said of them, in place of the text of their classes, which is for those who write code."""
NOT_WRITTEN: dict[Part, frozenset[str]] = {Formula: frozenset({"name"}), Line: frozenset(NOT_IN_FILES)}
"""Keys that no file has."""


TABLE_HEAD: tuple[str, ...] = ("| key | may be | default | what it does |", "|---|---|---|---|")
INSTEAD: dict[tuple[Part, str], str] = {(Formula, "lines"): "needed where neither components nor laws stand"}
"""What is said of keys that must be given unless others are."""
OF_FILES: tuple[tuple[str, str, str, str], ...] = (
    ("also", "a list of shared lines", "those marked background", "Shared lines that flow beside the bill's own."),
    ("laws", "a list of [law](#law)", "", "Several laws, one after the other, in place of lines or components."),
)
"""Keys of a bill that are read before its classes are: key, what it may be, default, what it does."""
LAW = "One of several `laws`. Each holds until the next begins; `title`, `source` and `also` stand once above them."
OF_LAWS: tuple[tuple[str, str, str, str], ...] = (
    ("from", "a whole number from 2001 to 2200 (fiscal year)", "must be given", "The first fiscal year of the law."),
    ("components", "as of [a line of money](#a-line-of-money)", "", "With that line's other keys, if the law has one."),
    ("lines", "as of [the bill](#the-bill)", "", "If it has several; then the keys of a line stand in these."),
    ("rules", "as of the bill", "", "Rules of its one line, or over all of its lines."),
)
"""Keys of a law among several."""


@cache
def _written_meanings() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = read_yaml(Path(__file__).with_name("bill_keys.yaml"))
    return found


def meaning(part: Part, key: str) -> str:
    """What a key of a part of a bill does. Raises ValueError if neither its class nor the list of words says."""
    field, words = part.model_fields[key], _written_meanings()
    said = words.get(part.__name__, {}).get(key) or field.description or words["everywhere"].get(key)
    if said is None:
        texts = " ".join(one.__doc__ or "" for one in part.__mro__ if issubclass(one, Strict) and one is not Strict)
        sentences = re.split(r"(?<=[.;])\s+", " ".join(texts.split()))
        said = next((sentence for sentence in sentences if f"``{key}``" in sentence), None)
    if said is None:
        raise ValueError(f"{part.__name__}.{key}: say what it does in the text of its class, with ``{key}`` in it")
    return " ".join(said.replace("``", "`").split())


def written_keys(part: Part) -> list[str]:
    """The keys of a part that a file may have."""
    return [key for key in part.model_fields if key not in NOT_WRITTEN.get(part, frozenset())]


def parts_within(part: Part) -> list[Part]:
    """The part and all parts that stand in it, each once, in the order in which they are met."""
    found: list[Part] = [part]
    for one in found:
        for field in one.model_fields.values():
            found += [inside for inside in models_in(field) if inside not in found]
    return found


def keys_page() -> str:
    """Every key of a bill, in Markdown."""
    every = parts_within(Formula)
    chosen = {part: f"`kind: {names(part)[0]}`" for part in models_in(Line.model_fields["components"])}
    voted = {part: f"`rule: {names(part)[0]}`" for part in models_in(Line.model_fields["appropriation"])}
    others = [part for part in every if part not in (*HEADINGS, *chosen, *voted)]
    lines = [
        "# Every key of a bill",
        "",
        "<!-- This page is written by docs/refresh.py. -->",
        "",
        "What a bill may say, key by key, as the program reads it. How to write one, and what each part is for:",
        "[Writing a funding formula](formulas.md).",
        "",
        "**In an editor.** `cte-sim new bill.schema.json` writes the same as a [JSON schema](bill.schema.json). A bill",
        "that `cte-sim new` writes beside it names it in its first line; an editor with a YAML language server then",
        "completes keys, explains them and marks mistakes. It knows each key by itself; what two keys say together is",
        "checked by `cte-sim price`.",
        "",
    ]
    for part, heading in HEADINGS.items():
        further = [_of_files(*row) for row in OF_FILES] if part is Formula else []
        lines += [f"## {heading}", "", FIRST[part], "", *_table(part, further)]
        if part is Formula:
            lines += ["### Law", "", LAW, "", *TABLE_HEAD, *(_of_files(*row) for row in OF_LAWS), ""]
    for heading, named in (("How much is voted", voted), ("Components", chosen)):
        lines += [f"## {heading}", ""]
        for part, name in named.items():
            lines += [f"### {name}", "", *_text(part), *_table(part)]
    lines += ["## Parts of these", ""]
    for part in others:
        lines += [f"### {_in_words(part)}", "", *_text(part), *_table(part)]
    return "\n".join(lines).rstrip() + "\n"


def _text(part: Part) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", (part.__doc__ or "").strip()):
        if re.search(r"^\s*- ", paragraph, re.MULTILINE):
            yield from (re.sub(r"^    ", "", line).replace("``", "`") for line in paragraph.split("\n"))
        else:
            yield " ".join(paragraph.split()).replace("``", "`")
        yield ""


def _table(part: Part, further: Sequence[str] = ()) -> list[str]:
    named = {key for key in ("kind", "rule") if names(part) and key in part.model_fields}
    rows = [_row(part, key) for key in written_keys(part) if key not in named]
    return [*TABLE_HEAD, *rows, *further, ""] if rows or further else []


def _of_files(key: str, may_be: str, default: str, said: str) -> str:
    return f"| `{key}` | {may_be} | {default} | {said} |"


def _row(part: Part, key: str) -> str:
    field = part.model_fields[key]
    needed = INSTEAD.get((part, key), "must be given")
    default = needed if field.is_required() else _said(field.get_default(call_default_factory=True))
    cells = (f"`{key}`", _may_be(field), default, meaning(part, key))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _may_be(field: FieldInfo) -> str:
    """What a key allows; a part, or a list of parts, by a link to its own table."""
    words, models = in_words(of_field(field)), models_in(field)
    if not models or (len(models) > 1 and not words.startswith("a list")):
        return "one of [these](#how-much-is-voted)" if models else words.replace(" in brackets [ ]", "")
    name = HEADINGS.get(models[0]) or ("components" if len(models) > 1 else _in_words(models[0]))
    link = f"[{name[0].lower()}{name[1:]}](#{name.lower().replace(' ', '-')})"
    keys = f"a list of {link}" if words.startswith("a list") else f"keys of {link}"
    return f"a whole number, or {keys}" if models[0] is SchoolsBand else keys


def _said(value: Any) -> str:
    """A default as a file would say it; nothing, where a key that is left out has no value."""
    if value is None or value in ("", ()) or isinstance(value, BaseModel):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def models_in(field: FieldInfo) -> list[Part]:
    """The parts of which a field may hold one or several."""

    def inside(annotation: Any) -> Iterator[Part]:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield annotation
        for argument in get_args(annotation):
            yield from inside(argument)

    return list(dict.fromkeys(inside(field.annotation)))


def _in_words(part: Part) -> str:
    return " ".join(re.findall(r"[A-Z][a-z]*", part.__name__)).capitalize()
