"""Studies that keep every run, as functions: bills by one word, settings as keyword arguments, results back.

A setting that is left out, or None, has the default of ``conf/``; ``**settings`` takes every other one by its name
(docs/reference/settings.md). What a study does not read is refused. ``years`` is a command's ``horizon``, ``baseline``
its ``study.baseline``. Without ``folder`` results lie in a temporary one that goes with what is returned; with it, the
same call again continues or reads them. Progress is plain lines on standard error, none if ``quiet``. ``report`` writes
figures, fiscal note and run sheet beside the tables; ``plot`` draws a figure without it.

All raise InputError, one line, before anything is computed or written, for what cannot be used.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.api.carrying import carried_out, given
from sim.api.runs import Runs
from sim.api.words import Bill, bill_setting, bill_words

if TYPE_CHECKING:
    from sim.api.world import World


def compare(
    bills: Bill | Iterable[Bill] | None = None,
    *,
    draws: int | None = None,
    years: int | None = None,
    seed: int | None = None,
    uncertainty: str | None = None,
    discrepancy: bool | None = None,
    parameters: Mapping[str, Any] | None = None,
    scenario: str | None = None,
    world: "World | str | None" = None,
    folder: Path | str | None = None,
    workers: int | None = None,
    report: bool = False,
    quiet: bool = False,
    **settings: Any,
) -> Runs:
    """Formulas on common draws, each against current law; all that ``cte-sim`` compares if none is named.

    ``bills`` are names and paths: ``["status_quo", "my_bill.yaml"]``. Current law is always among them.
    """
    named = given(
        draws=draws, years=years, seed=seed, uncertainty=uncertainty, discrepancy=discrepancy, parameters=parameters,
        scenario=scenario, world=world, workers=workers, report=report,
    )  # fmt: skip
    if bills is not None:
        named["formulas"] = bill_words(bills)
    return _runs("compare", named, settings, folder, quiet)


def project(
    bill: Bill,
    *,
    draws: int | None = None,
    years: int | None = None,
    seed: int | None = None,
    uncertainty: str | None = None,
    discrepancy: bool | None = None,
    parameters: Mapping[str, Any] | None = None,
    scenario: str | None = None,
    world: "World | str | None" = None,
    folder: Path | str | None = None,
    workers: int | None = None,
    report: bool = False,
    quiet: bool = False,
    **settings: Any,
) -> Runs:
    """One formula against current law."""
    key, word = bill_setting(bill)
    named = given(
        draws=draws, years=years, seed=seed, uncertainty=uncertainty, discrepancy=discrepancy, parameters=parameters,
        scenario=scenario, world=world, workers=workers, report=report,
    )  # fmt: skip
    return _runs("project", {key: word, **named}, settings, folder, quiet)


def stress(
    bills: Bill | Iterable[Bill] | None = None,
    *,
    scenarios: Sequence[str] | None = None,
    draws: int | None = None,
    years: int | None = None,
    seed: int | None = None,
    uncertainty: str | None = None,
    discrepancy: bool | None = None,
    parameters: Mapping[str, Any] | None = None,
    world: "World | str | None" = None,
    folder: Path | str | None = None,
    workers: int | None = None,
    report: bool = False,
    quiet: bool = False,
    **settings: Any,
) -> Runs:
    """Formulas under shocks, by names of ``conf/scenario``, paths, or words made of them
    (``oil_slump@2030:1.5+take_up_surge``); all shipped that have a date if none is named.

    The scenario without shocks, against which losses are taken, is always among them.
    """
    named = given(
        draws=draws, years=years, seed=seed, uncertainty=uncertainty, discrepancy=discrepancy, parameters=parameters,
        world=world, workers=workers, report=report,
    )  # fmt: skip
    if bills is not None:
        named["formulas"] = bill_words(bills)
    if scenarios is not None:
        named["scenarios"] = [scenarios] if isinstance(scenarios, str) else list(scenarios)
    return _runs("stress", named, settings, folder, quiet)


def sweep(
    bills: Bill | Iterable[Bill] | None = None,
    *,
    factors: Mapping[str, Any],
    design: str | None = None,
    points: int | None = None,
    draws: int | None = None,
    years: int | None = None,
    seed: int | None = None,
    uncertainty: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    scenario: str | None = None,
    world: "World | str | None" = None,
    folder: Path | str | None = None,
    workers: int | None = None,
    report: bool = False,
    quiet: bool = False,
    **settings: Any,
) -> Runs:
    """Formulas over many points in parameters, formula keys and scenario keys (docs/how_to/sweeps.md).

    ``factors`` maps paths to ranges: ``{"parameters.staffing.turnover": [0.1, 0.2]}``. ``design`` names how ``points``
    are placed: latin_hypercube, grid, sobol, prior, posterior or table.
    """
    named = given(
        design=design, draws=draws, years=years, seed=seed, uncertainty=uncertainty, parameters=parameters,
        scenario=scenario, world=world, workers=workers, report=report,
    )  # fmt: skip
    named["factors"] = factors
    if points is not None:
        named["design.points"] = points
    if bills is not None:
        named["formulas"] = bill_words(bills)
    return _runs("sweep", named, settings, folder, quiet)


def levers(
    bill: Bill,
    *,
    scenarios: Sequence[str] | None = None,
    draws: int | None = None,
    years: int | None = None,
    seed: int | None = None,
    uncertainty: str | None = None,
    discrepancy: bool | None = None,
    parameters: Mapping[str, Any] | None = None,
    world: "World | str | None" = None,
    folder: Path | str | None = None,
    workers: int | None = None,
    report: bool = False,
    quiet: bool = False,
    **settings: Any,
) -> Runs:
    """What a cap, a lag, a reserve and other levers of a bill buy in a bad year, and cost in students
    (docs/how_to/stress.md)."""
    key, word = bill_setting(bill)
    named = given(
        draws=draws, years=years, seed=seed, uncertainty=uncertainty, discrepancy=discrepancy, parameters=parameters,
        world=world, workers=workers, report=report,
    )  # fmt: skip
    if scenarios is not None:
        named["scenarios"] = [scenarios] if isinstance(scenarios, str) else list(scenarios)
    return _runs("levers", {key: word, **named}, settings, folder, quiet)


def decompose(
    bill: Bill,
    *,
    draws: int | None = None,
    years: int | None = None,
    seed: int | None = None,
    uncertainty: str | None = None,
    discrepancy: bool | None = None,
    parameters: Mapping[str, Any] | None = None,
    scenario: str | None = None,
    world: "World | str | None" = None,
    folder: Path | str | None = None,
    workers: int | None = None,
    quiet: bool = False,
    **settings: Any,
) -> Runs:
    """A bill taken apart, component by component; ``.parts`` has each part's effect on each outcome."""
    key, word = bill_setting(bill)
    named = given(
        draws=draws, years=years, seed=seed, uncertainty=uncertainty, discrepancy=discrepancy, parameters=parameters,
        scenario=scenario, world=world, workers=workers,
    )  # fmt: skip
    return _runs("decompose", {key: word, **named}, settings, folder, quiet)


def two_by_two(
    bill: Bill,
    *,
    draws: int | None = None,
    years: int | None = None,
    seed: int | None = None,
    uncertainty: str | None = None,
    discrepancy: bool | None = None,
    parameters: Mapping[str, Any] | None = None,
    scenario: str | None = None,
    world: "World | str | None" = None,
    folder: Path | str | None = None,
    workers: int | None = None,
    quiet: bool = False,
    **settings: Any,
) -> Runs:
    """More, or less, money told apart from better design; ``.parts`` has each part's effect on each outcome."""
    key, word = bill_setting(bill)
    named = given(
        draws=draws, years=years, seed=seed, uncertainty=uncertainty, discrepancy=discrepancy, parameters=parameters,
        scenario=scenario, world=world, workers=workers,
    )  # fmt: skip
    return _runs("two_by_two", {key: word, **named}, settings, folder, quiet)


def library(
    bills: Bill | Iterable[Bill] | None = None,
    *,
    draws: int | None = None,
    years: int | None = None,
    seed: int | None = None,
    uncertainty: str | None = None,
    discrepancy: bool | None = None,
    parameters: Mapping[str, Any] | None = None,
    scenario: str | None = None,
    world: "World | str | None" = None,
    folder: Path | str | None = None,
    workers: int | None = None,
    report: bool = False,
    quiet: bool = False,
    **settings: Any,
) -> Runs:
    """The laws of other states, all that are shipped or those that are named, as written and scaled to the money of
    current law (docs/reference/formulas.md)."""
    named = given(
        draws=draws, years=years, seed=seed, uncertainty=uncertainty, discrepancy=discrepancy, parameters=parameters,
        scenario=scenario, world=world, workers=workers, report=report,
    )  # fmt: skip
    if bills is not None:
        named["formulas"] = bill_words(bills)
    return _runs("library", named, settings, folder, quiet)


def _runs(
    study: str, named: Mapping[str, Any], more: Mapping[str, Any], folder: Path | str | None, quiet: bool
) -> Runs:
    found = carried_out(study, named, more, folder, quiet)
    assert isinstance(found, Runs)
    return found
