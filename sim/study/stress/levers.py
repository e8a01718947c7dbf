"""Levers: changes that a legislature can make to a bill so that a bad year costs less, each as a variant of the bill.

A lever is data: a file of ``conf/lever`` that says in the words of the formula language what it changes. Its variant is
a formula like any other and runs on the same draws.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.config_folder import config_folder
from sim.funding.appropriation import DemandWithCap, Fixed, Full, Indexed, Once, ShareOfRevenue
from sim.funding.formula import Formula
from sim.funding.line import Line
from sim.funding.rules import JOINT, Rules
from sim.inputs import InputError, Source, mistakes, nearest, read_with_lines
from sim.study.setup.inputs import Inputs

FOLDER = "lever"
"""The folder of ``conf`` with the shipped levers."""

WITH = "with"
"""Stands between the name of a bill and that of a lever."""

Owed = Callable[[], Mapping[str, float]]
"""What each line owes for the base year's counts, dollars; computed only where a lever asks for it."""


class Appropriation(BaseModel):
    """How much is voted: ``full``: whatever is owed; else the line's own amount ``times`` a number, and with ``cap`` a
    line that is paid in full is capped at what it owes in the base year times it, which rises with prices."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    full: bool = False
    times: Annotated[float, Field(gt=0.0, le=10.0)] = 1.0
    cap: bool = False


class SetAside(BaseModel):
    """A reserve of a ``share`` of a year's money, which keeps so much of what a year leaves over."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    share: Annotated[float, Field(gt=0.0, le=10.0)]
    keeps: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0


class Lever(BaseModel):
    """A lever as it stands in its file, which gives it its name; it changes at least one thing."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    title: str
    does: str
    source: str
    appropriation: Appropriation | None = None
    rules: dict[str, Any] = {}
    reserve: SetAside | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.appropriation is None and not self.rules and self.reserve is None:
            raise ValueError("write appropriation, rules or reserve: what the lever changes")
        unknown = sorted(set(self.rules) - set(Rules.model_fields))
        if unknown:
            raise ValueError(f"rules: {unknown[0]} is no rule; {nearest(unknown[0], Rules.model_fields)}")
        return self


class UnfitError(Exception):
    """A lever that cannot be pulled on a bill, with why."""


def read_levers(names: Sequence[str]) -> tuple[Lever, ...]:
    """Levers by name or by the path of a file; all that are shipped where none is named. Raises InputError, one
    line."""
    folder = config_folder() / FOLDER
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    found = []
    for name in names or known:
        own = name.endswith((".yaml", ".yml"))
        path = Path(name) if own else folder / f"{name}.yaml"
        if not path.is_file():
            said = "there is no such file" if own else nearest(name, known)
            raise InputError(f"settings: levers: {name} is not known; {said}")
        content, source = read_with_lines(path)
        found.append(lever_from(content, source, path.stem))
    return tuple(found)


def lever_from(content: object, source: Source, name: str) -> Lever:
    """A lever from plain data. Raises InputError, one line."""
    try:
        written = dict(content) if isinstance(content, Mapping) else {}
        return Lever.model_validate({**written, "name": name})
    except ValidationError as error:
        keys = tuple(key for key in Lever.model_fields if key != "name")
        raise source.refusals(mistakes(error, {"": keys}, Lever)) from error


def pulled(formula: Formula, lever: Lever, owed: Owed) -> Formula:
    """The formula with the lever pulled on all of its own lines outside the main formula. Raises UnfitError where it
    changes nothing, or where the language refuses the two together."""
    within = [line for line in formula.own_lines if line.outside_main]
    if not within:
        raise UnfitError("its money sits inside the main formula, which pays what its units are worth")
    if lever.rules.get("proration") == "by_component" and all(len(line.components) == 1 for line in within):
        raise UnfitError("each of its lines pays for one thing, so there is no order")
    joint = {key: value for key, value in lever.rules.items() if key in JOINT}
    own = {key: value for key, value in lever.rules.items() if key not in JOINT}
    content = formula.model_dump()
    content["lines"] = [_pulled_line(line, lever, own, owed).model_dump() if line in within else line.model_dump()
                        for line in formula.lines]  # fmt: skip
    content["rules"] = {**{key: value for key, value in content["rules"].items() if value is not None}, **joint}
    content |= {
        "name": f"{formula.name}_{WITH}_{lever.name}",
        "title": f"{formula.title}: {lever.title[:1].lower()}{lever.title[1:]}",
        "short": "",
        "description": f"{formula.description} {lever.does}",
        "expected_base_year_entitlement": None,
    }
    try:
        found = Formula.model_validate(content)
    except ValidationError as error:
        raise UnfitError(str(error.errors(include_url=False)[0]["msg"]).removeprefix("Value error, ")) from error
    if found.lines == formula.lines and found.rules == formula.rules:
        raise UnfitError("the bill has it already")
    return found


def _pulled_line(line: Line, lever: Lever, rules: Mapping[str, Any], owed: Owed) -> Line:
    changed: dict[str, Any] = {}
    if rules:
        changed["rules"] = {**line.rules.model_dump(), **rules}
    if lever.appropriation is not None:
        changed["appropriation"] = _voted(line, lever.appropriation, owed).model_dump()
    if lever.reserve is not None:
        rule = line.appropriation
        if isinstance(rule, Full):
            raise UnfitError("what is owed is paid in full, so a reserve has no use")
        keeps = 0.0 if isinstance(rule, DemandWithCap) else lever.reserve.keeps
        changed["reserve"] = {"start": round(lever.reserve.share * _amount(line, owed)), "keeps": keeps}
    try:
        return Line.model_validate({**line.model_dump(), **changed})
    except ValidationError as error:
        raise UnfitError(str(error.errors(include_url=False)[0]["msg"]).removeprefix("Value error, ")) from error


def _amount(line: Line, owed: Owed) -> float:
    """What a year of the line votes, or owes for the base year's counts where no number is voted."""
    rule = line.appropriation
    match rule:
        case Fixed() | Indexed():
            return float(rule.dollars)
        case DemandWithCap():
            return float(rule.cap)
        case Once():
            return float(rule.dollars) / rule.years
        case _:
            return owed().get(line.name, 0.0)


def _voted(line: Line, change: Appropriation, owed: Owed) -> Any:
    rule = line.appropriation
    if change.full:
        return Full()
    match rule:
        case Fixed() | Indexed() | Once():
            return rule.model_copy(update={"dollars": rule.dollars * change.times})
        case DemandWithCap():
            return rule.model_copy(update={"cap": rule.cap * change.times})
        case ShareOfRevenue():
            return rule.model_copy(update={"share": min(rule.share * change.times, 1.0)})
        case _:
            if not change.cap:
                raise UnfitError("what is owed is paid in full")
            return DemandWithCap(cap=round(change.times * owed().get(line.name, 0.0)), indexed=True)


@dataclass(frozen=True)
class Pulled:
    """The variants of a bill by the name of their lever, and why a lever has none."""

    bill: str
    levers: tuple[Lever, ...]
    variants: Mapping[str, Formula]
    unfit: Mapping[str, str]


def lever_variants(formula: Formula, levers: Sequence[Lever], owed: Owed) -> Pulled:
    """Every lever pulled on the bill, one at a time."""
    variants: dict[str, Formula] = {}
    unfit: dict[str, str] = {}
    for lever in levers:
        try:
            variants[lever.name] = pulled(formula, lever, owed)
        except UnfitError as error:
            unfit[lever.name] = str(error)
    return Pulled(formula.name, tuple(levers), variants, unfit)


def with_levers(inputs: Inputs, found: Pulled) -> Inputs:
    """The inputs with the bill's variants after it. Raises InputError, one line, if no lever can be pulled on it."""
    if not found.variants:
        reasons = "; ".join(dict.fromkeys(found.unfit.values()))
        raise InputError(f"formula {found.bill}: no lever can be pulled: {reasons}")
    return replace(inputs, formulas=(*inputs.formulas, *found.variants.values()))
