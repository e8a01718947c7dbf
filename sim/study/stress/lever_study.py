"""A study of levers: the bill beside its variants, on common draws, against current law."""

from collections.abc import Mapping
from functools import cache

from sim.engine.static import base_year_entitlement
from sim.study.compare.neutral import entitlement_measure
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import Settings
from sim.study.stress.levers import Pulled, lever_variants, read_levers, with_levers


def pulled_levers(settings: Settings, inputs: Inputs) -> Pulled:
    """The levers of the study pulled on its bill. Raises InputError, one line, for a lever that there is not."""
    bill = inputs.formula(inputs.chosen)

    @cache
    def owed() -> Mapping[str, float]:
        return base_year_entitlement(entitlement_measure(settings, inputs).ensemble, bill)

    return lever_variants(bill, read_levers(settings.levers), owed)


def with_the_levers(settings: Settings, inputs: Inputs) -> Inputs:
    """The inputs with the variants that the study compares."""
    return with_levers(inputs, pulled_levers(settings, inputs))
