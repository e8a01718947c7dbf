"""Steps 8 and 9 of the year: what CTE cost, what the state counts, and how districts close their books."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, district_most, district_total
from sim.behavior import books, costs
from sim.behavior.books import YearEnd
from sim.behavior.deciding import Choice, Situation
from sim.engine.classrooms import Schooling
from sim.engine.economy import Cohorts, Conditions
from sim.engine.maintenance import Maintenance
from sim.engine.money import Settlement
from sim.engine.state import State
from sim.engine.workforce import Workforce
from sim.funding.schedule import Counts
from sim.parameters.groups import Parameters


@dataclass(frozen=True)
class Bill:
    """What CTE cost beyond ordinary courses, dollars, ``[..., D, 1]``: ``instruction``; ``flexible`` (upkeep,
    replacement, consumables and exams, everything sustained); ``startup`` of launches, facilities included;
    ``unfilled``, the pay of posts that no one holds, which goes back to the general fund."""

    instruction: Array
    flexible: Array
    startup: Array
    unfilled: Array

    @property
    def sustained(self) -> Array:
        """The excess cost with everything sustained, without launches."""
        return self.instruction + self.flexible


@dataclass(frozen=True)
class Books:
    """A closed year, dollars, ``[..., D, 1]``: ``local`` is all of a district's own money, with ``backfill``, general
    money for launches and the rescue of deficits among it."""

    local: Array
    backfill: Array
    year_end: YearEnd


def bill(
    parameters: Parameters,
    conditions: Conditions,
    known: Situation,
    choice: Choice,
    workforce: Workforce,
    schooling: Schooling,
) -> Bill:
    """The excess cost of the year."""
    unit = conditions.costs
    flexible = costs.flexible_cost(
        workforce.sites,
        workforce.sections,
        schooling.participants,
        schooling.concentrators,
        schooling.credentials.attempts,
        unit,
    )
    teaching = district_total(workforce.taught * unit.section)
    untaught = (1.0 - parameters.staffing.substitute_cover) * unit.section
    startup = workforce.launched * (choice.launch_cost + known.startup_grant)
    return Bill(
        instruction=teaching - district_total(schooling.participants) * unit.elective,
        flexible=district_total(flexible),
        startup=district_total(startup),
        unfilled=district_total(workforce.vacant_sections * untaught),
    )


def count(
    parameters: Parameters,
    state: State,
    cohorts: Cohorts,
    known: Situation,
    workforce: Workforce,
    schooling: Schooling,
    maintenance: Maintenance,
    owed: Bill,
) -> Counts:
    """What the state counts at the end of the school year."""
    return Counts(
        membership=cohorts.membership,
        offering_schools=district_most(workforce.sites),
        sites=workforce.sites,
        participants=schooling.participants,
        concentrators=schooling.concentrators,
        credentials=schooling.credentials.earned,
        instructors=workforce.sections / parameters.costs.sections_per_instructor,
        quality=maintenance.quality,
        expenditure=owed.instruction + state.spending_ratio * owed.flexible,
        startup_spending=workforce.launched * known.startup_cost,
        placements=schooling.placements,
        dual_credit=schooling.dual_credit,
    )


def close(
    parameters: Parameters,
    state: State,
    conditions: Conditions,
    known: Situation,
    counts: Counts,
    settlement: Settlement,
    owed: Bill,
) -> Books:
    """Own money, backfill of money that left, general money for launches; then pay, put off and carry over."""
    terms = parameters.books
    reference = state.reference_receipts * counts.membership * conditions.price_index
    backfill = books.backfilled(state.receipts, reference, terms.backfill)
    own = books.local_contribution(
        state.local_rate * conditions.local_money_index,
        counts.total("participants"),
        state.reference_participants * counts.membership,
        terms.local_growth_limit,
    )
    own = np.maximum(own - owed.unfilled, 0.0)
    beyond_cash = np.maximum(owed.startup - np.maximum(state.cash, 0.0), 0.0)
    for_launches = np.minimum(beyond_cash, known.general_money)
    local = own + backfill + for_launches
    year_end = books.close_books(
        state.cash, settlement.reaching_cte, local, owed.instruction, owed.flexible, owed.startup, terms
    )
    return Books(local + year_end.rescued, backfill, year_end)
