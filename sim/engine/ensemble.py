"""The batched driver: many runs at once, all districts of all runs deciding in one call."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import Array, IntArray, district_total, ratio, state_total
from sim.behavior.budgeting import usable_cash
from sim.behavior.deciding import Choice, Situation, decide
from sim.engine import draws as drawing
from sim.engine import starting
from sim.engine.calendar import DecideAll, Year, run_year
from sim.engine.draws import Draws
from sim.engine.expected import expected_payment
from sim.engine.memory import keep_freed_memory
from sim.engine.scenario import BASELINE, Scenario
from sim.engine.situation import equipment_due
from sim.engine.state import Premises, State, take_runs
from sim.funding.formula import Formula
from sim.funding.schedule import Counts
from sim.parameters.groups import Parameters
from sim.world.world import World

WARM_UP_YEARS = 12
"""Years under current law before the base year: long enough that the drawn start has left no transient."""


@dataclass(frozen=True)
class Ensemble:
    """A batch of runs that stand at the end of the base year, ready for any formula.

    All formulas start from this same state and face the same draws. ``base`` is what happened in the base year, and
    ``before`` the state at its start.
    """

    world: World
    parameters: Parameters
    current_law: Formula
    premises: Premises
    state: State
    base: Year
    draws: Draws
    before: State

    @property
    def counts_before(self) -> Counts:
        """What was counted the year before the base year."""
        return self.before.counts


def take_rows(ensemble: Ensemble, rows: IntArray) -> Ensemble:
    """Some runs of a batch, in the order of ``rows``; a run may come more than once, to meet different formulas."""
    return replace(
        ensemble,
        parameters=take_runs(ensemble.parameters, rows),
        premises=take_runs(ensemble.premises, rows),
        state=take_runs(ensemble.state, rows),
        base=take_runs(ensemble.base, rows),
        draws=ensemble.draws.take(rows),
    )


def deciding_all(parameters: Parameters) -> DecideAll:
    """All districts of all runs decide at once."""

    def decide_all(situation: Situation) -> Choice:
        return decide(situation, parameters.decisions)

    return decide_all


def prepare(
    world: World, parameters: Parameters, current_law: Formula, seed: int, replicates: Sequence[int], horizon: int
) -> Ensemble:
    """Draw the start of each run, warm it up under current law and stop at the end of the base year."""
    keep_freed_memory()
    draws = drawing.draw(world, seed, replicates, WARM_UP_YEARS + 1 + horizon)
    premises = starting.draw_premises(world, parameters, draws)
    premises, state = starting.draw_state(world, parameters, premises, draws)
    return warm_up(world, parameters, current_law, premises, state, draws, deciding_all(parameters))


def warm_up(
    world: World,
    parameters: Parameters,
    current_law: Formula,
    premises: Premises,
    state: State,
    draws: Draws,
    decide_all: DecideAll,
) -> Ensemble:
    """Run current law up to the base year, letting the run's constants settle on the state's known counts.

    Each warm-up year moves participation and progression toward the values at which the counts come out, and each
    district's own contribution toward what closes its books. After the base year all of them hold.
    """
    for index in range(WARM_UP_YEARS + 1):
        fiscal_year = world.base_year - WARM_UP_YEARS + index
        before = state
        state, year = run_year(
            world,
            parameters,
            premises,
            current_law,
            current_law,
            BASELINE,
            state,
            draws,
            fiscal_year,
            index,
            decide_all,
        )
        if fiscal_year < world.base_year:
            premises = settle_constants(world, parameters, premises, state, year)
            state = settle_budget(parameters, state, year, first=index == 0)
    expected = expected_payment(world, parameters, premises, before, state, year)
    state = freeze_base_year(replace(state, own_money=before.own_money), expected)
    return Ensemble(world, parameters, current_law, premises, state, year, draws, before)


def simulate(
    ensemble: Ensemble,
    formula: Formula,
    horizon: int,
    decide_all: DecideAll | None = None,
    scenario: Scenario = BASELINE,
) -> Iterator[tuple[State, Year]]:
    """Run a formula under a scenario from the base year on; yields, year by year, the state and what happened.

    The year before the formula takes effect is handed on to it as current law is expected to have paid it, so that a
    growth cap or a floor counts no district's luck in a competition.
    """
    decide_all = decide_all or deciding_all(ensemble.parameters)
    state = ensemble.state
    handed_on: Array | None = None
    for step in range(1, horizon + 1):
        before = state if handed_on is None else replace(state, last_payment=handed_on)
        handed_on = None
        state, year = run_year(
            ensemble.world,
            ensemble.parameters,
            ensemble.premises,
            ensemble.current_law,
            formula,
            scenario,
            before,
            ensemble.draws,
            ensemble.world.base_year + step,
            WARM_UP_YEARS + step,
            decide_all,
        )
        if year.fiscal_year == formula.takes_effect - 1:
            handed_on = expected_payment(ensemble.world, ensemble.parameters, ensemble.premises, before, state, year)
        del before
        yield state, year
        del year


def schools_inside(world: World) -> int:
    """High schools that belong to a district of the world."""
    return int((world.high_schools.district >= 0).sum())


def settle_constants(world: World, parameters: Parameters, premises: Premises, state: State, year: Year) -> Premises:
    """What a community sees in students and sites, and interest, a step nearer to where the state's counts come out."""
    schooling = year.schooling
    first, turned_away = state_total(schooling.enrolled.first), state_total(schooling.enrolled.unserved_first)
    taught, wanted = state_total(state.taught), world.anchors["concentrators"].value
    participants = state_total(state.participants)
    more = np.clip(ratio(world.anchors["participants"].value + 0.0 * participants, participants, 1.0), 0.8, 1.25)
    served = 1.0 - ratio(turned_away, first + turned_away)
    gap = (1.0 - parameters.choice.unserved_share) - served
    deeper = np.clip(ratio(wanted + 0.0 * taught, taught, 1.0), 0.8, 1.25)
    sites = state_total(state.sites)
    target = parameters.initial.sites_per_school * float(schools_inside(world))
    wider = np.clip(ratio(target + 0.0 * sites, sites, 1.0), 0.8, 1.25)
    students = district_total(state.participants)
    equipment = ratio(district_total(state.equipment * state.sites), district_total(state.sites))
    stable = ratio(district_total(year.workforce.staffed), district_total(year.workforce.posts), 1.0)
    weight = ratio(students, state_total(students))
    return replace(
        premises,
        participation=np.minimum(premises.participation * more, 0.97),
        first_value=premises.first_value * np.exp(np.clip(2.0 * gap, -0.2, 0.2)),
        second_value=premises.second_value * deeper * np.sqrt(deeper),
        site_value=premises.site_value * wider,
        reference_equipment=state_total(weight * equipment),
        reference_stability=state_total(weight * stable),
        reference_fill=state_total(weight * year.maintenance.fill),
        reference_spending=state_total(weight * state.spending_ratio),
    )


def settle_budget(parameters: Parameters, state: State, year: Year, first: bool) -> State:
    """Each district's own money moved to where it pays for this year's plan at a price of one dollar for a dollar."""
    running = year.bill.instruction + year.choice.upkeep_share * year.bill.flexible
    launches = ratio(state_total(year.choice.launch_cost), state_total(running))
    filled = ratio(state_total(running), state_total(year.choice.plan_cost), 1.0)
    capital = launches if first else state.capital_share + 0.3 * (launches - state.capital_share)
    filled = filled if first else state.filled_share + 0.3 * (filled - state.filled_share)
    plan = year.choice.plan_cost * filled
    size = state.counts.membership * year.conditions.price_index
    expected, lasting = year.prospects.expected, year.prospects.lasting
    due = equipment_due(parameters, state, year.conditions)
    saved = usable_cash(state.cash, state.cost, parameters.books)
    needed = np.maximum(np.maximum((1.0 + capital) * (plan - saved) - expected, plan - saved - lasting - due), 0.0)
    own = ratio(needed, size)
    # A district whose receipts alone pay for more than its plan has nothing of its own to give: a dollar is worth less
    # to it than a dollar, until its plan takes all.
    alone = np.maximum(np.minimum(expected / (1.0 + capital), lasting + due) + saved, 1.0)
    cheaper = np.clip(0.7 * np.log(np.maximum(plan, 1.0) / alone), -0.3, 0.3)
    cash = parameters.initial.cash_start * year.bill.sustained if first else state.cash
    return replace(
        state,
        own_money=own,
        capital_share=capital,
        log_price=np.clip(state.log_price + cheaper, -1.5, 0.0),
        filled_share=filled,
        cash=np.maximum(cash, 0.0),
    )


def freeze_base_year(state: State, expected: Array) -> State:
    """Keep what later years are measured against: own and restricted money a member, and what the state's CTE lines are
    ``expected`` to have paid, dollars ``[..., D, 1]``."""
    return replace(
        state,
        leadership=0.0 * state.leadership,
        base_own=state.own_money,
        base_restricted=state.restricted,
        base_payment=expected,
        last_payment=expected,
    )
