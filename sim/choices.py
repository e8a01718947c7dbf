"""The words of the command line, before Hydra composes them: choices that it would drop or cannot take.

Hydra merges two files that are chosen for one group, keeps the last of two settings of which one lies inside the other,
and ends with an error of its own where a choice is no word.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from sim.arguments import quoted
from sim.config_folder import config_folder
from sim.inputs import InputError, shown
from sim.states.folder import DEFAULT, law_named, shipped_states
from sim.study.setup.known import own_formulas
from sim.study.setup.refusals import hint
from sim.study.setup.scenario_words import is_made

SEVERAL: Mapping[str, str] = {
    "formula": "several formulas are study.formulas=[{names}]",
    "scenario": "several scenarios are study.scenarios=[{names}]",
    "study": "several studies, one after the other, are -m study={names}",
    "executor": "one for each study",
    "world": "a state of your own is world=path/to/its/folder",
    "design": "one for each sweep",
}
"""Groups of which one file is chosen, and what to write for several."""

YAML = (".yaml", ".yml")


def with_files(words: Sequence[str]) -> list[str]:
    """The words, with ``formula=my_bill.yaml`` as what it means: ``formula_file=my_bill.yaml``; so ``scenario=`` a word
    that is made of others, ``oil_slump:1.5``, is ``study.scenarios=["oil_slump:1.5"]``; ``world=example_state`` or
    ``world=my/folder`` is ``world.path=...``; and the name of a formula that stands in that state's law is its file.

    Raises InputError if that list is written beside it.
    """
    found, law = [], law_named(words)
    for word in words:
        key, equals, value = word.partition("=")
        plain = value.strip("'\" ")
        if key == "scenario" and is_made(plain):
            if any(other.partition("=")[0] == "study.scenarios" for other in words):
                raise InputError(
                    f"settings: scenario: {shown(plain)} and study.scenarios=[...] both name the scenario; write one"
                )
            found.append(f"study.scenarios=[{quoted(plain)}]")
            continue
        if key == "world" and _is_state(plain):
            found.append(f"world.path={quoted(plain)}")
            continue
        if key == "formula" and law is not None and plain in own_formulas(law) and not _is_shipped(plain):
            found.append(f"formula_file={quoted(str(law / f'{plain}.yaml'))}")
            continue
        is_file = key == "formula" and plain.lower().endswith(YAML)
        found.append(f"formula_file{equals}{value}" if is_file else word)
    return found


def _is_shipped(name: str) -> bool:
    return (config_folder() / "formula" / f"{name}.yaml").is_file()


def _is_state(word: str) -> bool:
    """Whether a word names another shipped state than the default one, or a folder."""
    if word == DEFAULT.name:
        return False
    return word in shipped_states() or "/" in word or os.sep in word or Path(word).is_dir()


def check_words(words: Sequence[str]) -> None:
    """Refuse what would be dropped or cannot be chosen. Words that are no settings are left to Hydra.

    Raises InputError, one line.
    """
    overrides = list(_parsed(words))
    for override in overrides:
        if override.key_or_group in SEVERAL and not override.is_delete() and not override.is_sweep_override():
            _check_choice(override.key_or_group, override.value())
    _refuse_overlaps(overrides)


def _parsed(words: Sequence[str]) -> Iterable[Override]:
    parser = OverridesParser.create()
    for word in words:
        if word.startswith("-"):
            continue
        try:
            yield parser.parse_override(word)
        except (HydraException, ValueError):
            continue


def _check_choice(group: str, value: Any) -> None:
    if isinstance(value, list):
        names = ",".join(str(name) for name in value)
        said = SEVERAL[group].format(names=names if len(names) <= 80 else "...")
        raise InputError(f"settings: {group}: {shown(value)} is not allowed: write one name; {said}")
    known = sorted(path.stem for path in (config_folder() / group).glob("*.yaml"))
    if group == "world":
        known = sorted({*known, *shipped_states()})
    if not isinstance(value, str):
        raise InputError(f"settings: {group}: {shown(value)} is not allowed: write a name; {hint('', known)}")
    if not value.strip():
        raise InputError(f"settings: {group}: is empty; write a name; {hint('', known)}")
    if value.lower().endswith(YAML) or value.startswith(("/", "./", "../", "~")):
        path = shown(value, quotes=False)
        own = {"scenario": f"write study.scenarios=[{path}]", "world": f"write world.path={path}"}
        said = own.get(group, hint(value, known))
        raise InputError(f"settings: {group}: {shown(value)} is not allowed: it is a path, not a name; {said}")


def _refuse_overlaps(overrides: Sequence[Override]) -> None:
    """Refuse a mapping and a setting in it, of which one would replace the other.

    Of one setting written twice the last counts, as on any command line.
    """
    for whole in overrides:
        if whole.key_or_group in SEVERAL or isinstance(whole.value(), dict):
            continue
        for part in overrides:
            if part.key_or_group.startswith(f"{whole.key_or_group}.") and part.package is None:
                name = shown(whole.key_or_group, quotes=False)
                written = "its removal" if whole.is_delete() else f"{name}={shown(whole.value(), quotes=False)}"
                raise InputError(
                    f"settings: {name}: {written} and {shown(part.key_or_group, quotes=False)} are both written, and"
                    " one would replace the other; write one of them"
                )
