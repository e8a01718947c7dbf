"""A district's payment, traced: count x price by component, then every stage of the ledger to the dollars paid."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from sim.arrays import ZERO, Array
from sim.engine.offers import Offer
from sim.funding import pricing
from sim.funding.allocation import JOINT_STAGES, STAGES, Ledger
from sim.funding.schedule import PRICES, STAKES, Counts, Schedule, entitlement
from sim.states.speaking import state_words
from sim.study.bill.bridge import RULE_OF_STAGE
from sim.study.bill.static_score import Position, position_in_year
from sim.study.explain.items import Item, Moment, amount, line_titles

COUNTED: dict[str, tuple[str, str, str]] = {
    "per_district": ("", "award", ""),
    "per_offering_district": ("offering", "district with a pathway", ""),
    "per_school": ("offering_schools", "high schools with a pathway", "schools"),
    "per_site": ("sites", "pathways at high schools", "sites"),
    "per_participant": ("participants", "participants", "students"),
    "per_concentrator": ("concentrators", "concentrators reported", "students"),
    "per_instructor": ("instructors", "instructors", "FTE"),
    "per_quality_point": ("quality", "quality, of 12 points", "points"),
    "per_member": ("membership", "members", "students"),
    "per_placement": ("placements", "work-based learning places", "places"),
    "per_dual_credit": ("dual_credit", "dual-credit enrollments", "enrollments"),
    "startup_share": ("startup_spending", "start-up spending", "dollars"),
    "expenditure_share": ("expenditure", "CTE spending", "dollars"),
}
"""For each price of a schedule: the count that it meets, what that is in words, and its unit."""

PAID = "paid to the district"
TOGETHER = "Paid together"


def payment_items(moment: Moment, before: Counts) -> list[Item]:
    """Every own line from count to payment, background lines in brief, and the sum. ``before`` are the counts of the
    year before, which lines with a count lag pay on."""
    position = position_in_year(before, moment.after.counts, moment.year)
    items: list[Item] = []
    for own in (True, False):
        for offer in position.offers.values():
            if offer.line.background != own:
                items.extend(_line(moment, position, offer))
    return [*items, *_together(moment, position)]


def own_payment(position: Position) -> Array:
    """What the state's CTE lines of the law pay each district, dollars ``[..., D, 1]``, as run sheets show it."""
    paid: Array = ZERO
    for line in position.own_lines:
        if not line.federal:
            paid = paid + position.ledgers[line.name].paid
    return paid


def _line(moment: Moment, position: Position, offer: Offer) -> Iterator[Item]:
    line, ledger = offer.line, position.ledgers[offer.line.name]
    note = " (in every formula)" if line.background else ""
    step = f"Payment: {line_titles(held.line for held in position.offers.values())[line.name]}{note}"
    if not moment.of_district(ledger.claimed):
        yield Item(step, PAID, "dollars", moment.of_district(ledger.paid))
        return
    counts = position.counts[line.name]
    within = pricing.counted(line, counts, offer.schedule)
    parts = components(offer)
    for label, part in parts:
        for name, priced in by_price(part):
            yield from _priced(moment, step, label if len(parts) > 1 else "", name, priced, within)
    owed = moment.of_district(ledger.entitlement)
    summed = sum(moment.of_district(entitlement(part, within)) for _, part in parts)
    if abs(owed - summed) > 0.005:
        yield Item(step, "what components add up to beyond it", "dollars", summed - owed)
    joint = line.joint and sum(held.line.joint for held in position.offers.values()) > 1
    yield from _stages(moment, step, offer, ledger, joint)


def components(offer: Offer) -> list[tuple[str, Schedule]]:
    """The prices of each component of a line as they are posted, the line's scale included."""
    scale = np.full((1, 1), offer.line.scale)
    parts = zip(offer.line.components, offer.schedule.parts, strict=True)
    return [(component.label, part if offer.line.scale == 1.0 else part.times(scale)) for component, part in parts]


def by_price(part: Schedule) -> Iterator[tuple[str, Schedule]]:
    """A schedule taken apart into schedules of one price each; credentials tier by tier, the state's own left out
    and what counts without being paid."""
    for name in PRICES:
        price: Any = getattr(part, name)
        if name == "statewide" or name in STAKES or price is ZERO:
            continue
        if not isinstance(price, tuple):
            yield name, Schedule(**{name: price})
            continue
        for tier in range(3):
            if price[tier] is not ZERO:
                alone = tuple(price[tier] if place == tier else ZERO for place in range(3))
                yield f"credentials_{tier + 1}", Schedule(per_credential=(alone[0], alone[1], alone[2]))


def _priced(moment: Moment, step: str, label: str, name: str, priced: Schedule, counts: Counts) -> Iterator[Item]:
    """One price of one component: what is counted, the price, and the dollars; then what the cluster brings of it."""
    if name.startswith("credentials"):
        tier = int(name[-1]) - 1
        price: Array = priced.per_credential[tier]
        count: Array | None = counts.credentials[tier]
        words, unit = f"credentials of tier {tier + 1}", "credentials"
    else:
        field, words, unit = COUNTED[name]
        price = getattr(priced, name)
        count = getattr(counts, field) if field else None
    title = f"{label.replace('_', ' ')}: {words}" if label else words
    dollars = moment.of_district(entitlement(priced, counts))
    posted = _spread(moment, price)
    if count is None or unit == "":
        yield Item(step, title, "dollars", dollars)
        return
    held = moment.total(count)
    share = unit == "dollars"
    yield Item(step, f"{title}, counted", unit, held, quiet=True)
    prices = [amount(one, "share" if share else "dollars") for one in dict.fromkeys(posted)]
    how = f"{_plain(held, unit)} x {' to '.join(prices)}"
    yield Item(step, title, "dollars", dollars, how)
    by_pathway = count.shape[-1] == len(moment.ensemble.world.clusters) and name != "per_quality_point"
    if moment.cluster is None or not by_pathway:
        return
    here, each = moment.at(count), moment.at(price)
    cluster = moment.ensemble.world.clusters.name[moment.cluster]
    yield Item(step, f"{title}, counted in {cluster}", unit, here, quiet=True)
    yield Item(step, f"{title}, price in {cluster}", "share" if share else "dollars", each, quiet=True)
    of_cluster = moment.of_district(entitlement(priced, in_cluster(counts, moment.cluster)))
    how = f"{_plain(here, unit)} x {amount(each, 'share' if share else 'dollars')}"
    yield Item(step, f"  {cluster}: {title}", "dollars", of_cluster, how, quiet=not here)


def _spread(moment: Moment, price: Array) -> tuple[float, float]:
    """The lowest and the highest price over the clusters of the district."""
    rows = np.broadcast_to(price, (*price.shape[:-2], max(price.shape[-2], 1), price.shape[-1]))
    row = rows.reshape(-1, rows.shape[-1])[moment.district if rows.shape[-2] > 1 else 0]
    return float(row.min()), float(row.max())


def _plain(count: float, unit: str) -> str:
    return amount(count, "dollars" if unit == "dollars" else "")


def in_cluster(counts: Counts, cluster: int) -> Counts:
    """The counts with those of all other clusters at zero."""

    def only(count: Array) -> Array:
        kept = np.zeros_like(count)
        kept[..., cluster] = count[..., cluster]
        return kept

    one, two, three = counts.credentials
    by_pathway = ("sites", "participants", "concentrators", "instructors", "startup_spending")
    return replace(
        counts,
        **{name: only(getattr(counts, name)) for name in by_pathway},
        credentials=(only(one), only(two), only(three)),
    )


def _stages(moment: Moment, step: str, offer: Offer, ledger: Ledger, joint: bool) -> Iterator[Item]:
    """The district's dollars at each stage of the ledger, named with the rule that leads to it, to what is paid.

    ``joint``: other lines run beside it, and what a joint rule changes is its part of their sum.
    """
    for stage in STAGES[:-1]:
        rule = RULE_OF_STAGE.get(stage, "price x count")
        shared = ", its part of all lines" if joint and stage in JOINT_STAGES else ""
        name = f"{stage.replace('_', ' ')} ({rule}{shared})"
        yield Item(step, name, "dollars", moment.of_district(getattr(ledger, stage)), stage=True)
    available = moment.of_district(offer.appropriation + ledger.reserve.drawn)
    owed = moment.of_district(ledger.owed)
    yield Item(step, "appropriation and reserve, statewide", "dollars", available, quiet=True)
    yield Item(step, "owed statewide", "dollars", owed, quiet=True)
    how = f"{amount(available, 'dollars')} for {amount(owed, 'dollars')} owed"
    yield Item(step, "share paid (proration)", "share", _state(ledger.proration), how)
    yield Item(step, PAID, "dollars", moment.of_district(ledger.paid))


def _state(quantity: Array) -> float:
    return float(quantity.reshape(-1)[0])


def _together(moment: Moment, position: Position) -> Iterator[Item]:
    titles = line_titles(position.own_lines)
    for line in position.own_lines:
        yield Item(TOGETHER, titles[line.name], "dollars", moment.of_district(position.ledgers[line.name].paid))
    paid = moment.of_district(own_payment(position) + position.dilution * 0.0)
    yield Item(TOGETHER, "paid by the state's CTE lines", "dollars", paid)
    lost = moment.of_district(position.dilution)
    yield Item(TOGETHER, f"less {state_words().lost}", "dollars", lost)
    yield Item(TOGETHER, "net payment", "dollars", moment.of_district(position.net()))
    members = moment.of_district(moment.year.cohorts.membership)
    if members > 0.0:
        yield Item(TOGETHER, "net payment a member", "dollars", moment.of_district(position.net()) / members)


__all__ = ["by_price", "components", "in_cluster", "own_payment", "payment_items"]
