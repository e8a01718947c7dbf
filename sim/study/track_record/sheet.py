"""What a hindcast has for every observed number, on one sheet beside what anyone would say without a model."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, BoolArray, IntArray
from sim.study.assessment.evidence import nothing_changes, state_of, straight_line
from sim.study.assessment.forecasts import SAMPLE
from sim.study.hindcast.case import Case, Outcome
from sim.study.hindcast.net import fact_net_of, net_of_placebo, no_change
from sim.study.hindcast.outcomes import Fact, Net
from sim.study.hindcast.running import compared
from sim.study.hindcast.study import Finding
from sim.study.hindcast.verdict import Judgement, Point


@dataclass(frozen=True)
class Row:
    """One observed number of an outcome. ``low`` and ``high``: what is known of it, ``tolerance`` in its units, all net
    of the placebo as the verdict takes it (``net``); ``draws`` ``[R]`` of the case as they are and ``still``, the
    median of the placebo, NaN where there is none; ``unchanged`` and ``line``: what is forecast if nothing changes and
    if the first observed change goes on, NaN where there is no such forecast; ``years`` from the start."""

    case: Case
    outcome: Outcome
    year: int
    judged: bool
    low: float
    high: float
    tolerance: float
    net: Net
    draws: Array
    still: float
    unchanged: float
    line: float
    years: float

    @property
    def single(self) -> bool:
        """Whether one number was observed, and not a range or a bound."""
        return self.low == self.high

    def taken_net(self, draws: Array) -> Array:
        """Draws as they are ``[M]``, net of the placebo's median."""
        return net_of_placebo(draws, np.array([self.still]), self.net)


@dataclass(frozen=True)
class Sheet:
    """All rows ``[S]``. ``place`` ``[S]``: of which outcome a row is, among ``outcomes``; ``records`` ``[S]``: the
    record that its case rests on, by name. ``left_aside``: observed years for which the record's own change without a
    law is not known, though it is for another year of the same outcome."""

    rows: tuple[Row, ...]
    place: IntArray
    records: tuple[str, ...]
    left_aside: int

    def of_rows(self, name: str) -> Array:
        """One field of every row ``[S]``."""
        return np.array([getattr(row, name) for row in self.rows], dtype=np.float64)

    @property
    def outcomes(self) -> int:
        """How many outcomes there are."""
        return int(self.place.max(initial=-1)) + 1

    @property
    def judged(self) -> BoolArray:
        """Rows on which a verdict rests ``[S]``."""
        return np.array([row.judged for row in self.rows], dtype=bool)

    @property
    def single(self) -> BoolArray:
        """Rows of one observed number ``[S]``."""
        return np.array([row.single for row in self.rows], dtype=bool)

    @property
    def held_out(self) -> BoolArray:
        """Rows of outcomes that nothing was fitted to ``[S]``."""
        return np.array([row.outcome.use == "held_out" for row in self.rows], dtype=bool)

    @property
    def wholly_held_out(self) -> BoolArray:
        """Rows of records of which nothing was fitted to any outcome ``[S]``."""
        touched = {name for name, held in zip(self.records, self.held_out, strict=True) if not held}
        return np.array([name not in touched for name in self.records], dtype=bool)

    def sample(self) -> Array:
        """The draws as they are ``[M, S]``, each as often as makes a sample of them; NaN where no draw has a number."""
        found = np.full((SAMPLE, len(self.rows)), np.nan)
        for column, row in enumerate(self.rows):
            defined = row.draws[np.isfinite(row.draws)]
            if defined.size:
                found[:, column] = np.resize(defined, SAMPLE)
        return found

    def taken_net(self, sample: Array) -> Array:
        """A sample as it is ``[M, S]``, net of the placebo."""
        if not self.rows:
            return sample
        return np.column_stack([row.taken_net(sample[:, column]) for column, row in enumerate(self.rows)])

    def by_outcome(self, values: Array) -> Array:
        """The mean over the rows of each outcome that have a number ``[O]``; NaN for one that has none."""
        known = np.isfinite(values)
        total = np.bincount(self.place, np.where(known, values, 0.0), self.outcomes)
        count = np.bincount(self.place, known, self.outcomes)
        found: Array = np.divide(total, count, out=np.full(self.outcomes, np.nan), where=count > 0)
        return found

    @property
    def record_of_outcome(self) -> tuple[str, ...]:
        """The record of each outcome ``[O]``."""
        first = np.unique(self.place, return_index=True)[1]
        return tuple(self.records[row] for row in first)


def sheet_of(findings: Sequence[Finding]) -> Sheet:
    """The sheet of all tested cases."""
    tested = [finding for finding in findings if finding.judgements]
    names = records([finding.case for finding in tested])
    rows: list[Row] = []
    places, own_records, aside, place = [], [], 0, 0
    for finding in tested:
        for judgement in finding.judgements:
            found = _rows(finding, judgement)
            aside += len(judgement.points) - len(found)
            rows += found
            places += [place] * len(found)
            own_records += [names[finding.case.name]] * len(found)
            place += 1
    return Sheet(tuple(rows), np.array(places, dtype=np.intp), tuple(own_records), aside)


def records(cases: Sequence[Case]) -> dict[str, str]:
    """A name for the record of each case, by the case's name. Cases of one state that observe the same numbers have one
    record: they are two readings of one past, and count once."""
    found: dict[str, str] = {}
    keys = {"measure", "over", "observed", "start"}
    series = {case.name: {outcome.model_dump_json(include=keys) for outcome in case.outcomes} for case in cases}
    for place, case in enumerate(cases):
        before = [other for other in cases[:place] if state_of(other) == state_of(case)]
        same = [other for other in before if series[other.name] & series[case.name]]
        found[case.name] = found[same[0].name] if same else title_of(case)
    many = Counter(found.values())
    states = {found[case.name]: state_of(case) for case in cases}
    return {
        name: record if many[record] == 1 else f"{states[record]} ({many[record]} cases of one record)"
        for name, record in found.items()
    }


def title_of(case: Case) -> str:
    """A case's title without what stands in brackets at its end."""
    title = case.title
    return title[: title.rindex(" (")] if title.endswith(")") and " (" in title else title


def _rows(finding: Finding, judgement: Judgement) -> list[Row]:
    case, outcome = finding.case, judgement.outcome
    assert case.start is not None
    start = case.start.year
    values = compared(outcome, finding.draws[outcome.name], start)
    placebo = compared(outcome, finding.placebo[outcome.name], start) if finding.placebo else None
    how: Net = outcome.how_net if placebo is not None else "none"
    return [
        _row(case, outcome, point, how, values[point.year], placebo)
        for point in judgement.points
        if how == "none" or not outcome.unchanged or point.year in outcome.unchanged
    ]


def _row(
    case: Case, outcome: Outcome, point: Point, how: Net, draws: Array, placebo: Mapping[int, Array] | None
) -> Row:
    assert case.start is not None
    line = straight_line(outcome, case.start.year, point.year)
    middle = no_change(how, outcome.relative) if how != "none" else nothing_changes(outcome)
    return Row(
        case=case,
        outcome=outcome,
        year=point.year,
        judged=point.judged,
        low=point.net_fact.low,
        high=point.net_fact.high,
        tolerance=abs(point.allowed),
        net=how,
        draws=draws,
        still=float(np.nanmedian(placebo[point.year])) if placebo is not None else float("nan"),
        unchanged=float("nan") if middle is None else middle,
        line=fact_net_of(Fact(line, line), outcome.unchanged.get(point.year), how).low,
        years=float(point.year - case.start.year),
    )
