"""Fair comparisons: formulas scaled to equal money, current law with its dollars indexed, a formula taken apart."""

from dataclasses import replace

from sim.funding.formula import Formula
from sim.inputs import InputError
from sim.study.compare.neutral import Neutral, entitlement_measure, has_money, measure_for, reason, refuse
from sim.study.compare.scaling import UnreachableError
from sim.study.compare.variants import component_variants, money_and_design, with_formulas
from sim.study.compare.words import COST_NEUTRAL, SCALED_TO
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import Settings


def rescaled(settings: Settings, inputs: Inputs) -> Inputs:
    """The inputs with every formula but the baseline scaled to the wanted money; unchanged if none is.

    The baseline stays as it is, so that differences are taken against current law. Formulas without lines of their own
    (nothing replaces the pilot) cannot be scaled and stay as they are too. Raises InputError, one line, if the baseline
    is wanted as the measure and there is none, or if no scale brings a formula to the target; where each formula is run
    as written and scaled, it then runs as written only, and the record of it says why.
    """
    if settings.cost_neutral is None:
        return inputs
    money = measure_for(settings, inputs)
    target = settings.cost_neutral
    if target in ("baseline", "both"):
        baseline = next((formula for formula in inputs.formulas if formula.name == inputs.baseline), None)
        if baseline is None:
            raise InputError(
                f"settings: cost_neutral: '{target}' is not allowed: the study has no baseline; give dollars"
            )
        target = money.comes_to(baseline)
        if target <= 0.0:
            raise InputError(f"settings: cost_neutral: the baseline '{baseline.name}' has no money of its own to meet")
    amount, both = float(target), settings.cost_neutral == "both"
    formulas: list[Formula] = []
    records: dict[str, Neutral] = {}
    for formula in inputs.formulas:
        if formula.name == inputs.baseline or not has_money(formula, inputs.world.base_year, settings.horizon):
            formulas.append(formula)
            continue
        if both:
            formulas.append(formula)
        try:
            scaled, record = money.neutral(formula, amount)
        except UnreachableError as error:
            if not both:
                raise refuse(error, settings, inputs.world.base_year) from error
            said = reason(error, money.by, inputs.world.base_year)
            records[formula.name] = Neutral(money.by, amount, error.nearest, 1.0, rate=money.rate, refused=said)
            continue
        scaled = _titled(scaled, record, COST_NEUTRAL if both else "")
        formulas.append(scaled)
        records[scaled.name] = record
    return replace(inputs, formulas=tuple(formulas), neutral=records)


def _titled(formula: Formula, record: Neutral, suffix: str) -> Formula:
    """The formula with a name and a title that say that it is scaled."""
    return formula.model_copy(
        update={
            "name": f"{formula.name}{suffix}",
            "title": f"{formula.title}, {SCALED_TO[record.by]}{record.said}",
            "short": "",
            "expected_base_year_entitlement": None,
        }
    )


def with_decomposition(settings: Settings, inputs: Inputs, chosen: str | None) -> Inputs:
    """The inputs with the variants that a study needs to take the chosen formula apart; unchanged for other studies."""
    if settings.study.name not in ("decompose", "two_by_two"):
        return inputs
    formula = next(formula for formula in inputs.formulas if formula.name == chosen)
    if settings.study.name == "decompose":
        return with_formulas(inputs, component_variants(formula))
    return with_formulas(inputs, money_and_design(inputs, formula, entitlement_measure(settings, inputs)))
