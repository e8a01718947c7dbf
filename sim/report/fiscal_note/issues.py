"""SIGNIFICANT ISSUES of a fiscal note in sentences by rules: districts that gain and lose, the small, the poor, what is
recoded, and how equally the money is spread."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.report.answer.rules import LEAST_RECODED, settled
from sim.report.bill.tables import HALF_A_DOLLAR
from sim.report.fiscal_note.case import FIFTH, Case
from sim.report.shared.groups import Group, groups, nominal_net_payment, roster
from sim.report.shared.intervals import bands, interval_text, number_text
from sim.report.shared.order import QUARTERS, first_places, labels_where_shared
from sim.report.shared.panel import Panel
from sim.states.speaking import state_words
from sim.states.words import listed
from sim.study.bill.disparity import disparity

if TYPE_CHECKING:
    from sim.world.world import World

NAMED = 3
"""Districts with the largest gains, and losses, that are named."""


@dataclass(frozen=True)
class Money:
    """Net state CTE money of districts in a stored ``year``, in nominal dollars: ``net[F, R, D]``, ``members``
    of grades 9-12, and the districts' ``groups`` and ``names``."""

    year: int
    net: Array
    members: Array
    groups: tuple[Group, ...]
    names: tuple[str, ...]


class Stored:
    """The districts' money of a whole panel in the years for which it was stored, of which every note has its own."""

    def __init__(self, panel: Panel, world: "World") -> None:
        self.panel = panel
        self.groups = tuple(groups(panel, world))
        self.names = tuple(labels_where_shared(roster(panel, world).name, panel.district_names))
        self._net: Array = nominal_net_payment(panel)

    def money(self, formula: int) -> Money | None:
        """That of the fifth year or the last stored before it in which a formula, by its place, holds; else of the
        first stored in which it does. None if it holds in none of them."""
        years = self.panel.district_years
        stored = np.flatnonzero((years > self.panel.base_year) & self.panel.running[formula].holds(years))
        if not len(stored):
            return None
        within = stored[years[stored] <= self.panel.base_year + FIFTH]
        place = int(within[-1] if len(within) else stored[0])
        members = self.panel.districts("membership")[:, :, place]
        return Money(int(years[place]), self._net[:, :, place], members, self.groups, self.names)


def has_districts(panel: Panel) -> bool:
    """Whether districts were stored in a year under the bill."""
    return bool(panel.district_names) and bool((panel.district_years > panel.base_year).any())


def significant_issues(case: Case, money: Money | None) -> list[str]:
    """Who gains and loses, small districts, poverty, recoding, equity; of districts only with ``money``."""
    said = list(_recoded(case))
    if money is None:
        if has_districts(case.panel):
            said.insert(0, "No district was stored in a year of the bill: who gains and who loses cannot be told.")
        return said
    return [*_gain_and_lose(case, money), *_groups(case, money), *said, *_equity(case, money)]


def _gain_and_lose(case: Case, money: Money) -> Iterator[str]:
    change = money.net[case.f] - money.net[case.b]
    found = bands(change, axis=0)
    gain, lose = found.low > HALF_A_DOLLAR, found.high < -HALF_A_DOLLAR
    count = len(money.names)
    if not gain.any() and not lose.any() and float(np.abs(found.mean).max()) < HALF_A_DOLLAR:
        yield f"In FY{money.year} no district's state CTE money differs from what it gets under current law."
        return
    rest = count - int(gain.sum()) - int(lose.sum())
    more = "" if not rest else f"; for the other {rest} it may be either"
    net = f"Net of what a lower {state_words().unit_value} takes, " if case.moves else ""
    yield (
        f"{net}{int(gain.sum())} of {count} {state_words().places} get clearly more state CTE money in FY{money.year} "
        f"than under current law, and {int(lose.sum())} clearly less{more}. Clearly: in at least 95% of draws."
    )
    members = money.members[case.f]
    each = np.divide(change, members, out=np.zeros_like(change), where=members > 0.0).mean(axis=0)
    for what, sizes in (("gains", np.maximum(each, 0.0)), ("losses", np.maximum(-each, 0.0))):
        places, _ = first_places(sizes, NAMED)
        told = [f"{money.names[d]} ({_signed(each[d])})" for d in places if sizes[d] > HALF_A_DOLLAR]
        if told:
            yield f"Largest {what} for each member of grades 9-12: {listed(told)}."


def _signed(dollars: float) -> str:
    return number_text(float(dollars), "dollars", signed=True)


def _per_member(case: Case, money: Money, group: Group) -> Array:
    members = money.members[case.f][:, group.members].sum(axis=1)
    change = (money.net[case.f] - money.net[case.b])[:, group.members].sum(axis=1)
    found: Array = np.divide(change, members, out=np.zeros_like(change), where=members > 0.0)
    return found


def _groups(case: Case, money: Money) -> Iterator[str]:
    """The smallest size class and the highest poverty beside the state, where there are such groups."""
    state = money.groups[0]
    sizes = [group for group in money.groups if group.by == "size class"]
    poor = [group for group in money.groups if group.by == "poverty quarter" and group.name == QUARTERS[-1]]
    whole = _interval(_per_member(case, money, state))
    told = []
    if len(sizes) > 1:
        told.append(f"{_interval(_per_member(case, money, sizes[0]))} in districts with {sizes[0].name} students")
    if poor:
        told.append(f"{_interval(_per_member(case, money, poor[0]))} in the quarter with the highest poverty")
    if told:
        yield f"Change for each member in FY{money.year}: {'; '.join(told)}; {whole} statewide."


def _interval(values: Array) -> str:
    found = bands(values, axis=0)
    return interval_text(float(found.mean), float(found.low), float(found.high), "dollars", signed=True)


def _recoded(case: Case) -> Iterator[str]:
    share = case.level().recoded_share
    if share >= LEAST_RECODED:
        yield (
            f"Of the concentrators that are reported in {case.span()}, "
            f"{number_text(share, 'share', 0.01)} are recoded: sequences are re-cut around courses that students take "
            "anyway. They are paid for and taught nothing more."
        )


def _equity(case: Case, money: Money) -> Iterator[str]:
    """Dollars a member at the 5th and the 95th percentile of members, on both sides."""
    ends = []
    for f in (case.f, case.b):
        found = [disparity(net, members) for net, members in zip(money.net[f], money.members[f], strict=True)]
        ends.append([np.array([getattr(one, end) for one in found]) for end in ("low", "high")])
    gaps = [high - low for low, high in ends]
    texts = [" and ".join(number_text(float(end.mean()), "dollars") for end in pair) for pair in ends]
    way = {"more": "wider", "less": "narrower"}.get(settled(gaps[0] - gaps[1]), "not clearly another")
    yield (
        f"Equity: a member's state CTE money at the 5th and the 95th percentile of members is {texts[0]} under the "
        f"bill and {texts[1]} under current law in FY{money.year}; the gap is {way}."
    )
