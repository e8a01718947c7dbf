"""Fair comparisons: formulas scaled to the same base-year entitlement, and a formula taken apart."""

from dataclasses import replace

from sim.engine.ensemble import prepare
from sim.engine.static import base_year_entitlement
from sim.funding.formula import Formula, cost_neutral_factor, scale_to
from sim.inputs import InputError
from sim.study.compare.variants import component_variants, money_and_design, with_formulas
from sim.study.setup.design import parameters_for
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import Settings

COST_NEUTRAL = "_cost_neutral"
"""What is added to the name of a formula scaled to the baseline's money, where both versions are run."""
REPLICATES = 16
"""Replicates over which base-year entitlements are averaged."""


def entitlements(settings: Settings, inputs: Inputs) -> dict[str, dict[str, float]]:
    """What each line of each formula owes for the base year's counts, dollars, mean over some replicates."""
    # A sweep may have one replicate at many points; the measure of money needs more.
    sweeping = settings.study.name == "sweep"
    replicates = range(REPLICATES if sweeping else min(REPLICATES, settings.draws))
    parameters = parameters_for(inputs.catalogue, inputs.world, settings.seed, replicates, settings.uncertainty)
    ensemble = prepare(inputs.world, parameters, inputs.current_law, settings.seed, replicates, 1)
    return {formula.name: base_year_entitlement(ensemble, formula) for formula in inputs.formulas}


def rescaled(settings: Settings, inputs: Inputs) -> Inputs:
    """The inputs with every formula but the baseline scaled to the wanted base-year entitlement; unchanged if none is.

    The baseline stays as it is, so that differences are taken against current law. Formulas without lines of their own
    (nothing replaces the pilot) cannot be scaled and stay as they are too. Raises InputError if the baseline is wanted
    as the measure and there is none.
    """
    if settings.cost_neutral is None:
        return inputs
    owed = entitlements(settings, inputs)
    target = settings.cost_neutral
    if target in ("baseline", "both"):
        baseline = next((formula for formula in inputs.formulas if formula.name == inputs.baseline), None)
        if baseline is None:
            raise InputError(
                f"settings: cost_neutral: '{target}' is not allowed: the study has no baseline; give dollars"
            )
        target = sum(owed[baseline.name][line.name] for line in baseline.own_lines)

    amount = float(target)

    def versions(formula: Formula) -> tuple[Formula, ...]:
        later = [line for line in formula.own_lines if line.active(inputs.world.base_year + 1)]
        owes = any(owed[formula.name].get(line.name, 0.0) > 0 for line in later)
        if formula.name == inputs.baseline or not owes:
            return (formula,)
        scaled = scale_to(formula, cost_neutral_factor(owed[formula.name], formula, amount))
        if settings.cost_neutral != "both":
            return (scaled,)
        names = {"name": f"{formula.name}{COST_NEUTRAL}", "title": f"{formula.title}, cost-neutral"}
        return formula, scaled.model_copy(update=names)

    return replace(inputs, formulas=tuple(version for formula in inputs.formulas for version in versions(formula)))


def with_decomposition(settings: Settings, inputs: Inputs, chosen: str | None) -> Inputs:
    """The inputs with the variants that a study needs to take the chosen formula apart; unchanged for other studies."""
    if settings.study.name not in ("decompose", "two_by_two"):
        return inputs
    formula = next(formula for formula in inputs.formulas if formula.name == chosen)
    if settings.study.name == "decompose":
        return with_formulas(inputs, component_variants(formula))
    owed = {
        other.name: sum(lines.get(line.name, 0.0) for line in other.own_lines)
        for other, lines in zip(inputs.formulas, entitlements(settings, inputs).values(), strict=True)
    }
    return with_formulas(inputs, money_and_design(inputs, formula, owed))
