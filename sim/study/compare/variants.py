"""Variants of a formula that take its effect apart: component by component, or more money from better design."""

from dataclasses import replace

from sim.funding.components import SegWeight
from sim.funding.formula import Formula
from sim.funding.line import Line
from sim.inputs import InputError
from sim.states.speaking import state_words
from sim.study.compare.neutral import Measure, reason
from sim.study.compare.scaling import UnreachableError
from sim.study.setup.inputs import Inputs

ALONE = "only"
WITHOUT = "without"
MORE_MONEY = "more_money"
SAME_MONEY = "same_money"


def component_variants(formula: Formula) -> tuple[Formula, ...]:
    """For each component of the formula's own lines, the formula with it alone, and the formula without it.

    Names are ``<formula>_only_<component>`` and ``<formula>_without_<component>``. Raises InputError if there is only
    one component, so that nothing can be taken apart.
    """
    parts = [(line, component.label) for line in formula.own_lines for component in line.components]
    if len(parts) < 2:
        raise InputError(f"formula {formula.name}: has one component; nothing can be taken apart")
    several = len(formula.own_lines) > 1
    variants = []
    for line, label in parts:
        name = f"{line.name}_{label}" if several else label
        kept = _parted(formula, line, label, inside=True)
        rest = _parted(formula, line, label, inside=False)
        variants.append(_named(kept, f"{formula.name}_{ALONE}_{name}", f"{formula.title}: only {name}"))
        variants.append(_named(rest, f"{formula.name}_{WITHOUT}_{name}", f"{formula.title}: without {name}"))
    return tuple(variants)


def _parted(formula: Formula, line: Line, label: str, inside: bool) -> Formula:
    """The formula with only the named component of a line among its own lines, or with all but it."""
    lines = []
    for other in formula.lines:
        if other.background:
            lines.append(other)
            continue
        components = tuple(
            component for component in other.components if (other is line and component.label == label) == inside
        )
        if components:
            lines.append(other.model_copy(update={"components": components}))
    return formula.model_copy(update={"lines": tuple(lines)})


def _named(formula: Formula, name: str, title: str) -> Formula:
    return formula.model_copy(
        update={"name": name, "title": title, "short": "", "description": title, "expected_base_year_entitlement": None}
    )


def money_and_design(inputs: Inputs, formula: Formula, money: Measure) -> tuple[Formula, ...]:
    """The two off-diagonal cells of money x design.

    The baseline's design with the formula's money, and the formula's design with the baseline's money; ``money`` is
    what each owes for the base year's counts. Raises InputError if there is no baseline, if either owes nothing or
    cannot be scaled to the other, or if the money sits inside the main formula and cannot be scaled apart from its
    students.
    """
    baseline = next((other for other in inputs.formulas if other.name == inputs.baseline), None)
    if baseline is None or baseline.name == formula.name:
        raise InputError("settings: study.baseline: two_by_two compares a formula with a baseline; name two formulas")
    owed = {side.name: money.comes_to(side) for side in (baseline, formula)}
    for side in (baseline, formula):
        if owed[side.name] <= 0:
            raise InputError(
                f"formula {side.name}: owes nothing in the base year; money and design cannot be told apart"
            )
        if any(isinstance(part, SegWeight) for line in side.own_lines for part in line.components):
            raise InputError(
                f"formula {side.name}: its money sits inside {state_words().main}; two_by_two needs lines of its own"
            )
    try:
        richer, more = money.neutral(baseline, owed[formula.name])
        leaner, less = money.neutral(formula, owed[baseline.name])
    except UnreachableError as error:
        said = reason(error, money.by, inputs.world.base_year)
        raise InputError(f"two_by_two gives each design the other's money: {said}") from error
    return (
        _named(
            richer, f"{baseline.name}_{MORE_MONEY}", f"{baseline.title}, with the money of {formula.name}{more.said}"
        ),
        _named(
            leaner, f"{formula.name}_{SAME_MONEY}", f"{formula.title}, with the money of {baseline.name}{less.said}"
        ),
    )


def with_formulas(inputs: Inputs, added: tuple[Formula, ...]) -> Inputs:
    """The inputs with further formulas after those they have."""
    return replace(inputs, formulas=(*inputs.formulas, *added))
