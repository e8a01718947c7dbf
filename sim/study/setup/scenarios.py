"""Scenarios as a user names them: one that is shipped, one in a file, or several joined, moved and dialed.

``oil_slump@2030:1.5+take_up_surge`` is the shipped ``oil_slump`` with its first year moved to 2030, at 1.5 times its
size, together with ``take_up_surge``. ``*`` means the same as ``:``, but a shell may take it for its own.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.config_folder import config_folder
from sim.engine.scenario import Scenario, read_scenario, scenario_from
from sim.inputs import InputError, Source, as_mapping, nearest, read_with_lines, shown
from sim.study.setup.asked import is_file
from sim.study.setup.combining import HIGHEST_SEVERITY, Part, combined
from sim.study.setup.refusals import hint
from sim.study.setup.scenario_words import is_made

COMBINE = "combine"
"""The key of a file whose scenario is made of others."""

_KEYS = ("title", "source", "description", COMBINE)
_PART_KEYS = ("scenario", "start", "severity")
_TURN = re.compile(r"(?P<sign>[@:*])(?P<value>[^@:*]*)")


def find_scenario(word: str, folder: Path, where: str = "settings: study.scenarios") -> Scenario:
    """The scenario that a word means: a name of ``folder``, the path of a file, or a word made of these.

    ``where`` says in a refusal what named it. Raises InputError, one line, if it cannot be used.
    """
    if not is_made(word):
        return _found(word, folder, where)
    told = f"{where}: scenario {shown(word)}"
    parts = [_part(text, folder, where, told) for text in word.split("+")]
    if len(parts) == 1 and parts[0].name == parts[0].scenario.name:
        return parts[0].scenario
    try:
        return combined(parts)
    except ValueError as error:
        raise InputError(f"{told}: {error}") from error


def listed_scenarios(words: Sequence[str], folder: Path) -> tuple[Scenario, ...]:
    """The scenarios of a list, each under a name of its own. Raises InputError, one line."""
    found = [find_scenario(word, folder) for word in words]
    names = [scenario.name for scenario in found]
    for name, word in zip(names, words, strict=True):
        if names.count(name) > 1:
            raise InputError(f"settings: study.scenarios: {shown(word)}: the scenario {shown(name)} stands twice")
    return tuple(found)


def scenario_of(content: Any, source: Source, name: str) -> Scenario:
    """A scenario from the content of a file: its own shocks, or others that it combines. Raises InputError."""
    if not (isinstance(content, Mapping) and COMBINE in content):
        return scenario_from(content, source, name)
    written = as_mapping(content, source, "a scenario")
    for key in written:
        if key not in _KEYS:
            raise source.refusal((key,), f"unknown key beside {COMBINE}; {nearest(str(key), _KEYS)}")
    listed = written[COMBINE]
    if not isinstance(listed, Sequence) or isinstance(listed, str) or not listed:
        raise source.refusal((COMBINE,), f"{shown(listed)} is not allowed: a list of {{scenario, start, severity}}")
    parts = [_listed(one, source, place) for place, one in enumerate(listed)]
    try:
        found = combined(parts, name=name, title=written.get("title"))
    except ValueError as error:
        raise source.refusal((COMBINE,), str(error)) from error
    own = {key: written[key] for key in _KEYS[:3] if key in written}
    scenario_from({"title": found.title, "source": found.source, **own}, source, name)  # its words are read as any
    return found.model_copy(update=own)


def _found(name: str, folder: Path, where: str) -> Scenario:
    path = Path(name) if is_file(name) else folder / "scenario" / f"{name}.yaml"
    if not path.is_file():
        known = sorted(file.stem for file in (folder / "scenario").glob("*.yaml"))
        said = ": there is no such file" if is_file(name) else f" is not known; {hint(name, known)}"
        raise InputError(f"{where}: scenario {shown(name)}{said}")
    content, source = read_with_lines(path)
    return scenario_of(content, source, path.stem)


def _part(text: str, folder: Path, where: str, told: str) -> Part:
    """One part of a word: a name or file, then in any order a year after ``@`` and a size after ``:`` or ``*``."""
    name, _, _ = _split(text)
    if not name:
        raise InputError(f"{told}: a name is missing; write oil_slump@2030:1.5+take_up_surge")
    start: int | None = None
    severity: float | None = None
    for turn in _TURN.finditer(text[len(name) :]):
        sign, value = turn["sign"], turn["value"]
        if (start if sign == "@" else severity) is not None:
            raise InputError(f"{told}: {name} has two {'years' if sign == '@' else 'sizes'}; write one")
        if sign == "@":
            start = _year(value, told)
        else:
            severity = _severity(value, told)
    return Part(_found(name, folder, where), start, 1.0 if severity is None else severity)


def _split(text: str) -> tuple[str, str, str]:
    match = re.search("[@:*]", text)
    at = match.start() if match else len(text)
    return text[:at], text[at : at + 1], text[at + 1 :]


def _year(value: str, told: str) -> int:
    if not re.fullmatch(r"[0-9]{4}", value):
        raise InputError(f"{told}: {shown(value)} is not a year; write a fiscal year after '@', as oil_slump@2030")
    return int(value)


def _severity(value: str, told: str) -> float:
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?|\.[0-9]{1,6}", value):
        most = f"{HIGHEST_SEVERITY:g}"
        raise InputError(f"{told}: {shown(value)} is not a size; write a number from 0 to {most}, as oil_slump:1.5")
    return float(value)


def _listed(one: Any, source: Source, place: int) -> Part:
    """One entry of ``combine``: a name, or a mapping with a name, and a start and a severity where they differ."""
    where = (COMBINE, place)
    entry = {"scenario": one} if isinstance(one, str) else one
    if not isinstance(entry, Mapping) or not isinstance(entry.get("scenario"), str):
        raise source.refusal(where, f"{shown(one)} is not allowed: write {{scenario: oil_slump, start: 2030}}")
    for key in entry:
        if key not in _PART_KEYS:
            raise source.refusal((*where, key), f"unknown key; {nearest(str(key), _PART_KEYS)}")
    start, severity = entry.get("start"), entry.get("severity", 1.0)
    if start is not None and (isinstance(start, bool) or not isinstance(start, int)):
        raise source.refusal((*where, "start"), f"{shown(start)} is not allowed: a fiscal year")
    if isinstance(severity, bool) or not isinstance(severity, int | float):
        raise source.refusal((*where, "severity"), f"{shown(severity)} is not allowed: a number from 0 to 2")
    folder = config_folder()
    name = entry["scenario"]
    known = sorted(file.stem for file in (folder / "scenario").glob("*.yaml"))
    if name not in known:
        raise source.refusal((*where, "scenario"), f"scenario {shown(name)} is not known; {hint(name, known)}")
    return Part(read_scenario(folder / "scenario" / f"{name}.yaml"), start, float(severity))
