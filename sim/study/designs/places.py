"""Where a factor stands: a parameter, a key of a formula or a key of a scenario, found by its configuration path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError

from sim.engine.scenario import Scenario, Shocks
from sim.funding.components.component import Strict
from sim.funding.formula import Formula
from sim.funding.line import NOT_IN_FILES, Line
from sim.funding.rules import JOINT, JointRules, Rules
from sim.funding.sense import unknown_clusters
from sim.funding.together import problem_with
from sim.inputs import InputError, Mistake, mistakes, nearest, shown

Key = str | int
Scalar = float | int | bool | str | None
_WORDS = NOT_IN_FILES | {"name", "title", "description", "source", "year_of_numbers", "fund", "background"}
FORMULA_WORDS = ("lines", "takes_effect", *(name for name in Line.model_fields if name not in _WORDS))
"""First words of a path within a formula."""
PERIODS = ("years", "from_year")
LIMITS = ("greater_than", "greater_than_equal", "less_than", "less_than_equal")
PHASE_IN_YEARS = ("phase_in", "years")
"""The end of the path of a phase-in's number of years, which stands for its steps."""
MOST_YEARS = 60
STEP_DIGITS = 4
Model = TypeVar("Model", bound=Formula | Scenario)


@dataclass(frozen=True)
class Place:
    """A key inside one formula or scenario: its path as a user writes it, where it stands in the model's content, and
    its value as written.

    ``steps`` are those of a phase-in of which the value is the number of years.
    """

    path: str
    keys: tuple[Key, ...]
    written: Scalar
    steps: tuple[float, ...] | None = None

    def content(self, value: Scalar) -> Any:
        """What stands at the keys where the value is ``value``. Raises InputError for years that are none."""
        return value if self.steps is None else phase_in_of(self.steps, value)


def phase_in_of(steps: Sequence[float], years: Scalar) -> tuple[float, ...]:
    """The steps of a phase-in of so many ``years`` that goes the way of the one written: its own number of years gives
    its own steps, more or fewer the same curve drawn out or shortened, an even one where nothing is phased in.

    Raises InputError for anything but a whole number from 0 to ``MOST_YEARS``.
    """
    if isinstance(years, bool) or not isinstance(years, int) or not 0 <= years <= MOST_YEARS:
        raise InputError(f"phase_in.years: {shown(years)} is not allowed: a whole number from 0 to {MOST_YEARS}")
    if years == len(steps):
        return tuple(steps)
    curve = np.array([0.0, *steps, 1.0])
    at = np.interp(np.arange(1, years + 1) / (years + 1), np.linspace(0.0, 1.0, curve.size), curve)
    return tuple(round(float(share), STEP_DIGITS) for share in at)


def formula_place(formula: Formula, path: Sequence[str], where: str) -> Place:
    """Where ``path`` stands in a formula.

    ``components...``, ``rules...`` and other keys of a line belong to the formula's one line of its own;
    ``lines.<name>...`` names a line. Rules over all lines together (``rules.growth_cap``) belong to the formula where
    it has several lines, or has written them. A component, tier or step is named by its place or, for components, its
    label. Raises InputError, one line, if the formula has no such key.
    """
    if path[0] not in FORMULA_WORDS:
        raise InputError(f"{where}: formula {formula.name} has no '{path[0]}'; {nearest(path[0], FORMULA_WORDS)}")
    if path[0] == "takes_effect":
        return Place(".".join(path), ("takes_effect",), formula.takes_effect)
    if path[0] == "rules" and len(path) > 1 and _of_all_lines(formula, path[1]):
        keys, written = _walk(formula.rules, path[1:], where, f"formula {formula.name}")
        return Place(".".join(path), ("rules", *keys), written, _steps(formula.rules, path))
    if path[0] == "lines":
        names = [line.name for line in formula.lines]
        if len(path) < 3:
            raise InputError(f"{where}: write lines.<name>.<key>; lines of {formula.name}: {', '.join(names)}")
        at = _position(names, path[1], where, f"formula {formula.name} has no line")
        rest = path[2:]
    else:
        own = [place for place, line in enumerate(formula.lines) if not line.background]
        if len(own) != 1:
            names = [formula.lines[place].name for place in own]
            labels = f"has {len(own)} lines of its own" if own else "has no line of its own"
            hint = f"; write lines.<name>.{'.'.join(path)}, with one of {', '.join(names)}" if own else ""
            raise InputError(f"{where}: formula {formula.name} {labels}{hint}")
        at, rest = own[0], path
    line = formula.lines[at]
    if rest[0] == "rules" and len(rest) > 1 and rest[1] in formula.rules.written:
        raise InputError(
            f"{where}: {rest[1]} holds for all lines of {formula.name}; write {'.'.join(rest)} without a line"
        )
    keys, written = _walk(line, rest, where, f"formula {formula.name}")
    steps = _steps(line.rules, rest)
    if steps is None:
        _refuse_without_effect(line, keys, f"{where}: formula {formula.name}")
    return Place(".".join(path), ("lines", at, *keys), written, steps)


def _steps(rules: Rules | JointRules, path: Sequence[str]) -> tuple[float, ...] | None:
    """The steps that are written, where a path means their number."""
    return (rules.phase_in or ()) if tuple(path) == ("rules", *PHASE_IN_YEARS) else None


def _of_all_lines(formula: Formula, rule: str) -> bool:
    """Whether a rule is the formula's own: it is over several lines, or written so."""
    joint = [line for line in formula.lines if line.joint]
    stated = any(rule in line.rules.written_joint for line in joint)
    return rule in JOINT and (rule in formula.rules.written or (len(formula.own_lines) > 1 and not stated))


def scenario_place(scenario: Scenario, path: Sequence[str], where: str) -> Place:
    """Where ``from_year.2028.progression`` or ``years.2028.progression`` stands in a scenario.

    A year that the scenario does not have begins with no shock. Raises InputError if there is no such shock or year.
    """
    if len(path) != 3 or path[0] not in PERIODS or not path[1].isdigit():
        raise InputError(f"{where}: write scenario.from_year.<fiscal year>.<shock> or scenario.years.<year>.<shock>")
    shocks_of_all = [name for name in Shocks.model_fields if name != "clusters"]
    if path[2] not in shocks_of_all:
        raise InputError(f"{where}: there is no shock '{path[2]}'; {nearest(path[2], shocks_of_all)}")
    year = int(path[1])
    shocks = getattr(scenario, path[0]).get(year, Shocks())
    return Place(".".join(path), (path[0], year, path[2]), getattr(shocks, path[2]))


def _position(names: Sequence[str], word: str, where: str, labels: str) -> int:
    if word in names:
        return names.index(word)
    if word.isdigit() and int(word) < len(names):
        return int(word)
    raise InputError(f"{where}: {labels} '{word}'; {nearest(word, names)}")


def _walk(model: Line | JointRules, path: Sequence[str], where: str, owner: str) -> tuple[tuple[Key, ...], Scalar]:
    """The keys of ``path`` in the content of a line or of a formula's rules, and the value that stands there."""
    keys: list[Key] = []
    value: Any = model.model_dump()
    components = [component.label for component in model.components] if isinstance(model, Line) else []
    for word in path:
        if (*map(str, keys[-1:]), word) == PHASE_IN_YEARS and word == path[-1]:
            value = len(value or ())
        elif isinstance(value, Mapping):
            known = {str(key): key for key in value if key not in NOT_IN_FILES}
            if word not in known:
                raise InputError(f"{where}: {owner} has no '{word}' there; {nearest(word, known)}")
            keys.append(known[word])
            value = value[known[word]]
        elif isinstance(value, list | tuple):
            labels = components if keys == ["components"] else []
            names = labels or [str(place) for place in range(len(value))]
            keys.append(_position(names, word, where, f"{owner} has no entry"))
            value = value[int(keys[-1])]
        elif value is None:
            # A rule that is not set: what is written makes it, and is checked with the first value.
            keys.append(word)
        else:
            raise InputError(f"{where}: {owner}: '{'.'.join(map(str, keys))}' is {shown(value)} and holds no '{word}'")
    if isinstance(value, Mapping | list | tuple):
        inside = list(value) if isinstance(value, Mapping) else [str(place) for place in range(len(value))]
        if keys == ["components"]:
            inside = components
        raise InputError(f"{where}: is not one value; go on with one of {', '.join(map(str, inside))}")
    return tuple(keys), value


def _refuse_without_effect(line: Line, keys: Sequence[Key], where: str) -> None:
    """Refuse a key that changes nothing beside the others, whatever stands there. Raises InputError."""
    part: Any = line
    for key in keys[:-1]:
        part = part[int(key)] if isinstance(part, tuple) else getattr(part, str(key), None)
    if isinstance(part, Strict) and str(keys[-1]) in (idle := part.without_effect()):
        raise InputError(f"{where}: {keys[-1]} has no effect: {idle[str(keys[-1])]}")


def with_values(
    model: Model, places: Sequence[Place], rows: Sequence[Sequence[Scalar]], labels: Sequence[str]
) -> list[Model]:
    """The formula or scenario once for each of ``rows``, with the row's values at ``places``, each checked in full.

    ``told`` says for each row where its values come from. Raises InputError, one line, for a row that cannot be.
    """
    change = _Lines(model, places) if isinstance(model, Formula) else _Whole(model, places)
    made: dict[tuple[tuple[str, Scalar], ...], Any] = {}
    versions: list[Model] = []
    for values, where in zip(rows, labels, strict=True):
        known = tuple((type(value).__name__, value) for value in values)
        if known not in made:
            try:
                made[known] = change.to(values)
            except ValidationError as error:
                raise _explained(error, where, model.name, places) from error
            except InputError as error:
                raise InputError(f"{where}: {model.name}: {error}") from error
        versions.append(made[known])
    return versions


def check_end(model: Formula | Scenario, place: Place, end: float, where: str) -> None:
    """Refuse an end of a range that the key itself does not allow; what other keys have to say waits for the points.

    Raises InputError, one line.
    """
    try:
        with_values(model, [place], [[end]], [where])
    except InputError as error:
        cause = error.__cause__
        if isinstance(cause, ValidationError):
            problem = cause.errors(include_url=False)[0]
            mistake = _mistakes(cause)[0]
            if problem["type"] in LIMITS and str(mistake.where[-1]) == str(place.keys[-1]):
                allowed = mistake.said.partition(" is not allowed: ")[2]
                raise InputError(
                    f"{where}: {end:g} is not allowed in {place.path} of {model.name}: {allowed}"
                ) from None


def _explained(error: ValidationError, where: str, owner: str, places: Sequence[Place]) -> InputError:
    """One line that names the path of the factor that broke the rule, where it was one."""
    first = _mistakes(error)[0]
    for place in places:
        if str(first.where[-1]) == str(place.keys[-1]):
            return InputError(f"{where}: {owner}.{place.path}: {first.said}")
    return InputError(f"{where}: {owner}: {'.'.join(map(str, first.where))}: {first.said}")


def _mistakes(error: ValidationError) -> list[Mistake]:
    """What is wrong with a part of a formula or with a scenario."""
    known: dict[str, type[BaseModel]] = {model.__name__: model for model in (Line, Formula, Scenario)}
    return mistakes(error, model=known.get(error.title))


def _put(content: dict[str, Any], keys: Sequence[Key], value: Any) -> None:
    inside: Any = content
    for key in keys[:-1]:
        if isinstance(inside, dict) and inside.get(key) is None:
            inside[key] = {}
        inside = inside[key]
    inside[keys[-1]] = value


def _open(content: Any) -> Any:
    """Plain content with lists where tuples stood, so that values can be put in."""
    if isinstance(content, Mapping):
        return {key: _open(value) for key, value in content.items()}
    return [_open(value) for value in content] if isinstance(content, list | tuple) else content


class _Lines:
    """A formula of which some lines are written anew; the others are not read again."""

    def __init__(self, formula: Formula, places: Sequence[Place]) -> None:
        self.formula = formula
        self.places = places
        changed = {int(place.keys[1]) for place in places if place.keys[0] == "lines"}
        self.content = {at: _open(formula.lines[at].model_dump()) for at in sorted(changed)}
        self.rules = _open(formula.rules.model_dump())

    def to(self, values: Sequence[Scalar]) -> Formula:
        """The formula with these values. Raises pydantic's ValidationError."""
        formula, starts = self.formula, None
        for place, value in zip(self.places, values, strict=True):
            if place.keys == ("takes_effect",):
                starts = value
            elif place.keys[0] == "rules":
                _put(self.rules, place.keys[1:], place.content(value))
            else:
                _put(self.content[int(place.keys[1])], place.keys[2:], place.content(value))
        lines = list(formula.lines)
        for at, content in self.content.items():
            lines[at] = Line.model_validate(content)
        update: dict[str, Any] = {"lines": tuple(lines), "rules": JointRules.model_validate(self.rules)}
        if starts is not None:
            # Lines that began with the formula move with it; those with a year of their own stay.
            written = formula.model_dump(exclude={"lines", "rules"})
            header = Formula.model_validate({**written, "takes_effect": starts, "lines": ()})
            update["takes_effect"] = header.takes_effect
            update["lines"] = tuple(
                Line.model_validate({**line.model_dump(), "start_year": header.takes_effect})
                if line.start_year == formula.takes_effect
                else line
                for line in lines
            )
        problem = problem_with(update["rules"], update["lines"], update.get("takes_effect", formula.takes_effect))
        if problem is not None:
            line = f"line {problem.line}: " if problem.line else ""
            raise InputError(f"{line}{problem.key} {problem.said}")
        return formula.model_copy(update=update)


class _Whole:
    """A scenario, written anew as a whole."""

    def __init__(self, model: BaseModel, places: Sequence[Place]) -> None:
        self.model = type(model)
        self.places = places
        self.content = _open(model.model_dump())

    def to(self, values: Sequence[Scalar]) -> BaseModel:
        """The scenario with these values. Raises pydantic's ValidationError."""
        for place, value in zip(self.places, values, strict=True):
            _put(self.content, place.keys, value)
        return self.model.model_validate(self.content)


def check_clusters(formulas: Sequence[Formula], clusters: Sequence[str], where: str) -> None:
    """Refuse a cluster that the world does not have, in case a factor is a word. Raises InputError."""
    for formula in formulas:
        unknown = unknown_clusters(formula, clusters)
        if unknown:
            raise InputError(f"{where}: formula {formula.name}: {unknown[0].said}")
