"""The knobs of an explorer: the keys of a bill that sliders move, each with unit, range and the bill's own value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from sim.funding.appropriation import Once, ShareOfRevenue
from sim.funding.components.component import Component
from sim.funding.formula import Formula
from sim.funding.line import Line
from sim.funding.rules import Rules
from sim.inputs import InputError
from sim.inputs.schema import at
from sim.study.designs.factors import Factor
from sim.study.designs.places import PHASE_IN_YEARS, Scalar, formula_place, with_values

MOST = 8
"""Knobs at most: a design of some hundred points is too thin in more."""
LEAST_SHARE, MOST_SHARE = 0.5, 1.5
"""The range of an amount, as shares of the bill's own."""
LATER = 3
"""Years by which the bill may begin later."""
PHASED = 4
"""Years that a phase-in may take, or as many as the bill's own."""

FIRST_YEAR = "takes_effect"
PHASE_IN = ".".join(("rules", *PHASE_IN_YEARS))


@dataclass(frozen=True)
class Knob:
    """One slider. ``path`` is the key of the formula; ``own`` the bill's own value; ``whole``: whole numbers alone;
    ``words`` what the bill says there. ``factor`` is what the sweep moves."""

    path: str
    label: str
    unit: str
    low: float
    high: float
    own: float
    whole: bool
    words: str
    factor: Factor

    def value(self, number: float) -> Scalar:
        """The number as the formula takes it."""
        return int(number) if self.whole else float(number)


def default_factors(formula: Formula, base_year: int, last_year: int) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What is swept where the user names nothing: the appropriation, the first year, the phase-in and the dollar
    amounts of a bill, at most ``MOST``; and the paths of amounts that are left as written.

    Raises InputError, one line, if the bill has none of them.
    """
    found: dict[str, Any] = {}
    amounts = dict(_amounts(formula))
    voted = {path: value for path, value in amounts.items() if ".appropriation." in f".{path}"}
    for path, value in voted.items():
        found[path] = _range(path, value)
    years = _first_years(formula, base_year, last_year)
    if len(years) > 1:
        found[FIRST_YEAR] = {"levels": years}
    steps = _phase_in_years(formula, last_year - base_year)
    if len(steps) > 1:
        found[PHASE_IN] = {"levels": steps}
    left = []
    for path, value in amounts.items():
        if path not in voted and len(found) < MOST:
            found[path] = _range(path, value)
        elif path not in voted:
            left.append(path)
    if not amounts:
        raise InputError(
            f"formula {formula.name}: has no dollar amount and no appropriation to move; name what a slider moves:"
            " factors.formula.<key>=[low,high]"
        )
    return {f"formula.{path}": spec for path, spec in found.items()}, tuple(left)


def _range(path: str, value: float) -> list[float]:
    high = MOST_SHARE * value
    return [LEAST_SHARE * value, min(high, 1.0) if path.endswith("appropriation.share") else high]


def whole_levels(factors: Mapping[str, Any]) -> dict[str, Any]:
    """The factors as written by path, in which a range of whole numbers for years means each of them."""
    return {
        path: {"levels": list(range(spec[0], spec[1] + 1))}
        if is_whole(path) and isinstance(spec, list | tuple) and len(spec) == 2 and _rising(spec)
        else spec
        for path, spec in factors.items()
    }


def is_whole(path: str) -> bool:
    """Whether a path takes whole numbers: years."""
    return path.rpartition(".")[2] in (FIRST_YEAR, "years", "start_year", "sunset_year", "restricted_to")


def _rising(spec: Any) -> bool:
    return all(isinstance(end, int) and not isinstance(end, bool) for end in spec) and spec[0] < spec[1]


def knobs_of(formula: Formula, factors: tuple[Factor, ...]) -> tuple[Knob, ...]:
    """The factors of a sweep as knobs. Raises InputError, one line, for one that no slider can move."""
    if len(factors) > MOST:
        raise InputError(f"settings: factors: {len(factors)} are named; an explorer has at most {MOST} knobs")
    return tuple(_knob(formula, factor) for factor in factors)


def _knob(formula: Formula, factor: Factor) -> Knob:
    where = f"settings: factors.{factor.path}"
    if factor.root != "formula":
        raise InputError(f"{where}: a slider moves the bill; parameters and scenarios vary in study=sweep")
    place = factor.places[formula.name]
    levels = factor.spec.levels
    numbers = levels if factor.spec.kind == "levels" else (factor.spec.low, factor.spec.high)
    own = place.written
    if not all(_is_number(number) for number in (*numbers, own)):
        raise InputError(f"{where}: is no number that a slider could move; write a number in the bill, or leave it out")
    low, high = float(min(numbers)), float(max(numbers))  # type: ignore[type-var, arg-type]
    if not low <= float(own) <= high:  # type: ignore[arg-type]
        raise InputError(f"{where}: {low:g} to {high:g} leaves out the bill's own {own}; take it in")
    if factor.spec.kind == "levels" and list(levels) != list(range(int(low), int(high) + 1)):
        raise InputError(f"{where}: levels of a slider are whole numbers one after the other, as [0, 1, 2]")
    label, unit, words = _described(formula, place.path)
    return Knob(place.path, label, unit, low, high, float(own), factor.spec.kind == "levels", words, factor)  # type: ignore[arg-type]


def _is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _own(formula: Formula) -> Iterator[tuple[str, Line]]:
    """The formula's own lines of state money, each with the beginning of its keys' paths."""
    own = formula.own_lines
    for line in own:
        yield ("" if len(own) == 1 else f"lines.{line.name}."), line


def _amounts(formula: Formula) -> Iterator[tuple[str, float]]:
    """Paths of dollar amounts above zero in the formula's own lines: components, guarantee, appropriation."""
    for start, line in _own(formula):
        parts: list[tuple[str, BaseModel]] = [
            *((f"components.{component.label}", component) for component in line.components),
            ("rules", line.rules),
            ("appropriation", line.appropriation),
        ]
        for name, part in parts:
            for keys, value in _leaves(part.model_dump()):
                path = ".".join((f"{start}{name}", *map(str, keys)))
                if _is_number(value) and value > 0 and _is_money(part, keys) and _moves(formula, path):
                    yield path, float(value)


def _leaves(content: Any, keys: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    inside = content.items() if isinstance(content, Mapping) else enumerate(content)
    for key, value in inside:
        if isinstance(value, Mapping | list | tuple):
            yield from _leaves(value, (*keys, key))
        else:
            yield (*keys, key), value


def _unit_at(part: BaseModel, keys: tuple[Any, ...]) -> str:
    units = [one.unit for one in at(type(part), keys)[0] if one.unit]
    return units[0] if units else ""


def _is_money(part: BaseModel, keys: tuple[Any, ...]) -> bool:
    return _unit_at(part, keys).startswith("dollars") or (isinstance(part, ShareOfRevenue) and keys == ("share",))


def _moves(formula: Formula, path: str) -> bool:
    """Whether the key can be varied at all: one without effect is refused."""
    try:
        formula_place(formula, path.split("."), "")
    except InputError:
        return False
    return True


def _first_years(formula: Formula, base_year: int, last_year: int) -> list[int]:
    """The years in which the bill may begin: its own and the next ones, as long as its lines allow."""
    own = formula.takes_effect
    if own <= base_year or any(isinstance(line.appropriation, Once) for line in formula.own_lines):
        return []
    return _allowed(formula, FIRST_YEAR, range(own, min(own + LATER, last_year) + 1))


def _phase_in_years(formula: Formula, horizon: int) -> list[int]:
    try:
        own = int(str(formula_place(formula, PHASE_IN.split("."), "").written))
    except InputError:
        return []
    least = 1 if own and _says_from(formula) else 0
    return _allowed(formula, PHASE_IN, range(least, min(max(PHASED, own), horizon) + 1))


def _says_from(formula: Formula) -> bool:
    """Whether the bill says where its phase-in begins, which without any is refused."""
    usual = Rules().phase_in_from
    said = [formula.rules.phase_in_from, *(line.rules.phase_in_from for line in formula.own_lines)]
    return any(one not in (None, usual) for one in said)


def _allowed(formula: Formula, path: str, values: range) -> list[int]:
    place, found = formula_place(formula, path.split("."), ""), []
    for value in values:
        try:
            with_values(formula, [place], [[value]], [path])
        except InputError:
            break
        found.append(value)
    return found


def _described(formula: Formula, path: str) -> tuple[str, str, str]:
    """Label, unit and words of a knob."""
    if path == FIRST_YEAR:
        return "First year", "fiscal year", f"It takes effect in FY{formula.takes_effect}."
    if path == PHASE_IN:
        return "Years of phase-in", "years", _first_with(formula, "phased in") or "It is not phased in."
    words = path.split(".")
    line = formula.line(words[1]) if words[0] == "lines" else formula.own_lines[0]
    title = f"{_plain(line.called)}: " if words[0] == "lines" else ""
    words = words[2:] if words[0] == "lines" else words
    if words[0] == "appropriation":
        unit = _unit_at(line.appropriation, (words[1],))
        return f"{title}{words[0] if title else words[0].capitalize()}", unit, line.appropriation.sentence()
    if words[0] == "components":
        component = next(one for one in line.components if one.label == words[1])
        keys = tuple(int(word) if word.isdigit() else word for word in words[2:])
        inside = _inside(words[2:])
        label = f"{title}{_plain(component.label)}{_counted(component)}{': ' if inside else ''}{inside}"
        return label[0].upper() + label[1:], _unit_at(component, keys), " ".join(component.sentences())
    label = f"{title}{_plain(' '.join(words[1:]))}"
    return label[0].upper() + label[1:], _unit_at(line.rules, tuple(words[1:])), " ".join(line.rules.sentences())


def _inside(keys: list[str]) -> str:
    """Where in a component an amount stands: 'tier 2', 'per school', nothing where it has one amount."""
    said = []
    for before, key in zip(["", *keys], keys, strict=False):
        if key.isdigit():
            # A list is counted from nought, the tiers of credentials by their names.
            said.append(f"{before.rstrip('s')} {int(key) + 1}" if before != "dollars" else f"tier {key}")
        elif key not in ("dollars", "tiers", "steps"):
            said.append(_plain(key))
    return ", ".join(said)


def _counted(component: Component) -> str:
    count = getattr(component, "count", None)
    return f" ({_plain(count)})" if isinstance(count, str) else ""


def _first_with(formula: Formula, part: str) -> str:
    lines = [sentence for line in formula.own_lines for sentence in line.rules.sentences()]
    return next((one for one in [*formula.rules.sentences(), *lines] if part in one), "")


def _plain(name: str) -> str:
    return name.replace("_", " ")
