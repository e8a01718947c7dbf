"""Reading formulas and lines from YAML, with one clear line for whatever is wrong."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from sim.funding.components import COMPONENTS
from sim.funding.components.base import BreadthStep
from sim.funding.components.expenditure_reimbursement import Step
from sim.funding.components.size_adjustment import Rural, Small, Sparse
from sim.funding.components.tiers import TIER_WORDS, Tier
from sim.funding.formula import Formula, unknown_cluster
from sim.funding.line import NOT_IN_FILES, Line
from sim.funding.reserve import Reserve
from sim.funding.rules import APPROPRIATION_RULES, JOINT, HoldHarmless, JointRules, Rules
from sim.funding.together import problem_with
from sim.inputs import Part, Source, as_source, first_problem, nearest, read_with_lines

LINE_KEYS = tuple(key for key in Line.model_fields if key not in NOT_IN_FILES)
FORMULA_KEYS = tuple(key for key in Formula.model_fields if key not in ("name", "lines", "rules"))
SHORT_KEYS = tuple(key for key in LINE_KEYS if key not in ("name", "background", *FORMULA_KEYS))
"""Keys of a line that a formula with one line of its own may write at the top."""


def _fields(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(model.model_fields)


_ALLOWED: dict[str, tuple[str, ...]] = {
    "rules": _fields(Rules),
    "reserve": _fields(Reserve),
    "hold_harmless": _fields(HoldHarmless),
    "tiers": _fields(Tier),
    "steps": _fields(Step),
    "breadth_steps": _fields(BreadthStep),
    "small": _fields(Small),
    "rural": _fields(Rural),
    "sparse": _fields(Sparse),
    **{kind: _fields(model) for kind, model in COMPONENTS.items()},
    **{rule: _fields(model) for rule, model in APPROPRIATION_RULES.items()},
}


def read_formula(path: Path, line_folder: Path, clusters: Iterable[str] | None = None) -> Formula:
    """The formula in a YAML file, named after the file; shared lines are looked up in ``line_folder``.

    ``clusters`` are the identifiers of the world's career clusters, for checking the clusters that the formula names.
    Raises InputError, one line, for anything that cannot be used.
    """
    written, source = read_with_lines(path)
    return formula_from(written, source, path.stem, read_lines(line_folder), clusters)


def read_lines(folder: Path) -> dict[str, dict[str, Any]]:
    """The shared lines of a folder by name, as plain mappings, each checked. Raises InputError."""
    lines = {}
    for path in sorted(folder.glob("*.yaml")):
        written, source = read_with_lines(path)
        if not isinstance(written, dict):
            raise source.refusal((), f"{written!r} is not allowed: a line is a mapping of keys to values")
        line_from(written, source, path.stem)
        lines[path.stem] = written
    return lines


def line_from(
    written: Mapping[str, Any], source: str | Source, name: str | None = None, defaults: Mapping[str, Any] | None = None
) -> Line:
    """One line from a mapping; ``name`` and ``defaults`` stand where the mapping does not say. Raises InputError."""
    source = as_source(source)
    content = {**(defaults or {}), **({"name": name} if name else {}), **written}
    for key in written:
        if key not in LINE_KEYS:
            raise source.refusal((key,), f"unknown key; {nearest(str(key), LINE_KEYS)}")
    _check_choices(content, source)
    try:
        return Line.model_validate(content)
    except ValidationError as error:
        raise first_problem(error, source, {"": LINE_KEYS, **_ALLOWED}) from error


def formula_from(
    written: Any,
    source: str | Source,
    name: str,
    shared_lines: Mapping[str, Mapping[str, Any]],
    clusters: Iterable[str] | None = None,
) -> Formula:
    """A formula from plain data: metadata, then either one line's keys at the top or a list of ``lines``.

    An entry of ``lines`` is a whole line, the name of a shared line, or ``{line: <shared line>, <keys to change>}``.
    ``rules`` at the top are those of the one line, or beside ``lines`` those that hold for all lines together. ``also``
    names further shared lines; by default those marked ``background``. Lines that are the formula's own start in the
    year in which it takes effect unless they say otherwise. Raises InputError, one line.
    """
    source = as_source(source)
    if not isinstance(written, dict):
        raise source.refusal((), f"{written!r} is not allowed: a formula is a mapping of keys to values")
    known = (*FORMULA_KEYS, *SHORT_KEYS, "lines", "also")
    for key in written:
        if key not in known:
            raise source.refusal((key,), f"unknown key; {nearest(str(key), known)}")
    metadata = {key: written[key] for key in FORMULA_KEYS if key in written}
    # The metadata are checked with no lines first, so that a missing title is not reported after a wrong line.
    header = _validated(Formula, {**metadata, "name": name, "lines": ()}, source)
    starts = {"start_year": header.takes_effect}
    short = {key: written[key] for key in SHORT_KEYS if key in written}
    lines: list[Line] = []
    rules = JointRules()
    if "lines" in written:
        rules = _joint_rules(short.pop("rules", {}), source.within("rules"))
        if short:
            raise source.refusal((next(iter(short)),), "write it inside lines, where each line has its own")
        for place, entry in enumerate(_listed(written["lines"], "lines", source)):
            lines.append(_entry(entry, source.within("lines", place), shared_lines, starts))
    elif "components" in written:
        lines.append(line_from(short, source, name, {"title": header.title, **starts}))
    else:
        raise source.refusal(("components",), "is missing; write components, or lines for several lines")
    for line_name in _background(written, shared_lines, source):
        lines.append(line_from(_shared(line_name, source.within("also"), shared_lines), line_name, line_name))
    problem = problem_with(rules, lines, header.takes_effect)
    if problem is not None:
        own = [line.name for line in lines]
        where = ("lines", own.index(problem.line)) if problem.line and "lines" in written else ()
        label = f"line {problem.line}: " if problem.line else ""
        raise source.refusal((*where, "rules", problem.key), f"{label}{problem.said}")
    formula = _validated(Formula, {**metadata, "name": name, "rules": rules, "lines": tuple(lines)}, source)
    if clusters is not None:
        ids = tuple(clusters)
        unknown = unknown_cluster(formula, ids)
        if unknown is not None:
            said = f"unknown cluster '{unknown[1]}'; {nearest(unknown[1], (*ids, *TIER_WORDS))}"
            raise source.refusal((f"line {unknown[0]}",), said, value=unknown[1])
    return formula


def _joint_rules(written: Any, source: Source) -> JointRules:
    """The rules over all lines of a formula; those of a single line are refused."""
    if not isinstance(written, dict):
        raise source.refusal((), f"{written!r} is not allowed: rules are a mapping of keys to values")
    for key in written:
        if key in Rules.model_fields and key not in JOINT:
            raise source.refusal((key,), "is a rule of a line; write it inside lines, in the rules of each")
    try:
        return JointRules.model_validate(written)
    except ValidationError as error:
        raise first_problem(error, source, {"": JOINT, "hold_harmless": _ALLOWED["hold_harmless"]}) from error


def _validated(model: type[Formula], content: dict[str, Any], source: Source) -> Formula:
    try:
        return TypeAdapter(model).validate_python(content)
    except ValidationError as error:
        raise first_problem(error, source, {"": FORMULA_KEYS}) from error


def _listed(value: Any, key: str, source: Source) -> list[Any]:
    if not isinstance(value, list):
        raise source.refusal((key,), f"{value!r} is not allowed: write a list")
    return value


def _shared(name: Any, source: Source, shared_lines: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    if not isinstance(name, str) or name not in shared_lines:
        raise source.refusal((), f"'{name}' is not a shared line; {nearest(str(name), shared_lines)}")
    return shared_lines[name]


def _entry(
    entry: Any, source: Source, shared_lines: Mapping[str, Mapping[str, Any]], starts: Mapping[str, Any]
) -> Line:
    if isinstance(entry, str):
        return line_from(_shared(entry, source, shared_lines), source, entry, starts)
    if not isinstance(entry, dict):
        raise source.refusal((), f"{entry!r} is not allowed: write a line or the name of a shared line")
    if "line" in entry:
        changes = {key: value for key, value in entry.items() if key != "line"}
        return line_from({**_shared(entry["line"], source, shared_lines), **changes}, source, entry["line"], starts)
    return line_from(entry, source, None, starts)


def _background(written: Mapping[str, Any], shared_lines: Mapping[str, Mapping[str, Any]], source: Source) -> list[Any]:
    if "also" in written:
        return _listed(written["also"], "also", source)
    return [name for name, line in shared_lines.items() if line.get("background") is True]


def _check_choices(content: Mapping[str, Any], source: Source) -> None:
    """Refuse an unknown kind of component or appropriation rule with the nearest known one."""
    components = content.get("components")
    if isinstance(components, list):
        for place, component in enumerate(components):
            where = ("components", place)
            if not isinstance(component, dict):
                raise source.refusal(where, f"{component!r} is not allowed: a component is a mapping with a kind")
            _check_choice(component.get("kind"), source, (*where, "kind"), COMPONENTS)
    appropriation = content.get("appropriation")
    if isinstance(appropriation, dict):
        _check_choice(appropriation.get("rule"), source, ("appropriation", "rule"), APPROPRIATION_RULES)


def _check_choice(value: Any, source: Source, where: tuple[Part, ...], allowed: Mapping[str, Any]) -> None:
    if value is None:
        raise source.refusal(where, f"is missing; allowed: {', '.join(allowed)}")
    if value not in allowed:
        raise source.refusal(where, f"{value!r} is not allowed; {nearest(str(value), allowed)}")
