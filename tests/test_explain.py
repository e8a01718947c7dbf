"""A decision and a payment unfolded: the numbers told are those that decided and were paid, to the last bit."""

import math
import re
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from simulated import (
    differences,
    formula_of,
    line_of,
    made_up,
    new_mexico,
    new_mexico_ensemble,
    prior_parameters,
    shipped,
    sparse,
    steps,
    warmed_up,
    with_parameters,
)
from small_world import context_of, counts_of, small_world

import sim.results
from sim.arrays import ZERO
from sim.behavior.deciding import decide
from sim.behavior.launching import launch_limits
from sim.engine import recording
from sim.engine.ensemble import Ensemble
from sim.engine.money import Offer, Offers, Prospects
from sim.funding import allocation, pricing
from sim.funding.allocation import STAGES, Claim
from sim.funding.smoothing import Before
from sim.inputs import InputError
from sim.report.explain.text import OVER_DRAWS, explanation_table, share_below, write_explanation
from sim.study.explain.decision import (
    ATTRACTION,
    CLOSING,
    CLOSING_WORDS,
    GATES,
    TERM_WORDS,
    VALUE,
    decision_items,
    decision_of,
    excess_costs,
    revenue_by_line,
    seen_with,
    site_revenue,
)
from sim.study.explain.items import Item, Moment, amount, side_by_side
from sim.study.explain.payment import PAID, TOGETHER, payment_items
from sim.study.explain.places import find_place, places_text
from sim.study.explain.story import Explanation, explain, read_question
from sim.study.explain.students import OUTCOMES, STUDENTS, student_items
from sim.study.running.runner import carry_out
from sim.study.setup.inputs import read_inputs
from sim.study.setup.settings import Settings, read_settings

PLACES = [("Gallup", 8), ("Albuquerque", 3), ("Vaughn", 1), ("Santa Fe", 11), ("Middle College", 4)]
FORMULAS = ["status_quo", "aligned", "pilot_sunset", "sb130_quarter_weight", "ohio", "utah", "louisiana", "michigan"]
HORIZON = 3


@cache
def ensemble() -> Ensemble:
    return new_mexico_ensemble(1, HORIZON, 5)


@cache
def simulated_steps(formula: str) -> list[Any]:
    return steps(ensemble(), shipped(formula), HORIZON)


def district_named(word: str) -> int:
    return next(place for place, name in enumerate(new_mexico().districts.name) if name.startswith(word))


def moments(formula: str) -> list[Moment]:
    held, law = ensemble(), shipped(formula)
    found = []
    for step in simulated_steps(formula):
        for word, cluster in PLACES:
            found.append(Moment(held, law, step.before, step.year, step.after, district_named(word), cluster))
    return found


def told(items: list[Item], step: str) -> dict[str, float]:
    return {item.name: item.value for item in items if item.step == step}


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_payment_told_is_the_payment_made(formula: str) -> None:
    for moment in moments(formula):
        items = payment_items(moment, moment.before.counts)
        d = moment.district
        paid = recording.by_district(moment.after, moment.year)["paid"][0, d]
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


@pytest.mark.parametrize("formula", ["status_quo", "aligned", "sb130_quarter_weight"])
def test_the_decision_told_is_the_decision_made(formula: str) -> None:
    for moment in moments(formula):
        parameters, year = moment.ensemble.parameters, moment.year
        assert differences(decide(year.situation, parameters.decisions), year.choice) == []
        decision, items = decision_of(moment), decision_items(moment)
        wish = told(items, ATTRACTION)
        summed = 0.0
        for term, words in TERM_WORDS.items():
            assert wish[words] == moment.at(getattr(decision.terms, term))
            summed = summed + wish[words]
        score = wish["attractiveness, without the intercept"]
        assert score == moment.at(decision.launch.score)
        assert summed == pytest.approx(score, rel=1e-12, abs=1e-12)
        odds = wish["intercept"] + score
        assert wish["together"] == odds
        assert wish["chance of wanting it this year"] == pytest.approx(1.0 / (1.0 + math.exp(-odds)), rel=1e-12)
        wanted = wish["the draw, which must be lower"] < wish["chance of wanting it this year"]
        assert bool(wish["wanted"]) == (wanted and bool(wish["considered: a free school, none under way, students"]))
        assert bool(wish["wanted"]) == bool(year.choice.wanted[0, moment.district, moment.cluster])


def bonus_by_the_rule(moment: Moment) -> Any:
    """What a site of enough students earns at the believed price where it makes one more high school offer CTE: some
    school has no pathway yet, and all that have one have this one, as sites stand in the largest schools first."""
    known, world = moment.year.situation, moment.ensemble.world
    fills = known.site_demand >= moment.ensemble.parameters.decisions.minimum_section
    offering = known.sites.max(axis=-1, keepdims=True)
    free = offering < world.districts.high_schools[:, np.newaxis]
    return moment.year.prospects.per_school * (fills & free & (known.sites == offering))


def test_the_revenue_of_each_line_adds_up_to_what_the_district_expected() -> None:
    for moment in moments("aligned")[:7] + moments("status_quo")[:7]:
        whole = np.sum([dollars for _, dollars in revenue_by_line(moment)], axis=0)
        np.testing.assert_allclose(whole, site_revenue(moment), rtol=1e-9, atol=1e-6)
        value = told(decision_items(moment), VALUE)
        parts = [dollars for name, dollars in value.items() if name.startswith("revenue from")]
        assert sum(parts) == pytest.approx(value["expected revenue"], rel=1e-9)
        assert value["yearly margin"] == moment.at(moment.year.situation.site_margin)
        assert value["expected revenue"] - value["excess cost as practiced"] == pytest.approx(value["yearly margin"])
        school = value["  of it for one more high school with a pathway"]
        assert school == pytest.approx(moment.at(bonus_by_the_rule(moment)), rel=1e-9, abs=1e-6)
        net = value["years that it counts for"] * (value["expected revenue"] - value["excess cost as practiced"]) - (
            value["start-up cost"] - value["start-up grant"]
        )
        assert value["net value"] == pytest.approx(net, rel=1e-12)


def test_the_cost_told_is_the_margin_where_nothing_is_believed_to_be_paid() -> None:
    """In a district with students nothing else is left of either margin once all prices and own money are zero."""
    for moment in moments("aligned")[::5]:
        prices = {price.name: ZERO for price in fields(Prospects) if price.name != "credential_prices"}
        unpaid = seen_with(moment, Prospects(**prices, credential_prices=(ZERO, ZERO, ZERO)))
        cost, running = excess_costs(moment), moment.before.participants.sum(axis=-1) > 0
        assert running.any()
        np.testing.assert_allclose(-unpaid.margin[running], cost.pathway[running], rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(-unpaid.site_margin[running], cost.site[running], rtol=1e-9, atol=1e-6)
        close = told(decision_items(moment), CLOSING)
        if close["sites"] > 0:
            margin = close["expected revenue of the pathway"] - close["excess cost as practiced"]
            assert margin == pytest.approx(moment.at(moment.year.situation.margin), rel=1e-9, abs=1e-6)


def strained(general_startup: float, launches: float) -> Ensemble:
    world = made_up(30, 4)
    parameters = sparse(prior_parameters(world, range(6), 3), world, 3.0)
    poor = with_parameters(
        parameters,
        decisions={"general_startup": general_startup, "launches_per_school": launches, "considered_share": 0.2},
    )
    return warmed_up(world, poor, 3, range(6), 2)


@pytest.mark.parametrize(("general_startup", "launches"), [(0.002, 0.5), (0.02, 0.2), (0.5, 0.1)])
def test_the_gates_told_say_which_one_stopped_a_launch(general_startup: float, launches: float) -> None:
    """With both sides of every gate at hand, the outcome recorded by the engine follows, for every launch wanted."""
    held = strained(general_startup, launches)
    found = {"size": 0, "facility": 0, "cash": 0, "capacity": 0, "instructor": 0, "launched": 0}
    for step in steps(held, shipped("aligned"), 2):
        known, choice = step.year.situation, step.year.choice
        launch = decision_of(Moment(held, shipped("aligned"), step.before, step.year, step.after, 0, 0)).launch
        limits = launch_limits(launch.gates, launch.score, launch.money, launch.capacity)
        price = (known.startup_cost - known.startup_grant) + np.where(launch.has_facility, 0.0, known.facility_cost)
        size = choice.wanted & (known.site_demand < held.parameters.decisions.minimum_section)
        dear = choice.wanted & ~size & (price > limits.cash_left)
        np.testing.assert_array_equal(choice.stopped_by_size, size)
        np.testing.assert_array_equal(choice.stopped_by_facility, dear & ~launch.has_facility)
        np.testing.assert_array_equal(choice.stopped_by_cash, dear & launch.has_facility)
        full = choice.wanted & ~size & ~dear & (limits.room < 1)
        np.testing.assert_array_equal(choice.stopped_by_capacity, full)
        np.testing.assert_array_equal(choice.launch, choice.wanted & ~size & ~dear & ~full)
        for gate in ("size", "facility", "cash", "capacity"):
            found[gate] += int(getattr(choice, f"stopped_by_{gate}").sum())
        found["instructor"] += int(step.year.workforce.stopped.sum())
        found["launched"] += int(step.year.workforce.launched.sum())
        for r, d, c in np.argwhere(choice.wanted)[:40]:
            if r:
                continue
            moment = Moment(held, shipped("aligned"), step.before, step.year, step.after, int(d), int(c))
            gates = told(decision_items(moment), GATES)
            stops = [
                gate for gate in ("size", "facility", "cash", "capacity", "instructor") if gates[f"stopped by {gate}"]
            ]
            assert len(stops) + gates["launched"] == 1
            hired = (
                gates["instructor: the draw, which must be lower"]
                < gates["instructor: hiring chance as the region seeks"]
            )
            if not stops or stops == ["instructor"]:
                assert hired == bool(gates["launched"])
                start = "cash: start-up net of grant, with a lab if none is free"
                assert gates[start] <= gates["cash: left by clusters that are liked better"]
    assert found["launched"] > 0
    assert sum(found[gate] for gate in ("facility", "cash", "capacity")) > 0


def test_closing_and_sections_told_are_those_that_happened() -> None:
    closed = 0.0
    for moment in moments("pilot_sunset") + moments("aligned"):
        items, decision = decision_items(moment), decision_of(moment)
        close = told(items, CLOSING)
        if close["sites"] <= 0:
            assert list(close) == ["sites"]
            continue
        summed = 0.0
        for place, words in enumerate(CLOSING_WORDS.values()):
            summed = close[words] if place == 0 else summed + close[words]
        assert summed == close["together"] == moment.at(decision.closing.total)
        chance = close["chance that a site closes this year"]
        rounded = math.floor(close["sites"] * chance + close["the draw, which rounds the sites closed"])
        assert close["sites closed"] == min(rounded, close["sites"])
        closed += close["sites closed"]
    assert closed > 0


def test_students_told_are_those_who_came() -> None:
    for moment in moments("aligned"):
        items = student_items(moment)
        school, at = moment.year.schooling, moment.at
        came = told(items, STUDENTS)
        asked = (
            came["of them in this cluster"]
            * came["within reach of a site"]
            * came["raised by students whose cluster is out of reach"]
        )
        assert asked == came["students who ask for it"] == at(school.demanded)
        seated = came["students who ask for it"] - came["turned away for want of seats"]
        assert seated <= came["seats in sections with a teacher"] * (1 + 1e-12)
        assert seated + came["come from other pathways that are full"] == pytest.approx(at(moment.after.participants))
        done = told(items, OUTCOMES)
        went_on = (
            done["progression rate as staffed"]
            * done["last year's participants"]
            * done["sites of last year still open"]
        )
        assert done["concentrators"] == min(went_on, came["participants"]) == at(moment.after.concentrators)
        earned = sum(done[f"credentials of tier {tier}"] for tier in (1, 2, 3))
        assert earned <= done["credential attempts"] * (1 + 1e-12)


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
    assert traced["per student: concentrators"] == 17_500.0
    assert traced[f"  {world.clusters.name[0]}: per student: concentrators"] == 7_500.0
    assert traced["cost tier: concentrators"] == 1_500.0
    assert traced["entitlement (limits)"] == traced["phased in (phase-in)"] == 39_000.0
    assert traced["share paid (proration)"] == 0.5
    assert traced[PAID] == told(items, TOGETHER)["net payment"] == 19_500.0
    hows = {item.name: item.how for item in items}
    assert hows["per student: concentrators"] == "35 x $500"
    assert hows["cost tier: concentrators"] == "35 x $0 to $100"
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
        values = {spread.key: spread.values for spread in year.spreads}
        for side, moment in enumerate(year.moments):
            d, c, r = moment.district, moment.cluster, against_law.replicate
            paid = recording.by_district(moment.after, moment.year)["paid"][0, d]
            assert values["paid"][side][r] == paid
            assert values["pathway_concentrators"][side][r] == moment.after.concentrators[0, d, c]
            assert values["launched"][side][r] == moment.year.workforce.launched[0, d, c]
    first = next(spread for spread in against_law.years[0].spreads if spread.key == "paid").values[0]
    assert abs(first[against_law.replicate] - first.mean()) == np.abs(first - first.mean()).min()


def test_the_mean_over_draws_is_the_number_of_a_run_sheet(against_law: Explanation, tmp_path: Path) -> None:
    held = settings(chunk=5, study={"name": "project", "baseline": "status_quo", "formulas": ["aligned"]})
    carry_out(held, read_inputs(held), tmp_path, held.model_dump(mode="json"), lambda done, total: None)
    results = sim.results.open(tmp_path)
    table = results.with_design(results.districts)
    for year in against_law.years:
        for spread in year.spreads:
            if spread.key not in ("paid", "concentrators", "participants", "credentials", "membership"):
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
    assert base.verdicts == ()
    assert {row.step for row in base.rows if not row.step.startswith("Payment")} == {TOGETHER}


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
        paid = [recording.by_district(m.after, m.year)["paid"][0, m.district] for m in year.moments]
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
    assert str(refused.value).endswith("district=list prints all 4")
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
        (-0.001, "log odds", "0.00 log odds"), (0.5, "log odds", "+0.50 log odds"), (math.nan, "dollars", "-"),
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
