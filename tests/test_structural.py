"""What must hold of the model as a whole whatever its numbers: units, copies of a state, calendars, more money."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from made_up_laws import each, grants, law, pot
from simulated import (
    differences,
    leaves,
    made_up,
    new_mexico_ensemble,
    parameters_from,
    shipped,
    sparse,
    steps,
    with_parameters,
)

from sim.arrays import state_total
from sim.behavior.staffing import by_region
from sim.engine import starting
from sim.engine.draws import ONCE, YEARLY, Draws, Shape, draw
from sim.engine.ensemble import WARM_UP_YEARS, Ensemble, deciding_all, prepare, warm_up
from sim.engine.state import State
from sim.funding.formula import Formula
from sim.parameters.catalogue import load_catalogue
from sim.parameters.groups import Parameters
from sim.world.world import Districts, World

HORIZON = 5
DOLLAR_COLUMNS = (
    "facility_cost", "replacement_cost", "maintenance_cost", "professional_development_cost",
    "student_organization_cost",
)  # fmt: skip
DOLLAR_SPREADS = ("startup_cost", "consumables", "exam_fee")
GUESSES = ("first_value", "second_value", "site_value")
MONEY = (
    "own_money.", "own_wanted.", "restricted.", "uncredited.", "base_own.", "base_restricted.", "fiscal_effort.",
    "base_fiscal_effort.", "paid_before.",
    "cash.", "cost.", "base_payment.", "last_payment.", "payment_before_law.",
    "remembered.", "reserves.", "expenditure.", "startup_spending.",
    "ordinary_cost.",
    "plan_cost.", "plan_falls.", "exam_price.",
)  # fmt: skip
"""What of the state is counted in dollars."""


def start(world: World, current_law: Formula, runs: int = 3, seed: int = 4) -> Ensemble:
    parameters = sparse(parameters_from(world, seed, runs, 0.0), world)
    return prepare(world, parameters, current_law, seed, range(runs), HORIZON)


def behavior_of(state: State) -> State:
    """The state without what is only bookkeeping of lines, so that formulas with other lines can be compared."""
    return replace(state, trust={}, remembered={}, reserves={}, paid_before={}, steadiness={})


def test_a_line_that_pays_nothing_changes_nothing() -> None:
    ensemble = start(made_up(6, 2), law(grants(2e5)))
    with_nothing = law(grants(2e5), each(0.0), pot(0.0, "concentrators"), takes_effect=2027)
    for one, other in zip(
        steps(ensemble, law(grants(2e5), takes_effect=2027), HORIZON),
        steps(ensemble, with_nothing, HORIZON),
        strict=True,
    ):
        assert differences(behavior_of(one.after), behavior_of(other.after)) == []


@pytest.mark.parametrize("oversight", ["monitored", "categorical", "general"])
def test_one_promise_or_two_halves_of_it_with_the_same_trust_are_the_same(oversight: str) -> None:
    """Believed prices and the whole decision as well as what follows from them, beside a line under other oversight:
    what a line is worth does not hang on how many lines there are. Trust is learnt line by line: none is learnt yet, so
    that no line inherits that of the old grants."""
    ensemble = start(made_up(6, 2), law(grants(2e5)))
    untried = replace(ensemble, state=replace(ensemble.state, trust={}, remembered={}))
    other = "categorical" if oversight == "monitored" else "monitored"
    beside = each(300.0, "concentrators", oversight=other)
    one, half = each(512.0, oversight=oversight), each(256.0, oversight=oversight)
    whole = steps(untried, law(one, beside, takes_effect=2027), HORIZON)
    halves = steps(untried, law(half, half, beside, takes_effect=2027), HORIZON)
    for mine, theirs in zip(whole, halves, strict=True):
        for part in (
            (replace(mine.year.prospects, receipts={}), replace(theirs.year.prospects, receipts={})),
            (mine.year.situation, theirs.year.situation),
            (behavior_of(mine.after), behavior_of(theirs.after)),
        ):
            first, second = (dict(leaves(bundle)) for bundle in part)
            assert set(first) == set(second)
            for name in first:
                assert np.allclose(first[name], second[name], rtol=1e-9, atol=1e-6), (mine.year.fiscal_year, name)
    # With another trust in one of the halves the same comparison tells them apart.
    wary = replace(untried, state=replace(untried.state, trust={"line_1": 0.5 * ensemble.state.trust["line_0"]}))
    believed = whole[0].year.prospects.per_participant
    doubted = steps(wary, law(half, half, beside, takes_effect=2027), 1)[0].year.prospects.per_participant
    assert not np.allclose(believed, doubted, rtol=0.05)


def test_no_more_instructors_are_hired_than_a_region_has() -> None:
    world, runs = made_up(12, 2), 60
    scarce = {
        "supply_slack": 0.3,
        "supply_floor": 0.5,
        "refill_rounds": 20.0,
        "fill_level": 3.0,
    }
    parameters = with_parameters(sparse(parameters_from(world, 4, runs, 0.0), world), staffing=scarce)
    ensemble = prepare(world, parameters, law(grants(2e5)), 4, range(runs), HORIZON)
    years = [step.year.workforce for step in steps(ensemble, law(each(2000.0), takes_effect=2027), HORIZON)]
    starts = world.districts.region_starts
    hired = np.mean([by_region(year.hired, starts).mean(axis=0) for year in years], axis=0)
    candidates = np.mean([year.candidates.mean(axis=0) for year in years], axis=0)
    assert hired.sum() > 0.9 * candidates.sum()
    assert (hired <= candidates + 4.0 * np.sqrt(candidates / (runs * HORIZON))).all()


def test_a_lasting_cut_sets_off_no_see_saw_of_sections() -> None:
    """Sections that are given up for want of money in one year must not come back in the next, and go again."""
    ensemble = new_mexico_ensemble(8, 10)
    years = steps(ensemble, shipped("pilot_sunset"), 10)
    changes = np.diff([float(state_total(step.after.sections).mean()) for step in years])[1:]
    come_back = changes[changes > 0].sum()
    assert come_back < 0.1 * np.abs(changes).sum()


def in_other_money(world: World, parameters: Parameters, factor: float) -> tuple[World, Parameters]:
    """The same world with every amount of money counted in a unit ``1 / factor`` as large."""
    clusters = world.clusters
    columns = {name: getattr(clusters, name) * factor for name in DOLLAR_COLUMNS}
    spreads = {
        name: replace(
            getattr(clusters, name),
            **{edge: getattr(getattr(clusters, name), edge) * factor for edge in ("low", "central", "high")},
        )
        for name in DOLLAR_SPREADS
    }
    anchors = {
        name: replace(anchor, value=anchor.value * factor) if anchor.unit.startswith("dollars") else anchor
        for name, anchor in world.anchors.items()
    }
    for group, entries in load_catalogue().entries.items():
        old = getattr(parameters, group)
        paid = [
            name
            for name, entry in entries.items()
            if entry.unit.startswith("dollars ") and "per dollar" not in entry.unit
        ]
        parameters = replace(
            parameters, **{group: replace(old, **{name: getattr(old, name) * factor for name in paid})}
        )
    drawn = {name: getattr(parameters.clusters, name) * factor for name in DOLLAR_SPREADS}
    parameters = replace(parameters, clusters=replace(parameters.clusters, **drawn))
    return replace(world, clusters=replace(clusters, **columns, **spreads), anchors=anchors), parameters


def test_no_dollar_hides_in_the_rules() -> None:
    """Counted in half dollars, every number that is not money is the same to the last bit: no amount stands in code but
    the guesses from which the warm-up settles what a community sees in students."""
    world = made_up(8, 3)
    parameters = sparse(parameters_from(world, 4, 3, 0.0), world)
    other_world, other_parameters = in_other_money(world, parameters, 2.0)

    def run(world: World, parameters: Parameters, unit: float) -> list[Any]:
        before = law(grants(2e5 * unit), pot(1e5 * unit))
        after = law(
            each(300.0 * unit),
            each(700.0 * unit, "concentrators"),
            each(400.0 * unit, "credentials", oversight="general"),
            takes_effect=2027,
        )
        luck = draw(world, 4, (0, 1, 2), WARM_UP_YEARS + 1 + HORIZON)
        guesses = starting.draw_premises(world, parameters, luck)
        guesses = replace(guesses, **{name: getattr(guesses, name) * unit for name in GUESSES})
        premises, state = starting.draw_state(world, parameters, guesses, luck)
        ensemble = warm_up(world, parameters, before, premises, state, luck, deciding_all(parameters))
        return steps(ensemble, after, HORIZON)

    for one, other in zip(run(world, parameters, 1.0), run(other_world, other_parameters, 2.0), strict=True):
        mine, theirs = dict(leaves(one.after)), dict(leaves(other.after))
        assert set(mine) == set(theirs)
        for name, array in mine.items():
            dollars = any(f".{word}" in f"{name}." for word in MONEY)
            assert np.array_equal((2.0 if dollars else 1.0) * array, theirs[name]), (one.year.fiscal_year, name)
        for part in ("choice", "workforce", "schooling"):
            choices = dict(leaves(getattr(one.year, part))), dict(leaves(getattr(other.year, part)))
            for name, array in choices[0].items():
                dollars = name.endswith(("_cost", "plan_earned", "plan_falls", "exams.price"))
                assert np.array_equal((2.0 if dollars else 1.0) * array, choices[1][name]), (part, name)
        assert state_total(one.year.bill.sustained).min() > 0
        assert one.after.further_exams.max() > 0
        assert one.after.recoded_share.max() > 0


def twice(world: World) -> World:
    """Two copies of a world side by side, each with regions and neighbors of its own."""
    old, regions = world.districts, len(world.regions)
    count = len(old)
    doubled: dict[str, Any] = {}
    for field in fields(Districts):
        value = getattr(old, field.name)
        doubled[field.name] = (
            value + value if isinstance(value, tuple) else np.concatenate([value, value]) if np.ndim(value) else value
        )
    doubled["region"] = np.concatenate([old.region, old.region + regions])
    doubled["region_starts"] = np.concatenate([old.region_starts, old.region_starts + count])
    doubled["neighbors"] = np.concatenate([old.neighbors, old.neighbors + count])
    schools = world.high_schools
    pairs = {
        field.name: getattr(schools, field.name) + getattr(schools, field.name)
        if isinstance(getattr(schools, field.name), tuple)
        else np.concatenate([getattr(schools, field.name)] * 2)
        for field in fields(schools)
    }
    pairs["district"] = np.concatenate([schools.district, schools.district + count])
    area = world.regions
    anchors = {
        name: replace(anchor, value=2.0 * anchor.value) if anchor.extent == "state" else anchor
        for name, anchor in world.anchors.items()
    }
    return replace(
        world,
        districts=Districts(**doubled),
        high_schools=type(schools)(**pairs),
        regions=replace(
            area,
            identifier=area.identifier + tuple(f"{name}'" for name in area.identifier),
            name=area.name * 2,
            source=area.source * 2,
            priority_probability=np.concatenate([area.priority_probability] * 2),
        ),
        anchors=anchors,
    )


def drawn_twice(draws: Draws) -> Draws:
    """The same luck in both copies."""

    def block(shape: Shape, values: Any, axis: int) -> Any:
        return values if shape is Shape.STATE else np.concatenate([values, values], axis=axis)

    return Draws(
        {purpose: block(YEARLY[purpose][0], values, -2) for purpose, values in draws.yearly.items()},
        {purpose: block(ONCE[purpose][0], values, -2) for purpose, values in draws.once.items()},
    )


def test_two_copies_of_a_state_are_the_state_twice() -> None:
    """Pots twice as large over two equal halves: each half does what the whole did, and the totals double."""
    world, runs = made_up(7, 9), 2
    parameters = sparse(parameters_from(world, 6, runs, 0.0), world)
    luck = draw(world, 6, range(runs), WARM_UP_YEARS + 1 + HORIZON)

    def run(world: World, luck: Draws, size: float) -> list[Any]:
        premises = starting.draw_premises(world, parameters, luck)
        premises, state = starting.draw_state(world, parameters, premises, luck)
        before = law(grants(2e5 * size), pot(1e5 * size))
        ensemble = warm_up(world, parameters, before, premises, state, luck, deciding_all(parameters))
        return steps(ensemble, law(pot(3e5 * size, "concentrators"), takes_effect=2027), HORIZON)

    for one, both in zip(run(world, luck, 1.0), run(twice(world), drawn_twice(luck), 2.0), strict=True):
        for name in (
            "sites",
            "first_sections",
            "second_sections",
            "participants",
            "taught",
            "plan",
            "own_money",
            "quality",
        ):
            mine, theirs = getattr(one.after, name), getattr(both.after, name)
            for half in np.split(theirs, 2, axis=-2):
                assert np.allclose(half, mine, rtol=1e-6, atol=1e-6), name
        assert np.allclose(state_total(both.after.taught), 2.0 * state_total(one.after.taught))


def test_the_name_of_the_first_year_does_not_matter() -> None:
    """Where nothing is dated, a state that starts in 2012 does what one does that starts in 2031."""
    found = []
    for base_year in (2012, 2031):
        world = replace(made_up(6, 5), base_year=base_year)
        parameters = sparse(parameters_from(world, 8, 2, 0.0), world)
        growth = replace(parameters.enrollment.entry_growth, factor=np.zeros((2, 1, 1)))
        parameters = replace(parameters, enrollment=replace(parameters.enrollment, entry_growth=growth))
        before = law({**grants(2e5), "start_year": base_year - WARM_UP_YEARS})
        after = law({**each(400.0, "concentrators"), "start_year": base_year + 1}, takes_effect=base_year + 1)
        found.append(steps(prepare(world, parameters, before, 8, (0, 1), HORIZON), after, HORIZON))
    for early, late in zip(*found, strict=True):
        assert differences(early.after, late.after) == []


def test_no_price_lifts_effort_beyond_its_gain() -> None:
    ensemble = start(made_up(6, 2), law(grants(2e5)))
    outcomes = ensemble.parameters.outcomes
    rich = law(each(1e6, "concentrators"), each(1e6, "credentials"), takes_effect=2027)
    for step in steps(ensemble, rich, HORIZON):
        assert (step.after.recoded_share <= 1.0).all()
        assert (step.after.further_exams <= 1.0).all()
        assert (step.after.exam_sites <= step.after.sites).all()
        most = outcomes.exam_limit * step.after.participants
        assert (step.year.schooling.credentials.attempts <= most * (1 + 1e-12)).all()
        reported = step.after.counts.concentrators
        assert (reported <= step.after.taught * (1.0 + outcomes.recodable) * (1 + 1e-12)).all()
        assert (step.after.taught <= step.before.first_students * (1 + 1e-12)).all()
