"""What varies in a sweep: factors named by their configuration path, each with its range, levels or prior."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from sim.arrays import Array
from sim.inputs import InputError, number_meant, shown
from sim.inputs.errors import cut
from sim.parameters import values
from sim.parameters.catalogue import Catalogue, Entry
from sim.parameters.priors import quantile
from sim.study.designs.places import FORMULA_WORDS, PERIODS, Place, Scalar, formula_place, scenario_place
from sim.study.setup.inputs import Inputs
from sim.study.setup.refusals import hint

SPEC_KEYS = ("low", "high", "scale", "steps", "levels")
ROOTS = ("parameters", "formula", "scenario")
PRIOR, FILE = "prior", "file"
DATED_UNIT = "times the value of each year"

_UNITS: Mapping[str, str] = {
    **dict.fromkeys(
        ("dollars", "pot", "base_amount", "per_district", "per_school", "per_site", "cap", "ceiling", "local_match"),
        "dollars",
    ),
    **dict.fromkeys(("minimum_guarantee", "minimum_guarantee_charter", "dollars_per_school", "unit"), "dollars"),
    **dict.fromkeys(("per_member", "maximum_payment", "minimum_per_school"), "dollars"),
    **dict.fromkeys(("per_center", "per_participant", "per_concentrator", "taxable_value"), "dollars"),
    **dict.fromkeys(("share", "rate", "growth_cap", "winners", "spend_on_cte", "carryover", "pathway_share"), "share"),
    **dict.fromkeys(("paid_share", "local", "least", "largest_share", "yearly_rise"), "share"),
    **dict.fromkeys(("weight", "weights", "multiplier", "introductory", "advanced"), "ratio"),
    **dict.fromkeys(("years", "takes_effect", "start_year", "sunset_year", "restricted_to", "count_lag"), "years"),
}


@dataclass(frozen=True)
class Spec:
    """How a factor varies: over a range (``low`` to ``high``, evenly or evenly in logarithms, in ``steps`` if in a
    grid), over ``levels``, by its prior, or as a file's column says. A bare ``list`` becomes a range or levels when the
    design is known."""

    kind: Literal["range", "levels", "list", "prior", "file"]
    low: float = math.nan
    high: float = math.nan
    log: bool = False
    steps: int | None = None
    levels: tuple[Scalar, ...] = ()


@dataclass(frozen=True)
class Factor:
    """Something that varies. ``name`` is its column in the design table: ``group.name`` for a parameter, else its path.

    ``unit`` and ``source`` say what it is and where its value came from; ``places`` where it stands in the formulas
    or scenarios by name. ``entry`` is the parameter's in the catalogue.
    """

    name: str
    path: str
    root: Literal["parameters", "formula", "scenario"]
    spec: Spec
    unit: str
    source: str
    written: str
    entry: Entry | None = None
    places: Mapping[str, Place] = field(default_factory=dict)

    def at(self, probability: Array) -> list[Scalar]:
        """The values at points of the unit interval, ``[P]``."""
        spec = self.spec
        if spec.kind == "levels":
            last = len(spec.levels) - 1
            return [spec.levels[min(int(p * len(spec.levels)), last)] for p in probability]
        if spec.kind == "prior":
            assert self.entry is not None
            found: list[Scalar] = quantile(self.entry.prior, values.center(self.entry), probability).tolist()
            return found
        if spec.log:
            low, high = math.log(spec.low), math.log(spec.high)
            spread: list[Scalar] = np.clip(np.exp(low + probability * (high - low)), spec.low, spec.high).tolist()
            return spread
        evenly: list[Scalar] = (spec.low + probability * (spec.high - spec.low)).tolist()
        return evenly

    def grid(self) -> list[Scalar]:
        """The levels of a grid, or so many ``steps`` from ``low`` to ``high``."""
        if self.spec.kind == "levels":
            return list(self.spec.levels)
        assert self.spec.steps is not None
        return self.at(np.linspace(0.0, 1.0, self.spec.steps))

    def range_text(self) -> str:
        """Its range or levels in words."""
        spec = self.spec
        if spec.kind == "levels":
            return ", ".join(plain_number(level) for level in spec.levels)
        if spec.kind == "range":
            steps = f", {spec.steps} steps" if spec.steps else ""
            scale = ", even in logarithms" if spec.log else ""
            return f"{plain_number(spec.low)} to {plain_number(spec.high)}{scale}{steps}"
        if spec.kind == "prior" and self.entry is not None:
            prior = self.entry.prior
            low, high = (prior.low, prior.high) if prior.low is not None else (math.nan, math.nan)
            ends = "P10 to P90" if prior.distribution == "lognormal" else "from"
            return f"prior: {prior.distribution}, {ends} {low:g} to {high:g}".replace("from ", "")
        return "as the file says"

    def check(self, value: Any, where: str) -> None:
        """Refuse a value that the parameter may not have. Raises InputError; other factors are checked in place."""
        if self.entry is None:
            return
        low, high = self.entry.range
        number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if self.entry.dated and number:
            numbers = self.entry.value.values() if isinstance(self.entry.value, dict) else ()
            if any(not low <= value * yearly <= high for yearly in numbers):
                raise InputError(
                    f"{where}: {shown(value)} is not allowed: it multiplies the values by year, which stay within"
                    f" {low:g} to {high:g} ({self.entry.unit})"
                )
        elif not number or not low <= value <= high:
            raise InputError(
                f"{where}: {shown(value)} is not allowed: a number from {low:g} to {high:g} ({self.entry.unit})"
            )


def plain_number(value: Scalar) -> str:
    """A value as a reader writes it: 30,000,000, 0.05, none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "none" if value is None else str(value)
    return f"{value}" if isinstance(value, int) else f"{value:,.10g}"


def flat(nested: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Paths and what is written at them; a mapping of ``low``, ``high``, ``levels`` ... is what is written."""
    empty = nested == {} and bool(prefix)
    if isinstance(nested, Mapping) and not empty and not (nested and set(nested) <= set(SPEC_KEYS)):
        for key, value in nested.items():
            yield from flat(value, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, nested


def read_factors(written: Mapping[str, Any], inputs: Inputs, held: Sequence[str] = ()) -> tuple[Factor, ...]:
    """The factors of a sweep, in the order in which they are written.

    ``prior`` for a group of parameters, or for all ``parameters``, stands for each of them that has a prior. ``held``
    are parameters that the settings hold at a value. Raises InputError, one line, for a path that does not exist, a
    range that is none or a value that is not allowed.
    """
    factors: list[Factor] = []
    for path, spec in flat(written):
        where = f"settings: factors.{cut(path, 40)}"
        if spec is None or (isinstance(spec, Mapping) and not spec):
            raise InputError(f"{where}: is empty; write [low, high], levels or prior")
        factors.extend(named_factors(path, read_spec(spec, where), inputs, where, held))
    names = [factor.name for factor in factors]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"settings: factors: '{name}' stands twice")
    refuse_overlaps(factors, "settings: factors")
    return tuple(factors)


def named_factors(path: str, spec: Spec, inputs: Inputs, where: str, held: Sequence[str] = ()) -> list[Factor]:
    """The factor at a path, or the factors of a group of parameters. Raises InputError, one line."""
    root, _, rest = path.partition(".")
    if root == "parameters":
        return _parameters(rest, spec, inputs.catalogue, where, held)
    if root not in ROOTS or not rest:
        raise InputError(f"{where}: a factor is parameters.group.name, formula.<key> or scenario.<key>")
    found = _in_formulas(rest, spec, inputs, where) if root == "formula" else _in_scenarios(rest, spec, inputs, where)
    return [found]


def _parameters(rest: str, spec: Spec, catalogue: Catalogue, where: str, held: Sequence[str]) -> list[Factor]:
    group, _, name = rest.partition(".")
    if not name:
        if rest and group not in catalogue.entries:
            raise InputError(f"{where}: unknown group of parameters; {hint(group, catalogue.entries)}")
        if spec.kind != PRIOR:
            raise InputError(f"{where}: names many parameters, which take their prior; write {PRIOR}")
        return [
            _parameter(one, other, entry, spec)
            for one, other, entry in catalogue.uncertain()
            if (not rest or one == group) and f"{one}.{other}" not in held
        ]
    known = [f"{one}.{other}" for one, named in catalogue.entries.items() for other in named]
    if rest not in known:
        raise InputError(f"{where}: unknown parameter; {hint(rest, known)}")
    if rest in held:
        raise InputError(f"{where}: is held at a value by parameters.{rest} and swept too; write one of the two")
    entry = catalogue.entries[group][name]
    if spec.kind == PRIOR and entry.prior.distribution == "fixed":
        raise InputError(f"{where}: has no prior, because it is known or a convention; write [low, high]")
    factor = _parameter(group, name, entry, spec)
    for value in (spec.low, spec.high) if spec.kind == "range" else spec.levels:
        factor.check(value, where)
    return [factor]


def _parameter(group: str, name: str, entry: Entry, spec: Spec) -> Factor:
    path = f"parameters.{group}.{name}"
    unit = DATED_UNIT if entry.dated else entry.unit
    return Factor(
        f"{group}.{name}", path, "parameters", spec, unit, entry.source, plain_number(values.center(entry)), entry
    )  # fmt: skip


def _in_formulas(rest: str, spec: Spec, inputs: Inputs, where: str) -> Factor:
    """A key of one formula, if its name leads the path; else of every formula but the baseline."""
    words = rest.split(".")
    by_name = {formula.name: formula for formula in inputs.formulas}
    if words[0] in by_name and len(words) > 1:
        chosen, words = [by_name[words[0]]], words[1:]
    else:
        if words[0] not in FORMULA_WORDS:
            raise InputError(
                f"{where}: '{cut(words[0], 40)}' is neither a key of a formula nor one of the formulas of this sweep;"
                f" {hint(words[0], (*FORMULA_WORDS, *by_name))}"
            )
        chosen = [formula for formula in inputs.formulas if formula.name != inputs.baseline]
        if not chosen:
            raise InputError(
                f"{where}: the baseline stays as it is and there is no other formula; write"
                f" formula.{inputs.baseline}.{rest}"
            )
    _refuse_odd(spec, where)
    places = {}
    for formula in chosen:
        try:
            places[formula.name] = formula_place(formula, words, where)
        except InputError as error:
            if len(chosen) == 1:
                raise
            raise InputError(f"{error}; a factor of one formula alone: formula.<name>.{rest}") from error
    return _placed("formula", rest, spec, places, _unit(words))


def _in_scenarios(rest: str, spec: Spec, inputs: Inputs, where: str) -> Factor:
    """A key of one scenario, if its name leads the path; else of every scenario of the sweep."""
    words = rest.split(".")
    by_name = {scenario.name: scenario for scenario in inputs.scenarios}
    chosen = list(inputs.scenarios)
    if words[0] in by_name:
        chosen, words = [by_name[words[0]]], words[1:]
    elif words[0] not in PERIODS:
        raise InputError(
            f"{where}: '{cut(words[0], 40)}' is neither a key of a scenario nor one of the scenarios of this sweep;"
            f" {hint(words[0], (*PERIODS, *by_name))}"
        )
    _refuse_odd(spec, where)
    places = {scenario.name: scenario_place(scenario, words, where) for scenario in chosen}
    return _placed("scenario", rest, spec, places, "times what it would be")


def _placed(
    root: Literal["formula", "scenario"], rest: str, spec: Spec, places: Mapping[str, Place], unit: str
) -> Factor:
    path = f"{root}.{rest}"
    written = "; ".join(dict.fromkeys(plain_number(place.written) for place in places.values()))
    return Factor(path, path, root, spec, unit, f"{root} {', '.join(places)}", written, places=places)


def _refuse_odd(spec: Spec, where: str) -> None:
    if spec.kind == PRIOR:
        raise InputError(f"{where}: only parameters have a prior; write [low, high] or levels")


def _unit(words: Sequence[str]) -> str:
    for word in reversed(words):
        if word in _UNITS:
            return _UNITS[word]
        if not word.isdigit():
            break
    return "as written in the formula"


def refuse_overlaps(factors: Sequence[Factor], where: str) -> None:
    """Refuse two factors that stand at one key of one formula or scenario. Raises InputError."""
    seen: dict[tuple[str, str, tuple[Any, ...]], str] = {}
    for factor in factors:
        for owner, place in factor.places.items():
            key = (factor.root, owner, place.keys)
            if key in seen:
                raise InputError(f"{where}: {seen[key]} and {factor.path} are one key of {owner}")
            seen[key] = factor.path


def read_spec(written: Any, where: str) -> Spec:
    """How a factor varies, from what is written at its path. Raises InputError, one line."""
    if isinstance(written, str):
        if written in (PRIOR, FILE):
            return Spec("prior" if written == PRIOR else "file")
        raise InputError(f"{where}: {shown(written)} is not allowed: [low, high], a list of levels, prior, or file")
    if isinstance(written, list | tuple):
        return Spec("list", levels=_levels(written, where))
    if isinstance(written, Mapping):
        return _from_mapping(written, where)
    raise InputError(f"{where}: {shown(written)} is not allowed: [low, high], a list of levels, prior, or file")


def _from_mapping(written: Mapping[str, Any], where: str) -> Spec:
    if "levels" in written:
        if len(written) > 1 or not isinstance(written["levels"], list | tuple):
            raise InputError(f"{where}: levels is a list and stands alone")
        levels = _levels(written["levels"], where)
        refuse_repeats(levels, where)
        return Spec("levels", levels=levels)
    for key in ("low", "high"):
        if key not in written:
            raise InputError(f"{where}: {key}: is missing")
    scale, steps = written.get("scale", "linear"), written.get("steps")
    if scale not in ("linear", "log"):
        raise InputError(f"{where}: scale: {shown(scale)} is not allowed: linear or log")
    if steps is not None and (isinstance(steps, bool) or not isinstance(steps, int) or not 2 <= steps <= 1_000_000):
        raise InputError(f"{where}: steps: {shown(steps)} is not allowed: a whole number from 2 to 1,000,000")
    return as_range((written["low"], written["high"]), where, scale == "log", steps)


def as_range(ends: Sequence[Any], where: str, log: bool = False, steps: int | None = None) -> Spec:
    """The range between two numbers. Raises InputError if low is not below high."""
    for end in ends:
        if isinstance(end, bool) or not isinstance(end, int | float) or not math.isfinite(end):
            meant = f"; {number_meant(end)}" if isinstance(end, str) and number_meant(end) else ""
            raise InputError(f"{where}: {shown(end)} is not allowed: an end of a range is a number{meant}")
    low, high = float(ends[0]), float(ends[1])
    if not low < high:
        raise InputError(f"{where}: [{low:g}, {high:g}] is not allowed: low lies below high")
    if log and low <= 0:
        raise InputError(f"{where}: low: {low:g} is not allowed: a log scale needs numbers above 0")
    return Spec("range", low=low, high=high, log=log, steps=steps)


def _levels(written: Sequence[Any], where: str) -> tuple[Scalar, ...]:
    if not written:
        raise InputError(f"{where}: is an empty list; write at least one level")
    kinds: dict[str, Callable[[Any], bool]] = {
        "numbers": lambda level: (
            isinstance(level, int | float) and not isinstance(level, bool) and math.isfinite(level)
        ),
        "true or false": lambda level: isinstance(level, bool),
        "words": lambda level: isinstance(level, str),
    }
    present = [level for level in written if level is not None]
    if not any(all(is_kind(level) for level in present) for is_kind in kinds.values()):
        raise InputError(f"{where}: {shown(list(written))} is not allowed: levels are all {', or all '.join(kinds)}")
    return tuple(written)


def refuse_repeats(levels: Sequence[Scalar], where: str) -> None:
    """Refuse a level that stands twice. Raises InputError."""
    for level in levels:
        if sum(level == other and type(level) is type(other) for other in levels) > 1:
            raise InputError(f"{where}: level {shown(level)} stands twice")
