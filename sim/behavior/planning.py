"""One price of a dollar: what a district runs of its courses, how large its classes are and what it spends on upkeep.

Each district has one shadow price of CTE money, ``exp(log_price)``, 1 in the base year: what one more dollar for CTE is
worth to it. Every section is run as far as its worth at that price and what it earns carry its cost, and the price is
such that the plan costs what the district can promise.
"""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, logistic, part_of
from sim.parameters.groups import Decisions


@dataclass(frozen=True)
class Sections:
    """Sections that a pathway's students could fill, for one level of its courses, ``[..., D, C]``.

    ``possible``: how many; ``least``: how many its sites keep. Of each, dollars of the year: ``worth`` at a price of
    one dollar for a dollar; ``earned``: believed payments for its students, as far as they last; ``later``: what the
    next course will be worth beyond its cost for those who go on; ``cost``: excess cost at the planned class size,
    positive.
    """

    possible: Array
    least: Array
    worth: Array
    earned: Array
    later: Array
    cost: Array


def planned_class(usual: Array, cap: Array, log_price: Array, decisions: Decisions) -> Array:
    """Students that a district plans for a section, ``[..., D, C]``: from the ``usual`` class toward the ``cap`` as
    money becomes dear, toward smaller classes as it becomes cheap."""
    return class_between(usual, cap, class_tightness(log_price, decisions))


def class_tightness(log_price: Array, decisions: Decisions) -> Array:
    """How far classes are planned from the usual size toward the cap, a share, ``[..., D, 1]``."""
    tightness: Array = np.clip(decisions.class_start + decisions.class_response * log_price, 0.0, 1.0)
    return tightness


def class_between(usual: Array, cap: Array, tightness: Array) -> Array:
    """The class so far on the way from the ``usual`` to the ``cap``, ``[..., D, C]``."""
    return usual + tightness * (cap - usual)


def upkeep_share(practiced: Array, log_price: Array, floor: Array, ceiling: Array) -> Array:
    """Share of sustained non-salary cost that a district plans to pay, ``[..., D, 1]``.

    What upkeep is worth falls with each dollar spent on it (logarithmic), so the share is ``practiced`` over the price
    of a dollar, between ``floor`` and ``ceiling``: what is more than 1 renews equipment before its end and buys further
    tools and training.
    """
    return np.clip(practiced * np.exp(-log_price), floor, ceiling)


def run_share(sections: Sections, price: Array, spread: Array) -> Array:
    """Share of the possible sections that are run, ``[..., D, C]``.

    logistic((worth / price + earned + later - cost) / (spread x cost)): sections differ in what they are worth, so that
    a share of them is run where the average one just carries its cost.
    """
    return logistic(relative_margin(sections, price, spread))


def relative_margin(sections: Sections, price: Array, spread: Array) -> Array:
    """The margin of the average section over the spread of what sections are worth, ``[..., D, C]``."""
    return margin(sections, price) / (spread * sections.cost)


def sections_wanted(sections: Sections, price: Array, spread: Array) -> Array:
    """Sections that are run, ``[..., D, C]``: the share that carries itself, and at least those that sites keep."""
    return wanted_at(sections, relative_margin(sections, price, spread))


def wanted_at(sections: Sections, relative: Array) -> Array:
    """The same at a ``relative`` margin."""
    return np.maximum(logistic(relative) * sections.possible, sections.least)


def margin(sections: Sections, price: Array) -> Array:
    """What a section is worth at a price of a dollar, and earns, now and later, less what it costs, dollars
    ``[..., D, C]``."""
    return sections.worth / price + (sections.earned + sections.later) - sections.cost


def surplus(sections: Sections, price: Array, spread: Array) -> Array:
    """What the sections that are run are worth and earn beyond what they cost, dollars ``[..., D, C]``, not negative.

    possible x spread x cost x log(1 + exp(margin / (spread x cost))): the sum over the sections that carry themselves,
    as they differ in what they are worth.
    """
    return surplus_at(sections, relative_margin(sections, price, spread), spread)


def surplus_at(sections: Sections, relative: Array, spread: Array) -> Array:
    """The same at a ``relative`` margin."""
    return sections.possible * (spread * sections.cost) * np.log1p(np.exp(np.minimum(relative, 50.0)))


def falls_with_price(sections: Sections, wanted: Array, price: Array, spread: Array) -> Array:
    """By how many dollars sections given up lower the plan's cost for each unit of the log price, ``[..., D, C]``."""
    share = part_of(wanted, sections.possible)
    return wanted * np.maximum(1.0 - share, 0.0) * sections.worth / (price * spread) * (wanted > sections.least)


def moved_log_price(log_price: Array, cost: Array, falls: Array, promised: Array, decisions: Decisions) -> Array:
    """The log price of a dollar a year later, ``[..., D, 1]``: one step of Newton's method from last year's price.

    At last year's price the plan ``cost`` so much, net of what is believed to be paid for it now, and it ``falls`` by
    so many dollars for each unit of the log price. The step toward the price at which it costs what is ``promised`` is
    taken by the share ``price_speed`` and held within ``price_step``, as a superintendent's view of scarcity is. Beyond
    ``price_limit``, up or down, no plan changes any more.
    """
    gap = cost - promised
    step = part_of(gap, np.maximum(falls, 1e-6 * np.abs(gap)))
    moved = log_price + np.clip(decisions.price_speed * step, -decisions.price_step, decisions.price_step)
    return np.clip(moved, -decisions.price_limit, decisions.price_limit)
