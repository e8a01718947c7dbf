"""Where an appropriation is short, and what of it is left over: both directions, over draws."""

from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array

if TYPE_CHECKING:
    from sim.report.bill.tables import LineRow

LEAST_LEFT = 0.01
"""The share of an appropriation from which what is not paid out is told; below it lies the luck of the counts."""
ROUNDING = 1e-9


def left_over(row: "LineRow") -> Array:
    """Dollars of a line's appropriation that are not paid out, ``[R]``; none of a line without a number of dollars."""
    known = np.isfinite(row.appropriation)
    return np.where(known, np.maximum(np.where(known, row.appropriation, 0.0) - row.paid, 0.0), 0.0)


def share_short(owed: Array, paid: Array) -> float | None:
    """The share of draws in which less is paid than is owed; None if in none, or by less than a dollar on average."""
    short = paid < owed * (1.0 - ROUNDING)
    return float(short.mean()) if short.any() and float((owed - paid).mean()) >= 1.0 else None


def draws_text(share: float) -> str:
    """In how many draws something holds."""
    if share == 1.0:
        return "in every draw"
    return f"in {share:.0%} of draws" if share >= 0.01 else "in fewer than 1% of draws"


def tells(left: Array, voted: Array) -> bool:
    """Whether what is left of the dollars voted is worth a sentence."""
    return float(left.mean()) >= max(LEAST_LEFT * float(voted.mean()), 1.0)
