"""The batched driver: many runs at once, all districts of all runs deciding in one call."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import Array, IntArray
from sim.behavior.deciding import decide
from sim.behavior.situation import Choice, Situation
from sim.engine import draws as drawing
from sim.engine import headway, settling, starting
from sim.engine.calendar import DecideAll, Year, run_year
from sim.engine.census import UNKNOWN, KnownTotals, known_map
from sim.engine.draws import Draws
from sim.engine.expected import expected_payment
from sim.engine.map_settling import put_on_map, settle_map, settle_sites
from sim.engine.memory import in_place, keep_freed_memory
from sim.engine.scenario import BASELINE, Scenario
from sim.engine.state import Premises, State, take_runs
from sim.funding.formula import Formula
from sim.funding.schedule import Counts
from sim.parameters.groups import Parameters
from sim.world.world import World

WARM_UP_YEARS = 12
"""Years under current law before the base year: long enough that the drawn start has left no transient."""

BUDGET_YEARS = 7
"""Of these, years in which budgets follow what districts run; in the others districts live within them already, so that
the spread of their prices of a dollar is there when the base year ends."""


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


@in_place
def prepare(
    world: World, parameters: Parameters, current_law: Formula, seed: int, replicates: Sequence[int], horizon: int
) -> Ensemble:
    """Draw the start of each run, warm it up under current law and stop at the end of the base year."""
    keep_freed_memory()
    draws = drawing.draw(world, seed, replicates, WARM_UP_YEARS + 1 + horizon)
    premises = starting.draw_premises(world, parameters, draws)
    premises, state = starting.draw_state(world, parameters, premises, draws)
    return warm_up(world, parameters, current_law, premises, state, draws, deciding_all(parameters))


@in_place
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
    district's own contribution toward what closes its books. After the base year all of them hold. Up to the base year
    students' interest strays from school to school and is usual over the state, whose students are known.
    """
    known = known_map(world, parameters) if world.pathways is not None else None
    totals = KnownTotals(world.anchors["participants"].value, world.anchors["concentrators"].value)
    sites = known.sites if known is not None else None
    for index in range(WARM_UP_YEARS + 1):
        fiscal_year = world.base_year - WARM_UP_YEARS + index
        settles, last = index < BUDGET_YEARS, index == WARM_UP_YEARS
        if known is not None and last:
            state = put_on_map(parameters, state, known)
        state = settling.usual_over_the_state(state)
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
            known if known is not None and (settles or last) else totals if last else UNKNOWN,
        )
        headway.year_done(state.sites.shape[0])
        if settles:
            state = settling.settle_budget(parameters, state, year, index)
            if index + 1 == BUDGET_YEARS:
                state = settling.begin_to_live_within(state)
                premises = replace(premises, solving=np.ones((1, 1)))
        elif not last:
            state = settling.settle_level(world, state)
        if not last:
            premises = settling.settle_references(world, parameters, premises, state, year)
        if known is not None and settles:
            premises, state = settle_map(world, parameters, premises, before, state, year, known)
        elif not last:
            premises = settling.settle_constants(world, parameters, premises, state, year, sites)
        elif known is not None:
            # What would have closed or opened in the base year does neither in the next.
            _, state = settle_sites(parameters, premises, before, state, year, known)
    expected = expected_payment(world, parameters, premises, before, state, year)
    state = settling.freeze_base_year(state, expected)
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
    # What is worked out of the base year's counts under a formula is forgotten with its run.
    state = replace(ensemble.state, counts=replace(ensemble.state.counts))
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
        headway.year_done(state.sites.shape[0])
        yield state, year
        del year
