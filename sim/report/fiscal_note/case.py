"""One bill against current law, as the sentences of its note need it: its results, and the bill as it was written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from sim.arrays import Array
from sim.funding.formula import Formula, describe
from sim.funding.laws import LAW
from sim.report.answer.facts import Facts, Yearly
from sim.report.fiscal_note.amounts import in_words
from sim.report.fiscal_note.lines import Budget
from sim.report.shared.intervals import bands
from sim.report.shared.panel import Panel
from sim.report.shared.written import title_of_laws

if TYPE_CHECKING:
    from sim.funding.line import Line
    from sim.results.results import Results

FIFTH, TENTH = 5, 10
"""Years after the base year for which single years are told, or the last one before them."""


@dataclass(frozen=True)
class Case:
    """A formula, by its place ``f`` in the panel, against the baseline, whose place is ``b``; its lines of money in the
    years of the note (``budget``) and in these and the out-years (``decade``)."""

    results: "Results"
    panel: Panel
    facts: Facts
    budget: Budget
    decade: Budget
    f: int
    b: int

    @property
    def name(self) -> str:
        """The formula's name."""
        return self.panel.formulas[self.f]

    @property
    def record(self) -> dict[str, Any]:
        """What the manifest says of it."""
        return dict(self.results.manifest.formulas.get(self.name) or {})

    @cached_property
    def bill(self) -> Formula | None:
        """The formula as it was written; None where the manifest does not hold it."""
        return formula_of(self.record)

    @property
    def own_lines(self) -> "tuple[Line, ...]":
        """The bill's own lines; none where the manifest does not hold the bill."""
        return self.bill.own_lines if self.bill is not None else ()

    def values(self, column: str) -> Array:
        """A statewide column under the bill, ``[R, T]``."""
        found: Array = self.panel.state(column)[self.f]
        return found

    def under_law(self, column: str) -> Array:
        """The same under current law."""
        found: Array = self.panel.state(column)[self.b]
        return found

    def year(self, after: int) -> int:
        """The place of the year so long after the base year, or of the last that was run."""
        return int(np.searchsorted(self.panel.years, min(self.panel.base_year + after, int(self.panel.years[-1]))))

    def fiscal_year(self, place: int) -> str:
        """A year by its place, in words."""
        return f"FY{self.panel.years[place]}"

    @property
    def begins(self) -> int:
        """The first fiscal year in which the bill holds; until then current law does."""
        return self.panel.running[self.f].begins

    @property
    def ends(self) -> int | None:
        """The last fiscal year in which a line of the bill can pay; None if it has no end."""
        return self.panel.running[self.f].ends

    @property
    def late(self) -> bool:
        """Whether years after the base year pass before the bill begins."""
        return self.begins > self.panel.base_year + 1

    @property
    def moves(self) -> bool:
        """Whether the bill or current law moves money inside the main formula."""
        places = [self.f, self.b]
        return bool((self.panel.state("dilution")[places] != 0.0).any())

    @property
    def told_years(self) -> list[int]:
        """The places of the bill's first year, and of the fifth and the tenth after the base year, as far as they were
        run and the bill has begun; the last that was run if it has not."""
        first = self.begins - self.panel.base_year
        return sorted({self.year(after) for after in (first, FIFTH, TENTH) if after >= first})

    @property
    def paying_years(self) -> list[int]:
        """Those of the told years in which the bill holds."""
        held = self.panel.in_force(self.f)
        return [at for at in self.told_years if held[at]]

    def runs(self, line: "Line", place: int) -> bool:
        """Whether a line of the bill can pay in a year, by its place."""
        year = int(self.panel.years[place])
        return year >= self.begins and line.active(year)

    @cached_property
    def programs(self) -> "tuple[tuple[Line, ...], ...]":
        """The bill's own lines, those of later laws beside the line that they go on from."""
        heads = self.panel.successive(self.name)
        found: dict[str, list[Line]] = {}
        for line in self.own_lines:
            found.setdefault(heads.get(line.name, line.name), []).append(line)
        return tuple(tuple(lines) for lines in found.values())

    @staticmethod
    def called(program: "Sequence[Line]", lines: "Sequence[Line]" = ()) -> str:
        """What a sentence calls some lines of one of the ``programs``, or the whole of it: by the laws that it is of,
        so that no law is named for years in which another holds."""
        titles = [line.called for line in lines or program]
        return title_of_laws(titles) if LAW.fullmatch(titles[0]) else program[0].called

    def span(self, number: int = 0) -> str:
        """A span of years, with what of it is not under the bill: 'FY2027-31 (the bill begins in FY2028)'."""
        span = self.facts.spans[number]
        years = self.panel.years[span.years]
        parts = []
        if self.begins > years[0]:
            parts.append(f"the bill begins in FY{self.begins}")
        if self.ends is not None and self.ends < years[-1]:
            parts.append(f"{'' if parts else 'the bill '}ends after FY{self.ends}")
        return f"{span.text} ({' and '.join(parts)})" if parts else span.text

    def change(self, span: int = 0) -> Yearly:
        """Yearly means against current law in the first or the second span of years."""
        return self.facts.change(self.f, span)

    def level(self, span: int = 0) -> Yearly:
        """Yearly means under the bill."""
        return self.facts.levels[span][self.f]


def formula_of(record: dict[str, Any]) -> Formula | None:
    """The formula that a manifest keeps, which has numbers that are keys as text; None where it keeps none."""
    content = record.get("content")
    try:
        return None if content is None else Formula.model_validate(_with_numbers(content))
    except ValidationError:  # of a version with other fields: the note does without the bill's words
        return None


def _with_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        keys = ((int(key) if re.fullmatch(r"\d+", str(key)) else key, held) for key, held in value.items())
        return {key: _with_numbers(held) for key, held in keys}
    return [_with_numbers(held) for held in value] if isinstance(value, list) else value


def synopsis(bill: Formula, base_year: int) -> list[str]:
    """The bill in words, a paragraph for each line of money."""
    span, *sentences = describe(bill.model_copy(update={"lines": bill.own_lines}), base_year)
    paragraphs = [" ".join(bill.description.split())]
    if bill.takes_effect > base_year:
        paragraphs.append(span)
    for sentence in sentences:
        if sentence.endswith("):"):
            paragraphs.append(sentence)
        else:
            paragraphs[-1] += f" {sentence}"
    return paragraphs


def spread(thousand: Array) -> str:
    """The interval of amounts ``[R]`` in thousands of dollars, in brackets; empty with one draw or without a spread."""
    found = bands(thousand, axis=0)
    low, high = float(found.low), float(found.high)
    size = max(abs(low), abs(high))
    ends = [signed(end, size) if low < 0.0 else in_words(end, size) for end in (low, high)]
    if len(thousand) < 2 or ends[0] == ends[1]:
        return ""
    return f" (90% of draws: {ends[0]} to {ends[1]})"


def signed(thousand: float, size: float | None = None) -> str:
    """An amount in thousands as a sentence has it, with its sign unless it is none."""
    text = in_words(thousand, size)
    return text if not re.search("[1-9]", text) else f"{'-' if thousand < 0.0 else '+'}{text}"
