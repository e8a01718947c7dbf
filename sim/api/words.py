"""Values of Python as the words of the command line, which one reader composes and checks for both."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

from sim.inputs import InputError, shown
from sim.study.setup.asked import is_file
from sim.study.setup.scenario_words import is_made

ALIASES: Mapping[str, str] = {
    "years": "horizon",
    "baseline": "study.baseline",
    "formulas": "study.formulas",
    "scenarios": "study.scenarios",
    "fiscal_years": "study.years",
    "cases": "study.cases",
    "world": "world.path",
}
"""Keyword arguments whose setting has another name."""

OPEN: tuple[str, ...] = ("parameters", "factors", "design", "executor", "sensitivity", "discover")
"""Settings of which each key is a word of its own."""

_PLAIN = re.compile(r"[A-Za-z_./][\w./-]*", re.ASCII)
_KEY = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NAME = re.compile(r"\w+")
_NOT_TEXT = frozenset({"null", "true", "false", "nan", "inf"})
"""What Hydra's grammar reads as something else than text, unless it is in quotes."""


@runtime_checkable
class Named(Protocol):
    """What a word of the command line can name: a bill or tables that were loaded before."""

    @property
    def word(self) -> str | None:
        """The name or path; None for what is taken where nothing is named."""


Bill: TypeAlias = str | os.PathLike[str] | Named
"""A bill: the name of a shipped formula, the path of a YAML file, or a `sim.Formula`."""


def bill_word(bill: Bill) -> str:
    """The one word by which every study knows a bill. Raises InputError for what names none."""
    named = bill.word if isinstance(bill, Named) else bill
    if isinstance(named, str | os.PathLike):
        return os.fspath(named)
    raise InputError(f"bill: {shown(bill)} is not allowed: write the name of a formula, or the path of a .yaml file")


def bill_words(bills: Bill | Iterable[Bill]) -> list[str]:
    """The words of one bill or several."""
    if isinstance(bills, str | os.PathLike | Named):
        return [bill_word(bills)]
    if not isinstance(bills, Iterable):
        raise InputError(f"bills: {shown(bills)} is not allowed: write a list of names and paths")
    return [bill_word(bill) for bill in bills]


def bill_setting(bill: Bill) -> tuple[str, str]:
    """The setting that chooses a bill in a study of one formula, and its value."""
    named = bill_word(bill)
    return ("formula" if not named.strip() or _NAME.fullmatch(named) else "formula_file"), named


def words_of(settings: Mapping[str, Any]) -> list[str]:
    """The words of a command line that set what keyword arguments set. Raises InputError, one line."""
    words: list[str] = []
    for name, value in settings.items():
        if name == "scenario" and isinstance(value, str | os.PathLike) and _is_listed(os.fspath(value)):
            words.append(f"study.scenarios={written([value], name)}")
            continue
        if isinstance(value, Named):
            value = value.word
        key = ALIASES.get(name, name)
        if name in OPEN and isinstance(value, Mapping):
            words += [f"{path}={written(part, path)}" for path, part in _leaves(value, key)]
        else:
            words.append(f"{key}={written(value, key)}")
    return words


def _is_listed(scenario: str) -> bool:
    """Whether a scenario is no name of a group, but a file or made of others, which a list alone can name."""
    return is_file(scenario) or is_made(scenario)


def _leaves(content: Mapping[Any, Any], above: str) -> Iterator[tuple[str, Any]]:
    """Paths and values below a setting; a key may hold dots: 'staffing.turnover'."""
    for key, value in content.items():
        path = f"{above}.{key}"
        if isinstance(value, Mapping):
            yield from _leaves(value, path)
        else:
            yield path, value


def written(value: Any, key: str) -> str:
    """A value in Hydra's grammar; text in quotes where the grammar would read something else."""
    if hasattr(value, "item") and not isinstance(value, str):  # a number of NumPy
        value = value.item()
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str | os.PathLike):
        return _quoted(os.fspath(value))
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_key(name, key)}: {written(part, key)}' for name, part in value.items())}}}"
    if isinstance(value, Sequence | range):
        return f"[{','.join(written(part, key) for part in value)}]"
    raise InputError(f"settings: {key}: {shown(value)} is not allowed: write a number, text, a list or a mapping")


def _key(name: object, key: str) -> str:
    if isinstance(name, str) and _KEY.fullmatch(name):
        return name
    raise InputError(f"settings: {key}: {shown(name)} is not allowed: a key is a word of letters, digits and '_'")


def _quoted(text: str) -> str:
    from hydra.core.override_parser.types import Quote, QuotedString

    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return text
    return str(QuotedString(text, Quote.double).with_quotes())
