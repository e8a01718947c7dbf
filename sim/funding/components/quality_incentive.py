"""Money that rises with the quality of a district's programs."""

from collections.abc import Mapping
from typing import Literal, Self

import numpy as np
from pydantic import field_validator, model_validator

from sim.arrays import Array
from sim.funding.components.amounts import DollarsEach, Share
from sim.funding.components.component import QUALITY, Component, money, percent
from sim.funding.context import PricingContext
from sim.funding.schedule import PRICES, STAKES, Counts, Schedule, entitlement
from sim.inputs import nearest, shown
from sim.states.words import listed
from sim.world.world import QUALITY_COMPONENTS


class QualityIncentive(Component):
    """A payment for each of the 12 components of the high-quality CTE framework, in proportion to its score.

    Modeled on the incentives for program quality in the LESC brief (pp. 9-11) and on Idaho's program quality
    incentive. At full quality it pays either ``share`` of the rest of the line's entitlement, as the state last
    counted it, or ``dollars`` for each ``per``. ``weights`` (summing to 1; equal if not given) say how much each
    component counts. With a ``threshold`` a component scored below it earns nothing.
    """

    kind: Literal["quality_incentive"] = "quality_incentive"
    share: Share | None = None
    dollars: DollarsEach | None = None
    per: Literal["district", "school", "participant", "concentrator"] = "concentrator"
    weights: dict[str, Share] | None = None
    threshold: Share | None = None

    stage = QUALITY
    once_in_a_line = True
    limits = ("quality",)
    prices_what_is_counted = True
    alike = frozenset({"weights"})

    @field_validator("weights")
    @classmethod
    def _known_and_summing(cls, value: dict[str, float] | None) -> dict[str, float] | None:
        if value is None:
            return None
        for component in value:
            if component not in QUALITY_COMPONENTS:
                raise ValueError(
                    f"{shown(component)} is not a quality component; {nearest(component, QUALITY_COMPONENTS)}"
                )
        if abs(sum(value.values()) - 1.0) > 1e-6:
            raise ValueError(f"the weights sum to {sum(value.values()):.6g}, not to 1")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.share is None) == (self.dollars is None):
            raise ValueError("write exactly one of share or dollars")
        return self

    def paid_prices(self) -> frozenset[str]:
        """Its own dollars, if there are any."""
        return frozenset({"per_quality_point"} if self.dollars is not None and self.dollars > 0.0 else ())

    def works_on(self) -> frozenset[str]:
        """All that the rest of the line pays districts, if it takes a share of that."""
        return (
            frozenset(PRICES) - {"statewide", *STAKES} if self.share is not None and self.share > 0.0 else frozenset()
        )

    def without_effect(self) -> Mapping[str, str]:
        """What dollars are paid for, where it is a share."""
        return {"per": "it says what dollars are for; a share is of the rest of the line"} if self.share else {}

    def _weights(self) -> Array:
        if self.weights is None:
            return np.full((1, 1), 1.0 / len(QUALITY_COMPONENTS))
        return np.array([[self.weights.get(component, 0.0) for component in QUALITY_COMPONENTS]])

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """Dollars for a full score in each component, ``[..., D, K]``, or ``[..., D, 1]`` if all count alike."""
        counts = context.counts
        if self.share is not None:
            at_full_quality = self.share * entitlement(so_far, counts)
        else:
            assert self.dollars is not None
            units = {
                "district": counts.offering,
                "school": counts.offering_schools,
                "participant": counts.total("participants"),
                "concentrator": counts.total("concentrators"),
            }[self.per]
            at_full_quality = self.dollars * context.index * units
        return Schedule(per_quality_point=at_full_quality * self._weights())

    def counted(self, counts: Counts) -> Counts:
        """Scores at or above the threshold."""
        if self.threshold is None:
            return counts
        return counts.but(quality=np.where(counts.quality >= self.threshold, counts.quality, 0.0))

    def describe(self) -> list[str]:
        """The most it pays, and for what."""
        most = (
            f"up to {percent(self.share)} of the rest"
            if self.share is not None
            else f"up to {money(self.dollars or 0.0)} for every {self.per}"
        )
        what = (
            "the 12 components" if self.weights is None else listed([name.replace("_", " ") for name in self.weights])
        )
        sentences = [f"For program quality, {most}, in proportion to the score in {what}."]
        if self.threshold is not None:
            sentences.append(f"A component scored below {self.threshold:g} earns nothing.")
        return sentences
