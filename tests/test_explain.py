"""A payment and a year unfolded: the numbers told are those that were paid, and the page is readable."""

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from explained import FORMULAS, moments, told
from simulated import (
    formula_of,
    line_of,
    new_mexico,
    shipped,
)
from small_world import context_of, counts_of, small_world

import sim.results
from sim.engine import recording
from sim.engine.offers import Offer, Offers
from sim.funding import allocation, pricing
from sim.funding.allocation import STAGES, Claim
from sim.funding.smoothing import Before
from sim.inputs import InputError
from sim.report.explain.text import OVER_DRAWS, explanation_table, share_below, write_explanation
from sim.study.explain.items import Item, Moment, amount, side_by_side
from sim.study.explain.money import (
    OWN,
)
from sim.study.explain.payment import PAID, TOGETHER, payment_items
from sim.study.explain.places import find_place, places_text
from sim.study.explain.story import Explanation, could_have_one, explain, read_question
from sim.study.running.runner import carry_out
from sim.study.setup.inputs import read_inputs
from sim.study.setup.settings import Settings, read_settings


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_payment_told_is_the_payment_made(formula: str) -> None:
    for moment in moments(formula):
        items = payment_items(moment, moment.before.counts)
        d = moment.district
        paid = recording.by_district(moment.ensemble.parameters, moment.after, moment.year)["paid"][0, d]
        together = told(items, TOGETHER)
        assert together["paid by the state's CTE lines"] == paid
        own = 0.0
        for offer in moment.year.offers.lines:
            line, ledger = offer.line, moment.year.settlement.ledgers[offer.line.name]
            title = line.title or line.name.replace("_", " ")
            step = f"Payment: {title}{' (in every formula)' if line.background else ''}"
            assert told(items, step)[PAID] == ledger.paid[0, d, 0]
            own += 0.0 if line.background else ledger.paid[0, d, 0]
            stages = [item.value for item in items if item.step == step and item.stage]
            if stages:
                assert stages == [getattr(ledger, stage)[0, d, 0] for stage in STAGES[:-1]]
                assert told(items, step)["share paid (proration)"] == ledger.proration[0, 0, 0]
            priced = [item for item in items if item.step == step and item.unit == "dollars" and not item.quiet]
            parts = sum(item.value for item in priced if not item.stage and item.name != PAID and item.name[0] != " ")
            assert parts == pytest.approx(ledger.entitlement[0, d, 0], rel=1e-9, abs=1e-6)
        assert own == pytest.approx(paid, rel=1e-12)


@pytest.mark.parametrize("formula", FORMULAS)
def test_what_is_counted_times_its_price_is_the_dollars_told(formula: str) -> None:
    seen = 0
    for moment in moments(formula):
        items = payment_items(moment, moment.before.counts)
        cluster = new_mexico().clusters.name[moment.cluster or 0]
        values = {(item.step, item.name): item for item in items}
        for (step, name), item in values.items():
            counted = values.get((step, f"{name.removeprefix(f'  {cluster}: ')}, counted in {cluster}"))
            if name.startswith(f"  {cluster}: ") and counted is not None:
                price = values[step, f"{name.removeprefix(f'  {cluster}: ')}, price in {cluster}"]
                assert counted.value * price.value == pytest.approx(item.value, rel=1e-9, abs=1e-9)
                seen += item.value > 0
    assert seen > 0 or formula in ("pilot_sunset",)


def test_a_payment_worked_by_hand() -> None:
    """2 schools x $10,000 + 35 concentrators x $500 + 15 of them in agriculture x $100 = $39,000, half of it paid."""
    world = small_world(1, high_schools=[2])
    line = line_of(
        components=[
            {"kind": "base", "per_school": 10_000.0},
            {"kind": "per_student", "count": "concentrators", "dollars": 500.0},
            {"kind": "cost_tier", "tiers": [{"clusters": "agriculture", "dollars": 100.0}]},
        ],
        appropriation={"rule": "fixed", "dollars": 19_500.0},
    )
    formula = formula_of(line)
    counts = counts_of([{"members": 100, "schools": 2, "concentrators": [15, 12, 8], "sites": [1, 2, 1]}])
    context = context_of(world, counts, appropriation=np.full((1, 1), 19_500.0))
    schedule = pricing.announce(formula.lines[0], context)
    claim = Claim(formula.lines[0], schedule, counts, np.full((1, 1), 19_500.0))
    ledger = allocation.settle(claim, Before(np.zeros((1, 1)), np.zeros((1, 1))), 2027)

    real = moments("aligned")[0]
    one = np.ones((1, 1))
    offers = Offers(
        (Offer(formula.lines[0], schedule, 19_500.0 * one, one),), real.year.offers.budget, one, one, one, one, one
    )
    year = replace(
        real.year, offers=offers, settlement=replace(real.year.settlement, ledgers={formula.lines[0].name: ledger})
    )
    tiny = replace(real.ensemble, world=world)
    moment = Moment(tiny, formula, real.before, year, replace(real.after, counts=counts), 0, 0)
    items = payment_items(moment, counts)
    traced = told(items, "Payment: line 0")
    assert traced["base: high schools with a pathway"] == 20_000.0
    assert traced["per student: concentrators reported"] == 17_500.0
    assert traced[f"  {world.clusters.name[0]}: per student: concentrators reported"] == 7_500.0
    assert traced["cost tier: concentrators reported"] == 1_500.0
    assert traced["entitlement (limits)"] == traced["phased in (phase-in)"] == 39_000.0
    assert traced["share paid (proration)"] == 0.5
    assert traced[PAID] == told(items, TOGETHER)["net payment"] == 19_500.0
    hows = {item.name: item.how for item in items}
    assert hows["per student: concentrators reported"] == "35 x $500"
    assert hows["cost tier: concentrators reported"] == "35 x $0 to $100"
    assert hows["share paid (proration)"] == "$19,500 for $39,000 owed"


def settings(**changed: Any) -> Settings:
    config: dict[str, Any] = {
        "study": {"name": "explain", "baseline": "status_quo", "formulas": [], "years": [2027, 2029]},
        "world": {"path": None}, "horizon": 4, "draws": 5, "seed": 3, "chunk": 2, "workers": 1, "uncertainty": "prior",
        "cost_neutral": None, "report": False, "district": "gallup", "cluster": "health",
    }  # fmt: skip
    return read_settings({**config, **changed})


def explained(formula: str = "aligned", **changed: Any) -> Explanation:
    held = settings(**changed)
    return explain(held, read_inputs(held, None, formula), formula)


@pytest.fixture(scope="module")
def against_law() -> Explanation:
    return explained()


def test_the_draw_unfolded_is_that_of_the_draws(against_law: Explanation) -> None:
    for year in against_law.years:
        assert (year.difference is not None) == any(could_have_one(moment) for moment in year.moments)
        values = {spread.key: spread.values for spread in year.spreads}
        for side, moment in enumerate(year.moments):
            d, c, r = moment.district, moment.cluster, against_law.replicate
            paid = recording.by_district(moment.ensemble.parameters, moment.after, moment.year)["paid"][0, d]
            assert values["paid"][side][r] == paid
            assert values["price"][side][r] == np.exp(moment.year.choice.log_price[0, d, 0])
            assert values["pathway_taught"][side][r] == moment.after.taught[0, d, c]
            assert values["pathway_sections"][side][r] == moment.after.sections[0, d, c]
            assert values["launched"][side][r] == moment.year.workforce.launched[0, d, c]
    first = next(spread for spread in against_law.years[0].spreads if spread.key == "paid").values[0]
    assert abs(first[against_law.replicate] - first.mean()) == np.abs(first - first.mean()).min()


def test_the_mean_over_draws_is_the_number_of_a_run_sheet(against_law: Explanation, tmp_path: Path) -> None:
    keep = ("state", "districts", "district_programs")
    held = settings(chunk=5, keep=keep, study={"name": "project", "baseline": "status_quo", "formulas": ["aligned"]})
    carry_out(held, read_inputs(held), tmp_path, held.model_dump(mode="json"), lambda done, total: None)
    results = sim.results.open(tmp_path)
    table = results.with_design(results.districts.merge(results.district_programs))
    shared = ("paid", "concentrators", "concentrators_taught", "participants", "unserved", "credentials", "membership")
    for year in against_law.years:
        for spread in year.spreads:
            if spread.key not in shared:
                continue
            for formula, values in zip(("aligned", "status_quo"), spread.values, strict=True):
                rows = table[
                    (table["formula"] == formula)
                    & (table["fiscal_year"] == year.fiscal_year)
                    & (table["district"] == new_mexico().districts.identifier[against_law.district])
                ].sort_values("replicate")
                np.testing.assert_array_equal(rows[spread.key].to_numpy(), values.astype(np.float32))


def test_chunks_and_named_draws_change_no_number(against_law: Explanation) -> None:
    other = explained(chunk=5, replicate=against_law.replicate)
    assert other.asked
    assert not against_law.asked
    assert other.run == against_law.run
    pd.testing.assert_frame_equal(explanation_table(other), explanation_table(against_law))


def test_a_formula_beside_itself_under_another_name_differs_in_nothing() -> None:
    held = settings()
    inputs = read_inputs(held, None, "aligned")
    twin = shipped("status_quo").model_copy(update={"name": "twin"})
    found = explain(held, replace(inputs, formulas=(shipped("status_quo"), twin)), "twin")
    assert not explanation_table(found)["differs"].any()


def test_the_base_year_and_a_district_alone_are_explained() -> None:
    found = explained(cluster=None, study={"name": "explain", "baseline": "status_quo", "years": [2026, 2027]})
    base, next_year = found.years
    assert base.laws == ("aligned (not yet in force)", "status_quo")
    assert not any(row.differs for row in base.rows)
    assert any(row.differs for row in next_year.rows)
    assert all(sentence.startswith("a CTE dollar is worth $") for sentences in base.verdicts for sentence in sentences)
    assert OWN not in {row.step for row in base.rows}
    assert OWN in {row.step for row in next_year.rows}
    assert not explanation_table(found).duplicated(["fiscal_year", "step", "item"]).any()


def test_the_text_is_readable_and_the_table_complete(against_law: Explanation, tmp_path: Path) -> None:
    text = write_explanation(against_law, tmp_path)
    assert (tmp_path / "explain.txt").read_text(encoding="utf-8") == text
    assert max(len(line) for line in text.splitlines()) <= 120
    assert re.search(r"\d{1,3},\d{3},\d{3},?\d{3}|\d{3},\d{3},\d{3}|(?<![\w-])\d{9}", text) is None
    assert "nan" not in text
    table = pd.read_csv(tmp_path / "explain.csv", dtype={"district": str})
    assert list(table.columns) == [
        "run", "fiscal_year", "district", "cluster", "replicate", "step", "item", "unit", "aligned", "status_quo",
        "differs",
    ]  # fmt: skip
    assert table["unit"].notna().all()
    assert not table.duplicated(["fiscal_year", "step", "item"]).any()
    for fiscal_year, rows in table.groupby("fiscal_year"):
        named = rows.set_index(["step", "item"])
        net = named.loc[(TOGETHER, "net payment")]
        year = next(each for each in against_law.years if each.fiscal_year == fiscal_year)
        paid = [
            recording.by_district(m.ensemble.parameters, m.after, m.year)["paid"][0, m.district] for m in year.moments
        ]
        assert [net["aligned"], net["status_quo"]] == paid
    assert (table["step"] == OVER_DRAWS).sum() == 2 * 5 * len(against_law.years[0].spreads)


def test_a_formula_without_lines_of_its_own_says_so_in_one_line(tmp_path: Path) -> None:
    text = write_explanation(explained("pilot_sunset", draws=2), tmp_path)
    assert "\npilot_sunset: no line of its own pays in FY2027.\n" in text


@pytest.mark.parametrize(
    ("changed", "formula", "message"),
    [
        ({"district": None}, "aligned", "district: is missing"),
        (
            {"district": "galup"},
            "aligned",
            r"'galup' is not known; did you mean .*Gallup-McKinley County Schools \(3501110\)",
        ),
        ({"district": "county"}, "aligned", "is a part of 2 names: Gallup-McKinley.*; write one of them"),
        ({"district": ""}, "aligned", "district: '' is not known"),
        ({"cluster": "heath"}, "aligned", "did you mean Healthcare & Human Services"),
        ({"cluster": "&"}, "aligned", r"is a part of \d names"),
        ({"replicate": 5}, "aligned", "replicate: 5 is not allowed: draws 0 to 4 are simulated"),
        ({"study": {"name": "explain", "years": [2031]}}, "aligned", "FY2026 to FY2030 are simulated"),
        ({"study": {"name": "explain", "years": [2029, 2027]}}, "aligned", "fiscal years in order"),
        ({"study": {"name": "explain", "years": []}}, "aligned", r"years: \[\] is not allowed"),
        ({}, None, "name the formula to explain"),
    ],
)
def test_what_cannot_be_explained_is_refused_in_one_line(
    changed: dict[str, Any], formula: str | None, message: str
) -> None:
    held = settings(**changed)
    inputs = read_inputs(held, None, formula) if formula else replace(read_inputs(settings()), formulas=())
    with pytest.raises(InputError, match=message) as refused:
        read_question(held, inputs, formula)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("word", "place"),
    [
        ("a1", 0),
        ("A1", 0),
        ("alpha", 0),
        ("ALPHA VALLEY", 1),
        ("beta", 2),
        ("valley", 1),
        ("b2", 2),
        (" gamma  delta ", 3),
    ],
)
def test_a_place_is_found_by_identifier_or_part_of_a_name(word: str, place: int) -> None:
    names = ["Alpha", "Alpha Valley", "Beta", "School of Gamma Delta"]
    assert find_place("district", word, ["a1", "a2", "b2", "c3"], names) == place


def test_a_place_that_is_not_known_is_answered_with_the_nearest_and_how_to_see_all() -> None:
    names = ["Alpha", "Alpha Valley", "Beta", "School of Gamma Delta"]
    with pytest.raises(InputError) as refused:
        find_place("district", "xyz", ["a1", "a2", "b2", "c3"], names)
    assert "district: 'xyz' is not known; did you mean " in str(refused.value)
    assert str(refused.value).endswith("cte-sim list districts prints all 4")
    with pytest.raises(InputError, match="did you mean Beta \\(b2\\)"):
        find_place("district", "bta", ["a1", "a2", "b2", "c3"], names)
    with pytest.raises(InputError) as refused:
        find_place("district", "x" * 100_000, ["a1", "a2", "b2", "c3"], names)
    assert len(str(refused.value)) < 300


def test_all_places_are_listed_with_their_identifiers() -> None:
    world = new_mexico()
    listed = places_text(world).splitlines()
    assert len(listed) == len(world.districts)
    assert "3501110  Gallup-McKinley County Schools" in listed
    assert len(places_text(world, clusters=True).splitlines()) == len(world.clusters)


def test_rows_keep_the_order_of_the_first_and_put_others_in_their_place() -> None:
    def items(*names: str) -> list[Item]:
        return [Item(name[0], name, "dollars", float(place)) for place, name in enumerate(names)]

    rows = side_by_side([items("a1", "a2", "c1"), items("a1", "a0", "a2", "b1", "b2", "c1", "d1")])
    assert [row.name for row in rows] == ["a1", "a0", "a2", "b1", "b2", "c1", "d1"]
    assert [row.differs for row in rows] == [False, True, True, True, True, True, True]
    told, quiet = Item("a", "a1", "dollars", 1.0), Item("a", "a1", "dollars", 0.0, quiet=True)
    assert not side_by_side([[quiet], [told]])[0].quiet
    assert side_by_side([[quiet], [quiet]])[0].quiet
    with pytest.raises(ValueError, match="a1"):
        side_by_side([items("a1", "a1")])


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1_234_567.4, "dollars", "$1,234,567"), (50e6, "dollars", "$50.00M"), (4.87e9, "dollars", "$4.870B"),
        (-12.345, "dollars a year", "-$12.35 a year"), (905.0, "dollars", "$905"),
        (math.inf, "dollars", "without limit"),
        (0.4312, "share", "43.1%"), (1.0, "yes/no", "yes"), (0.0, "yes/no", "no"), (0.2134, "draw", "0.213"),
        (12.34, "students", "12.3 students"), (1.0, "sites", "1 site"), (0.0, "sites", "0 sites"),
        (1.304, "dollars for a dollar", "$1.30"), (0.967, "factor", "0.97"), (math.nan, "dollars", "-"),
        (0.0, "waits for", "no plan"), (2.0, "waits for", "waits for money"),
    ],
)  # fmt: skip
def test_amounts_are_told_with_their_unit(value: float, unit: str, text: str) -> None:
    assert amount(value, unit) == text


def test_a_draw_in_the_middle_lies_above_half_of_the_others() -> None:
    values = np.array([3.0, 1.0, 2.0, 2.0, 5.0])
    assert share_below(values, 1) == 0.0
    assert share_below(values, 4) == 1.0
    assert share_below(values, 2) == pytest.approx(1.5 / 4)
    assert math.isnan(share_below(values[:1], 0))
