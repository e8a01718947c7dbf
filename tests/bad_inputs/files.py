"""Files that are wrong: formulas, scenarios, hindcasts, calibration targets and factors of sweeps.

Made from the schemas: every field of every part of a formula, of a scenario, of a case and of a table of targets with
what its type and bounds do not allow; broken YAML; and what can be read and would do nothing. A new component is
covered by its worked case in ``tests/cases``. Each is written as a file and read with the readers of the program.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_origin

from bad_inputs import broken, idle
from bad_inputs.written import Raw, bad_values, block_of
from pydantic import BaseModel

from sim.config_folder import config_folder
from sim.engine.scenario import Scenario, Shocks, read_scenario
from sim.funding.appropriation import APPROPRIATION_RULES
from sim.funding.components import COMPONENTS
from sim.funding.formula import Formula
from sim.funding.line import Line
from sim.funding.reading import FORMULA_KEYS, SHORT_KEYS, formula_from, read_lines
from sim.funding.reserve import Reserve
from sim.inputs import read_with_lines, read_yaml
from sim.inputs.schema import Wanted, of_field
from sim.parameters.catalogue import load_catalogue
from sim.states.folder import targets_path
from sim.study.alternatives.schema import Alternative, Alternatives, alternatives_path, read_alternatives
from sim.study.calibration.targets import Statistic, Target, Targets, read_targets
from sim.study.hindcast.case import Case, case_folder, read_case
from sim.study.hindcast.schema import Contrast, Law, Outcome, Start
from sim.study.setup.sense import refuse_senseless_bill
from sim.world import load_world
from sim.world.world import World

Input = tuple[str, Callable[[], object]]
WORKED = Path(__file__).parent.parent / "cases" / "components.yaml"

HEAD: Mapping[str, Any] = {
    "title": "A bill",
    "source": "a draft",
    "year_of_numbers": 2026,
    "description": "Dollars for concentrators.",
}
PART = {"kind": "per_student", "count": "concentrators", "dollars": 900}
BILL: Mapping[str, Any] = {**HEAD, "components": [PART], "appropriation": {"rule": "fixed", "dollars": 40_000_000}}
SCENARIO: Mapping[str, Any] = {
    "title": "A bad year",
    "source": "our own question",
    "years": {2030: {"revenue": 0.9}},
    "from_year": {2031: {"entrants": 0.95}},
}
GOOD_RULES: Mapping[str, Any] = {
    "fixed": {"dollars": 1_000},
    "indexed": {"dollars": 1_000},
    "share_of_revenue": {"share": 0.01},
    "demand_with_cap": {"cap": 1_000},
    "full": {},
    "once": {"dollars": 1_000, "years": 2},
}


@cache
def world() -> World:
    """The bundled world."""
    return load_world(None)


@cache
def shared_lines() -> dict[str, dict[str, Any]]:
    """The lines that formulas share."""
    return read_lines(config_folder() / "line")


def read_bill(path: Path) -> Formula:
    """A formula's file, read and held against the bundled world as a study does it."""
    written, source = read_with_lines(path)
    formula = formula_from(written, source, path.stem, shared_lines(), world().clusters.identifier)
    refuse_senseless_bill(formula, world(), str(path))
    return formula


def read_table(path: Path) -> Targets:
    """A table of targets."""
    return read_targets(path, load_catalogue())[0]


def read_structures(path: Path) -> tuple[Alternative, ...]:
    """A table of structural alternatives."""
    return read_alternatives(path, load_catalogue())


READERS: Mapping[str, Callable[[Path], object]] = {
    "formula": read_bill,
    "scenario": read_scenario,
    "case": read_case,
    "targets": read_table,
    "alternatives": read_structures,
}


class Writer:
    """Writes each input into a file of its own just before it is read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def text(self, kind: str, content: str | bytes) -> Callable[[], object]:
        """A call that writes a file and reads it as a formula, scenario, case or table of targets."""

        def call() -> object:
            path = self.folder / f"wrong_{kind}.yaml"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            return READERS[kind](path)

        return call

    def keys(self, kind: str, content: Mapping[str, Any]) -> Callable[[], object]:
        """The same for a mapping of keys to values."""
        return self.text(kind, block_of(content))


def replaced(content: Any, place: Sequence[str | int], value: Any) -> Any:
    """Plain content with another value at a place."""
    if not place:
        return value
    key, *rest = place
    if isinstance(content, list):
        return [replaced(part, rest, value) if at == key else part for at, part in enumerate(content)]
    return {**content, key: replaced(content.get(key, {}), rest, value)}


def fields_of(
    write: Writer, kind: str, good: Mapping[str, Any], model: type[BaseModel], place: Sequence[str | int] = ()
) -> Iterator[Input]:
    """Every field of a model with values that it does not allow, and a misspelt key, in a file that is else good."""
    told = ".".join(map(str, place)) or kind
    for key, field in model.model_fields.items():
        if key in HIDDEN.get(model, ()) or (get_origin(field.annotation) is not None and _is_choice(model, key)):
            continue
        for what, value in bad_values(model, key):
            yield f"{kind}: {told}.{key}: {what}", write.keys(kind, replaced(good, [*place, key], value))
        yield f"{kind}: {told}.{key}x: misspelt", write.keys(kind, replaced(good, [*place, f"{key}x"], 1))


HIDDEN: Mapping[type[BaseModel], tuple[str, ...]] = {
    Line: ("name", "scale", *FORMULA_KEYS),
    Formula: ("name", "lines"),
    Scenario: ("name",),
    # What was observed is kept as it is, and lines are read as formulas are.
    Case: ("name", "record"),
    Law: ("lines",),
}
"""Fields that are not written in a file, or that may hold anything."""


def _is_choice(model: type[BaseModel], key: str) -> bool:
    return key in ("kind", "rule") and len(of_field(model.model_fields[key])) == 1


def worked_components() -> dict[str, list[list[dict[str, Any]]]]:
    """Good lists of components by the kinds that are in them, from the worked cases."""
    found: dict[str, list[list[dict[str, Any]]]] = {}
    for case in read_yaml(WORKED):
        for component in case["line"]["components"]:
            found.setdefault(component["kind"], []).append(case["line"]["components"])
    return found


def bill_of(components: list[dict[str, Any]]) -> dict[str, Any]:
    """A good bill of these components."""
    seg = any(component["kind"] == "seg_weight" for component in components)
    return {**BILL, "components": components, **({"appropriation": {"rule": "full"}} if seg else {})}


def components(write: Writer) -> Iterator[Input]:
    """Every key of every component."""
    for kind, lists in worked_components().items():
        parts = _parts(COMPONENTS[kind])
        for number, listed in enumerate(lists):
            at = next(place for place, component in enumerate(listed) if component["kind"] == kind)
            good, place = bill_of(listed), ["components", at]
            if number == 0:
                first, first_place = good, place
                yield from fields_of(write, "formula", good, COMPONENTS[kind], place)
            # A part, as the steps of a base, is tried in the first case that has it.
            for key in [key for key in parts if key in listed[at]]:
                yield from _of_part(write, good, parts.pop(key), [*place, key])
        for word in (f"{kind}s", kind.upper(), [kind], {"a": kind}, 5, True, Raw("")):
            wrong = replaced(first, [*first_place, "kind"], word)
            yield f"formula: {kind}: kind {word!r}", write.keys("formula", wrong)
    for what in ("base", 5, None, [1], [], [None], [[]], ["base"], [5], [{}], {"kind": "base"}, [PART, PART]):
        yield f"formula: components: {what!r}", write.keys("formula", {**BILL, "components": what})


def _parts(model: type[BaseModel]) -> dict[str, Wanted]:
    """The keys of a model whose values are models, or lists of them."""
    found = {}
    for key, field in model.model_fields.items():
        for one in of_field(field):
            part = one.inside[0] if one.kind is tuple else one.kind
            if isinstance(part, type) and issubclass(part, BaseModel):
                found[key] = one
    return found


def _of_part(write: Writer, good: Mapping[str, Any], part: Wanted, place: Sequence[str | int]) -> Iterator[Input]:
    if part.kind is tuple:
        yield from fields_of(write, "formula", good, part.inside[0], [*place, 0])
    else:
        yield from fields_of(write, "formula", good, part.kind, place)


def formulas(write: Writer) -> Iterator[Input]:
    """Every key of a formula and a line, of rules, reserves and appropriations."""
    yield from fields_of(write, "formula", BILL, Formula)
    yield from fields_of(write, "formula", BILL, Line)
    rules = {"growth_cap": 0.05, "hold_harmless": {"share": 0.9, "years": 3}, "phase_in": [0.5]}
    held = {**BILL, "rules": rules}
    (rule_model,) = (one.kind for one in of_field(Line.model_fields["rules"]))
    yield from fields_of(write, "formula", held, rule_model, ["rules"])
    for key, part in _parts(rule_model).items():
        yield from _of_part(write, held, part, ["rules", key])
    yield from fields_of(write, "formula", {**BILL, "reserve": {"start": 1_000}}, Reserve, ["reserve"])
    for rule, model in APPROPRIATION_RULES.items():
        good = {**BILL, "appropriation": {"rule": rule, **GOOD_RULES[rule]}}
        yield from fields_of(write, "formula", good, model, ["appropriation"])
        for key in GOOD_RULES[rule]:
            less = {"rule": rule, **{other: value for other, value in GOOD_RULES[rule].items() if other != key}}
            yield f"formula: {rule} without {key}", write.keys("formula", {**BILL, "appropriation": less})
    for key in ("title", "source", "year_of_numbers", "description", "components", "appropriation"):
        less = {other: value for other, value in BILL.items() if other != key}
        yield f"formula: without {key}", write.keys("formula", less)
    for key in (*SHORT_KEYS, *FORMULA_KEYS):
        yield f"formula: {key}s", write.keys("formula", {**BILL, f"{key}s": 1})


def scenarios(write: Writer) -> Iterator[Input]:
    """Every key of a scenario and every shock."""
    yield from fields_of(write, "scenario", SCENARIO, Scenario)
    yield from fields_of(write, "scenario", SCENARIO, Shocks, ["years", 2030])
    yield from fields_of(write, "scenario", SCENARIO, Shocks, ["from_year", 2031])
    for year in (30, 1999, 2201, -2030, 20301, 2030.5):
        yield f"scenario: year {year}", write.keys("scenario", {**SCENARIO, "years": {year: {"revenue": 0.9}}})
    for word in ("abc", "FY2030", "2030-31", "", "next"):
        yield f"scenario: year {word}", write.keys("scenario", {**SCENARIO, "years": {word: {"revenue": 0.9}}})


def hindcasts(write: Writer) -> Iterator[Input]:
    """Every key of a hindcast, in the parts that it is made of."""
    good = read_yaml(case_folder() / "kansas_bonus.yaml")
    yield from fields_of(write, "case", good, Case)
    parts: list[tuple[type[BaseModel], list[str | int]]] = [
        (Start, ["start"]),
        (Law, ["before"]),
        (Law, ["laws", 0]),
        (Outcome, ["outcomes", 0]),
        (Contrast, ["outcomes", 1, "contrast"]),
    ]
    for model, place in parts:
        yield from fields_of(write, "case", good, model, place)
    for key in ("title", "source", "what_happened", "start", "before", "outcomes"):
        yield f"case: without {key}", write.keys("case", {other: good[other] for other in good if other != key})
    line = ["laws", 0, "lines", 0]
    for key, value in (("components", []), ("appropriation", 3), ("name", "A b"), ("start_year", 12), ("zzz", 1)):
        yield f"case: law's {key}", write.keys("case", replaced(good, [*line, key], value))


def targets(write: Writer) -> Iterator[Input]:
    """Every key of a table of targets."""
    good = read_yaml(targets_path())
    good = {**good, "targets": good["targets"][:2]}
    yield from fields_of(write, "targets", good, Targets)
    yield from fields_of(write, "targets", good, Target, ["targets", 0])
    yield from fields_of(write, "targets", good, Statistic, ["targets", 0, "statistic"])
    for key in good:
        yield f"targets: without {key}", write.keys("targets", {other: good[other] for other in good if other != key})


def alternatives(write: Writer) -> Iterator[Input]:
    """Every key of a table of structural alternatives."""
    good = read_yaml(alternatives_path())
    yield from fields_of(write, "alternatives", good, Alternatives)
    yield from fields_of(write, "alternatives", good, Alternative, ["alternatives", 0])
    for value in (-1.0, 1e9, True, "zero", None, [1.0], {2030: 1.0}):
        place = ["alternatives", 0, "sets"]
        wrong = replaced(good, place, {"decisions.appeal_spread": value})
        yield f"alternatives: appeal_spread {value}", write.keys("alternatives", wrong)


def texts(write: Writer) -> Iterator[Input]:
    """Text that is no YAML, or more than data, in every kind of file."""
    for kind in READERS:
        for what, content in broken.TEXTS.items():
            yield f"{kind}: {what}", write.text(kind, content)
    for what, content in broken.LARGE.items():
        yield f"formula: {what}", write.text("formula", content)


def cases(folder: Path) -> Iterator[Input]:
    """Each wrong input with its name, and a call that must raise InputError with one line."""
    write = Writer(folder)
    for make in (components, formulas, scenarios, hindcasts, targets, alternatives, texts):
        yield from make(write)
    for what, content in idle.formulas():
        yield f"formula: {what}", write.text("formula", content)
    yield from idle.others(write)
    yield from broken.paths(folder, READERS)
