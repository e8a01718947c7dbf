"""The study ``sensitivity``: screening, then shares of variance and the order of formulas; both can be resumed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

import sim.results
from sim.inputs import InputError
from sim.parameters.posterior import posterior_path
from sim.results.results import Results
from sim.study.designs.sweep import Sweep
from sim.study.running.runner import Progress, carry_out
from sim.study.sensitivity.numbers import Number, dimensions, uncertain_numbers
from sim.study.sensitivity.outcomes import Target, between, outcome_table, targets
from sim.study.sensitivity.ranking import CRITERIA, Ranking, order_target, rank
from sim.study.sensitivity.screening import screened, screening_design, survivors
from sim.study.sensitivity.shares import Shares, directions, shares, shares_design
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import Sensitivity, Settings

SCREENING, SHARES = "screening", "shares"
"""Folders of the stages, each a results folder of its own."""


@dataclass(frozen=True)
class Findings:
    """What was found. ``morris``: effects by target and number. ``table``: shares by target and factor.

    ``numbers`` are all that vary; ``with_shares`` those with a share of their own, strongest in the screening first;
    ``fixed`` how many parameters are known or held; ``calibrated`` how many numbers follow a posterior. ``runs`` of the
    two stages; ``base`` points of the shares. ``results`` are those of the shares.
    """

    numbers: tuple[Number, ...]
    with_shares: tuple[Number, ...]
    fixed: int
    morris: pd.DataFrame
    table: pd.DataFrame
    rankings: tuple[Ranking, ...]
    formulas: tuple[str, ...]
    baseline: str
    fiscal_years: str
    runs: tuple[int, int]
    base: int
    calibrated: int
    results: Results

    @property
    def inside_the_seg(self) -> tuple[str, ...]:
        """The formulas with a line that other units of the main formula pay for, not the state."""
        lines = {name: record["lines"].values() for name, record in self.results.manifest.formulas.items()}
        return tuple(name for name in self.formulas if any(line["seg"] == "unfunded" for line in lines[name]))

    def number(self, name: str) -> Number | None:
        """The number of that name; None for chance and the like."""
        return next((number for number in self.numbers if number.name == name), None)


def check_settings(settings: Settings, inputs: Inputs) -> Sensitivity:
    """The layout of the study. Raises InputError, one line, before anything runs, for what does not go with it."""
    layout = settings.sensitivity
    if layout is None:
        raise InputError("settings: sensitivity: is missing; write study=sensitivity")
    if inputs.baseline is None or len(inputs.formulas) < 2:
        raise InputError("settings: study.formulas: a sensitivity study needs a baseline and another formula")
    if settings.uncertainty == "central":
        raise InputError(
            "settings: uncertainty: central is not allowed: the study varies the numbers; write posterior or prior"
        )
    if settings.shards > 1:
        raise InputError("settings: shards: does not go with study=sensitivity: one stage follows from the other")
    if len(inputs.scenarios) > 1:
        raise InputError("settings: study.scenarios: a sensitivity study runs in one scenario; name one")
    for key, value in (("factors", settings.factors), ("precision", settings.precision), ("design", settings.design)):
        if value:
            raise InputError(f"settings: {key}: does not go with study=sensitivity; use study=sweep")
    return layout


def sensitivity(
    settings: Settings, inputs: Inputs, folder: Path, config: Mapping[str, Any], stage: Callable[[str], Progress]
) -> Findings:
    """Carry out both stages in folders of ``folder``, or what is left of them, and analyze them.

    ``stage`` is told what begins, and gives what is told its progress. Raises InputError if a run is missing or failed.
    """
    layout = check_settings(settings, inputs)
    assert inputs.baseline is not None
    formulas = tuple(formula.name for formula in inputs.formulas)
    fitted = settings.uncertainty == "posterior"
    path = Path(layout.posterior) if layout.posterior else posterior_path(settings.world_path) if fitted else None
    # Every uncertain number is a factor; what a replicate would draw itself is never used.
    settings = settings.model_copy(update={"uncertainty": "prior"})
    numbers = uncertain_numbers(inputs, path)
    if not numbers:
        raise InputError("settings: parameters: hold every number; nothing is left to vary")
    first = screening_design(numbers, layout.trajectories, layout.replicates, settings.seed)
    law = {"posterior": layout.posterior or (path.name if path is not None else None)}
    record: dict[str, Any] = {**law, "trajectories": layout.trajectories, "replicates": layout.replicates}
    sweep, draws = first.sweep(), layout.replicates
    results = _carried_out(settings, inputs, folder / SCREENING, config, record, sweep, draws, stage(SCREENING))
    table, _ = outcome_table(results, sweep, draws)
    wanted = [*targets(table, formulas, inputs.baseline), *between(table, formulas, inputs.baseline)]
    morris = screened(first, wanted, settings.seed, layout.resamples)
    screening_runs = len(results.design)

    chosen = survivors(morris, numbers, layout.numbers)
    rest = tuple(number for number in numbers if number not in chosen)
    second = shares_design(chosen, rest, layout.points, settings.seed)
    record = {**law, "points": layout.points, "numbers": [number.name for number in chosen]}
    sweep = second.sweep()
    results = _carried_out(settings, inputs, folder / SHARES, config, record, sweep, 1, stage(SHARES))
    table, years = outcome_table(results, sweep, 1)
    rankings = tuple(
        rank(criterion, second, table, formulas, inputs.baseline)
        for criterion in CRITERIA
        if len(formulas) - (not criterion.judges_baseline) > 1
    )
    wanted = [*targets(table, formulas, inputs.baseline), *(order_target(ranking, table) for ranking in rankings)]
    return Findings(
        numbers=numbers,
        with_shares=chosen,
        fixed=sum(len(named) for named in inputs.catalogue.entries.values()) - len(inputs.catalogue.uncertain()),
        morris=morris.assign(with_share=morris["number"].isin([number.name for number in chosen])),
        table=share_table(second, wanted, settings.seed, layout.resamples),
        rankings=rankings,
        formulas=formulas,
        baseline=inputs.baseline,
        fiscal_years=years,
        runs=(screening_runs, len(results.design)),
        base=layout.points,
        calibrated=sum(one.marginal is not None for one in dimensions(numbers)),
        results=results,
    )


def share_table(design: Shares, wanted: list[Target], seed: int, resamples: int) -> pd.DataFrame:
    """The shares of every target, with its outcome, kind, formula and reference, and the direction of each number."""
    tables = []
    for target in wanted:
        found = shares(design, target, seed, resamples)
        found["rank_correlation"] = found["factor"].map(directions(design, target))
        mean, sd = float(target.values[design.sample].mean()), float(target.values[design.sample].std(ddof=1))
        keys: dict[str, Any] = {
            "outcome": target.outcome, "of": target.kind, "formula": target.formula, "reference": target.reference,
            "mean": mean, "standard_deviation": sd,
        }  # fmt: skip
        tables.append(found.assign(**keys))
    return pd.concat(tables, ignore_index=True)


def _carried_out(
    settings: Settings,
    inputs: Inputs,
    folder: Path,
    config: Mapping[str, Any],
    record: Mapping[str, Any],
    sweep: Sweep,
    draws: int,
    progress: Progress,
) -> Results:
    """The results of a stage. Its manifest tells only the settings that its runs depend on."""
    own = settings.model_copy(update={"draws": draws, "keep": ("state",)})
    carry_out(
        own, inputs, folder, {**config, "draws": draws, "keep": ["state"], "sensitivity": dict(record)}, progress, sweep
    )
    return sim.results.open(folder)
