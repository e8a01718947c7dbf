"""Grants that districts apply for."""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from sim.arrays import Array, BoolArray, ratio, state_total
from sim.funding.components.amounts import Dollars, LaunchDollars, Share, Spread, WinningShare, YesNo
from sim.funding.components.component import Component, money, percent
from sim.funding.components.expected_awards import chance_of_winning, expected_shares, winning_threshold
from sim.funding.context import PricingContext
from sim.funding.schedule import Schedule


def application_score(context: PricingContext, persistence: float) -> Array:
    """How a district's application fares this year, standard normal, ``[..., D, 1]``.

    ``persistence`` is the correlation of the score with the district's lasting capacity to win grants.
    """
    luck = np.sqrt(1.0 - persistence * persistence)
    score: Array = persistence * context.award_capacity + luck * context.award_noise
    return score


def wins(score: Array, winners: float) -> BoolArray:
    """True for the districts whose score lies in the upper ``winners`` share of the normal distribution."""
    return score > winning_threshold(winners)


class StartupGrant(Component):
    """A share of what a launch costs, up to a ceiling for each launch.

    Modeled on Arkansas's new program start-up grants and Idaho's capital grants. The ceiling is applied to the
    cluster's central start-up cost. If ``competitive``, in each year only about ``winners`` of the districts get it.
    """

    kind: Literal["startup_grant"] = "startup_grant"
    share: Share
    ceiling: LaunchDollars | None = None
    competitive: YesNo = False
    winners: WinningShare = 0.5
    persistence: Share = 0.7

    once_in_a_line = True
    alike = frozenset({"winners"})

    def paid_prices(self) -> frozenset[str]:
        """The share of start-up spending, if it and the ceiling are above zero."""
        return frozenset({"startup_share"} if self.share > 0.0 and self.ceiling != 0.0 else ())

    def without_effect(self) -> Mapping[str, str]:
        """What decides a competition, where there is none."""
        return {} if self.competitive else dict.fromkeys(("winners", "persistence"), "it needs competitive: true")

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """The share of start-up spending that is paid, ``[..., 1, C]`` or ``[..., D, C]``."""
        share: Array = np.zeros((1, len(context.world.clusters))) + self.share
        if self.ceiling is not None:
            cost = context.world.clusters.startup_cost.central[np.newaxis, :] * context.price_index
            most = self.ceiling * context.index / np.where(cost > 0.0, cost, 1.0)
            share = np.where(cost > 0.0, np.minimum(share, most), share)
        if self.competitive and context.expected:
            share = share * chance_of_winning(context.award_capacity, self.winners, self.persistence)
        elif self.competitive:
            share = share * wins(application_score(context, self.persistence), self.winners)
        return Schedule(startup_share=share)

    def describe(self) -> list[str]:
        """Share, ceiling and who gets it."""
        ceiling = f", up to {money(self.ceiling)} for each launch" if self.ceiling is not None else ""
        who = f" About {percent(self.winners)} of the districts win it in a year." if self.competitive else ""
        return [f"{percent(self.share)} of the cost of launching a pathway{ceiling}.{who}"]


class CompetitiveGrant(Component):
    """A pot divided among the winners of a yearly competition, in which capacity to apply counts.

    Modeled on the NextGen CTE pilot (Section 22-1-12 NMSA 1978): $13.0 million in FY25, from $27 to $7,888 per student
    (LESC brief, pp. 5, 11). An award rises with participants to the power ``size_power``, so less than in
    proportion, times a lognormal factor of standard deviation ``spread`` in logarithms. ``persistence`` is how much
    of winning is lasting capacity rather than the luck of the year. Who won and how much was not published; the four
    settings are judgements that reproduce the range of awards. ``pot`` defaults to the line's appropriation. The
    awards sum to the pot; if no one wins, all that offer a pathway share it.
    """

    kind: Literal["competitive_grant"] = "competitive_grant"
    pot: Dollars | None = None
    winners: WinningShare = 0.6
    size_power: Share = 0.6
    spread: Spread = 0.9
    persistence: Share = 0.7

    once_in_a_line = True
    alike = frozenset({"winners"})

    def paid_prices(self) -> frozenset[str]:
        """A lump sum, if there is a pot."""
        return frozenset({"per_district"} if self.pot != 0.0 else ())

    @property
    def divides_appropriation(self) -> bool:
        """Whether the pot is the line's appropriation."""
        return self.pot is None

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """The award of each district, a lump sum, ``[..., D, 1]``."""
        participants = context.counts.total("participants")
        size = np.log(np.maximum(participants, 1.0))
        pot = context.appropriation if self.pot is None else self.pot * context.index
        if context.expected:
            usual = np.where(participants > 0.0, np.exp(self.size_power * size), 0.0)
            terms = (self.winners, self.persistence, self.spread)
            return Schedule(per_district=expected_shares(usual, context.award_capacity, *terms) * pot)
        luck = np.sqrt(1.0 - self.persistence * self.persistence)
        # Orthogonal to the application score, so that winning does not narrow the spread of the awards.
        generosity = luck * context.award_capacity - self.persistence * context.award_noise
        claim = np.where(participants > 0.0, np.exp(self.size_power * size + self.spread * generosity), 0.0)
        won = np.where(wins(application_score(context, self.persistence), self.winners), claim, 0.0)
        claim = np.where(state_total(won) > 0.0, won, claim)
        return Schedule(per_district=ratio(claim, state_total(claim)) * pot)

    def describe(self) -> list[str]:
        """The pot and the competition."""
        pot = "The appropriation" if self.pot is None else money(self.pot)
        return [f"{pot} divided by competition; about {percent(self.winners)} of the districts with a pathway win."]
