"""The cost-neutral switch: every formula scaled to the same base-year entitlement, so that designs compare fairly."""

from dataclasses import replace

from sim.engine.ensemble import prepare
from sim.engine.static import base_year_entitlement
from sim.funding.formula import Formula, cost_neutral_factor, scale_to
from sim.inputs import InputError
from sim.study.design import parameters_for
from sim.study.inputs import Inputs
from sim.study.settings import Settings

REPLICATES = 16
"""Replicates over which base-year entitlements are averaged."""


def rescaled(settings: Settings, inputs: Inputs) -> Inputs:
    """The inputs with every formula scaled to the wanted base-year entitlement; unchanged if none is wanted.

    Formulas without lines of their own (nothing replaces the pilot) cannot be scaled and stay as they are. Raises
    InputError if the baseline is wanted as the measure and there is none.
    """
    if settings.cost_neutral is None:
        return inputs
    replicates = range(min(REPLICATES, settings.draws))
    parameters = parameters_for(inputs.catalogue, inputs.world, settings.seed, replicates, settings.uncertainty)
    ensemble = prepare(inputs.world, parameters, inputs.current_law, settings.seed, replicates, 1)
    owed = {formula.name: base_year_entitlement(ensemble, formula) for formula in inputs.formulas}
    target = settings.cost_neutral
    if target == "baseline":
        baseline = next((formula for formula in inputs.formulas if formula.name == inputs.baseline), None)
        if baseline is None:
            raise InputError(
                "settings: cost_neutral: 'baseline' is not allowed: the study has no baseline; give dollars"
            )
        target = sum(owed[baseline.name][line.name] for line in baseline.own_lines)

    def scaled(formula: Formula) -> Formula:
        if not any(owed[formula.name].get(line.name, 0.0) > 0 for line in formula.own_lines):
            return formula
        return scale_to(formula, cost_neutral_factor(owed[formula.name], formula, float(target)))

    return replace(inputs, formulas=tuple(scaled(formula) for formula in inputs.formulas))
