"""What an assessment rests on: draws and statistics of the stored waves beside the targets, case by case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from sim.arrays import Array, BoolArray
from sim.inputs import InputError
from sim.parameters.catalogue import Catalogue, Entry
from sim.parameters.posterior import REMEDY, priors_hash
from sim.states.folder import DEFAULT, read_state
from sim.study.calibration.emulating import fewest
from sim.study.calibration.stored import Waves, places
from sim.study.calibration.targets import Statistic, Target, Targets
from sim.study.hindcast.case import Case, Outcome
from sim.study.hindcast.kinds import CHURN, kind_of
from sim.study.hindcast.running import observed

CASE_OF: Mapping[str, str] = {
    **dict.fromkeys(
        ("sites", "instructors", "sustained_cost", "school_concentrator_share", "high_cost_share",
         "participants_per_instructor"), "base year"
    ),
    **dict.fromkeys(("opening_rate", "closing_rate"), "openings and closings"),
    **dict.fromkeys(("waiting_for_money", "waiting_for_instructor"), "what plans wait for"),
    **dict.fromkeys(
        ("instructors_change_spread", "instructors_change_deviation", "instructors_reallocation"), CHURN
    ),
}  # fmt: skip
"""The case that a measure of the state under current law belongs to: what one source says, or one survey, is left out
together. It is its kind of outcome too. A target of a hindcast belongs to the hindcast."""

STATE_OF: Mapping[str, str] = {"base year": read_state(DEFAULT).name, CHURN: "Texas"}
"""The state whose record stands behind a case of the default state under current law, where it is that of one: a
hindcast of that state is not forecast from it."""


@dataclass(frozen=True)
class Evidence:
    """Usable draws beside the targets.

    ``z`` ``[N, P]``: the fitted parameters as normal scores of their priors; ``statistics`` ``[N, S]`` of the draws
    that the emulator is made from, of which the first ``of_prior`` are drawn from the priors; ``simulated`` ``[K, S]``
    of the posterior. ``values`` and ``tolerances`` ``[S]``: the observed numbers with their stated deviations;
    ``scales`` ``[S]``: those that the fit gives them by their weights; ``fitted`` ``[S]``: whether it rests on them.
    ``cases`` and ``kinds``: case and kind of outcome of each target. ``unchanged`` ``[S]``: what is forecast if nothing
    changes; ``line`` ``[S]``: if the first observed change goes on at its pace; not a number where there is no such
    forecast; ``years`` ``[S]``: from the start of its case, if it has one.
    """

    parameters: tuple[str, ...]
    targets: tuple[Target, ...]
    z: Array
    statistics: Array
    of_prior: int
    simulated: Array
    values: Array
    tolerances: Array
    scales: Array
    fitted: BoolArray
    cases: tuple[str, ...]
    kinds: tuple[str, ...]
    unchanged: Array
    line: Array
    years: Array


def evidence_of(
    waves: Waves, table: Targets, cases: Sequence[Case], catalogue: Catalogue, least: int | None = None
) -> Evidence:
    """The evidence of stored waves. Raises InputError, one line, if they were drawn from other priors than those of
    today, lack a parameter or a target of the table, or hold fewer than the ``least`` draws: unless said, twice as many
    as the regression needs."""
    if waves.provenance.get("priors") != priors_hash(catalogue, table.parameters):
        raise InputError(f"waves of the calibration: drawn from other priors than those of today; {REMEDY}")
    names = [target.name for target in table.targets]
    for name in (*table.parameters, *names):
        if name not in waves.prior:
            raise InputError(f"waves of the calibration: hold no {name}, which the targets name; {REMEDY}")
    drawn = waves.drawn
    statistics = drawn[names].to_numpy(np.float64)
    usable = np.isfinite(statistics).all(axis=1)
    least = 2 * fewest(len(table.parameters)) if least is None else least
    of_prior = int(usable[: len(waves.prior)].sum())
    if of_prior < least:
        raise InputError(
            f"waves of the calibration: {of_prior} draws from the priors are too few; at least {least}; {REMEDY}"
        )
    asked = [target.statistic for target in table.targets]
    outcomes = [_outcome(own, cases) for own in asked]
    starts: dict[str | None, int] = {case.name: case.start.year for case in cases if case.start is not None}
    called = _short_titles(cases)
    return Evidence(
        parameters=table.parameters,
        targets=table.targets,
        z=ndtri(places(_entries(catalogue, table.parameters), drawn)[usable]),
        statistics=statistics[usable],
        of_prior=of_prior,
        simulated=waves.posterior[names].to_numpy(np.float64),
        values=np.array([target.value for target in table.targets]),
        tolerances=np.array([target.tolerance for target in table.targets]),
        scales=np.array([target.scale for target in table.targets]),
        fitted=np.array([target.use == "fit" for target in table.targets]),
        cases=tuple(CASE_OF[str(own.measure)] if own.case is None else called[own.case] for own in asked),
        kinds=tuple(CASE_OF[str(s.measure)] if o is None else kind_of(o) for s, o in zip(asked, outcomes, strict=True)),
        unchanged=np.array([nothing_changes(outcome) for outcome in outcomes]),
        line=np.array([straight_line(o, starts.get(s.case), s.year) for s, o in zip(asked, outcomes, strict=True)]),
        years=np.array([(own.year or np.nan) - starts.get(own.case, np.nan) for own in asked], dtype=np.float64),
    )  # fmt: skip


def nothing_changes(outcome: Outcome | None) -> float:
    """The forecast that nothing changes: a ratio of one, no district below a value. A level that is compared as it
    stands has none."""
    if outcome is None:
        return float("nan")
    if outcome.over is not None:
        return 1.0 if outcome.over.quantile is not None else 0.0
    return 1.0 if outcome.contrast is not None or outcome.compare == "ratio" else float("nan")


def straight_line(outcome: Outcome | None, start_year: int | None, year: int | None) -> float:
    """The forecast for a ``year`` that the change of the first observed year goes on at the same pace a year; not below
    zero. It sees one year of what followed, which the model does not. Not a number where none was observed before the
    year that is forecast."""
    if outcome is None or outcome.contrast is not None or outcome.compare != "ratio":
        return float("nan")
    assert start_year is not None
    assert year is not None
    series = observed(outcome)
    first = min(series)
    if not start_year < first < year:
        return float("nan")
    return float(max(1.0 + (series[first] - 1.0) * (year - start_year) / (first - start_year), 0.0))


def _outcome(statistic: Statistic, cases: Sequence[Case]) -> Outcome | None:
    if statistic.case is None:
        return None
    case = next(case for case in cases if case.name == statistic.case)
    return next(outcome for outcome in case.outcomes if outcome.name == statistic.outcome)


def state_of(case: Case) -> str:
    """Whose law a case is of: its title up to the comma, of "New Mexico's pilot" New Mexico."""
    return head_of(case).split("'s ")[0]


def head_of(case: Case) -> str:
    """A case's title up to the comma."""
    return case.title.split(",")[0]


def _short_titles(cases: Sequence[Case]) -> dict[str, str]:
    """Up to the comma of the title where no other case begins so, else the name."""
    heads = {case.name: head_of(case) for case in cases}
    return {
        name: head if list(heads.values()).count(head) == 1 else name.replace("_", " ") for name, head in heads.items()
    }


def _entries(catalogue: Catalogue, names: Sequence[str]) -> dict[str, Entry]:
    return {name: catalogue.entries[name.split(".")[0]][name.split(".")[1]] for name in names}
