"""Where a checked bill pays less than its prices say, or nothing, in words: limits, rules and centers that bind."""

from collections import defaultdict
from typing import TYPE_CHECKING

from sim.funding.components.component import percent
from sim.funding.line import called_apart
from sim.report.shared.intervals import number_text
from sim.report.shared.order import with_code
from sim.states.speaking import state_words

if TYPE_CHECKING:
    from sim.study.bill.check_formula import BillCheck
    from sim.study.bill.unpaid_centers import UnpaidCenter

NAMED = 3
"""Districts that are named."""


def held_sentences(check: "BillCheck") -> list[str]:
    """Whom a local share, a carry-over limit, a share cap, a maximum or a minimum owes less, and how much."""
    districts, titles = check.world.districts, called_apart(check.formula.own_lines)
    said = []
    for held in check.held:
        places = [int(place) for place in (-held.dollars).argsort(kind="stable") if held.dollars[place] > 0.0]
        less = number_text(float(held.dollars.sum()), "dollars")
        named = "; ".join(
            f"{with_code(districts.name[d], districts.identifier[d])} {number_text(float(held.dollars[d]), 'dollars')}"
            for d in places[:NAMED]
        )
        who = f"{state_words().place} is" if len(places) == 1 else f"{state_words().places} are"
        most = "" if len(places) <= NAMED else ", the most"
        of = f"{titles[held.line]}, " if len(titles) > 1 else ""
        said.append(
            f"{of}{held.rule}: {len(places)} {who} owed {less} less than without it{over_draws(check)}{most}: {named}."
        )
    return said


def over_draws(check: "BillCheck") -> str:
    """That a number is a mean, where there is more than one draw."""
    return ", on average over draws" if check.origin.draws > 1 else ""


def center_sentences(check: "BillCheck") -> list[str]:
    """The shared centers that are not paid in every draw, and why."""
    return [f"{_paid_in(center)}: {_why(check, center)}." for center in check.unpaid_centers]


def centers_in_short(check: "BillCheck") -> list[str]:
    """The same in a sentence for all of them."""
    alike: dict[tuple[int, int], list[str]] = defaultdict(list)
    for center in check.unpaid_centers:
        alike[center.paid, center.draws].append(center.name)
    return [f"{' and '.join(names)}: paid in {_of_draws(paid, draws)}." for (paid, draws), names in alike.items()]


def _paid_in(center: "UnpaidCenter") -> str:
    return f"{center.name} is paid in {_of_draws(center.paid, center.draws)}"


def _of_draws(paid: int, draws: int) -> str:
    return f"{paid or 'none'} of {draws} draws" if draws > 1 else "no draw"


def _why(check: "BillCheck", center: "UnpaidCenter") -> str:
    why = []
    if center.too_few:
        why.append(f"in {center.too_few} fewer than {center.least_districts:g} districts send students")
    if center.too_much:
        name = check.world.districts.name[center.largest]
        why.append(
            f"in {center.too_much} one district sends more than {percent(center.largest_share)} of its participants, "
            f"on average {name} with the most, {center.share:.0%}"
        )
    return " and ".join(why)
