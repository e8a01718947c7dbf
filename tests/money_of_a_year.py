"""A year's money for the tests: lines as they are announced, believed and paid after the end of the base year."""

from dataclasses import replace
from typing import Any

import numpy as np

from sim.engine.economy import Conditions
from sim.engine.ensemble import Ensemble
from sim.engine.offers import Offers, announce
from sim.engine.outlook import Outlook, form_outlook
from sim.engine.prospects import Prospects, form_prospects
from sim.engine.settlement import Settlement, settle
from sim.engine.state import State
from sim.funding.line import Line
from sim.funding.schedule import Counts

PER_CONCENTRATOR = [{"kind": "per_student", "count": "concentrators", "dollars": 1000}]
PER_CREDENTIAL = [{"kind": "credential_bonus", "dollars": {1: 200, 2: 400, 3: 600}, "per_student_limit": None}]
PER_SCHOOL = [{"kind": "base", "per_school": 10_000}]


def year_of(standing: Ensemble, index: float = 1.0, **changes: Any) -> Conditions:
    """The first year after the base year, with prices at an index of those of the base year."""
    base = standing.base.conditions
    dear = np.full((1, 1, 1), index)
    changes = {"fiscal_year": 2027, "years_since_base": 1, "price_index": dear, "wage_index": dear, **changes}
    return replace(base, **changes)


def announced(
    standing: Ensemble, *lines: Line, state: State | None = None, index: float = 1.0, **changes: Any
) -> Offers:
    named = tuple(line.model_copy(update={"name": f"line_{number}"}) for number, line in enumerate(lines))
    return announce(
        standing.world,
        standing.parameters,
        standing.premises,
        named,
        state or trusting(standing),
        year_of(standing, index, **changes),
        np.zeros_like(standing.premises.award_capacity),
    )


def trusting(standing: Ensemble, trust: float = 0.8, lines: int = 3, **changes: Any) -> State:
    """The state at the end of the base year, with the same trust in every line and no memory of receipts."""
    level = np.full_like(standing.state.cash, trust)
    known = {"trust": {f"line_{number}": level for number in range(lines)}, "remembered": {}, **changes}
    return replace(standing.state, **known)


def outlook_on(standing: Ensemble, *lines: Line, state: State | None = None, index: float = 1.0) -> Outlook:
    known = state or trusting(standing)
    offers = announced(standing, *lines, state=known, index=index)
    return form_outlook(standing.parameters.beliefs, standing.premises, known, offers, year_of(standing, index))


def believed(standing: Ensemble, *lines: Line, state: State | None = None, index: float = 1.0) -> Prospects:
    known = state or trusting(standing)
    offers = announced(standing, *lines, state=known, index=index)
    seen = outlook_on(standing, *lines, state=known, index=index)
    return form_prospects(standing.premises, known, offers, seen, year_of(standing, index))


def paid(
    standing: Ensemble, *lines: Line, state: State | None = None, index: float = 1.0, counts: Counts | None = None
) -> Settlement:
    known = state or trusting(standing)
    offers, expected = (found(standing, *lines, state=known, index=index) for found in (announced, believed))
    year = year_of(standing, index)
    return settle(standing.parameters, known, offers, expected, counts or known.counts, year)
