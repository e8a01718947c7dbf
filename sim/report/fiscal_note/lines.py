"""The money of a fiscal note, line by line: what a bill pays and how that differs from current law, by fund and by
whether it recurs; and the concentrators that it is paid for. By draw, in thousands of nominal dollars."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

from sim.arrays import Array, IntArray
from sim.report.shared.panel import Panel
from sim.states.speaking import state_words

YEARS = 3
"""Fiscal years after the base year that a fiscal note covers."""

Kind = Literal["line", "offset", "background", "reserve", "subtotal", "total", "count"]

COUNTED: tuple[tuple[str, str], ...] = (
    ("concentrators_taught", "Concentrators taught"),
    ("concentrators_recoded", "Concentrators recoded: reported as sequences are re-cut"),
    ("concentrators", "Concentrators reported, which the state counts and pays for"),
)
"""What is counted; the first two add up to the third."""

OFFSET = "Moved from {other_units} (lower {unit_value})"


@dataclass(frozen=True)
class Row:
    """A row of a table of the note: ``amounts[R, Y]`` by draw and year, thousands of dollars or students.

    Kinds: ``line`` of the bill or of current law; ``offset``, what other units of the main formula lose to a weight
    that gets no new appropriation, negative; ``subtotal`` by fund and recurrence; ``total``. Outside the totals stand
    ``background`` lines, which exist whatever the formula, and what is set aside in a ``reserve``, which is paid out
    only when it is drawn. ``count``: students.
    """

    kind: Kind
    line: str
    program: str
    recurring: str
    fund: str
    amounts: Array


@dataclass(frozen=True)
class Budget:
    """The funding lines of a panel in some of its years, ``at[Y]``, each field ``[F, R, Y, L]`` in thousands of nominal
    dollars: what is ``paid_out``, ``appropriated`` and set ``aside``; ``moved[F, R, Y]`` inside the main formula."""

    panel: Panel
    at: IntArray
    paid_out: Array
    appropriated: Array
    aside: Array
    moved: Array

    @classmethod
    def of(cls, panel: Panel, at: IntArray) -> Self:
        """The budget of a panel in the years ``at``."""
        paid, voted, aside = (panel.lines(name)[:, :, at] / 1000.0 for name in ("paid", "appropriation", "set_aside"))
        return cls(panel, at, paid, voted, aside, panel.state("dilution")[:, :, at] / 1000.0)

    def first(self, years: int) -> Self:
        """The same of its first years."""
        held = (self.paid_out, self.appropriated, self.aside, self.moved)
        paid, voted, aside, moved = (values[:, :, :years] for values in held)
        return type(self)(self.panel, self.at[:years], paid, voted, aside, moved)

    def paid(self, f: int) -> list[Row]:
        """What a formula pays: its lines and what offsets them, totals by fund and recurrence and over all, and what
        stands outside the totals. Raises ValueError if the manifest does not say whether a line that pays is recurring
        and from which fund."""
        return [*self._set_aside(f), *self._rows(f, self.paid_out[f], self.paid_out[f], -self.moved[f])]

    def change(self, f: int) -> list[Row]:
        """The change of all that from the baseline, within each draw; none for the baseline itself."""
        base = self.panel.baseline
        if base is None or f == base:
            return []
        both = np.maximum(np.abs(self.paid_out[f]), np.abs(self.paid_out[base]))
        offset = self.moved[base] - self.moved[f]
        return [*self._set_aside(f), *self._rows(f, self.paid_out[f] - self.paid_out[base], both, offset)]

    def voted(self, f: int) -> list[Row]:
        """What is voted for each own line that the formula pays; what is paid where it is funded in full."""
        return [
            self._row("line", number, f, self.appropriated[f][..., number])
            for number, line in enumerate(self.panel.line_names)
            if (self.appropriated[f][..., number] != 0.0).any() and not self._facts(line, f).get("background")
        ]

    def _facts(self, line: str, f: int) -> dict[str, object]:
        return dict(self.panel.line_metadata(line, self.panel.formulas[f]))

    def _row(self, kind: Kind, number: int, f: int, amounts: Array) -> Row:
        line = self.panel.line_names[number]
        facts = self._facts(line, f)
        if facts.get("recurring") is None or not facts.get("fund"):
            formula = self.panel.formulas[f]
            raise ValueError(f"the manifest does not say fund and recurrence of the line '{line}' that {formula} pays")
        recurring = "Recurring" if facts["recurring"] else "Nonrecurring"
        return Row(kind, line, str(facts.get("title") or line), recurring, str(facts["fund"]), amounts)

    def _set_aside(self, f: int) -> Iterator[Row]:
        for number, line in enumerate(self.panel.line_names):
            aside = self.aside[f][..., number]
            if aside.any():
                facts = self._facts(line, f)
                program = f"{facts.get('title') or line}: set aside in a reserve"
                yield Row("reserve", line, program, "Nonrecurring", str(facts.get("fund") or ""), aside)

    def _rows(self, f: int, amounts: Array, reference: Array, offset: Array) -> Iterator[Row]:
        """``reference`` decides whether a line is listed at all."""
        counted: dict[tuple[str, str], Array] = {}
        for number, line in enumerate(self.panel.line_names):
            if not (reference[..., number] != 0.0).any():
                continue
            background = bool(self._facts(line, f).get("background"))
            row = self._row("background" if background else "line", number, f, amounts[..., number])
            if not background:
                key = (row.fund, row.recurring)
                counted[key] = counted.get(key, 0.0) + row.amounts
            yield row
        if (offset != 0.0).any():
            fund = state_words().main_formula.fund
            counted[fund, "Recurring"] = counted.get((fund, "Recurring"), 0.0) + offset
            yield Row("offset", "", state_words().fill(OFFSET), "Recurring", fund, offset)
        for (fund, recurring), total in sorted(counted.items()):
            yield Row("subtotal", "", f"Total {recurring.lower()}, {fund}", recurring, fund, total)
        kinds, funds = {recurring for _, recurring in counted}, {fund for fund, _ in counted}
        yield Row(
            "total",
            "",
            "Total",
            kinds.pop() if len(kinds) == 1 else ("Both" if kinds else ""),
            funds.pop() if len(funds) == 1 else ("Several" if funds else ""),
            sum(counted.values(), np.zeros(amounts.shape[:-1])),
        )

    def students(self, f: int, change: bool) -> list[Row]:
        """Concentrators taught, recoded and reported, or their change from the baseline; none for its own change."""
        base = self.panel.baseline
        if change and (base is None or f == base):
            return []
        rows = []
        for column, program in COUNTED:
            values = self.panel.state(column)[:, :, self.at]
            rows.append(Row("count", "", program, "", "", values[f] - values[base] if change else values[f]))
        return rows


def policy_years(panel: Panel, most: int = YEARS) -> IntArray:
    """The places of the first fiscal years after the base year, at most so many; none if none was run."""
    return np.flatnonzero(panel.policy)[:most]
