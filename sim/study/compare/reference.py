"""A second reference: current law with its dollars indexed, so that what a formula adds can be told from erosion."""

from dataclasses import replace

from sim.funding.components.amounts import LONGEST_SHORT_TITLE
from sim.funding.indexing import with_indexed_dollars
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import Settings

INDEXED = "_indexed"
"""What is added to the baseline's name where its dollars follow prices."""

SHORT = ", indexed"
"""What is added to its short title."""

STUDIES: tuple[str, ...] = ("compare", "project")


def with_indexed_baseline(settings: Settings, inputs: Inputs) -> Inputs:
    """The inputs with the baseline's indexed twin as a reference beside it.

    Unchanged for studies that do not print it, where there is nothing to compare, and where the dollars of the baseline
    are indexed already.
    """
    baseline = next((formula for formula in inputs.formulas if formula.name == inputs.baseline), None)
    if settings.study.name not in STUDIES or baseline is None or len(inputs.formulas) < 2:
        return inputs
    twin = with_indexed_dollars(baseline)
    if twin is baseline:
        return inputs
    name = f"{baseline.name}{INDEXED}"
    while any(formula.name == name for formula in inputs.formulas):
        name = f"{name}_reference"
    titled = twin.model_copy(
        update={
            "name": name,
            "title": f"{baseline.title}, with its dollars indexed",
            "short": _short(baseline.short),
            "description": f"{baseline.description} Here its appropriations and amounts follow prices.",
        }
    )
    return replace(inputs, references=(titled,))


def _short(title: str) -> str:
    """The baseline's short title with what tells its twin from it; none where that is too long."""
    told = f"{title}{SHORT}"
    return told if title and len(told) <= LONGEST_SHORT_TITLE else ""
