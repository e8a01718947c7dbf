"""The generated part of docs/scenarios.md that holds shipped scenarios against what happened in New Mexico."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sim.arrays import compound
from sim.config_folder import config_folder
from sim.engine.economy import budget_severity, categorical_cut
from sim.engine.scenario import Scenario, read_scenario
from sim.inputs import read_yaml
from sim.parameters.catalogue import load_catalogue
from sim.parameters.groups import Economy
from sim.parameters.values import central_parameters
from sim.world.loading import load_world


def episodes() -> list[dict[str, Any]]:
    """The crises of ``conf/back_test/new_mexico.yaml``, as they stand there."""
    found: list[dict[str, Any]] = read_yaml(config_folder() / "back_test" / "new_mexico.yaml")["episodes"]
    return found


def back_test_markdown() -> str:
    """For each crisis revenue year by year against what was expected, the scenario's, and what was cut."""
    return "\n".join(
        [
            *_revenue_table(),
            "",
            *_cuts_table(),
            "",
            *(_told(episode) for episode in episodes()),
            "",
            *_lines_of_their_own(),
        ]
    )


def expected(episode: dict[str, Any], year: int) -> tuple[float, str]:
    """Revenue that was to be expected in a year, billions of dollars, and whether the state forecast it or the last
    year before the crisis is grown at the outlook's rate."""
    if year in episode["expected"]:
        return episode["expected"][year], "forecast"
    before, growth = episode["grown_from"], _economy().revenue_growth
    return float(before["revenue"] * compound(growth, year - before["year"]).item()), "trend"


def shock_of(episode: dict[str, Any], year: int) -> float | None:
    """What the scenario leaves of revenue in the year that stands for ``year``; None before it begins."""
    scenario = _scenario(episode)
    assert scenario.first_year is not None
    place = year - episode["first"]
    return scenario.at(scenario.first_year + place, 0).revenue if place >= 0 else None


def cuts(episode: dict[str, Any]) -> tuple[float, float]:
    """The deepest cut of formula money and of grants that the model's rule makes of the scenario, shares, at central
    parameters and without luck in revenue."""
    base_year, scenario, terms = load_world().base_year, _scenario(episode), _economy()
    worst = np.zeros((1, 1, 1))
    for year in range(base_year + 1, base_year + 31):
        since, left = year - base_year, scenario.at(year, base_year).revenue
        revenue = compound(terms.revenue_growth, since) * left
        budget = terms.budget_share * compound(terms.budget_growth, since)
        if left < 1.0:
            worst = np.maximum(worst, budget_severity(revenue, budget, terms))
    return float((worst * terms.formula_cut).item()), float((worst * terms.grant_cut).item())


def cuts_at_gap(gap: float) -> tuple[float, float, float]:
    """What the model's rule cuts of formula money, grants, and CTE lines outside the main formula, shares, where a
    scenario leaves revenue by the share ``gap`` under the recurring budget; at central parameters."""
    terms, nothing = _economy(), np.zeros((1, 1, 1))
    severity = budget_severity(nothing + 1.0 - gap, nothing + 1.0, terms)
    own = categorical_cut(nothing, severity, nothing, terms)
    return float((severity * terms.formula_cut).item()), float((severity * terms.grant_cut).item()), float(own.item())


def path_after(bust: Sequence[int], last: int) -> dict[int, float]:
    """What is left of a CTE line outside the main formula in each year from the first of a full ``bust`` on, a share of
    what it was before; at central parameters."""
    terms, standing, left = _economy(), np.zeros((1, 1, 1)), {}
    for year in range(bust[0], last + 1):
        full = np.full((1, 1, 1), float(year in bust))
        standing = categorical_cut(standing, full, 0.0 * full, terms)
        left[year] = 1.0 - float(standing.item())
    return left


def _economy() -> Economy:
    return central_parameters(load_catalogue(), load_world().clusters, 1).economy


def _scenario(episode: dict[str, Any]) -> Scenario:
    return read_scenario(config_folder() / "scenario" / f"{episode['scenario']}.yaml")


def _revenue_table() -> Iterator[str]:
    yield "| crisis | fiscal year | revenue | expected | left of it | scenario | scenario leaves |"
    yield "|---|---|---:|---:|---:|---|---:|"
    for episode in episodes():
        for year, revenue in episode["revenue"].items():
            yield _row(episode, episode["title"], year, revenue)
        for year, forecast in episode.get("forecast", {}).items():
            yield _row(episode, f"{episode['title']}, as forecast in it", year, forecast)


def _row(episode: dict[str, Any], title: str, year: int, revenue: float) -> str:
    looked_for, how = expected(episode, year)
    left = shock_of(episode, year)
    cells = (
        title, str(year), f"${revenue:.2f}B", f"${looked_for:.2f}B ({how})", f"{revenue / looked_for:.0%}",
        f"`{episode['scenario']}`", f"{left:.0%}" if left is not None else "-",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _cuts_table() -> Iterator[str]:
    yield (
        "| crisis | SEG was cut | model, from FY2026's cushion | model, at the gap of then | agencies were cut "
        "| model, from FY2026's cushion | model, at the gap of then | enrollment |"
    )
    yield "|---|---|---:|---:|---|---:|---:|---|"
    for episode in episodes():
        (formula, grants), (formula_then, grants_then, _) = cuts(episode), cuts_at_gap(episode["gap"])
        cells = (
            episode["title"], episode["formula_cut"], f"{formula:.1%}", f"{formula_then:.1%}", episode["agency_cut"],
            f"{grants:.1%}", f"{grants_then:.1%}", episode["enrollment"],
        )  # fmt: skip
        yield f"| {' | '.join(cells)} |"


def _told(episode: dict[str, Any]) -> str:
    return f"- **{episode['title']}.** {episode['explained']}. Sources: {episode['source']}. {episode['gap_source']}."


def _lines_of_their_own() -> Iterator[str]:
    """What was cut of money outside the main formula, beside what the main formula shares and the model's rule."""
    held = read_yaml(config_folder() / "back_test" / "lines_of_their_own.yaml")
    yield (
        "| line outside the main formula | years | it was cut | the formula was | model, if it shared that cut "
        "| model |"
    )
    yield "|---|---|---:|---:|---:|---:|"
    for one in held["cuts"]:
        formula, _, own = cuts_at_gap(one["gap"])
        shares = (one["line"], one["formula"], formula, own)
        yield f"| {one['where']} | {one['year']} | {' | '.join(f'{share:.1%}' for share in shares)} |"
    yield ""
    yield "| what is left of it | in | of before | model |"
    yield "|---|---|---:|---:|"
    for one in held["paths"]:
        left = path_after(one["bust"], max(one["after"]))
        for year, dollars in one["after"].items():
            since = f"{year}, after {one['bust'][0]} and {one['bust'][-1]}"
            yield f"| {one['where']} | {since} | {dollars / one['before']:.0%} | {left[year]:.0%} |"
    yield ""
    yield from (f"- {' '.join(told.split())}." for told in held["told"])
    yield f"- Sources: {'; '.join(dict.fromkeys(one['source'] for one in (*held['cuts'], *held['paths'])))}."
