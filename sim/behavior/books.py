"""A district's CTE books: what it has, what it must pay, what it puts off, and what carries over."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, ratio
from sim.parameters.groups import Books


def backfilled(receipts: Array, reference_receipts: Array, backfill: Array) -> Array:
    """General money that replaces part of CTE money that left, dollars, ``[..., D, 1]``.

    ``receipts`` are remembered yearly receipts that reach CTE; ``reference_receipts`` those of the base year at
    today's prices and membership. New Mexico itself, before its pilot: reach about the same, depth a quarter lower.
    """
    return backfill * np.maximum(reference_receipts - receipts, 0.0)


def local_contribution(rate: Array, participants: Array, reference_participants: Array, growth_limit: Array) -> Array:
    """A district's own money for CTE, dollars, ``[..., D, 1]``: its customary amount for each participant, for no
    more participants than ``growth_limit`` times those of the reference year at today's membership."""
    return rate * np.minimum(participants, growth_limit * reference_participants)


@dataclass(frozen=True)
class YearEnd:
    """How a year closed, dollars, ``[..., D, 1]``. ``spending_ratio`` is non-salary spending paid over needed;
    ``rescued`` is general money that covered a deficit; ``released`` is carry-over beyond the limit, which goes to
    other purposes."""

    spending_ratio: Array
    spending: Array
    cash: Array
    rescued: Array
    released: Array


def close_books(
    cash: Array, receipts: Array, local: Array, instruction: Array, flexible: Array, startup: Array, books: Books
) -> YearEnd:
    """Pay instruction first, then as much of the flexible costs as the money covers, and carry the rest over.

    Flexible costs are replacement, upkeep, consumables and exams; a floor of them is paid whatever comes. Part of
    cash (``cash_draw``) may be used in a year. What is left above ``carryover_limit`` of a year's cost is released;
    a deficit is covered by the general fund at ``rescue_rate`` a year.
    """
    after_startup = cash - startup
    income = receipts + local
    available = income - np.maximum(startup - np.maximum(cash, 0.0), 0.0) - instruction
    available = available + books.cash_draw * np.maximum(after_startup, 0.0)
    spending_ratio = np.clip(ratio(available, flexible, 1.0), books.spending_floor, 1.0)
    spending = instruction + spending_ratio * flexible
    balance = after_startup + income - spending
    rescued = books.rescue_rate * np.maximum(-balance, 0.0)
    limit = books.carryover_limit * np.maximum(instruction + flexible, 0.0)
    released = np.maximum(balance - limit, 0.0)
    return YearEnd(spending_ratio, spending, balance + rescued - released, rescued, released)


def closing_local_rate(
    instruction: Array, flexible: Array, receipts: Array, participants: Array, practiced_spending: Array
) -> Array:
    """Dollars a participant of a district's own money that close its books at practiced spending, not negative."""
    needed = instruction + practiced_spending * flexible - receipts
    return np.maximum(ratio(needed, participants), 0.0)
