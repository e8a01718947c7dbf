"""The rules of a line, as they are written in a formula: how what is owed becomes what is paid."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import BeforeValidator, Field, field_validator, model_validator

from sim.arrays import Array, some
from sim.funding.appropriation import rise
from sim.funding.cases import DIFFERING, Case, Cases, case_sentences, cases_agree
from sim.funding.components.amounts import (
    DistrictDollars,
    Growth,
    Match,
    Share,
    YearlyRise,
    no_truth,
)
from sim.funding.components.component import money, percent
from sim.funding.strict import Strict
from sim.funding.terms import Approval, Carryover, HoldHarmless, MaintenanceOfEffort, ShareCap, StateShare, lasting
from sim.inputs import Example
from sim.states.speaking import state_words
from sim.states.words import CHARTER, listed

TIERS_LAST = "When money is short, credentials are paid last, the most valuable tier first."
"""What is said of proration by tier."""
Steps = Annotated[tuple[Share, ...], Field(max_length=60), Example("[0.33, 0.67]")]


class JointRules(Strict):
    """Rules over all of a formula's own lines together, as they are written for a formula; see ``Rules``.

    None leaves a rule to the lines. Which lines are under them, and from when years count: ``sim.funding.together``.
    """

    phase_in: Steps | None = None
    phase_in_from: Literal["base_year", "previous_law", "nothing"] | None = None
    growth_cap: Growth | None = None
    growth_cap_from: Literal["previous_year", "nothing"] | None = None
    hold_harmless: HoldHarmless | None = None
    minimum_guarantee: DistrictDollars | None = None
    minimum_guarantee_charter: DistrictDollars | None = None
    differs: Cases = ()

    alike = frozenset({"phase_in"})

    @field_validator("phase_in")
    @classmethod
    def _never_down(cls, value: tuple[float, ...] | None) -> tuple[float, ...] | None:
        return never_down(value) if value is not None else None

    @model_validator(mode="after")
    def _cases_are_joint(self) -> Self:
        for case in self.differs:
            for key in case.written:
                if key not in JOINT:
                    raise ValueError(f"{key} is a rule of a line; write it under differs in the rules of each")
        cases_agree(self, self.differs)
        return self

    @property
    def refers(self) -> bool:
        """Whether any rule counts what was paid before."""
        return any(key in REFERRING for key in self.written) or refer(self.differs)

    @property
    def written(self) -> dict[str, Any]:
        """The rules that are set."""
        return {key: value for key in JOINT if (value := getattr(self, key)) is not None}

    def sentences(self) -> list[str]:
        """The rules that are set, in words."""
        return UNRULED.under(self).sentences()


JOINT: tuple[str, ...] = tuple(key for key in JointRules.model_fields if key != "differs")
"""Keys of the rules that hold a formula's own lines together."""
REFERRING: tuple[str, ...] = tuple(key for key in JOINT if not key.startswith("minimum_guarantee"))
"""Those among them that count what was paid before."""
GUARANTEES: tuple[str, ...] = tuple(key for key in JOINT if key not in REFERRING)
"""The others: what is owed at least, whatever was paid before."""


def refer(cases: Iterable[Case]) -> bool:
    """Whether a rule that counts what was paid before differs by condition."""
    return any(key in REFERRING for case in cases for key in case.written)


def joint_cases(cases: Iterable[Case], keys: Sequence[str] = JOINT) -> tuple[Case, ...]:
    """Cases with what in them holds for all lines together, or with some ``keys`` alone."""
    kept = [(case, [key for key in case.written if key not in keys]) for case in cases]
    return tuple(
        case.model_copy(update=dict.fromkeys(others) | {"lifts": tuple(key for key in case.lifts if key not in others)})
        for case, others in kept
        if len(others) < len(case.written)
    )


def never_down(steps: tuple[float, ...]) -> tuple[float, ...]:
    """The steps of a phase-in; ValueError if a later one is nearer to the start."""
    for earlier, later in pairwise(steps):
        if later < earlier:
            raise ValueError(f"a phase-in never goes down, but {later:g} follows {earlier:g}")
    return steps


class Rules(Strict):
    """How what is owed becomes what is paid; see ``allocation.settle_all`` for the order.

    Of one line: ``count_lag``: 1 pays on last year's counts, as the main formula does. ``indexation``: ``prices``
    raises the dollars of the components with the price index, ``yearly_rise`` by a share a year after the line's first.
    ``local_match``: own dollars that a district must spend
    on CTE for each dollar of the line (2 in California), so that a payment is at most 1 / (1 + match) of its CTE
    spending. ``maintenance_of_effort``: own money that it must keep up, or lose part of the payment.
    ``carryover``: the part of a payment that may be kept for next year; more than that beyond the year's CTE spending
    is not paid. ``maximum_payment``: dollars that no district is paid more than. All of these bind guarantees and
    floors too. ``spend_on_cte``: the share of the payment that must be spent on CTE (0.55 in Texas); the rest is
    general money. ``proration``: when money is short all get the same share (``pro_rata``), or what stands first in the
    file is paid first (``by_component``), or credentials come last and the most valuable first among them
    (``by_tier``).

    Of all lines together that run at the same time, and so alike in each of them (see ``sim.funding.together``):
    ``phase_in``: in the n-th year the n-th share of the way from a reference payment (``phase_in_from``: the district's
    expected state CTE payment of the base year, what it was paid in the year before the law, or nothing) to what is
    owed, then the whole; Ohio's and Connecticut's
    phase-ins work so. ``growth_cap``: what a district is paid by the state's CTE lines rises by at most this share a
    year, as Ohio's gain cap, in the first year over what the law before paid; ``growth_cap_from``: ``nothing`` leaves
    the first year free. A district that was paid nothing last year is not capped. ``hold_harmless``. And, where lines
    have the same: ``minimum_guarantee``: dollars for every district with a pathway, as Louisiana's floor;
    ``minimum_guarantee_charter``: its floor for a charter.
    """

    count_lag: Annotated[Literal[0, 1], BeforeValidator(no_truth)] = 0
    phase_in: Steps = ()
    phase_in_from: Literal["base_year", "previous_law", "nothing"] = "base_year"
    indexation: Literal["none", "prices"] = "none"
    yearly_rise: YearlyRise = 0.0
    growth_cap: Growth | None = None
    growth_cap_from: Literal["previous_year", "nothing"] = "previous_year"
    hold_harmless: HoldHarmless | None = None
    minimum_guarantee: DistrictDollars = 0.0
    minimum_guarantee_charter: DistrictDollars | None = None
    local_match: Match = 0.0
    maintenance_of_effort: MaintenanceOfEffort | None = None
    carryover: Carryover | None = None
    spend_on_cte: Share | None = None
    proration: Literal["pro_rata", "by_component", "by_tier"] = "pro_rata"
    paid_share: Share = 1.0
    state_share: StateShare | None = None
    share_cap: ShareCap | None = None
    maximum_payment: DistrictDollars | None = None
    approval: Approval | None = None
    match_on: Literal["excess_cost", "all_cost"] = "excess_cost"
    differs: Cases = ()

    alike = frozenset({"phase_in"})

    @model_validator(mode="after")
    def _cases_agree(self) -> Self:
        cases_agree(self, self.differs)
        if self.state_share is not None and self._ever("paid_share", 1.0):
            raise ValueError("write one of paid_share and state_share")
        if self.indexation == "prices" and some(self.yearly_rise):
            raise ValueError("write one of indexation: prices and yearly_rise")
        return self

    def _ever(self, key: str, neutral: object = None) -> bool:
        """Whether a rule is set, or set where a condition holds."""
        value = getattr(self, key)
        here = value is not None and np.any(value != neutral)
        return bool(here) or any(getattr(case, key) is not None for case in self.differs)

    @field_validator("phase_in")
    @classmethod
    def _never_down(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        return never_down(value)

    def under(self, joint: JointRules) -> "Rules":
        """The rules of a line of a formula with these joint rules."""
        update = dict(joint.written)
        if joint.differs:
            update["differs"] = (*self.differs, *joint.differs)
        return self.model_copy(update=update) if update else self

    @property
    def written_joint(self) -> dict[str, Any]:
        """The joint rules that are set in the line itself."""
        return {key: value for key in JOINT if np.any((value := getattr(self, key)) != getattr(UNRULED, key))}

    @property
    def counts_years(self) -> bool:
        """Whether a rule differs from year to year since the first that is paid."""
        floors = [
            held for held in (self.hold_harmless, *(case.hold_harmless for case in self.differs)) if held is not None
        ]
        floor = any(held.years is not None or held.reference == "own_previous_year" for held in floors)
        return bool(self.phase_in) or floor or (self._ever("growth_cap") and self.growth_cap_from == "nothing")

    @property
    def effort_ends(self) -> bool:
        """Whether effort has to be maintained for some years alone."""
        asked = (self.maintenance_of_effort, *(case.maintenance_of_effort for case in self.differs))
        return any(effort is not None and effort.years is not None for effort in asked)

    @property
    def asks_effort(self) -> bool:
        """Whether effort has to be maintained anywhere."""
        return self._ever("maintenance_of_effort")

    def without_effect(self) -> Mapping[str, str]:
        """Where a rule starts from, if there is no such rule, a phase-in that is whole at once, a floor of nothing."""
        idle = {}
        if not self.phase_in:
            idle["phase_in_from"] = "it says where a phase_in begins, and there is none"
        elif min(self.phase_in) == 1.0:
            idle["phase_in"] = "it is the whole from the first year"
        if not self._ever("growth_cap"):
            idle["growth_cap_from"] = "it says what a growth_cap counts from, and there is none"
        if self.hold_harmless is not None and self.hold_harmless.share == 0.0:
            idle["hold_harmless"] = "a share of 0 holds no payment"
        if self.maintenance_of_effort is not None and self.maintenance_of_effort.share == 0.0:
            idle["maintenance_of_effort"] = "a share of 0 requires nothing"
        if not self._ever("local_match", 0.0):
            idle["match_on"] = "it says what a local_match counts, and there is none"
        return idle

    def guarantee(self, charter: bool) -> float:
        """Dollars owed at least to a district, or to a charter, with a pathway."""
        if charter and self.minimum_guarantee_charter is not None:
            return self.minimum_guarantee_charter
        return self.minimum_guarantee

    @property
    def of_what_is_owed(self) -> list[str]:
        """The rules by which less is owed than prices times counts."""
        written = {
            "paid_share": self._ever("paid_share", 1.0),
            "state_share": self.state_share is not None,
            "share_cap": self.share_cap is not None,
            "maximum_payment": self._ever("maximum_payment"),
            "approval": self.approval is not None,
        }
        return [key for key, holds in written.items() if holds]

    @property
    def bounded(self) -> bool:
        """Whether a district's own spending, its share of the money or a number of dollars bounds what it is paid."""
        capped = self.share_cap is not None or self.maximum_payment is not None
        return capped or some(self.local_match) or self.carryover is not None

    def most_by_spending(self, excess: Array, ordinary: Array) -> Array | None:
        """The most that a district is paid for its CTE spending of the year, dollars ``[..., D, 1]``; None without such
        a rule. ``excess``: its spending beyond ordinary courses; ``ordinary``: what these would have cost."""
        most: Array | None = None
        if some(self.local_match):
            counted = excess + ordinary if self.match_on == "all_cost" else excess
            matched = counted * (1.0 / (1.0 + self.local_match))
            most = np.where(np.asarray(self.local_match) > 0.0, matched, np.inf)
        if self.carryover is not None:
            kept = np.asarray(self.carryover)
            spent = np.where(kept < 1.0, excess * (1.0 / (1.0 - np.where(kept < 1.0, kept, 0.0))), np.inf)
            most = spent if most is None else np.minimum(most, spent)
        return most

    def phase_in_share(self, year: int) -> float:
        """The share of the way in the ``year``, 0 for the first that is paid."""
        return self.phase_in[year] if 0 <= year < len(self.phase_in) else 1.0

    def sentences(self) -> list[str]:
        """The rules that are set, in words."""
        said = []
        if self.count_lag:
            said.append("Payments follow last year's counts.")
        if self.paid_share != 1.0:
            said.append(f"Of each amount the state pays {percent(self.paid_share)}.")
        if self.state_share is not None:
            said.append(self.state_share.sentence())
        if self.share_cap is not None:
            said.append(self.share_cap.sentence())
        if self.maximum_payment is not None:
            said.append(f"No district is paid more than {money(self.maximum_payment)}.")
        if self.approval is not None:
            said.append(self.approval.sentence())
        if self.phase_in:
            steps = ", ".join(percent(share) for share in self.phase_in)
            origins = {"base_year": "the base year's payment", "previous_law": "the payment of the year before it"}
            origin = origins.get(self.phase_in_from, "nothing")
            said.append(f"The formula is phased in from {origin}: {steps} of the way, then all.")
        if self.indexation == "prices":
            said.append(f"{self._amounts()} are those of the base year and rise with prices.")
        if self.yearly_rise:
            said.append(f"{self._amounts()} {rise(self.yearly_rise, many=True)}.")
        if self.growth_cap is not None:
            free = ", but for the first" if self.growth_cap_from == "nothing" else ""
            said.append(f"A district's payment rises by at most {percent(self.growth_cap)} a year{free}.")
        if self.growth_cap is not None and self.phase_in:
            said.append("The growth cap comes first: the phase-in goes part of the way to the capped amount.")
        if self.hold_harmless is not None:
            floor, years = self.hold_harmless, self.hold_harmless.years
            length = lasting(years)
            origin = {
                "base_year": "its base-year payment",
                "previous_year": "its payment of the year before",
                "own_previous_year": "what the formula paid it the year before",
            }[floor.reference]
            least = f"{percent(floor.share)} of {origin}{length}"
            said.append(f"No district with a pathway is owed, before proration, less than {least}.")
        if self.minimum_guarantee:
            said.append(f"Every district with a pathway is owed at least {money(self.minimum_guarantee)}.")
        if self.minimum_guarantee_charter == 0.0:
            said.append(f"No {state_words().kind(CHARTER)} is guaranteed a minimum.")
        elif self.minimum_guarantee_charter is not None:
            said.append(
                f"Every {state_words().kind(CHARTER)} with a pathway is owed at least "
                f"{money(self.minimum_guarantee_charter)}."
            )
        if self.local_match:
            cost = "all its CTE cost" if self.match_on == "all_cost" else "CTE cost beyond ordinary courses"
            said.append(
                f"A district spends {money(self.local_match)} of its own on CTE for every dollar it is paid, measured "
                f"on {cost}."
            )
        if self.maintenance_of_effort is not None:
            said.append(self.maintenance_of_effort.sentence())
        if self.carryover is not None:
            said.append(f"At most {percent(self.carryover)} of a payment may be carried over.")
        if self.spend_on_cte is not None:
            said.append(f"At least {percent(self.spend_on_cte)} of a payment is spent on CTE.")
        if self.proration == "by_component":
            said.append("When money is short, what is named first is paid first.")
        if self.proration == "by_tier":
            said.append(TIERS_LAST)
        return said + self.cases_in_words()

    def cases_in_words(self, keys: Collection[str] | None = None) -> list[str]:
        """What holds where a condition does, of all rules or of some ``keys``."""
        general = {key for key in DIFFERING if getattr(self, key) != getattr(UNRULED, key)}
        untold = {"spend_on_cte"}  # restricted money is held to CTE without it
        untold |= {"minimum_guarantee"} if self.minimum_guarantee_charter is not None else set()
        return case_sentences(self.differs, self.alone, general, keys, untold)

    def _amounts(self) -> str:
        """What rises where dollars do, as the subject of a sentence."""
        guaranteed = self._ever("minimum_guarantee", 0.0) or self.minimum_guarantee_charter is not None
        rising = ["the dollar amounts", *["the minimum guarantee"] * guaranteed]
        said = listed([*rising, *["the maximum payment"] * self._ever("maximum_payment")])
        return f"{said[0].upper()}{said[1:]}"

    @property
    def rises(self) -> bool:
        """Whether the dollars of the line rise, with prices or by a share a year."""
        return self.indexation == "prices" or some(self.yearly_rise)

    def alone(self, key: str, value: Any) -> list[str]:
        """What one rule says alone, a match with the spending that it is measured on."""
        return UNRULED.model_copy(update={key: value, "match_on": self.match_on}).sentences()


UNRULED = Rules()
"""A line without rules."""
