"""A district's CTE budget: what it gives of its own, what of all money may be promised to staff, how the books
close."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, BoolArray, ratio
from sim.parameters.groups import Books, Decisions


def own_money_wanted(
    base_own: Array,
    base_restricted: Array,
    restricted: Array,
    free: Array,
    loss_passthrough: Array,
    kept: Array,
    general: Array,
) -> Array:
    """What a district wants to spend on CTE of its general money, real dollars a member, ``[..., D, 1]``, not negative.

    (own + (1 - loss_passthrough) x restricted money lost - (1 - kept) x restricted money gained) x general - free

    all against the base year (``base_own``, ``base_restricted``). For each restricted dollar lost CTE spending falls by
    ``loss_passthrough`` dollars: a district that wants CTE replaces most of it, one that does not takes own money away
    too. For each gained it rises by ``kept``, the rest displaces own money. ``free`` is money without strings that the
    budget credits to CTE in place of what was lost. ``general`` is general money a member relative to the base year, to
    the power of CTE's elasticity.
    """
    lost, gained = lost_and_gained(base_restricted, restricted)
    wanted = np.maximum(base_own + (1.0 - loss_passthrough) * lost - (1.0 - kept) * gained, 0.0) * general
    return np.maximum(wanted - np.minimum(free, lost), 0.0)


def leadership_after(leadership: Array, changes: BoolArray, view: Array, decisions: Decisions) -> Array:
    """How much more or less than usual a district's leaders give CTE of own money, a share, ``[..., D, 1]``.

    It stays while the superintendent does; a new one brings a view of their own, lognormal with the mean 0. So most
    districts hardly move in a year and a few move far, as in Texas from 2013 to 2019, where the central two thirds of
    yearly changes in large districts are half as wide as their standard deviation would make them.
    """
    spread = decisions.leadership_spread
    return np.where(changes, np.expm1(spread * view - 0.5 * spread * spread), leadership)


def lost_and_gained(base_restricted: Array, restricted: Array) -> tuple[Array, Array]:
    """Restricted money lost and gained since the base year, real dollars a member, ``[..., D, 1]``; one is zero."""
    return np.maximum(base_restricted - restricted, 0.0), np.maximum(restricted - base_restricted, 0.0)


def freed_money(restricted_before: Array, restricted: Array, free_before: Array, free: Array) -> Array:
    """Restricted money that comes without strings from this year on, ``[..., D, 1]``: nothing changes on the day."""
    return np.minimum(np.maximum(restricted_before - restricted, 0.0), np.maximum(free - free_before, 0.0))


def moved_own_money(own: Array, wanted: Array, speed: Array) -> Array:
    """Own money a year later: it moves by the share ``speed`` toward what the district wants."""
    return own + speed * (wanted - own)


def own_money_floor(wanted: Array, required: Sequence[Array], worth: Sequence[Array]) -> Array:
    """Own money that a district gives at least, real dollars a member, ``[..., D, 1]``: what rules of lines require of
    it, as far as that is worth it.

    Of each rule ``required`` is the own money that earns the whole payment, and ``worth`` what a district adds for it
    at most to what it wants to give (``wanted``): a dollar for each dollar of a payment that it would lose, and 1 /
    match dollars where an own dollar brings 1 / match. What several rules require is worth their sum.
    """
    floor = 0.0 * wanted
    for level in required:
        added = sum(np.where(one >= level, dollars, 0.0) for one, dollars in zip(required, worth, strict=True))
        floor = np.maximum(floor, np.minimum(level, wanted + added))
    return floor


def commitment(wanted: Array, expected: Array, federal: Array, administration: Array) -> Array:
    """Money that may pay for running a CTE program at all, dollars, ``[..., D, 1]``: what the district wants to give of
    its own, what it expects of the state, and of ``federal`` grants the share that may go to ``administration``."""
    return wanted + (expected - federal) + administration * federal


def promised(
    own: Array,
    expected: Array,
    lasting: Array,
    doubted: Array,
    capital_share: Array,
    filled_share: Array,
    equipment: Array,
) -> Array:
    """Money that may be promised to sections and their upkeep, dollars of a plan with all posts filled, ``[..., D,
    1]``.

    ``expected`` receipts of which ``lasting`` run through the planning horizon, and ``doubted`` are held against
    promises that were cut. A share of all is kept for things bought once (``capital_share`` over staff money), and
    money that does not last is spent on nothing else: launches and the ``equipment`` that is due; so is its carry-over.
    A plan costs only the share ``filled_share`` of what it would with every post filled.
    """
    return for_staff(own, expected, lasting, doubted, capital_share, equipment) / filled_share


def for_staff(
    own: Array, expected: Array, lasting: Array, doubted: Array, capital_share: Array, equipment: Array
) -> Array:
    """Money for sections and their upkeep, dollars of what is really spent, ``[..., D, 1]``, see ``promised``."""
    now, later = for_running(own, expected - doubted, capital_share), for_long(own, expected, lasting, equipment)
    return np.maximum(np.minimum(now, later), 0.0)


def for_running(own: Array, expected: Array, capital_share: Array) -> Array:
    """Own and expected money less the share that is kept for things bought once, dollars, ``[..., D, 1]``."""
    return (own + expected) / (1.0 + capital_share)


def for_long(own: Array, expected: Array, lasting: Array, equipment: Array) -> Array:
    """Own money and receipts that last, and the equipment that is due, as far as the other ``expected`` receipts pay
    for it, dollars, ``[..., D, 1]``."""
    return own + lasting + np.minimum(equipment, np.maximum(expected - lasting, 0.0))


def not_lasting(
    own: Array, expected: Array, lasting: Array, doubted: Array, capital_share: Array, equipment: Array
) -> Array:
    """Money for running that does not last, and so is promised to nobody, dollars, ``[..., D, 1]``: it is spent within
    the year on things bought once."""
    staff = for_staff(own, expected, lasting, doubted, capital_share, equipment)
    return np.maximum(for_running(own, expected, capital_share) - staff, 0.0)


def weight_of_things_bought_once(once: Array, upkeep: Array) -> Array:
    """What a dollar for a start-up or a lab weighs against one that is promised to staff, ``[..., D, C]``, 1 where all
    money is.

    What is promised to nobody (``once``) and buys no launch renews equipment early and buys tools and training, beyond
    the usual ``upkeep``; that is worth less with each dollar (logarithmic, as upkeep is), so after all of ``once`` a
    dollar of it is worth upkeep / (upkeep + once). Both dollars: a district's, ``[..., D, 1]``, and the upkeep of what
    runs with that of the further site, ``[..., D, C]``.
    """
    return ratio(upkeep, upkeep + once, 1.0)


def layoffs(committed: Array, payable: Array) -> Array:
    """Share of sections that must go because next year's plan cannot be paid, ``[..., D, 1]``."""
    return np.clip(ratio(committed - payable, committed), 0.0, 1.0)


@dataclass(frozen=True)
class YearEnd:
    """How a year closed, dollars, ``[..., D, 1]``. ``spending_ratio`` is non-salary spending paid over needed;
    ``covered`` is general money beyond the district's own budget that paid what no cut could avoid; ``returned`` is own
    money that the year had no use for; ``lapsed`` is restricted money beyond the carry-over limit."""

    spending_ratio: Array
    spending: Array
    cash: Array
    covered: Array
    returned: Array
    lapsed: Array


def close_books(
    cash: Array,
    receipts: Array,
    own: Array,
    instruction: Array,
    flexible: Array,
    startup: Array,
    share: Array,
    once: Array,
    books: Books,
) -> YearEnd:
    """Pay instruction and launches, then upkeep as planned (``share``), less if money lacks, more if cash is idle: a
    part of it, and at least what of the year's money comes but ``once``.

    cash + receipts + own + covered = spending + startup + cash at the end + returned + lapsed, to rounding.
    """
    before_upkeep = cash + receipts + own - instruction - startup
    limit = books.deficit_limit * np.maximum(own + receipts, 0.0)
    payable = np.maximum(ratio(before_upkeep + limit, flexible, 1.0), books.spending_floor)
    reserve = books.reserve_share * np.maximum(instruction + flexible, 0.0)
    spare = np.maximum(before_upkeep - share * flexible - reserve, 0.0)
    idle = ratio(np.maximum(books.cash_draw * spare, np.minimum(once, spare)), flexible)
    spending_ratio = np.minimum(np.minimum(share, payable) + idle, books.spending_ceiling)
    spending = instruction + spending_ratio * flexible
    balance = before_upkeep - spending_ratio * flexible
    covered = np.maximum(-limit - balance, 0.0)
    excess = np.maximum(balance - books.carryover_limit * np.maximum(instruction + flexible, 0.0), 0.0)
    returned = np.minimum(excess, own)
    return YearEnd(spending_ratio, spending, balance + covered - excess, covered, returned, excess - returned)
