"""The rules of a line, as they are written in a formula: how much is voted, and how payments are smoothed."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, field_validator

from sim.funding.components.amounts import (
    DistrictDollars,
    Dollars,
    Growth,
    Match,
    Share,
    Years,
    YesNo,
    no_truth,
)
from sim.funding.components.component import Strict, money, percent
from sim.inputs import Unit


class Fixed(Strict):
    """The same nominal dollars every year."""

    rule: Literal["fixed"] = "fixed"
    dollars: Dollars

    def sentence(self) -> str:
        """The rule in words."""
        return f"The appropriation is {money(self.dollars)} every year, not indexed."


class Indexed(Strict):
    """Dollars of the base year that follow the price index."""

    rule: Literal["indexed"] = "indexed"
    dollars: Dollars

    def sentence(self) -> str:
        """The rule in words."""
        return f"The appropriation is {money(self.dollars)} and rises with prices."


class ShareOfRevenue(Strict):
    """A share of the general fund's recurring revenue of the year."""

    rule: Literal["share_of_revenue"] = "share_of_revenue"
    share: Share

    def sentence(self) -> str:
        """The rule in words."""
        return f"The appropriation is {percent(self.share)} of general-fund revenue."


class DemandWithCap(Strict):
    """Whatever the formula owes, up to a cap; ``indexed`` lets the cap follow prices."""

    rule: Literal["demand_with_cap"] = "demand_with_cap"
    cap: Dollars
    indexed: YesNo = False

    def sentence(self) -> str:
        """The rule in words."""
        rising = ", which rises with prices" if self.indexed else ""
        return f"The appropriation follows what is owed, up to {money(self.cap)}{rising}."


class Full(Strict):
    """Whatever the formula owes, as inside the state's main formula."""

    rule: Literal["full"] = "full"

    def sentence(self) -> str:
        """The rule in words."""
        return "Whatever is owed is paid in full."


class Once(Strict):
    """Dollars voted once, in the line's first year, and spent in equal parts over ``years``."""

    rule: Literal["once"] = "once"
    dollars: Dollars
    years: Years

    def sentence(self) -> str:
        """The rule in words."""
        return f"{money(self.dollars)} is voted once and spent in equal parts over {self.years} years."


AppropriationRule = Annotated[
    Fixed | Indexed | ShareOfRevenue | DemandWithCap | Full | Once, Field(discriminator="rule")
]
APPROPRIATION_RULES: dict[str, type[Strict]] = {
    "fixed": Fixed,
    "indexed": Indexed,
    "share_of_revenue": ShareOfRevenue,
    "demand_with_cap": DemandWithCap,
    "full": Full,
    "once": Once,
}


class HoldHarmless(Strict):
    """No district gets less than ``share`` of a reference payment, for ``years`` years (always if not given).

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
        length = f" for {self.years} years" if self.years else ""
        origin = {"base_year": "of the base year", "previous_year": "of the year before"}[self.reference]
        return (
            f"A district keeps its own CTE money a member at {percent(self.share)} or more of that {origin}{length}, "
            f"in dollars of equal worth; one that falls short loses that proportion of its payment."
        )


class JointRules(Strict):
    """Rules over all of a formula's own lines together, as they are written for a formula; see ``Rules``.

    None leaves a rule to the lines. Which lines are under them, and from when years count: ``sim.funding.together``.
    """

    phase_in: Annotated[tuple[Share, ...], Field(max_length=60)] | None = None
    phase_in_from: Literal["base_year", "nothing"] | None = None
    growth_cap: Growth | None = None
    growth_cap_from: Literal["previous_year", "nothing"] | None = None
    hold_harmless: HoldHarmless | None = None
    minimum_guarantee: DistrictDollars | None = None
    minimum_guarantee_charter: DistrictDollars | None = None

    alike = frozenset({"phase_in"})

    @field_validator("phase_in")
    @classmethod
    def _never_down(cls, value: tuple[float, ...] | None) -> tuple[float, ...] | None:
        return never_down(value) if value is not None else None

    @property
    def written(self) -> dict[str, Any]:
        """The rules that are set."""
        return {key: value for key in JOINT if (value := getattr(self, key)) is not None}

    def sentences(self) -> list[str]:
        """The rules that are set, in words."""
        return UNRULED.under(self).sentences()


JOINT: tuple[str, ...] = tuple(JointRules.model_fields)
"""Keys of the rules that hold a formula's own lines together."""
REFERRING: tuple[str, ...] = tuple(key for key in JOINT if not key.startswith("minimum_guarantee"))
"""Those among them that count what was paid before."""


def never_down(steps: tuple[float, ...]) -> tuple[float, ...]:
    """The steps of a phase-in; ValueError if a later one is nearer to the start."""
    for earlier, later in pairwise(steps):
        if later < earlier:
            raise ValueError(f"a phase-in never goes down, but {later:g} follows {earlier:g}")
    return steps


class Rules(Strict):
    """How what is owed becomes what is paid; see ``allocation.settle_all`` for the order.

    Of one line: ``count_lag``: 1 pays on last year's counts, as the SEG does. ``indexation``: ``prices`` raises the
    dollars of the components with the price index. ``local_match``: own dollars that a district must spend on CTE for
    each dollar of the line (2 in California), so that a payment is at most 1 / (1 + match) of its CTE spending.
    ``maintenance_of_effort``: own money that it must keep up, or lose part of the payment.
    ``carryover``: the part of a payment that may be kept for next year; more than that beyond the year's CTE spending
    is not paid. Both bind guarantees and floors too. ``spend_on_cte``: the share of the payment that must be spent on
    CTE (0.55 in Texas); the rest is general money. ``proration``: when money is short all get the same share
    (``pro_rata``), or what stands first in the file is paid first (``by_component``), or credentials come last and the
    most valuable first among them (``by_tier``).

    Of all lines together that run at the same time, and so alike in each of them (see ``sim.funding.together``):
    ``phase_in``: in the n-th year the n-th share of the way from a reference payment (``phase_in_from``: the district's
    expected state CTE payment of the base year, or nothing) to what is owed, then the whole; Ohio's and Connecticut's
    phase-ins work so. ``growth_cap``: what a district is paid by the state's CTE lines rises by at most this share a
    year, as Ohio's gain cap, in the first year over what the law before paid; ``growth_cap_from``: ``nothing`` leaves
    the first year free. A district that was paid nothing last year is not capped. ``hold_harmless``. And, where lines
    have the same: ``minimum_guarantee``: dollars for every district with a pathway, as Louisiana's floor;
    ``minimum_guarantee_charter``: its floor for a charter.
    """

    count_lag: Annotated[Literal[0, 1], BeforeValidator(no_truth)] = 0
    phase_in: Annotated[tuple[Share, ...], Field(max_length=60)] = ()
    phase_in_from: Literal["base_year", "nothing"] = "base_year"
    indexation: Literal["none", "prices"] = "none"
    growth_cap: Growth | None = None
    growth_cap_from: Literal["previous_year", "nothing"] = "previous_year"
    hold_harmless: HoldHarmless | None = None
    minimum_guarantee: DistrictDollars = 0.0
    minimum_guarantee_charter: DistrictDollars | None = None
    local_match: Match = 0.0
    maintenance_of_effort: MaintenanceOfEffort | None = None
    carryover: Annotated[float, Field(strict=True, ge=0.0, lt=1.0), Unit("share")] | None = None
    spend_on_cte: Share | None = None
    proration: Literal["pro_rata", "by_component", "by_tier"] = "pro_rata"

    alike = frozenset({"phase_in"})

    @field_validator("phase_in")
    @classmethod
    def _never_down(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        return never_down(value)

    def under(self, joint: JointRules) -> "Rules":
        """The rules of a line of a formula with these joint rules."""
        return self.model_copy(update=joint.written) if joint.written else self

    @property
    def written_joint(self) -> dict[str, Any]:
        """The joint rules that are set in the line itself."""
        return {key: value for key in JOINT if (value := getattr(self, key)) != getattr(UNRULED, key)}

    @property
    def counts_years(self) -> bool:
        """Whether a rule differs from year to year since the first that is paid."""
        held = self.hold_harmless
        floor = held is not None and (held.years is not None or held.reference == "own_previous_year")
        return bool(self.phase_in) or floor or (self.growth_cap is not None and self.growth_cap_from == "nothing")

    @property
    def effort_ends(self) -> bool:
        """Whether effort has to be maintained for some years alone."""
        return self.maintenance_of_effort is not None and self.maintenance_of_effort.years is not None

    def without_effect(self) -> Mapping[str, str]:
        """Where a rule starts from, if there is no such rule, a phase-in that is whole at once, a floor of nothing."""
        idle = {}
        if not self.phase_in:
            idle["phase_in_from"] = "it says where a phase_in begins, and there is none"
        elif min(self.phase_in) == 1.0:
            idle["phase_in"] = "it is the whole from the first year"
        if self.growth_cap is None:
            idle["growth_cap_from"] = "it says what a growth_cap counts from, and there is none"
        if self.hold_harmless is not None and self.hold_harmless.share == 0.0:
            idle["hold_harmless"] = "a share of 0 holds no payment"
        if self.maintenance_of_effort is not None and self.maintenance_of_effort.share == 0.0:
            idle["maintenance_of_effort"] = "a share of 0 requires nothing"
        return idle

    def guarantee(self, charter: bool) -> float:
        """Dollars owed at least to a district, or to a charter, with a pathway."""
        if charter and self.minimum_guarantee_charter is not None:
            return self.minimum_guarantee_charter
        return self.minimum_guarantee

    @property
    def spending_multiple(self) -> float | None:
        """A payment is at most so many times the district's CTE spending of the year; None without such a rule."""
        multiples = []
        if np.any(self.local_match):
            multiples.append(1.0 / (1.0 + self.local_match))
        if self.carryover is not None:
            multiples.append(1.0 / (1.0 - self.carryover))
        if len(multiples) == 2:
            least: float = np.minimum(multiples[0], multiples[1])  # an array where runs differ in it
            return least
        return multiples[0] if multiples else None

    def phase_in_share(self, year: int) -> float:
        """The share of the way in the ``year``, 0 for the first that is paid."""
        return self.phase_in[year] if 0 <= year < len(self.phase_in) else 1.0

    def sentences(self) -> list[str]:
        """The rules that are set, in words."""
        said = []
        if self.count_lag:
            said.append("Payments follow last year's counts.")
        if self.phase_in:
            steps = ", ".join(percent(share) for share in self.phase_in)
            origin = "the base year's payment" if self.phase_in_from == "base_year" else "nothing"
            said.append(f"The formula is phased in from {origin}: {steps} of the way, then all.")
        if self.indexation == "prices":
            said.append("The dollar amounts rise with prices.")
        if self.growth_cap is not None:
            free = ", but for the first" if self.growth_cap_from == "nothing" else ""
            said.append(f"A district's payment rises by at most {percent(self.growth_cap)} a year{free}.")
        if self.hold_harmless is not None:
            floor, years = self.hold_harmless, self.hold_harmless.years
            length = f" for {years} years" if years else ""
            origin = {
                "base_year": "its base-year payment",
                "previous_year": "its payment of the year before",
                "own_previous_year": "what the formula paid it the year before",
            }[floor.reference]
            said.append(f"No district with a pathway gets less than {percent(floor.share)} of {origin}{length}.")
        if self.minimum_guarantee:
            said.append(f"Every district with a pathway is owed at least {money(self.minimum_guarantee)}.")
        if self.minimum_guarantee_charter is not None:
            said.append(f"A charter with a pathway is owed at least {money(self.minimum_guarantee_charter)}.")
        if self.local_match:
            said.append(f"A district spends {money(self.local_match)} of its own on CTE for every dollar it is paid.")
        if self.maintenance_of_effort is not None:
            said.append(self.maintenance_of_effort.sentence())
        if self.carryover is not None:
            said.append(f"At most {percent(self.carryover)} of a payment may be carried over.")
        if self.spend_on_cte is not None:
            said.append(f"At least {percent(self.spend_on_cte)} of a payment is spent on CTE.")
        if self.proration == "by_component":
            said.append("When money is short, what is named first is paid first.")
        if self.proration == "by_tier":
            said.append("When money is short, credentials are paid last, the most valuable tier first.")
        return said


UNRULED = Rules()
"""A line without rules."""
