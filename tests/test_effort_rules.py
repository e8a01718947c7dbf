"""What lines ask of own money, and what happens when a restriction ends: by hand, and in worlds that differ in one
rule."""

from dataclasses import replace
from functools import cache
from typing import Any

import builders
import numpy as np
import pytest
from bad_inputs.files import BILL, PART, shared_lines, world
from simulated import (
    Step,
    differences,
    leaves,
    made_up,
    new_mexico,
    prior_parameters,
    shipped,
    sparse,
    steps,
    warmed_up,
)  # fmt: skip

from sim.arrays import Array, state_total
from sim.behavior.budgeting import own_money_floor
from sim.config_folder import config_folder
from sim.engine import requirements
from sim.engine.ensemble import Ensemble, prepare, simulate
from sim.engine.mesa_model import CTEModel
from sim.engine.offers import Offer, settled
from sim.engine.scenario import BASELINE, Scenario, Shocks
from sim.engine.situation import own_budget
from sim.engine.state import take_run
from sim.funding.formula import Formula, describe, lines_in_force
from sim.funding.line import Line
from sim.funding.merging import merged
from sim.funding.reading import formula_from, read_lines
from sim.funding.schedule import Schedule
from sim.funding.sense import idle
from sim.inputs import InputError
from sim.parameters.catalogue import load_catalogue
from sim.study.explain.items import Moment
from sim.study.explain.money import OWN, book_items
from sim.study.probes.laws import law_from
from sim.study.probes.reading import probe_folder, read_probe
from sim.study.probes.running import Task, stage_parameters, stage_world, stages_of

NAME, POT, RUNS = "regional_programs", 26_000_000.0, 2
FULL = {"rule": "full"}
CUT = Scenario(name="cut", title="A general cut", source="test", from_year={2028: Shocks(general_money=0.8)})


def column(*numbers: float) -> Array:
    return np.array(numbers, dtype=np.float64)[:, np.newaxis]


def bill(**changes: Any) -> Formula:
    written = {key: value for key, value in {**BILL, **changes}.items() if value is not None}
    return formula_from(written, "bill.yaml", "bill", shared_lines(), world().clusters.identifier)


def line(name: str, **changes: Any) -> dict[str, Any]:
    return {"name": name, "components": [PART], "appropriation": FULL, **changes}


# By hand


@pytest.mark.parametrize(
    ("wanted", "required", "worth", "floor"),
    [
        (150.0, [180.0], [100.0], 180.0),  # $30 more keep a payment of $100
        (60.0, [180.0], [100.0], 160.0),  # $120 more do not: the payment carries $100 of them
        (200.0, [180.0], [100.0], 180.0),  # the floor lies below what the district wants
        (60.0, [180.0], [0.0], 60.0),  # nothing is at stake
        (60.0, [180.0, 180.0], [100.0, 30.0], 180.0),  # two lines ask for the same and are worth their sum
        (60.0, [180.0, 100.0], [20.0, 30.0], 100.0),  # for what both ask, both count; beyond it, one line alone
        (60.0, [], [], 0.0),
    ],
)
def test_own_money_rises_to_what_is_required_as_far_as_that_is_worth_it(
    wanted: float, required: list[float], worth: list[float], floor: float
) -> None:
    found = own_money_floor(column(wanted), [column(one) for one in required], [column(one) for one in worth])
    assert found.item() == pytest.approx(floor)


def effort(share: float = 0.9, **keys: Any) -> Line:
    return builders.line(rules={"maintenance_of_effort": {"share": share, **keys}}, start_year=2027)


def test_effort_is_measured_on_the_base_year_or_on_the_year_before() -> None:
    state = builders.state(base_fiscal_effort=200.0, fiscal_effort=120.0)
    year = builders.conditions()
    base, ratchet = effort(), effort(reference="previous_year")
    for asked, required in ((base, 180.0), (ratchet, 108.0)):
        found = requirements.effort_required(asked, state, year)
        assert found is not None
        assert found.item() == pytest.approx(required)


def test_effort_is_required_in_its_years_after_the_base_year_alone() -> None:
    state = builders.state(base_fiscal_effort=200.0)
    rule = effort(years=2)
    asked = {
        year: requirements.effort_required(
            rule, state, builders.conditions(fiscal_year=year, years_since_base=year - 2026)
        )
        is not None
        for year in (2026, 2027, 2028, 2029)
    }
    assert asked == {2026: False, 2027: True, 2028: True, 2029: False}


def test_a_shortfall_lowers_no_later_requirement() -> None:
    state, year = builders.state(fiscal_effort=100.0), builders.conditions()
    rule = effort(reference="previous_year")
    assert requirements.fiscal_effort_after([rule], state, year, column(50.0)).item() == pytest.approx(90.0)
    assert requirements.fiscal_effort_after([rule], state, year, column(95.0)).item() == pytest.approx(95.0)
    assert requirements.fiscal_effort_after([], state, year, column(50.0)).item() == pytest.approx(50.0)


def test_own_money_for_a_match_is_what_no_other_receipt_spends() -> None:
    # A payment of 20,000 with two own dollars each is 60,000 to spend, of which it and 5,000 of others pay 25,000.
    asking = builders.line(rules={"local_match": 2.0})
    state = builders.state(capital_share=0.0)
    found = requirements.to_match(asking, column(20_000.0), column(20_000.0), column(5_000.0), state)
    assert found.required(column(200.0)).item() == pytest.approx(35_000.0 / 200.0)
    assert found.worth.item() == pytest.approx(10_000.0)
    plenty = requirements.to_match(asking, column(20_000.0), column(20_000.0), column(90_000.0), state)
    assert plenty.required(column(200.0)).item() == 0.0


def test_settlement_takes_the_proportion_of_the_shortfall() -> None:
    asking, free = effort(share=1.0), builders.line()
    counts = builders.counts(participants=50.0)
    state = builders.state(base_fiscal_effort=80.0, counts=counts)
    dollars = np.full((1, 1), np.inf)
    for given, share in ((70.0, 0.875), (80.0, 1.0), (120.0, 1.0), (0.0, 0.0)):
        paid = []
        for held in (asking, free):
            posted = builders.bundle(Schedule, per_participant=np.full((1, 1), 100.0))
            offers = builders.offers(lines=(Offer(held, posted, dollars, np.ones((1, 1))),))
            kept = requirements.shares_kept([held], state, builders.conditions(), column(given))
            paid.append(settled(state, offers, counts, 2027, kept)[held.name].paid.item())
        assert paid == pytest.approx([5_000.0 * share, 5_000.0])


# Worlds that differ in one rule: California's districts and their restricted line


@cache
def california() -> Ensemble:
    probe = read_probe(probe_folder() / "restriction_removed.yaml", new_mexico())
    (stage,) = stages_of([probe], new_mexico())
    runs = tuple(range(RUNS))
    task = Task(stage, new_mexico(), load_catalogue(), 2026, runs, "prior")
    world = stage_world(new_mexico(), stage.written)
    return prepare(world, stage_parameters(task, world), stage.law, 2026, runs, 8)


def regional(**keys: Any) -> dict[str, Any]:
    return {
        "name": NAME,
        "components": [{"kind": "per_student", "count": "participants", "pot": POT}],
        "appropriation": {"rule": "fixed", "dollars": POT},
        "start_year": 2000,
        **keys,
    }


def law(*lines: dict[str, Any]) -> Formula:
    written = {
        "title": "California", "source": "test", "year_of_numbers": 2026, "description": "Made up.",
        "takes_effect": 2027, "lines": list(lines),
    }  # fmt: skip
    return formula_from(written, "test", "restriction_removed", read_lines(config_folder() / "line"))


@cache
def run(rule: str, cut: bool = False, extra: float | None = None) -> tuple[Step, ...]:
    """Eight years of a variant of the line, by its name in ``RULES``."""
    return tuple(steps(california(), RULES[rule](extra), 8, CUT if cut else BASELINE))


def grant(match: float | None) -> Formula:
    rules = {} if match is None else {"local_match": match}
    new = regional(name="grant", start_year=2027, rules=rules)
    new["components"] = [{"kind": "per_student", "count": "participants", "pot": 20e6}]
    new["appropriation"] = {"rule": "fixed", "dollars": 20e6}
    return law(regional(), new)


RULES = {
    "plain": lambda _: law(regional()),
    "effort": lambda share: law(regional(rules={"maintenance_of_effort": {"share": share}})),
    "three_years": lambda _: law(regional(rules={"maintenance_of_effort": {"years": 3}})),
    "grant": grant,
    "freed": lambda _: law(regional(restricted_to=2029)),
    "freed_at_once": lambda _: law(regional(restricted_to=2026)),
}


def own(step: Step) -> float:
    return float(state_total(step.year.books.own / step.year.conditions.price_index).mean()) / 1e6


def paid(step: Step, name: str = NAME) -> float:
    dollars = state_total(step.year.settlement.ledgers[name].paid) / step.year.conditions.price_index
    return float(dollars.mean()) / 1e6


def for_cte(step: Step) -> float:
    """Real dollars of general and state money that reach CTE, millions."""
    year = step.year
    dollars = state_total(year.books.own + year.settlement.reaching_cte) / year.conditions.price_index
    return float(dollars.mean()) / 1e6


def test_maintenance_of_effort_holds_own_money_through_a_general_cut() -> None:
    base = float(state_total(california().state.base_fiscal_effort * california().state.counts.membership).mean()) / 1e6
    without, kept, part = run("plain", cut=True), run("effort", cut=True, extra=1.0), run("effort", cut=True, extra=0.9)
    assert own(without[-2]) < 0.80 * base
    assert own(kept[-2]) > 0.97 * base
    for low, middle, high in zip(without, part, kept, strict=True):
        assert own(low) <= own(middle) <= own(high)
        assert paid(high) == pytest.approx(paid(low), rel=0.02)


def test_what_is_required_is_kept_or_paid_for_in_every_district_and_year() -> None:
    short = 0
    for step in run("effort", cut=True, extra=1.0):
        given = step.year.situation.own_budget
        required = step.before.base_fiscal_effort
        (asked,) = step.year.prospects.required
        size = step.year.cohorts.membership * step.year.conditions.price_index
        least = np.minimum(required, step.before.own_wanted + asked.worth / size)
        assert (given >= least * (1.0 - 1e-12)).all()
        ledger = step.year.settlement.ledgers[NAME]
        kept = np.where(required > 0.0, np.minimum(given / np.maximum(required, 1e-12), 1.0), 1.0)
        # The pot is shared over what was counted last, so no rule but effort and proration stands between.
        assert ledger.phased_in == pytest.approx(kept * ledger.entitlement, rel=1e-9, abs=1e-6)
        short += int((kept < 0.999).sum())
    assert short > 0


def test_after_its_years_effort_falls_as_without_the_rule() -> None:
    without, three = run("plain", cut=True), run("three_years", cut=True)
    assert own(three[2]) > own(without[2]) + 1.0
    gaps = [own(high) - own(low) for high, low in zip(three[2:], without[2:], strict=True)]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 0.3 * gaps[0]
    assert all(not step.year.prospects.required for step in three[3:])


def test_a_match_stops_the_displacement_of_own_money_and_never_asks_for_more_than_it_needs() -> None:
    plain, free, matched = run("plain"), run("grant"), run("grant", extra=2.0)
    displaced = [own(one) - own(other) for one, other in zip(plain, free, strict=True)]
    with_match = [own(one) - own(other) for one, other in zip(plain, matched, strict=True)]
    lines = [[for_cte(step) - own(step) for step in steps_of] for steps_of in (plain, free)]
    gained = [other - one for one, other in zip(*lines, strict=True)]
    books = california().parameters.books
    at_most = 1.0 - min(books.gain_passthrough_monitored.min(), books.gain_passthrough_categorical.min())
    # A year later own money begins to follow, by no more than what is not kept of each dollar gained.
    assert all(0.05 * more < less < at_most * more for less, more in zip(displaced[1:], gained[1:], strict=True))
    assert all(less < 0.6 * more for less, more in zip(with_match[1:], displaced[1:], strict=True))
    easy = run("grant", extra=0.1)  # spending is far above a tenth of the payment: nothing more is needed
    assert [own(step) for step in easy] == pytest.approx([own(step) for step in free], rel=1e-3)
    for step in matched:
        (asked,) = step.year.prospects.required
        size = step.year.cohorts.membership * step.year.conditions.price_index
        before = own_budget(
            step.before,
            replace(step.year.prospects, required=()),
            step.year.conditions,
            step.year.cohorts.membership,
        )
        given = step.year.situation.own_budget
        assert (given <= np.maximum(before, asked.required(size)) * (1 + 1e-12)).all()


def test_the_day_after_a_restriction_nothing_changes_and_within_four_years_much_does() -> None:
    restricted, freed = run("plain"), run("freed")
    for one, other in zip(restricted[:3], freed[:3], strict=True):  # FY2027 to FY2029 are one and the same
        assert for_cte(one) == for_cte(other)
    day, later = 3, 7
    assert for_cte(freed[day]) == pytest.approx(for_cte(restricted[day]), rel=0.01)
    assert for_cte(freed[later]) < 0.85 * for_cte(restricted[later])


def test_the_line_stays_the_same_line_when_it_is_freed() -> None:
    freed = run("freed")
    lines = [next(offer.line for offer in step.year.offers.lines if offer.line.name == NAME) for step in freed]
    assert [held.oversight for held in lines] == ["categorical"] * 3 + ["general"] * 5
    assert len({(held.identity, held.promised_by) for held in lines}) == 1


def test_a_restriction_that_ends_is_the_probe_of_a_restriction_removed() -> None:
    probe = read_probe(probe_folder() / "restriction_removed.yaml", new_mexico())
    (written,) = (arm.in_turn[1] for name, arm in probe.all_runs.items() if name == "freed")
    removed = law_from(probe, written, 2027, california().current_law, new_mexico())
    for one, other in zip(run("freed_at_once"), steps(california(), removed, 8), strict=True):
        for (name, here), (_, there) in zip(leaves(one.after), leaves(other.after), strict=True):
            assert np.array_equal(here, there), name


def test_a_restriction_that_has_not_ended_changes_nothing_to_the_last_bit() -> None:
    for one, other in zip(run("plain"), steps(california(), law(regional(restricted_to=2099)), 8), strict=True):
        for (name, here), (_, there) in zip(leaves(one.after), leaves(other.after), strict=True):
            assert np.array_equal(here, there), name


def test_explain_names_the_floor_where_it_binds() -> None:
    held, variant = california(), RULES["effort"](1.0)
    shown = 0
    for step in run("effort", cut=True, extra=1.0)[3:5]:
        for district in range(0, len(held.world.districts), 10):
            moment = Moment(held, variant, step.before, step.year, step.after, district, 0)
            items = {item.name: item for item in book_items(moment) if item.step == OWN}
            floor = next(item for name, item in items.items() if name.endswith("effort to maintain"))
            added, planned = items["  added because lines require it"], items["planned for this year without that"]
            assert planned.value + added.value == pytest.approx(items["it gives this year"].value)
            assert floor.quiet == (added.value <= 0.0)
            shown += not floor.quiet
    assert shown > 0


# The language


def test_the_rules_are_read_back_in_words() -> None:
    written = bill(
        restricted_to=2030,
        rules={"maintenance_of_effort": {"share": 0.9, "years": 3, "reference": "previous_year"}, "local_match": 2},
    )
    said = " ".join(describe(written))
    assert (
        "A district keeps its own CTE money a member at 90% or more of that of the year before for 3 years, in dollars "
        "of equal worth; one that falls short loses that proportion of its payment."
    ) in said
    assert "It is restricted to CTE up to FY2030, and without strings afterwards." in said


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rules": {"maintenance_of_effort": {"share": 90}}}, "rules.maintenance_of_effort.share: 90 is not allowed"),
        ({"rules": {"maintenance_of_effort": {"shar": 0.9}}}, "did you mean 'share'"),
        ({"rules": {"maintenance_of_effort": {"years": 0}}}, "rules.maintenance_of_effort.years: 0 is not allowed"),
        (
            {"rules": {"maintenance_of_effort": {"reference": "own_previous_year"}}},
            "rules.maintenance_of_effort.reference: 'own_previous_year' is not allowed",
        ),
        ({"rules": {"maintenance_of_effort": 0.9}}, "rules.maintenance_of_effort: 0.9 is not allowed"),
        ({"restricted_to": 30}, "restricted_to: 30 is not allowed"),
        ({"restricted_to": 2026}, "restricted_to 2026 lies before the line starts in 2027; write oversight: general"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as refused:
        bill(**changes)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"restricted_to": 2030, "oversight": "general"}, "restricted_to: has no effect here: the line is general"),
        ({"restricted_to": 2030, "sunset_year": 2030}, "restricted_to: has no effect here: the line ends after 2030"),
        ({"rules": {"maintenance_of_effort": {"share": 0}}}, "rules.maintenance_of_effort: has no effect here"),
    ],
)
def test_what_changes_nothing_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        bill(**changes)


def test_effort_is_asked_by_a_formulas_own_money_outside_the_seg() -> None:
    asks: dict[str, Any] = {"rules": {"maintenance_of_effort": {}}}
    weight = {"kind": "seg_weight", "count": "concentrators", "weight": 0.25, "funded": True}
    for written, message in (
        ({"line": "perkins", **asks}, "background money is none"),
        (line("weight", components=[weight], **asks), "inside the main formula"),
    ):
        with pytest.raises(InputError, match=message):
            bill(components=None, appropriation=None, lines=[line("one"), written])


def test_years_of_effort_count_from_the_first_that_is_paid_after_the_base_year() -> None:
    going_on = law(regional(rules={"maintenance_of_effort": {"years": 2}}))
    current = law(regional()).model_copy(update={"takes_effect": 2000})
    state = builders.state(base_fiscal_effort=1.0)
    asked = []
    for year in (2027, 2028, 2029):
        held = next(one for one in lines_in_force(going_on, current, year, 2026) if one.name == NAME)
        known = builders.conditions(fiscal_year=year, years_since_base=year - 2026)
        asked.append(requirements.effort_required(held, state, known) is not None)
    assert asked == [True, True, False]


def test_runs_of_a_sweep_have_each_its_own_share_and_match() -> None:
    lines = [
        builders.line(rules={"maintenance_of_effort": {"share": share}, "local_match": match}, start_year=2027)
        for share, match in ((0.9, 1.5), (0.8, 2.0))
    ]
    together, year = merged(lines), builders.conditions()
    state = builders.state(base_fiscal_effort=200.0)
    amount = column(20_000.0)
    both = requirements.effort_required(together, state, year)
    need = requirements.to_match(together, amount, amount, 0.0 * amount, state)
    assert both is not None
    for run_of_it, alone in enumerate(lines):
        one = requirements.effort_required(alone, state, year)
        assert one is not None
        assert np.array_equal(both[run_of_it], one)
        single = requirements.to_match(alone, amount, amount, 0.0 * amount, state)
        assert np.array_equal(need.dollars[run_of_it], single.dollars)
        assert np.array_equal(need.worth[run_of_it], single.worth)


def test_good_rules_are_no_mistake() -> None:
    assert idle(bill(restricted_to=2030, sunset_year=2031, rules={"maintenance_of_effort": {}})) == []


def test_districts_deciding_one_by_one_give_the_numbers_of_the_batch() -> None:
    asking = bill(
        components=None,
        appropriation=None,
        lines=[
            line("effort", rules={"maintenance_of_effort": {"reference": "previous_year"}}, restricted_to=2028),
            line("match", rules={"local_match": 1.5}),
        ],
    )
    state_of, runs = made_up(7, 11), (0, 1, 2)
    parameters = sparse(prior_parameters(state_of, runs, 7), state_of)
    ensemble = warmed_up(state_of, parameters, 7, runs, 4)
    model = CTEModel(state_of, take_run(parameters, 1), shipped("status_quo"), asking, 7, 1, 4)
    for after, year in simulate(ensemble, asking, 4):
        model.step()
        assert differences(model.state, take_run(after, 1)) == []
        assert differences(model.year, take_run(year, 1)) == []
        assert [asked.rule for asked in year.prospects.required] == ["maintenance_of_effort", "local_match"]
