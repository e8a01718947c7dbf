"""When a site closes: its margin, the district's cash, a post that stays vacant, too few students."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, BoolArray, logistic
from sim.parameters.groups import Decisions


@dataclass(frozen=True)
class ClosingTerms:
    """What moves the chance that a site closes this year: for it (positive) and against it.

    ``real_margin`` is expected revenue less practiced cost per participant, constant dollars. ``long_vacant`` is the
    share of its sections without an instructor, where some have been so for years. Money sunk in equipment
    that still has service life holds closure back. Gross closure is about 3% a year in ordinary times and 15-25% in a
    cut (2025 EdWeek survey; Minnesota 2008-11). Terms are log odds, each broadcasting to ``[..., D, C]``.
    """

    real_margin: Array
    in_deficit: BoolArray
    long_vacant: Array
    small: BoolArray
    service_life: Array
    decisions: Decisions

    @property
    def intercept(self) -> Array:
        """What holds for every site."""
        return self.decisions.close_intercept

    @property
    def margin(self) -> Array:
        """That it earns or loses money."""
        weight, scale = self.decisions.close_margin_weight, self.decisions.close_margin_scale
        term: Array = -weight * np.arcsinh(self.real_margin / scale)
        return term

    @property
    def deficit(self) -> Array:
        """That the district's CTE books are in deficit."""
        return self.decisions.close_cash_weight * self.in_deficit

    @property
    def vacancy(self) -> Array:
        """That its posts have long been vacant, in proportion to how many are."""
        return self.decisions.close_vacancy_weight * self.long_vacant

    @property
    def size(self) -> Array:
        """That too few students come."""
        return self.decisions.close_size_weight * self.small

    @property
    def equipment(self) -> Array:
        """Service life left in its equipment."""
        return -self.decisions.close_inertia * self.service_life

    @property
    def total(self) -> Array:
        """The log odds that a site closes this year, ``[..., D, C]``."""
        return self.intercept + self.margin + self.deficit + self.vacancy + self.size + self.equipment

    @property
    def chance(self) -> Array:
        """The chance that a site closes this year, ``[..., D, C]``."""
        return logistic(self.total)


def sites_closed(sites: Array, chance: Array, draw: Array) -> Array:
    """Sites closed, whole: the expected number rounded up or down by one uniform draw, so that it is right on
    average for one site and for many."""
    return np.minimum(np.floor(sites * chance + draw), sites)
