"""Shipped scenarios against what happened, and scenarios in tables for people."""

import re

import pytest

from sim.config_folder import config_folder
from sim.engine.scenario import ClusterShocks, EarlyEnd, Scenario, Shocks, read_scenario
from sim.parameters.catalogue import load_catalogue
from sim.report.generated_docs.back_test import (
    back_test_markdown,
    cuts,
    cuts_at_gap,
    episodes,
    expected,
    path_after,
    shock_of,
)
from sim.report.generated_docs.scenarios import cluster_shock_table, kinds_table, size_words
from sim.verbs.listing import list_text


def episode(year: str) -> dict[str, object]:
    return next(one for one in episodes() if str(one["title"]).startswith(year))


def test_a_year_is_held_against_the_forecast_or_else_the_trend() -> None:
    growth = float(load_catalogue().entries["economy"]["revenue_growth"].value)  # type: ignore[arg-type]
    assert expected(episode("2016"), 2016) == (6.388, "forecast")
    dollars, how = expected(episode("2009"), 2010)
    assert (dollars, how) == (pytest.approx(6.0 * (1 + growth) ** 2), "trend")


def test_a_scenario_stands_beside_the_year_that_its_own_stands_for() -> None:
    assert shock_of(episode("2009"), 2010) == 0.80
    assert shock_of(episode("2020"), 2020) is None
    assert shock_of(episode("2020"), 2021) == 0.75
    assert shock_of(episode("2016"), 2019) == 1.0


def test_the_model_cuts_as_its_rule_says() -> None:
    """By hand for FY2028 of the shock of the 2020 kind: revenue over budget is 0.75 x 1.03^2 / (0.81 x 1.042^2)."""
    entries = load_catalogue().entries["economy"]
    at = {name: float(entry.value) for name, entry in entries.items() if isinstance(entry.value, int | float)}
    over = 0.75 * (1 + at["revenue_growth"]) ** 2 / (at["budget_share"] * (1 + at["budget_growth"]) ** 2)
    severity = min((1 - over) / at["full_cut_shortfall"], 1.0)
    assert cuts(episode("2020")) == (
        pytest.approx(severity * at["formula_cut"]),
        pytest.approx(severity * at["grant_cut"]),
    )
    assert cuts(episode("2016")) == (0.0, 0.0)


def test_at_the_gap_of_then_the_rule_cuts_what_was_cut() -> None:
    """Every gap on record was a full one: 1% to 3% of the main formula, and more of lines outside it."""
    for one in episodes():
        formula, grants, own = cuts_at_gap(one["gap"])
        assert 0.01 <= formula <= 0.032
        assert 0.05 <= grants <= 0.076
        assert own == pytest.approx(float(load_catalogue().entries["economy"]["categorical_cut"].value))  # type: ignore[arg-type]
    assert cuts_at_gap(0.0) == (0.0, 0.0, 0.0)


def test_a_line_comes_back_by_a_part_of_its_cut_each_year() -> None:
    entries = load_catalogue().entries["economy"]
    cut, back = (float(entries[name].value) for name in ("categorical_cut", "categorical_restored"))  # type: ignore[arg-type]
    left = path_after((2017, 2018), 2020)
    assert left == pytest.approx(
        {2017: 1 - cut, 2018: 1 - cut, 2019: 1 - cut * (1 - back), 2020: 1 - cut * (1 - back) ** 2}
    )


def test_every_episode_has_its_sources_and_a_row_for_each_year() -> None:
    page = back_test_markdown()
    for one in episodes():
        assert f"Sources: {one['source']}" in page
        assert (config_folder() / "scenario" / f"{one['scenario']}.yaml").is_file()
        for year, revenue in one["revenue"].items():
            assert f"| {one['title']} | {year} | ${revenue:.2f}B |" in page


def test_a_size_is_told_by_what_is_farthest_from_one() -> None:
    both = Scenario(
        name="x", title="t", source="s", years={2028: Shocks(revenue=0.9), 2030: Shocks(revenue=0.8)},
        from_year={2029: Shocks(clusters={"construction": ClusterShocks(openings=2.0)})},
        end=EarlyEnd(announced=2030, last_year=2032),
    )  # fmt: skip
    assert size_words(both) == (
        "revenue times 0.8 at the farthest, FY2028 to FY2030; in construction openings times 2, from FY2029 on; last "
        "paid in FY2032, known from FY2030"
    )
    assert size_words(read_scenario(config_folder() / "scenario" / "baseline.yaml")) == "none"


def test_the_list_has_title_size_and_source_of_each() -> None:
    listed = re.sub(r"\s+", " ", list_text("scenarios"))
    for path in (config_folder() / "scenario").glob("*.yaml"):
        scenario = read_scenario(path)
        assert f"{scenario.name} {scenario.title}." in listed
        assert re.sub(r"\s+", " ", scenario.source) in listed
    assert "scenario=oil_slump@2030:1.5+take_up_surge" in listed


def test_tables_name_every_key_and_kind() -> None:
    for key in ClusterShocks.model_fields:
        assert f"`{key}`" in cluster_shock_table()
    shocks = read_scenario(config_folder() / "scenario" / "random.yaml").random
    assert shocks is not None
    for name, kind in shocks.kinds.items():
        assert f"| {name.replace('_', ' ')} | {kind.times:g} in {kind.years:g} years" in kinds_table()
