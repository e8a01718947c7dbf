"""When a site closes: its margin, the district's cash, a post that stays vacant, too few students."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, BoolArray, logistic
from sim.parameters.groups import Decisions


@dataclass(frozen=True)
class ClosingTerms:
    """What speaks for closing a site (positive) and against it, log odds, each broadcasting to ``[..., D, C]``."""

    intercept: Array
    margin: Array
    deficit: Array
    vacancy: Array
    size: Array
    equipment: Array

    @property
    def total(self) -> Array:
        """The log odds that a site closes this year, ``[..., D, C]``."""
        return self.intercept + self.margin + self.deficit + self.vacancy + self.size + self.equipment

    @property
    def chance(self) -> Array:
        """The chance that a site closes this year, ``[..., D, C]``."""
        return logistic(self.total)


def closing_terms(
    margin: Array,
    in_deficit: BoolArray,
    long_vacant: BoolArray,
    small: BoolArray,
    equipment: Array,
    decisions: Decisions,
) -> ClosingTerms:
    """What moves the chance that a site closes this year.

    ``margin`` is expected revenue less practiced cost per participant, constant dollars. Money sunk in equipment that
    still has service life holds closure back. Gross closure is about 3% a year in ordinary times and 15-25% in a cut
    (2025 EdWeek survey; Minnesota 2008-11).
    """
    return ClosingTerms(
        intercept=decisions.close_intercept,
        margin=-decisions.close_margin_weight * np.arcsinh(margin / decisions.close_margin_scale),
        deficit=decisions.close_cash_weight * in_deficit,
        vacancy=decisions.close_vacancy_weight * long_vacant,
        size=decisions.close_size_weight * small,
        equipment=-decisions.close_inertia * equipment,
    )


def sites_closed(sites: Array, chance: Array, draw: Array) -> Array:
    """Sites closed, whole: the expected number rounded up or down by one uniform draw, so that it is right on
    average for one site and for many."""
    return np.minimum(np.floor(sites * chance + draw), sites)
