"""A reserve set aside for a CTE line: drawn on when the appropriation is short, refilled from what it does not need."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from pydantic import model_validator

from sim.arrays import ZERO, Array
from sim.funding.components.component import Dollars, Share, Strict, money, percent


class Reserve(Strict):
    """Money set aside for one line, nominal dollars.

    ``start``: voted once, in the line's first year. ``keeps``: the share of an appropriation beyond what is owed that
    stays in the reserve; the rest reverts to its fund. ``most``: the reserve holds no more than this; what is beyond
    reverts. Modeled on dedicated funds such as New Mexico's Public Education Reform Fund, and on the ladder of
    contingencies of Utah's budget stress tests (Pew, Tools for Sustainable State Budgeting, 2023).
    """

    start: Dollars = 0.0
    keeps: Share = 1.0
    most: Dollars | None = None

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if self.start == 0.0 and self.keeps == 0.0:
            raise ValueError("write a start above zero, or a share that it keeps")
        if self.most is not None and self.most < self.start:
            raise ValueError(f"it starts with {money(self.start)}, which is more than the most that it may hold")
        return self

    def sentence(self) -> str:
        """The reserve in words."""
        said = [f"A reserve of {money(self.start)} is voted once"] if self.start else ["A reserve"]
        refill = f"keeps {percent(self.keeps)} of what an appropriation leaves" if self.keeps else "is not refilled"
        said.append(refill)
        if self.most is not None:
            said.append(f"holds at most {money(self.most)}")
        return f"{', '.join(said)}, and is drawn on before payments are prorated."


@dataclass(frozen=True)
class ReserveYear:
    """A reserve over one year, dollars ``[..., 1, 1]``; all ``ZERO`` for a line without one.

    ``set_aside`` is voted for it this year, ``at_hand`` can be drawn, ``drawn`` was, ``refilled`` came from the
    appropriation, and ``balance`` is carried into next year:

        at_hand = last balance + set_aside;  balance = min(at_hand - drawn + refilled, most)
    """

    set_aside: Array = field(default_factory=lambda: ZERO)
    at_hand: Array = field(default_factory=lambda: ZERO)
    drawn: Array = field(default_factory=lambda: ZERO)
    refilled: Array = field(default_factory=lambda: ZERO)
    balance: Array = field(default_factory=lambda: ZERO)


NO_RESERVE = ReserveYear()


def run_reserve(
    reserve: Reserve, scale: float, first_year: bool, last_balance: Array, appropriation: Array, owed: Array
) -> ReserveYear:
    """One year of a reserve beside an ``appropriation`` and what is ``owed``, dollars ``[..., 1, 1]``.

    What the appropriation does not cover is drawn as far as the reserve goes; of what it does not need, the share
    ``keeps`` stays. ``scale`` is that of the line.
    """
    set_aside = (reserve.start * scale if first_year else 0.0) + 0.0 * appropriation
    at_hand = last_balance + set_aside
    drawn = np.minimum(np.maximum(owed - appropriation, 0.0), at_hand)
    room = np.inf if reserve.most is None else reserve.most * scale
    left = at_hand - drawn
    refilled = np.minimum(reserve.keeps * np.maximum(appropriation - owed, 0.0), np.maximum(room - left, 0.0))
    return ReserveYear(set_aside, at_hand, drawn, refilled, np.minimum(left + refilled, room))
