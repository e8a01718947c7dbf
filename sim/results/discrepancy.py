"""What forecasts have missed beyond parameters and luck, as a posterior's provenance and a manifest hold it."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.inputs import InputError
from sim.results.files import first_fault

P90 = 1.6448536269514722
"""The standard normal's 95th percentile, SciPy's ``ndtri(0.95)``: with 5% on either side, the end of a central 90%."""
QUANTILES = 200
"""Of an uncertain standard deviation, over which a mixture is summed up."""

ALL_KINDS = "all kinds"
"""The level's discrepancy of an outcome that belongs to no kind of its own."""

Deviation = Annotated[float, Field(gt=0.0, le=10.0)]
Count = Annotated[int, Field(ge=1)]


class Spread(BaseModel):
    """Standard deviation of a logarithm: its median and central 90%, told by so many ``cases``."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    sigma: Deviation
    low: Deviation
    high: Deviation
    cases: Count

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.sigma <= self.high:
            raise ValueError(f"{self.sigma} does not lie between low {self.low} and high {self.high}")
        return self

    @property
    def predictive(self) -> float:
        """The standard deviation of a normal logarithm that has the central 90% which one with this uncertain standard
        deviation has: the mixture over a lognormal sigma, solved at its 95th percentile."""
        return _predictive(self.sigma, self.low, self.high)


@cache
def _predictive(sigma: float, low: float, high: float) -> float:
    from scipy.optimize import brentq  # slow to import, and what only names a folder does not need it
    from scipy.special import ndtr, ndtri

    quantiles = ndtri((np.arange(QUANTILES) + 0.5) / QUANTILES)
    sigmas = sigma * (high / low) ** (quantiles / (2.0 * P90))
    return float(brentq(lambda far: ndtr(far / sigmas).mean() - 0.95, 0.0, 100.0 * sigmas.max())) / P90


class CarriedDiscrepancy(BaseModel):
    """``levels``: by kind of outcome, of the logarithm of what happened over what was forecast, whole after so many
    ``years``; ``response``: of the logarithm of a change over the change that was forecast."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    levels: dict[str, Spread]
    response: Spread
    years: Annotated[float, Field(gt=0.0, le=100.0)]

    @model_validator(mode="after")
    def _has_one_for_all(self) -> Self:
        if ALL_KINDS not in self.levels:
            raise ValueError(f"levels: lacks '{ALL_KINDS}'")
        return self


def read_discrepancy(provenance: Mapping[str, Any], where: str) -> CarriedDiscrepancy:
    """What a posterior's provenance holds of it. Raises InputError, one line, if there is none or a bad one."""
    remedy = (
        "run cte-sim study=hindcast and store what it finds (docs/explanation/validation.md), or set discrepancy=false"
    )
    if "discrepancy" not in provenance:
        raise InputError(f"{where}: holds no discrepancy for intervals to carry; {remedy}")
    try:
        return CarriedDiscrepancy.model_validate(provenance["discrepancy"])
    except ValidationError as error:
        raise InputError(f"{where}: discrepancy: {first_fault(error)}; {remedy}") from error
