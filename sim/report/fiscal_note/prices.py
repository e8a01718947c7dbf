"""What a bill votes without an index: sums and caps that buy less each year, for its fiscal note."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.funding.components.expenditure_reimbursement import ExpenditureReimbursement
from sim.funding.components.federal_perkins import FederalPerkins
from sim.report.fiscal_note.amounts import in_words
from sim.report.fiscal_note.case import FIFTH, TENTH, Case
from sim.states.words import listed

if TYPE_CHECKING:
    from sim.funding.components.component import Component
    from sim.funding.line import Line


def not_indexed(case: Case) -> list[str]:
    """What of the bill does not rise with prices, and by how much less it buys than in its first year: sums and caps
    that are voted, and the amounts by which a line is reckoned that no sum limits beforehand."""
    return [*_votes(case), *_amounts(case)]


def _votes(case: Case) -> list[str]:
    """Laws one after another that vote the same sum are one stretch; of a line the last that was run is told."""
    told: dict[str, list[str]] = {}
    for program in case.programs:
        stretch = _last_stretch(case, program)
        if stretch and (loss := _loss(case, stretch, getattr(stretch[0].appropriation, "yearly_rise", 0.0))):
            told.setdefault(loss, []).append(_called(program, stretch[-1]))
    return [
        f"Not indexed: {listed(titles)} {'buys' if len(titles) == 1 else 'buy'} {loss}, at the prices of the model."
        for loss, titles in told.items()
    ]


def _amounts(case: Case) -> list[str]:
    """Of a line whose laws write new amounts only those of the last law that was run are told."""
    told: dict[str, list[str]] = {}
    for program in case.programs:
        within = [line for line in program if case.runs(line, len(case.panel.years) - 1)]
        if within and _flat(within[0]) and (loss := _loss(case, within, within[0].rules.yearly_rise)):
            told.setdefault(loss, []).append(program[0].called)
    return [
        f"Not indexed: the dollar amounts by which {listed(titles)} {'is' if len(titles) == 1 else 'are'} reckoned buy "
        f"{loss}."
        for loss, titles in told.items()
    ]


def _flat(line: "Line") -> bool:
    """Whether a line is reckoned by dollars that stay as they are written, as far as they are owed."""
    if line.seg != "outside" or line.rules.indexation != "none" or line.appropriation.rule not in OWED:
        return False
    return any(part.paid_prices() and not _follows(part) for part in line.components)


LEAST_LOST = 0.005
"""The share of what a sum buys that is told where it is lost."""
OWED = ("full", "demand_with_cap")
"""Rules of appropriation under which what is owed is paid, and so follows the amounts."""


def _follows(part: "Component") -> bool:
    """Whether what a component pays rises with costs or with the main formula's unit value by itself."""
    share = isinstance(part, (ExpenditureReimbursement, FederalPerkins)) or part.paid_prices() <= {"startup_share"}
    return share or getattr(part, "base_amount", None) == "unit_value"


def _dollars(line: "Line") -> float | None:
    """The dollars that a line votes every year, as a sum or as a cap, if nothing raises them."""
    rule = line.appropriation
    if rule.rule in ("fixed", "once"):
        return float(rule.dollars)
    return float(rule.cap) if rule.rule == "demand_with_cap" and not rule.indexed else None


def _last_stretch(case: Case, program: "Sequence[Line]") -> "list[Line]":
    """The lines that vote the same sum up to the last that runs within the years of the run; none without a sum."""
    last = int(case.panel.years[-1])
    within = [line for line in program if (line.start_year or case.begins) <= last]
    stretch: list[Line] = []
    for line in reversed(within):
        if _dollars(line) is None or (stretch and _dollars(line) != _dollars(stretch[0])):
            break
        stretch.insert(0, line)
    return stretch


def _loss(case: Case, stretch: "Sequence[Line]", rise: float) -> str:
    """How much less a sum that rises by a share a year buys in the told years than in its first; empty where it runs in
    none of them, or buys as much."""
    first = max(stretch[0].start_year or case.begins, case.begins)
    index = case.values("price_index").mean(axis=0)
    start = case.year(first - case.panel.base_year)
    end = stretch[-1].sunset_year
    years = sorted({case.year(after) for after in (FIFTH, TENTH)})
    held = [at for at in years if at > start and (end is None or int(case.panel.years[at]) <= end)]
    less = {at: 1.0 - (1.0 + rise) ** (at - start) * index[start] / index[at] for at in held}
    losses = [f"{less[at]:.0%} less in {case.fiscal_year(at)}" for at in held if less[at] >= LEAST_LOST]
    return f"{listed(losses)} than in FY{first}" if losses else ""


def _called(program: "Sequence[Line]", line: "Line") -> str:
    dollars = in_words((_dollars(line) or 0.0) * line.scale / 1e3)
    what = "the cap of" if line.appropriation.rule == "demand_with_cap" else "what is voted for"
    return f"{what} {program[0].called} ({dollars})"
