"""The summary and comparison tables: right periods, paired differences, honest prices, no NaN in what is shown."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import pytest
from fake_results import BASE_YEAR, FORMULAS, FakeResults, fake_results, fake_world

from sim.report.compare.comparison import comparison_table
from sim.report.compare.headline_table import changes, levels
from sim.report.compare.summary import COLUMNS, summary
from sim.report.shared.panel import Panel
from sim.report.shared.spans import first_years
from sim.results.schema import STATE

if TYPE_CHECKING:
    from sim.results.results import Results

WORLD = fake_world(20)
RESULTS = fake_results(WORLD, draws=15, horizon=12)
TABLE = summary(RESULTS)


def runs(results: "Results", formula: str) -> pd.DataFrame:
    return results.state.merge(results.design, on="run_id").query("formula == @formula")


def row(table: pd.DataFrame, formula: str, metric: str, period: str) -> pd.Series:
    found = table[(table.formula == formula) & (table.metric == metric) & (table.period == period)]
    assert len(found) == 1
    return found.iloc[0]


def changed(results: "Results", **frames: Any) -> "Results":
    return cast("Results", replace(cast("FakeResults", results), **frames))


def test_every_formula_and_metric_has_every_period_once() -> None:
    assert list(TABLE.columns) == list(COLUMNS)
    assert list(dict.fromkeys(TABLE.formula)) == list(FORMULAS)
    assert not TABLE.duplicated(["scenario", "formula", "metric", "period"]).any()
    aligned = TABLE[TABLE.formula == "aligned"]
    assert {column.name for column in STATE} <= set(aligned.metric)
    periods = set(aligned[aligned.metric == "concentrators"].period)
    assert periods == {
        "base year", "mean of years 1 to 5", "mean of years 6 to 10", "mean of the last 5 years", "year 10",
        "final year", "mean of all years",
    }  # fmt: skip
    assert "total of all years" in set(aligned[aligned.metric == "state_cost_constant"].period)


def test_flows_are_totalled_over_all_years_and_all_else_is_averaged() -> None:
    dollars = {column.name for column in STATE if column.unit == "dollars" and not column.adds_up}
    assert dollars == {"unit_value", "cash", "reserve", "revenue"}
    for column in STATE:
        periods = set(TABLE[TABLE.metric == column.name].period)
        assert ("total of all years" in periods) == column.adds_up, column.name
        assert "mean of all years" in periods, column.name


def test_levels_are_those_of_the_runs() -> None:
    state = runs(RESULTS, "aligned")
    final = state[state.fiscal_year == BASE_YEAR + 12].concentrators
    found = row(TABLE, "aligned", "concentrators", "final year")
    assert found["mean"] == pytest.approx(final.mean())
    assert found["p05"] == pytest.approx(np.percentile(final, 5))
    assert found["p95"] == pytest.approx(np.percentile(final, 95))
    early = state[state.fiscal_year.between(BASE_YEAR + 1, BASE_YEAR + 5)].groupby("run_id").quality.mean()
    assert row(TABLE, "aligned", "quality", "mean of years 1 to 5")["median"] == pytest.approx(early.median())
    total = state[state.fiscal_year > BASE_YEAR].groupby("run_id").state_cost.sum()
    assert row(TABLE, "aligned", "state_cost", "total of all years")["p95"] == pytest.approx(np.percentile(total, 95))


def test_constant_dollars_are_nominal_dollars_over_the_price_index_of_the_same_run_and_year() -> None:
    state = runs(RESULTS, "aligned")
    final = state[state.fiscal_year == BASE_YEAR + 12]
    expected = (final.local_money / final.price_index).mean()
    assert row(TABLE, "aligned", "local_money_constant", "final year")["mean"] == pytest.approx(expected)


def test_differences_are_paired_by_draw() -> None:
    final = {
        name: runs(RESULTS, name).query("fiscal_year == @BASE_YEAR + 12").set_index("replicate").concentrators
        for name in ("aligned", "status_quo")
    }
    change = final["aligned"] - final["status_quo"]
    found = row(TABLE, "aligned", "concentrators", "final year")
    assert found["difference_mean"] == pytest.approx(change.mean())
    assert found["difference_p05"] == pytest.approx(np.percentile(change, 5))
    assert found["difference_monte_carlo_error"] == pytest.approx(change.std() / np.sqrt(15))
    unpaired = np.hypot(final["aligned"].std(), final["status_quo"].std()) / np.sqrt(15)
    assert found["difference_monte_carlo_error"] < unpaired / 2


def test_rows_of_the_tables_may_come_in_any_order() -> None:
    shuffled = changed(RESULTS, state=RESULTS.state.sample(frac=1.0, random_state=3))
    pd.testing.assert_frame_equal(summary(shuffled), TABLE)


def test_pairing_follows_the_replicate_and_not_the_order_of_runs() -> None:
    design = RESULTS.design.copy()
    aligned = design.formula == "aligned"
    design.loc[aligned, "replicate"] = design.loc[aligned, "replicate"].to_numpy()[::-1]
    mispaired = row(summary(changed(RESULTS, design=design)), "aligned", "concentrators", "final year")
    right = row(TABLE, "aligned", "concentrators", "final year")
    assert mispaired["difference_mean"] == pytest.approx(right["difference_mean"])
    assert mispaired["difference_monte_carlo_error"] > 2 * right["difference_monte_carlo_error"]


def test_the_baseline_differs_from_itself_by_nothing() -> None:
    own = TABLE[TABLE.formula == "status_quo"]
    assert (own.filter(like="difference_") == 0.0).all(axis=None)


def test_no_number_is_missing_where_every_draw_has_one() -> None:
    numbers = ["mean", "median", "p05", "p95", "monte_carlo_error"]
    assert TABLE[numbers].notna().all(axis=None)
    assert np.isfinite(TABLE[numbers]).all(axis=None)
    paired = TABLE[~TABLE.metric.str.startswith("cost_per_added") & (TABLE.metric != "proration")]
    assert paired.filter(like="difference_").notna().all(axis=None)


def test_what_is_never_defined_has_no_row() -> None:
    owed_nothing = TABLE[(TABLE.formula == "pilot_sunset") & (TABLE.metric == "proration")]
    assert set(owed_nothing.period) == {"base year"}


def test_a_draw_with_a_failed_run_is_left_out_of_every_formula() -> None:
    lost = RESULTS.design.query("formula == 'aligned' and replicate == 4").run_id.iloc[0]
    without = changed(
        RESULTS,
        state=RESULTS.state[RESULTS.state.run_id != lost],
        districts=RESULTS.districts[RESULTS.districts.run_id != lost],
    )
    panel = Panel(without)
    assert panel.left_out == 1
    assert 4 not in panel.replicates
    assert set(summary(without).draws) == {14}
    assert "1 draws are left out" in comparison_table(without)


def test_a_table_that_lacks_a_year_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks rows"):
        Panel(changed(RESULTS, state=RESULTS.state.iloc[:-1]))


def test_a_design_that_varies_more_than_formula_and_draw_is_refused() -> None:
    design = RESULTS.design.assign(replicate=0)
    with pytest.raises(ValueError, match="varies something else"):
        Panel(changed(RESULTS, design=design))


FIRST = first_years(Panel(RESULTS))
CHANGES = changes(RESULTS, Panel(RESULTS), FIRST)
LEVELS = levels(RESULTS, Panel(RESULTS), FIRST)
MEANS = (
    RESULTS.state.merge(RESULTS.design, on="run_id")
    .query("@BASE_YEAR < fiscal_year <= @BASE_YEAR + 5")
    .assign(public=lambda table: table["state_cost_constant"] + table["dilution"] / table["price_index"])
    .groupby("formula")
    .mean(numeric_only=True)
)


def titled(cells: list[list[tuple[str, str]]]) -> dict[str, list[tuple[str, str]]]:
    """Rows by the name of their formula."""
    names = dict(zip(Panel(RESULTS).short_titles, Panel(RESULTS).formulas, strict=True))
    return {names[line[0][0]]: line for line in cells[1:]}


def test_formulas_stand_by_what_they_bring_in_the_first_years_and_the_baseline_is_marked() -> None:
    rates = [float(line[1][0]) for line in CHANGES[1:]]
    assert rates == sorted(rates, reverse=True)
    assert [name for name, line in titled(CHANGES).items() if line[0][1] == "baseline"] == ["status_quo"]
    assert [line[0] for line in LEVELS] == [line[0] for line in CHANGES]
    assert set(titled(CHANGES)) == set(FORMULAS)


def test_the_comparison_prices_only_what_is_added() -> None:
    cells = {name: line[4] for name, line in titled(CHANGES).items()}
    change = MEANS.loc["aligned"] - MEANS.loc["status_quo"]
    assert cells["status_quo"] == ("-", "")
    assert cells["aligned"][0] == "more for more"
    price = float(cells["aligned"][1].removesuffix(" each").lstrip("$").replace(",", ""))
    assert price == pytest.approx(change["public"] / change["concentrators_taught"], rel=0.01)
    assert cells["aligned_per_concentrator"] == ("more for less", "")
    assert cells["pilot_sunset"][0] == "less for less"
    spared = MEANS.loc["pilot_sunset"] - MEANS.loc["status_quo"]
    price = float(cells["pilot_sunset"][1].removesuffix(" a loss").lstrip("$").replace(",", ""))
    assert price == pytest.approx(spared["public"] / spared["concentrators_taught"], rel=0.01)


def test_taught_and_recoded_as_printed_add_up_to_reported_as_printed() -> None:
    for name, line in titled(LEVELS).items():
        taught, reported = (float(line[place][0].replace(",", "")) for place in (1, 2))
        recoded = float(line[2][1].removesuffix(" recoded").replace(",", ""))
        assert taught + recoded == pytest.approx(reported, abs=0.05)
        assert reported == pytest.approx(MEANS.loc[name, "concentrators"], rel=0.005)
        assert recoded == pytest.approx(MEANS.loc[name, "concentrators_recoded"], rel=0.005)
    assert MEANS.loc["aligned", "concentrators_recoded"] > 0


def test_the_comparison_fits_eighty_columns_and_says_what_its_intervals_are() -> None:
    text = comparison_table(RESULTS)
    assert max(map(len, text.splitlines())) <= 80
    assert "nan" not in text.lower().replace("finan", "")
    assert "…" not in text
    assert "90% of 15 draws" in text
    assert "seed 2026" in text
    assert "Sb130 quarter" in text
    assert "Taken in SEG: what a weight takes" in text.replace("\n", " ")


def test_who_is_only_recoded_is_not_added() -> None:
    state = RESULTS.state.copy()
    ours = state.run_id.isin(RESULTS.design.query("formula == 'aligned'").run_id) & (state.fiscal_year > BASE_YEAR)
    state.loc[ours, ["concentrators", "concentrators_recoded"]] += 5_000.0
    prices = (
        summary(results).query("formula == 'aligned' and metric == 'cost_per_added_concentrator'")["mean"].iloc[0]
        for results in (RESULTS, changed(RESULTS, state=state))
    )
    assert len(set(prices)) == 1


def test_a_single_formula_with_a_single_draw_and_no_baseline_still_has_its_tables() -> None:
    alone = fake_results(WORLD, draws=1, horizon=2, formulas=("aligned",))
    table = summary(alone)
    assert table["mean"].notna().all()
    assert table["difference_mean"].isna().all()
    text = comparison_table(alone)
    assert "No baseline was run" in text
    assert "nan" not in text


def test_each_scenario_has_its_own_rows_and_table() -> None:
    one, other = (
        cast("FakeResults", fake_results(WORLD, 5, 3, ("status_quo", "aligned"), scenario=name, seed=seed))
        for name, seed in (("baseline", 1), ("oil_slump", 2))
    )
    frames = {}
    for name in ("design", "state", "lines", "clusters", "districts", "static"):
        second = getattr(other, name)
        frames[name] = pd.concat([getattr(one, name), second.assign(run_id=second.run_id + 1000)], ignore_index=True)
    both = cast("Results", FakeResults(one.manifest, **frames, folder=Path("results")))
    table = summary(both)
    assert list(dict.fromkeys(table.scenario)) == ["baseline", "oil_slump"]
    again = summary(cast("Results", other))
    pd.testing.assert_frame_equal(table[table.scenario == "oil_slump"].reset_index(drop=True), again)
    text = comparison_table(both)
    assert "scenario baseline" in text
    assert "scenario oil_slump" in text
