"""What a bill votes without an index: sums and caps that buy less each year, for its fiscal note."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from sim.funding.appropriation import FOLLOWING_DEMAND
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
        stretch = _last_stretch(case, program, _dollars)
        if stretch and (loss := _loss(case, stretch, getattr(stretch[0].appropriation, "yearly_rise", 0.0))):
            told.setdefault(loss, []).append(_called(case, program, stretch))
    return [
        f"Not indexed: {listed(titles)} {'buys' if len(titles) == 1 else 'buy'} {loss}, at the prices of the model."
        for loss, titles in told.items()
    ]


def _amounts(case: Case) -> list[str]:
    """Of a line whose laws write new amounts only those of the last law that was run are told, from the first law on
    that has them; component by component where a later law writes some of them anew."""
    whole: dict[str, list[str]] = {}
    parts: list[str] = []
    for program in case.programs:
        run = _run(case, program)
        flat = _flat(run[-1]) if run else []
        stretches = [_last_stretch(case, program, partial(_amount_of, part.label)) for part in flat]
        losses = [_loss(case, stretch, stretch[0].rules.yearly_rise) for stretch in stretches]
        if len(set(losses)) == 1 and losses[0]:
            whole.setdefault(losses[0], []).append(case.called(program, stretches[0]))
            continue
        for loss in dict.fromkeys(filter(None, losses)):
            alike = [place for place, other in enumerate(losses) if other == loss]
            names = dict.fromkeys(_words(flat[place], flat) for place in alike)
            of = case.called(program, stretches[alike[0]])
            parts.append(f"Not indexed: the dollar amounts of {listed(list(names))} in {of} buy {loss}.")
    return [
        f"Not indexed: the dollar amounts by which {listed(titles)} {'is' if len(titles) == 1 else 'are'} reckoned buy "
        f"{loss}."
        for loss, titles in whole.items()
    ] + parts


def _flat(line: "Line") -> "list[Component]":
    """The components of a line by which it is reckoned in dollars that stay as they are written, as far as they are
    owed."""
    if line.seg != "outside" or line.rules.indexation != "none" or line.appropriation.rule not in FOLLOWING_DEMAND:
        return []
    return [part for part in line.components if part.paid_prices() and not _follows(part)]


def _words(part: "Component", beside: "Sequence[Component]") -> str:
    """What a component is called: those that ``differs`` has made of one have its name."""
    first = re.sub(r"_\d+$", "", part.label)
    return (first if first in {other.label for other in beside} else part.label).replace("_", " ")


def _amount_of(label: str, line: "Line") -> "Component | None":
    """The flat component of a line that has that label."""
    return next((part for part in _flat(line) if part.label == label), None)


LEAST_LOST = 0.005
"""The share of what a sum buys that is told where it is lost."""


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


def _run(case: Case, program: "Sequence[Line]") -> "list[Line]":
    """The lines of a program that begin within the years of the run."""
    last = int(case.panel.years[-1])
    return [line for line in program if (line.start_year or case.begins) <= last]


def _last_stretch(
    case: Case, program: "Sequence[Line]", of: "Callable[[Line], float | Component | None]"
) -> "list[Line]":
    """The lines that have the same of something up to the last that runs within the years of the run; none if that has
    nothing of it. What rises from its law's first year on begins anew with each law."""
    stretch: list[Line] = []
    for line in reversed(_run(case, program)):
        held = of(line)
        if held is None or (stretch and (held != of(stretch[0]) or _rises(line) or _rises(stretch[0]))):
            break
        stretch.insert(0, line)
    return stretch


def _rises(line: "Line") -> bool:
    return bool(line.rules.yearly_rise or getattr(line.appropriation, "yearly_rise", 0.0))


def _loss(case: Case, stretch: "Sequence[Line]", rise: float) -> str:
    """How much less a sum that rises by a share a year buys in the told years than in its first, or in its last where
    it ends before them; empty where it runs in no later year than its first, or buys as much."""
    first = max(stretch[0].start_year or case.begins, case.begins)
    index = case.values("price_index").mean(axis=0)
    start = case.year(first - case.panel.base_year)
    end = stretch[-1].sunset_year
    years = sorted({case.year(after) for after in (FIFTH, TENTH)})
    held = [at for at in years if at > start and (end is None or int(case.panel.years[at]) <= end)]
    if not held and end is not None and end > first:
        held = [case.year(end - case.panel.base_year)]
    less = {at: 1.0 - (1.0 + rise) ** (at - start) * index[start] / index[at] for at in held}
    losses = [f"{less[at]:.0%} less in {case.fiscal_year(at)}" for at in held if less[at] >= LEAST_LOST]
    return f"{listed(losses)} than in FY{first}" if losses else ""


def _called(case: Case, program: "Sequence[Line]", stretch: "Sequence[Line]") -> str:
    line = stretch[-1]
    dollars = in_words((_dollars(line) or 0.0) * line.scale / 1e3)
    what = "the cap of" if line.appropriation.rule == "demand_with_cap" else "what is voted for"
    return f"{what} {case.called(program, stretch)} ({dollars})"
