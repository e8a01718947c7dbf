"""Studies that tell of one thing, as functions: a district, a change, an explorer, what past laws and probes say.

Settings, folders and progress are as in ``sim.api.studies``; what they give back is a page in words with its tables.
All raise InputError, one line, before anything is computed or written, for what cannot be used.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.api.carrying import carried_out, given
from sim.api.report import Report
from sim.api.words import Bill, bill_setting, bill_words
from sim.inputs import InputError
from sim.study.explain.places import LIST

if TYPE_CHECKING:
    from sim.api.world import World


def explain(
    bill: Bill,
    *,
    district: str | int,
    cluster: str | None = None,
    fiscal_years: Sequence[int] | None = None,
    replicate: int | None = None,
    draws: int | None = None,
    years: int | None = None,
    seed: int | None = None,
    uncertainty: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    scenario: str | None = None,
    world: "World | str | None" = None,
    folder: Path | str | None = None,
    quiet: bool = False,
    **settings: Any,
) -> Report:
    """One district's decision and payment, number by number, beside that under current law (docs/how_to/explain.md).

    ``district`` and ``cluster`` are identifiers or parts of a name; ``fiscal_years`` are those that are unfolded.
    ``.text`` tells it, ``.table()`` has a row for each number.
    """
    if LIST in (district, cluster):
        raise InputError(f"settings: district: '{LIST}' is for the command line; sim.World().districts has their names")
    key, word = bill_setting(bill)
    named = given(
        district=district, cluster=cluster, fiscal_years=fiscal_years, replicate=replicate, draws=draws, years=years,
        seed=seed, uncertainty=uncertainty, parameters=parameters, scenario=scenario, world=world,
    )  # fmt: skip
    return _report("explain", {key: word, **named}, settings, folder, quiet)


def district(
    bill: Bill,
    *,
    district: str | int,
    draws: int | None = None,
    years: int | None = None,
    seed: int | None = None,
    uncertainty: str | None = None,
    discrepancy: bool | None = None,
    parameters: Mapping[str, Any] | None = None,
    scenario: str | None = None,
    world: "World | str | None" = None,
    folder: Path | str | None = None,
    report: bool = True,
    quiet: bool = False,
    **settings: Any,
) -> Report:
    """One district under a bill and under current law, beside districts of its size (docs/how_to/district.md).

    ``district`` is an identifier or a part of a name. ``.answer()`` is in words, ``.text`` has the tables, ``.table()``
    a row for each number, ``.page`` the page; ``report=False`` leaves the page's figures out.
    """
    key, word = bill_setting(bill)
    named = given(
        district=district, draws=draws, years=years, seed=seed, uncertainty=uncertainty, discrepancy=discrepancy,
        parameters=parameters, scenario=scenario, world=world, report=report,
    )  # fmt: skip
    return _report("district", {key: word, **named}, settings, folder, quiet)


def bridge(
    bill: Bill,
    *,
    fiscal_years: Sequence[int] | None = None,
    draws: int | None = None,
    seed: int | None = None,
    uncertainty: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    scenario: str | None = None,
    world: "World | str | None" = None,
    folder: Path | str | None = None,
    quiet: bool = False,
    **settings: Any,
) -> Report:
    """Why each district's payment changes (docs/how_to/check_a_bill.md): from current law to the bill in one of the
    ``fiscal_years``, or under the bill from the first to the second. ``.table()`` has a row for each district."""
    key, word = bill_setting(bill)
    named = given(
        fiscal_years=fiscal_years, draws=draws, seed=seed, uncertainty=uncertainty, parameters=parameters,
        scenario=scenario, world=world,
    )  # fmt: skip
    return _report("bridge", {key: word, **named}, settings, folder, quiet)


def sensitivity(
    bills: Bill | Iterable[Bill] | None = None,
    *,
    years: int | None = None,
    seed: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    scenario: str | None = None,
    world: "World | str | None" = None,
    folder: Path | str | None = None,
    workers: int | None = None,
    report: bool = False,
    quiet: bool = False,
    **settings: Any,
) -> Report:
    """Which uncertain numbers move the outcomes, and whether one could change the order of formulas
    (docs/explanation/sensitivity.md). Its sizes go by their names: ``sensitivity={"points": 64}``."""
    named = given(
        years=years, seed=seed, parameters=parameters, scenario=scenario, world=world, workers=workers, report=report,
    )  # fmt: skip
    if bills is not None:
        named["formulas"] = bill_words(bills)
    return _report("sensitivity", named, settings, folder, quiet)


def discover(
    bills: Bill | Iterable[Bill] | None = None,
    *,
    scenarios: Iterable[str] | None = None,
    factors: Mapping[str, Any] | None = None,
    years: int | None = None,
    seed: int | None = None,
    uncertainty: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    world: "World | str | None" = None,
    folder: Path | str | None = None,
    workers: int | None = None,
    report: bool = False,
    quiet: bool = False,
    **settings: Any,
) -> Report:
    """Under which conditions bills break their budget or miss their goal, and how robust each is
    (docs/how_to/find_what_breaks_a_bill.md). What counts as either goes by its name: ``discover={"budget": 30e6}``.
    ``.table()`` has a row for each formula."""
    named = given(
        scenarios=None if scenarios is None else list(scenarios), factors=factors, years=years, seed=seed,
        uncertainty=uncertainty, parameters=parameters, world=world, workers=workers, report=report,
    )  # fmt: skip
    if bills is not None:
        named["formulas"] = bill_words(bills)
    return _report("discover", named, settings, folder, quiet)


def explore(
    bill: Bill,
    *,
    factors: Mapping[str, Any] | None = None,
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
    quiet: bool = False,
    **settings: Any,
) -> Report:
    """A bill's amounts on sliders that answer offline (docs/how_to/explorer.md); it takes some minutes.

    ``factors`` maps keys of the bill to ranges, ``{"formula.appropriation.dollars": [20e6, 60e6]}``; without them every
    amount moves from half to one and a half times. ``.page`` is the page; ``.report(path, explorer=folder)`` of a
    comparison takes the sliders in.
    """
    key, word = bill_setting(bill)
    named = given(
        factors=factors, draws=draws, years=years, seed=seed, uncertainty=uncertainty, parameters=parameters,
        scenario=scenario, world=world, workers=workers,
    )  # fmt: skip
    if points is not None:
        named["design.points"] = points
    return _report("explore", {key: word, **named}, settings, folder, quiet)


def reverse(
    bill: Bill,
    *,
    scenarios: Sequence[str] | None = None,
    draws: int | None = None,
    years: int | None = None,
    seed: int | None = None,
    uncertainty: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    world: "World | str | None" = None,
    folder: Path | str | None = None,
    workers: int | None = None,
    report: bool = False,
    quiet: bool = False,
    **settings: Any,
) -> Report:
    """The smallest shock that leaves too little of what a bill owes paid (docs/how_to/stress.md).

    What is asked stands in ``reverse``: ``reverse={"level": 0.9}``, ``reverse={"shock": "participation"}``.
    """
    key, word = bill_setting(bill)
    named = given(
        draws=draws,
        years=years,
        seed=seed,
        uncertainty=uncertainty,
        parameters=parameters,
        world=world,
        workers=workers,
    )
    if scenarios is not None:
        named["scenarios"] = [scenarios] if isinstance(scenarios, str) else list(scenarios)
    return _report("reverse", {key: word, **named, "report": report}, settings, folder, quiet)


def hindcast(
    *,
    cases: Sequence[str] | None = None,
    draws: int | None = None,
    seed: int | None = None,
    uncertainty: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    folder: Path | str | None = None,
    workers: int | None = None,
    report: bool = False,
    quiet: bool = False,
    **settings: Any,
) -> Report:
    """Law changes of the past against what happened (docs/explanation/validation.md); all, if no case is named."""
    named = given(draws=draws, seed=seed, uncertainty=uncertainty, parameters=parameters, workers=workers)
    return _report("hindcast", {**named, **_cases(cases), "report": report}, settings, folder, quiet)


def probes(
    *,
    cases: Sequence[str] | None = None,
    draws: int | None = None,
    seed: int | None = None,
    uncertainty: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    folder: Path | str | None = None,
    workers: int | None = None,
    quiet: bool = False,
    **settings: Any,
) -> Report:
    """How the model behaves when money moves, and how it should (docs/explanation/probes.md)."""
    named = given(draws=draws, seed=seed, uncertainty=uncertainty, parameters=parameters, workers=workers)
    return _report("probes", {**named, **_cases(cases)}, settings, folder, quiet)


def _cases(cases: Sequence[str] | None) -> dict[str, list[str]]:
    if cases is None:
        return {}
    return {"cases": [cases] if isinstance(cases, str) else list(cases)}


def _report(
    study: str, named: Mapping[str, Any], more: Mapping[str, Any], folder: Path | str | None, quiet: bool
) -> Report:
    found = carried_out(study, named, more, folder, quiet)
    assert isinstance(found, Report)
    return found
