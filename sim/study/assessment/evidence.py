"""What an assessment rests on: draws and statistics of the stored waves beside the targets, case by case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from sim.arrays import Array, BoolArray
from sim.inputs import InputError
from sim.parameters.catalogue import Catalogue, Entry
from sim.parameters.posterior import REMEDY, priors_hash
from sim.study.calibration.emulating import fewest
from sim.study.calibration.stored import Waves, places
from sim.study.calibration.targets import Statistic, Target, Targets
from sim.study.hindcast.case import Case, Outcome
from sim.study.hindcast.measures import NAMED
from sim.study.hindcast.running import observed
from sim.study.probes.measures import AnyMeasure

CASE_OF: Mapping[str, str] = {
    **dict.fromkeys(
        ("sites", "instructors", "sustained_cost", "school_concentrator_share", "high_cost_share",
         "participants_per_instructor"), "base year"
    ),
    **dict.fromkeys(("opening_rate", "closing_rate"), "openings and closings"),
    **dict.fromkeys(("waiting_for_money", "waiting_for_instructor"), "what plans wait for"),
    **dict.fromkeys(
        ("instructors_change_spread", "instructors_change_deviation", "instructors_reallocation"), "churn of staff"
    ),
}  # fmt: skip
"""The case that a measure of New Mexico under current law belongs to: what one source says, or one survey, is left out
together. It is its kind of outcome too. A target of a hindcast belongs to the hindcast."""

KINDS: Mapping[str, tuple[str, ...]] = {
    "participation": ("participants", "participants_per_member"),
    "concentrators": ("concentrators", "concentrators_per_participant", "school_concentrator_share"),
    "credentials": (
        "credentials", "credentials_per_concentrator", "credentials_per_member", "easy_share", "hard_share",
        "pass_rate", "districts_with_exam",
    ),
    "sites and instructors": (
        "sites", "sections", "instructors", "instructors_per_member", "districts_taking_part",
    ),
    "spending": ("spending", "spending_per_member"),
    "what the state pays": ("state_cost", "price_paid"),
}  # fmt: skip
KIND_OF: Mapping[str, str] = {word: kind for kind, words in KINDS.items() for word in words}
"""The kind of outcome that a measure of a hindcast belongs to, by the word for it."""
WORD_OF: Mapping[AnyMeasure, str] = {named.measure: word for word, named in NAMED.items()}

ENDING = "districts that give up"
"""The kind of a share of districts below a value."""


@dataclass(frozen=True)
class Evidence:
    """Usable draws beside the targets.

    ``z`` ``[N, P]``: the fitted parameters as normal scores of their priors; ``statistics`` ``[N, S]`` of the draws
    from the priors, ``simulated`` ``[K, S]`` of the posterior. ``values`` and ``tolerances`` ``[S]``: the observed
    numbers with their stated deviations; ``scales`` ``[S]``: those that the fit gives them by their weights; ``fitted``
    ``[S]``: whether it rests on them. ``cases`` and ``kinds``: case and kind of outcome of each target. ``unchanged``
    ``[S]``: what is forecast if nothing changes; ``line`` ``[S]``: if the first observed change goes on at its pace;
    not a number where there is no such forecast.
    """

    parameters: tuple[str, ...]
    targets: tuple[Target, ...]
    z: Array
    statistics: Array
    simulated: Array
    values: Array
    tolerances: Array
    scales: Array
    fitted: BoolArray
    cases: tuple[str, ...]
    kinds: tuple[str, ...]
    unchanged: Array
    line: Array


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
    statistics = waves.prior[names].to_numpy(np.float64)
    usable = np.isfinite(statistics).all(axis=1)
    least = 2 * fewest(len(table.parameters)) if least is None else least
    if usable.sum() < least:
        raise InputError(f"waves of the calibration: {usable.sum()} draws are too few; at least {least}; {REMEDY}")
    asked = [target.statistic for target in table.targets]
    outcomes = [_outcome(own, cases) for own in asked]
    starts = {case.name: case.start.year for case in cases if case.start is not None}
    called = _short_titles(cases)
    return Evidence(
        parameters=table.parameters,
        targets=table.targets,
        z=ndtri(places(_entries(catalogue, table.parameters), waves.prior)[usable]),
        statistics=statistics[usable],
        simulated=waves.posterior[names].to_numpy(np.float64),
        values=np.array([target.value for target in table.targets]),
        tolerances=np.array([target.tolerance for target in table.targets]),
        scales=np.array([target.scale for target in table.targets]),
        fitted=np.array([target.use == "fit" for target in table.targets]),
        cases=tuple(CASE_OF[str(own.measure)] if own.case is None else called[own.case] for own in asked),
        kinds=tuple(_kind(own, outcome) for own, outcome in zip(asked, outcomes, strict=True)),
        unchanged=np.array([nothing_changes(outcome) for outcome in outcomes]),
        line=np.array([straight_line(o, starts, own) for own, o in zip(asked, outcomes, strict=True)]),
    )  # fmt: skip


def nothing_changes(outcome: Outcome | None) -> float:
    """The forecast that nothing changes: a ratio of one, no district below a value. A level that is compared as it
    stands has none."""
    if outcome is None:
        return float("nan")
    if outcome.over is not None:
        return 1.0 if outcome.over.quantile is not None else 0.0
    return 1.0 if outcome.contrast is not None or outcome.compare == "ratio" else float("nan")


def straight_line(outcome: Outcome | None, starts: Mapping[str, int], statistic: Statistic) -> float:
    """The forecast that the change of the first observed year goes on at the same pace a year; not below zero. It sees
    one year of what followed, which the model does not. Not a number where none was observed before the target's."""
    if outcome is None or outcome.contrast is not None or outcome.compare != "ratio":
        return float("nan")
    assert statistic.case is not None
    assert statistic.year is not None
    start, series = starts[statistic.case], observed(outcome)
    first = min(series)
    if not start < first < statistic.year:
        return float("nan")
    return float(max(1.0 + (series[first] - 1.0) * (statistic.year - start) / (first - start), 0.0))


def _outcome(statistic: Statistic, cases: Sequence[Case]) -> Outcome | None:
    if statistic.case is None:
        return None
    case = next(case for case in cases if case.name == statistic.case)
    return next(outcome for outcome in case.outcomes if outcome.name == statistic.outcome)


def _short_titles(cases: Sequence[Case]) -> dict[str, str]:
    """Up to the comma of the title where no other case begins so, else the name."""
    heads = {case.name: case.title.split(",")[0] for case in cases}
    return {
        name: head if list(heads.values()).count(head) == 1 else name.replace("_", " ") for name, head in heads.items()
    }


def _kind(statistic: Statistic, outcome: Outcome | None) -> str:
    if outcome is None:
        return CASE_OF[str(statistic.measure)]
    if outcome.over is not None and outcome.over.below is not None:
        return ENDING
    return KIND_OF[WORD_OF[outcome.measure]]


def _entries(catalogue: Catalogue, names: Sequence[str]) -> dict[str, Entry]:
    return {name: catalogue.entries[name.split(".")[0]][name.split(".")[1]] for name in names}
