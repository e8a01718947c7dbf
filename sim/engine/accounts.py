"""Steps 8 and 9 of the year: what CTE cost, what the state counts, and how districts close their books."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, district_most, district_total, ratio
from sim.behavior import budgeting, costs
from sim.behavior.budgeting import YearEnd
from sim.behavior.situation import Choice, Situation
from sim.engine.classrooms import Schooling
from sim.engine.economy import Cohorts, Conditions
from sim.engine.maintenance import Maintenance
from sim.engine.offers import Offers
from sim.engine.settlement import Settlement
from sim.engine.state import Premises, State
from sim.engine.workforce import Workforce
from sim.funding.schedule import Counts
from sim.parameters.groups import Parameters
from sim.students import outcomes


@dataclass(frozen=True)
class Bill:
    """What CTE cost beyond ordinary courses, dollars, ``[..., D, 1]``: ``instruction``; ``flexible`` (upkeep,
    replacement, consumables, exams, the work of recoding, and dual credit and places
    beyond the usual, everything sustained); ``startup`` of launches, labs
    included, whoever pays: the state's grants for it are receipts. ``ordinary``: what ordinary courses would have
    cost."""

    ordinary: Array
    instruction: Array
    flexible: Array
    startup: Array

    @property
    def sustained(self) -> Array:
        """The excess cost with everything sustained, without launches."""
        return self.instruction + self.flexible


@dataclass(frozen=True)
class Books:
    """A closed year, dollars, ``[..., D, 1]``: ``own`` is the district's own CTE budget; ``launch_money`` general money
    that went into launches; ``received`` what of the year's payments, and of the year before's that were late, has
    come; ``awaited`` what will come a year late; ``local`` is all of its own money, what covered a deficit among it."""

    own: Array
    launch_money: Array
    received: Array
    awaited: Array
    year_end: YearEnd

    @property
    def local(self) -> Array:
        """All general money that paid for CTE."""
        return self.own + self.launch_money + self.year_end.covered - self.year_end.returned


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
        workforce.staffed,
        schooling.participants,
        schooling.taught,
        schooling.credentials.attempts,
        unit,
    )
    recoding = schooling.recoded * (parameters.outcomes.recoding_cost * conditions.wage_index)
    further = outcomes.cost_of_further(
        schooling.enrolled.in_district,
        schooling.taught,
        schooling.efforts.dual_credit,
        schooling.efforts.placement,
        parameters.outcomes,
    )
    teaching = district_total((workforce.first_taught + workforce.second_taught) * unit.section)
    program = unit.program * np.minimum(district_total(workforce.sites), 1.0)
    ordinary = schooling.enrolled.in_district * unit.elective
    return Bill(
        ordinary=ordinary,
        instruction=teaching - ordinary + program,
        flexible=district_total(flexible + recoding) + further * conditions.wage_index,
        startup=district_total(choice.launch_cost + choice.paid * (known.startup_cost - known.startup_net)),
    )


def count(
    parameters: Parameters,
    state: State,
    cohorts: Cohorts,
    known: Situation,
    choice: Choice,
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
        concentrators=schooling.reported,
        credentials=schooling.credentials.earned,
        instructors=workforce.staffed / parameters.costs.sections_per_instructor,
        quality=maintenance.quality,
        expenditure=owed.instruction + state.spending_ratio * owed.flexible,
        startup_spending=choice.paid * known.startup_cost,
        placements=schooling.placements,
        dual_credit=schooling.dual_credit,
        ordinary_cost=owed.ordinary,
    )


def close(
    parameters: Parameters,
    state: State,
    conditions: Conditions,
    known: Situation,
    choice: Choice,
    counts: Counts,
    settlement: Settlement,
    owed: Bill,
) -> Books:
    """Own money for the year; then pay, put off and carry over.

    What the state pays late is the districts' to carry: it is owed, counted and trusted as if it had come, but does not
    lie in their cash before the next year, then without interest.
    """
    own = known.own_budget * counts.membership * conditions.price_index
    beyond = np.maximum(district_total(choice.launch_cost) - known.launch_cash, 0.0)
    launch_money = np.minimum(beyond, known.launch_general)
    awaited = settlement.from_state * (1.0 - conditions.shocks.paid_on_time)
    received = settlement.reaching_cte - awaited + state.awaited
    year_end = budgeting.close_books(
        state.cash * conditions.price_index,
        received,
        own + launch_money,
        owed.instruction,
        owed.flexible,
        owed.startup,
        choice.upkeep_share,
        known.once,
        parameters.books,
    )
    return Books(own, launch_money, received, awaited, year_end)


@dataclass(frozen=True)
class OwnMoney:
    """What moves a district's own money, real dollars a member, ``[..., D, 1]``: this year's ``restricted`` and
    ``free`` receipts for CTE; the part of further restricted money that is ``kept``; how ``general`` money and the
    district's ``leadership`` multiply what it gives; what it comes to want, ``wanted``, and what it would want under a
    leadership that cares for CTE as the board has done, ``wanted_lastingly``."""

    restricted: Array
    free: Array
    kept: Array
    general: Array
    leadership: Array
    wanted: Array
    wanted_lastingly: Array


def own_money_wanted(
    parameters: Parameters,
    premises: Premises,
    state: State,
    conditions: Conditions,
    offers: Offers,
    counts: Counts,
    settlement: Settlement,
) -> OwnMoney:
    """What districts want to give CTE of their own after what they were paid."""
    terms = parameters.books
    size = counts.membership * conditions.price_index
    restricted, free = ratio(settlement.restricted, size), ratio(settlement.free, size)
    general = conditions.general_money * ratio(offers.unit_value, offers.undiluted_value, 1.0)
    ledgers, monitored = settlement.ledgers, 0.0 * settlement.restricted
    for offer in offers.lines:
        if offer.line.oversight == "monitored":
            monitored = monitored + ledgers[offer.line.name].paid * offer.reach
    weight = ratio(monitored, settlement.restricted)
    kept = weight * terms.gain_passthrough_monitored + (1.0 - weight) * terms.gain_passthrough_categorical
    answer = np.exp(terms.general_elasticity * np.log(np.maximum(general, 0.01)))
    leadership = np.maximum(1.0 + state.leadership, 0.0)
    wanted, lastingly = (
        budgeting.own_money_wanted(
            state.base_own, state.base_restricted, restricted, free, premises.loss_passthrough, kept, answer * view
        )
        for view in (leadership, 1.0)
    )
    return OwnMoney(restricted, free, kept, answer, leadership, wanted, lastingly)


def own_money_next(
    parameters: Parameters,
    premises: Premises,
    state: State,
    own: Array,
    conditions: Conditions,
    offers: Offers,
    counts: Counts,
    settlement: Settlement,
) -> tuple[Array, Array, Array, Array]:
    """Own money of next year and what districts lastingly want it to be, and this year's restricted and uncredited
    receipts, real dollars a member, ``[..., D, 1]``."""
    terms = own_money_wanted(parameters, premises, state, conditions, offers, counts, settlement)
    moved = budgeting.moved_own_money(own, terms.wanted, parameters.books.own_speed)
    size = counts.membership * conditions.price_index
    return moved, terms.wanted_lastingly, terms.restricted, ratio(settlement.not_sticking, size)
