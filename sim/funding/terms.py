"""Rules of a formula that have terms of their own: floors, effort, a share by wealth, a cap by share."""

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from sim.funding.components.amounts import Share, Years
from sim.funding.components.component import percent
from sim.funding.strict import Strict
from sim.inputs import Unit

Carryover = Annotated[float, Field(strict=True, ge=0.0, lt=1.0), Unit("share")]
"""The part of a payment that may be kept for next year."""


def lasting(years: int | None) -> str:
    """For how long, as the end of a sentence; nothing without an end."""
    return "" if years is None else f" for {years} year{'' if years == 1 else 's'}"


class HoldHarmless(Strict):
    """No district is owed less than ``share`` of a reference payment, for ``years`` years (always if not given).

    ``reference`` is what the state's CTE lines are expected to have paid the district in the base year, or what they
    paid it in the previous year, under whatever law (the floor then ratchets, as in Illinois's base funding minimum),
    or what the formula itself paid it in the previous year (``own_previous_year``: no floor in the formula's first
    year). HB63 of 2025 held districts harmless for one year.
    """

    share: Share = 1.0
    years: Years | None = None
    reference: Literal["base_year", "previous_year", "own_previous_year"] = "base_year"


class MaintenanceOfEffort(Strict):
    """A district keeps its own CTE money at ``share`` of a reference, for ``years`` years (always if not given).

    Own money is what a district budgets for CTE of its general money, a member, in dollars of equal worth, and
    ``reference`` what it gave so in the base year or in the previous one, or what was required then if that is more. A
    district that falls short loses the proportion of its payment by which it does. So do a school district's federal
    funds below 90% of its effort per student (20 U.S.C. 7901) and a state's Perkins allotment (20 U.S.C. 2391(b));
    special education counts what is budgeted, per capita if the district so chooses (34 CFR 300.203), and takes back
    the shortfall in dollars. Federal rules count nominal dollars, which prices wear down.
    """

    share: Share = 1.0
    years: Years | None = None
    reference: Literal["base_year", "previous_year"] = "base_year"

    def sentence(self) -> str:
        """The rule in words."""
        length = lasting(self.years)
        origin = {"base_year": "of the base year", "previous_year": "of the year before"}[self.reference]
        return (
            f"A district keeps its own CTE money a member at {percent(self.share)} or more of that {origin}{length}, "
            f"in dollars of equal worth; one that falls short loses that proportion of its payment."
        )


class StateShare(Strict):
    """The share of what is owed that the state pays, by a district's wealth: 1 - ``local`` x its wealth over the
    state's, within ``least`` and ``most``.

    Wealth is the taxable value of property a member, which tables may have, or by ``measure: poverty`` the share of
    children who are not in poverty, a stand-in. The state's is the mean weighted by members. Modeled on Pennsylvania's
    aid ratio (1 - 0.5 x local over state wealth, at least 0.375 for vocational subsidies) and Ohio's state share.
    """

    measure: Literal["taxable_value", "poverty"]
    local: Annotated[float, Field(strict=True, gt=0.0, le=1.0), Unit("share of what is owed, at the state's wealth")]
    least: Share = 0.0
    most: Share = 1.0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if np.any(self.least > self.most):
            raise ValueError(f"least is {self.least:g} and most {self.most:g}")
        return self

    def sentence(self) -> str:
        """The rule in words."""
        wealth = (
            "a district's taxable value of property a member over the state's"
            if self.measure == "taxable_value"
            else "a district's share of children who are not in poverty over the state's, which stands for its wealth"
        )
        ends = f"at least {percent(self.least)} and at most {percent(self.most)}"
        return f"The state pays a share of what is owed, {ends}: 1 less {self.local:g} times {wealth}."


class ShareCap(Strict):
    """The most that one district is paid of a line's money: a ``share``, or its share of the state's count ``of``.

    The money is the appropriation, or all that is owed where the line is paid in full. Modeled on Nevada's grants,
    capped at a district's share of CTE enrollment (NRS 388.392), and on Colorado's 10% for one district or charter.
    """

    of: Literal["members", "participants", "concentrators", "credentials"] | None = None
    share: Share | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.of is None) == (self.share is None):
            raise ValueError("write exactly one of of (a count, as participants) or share")
        return self

    def sentence(self) -> str:
        """The rule in words."""
        most = f"its share of the state's {self.of}" if self.share is None else percent(self.share)
        return f"No district is paid more than {most} of the line's money; what is beyond is not paid to others."


class Approval(Strict):
    """Programs that are new under the law are paid once they are approved; what is offered when it begins is.

    ``wait``: a pathway at a further high school is paid from so many years after it is first counted. ``a_year``: the
    state approves so many of those that wait each year, each district and cluster its share. Modeled on Virginia, where
    a new program must be approved before it is budgeted, on Massachusetts's Chapter 74, and on Oklahoma's queue (about
    200 programs approved and unfunded in 2023).
    """

    wait: Annotated[int, Field(strict=True, ge=1, le=10), Unit("years")] | None = None
    a_year: Annotated[float, Field(strict=True, gt=0.0, le=1e5), Unit("pathways at high schools")] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.wait is None) == (self.a_year is None):
            raise ValueError("write exactly one of wait (years) or a_year (programs)")
        return self

    def sentence(self) -> str:
        """The rule in words."""
        if self.wait is not None:
            years = "a year" if self.wait == 1 else f"{self.wait} years"
            return f"A program that is new under the law is paid from {years} after it is first counted."
        return (
            f"The state approves {self.a_year:g} new programs a year, and pays for none before; those that are offered "
            "when the law begins are approved."
        )
