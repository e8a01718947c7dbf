"""The money of a fiscal note, line by line: what a bill pays and how that differs from current law, by fund and by
whether it recurs; and the concentrators that it is paid for. By draw, in thousands of nominal dollars."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

from sim.arrays import Array, IntArray
from sim.report.shared.panel import Panel
from sim.report.shared.written import title_of_laws
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
    dollars: what is ``owed``, ``paid_out``, ``appropriated`` and set ``aside``; ``moved[F, R, Y]`` inside the main
    formula. Lines of successive laws of a formula that go on from each other make one row."""

    panel: Panel
    at: IntArray
    owed: Array
    paid_out: Array
    appropriated: Array
    aside: Array
    moved: Array

    @classmethod
    def of(cls, panel: Panel, at: IntArray) -> Self:
        """The budget of a panel in the years ``at``."""
        columns = ("entitlement", "paid", "appropriation", "set_aside")
        owed, paid, voted, aside = (panel.lines(name)[:, :, at] / 1000.0 for name in columns)
        return cls(panel, at, owed, paid, voted, aside, panel.state("dilution")[:, :, at] / 1000.0)

    def first(self, years: int) -> Self:
        """The same of its first years."""
        held = (self.owed, self.paid_out, self.appropriated, self.aside, self.moved)
        owed, paid, voted, aside, moved = (values[:, :, :years] for values in held)
        return type(self)(self.panel, self.at[:years], owed, paid, voted, aside, moved)

    @property
    def years(self) -> IntArray:
        """The fiscal years of the budget."""
        found: IntArray = self.panel.years[self.at]
        return found

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

    def voted(self, f: int, own: Collection[str] | None = None) -> list[Row]:
        """What is voted for each line that the formula pays, of those in ``own`` or of all, from the year on in which
        the formula begins; what is paid where it is funded in full."""
        held = self.panel.in_force(f)[self.at]
        rows = []
        for numbers in self._programs(f):
            amounts = self._sum(self.appropriated[f], numbers) * held
            name = self.panel.line_names[numbers[0]]
            if amounts.any() and (own is None or name in own) and not self._facts(name, f).get("background"):
                rows.append(self._row("line", numbers, f, amounts))
        return rows

    def unpaid(self, f: int) -> Array:
        """What the state's lines of a formula owe and do not pay, ``[R, Y]``, each line by itself: what one leaves over
        pays no other's debt."""
        short = np.maximum(self.owed[f] - self.paid_out[f], 0.0)
        lines = [number for number, line in enumerate(self.panel.line_names) if self._counts(line, f)]
        return self._sum(short, lines)

    def of_lines(self, f: int, names: Collection[str]) -> Array:
        """What some lines of a formula pay together, ``[R, Y]``."""
        return self._sum(self.paid_out[f], [n for n, line in enumerate(self.panel.line_names) if line in names])

    def owed_by(self, f: int, names: Collection[str]) -> Array:
        """What some lines of a formula owe together, ``[R, Y]``."""
        return self._sum(self.owed[f], [n for n, line in enumerate(self.panel.line_names) if line in names])

    def voted_for(self, f: int, name: str) -> Array:
        """What is voted for a line of a formula, ``[R, Y]``."""
        return self._sum(self.appropriated[f], [n for n, line in enumerate(self.panel.line_names) if line == name])

    def given_up(self, f: int) -> list[tuple[str, Array]]:
        """Lines that the baseline goes on to pay in years in which the formula holds and never pays them: what they are
        called, and what the baseline pays, ``[R, Y]``."""
        base = self.panel.baseline
        if base is None:
            return []
        held = self.panel.in_force(f)[self.at]
        found = []
        for number, line in enumerate(self.panel.line_names):
            law = self.paid_out[base][..., number] * held
            if law.any() and not (self.paid_out[f][..., number] * held).any() and self._counts(line, base):
                found.append((str(self._facts(line, base).get("title") or line), law))
        return found

    def _counts(self, line: str, f: int) -> bool:
        """Whether a line is money of the state that totals hold."""
        facts = self._facts(line, f)
        return not facts.get("background") and not str(facts.get("fund") or "").lower().startswith("federal")

    def _programs(self, f: int) -> list[list[int]]:
        """Places of lines that make one row, in the order of the first of them."""
        heads = self.panel.successive(self.panel.formulas[f])
        rows: dict[str, list[int]] = {}
        for number, line in enumerate(self.panel.line_names):
            rows.setdefault(heads.get(line, line), []).append(number)
        return list(rows.values())

    @staticmethod
    def _sum(amounts: Array, numbers: Sequence[int]) -> Array:
        found: Array = amounts[..., list(numbers)].sum(axis=-1)
        return found

    def _facts(self, line: str, f: int) -> dict[str, object]:
        return dict(self.panel.line_metadata(line, self.panel.formulas[f]))

    def _row(self, kind: Kind, numbers: Sequence[int], f: int, amounts: Array) -> Row:
        """The row of a program, by the places of its lines."""
        of_each = [self._facts(self.panel.line_names[number], f) for number in numbers]
        line, facts = self.panel.line_names[numbers[0]], of_each[0]
        titles = [str(one.get("title") or self.panel.line_names[n]) for n, one in zip(numbers, of_each, strict=True)]
        if facts.get("recurring") is None or not facts.get("fund"):
            formula = self.panel.formulas[f]
            raise ValueError(f"the manifest does not say fund and recurrence of the line '{line}' that {formula} pays")
        recurring = "Recurring" if facts["recurring"] else "Nonrecurring"
        return Row(kind, line, title_of_laws(titles), recurring, str(facts["fund"]), amounts)

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
        for numbers in self._programs(f):
            if not reference[..., numbers].any():
                continue
            background = bool(self._facts(self.panel.line_names[numbers[0]], f).get("background"))
            kind: Kind = "background" if background else "line"
            row = self._row(kind, numbers, f, self._sum(amounts, numbers))
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
