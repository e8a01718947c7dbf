"""Reverse stress: the smallest shock that leaves less than a level of what is owed paid, by bisection on common draws.

A stress test asks what a shock does; a reverse one asks what shock does this. Every strength that is tried meets the
same draws from the same start, so that from one to the next nothing changes but the shock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.engine import recording
from sim.engine.ensemble import Ensemble, simulate
from sim.engine.scenario import CALM, Scenario
from sim.funding.formula import Formula
from sim.inputs import InputError
from sim.study.running.memory import refuse_many_draws
from sim.study.setup.combining import scaled
from sim.study.setup.design import ensembles
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import Reverse, Settings

FALLING = ("revenue", "entrants")
"""Factors of which less is worse; of the others more is."""


def refuse_sizeless(scenarios: Sequence[Scenario], most: float) -> None:
    """Refuse scenarios that have no size which could grow to ``most``. Raises InputError, one line."""
    for scenario in scenarios:
        where = f"settings: study.scenarios: {scenario.name}"
        if scenario.random is not None:
            raise InputError(f"{where}: shocks that come by chance have many sizes; name a scenario of fixed years")
        try:
            scaled(scenario, most)
        except ValueError as error:
            raise InputError(f"{where}: cannot grow to reverse.most={most:g}: {error}") from error


def of_factor(shock: str, factor: float, start: int) -> Scenario:
    """A scenario of one factor from a fiscal year on."""
    return Scenario(
        name=shock,
        title=shock.replace("_", " ").capitalize(),
        source="A reverse stress test's own",
        from_year={start: CALM.model_copy(update={shock: factor})},
    )


@dataclass(frozen=True)
class Tried:
    """A size of the shock with the part of draws that it pushes below the level, and the median of their lowest paid
    share."""

    size: float
    part: float
    share: float


@dataclass(frozen=True)
class Bracket:
    """Where the smallest shock lies: ``holds`` is the largest size tried that does not push enough draws below,
    ``breaks`` the smallest that does; None of the first: it is so without a shock, of the second: at no size tried.
    ``tried``: every size, in the order of trying."""

    holds: float | None
    breaks: float | None
    tried: tuple[Tried, ...]


def smallest(at: Callable[[float], Tried], chance: float, calm: float, most: float, within: float) -> Bracket:
    """The bracket of the smallest size between ``calm`` (no shock) and ``most`` at which at least ``chance`` of draws
    are pushed below, to ``within`` of the distance; what grows with the size is assumed to go on doing so.

    By hand, with a break at 0.3 between 0 and 1 within a quarter: 1 breaks, 0.5 breaks, 0.25 holds: (0.25, 0.5].
    """
    tried = [at(calm), at(most)]
    if tried[0].part >= chance:
        return Bracket(None, calm, tuple(tried))
    if tried[1].part < chance:
        return Bracket(most, None, tuple(tried))
    holds, breaks = calm, most
    while abs(breaks - holds) > within * abs(most - calm) * (1.0 + 1e-9):
        middle = (holds + breaks) / 2.0
        tried.append(at(middle))
        if tried[-1].part >= chance:
            breaks = middle
        else:
            holds = middle
    return Bracket(holds, breaks, tuple(tried))


@dataclass(frozen=True)
class Reversed:
    """What a reverse stress test found of a formula: the bracket of the ``shock`` (a severity of ``scenario``, or a
    factor from ``start`` on)."""

    formula: Formula
    scenario: Scenario | None
    shock: str
    start: int
    bracket: Bracket


@dataclass(frozen=True)
class ReverseStudy:
    """All that was found, with what was asked, of how many draws in which years."""

    asked: Reverse
    found: tuple[Reversed, ...]
    draws: int
    seed: int
    first_year: int
    last_year: int
    fingerprint: str
    vintage: str


def lowest_paid_share(started: Sequence[Ensemble], formula: Formula, scenario: Scenario, horizon: int) -> Array:
    """The lowest share of what is owed that is paid in any year, by draw ``[R]``; 1 where nothing is owed."""
    found = []
    for ensemble in started:
        lowest = np.ones(ensemble.state.participants.shape[0])
        for state, year in simulate(ensemble, formula, horizon, scenario=scenario):
            of_year = recording.statewide(ensemble.world, ensemble.parameters, state, year)
            share = np.where(of_year["entitlement"] > 0.0, of_year["proration"], 1.0)
            lowest = np.minimum(lowest, share)
        found.append(lowest)
    return np.concatenate(found)


def reverse_stress(
    settings: Settings, inputs: Inputs, advance: Callable[[int, int], None] = lambda done, total: None
) -> ReverseStudy:
    """The smallest shock for every formula and scenario of the study; ``advance`` is told how many are done."""
    asked = settings.reverse
    if asked is None:
        raise ValueError("a reverse stress test needs its settings")
    refuse_many_draws(settings, inputs.world)
    if asked.shock == "severity":
        refuse_sizeless(inputs.scenarios, asked.most)
    base, horizon = inputs.world.base_year, settings.horizon
    start = asked.start or base + min(2, horizon)
    started = [one for _, one in ensembles(settings, inputs.world, inputs.catalogue, inputs.current_law, horizon)]
    scenarios: list[Scenario | None] = [None]
    if asked.shock == "severity":
        scenarios = [scenario for scenario in inputs.scenarios if scenario.does_something(base, base + horizon)]
    cells = [(formula, scenario) for formula in inputs.formulas for scenario in scenarios]
    found = []
    advance(0, len(cells))
    for formula, scenario in cells:
        found.append(_of_one(asked, started, formula, scenario, start, horizon))
        advance(len(found), len(cells))
    return ReverseStudy(
        asked, tuple(found), settings.draws, settings.seed, base + 1, base + horizon, inputs.world.fingerprint,
        inputs.world.vintage,
    )  # fmt: skip


def _of_one(
    asked: Reverse, started: Sequence[Ensemble], formula: Formula, scenario: Scenario | None, start: int, horizon: int
) -> Reversed:
    def at(size: float) -> Tried:
        shocked = scaled(scenario, size) if scenario is not None else of_factor(asked.shock, size, start)
        lowest = lowest_paid_share(started, formula, shocked, horizon)
        return Tried(size, float((lowest < asked.level).mean()), float(np.median(lowest)))

    calm, most = (0.0, asked.most) if scenario is not None else (1.0, 0.0 if asked.shock in FALLING else asked.most)
    return Reversed(formula, scenario, asked.shock, start, smallest(at, asked.chance, calm, most, asked.within))
