"""The study ``discover``: futures searched for conditions, fresh ones that judge them, and formulas over all of them.

Both sets of futures are results folders of their own and go on where they stopped.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import sim.results
from sim.arrays import BoolArray
from sim.inputs import InputError
from sim.results.results import Results
from sim.streams import Stream, generator
from sim.study.discover.boxes import Discovery, discover
from sim.study.discover.futures import KIND, Dimension, Futures, futures
from sim.study.discover.outcomes import Outcome, Span, outcomes
from sim.study.discover.points import Points, points_of
from sim.study.discover.robustness import reversals, robustness
from sim.study.discover.tree import Leaf, grown
from sim.study.running.runner import carry_out
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import Discover, Settings

SEARCHED, FRESH = "searched", "fresh"
"""Folders of the two sets of futures, each a results folder of its own."""

BUDGET, GOAL, REVERSED = "budget", "goal", "reversed"
"""What a condition is looked for: a broken budget, a missed goal, a formula that falls behind one it is ahead of."""


@dataclass(frozen=True)
class Materials:
    """What is carried out, read and checked."""

    inputs: Inputs
    layout: Discover
    searched: Futures
    fresh: Futures


@dataclass(frozen=True)
class Condition:
    """The search for one question of a formula. ``other``: of a reversal, the formula that then reaches more.
    ``dimensions`` are those searched, ``points`` the futures in them, ``cases`` those in question ``[P]``."""

    question: str
    formula: str
    other: str | None
    dimensions: tuple[Dimension, ...]
    points: Points
    cases: BoolArray
    discovery: Discovery
    tree: tuple[Leaf, ...]


@dataclass(frozen=True)
class Found:
    """All that was found. ``outcomes`` of the futures searched; the tables of robustness and reversals are over both
    sets together."""

    materials: Materials
    conditions: tuple[Condition, ...]
    outcomes: Mapping[str, Outcome]
    robustness: pd.DataFrame
    reversals: pd.DataFrame
    span: Span
    results: Results


def read_materials(settings: Settings, inputs: Inputs) -> Materials:
    """The futures of the study. Raises InputError, one line, before anything runs."""
    layout = settings.discover
    if layout is None or settings.design is None:
        raise InputError("settings: discover: is missing; write study=discover")
    if inputs.baseline is None or len(inputs.formulas) < 2:
        raise InputError("settings: study.formulas: name a bill besides the baseline, as cte-sim discover my_bill.yaml")
    if settings.uncertainty == "central":
        raise InputError(
            "settings: uncertainty: central is not allowed: the study varies the numbers; write prior or posterior"
        )
    points = settings.design.points
    if points is None or points < 20:
        raise InputError(f"settings: design.points: {points} are too few futures to search; at least 20, better 512")
    return Materials(
        inputs, layout, futures(settings, inputs, layout, points, 0), futures(settings, inputs, layout, layout.fresh, 1)
    )


def find_conditions(
    settings: Settings,
    materials: Materials,
    folder: Path,
    config: Mapping[str, Any],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Found:
    """Carry out both sets of futures, or what is left of them, and search. Raises InputError if a run is missing or
    failed, or if the folder holds another study."""
    layout, names = materials.layout, [formula.name for formula in materials.inputs.formulas]
    baseline = str(materials.inputs.baseline)
    runs = [len(one.table) * len(names) for one in (materials.searched, materials.fresh)]
    known, results = {}, {}
    for name, one, before in ((SEARCHED, materials.searched, 0), (FRESH, materials.fresh, runs[0])):
        # Every uncertain number is a factor of the futures; those of clusters a replicate draws from their priors.
        own = settings.model_copy(update={"draws": 1, "keep": ("state",), "uncertainty": "prior"})
        record = {**config, "draws": 1, "keep": ["state"], "futures": name}

        def advance(done: int, _: int, before: int = before) -> None:
            progress(before + done, sum(runs))

        carry_out(own, one.inputs, folder / name, record, advance, one.sweep)
        results[name] = sim.results.open(folder / name)
        known[name], span = outcomes(results[name], layout, names, baseline, one.table)
    both = {name: _together(known[SEARCHED][name], known[FRESH][name]) for name in names}
    turned = reversals(both, names)
    questions: list[tuple[str, str, str | None]] = [
        (question, name, None) for name in names for question in (BUDGET, GOAL)
        if not (name == baseline and (question == GOAL and layout.level == "current_law"))
    ]  # fmt: skip
    questions += [(REVERSED, str(row.ahead), str(row.behind)) for row in turned.itertuples()]
    conditions = [
        _searched(materials, known, number, question, settings.seed) for number, question in enumerate(questions)
    ]
    random = generator(settings.seed, Stream.FUTURES_BOOTSTRAP, len(questions))
    return Found(
        materials, tuple(conditions), known[SEARCHED], robustness(both, max(layout.resamples, 200), random), turned,
        span, results[SEARCHED],
    )  # fmt: skip


def cases_of(outcome: Mapping[str, Outcome], question: str, formula: str, other: str | None) -> BoolArray:
    """The futures in question ``[P]``."""
    if question == BUDGET:
        return outcome[formula].breaks
    if question == GOAL:
        return outcome[formula].misses
    behind: BoolArray = outcome[formula].reached < outcome[str(other)].reached
    return behind


def _searched(
    materials: Materials,
    known: Mapping[str, Mapping[str, Outcome]],
    number: int,
    asked: tuple[str, str, str | None],
    seed: int,
) -> Condition:
    question, formula, other = asked
    concerned = {formula, other}
    dimensions = tuple(
        one for one in materials.searched.dimensions if one.formulas is None or concerned & set(one.formulas)
    )
    kinds = {KIND: tuple(materials.searched.kinds)}
    columns = [one.name for one in dimensions]
    points, fresh = (points_of(one.table[columns], kinds) for one in (materials.searched, materials.fresh))
    cases, fresh_cases = (cases_of(known[name], question, formula, other) for name in (SEARCHED, FRESH))
    random = generator(seed, Stream.FUTURES_BOOTSTRAP, number)
    found = discover(points, cases, fresh, fresh_cases, materials.layout.resamples, random)
    tree = grown(points, cases, fresh, fresh_cases) if found.searched and question != REVERSED else ()
    return Condition(question, formula, other, dimensions, points, cases, found, tree)


def _together(one: Outcome, other: Outcome) -> Outcome:
    return Outcome(*(np.concatenate(pair) for pair in zip(vars(one).values(), vars(other).values(), strict=True)))
