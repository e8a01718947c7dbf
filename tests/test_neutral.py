"""Formulas scaled to equal money: solved for and met, or refused in one line; and current law with indexed dollars."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from simulated import formula_of, line_of, made_up, new_mexico, shipped

import sim.results
from sim.engine.ensemble import prepare
from sim.engine.scenario import BASELINE
from sim.funding.appropriation import DemandWithCap, Indexed
from sim.funding.formula import Formula, scale_to
from sim.funding.indexing import with_indexed_dollars
from sim.inputs import InputError
from sim.parameters.catalogue import load_catalogue
from sim.report.compare.comparison import comparison_table
from sim.report.compare.headline_table import changes, changes_from_indexed, told_spans
from sim.report.compare.price import shown_number
from sim.report.compare.summary import summary
from sim.report.shared.panel import Panel
from sim.report.shared.spans import first_years
from sim.study.compare.discounting import REAL_RATE, present_value, real_rate
from sim.study.compare.fairness import rescaled
from sim.study.compare.neutral import Measure, entitlement_measure, measure_for, present_cost, reason
from sim.study.compare.reference import with_indexed_baseline
from sim.study.compare.scaling import WITHIN, UnreachableError, cost_neutral_factor
from sim.study.compare.variants import money_and_design
from sim.study.running.runner import carry_out
from sim.study.setup.design import parameters_for
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import Settings, read_settings

CONFIG: Mapping[str, Any] = {
    "study": {"name": "compare", "formulas": ["status_quo", "aligned"], "baseline": "status_quo"},
    "world": {"path": None},
    "horizon": 4,
    "draws": 3,
    "seed": 0,
    "chunk": 4,
    "workers": 1,
    "uncertainty": "prior",
    "cost_neutral": None,
    "report": False,
    "parameters": {},
}
CONCENTRATORS = [{"kind": "per_student", "count": "concentrators", "dollars": 905}]
RICH = [{"kind": "per_student", "count": "concentrators", "dollars": 60_000}]
REIMBURSEMENT = [{"kind": "expenditure_reimbursement", "rate": 0.5}]
FULL = {"rule": "full"}


def settings_with(**changes: Any) -> Settings:
    return read_settings({**CONFIG, **changes})


def inputs_of(*formulas: Formula) -> Inputs:
    return Inputs(
        world=made_up(12, 4),
        catalogue=load_catalogue(),
        current_law=shipped("status_quo"),
        formulas=(shipped("status_quo"), *formulas),
        baseline="status_quo",
        scenarios=(BASELINE,),
    )


def bill(components: list[dict[str, Any]], rules: dict[str, Any] | None = None, **line: Any) -> Formula:
    keys = {"appropriation": FULL, **line}
    return formula_of(line_of(components=components, rules=rules or {}, **keys), name="bill")


@cache
def owing() -> Measure:
    return entitlement_measure(settings_with(), inputs_of())


# What is wanted lies well above and below what these formulas owe as written.
SCALES: dict[str, Formula] = {
    "phase-in": bill(RICH, {"phase_in": [0.2, 0.8]}, start_year=2027),
    "hold harmless": bill(RICH, {"hold_harmless": {"share": 0.5}}, start_year=2027),
    "guarantee": bill(CONCENTRATORS, {"minimum_guarantee": 20_000}),
    "growth cap": bill(CONCENTRATORS, {"growth_cap": 0.05}),
    "capped appropriation": bill(CONCENTRATORS, appropriation={"rule": "fixed", "dollars": 1000}),
    "reimbursement and base": bill([*REIMBURSEMENT, {"kind": "base", "per_school": 50_000}]),
    "late line": bill(CONCENTRATORS, start_year=2030),
    "quality on the rest": bill([*CONCENTRATORS, {"kind": "quality_incentive", "share": 0.1}]),
}


@pytest.mark.parametrize("name", SCALES)
@pytest.mark.parametrize("times", [1.3, 0.9])
def test_what_does_not_scale_in_proportion_is_solved_for_and_met(name: str, times: float) -> None:
    formula, owes = SCALES[name], owing().comes_to
    target = times * owes(formula)
    factor = cost_neutral_factor(formula, target, owes)
    assert owes(scale_to(formula, factor)) == pytest.approx(target, rel=1e-6)


NOTHING = [{"kind": "per_student", "count": "concentrators", "dollars": 0}]
IN_2027 = {"start_year": 2027}
NOT_MORE = "no more than all spending is paid back"

# What no scale can bring to so many times the money that it owes, and which words say why.
REFUSED: dict[str, tuple[Formula, float, str]] = {
    "phase-in at nothing": (bill(CONCENTRATORS, {"phase_in": [0.0]}, **IN_2027), 10, r"at any scale \(its phase-in"),
    "local match": (bill(CONCENTRATORS, {"local_match": 1.0}), 100, r"at most \$[\d.,]+M? at any scale \(its share of"),
    "hold harmless": (bill(CONCENTRATORS, {"hold_harmless": {"share": 1.0}}, **IN_2027), 0.1, "its hold harmless"),
    "reimbursement": (bill(REIMBURSEMENT), 10, NOT_MORE),
    "start-up grant": (bill([{"kind": "startup_grant", "share": 0.5}]), 10, NOT_MORE),
    "no dollars": (bill(NOTHING), 1e6, "it owes nothing"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_scale_can_meet_is_refused_in_one_line(name: str) -> None:
    formula, times, why = REFUSED[name]
    owed = owing().comes_to(formula)
    target = times * owed if owed > 0 else times
    with pytest.raises(InputError, match=why) as refused:
        rescaled(settings_with(cost_neutral=float(target)), inputs_of(formula))
    message = str(refused.value)
    assert message.startswith("settings: cost_neutral: formula 'bill' cannot owe $")
    assert "\n" not in message
    assert len(message) < 300


def test_where_both_versions_run_a_formula_that_cannot_be_scaled_runs_as_written_and_the_page_says_why() -> None:
    found = rescaled(settings_with(cost_neutral="both"), inputs_of(bill(REIMBURSEMENT), shipped("aligned")))
    assert [formula.name for formula in found.formulas] == ["status_quo", "bill", "aligned", "aligned_cost_neutral"]
    assert found.neutral["bill"].refused.startswith("formula 'bill' cannot owe $")
    assert found.neutral["aligned_cost_neutral"].refused == ""
    assert found.formulas[1] == bill(REIMBURSEMENT)


def test_lines_that_would_together_pay_back_more_than_all_spending_are_refused() -> None:
    line = line_of(components=REIMBURSEMENT, appropriation=FULL)
    two = formula_of(line, line, name="bill")
    with pytest.raises(UnreachableError, match="over") as refused:
        owing().neutral(two, 1.5 * owing().comes_to(two))
    assert "together pay back more than all" in reason(refused.value, "entitlement", 2026)


def test_a_share_that_would_exceed_all_spending_is_held_there_and_the_title_says_so() -> None:
    formula = bill([*REIMBURSEMENT, {"kind": "base", "per_school": 20_000}])
    target = 6.0 * owing().comes_to(formula)
    found = rescaled(settings_with(cost_neutral=target), inputs_of(formula))
    scaled, record = found.formulas[1], found.neutral["bill"]
    assert record.held
    assert record.factor > 2.0
    assert record.achieved == pytest.approx(target, rel=WITHIN)
    assert "scaled to the same base-year entitlement" in scaled.title
    assert "its reimbursement would have to exceed all spending; held at 100%" in scaled.title


def test_more_draws_do_not_change_how_a_formula_is_scaled() -> None:
    few, many = (
        rescaled(settings_with(cost_neutral="baseline", draws=draws), inputs_of(shipped("aligned")))
        for draws in (1, 50)
    )
    assert few.formulas == many.formulas


@pytest.mark.parametrize("name", ["aligned", "sb130_quarter_weight", "minnesota"])
def test_the_same_present_value_is_what_all_years_cost_at_the_stated_rate(name: str) -> None:
    inputs = inputs_of(shipped(name))
    settings = settings_with(cost_neutral=2e6, neutral_by="present_value")
    found = rescaled(settings, inputs)
    scaled, record = found.formulas[1], found.neutral[name]
    assert scaled.title.endswith("scaled to the same present value of state cost")
    parameters = parameters_for(inputs.catalogue, inputs.world, 0, range(16), "prior")
    ensemble = prepare(inputs.world, parameters, inputs.current_law, 0, range(16), 4)
    cost = present_cost(ensemble, scaled, 4, BASELINE, 0.02)
    assert record.rate == 0.02
    assert cost == pytest.approx(record.achieved)
    assert cost == pytest.approx(2e6, rel=WITHIN)


def test_present_value_discounts_each_year_once_more() -> None:
    assert present_value(np.array([102.0, 104.04]), 0.02) == pytest.approx(200.0)
    assert present_value(np.array([[1.0, 1.0], [2.0, 0.0]]), 0.0).tolist() == [2.0, 2.0]
    assert real_rate(settings_with()) == REAL_RATE.value == 0.02
    chosen = settings_with(cost_neutral=1.0, neutral_by="present_value", discount_rate=0.07)
    assert real_rate(chosen) == 0.07
    assert REAL_RATE.range[0] <= 0.02 <= REAL_RATE.range[1]


def test_a_formula_of_other_years_only_can_meet_a_present_value() -> None:
    late = bill(CONCENTRATORS, start_year=2029)
    found = rescaled(settings_with(cost_neutral=1e6, neutral_by="present_value"), inputs_of(late))
    assert found.neutral["bill"].achieved == pytest.approx(1e6, rel=WITHIN)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"neutral_by": "present_value"}, "neutral_by: present_value needs cost_neutral"),
        ({"cost_neutral": 1e6, "discount_rate": 0.03}, "discount_rate: is read with neutral_by=present_value only"),
        ({"cost_neutral": 1e6, "neutral_by": "present_value", "discount_rate": 0.2}, "discount_rate"),
        ({"cost_neutral": 1e6, "neutral_by": "cost"}, "neutral_by"),
        (
            {"cost_neutral": float("inf")},
            "cost_neutral: inf is not allowed: dollars above zero, baseline, both, or null",
        ),
        ({"cost_neutral": -5.0}, "cost_neutral: -5.0 is not allowed: dollars above zero"),
        ({"cost_neutral": True}, "cost_neutral: True is not allowed: dollars above zero"),
        ({"cost_neutral": "current_law"}, "cost_neutral: 'current_law' is not allowed: dollars above zero"),
    ],
)
def test_settings_of_equal_money_that_make_no_sense_are_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        settings_with(**changes)


def test_a_baseline_without_money_cannot_be_the_measure() -> None:
    empty = bill(NOTHING)
    inputs = replace(inputs_of(shipped("aligned"), empty), baseline="bill")
    with pytest.raises(InputError, match="the baseline 'bill' has no money of its own to meet"):
        rescaled(settings_with(cost_neutral="baseline"), inputs)


def test_two_by_two_gives_each_design_exactly_the_others_money() -> None:
    formula = bill(CONCENTRATORS, {"hold_harmless": {"share": 0.2}}, start_year=2027)
    inputs = inputs_of(formula)
    richer, leaner = money_and_design(inputs, formula, owing())
    assert owing().comes_to(richer) == pytest.approx(owing().comes_to(formula), rel=WITHIN)
    assert owing().comes_to(leaner) == pytest.approx(owing().comes_to(shipped("status_quo")), rel=WITHIN)


def test_two_by_two_refuses_a_design_that_cannot_have_the_others_money() -> None:
    formula = bill(CONCENTRATORS, {"local_match": 20.0})
    with pytest.raises(InputError, match="two_by_two gives each design the other's money: formula 'bill' cannot owe"):
        money_and_design(inputs_of(formula), formula, owing())


def test_indexed_dollars_are_those_of_the_base_year_and_follow_prices() -> None:
    law = shipped("status_quo")
    indexed = with_indexed_dollars(law)
    for line, plain in zip(indexed.lines, law.lines, strict=True):
        if plain.background:
            assert line == plain
            continue
        assert line.rules.indexation == "prices"
        if plain.appropriation.rule == "fixed":
            assert line.appropriation == Indexed(dollars=plain.appropriation.dollars)
        else:
            assert line.appropriation == plain.appropriation
    assert with_indexed_dollars(indexed) is indexed
    capped = with_indexed_dollars(bill(CONCENTRATORS, appropriation={"rule": "demand_with_cap", "cap": 5e6}))
    assert capped.lines[0].appropriation == DemandWithCap(cap=5e6, indexed=True)


def test_the_indexed_baseline_is_a_reference_where_pages_print_it_and_the_baseline_is_not_indexed() -> None:
    inputs = inputs_of(shipped("aligned"))
    found = with_indexed_baseline(settings_with(), inputs)
    assert [formula.name for formula in found.references] == ["status_quo_indexed"]
    assert found.formulas == inputs.formulas
    stress = settings_with(study={**CONFIG["study"], "name": "stress"})
    assert with_indexed_baseline(stress, inputs) is inputs
    assert with_indexed_baseline(settings_with(), inputs_of()).references == ()
    assert with_indexed_baseline(settings_with(), replace(inputs, baseline="aligned")).references == ()
    taken = inputs_of(shipped("aligned").model_copy(update={"name": "status_quo_indexed"}))
    assert with_indexed_baseline(settings_with(), taken).references[0].name == "status_quo_indexed_reference"


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> sim.results.Results:
    folder = tmp_path_factory.mktemp("compared")
    config = {**CONFIG, "draws": 8, "horizon": 12, "cost_neutral": "both"}
    settings = read_settings(config)
    inputs = inputs_of(shipped("aligned"), shipped("minnesota"))
    inputs = with_indexed_baseline(settings, rescaled(settings, inputs))
    carry_out(settings, inputs, folder, config, lambda done, total: None)
    return sim.results.open(folder)


def test_current_law_erodes_and_its_indexed_twin_does_not(compared: sim.results.Results) -> None:
    runs = compared.with_design(compared.state, ["formula"]).query("formula == 'status_quo'")
    flat = runs.groupby("fiscal_year")["state_cost_constant"].mean()
    indexed = compared.references.groupby("fiscal_year")["state_cost_constant"].mean()
    assert sorted(set(compared.references["run_id"])) == sorted(set(runs["run_id"]))
    assert flat[2026] == indexed[2026]
    assert flat[2038] < 0.8 * flat[2027]
    assert indexed[2038] == pytest.approx(indexed[2030], rel=0.1)


def test_a_reference_does_not_depend_on_how_runs_are_cut_into_chunks(
    compared: sim.results.Results, tmp_path: Path
) -> None:
    config = {**CONFIG, "draws": 8, "horizon": 12, "chunk": 3}
    settings = read_settings(config)
    inputs = with_indexed_baseline(settings, inputs_of(shipped("aligned")))
    carry_out(settings, inputs, tmp_path, config, lambda done, total: None)
    again = sim.results.open(tmp_path)
    assert len(again.chunks) > len(compared.chunks)
    pd.testing.assert_frame_equal(again.references, compared.references)
    assert again.scan("references").count_rows() == 8 * 13


def test_a_reference_is_no_formula_of_the_panel_and_stands_last_in_the_table(compared: sim.results.Results) -> None:
    panel = Panel(compared)
    assert panel.formulas == ("status_quo", "aligned", "aligned_cost_neutral", "minnesota")
    assert panel.reference is not None
    assert panel.state("concentrators").shape[0] == len(panel.formulas)
    assert list(compared.manifest.references) == ["status_quo_indexed"]
    assert set(compared.design["formula"]) == set(panel.formulas)
    assert panel.reference.state("membership") == pytest.approx(panel.state("membership")[0])
    rows = changes(compared, panel, first_years(panel))[1:]
    assert rows[-1][0][0] == "Current law, indexed"
    assert sorted(row[0][0] for row in rows[:-1]) == sorted(panel.short_titles)
    assert len(changes_from_indexed(compared, panel, first_years(panel))) == len(rows)


@pytest.fixture
def few_draws_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prices are given however far a mean may still move."""
    monkeypatch.setattr("sim.report.answer.rules.LARGEST_ERROR", 10.0)


@pytest.mark.usefixtures("few_draws_are_enough")
def test_prices_are_given_against_current_law_flat_and_indexed(compared: sim.results.Results) -> None:
    state = compared.with_design(compared.state, ["formula", "replicate"])
    state = pd.concat([state, compared.references.assign(formula="status_quo_indexed")]).query("fiscal_year > 2026")
    columns, seen = ["state_cost_constant", "concentrators_taught"], 0
    table = summary(compared)
    for reference, ending in (("status_quo", ""), ("status_quo_indexed", "_against_indexed")):
        found = table[table.metric == f"cost_per_added_concentrator{ending}"]
        for row in found.itertuples():
            first, last = (int(year) for year in row.fiscal_years.replace("FY", "").split("-"))
            within = state[state["fiscal_year"].between(first, last)]
            means = within.groupby("formula", observed=True)[columns].mean()
            change = means.loc[row.formula] - means.loc[reference]
            assert row.mean == pytest.approx(change["state_cost_constant"] / change["concentrators_taught"])
            assert row.baseline == reference
            seen += 1
    assert "status_quo_indexed" in set(table.formula)
    text = comparison_table(compared)
    assert seen
    assert "against Current law, indexed" in text
    assert "prices erode it" in " ".join(text.split())


@pytest.mark.usefixtures("few_draws_are_enough")
def test_a_price_is_the_money_beside_it_divided_by_the_students_beside_it(compared: sim.results.Results) -> None:
    panel = Panel(compared)
    seen = 0
    for span in told_spans(panel):
        for cells in (changes(compared, panel, span), changes_from_indexed(compared, panel, span)):
            for row in cells[1:]:
                price = row[-1][1].partition(" ")[0]
                if price.startswith("$"):
                    seen += 1
                    assert shown_number(price) == pytest.approx(
                        shown_number(row[-2][0]) / shown_number(row[-3][0]), rel=0.005
                    )
    assert seen


def test_pages_say_that_formulas_are_scaled_by_what_to_what_and_which_could_not_be(
    compared: sim.results.Results,
) -> None:
    text = comparison_table(compared, width=1000)
    assert "; as written and scaled to the same base-year entitlement" in text.splitlines()[0]
    assert "formulas as written and scaled to the same base-year entitlement." in text.splitlines()[-1]
    assert "Not scaled: formula 'minnesota' cannot owe $" in text
    equal = text[text.index("Equal money") :]
    record = compared.manifest.formulas["aligned_cost_neutral"]["neutral"]
    assert f"{record['factor']:.3f}" in equal
    assert record["achieved"] == pytest.approx(record["target"], rel=1e-6)


def test_new_mexicos_library_is_scaled_or_says_why_not() -> None:
    settings = settings_with(cost_neutral="both", uncertainty="central")
    names = ("colorado_reimbursement", "minnesota", "texas", "tennessee", "sb130_quarter_weight", "pilot_sunset")
    inputs = replace(inputs_of(*(shipped(name) for name in names)), world=new_mexico())
    found = rescaled(settings, inputs)
    for name in ("texas", "tennessee", "sb130_quarter_weight"):
        record = found.neutral[f"{name}_cost_neutral"]
        assert record.achieved == pytest.approx(record.target, rel=WITHIN)
    for name in ("colorado_reimbursement", "minnesota"):
        if name in found.neutral:
            assert "no more than all spending is paid back" in found.neutral[name].refused
        else:
            scaled = found.neutral[f"{name}_cost_neutral"]
            assert scaled.achieved == pytest.approx(scaled.target, rel=WITHIN)
    assert measure_for(settings, inputs).by == "entitlement"
    assert "pilot_sunset" not in found.neutral
