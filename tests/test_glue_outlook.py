"""What districts expect of money under laws that differ in one word: an end, a step, a pot, a floor, a cap, a cut."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import builders
import numpy as np
import pytest
from money_of_a_year import PER_CONCENTRATOR, PER_CREDENTIAL, PER_SCHOOL, believed, outlook_on, paid, trusting
from parameter_groups import number
from simulated import differences

from sim.arrays import ZERO, Array, district_total, state_total
from sim.behavior.beliefs import persistence, persistence_read
from sim.engine import outlook
from sim.engine.ensemble import Ensemble
from sim.engine.outlook import Outlook
from sim.engine.prospects import Prospects
from sim.engine.settlement import Settlement
from sim.engine.state import State
from sim.funding.allocation import Ledger
from sim.funding.line import Line

EVERYTHING = [*PER_CONCENTRATOR, *PER_CREDENTIAL, *PER_SCHOOL]
BEGUN = {"start_year": 2027}


def reading(attention: float) -> Ensemble:
    """A made-up state whose districts all read the law as far."""
    standing = builders.standing()
    premises = replace(standing.premises, attention=np.full_like(standing.premises.attention, attention))
    return replace(standing, premises=premises)


READERS, OTHERS = reading(1.0), reading(0.0)


def a_year_later(held: Ensemble, view: Outlook, found: Settlement, **changes: Any) -> State:
    """The state after a year of the line in which all was counted as before."""
    known = {
        "remembered": found.remembered,
        "paid_before": found.paid_before,
        "steadiness": view.steadiness,
        "last_payment": found.joint_paid,
        **changes,
    }
    return trusting(held, **known)


def total(dollars: Array) -> float:
    return float(np.broadcast_to(state_total(dollars), (2, 1, 1)).sum())


def worth(seen: Prospects) -> float:
    """What a concentrator is believed to bring, in the mean."""
    return float(np.mean(seen.per_concentrator + 0.0))


def until(year: int | None) -> Line:
    return builders.line(components=EVERYTHING, sunset_year=year, **BEGUN)


@pytest.mark.parametrize("year", [2027, 2028, 2035])
def test_an_end_that_nobody_reads_changes_nothing(year: int) -> None:
    assert differences(believed(OTHERS, until(year)), believed(OTHERS, until(None))) == []


def test_who_reads_sees_an_end_and_the_further_it_is_the_nearer_to_none() -> None:
    ends = [believed(READERS, until(year)) for year in (2027, 2028, 2030, 2033, 2060)]
    endless = believed(READERS, until(None))
    prices = [worth(seen) for seen in ends]
    assert prices == sorted(prices)
    assert prices[0] < 0.25 * worth(endless)
    assert prices[-1] == pytest.approx(worth(endless))
    for name in ("lasting", "earned"):
        known = [total(getattr(seen, name)) for seen in ends]
        assert known == sorted(known)
        assert known[-1] == pytest.approx(total(getattr(endless, name)))
    leaving = [total(seen.ending) for seen in ends]
    assert leaving == sorted(leaving, reverse=True)
    assert leaving[-1] == pytest.approx(0.0, abs=1e-6)
    assert total(endless.ending) == 0.0


def test_what_a_line_pays_this_year_is_expected_whatever_ends() -> None:
    """The dollars come, and are not promised: what of a price does not last is money of the year."""
    ends, endless = believed(READERS, until(2027)), believed(READERS, until(None))
    assert ends.restricted == pytest.approx(endless.restricted)
    assert ends.expected + ends.earned == pytest.approx(endless.expected + endless.earned)
    assert ends.concentrator_price == pytest.approx(endless.concentrator_price)


def test_an_end_is_read_by_as_much_as_a_district_reads() -> None:
    half = believed(reading(0.5), until(2029))
    both = [believed(held, until(2029)) for held in (OTHERS, READERS)]
    for name in ("per_concentrator", "lasting", "earned"):
        middle = 0.5 * (getattr(both[0], name) + getattr(both[1], name))
        assert getattr(half, name) == pytest.approx(middle), name
    # Of all that comes, what will not come once a site teaches, whether it counts as money of the year or as lasting.
    half_leaves, *leaves = (seen.ending + seen.earned_ends for seen in (half, *both))
    assert half_leaves == pytest.approx(0.5 * sum(leaves))


def stepped(*steps: float, **rules: Any) -> Line:
    written = {"phase_in": list(steps), "phase_in_from": "nothing", **rules}
    return builders.line(components=PER_CONCENTRATOR, rules=written, **BEGUN)


def test_a_phase_in_that_pays_nothing_for_the_whole_horizon_moves_nobody_who_reads() -> None:
    seen = believed(READERS, stepped(*[0.0] * 12))
    for name in ("expected", "lasting", "earned", "restricted", "ending", "per_concentrator", "concentrator_price"):
        assert not np.any(getattr(seen, name)), name


def test_who_reads_decides_by_no_more_than_the_law_pays_this_year() -> None:
    """Three years of nothing move nobody, whatever is promised afterwards; steps move each by its own."""
    whole = believed(READERS, stepped(1.0))
    for steps in ((0.0, 0.0, 0.0), (0.0, 0.25, 0.5)):
        nothing = believed(READERS, stepped(*steps))
        assert not np.any(nothing.per_concentrator)
        assert not np.any(nothing.concentrator_price)
        assert not nothing.expected.any()
    quarter = believed(READERS, stepped(0.25, 0.5, 0.75))
    assert quarter.per_concentrator == pytest.approx(0.25 * whole.concentrator_price)
    assert quarter.restricted == pytest.approx(0.25 * whole.restricted)
    assert differences(believed(OTHERS, stepped(0.0, 0.0, 0.0)), believed(OTHERS, stepped(1.0))) == []


@pytest.mark.parametrize(
    ("case", "keys", "year", "written", "then"),
    [
        ("no word of time", {}, 2027, [], 1.0),
        ("begun, without an end", {"start_year": 2020}, 2027, [], 1.0),
        ("its last year", {"sunset_year": 2027}, 2027, [1.0], 0.0),
        ("two years more", {"sunset_year": 2028}, 2027, [1.0, 1.0], 0.0),
        ("after its end", {"sunset_year": 2026}, 2027, [], 0.0),
        ("before its start", {"start_year": 2029}, 2027, [0.0, 0.0], 1.0),
        ("steps", {"start_year": 2027, "rules": {"phase_in": [0.2, 0.6]}}, 2027, [0.2, 0.6], 1.0),
        ("on the second step", {"start_year": 2027, "rules": {"phase_in": [0.2, 0.6]}}, 2028, [0.6], 1.0),
        ("after the steps", {"start_year": 2027, "rules": {"phase_in": [0.2, 0.6]}}, 2029, [], 1.0),
        ("steps to come", {"start_year": 2028, "rules": {"phase_in": [0.2]}}, 2027, [0.0, 0.2], 1.0),
        (
            "steps and an end",
            {"start_year": 2027, "sunset_year": 2029, "rules": {"phase_in": [0.2]}},
            2027,
            [0.2, 1, 1],
            0,
        ),
        ("an end further than anybody looks", {"sunset_year": 2090}, 2027, [1.0] * 30, 0.0),
    ],
)
def test_the_words_of_a_line_say_what_it_pays_from_year_to_year(
    case: str, keys: Mapping[str, Any], year: int, written: list[float], then: float
) -> None:
    assert outlook.steps(builders.line(**keys), year) == (written, then), case


def test_money_that_comes_whatever_a_district_does_is_known_by_what_came_last_year() -> None:
    """On its second step of three a line's lump rises by no more than it has: its last year is what is held against."""
    beliefs = READERS.parameters.beliefs
    lump = builders.line(components=PER_SCHOOL, sunset_year=2028, **BEGUN)
    seen = believed(READERS, lump)
    assert seen.lasting == pytest.approx(seen.expected * persistence_read(True, [1.0, 1.0], 0.0, beliefs))
    assert believed(OTHERS, lump).lasting == pytest.approx(seen.expected * persistence(True, beliefs))


def test_an_appropriation_that_can_pay_a_tenth_is_seen_before_it_has_paid() -> None:
    owed = 1000.0 * state_total(district_total(builders.standing().state.counts.concentrators)).min()
    lines = [
        builders.line(components=PER_CONCENTRATOR, appropriation={"rule": "fixed", "dollars": share * owed})
        for share in (0.1, 0.5)
    ]
    enough = builders.line(components=PER_CONCENTRATOR)
    for held, seen in ((OTHERS, 0.8), (READERS, 0.1), (reading(0.5), 0.45)):
        price = believed(held, lines[0]).concentrator_price
        assert np.broadcast_to(price, (2, 12, 1)).max() == pytest.approx(1000 * seen, rel=0.01)
    assert believed(READERS, lines[1]).concentrator_price.max() == pytest.approx(500.0, rel=0.01)
    # What is enough is trusted as it was learnt.
    assert believed(READERS, enough).concentrator_price == pytest.approx(800.0)
    assert (outlook.affordable(np.array([np.inf]), np.array([5.0])), outlook.affordable(ZERO, ZERO)) == (1.0, 1.0)


FLOOR = {"hold_harmless": {"share": 1.0, "reference": "base_year"}}
CAP = {"growth_cap": 0.0}


def paid_before(held: Ensemble, times: float, **changes: Any) -> State:
    """A state in which districts were paid ``times`` what a price would pay for what is counted."""
    before = times * 1000.0 * district_total(held.state.counts.concentrators)
    return trusting(held, base_payment=before, last_payment=before, **changes)


@pytest.mark.parametrize(("rules", "times"), [(FLOOR, 3.0), (CAP, 0.3)])
def test_a_price_that_a_floor_or_a_cap_makes_worthless_is_a_lump_to_who_reads_from_its_first_year(
    rules: Mapping[str, Any], times: float
) -> None:
    line = builders.line(components=PER_CONCENTRATOR, rules=rules, **BEGUN)
    state = paid_before(READERS, times, trust=1.0)
    found, seen = paid(READERS, line, state=state), believed(READERS, line, state=state)
    offering = found.ledgers["line_0"].entitlement > 0
    assert offering.any()
    view = outlook_on(READERS, line, state=state).lines["line_0"]
    assert not view.marginal[offering].any()
    assert view.foreseen == pytest.approx(found.ledgers["line_0"].phased_in)
    assert not np.broadcast_to(seen.per_concentrator, offering.shape)[offering].any()
    assert not np.broadcast_to(seen.concentrator_price, offering.shape)[offering].any()
    assert seen.expected == pytest.approx(found.restricted)
    assert seen.restricted == pytest.approx(found.restricted)
    assert seen.lasting == pytest.approx(found.restricted * persistence(True, READERS.parameters.beliefs))
    # One who does not read counts the same price as if it were paid.
    assert believed(OTHERS, line, state=paid_before(OTHERS, times)).concentrator_price == pytest.approx(800.0)


@pytest.mark.parametrize(("rules", "times"), [(FLOOR, 0.3), (CAP, 3.0), ({}, 1.0)])
def test_a_floor_below_and_a_cap_above_what_counts_earn_leave_a_price_as_it_is(
    rules: Mapping[str, Any], times: float
) -> None:
    line = builders.line(components=PER_CONCENTRATOR, rules=rules, **BEGUN)
    state = paid_before(READERS, times)
    assert (outlook_on(READERS, line, state=state).lines["line_0"].marginal == 1.0).all()
    seen = believed(READERS, line, state=state)
    assert seen.concentrator_price == pytest.approx(800.0)
    assert seen.expected + seen.earned == pytest.approx(800.0 * district_total(READERS.state.counts.concentrators))


def test_half_a_reader_sees_half_a_price_and_half_a_lump() -> None:
    """Together it is all that is paid, whatever part of it is seen to come by itself."""
    line = builders.line(components=PER_CONCENTRATOR, rules=FLOOR, **BEGUN)
    held = reading(0.5)
    state = paid_before(held, 3.0)
    seen, owed = believed(held, line, state=state), paid(held, line, state=state).ledgers["line_0"]
    assert seen.concentrator_price.max() == pytest.approx(400.0)
    assert seen.earned == pytest.approx(0.4 * owed.entitlement * persistence(True, held.parameters.beliefs))
    lump = 0.5 * (0.8 * owed.held_harmless - 0.4 * owed.entitlement)
    assert seen.restricted == pytest.approx(0.4 * owed.entitlement + lump)


def test_a_district_reads_more_of_a_line_with_each_of_its_years() -> None:
    held = reading(0.5)
    rules = {"rules": CAP, "components": PER_CONCENTRATOR}
    for since, attention in ((2027, 0.5), (2026, 0.75), (2024, 0.9375)):
        view = outlook_on(held, builders.line(start_year=since, **rules), state=paid_before(held, 0.3))
        assert view.lines["line_0"].attention == pytest.approx(attention)
        assert view.lines["line_0"].marginal.min() == pytest.approx(1.0 - attention)


def ledger(**stages: float) -> Ledger:
    """A ledger of one district, each stage as the one before unless said."""
    names = [field.name for field in fields(Ledger) if field.name != "reserve"]
    written, value = {}, 100.0
    for name in names:
        value = stages.get(name, value)
        written[name] = number(value)
    return Ledger(**written)


@pytest.mark.parametrize(
    ("case", "stages", "expected"),
    [
        ("prices pay for what is counted", {}, 1.0),
        ("a limit lets three quarters count", {"claimed": 400.0, "entitlement": 300.0}, 0.75),
        ("a district's own share binds", {"matched": 80.0}, 0.0),
        ("a guarantee stands above", {"guaranteed": 130.0}, 0.0),
        ("a floor stands above", {"held_harmless": 130.0}, 0.0),
        ("a cap stands below", {"capped": 70.0}, 0.0),
        ("a floor within a limit", {"claimed": 200.0, "entitlement": 100.0, "held_harmless": 130.0}, 0.0),
        ("a step of a phase-in takes the same of each", {"phased_in": 25.0}, 1.0),
        ("proration is no rule of the line", {"paid": 40.0}, 1.0),
        ("who counts nothing", {"claimed": 0.0}, 1.0),
        ("who counts nothing above a floor of nothing", {"claimed": 0.0, "held_harmless": 0.0}, 1.0),
        ("who counts nothing under a guarantee", {"claimed": 0.0, "guaranteed": 50.0}, 0.0),
    ],
)
def test_what_of_a_further_counts_price_the_law_pays(case: str, stages: dict[str, float], expected: float) -> None:
    assert outlook.marginal_share(ledger(**stages)) == pytest.approx(expected), case


@pytest.mark.parametrize(
    ("rules", "follows"),
    [
        ({}, True),
        ({"phase_in": [0.5]}, False),
        (FLOOR, False),
        (CAP, False),
        ({"minimum_guarantee": 5000}, False),
        ({"minimum_guarantee_charter": 5000}, False),
        ({"local_match": 0.5}, False),
    ],
)
def test_a_floor_a_cap_a_guarantee_or_a_match_comes_between_counts_and_payment(
    rules: Mapping[str, Any], follows: bool
) -> None:
    line = builders.line(components=PER_CONCENTRATOR, rules=rules, **BEGUN)
    assert outlook.follows_counts(line) is follows


def test_a_limit_that_is_written_comes_between_counts_and_payment_whether_or_not_it_binds_for_anybody() -> None:
    """Else what a district foresees hangs on whether the limit binds for another, or in another run of the batch."""
    limited = [{**PER_CREDENTIAL[0], "per_student_limit": 1}]
    assert not outlook.follows_counts(builders.line(components=limited, **BEGUN))


def after_a_year(line: Line, then: Line, held: Ensemble = READERS) -> tuple[Prospects, Outlook]:
    """What is seen of a promise the year after, when the line is as ``then`` says."""
    state = trusting(held)
    view, found = outlook_on(held, line, state=state), paid(held, line, state=state)
    later = a_year_later(held, view, found)
    return believed(held, then, state=later), outlook_on(held, then, state=later)


def lumps(dollars: float, **keys: Any) -> Line:
    return builders.line(components=[{"kind": "base", "per_school": dollars}], **keys)


@pytest.mark.parametrize(("dollars", "kept"), [(10_000, 1.0), (9_700, 1.0), (20_000, 1.0), (5000, 0.5), (100, 0.01)])
def test_a_cut_is_held_against_the_promise_that_made_it(dollars: float, kept: float) -> None:
    """And as much is remembered of what comes as is announced, so that nobody waits for what was cut."""
    noticed = READERS.parameters.beliefs.cut_noticed
    seen, view = after_a_year(lumps(10_000), lumps(dollars))
    expected = np.minimum(kept / (1.0 - noticed), 1.0) if kept < 1.0 else 1.0 + 0.0 * noticed
    assert view.steadiness["line_0"] == pytest.approx(expected)
    schools = READERS.state.counts.offering_schools
    assert seen.expected == pytest.approx(min(dollars, 10_000) * schools, rel=1e-9)
    lasts = persistence(True, READERS.parameters.beliefs)
    assert seen.lasting == pytest.approx(seen.expected * lasts * expected)
    assert seen.ending == pytest.approx(seen.expected * (1 - expected))


def test_who_does_not_read_waits_for_what_was_cut_and_still_counts_on_less_of_it() -> None:
    seen, view = after_a_year(lumps(10_000), lumps(5000), OTHERS)
    assert seen.expected == pytest.approx(10_000 * OTHERS.state.counts.offering_schools)
    assert (view.steadiness["line_0"] < 0.6).all()


def test_what_the_state_counts_is_no_cut() -> None:
    """Fewer concentrators earn less at the same price: the law is as it was."""
    line = builders.line(components=PER_CONCENTRATOR)
    held, state = READERS, trusting(READERS)
    fewer = replace(held.state.counts, concentrators=0.5 * held.state.counts.concentrators)
    view, found = outlook_on(held, line, state=state), paid(held, line, state=state, counts=fewer)
    later = outlook_on(held, line, state=a_year_later(held, view, found, counts=fewer))
    assert later.steadiness["line_0"] == pytest.approx(1.0)


def test_dollars_that_do_not_follow_prices_are_cut_by_them_and_those_that_do_are_not() -> None:
    state = trusting(READERS)
    for indexation, kept in (("prices", 1.0), ("none", 0.8)):
        line = builders.line(components=PER_SCHOOL, rules={"indexation": indexation})
        view, found = outlook_on(READERS, line, state=state), paid(READERS, line, state=state)
        later = outlook_on(READERS, line, state=a_year_later(READERS, view, found), index=1.25)
        noticed = READERS.parameters.beliefs.cut_noticed
        expected = 1.0 + 0.0 * noticed if kept == 1.0 else kept / (1.0 - noticed)
        assert later.steadiness["line_0"] == pytest.approx(expected)


def test_a_promise_that_is_not_made_this_year_keeps_its_steadiness_and_a_new_one_has_all() -> None:
    state = trusting(READERS, steadiness={"other": np.full((2, 1, 1), 0.4)})
    view = outlook_on(READERS, lumps(10_000), state=state)
    assert view.steadiness["other"] == pytest.approx(0.4)
    assert view.steadiness["line_0"] == pytest.approx(1.0)


def test_lines_of_one_promise_are_held_steady_together() -> None:
    """Half of one of two equal lines is a quarter of what was promised."""
    both = [lumps(10_000, promise="bill"), lumps(10_000, promise="bill")]
    state = trusting(READERS)
    view, found = outlook_on(READERS, *both, state=state), paid(READERS, *both, state=state)
    later = outlook_on(READERS, lumps(5000, promise="bill"), both[1], state=a_year_later(READERS, view, found))
    assert later.steadiness["bill"] == pytest.approx(0.75 / (1.0 - READERS.parameters.beliefs.cut_noticed))


def test_a_phase_in_from_the_base_years_payment_brings_that_payment_meanwhile() -> None:
    """A step of a quarter pays three quarters of what the district was paid before, whatever it does."""
    line = stepped(0.25, 0.5, 0.75, phase_in_from="base_year")
    before = 1000.0 * district_total(READERS.state.counts.concentrators)
    state = trusting(READERS, trust=1.0, base_payment=before)
    seen, found = believed(READERS, line, state=state), paid(READERS, line, state=state)
    assert total(found.restricted) == pytest.approx(total(before))
    assert total(seen.restricted) == pytest.approx(total(found.restricted), rel=0.05)


@pytest.mark.parametrize("binding", [True, False])
def test_dollars_that_go_on_are_expected_in_the_year_after_a_floor_begins_to_bind_or_ends(binding: bool) -> None:
    line = builders.line(components=PER_CONCENTRATOR, rules=FLOOR, **BEGUN)
    whole = READERS.state.counts
    fewer = replace(whole, concentrators=0.85 * whole.concentrators)
    before = 0.9 * 1000.0 * district_total(whole.concentrators)
    state = trusting(READERS, trust=1.0, base_payment=before)
    for counts in (whole, fewer) if binding else (fewer, fewer, fewer, fewer, fewer, whole):
        view, found = outlook_on(READERS, line, state=state), paid(READERS, line, state=state, counts=counts)
        state = a_year_later(READERS, view, found, base_payment=before, counts=counts, trust=1.0)
    later = believed(READERS, line, state=state)
    assert total(later.restricted) == pytest.approx(total(found.restricted), rel=0.05)


def test_a_phase_in_takes_away_money_that_comes_anyway_only_where_it_starts_from_nothing() -> None:
    rules = {"phase_in": [0.0, 0.5]}
    nothing, base_year = (
        builders.line(components=EVERYTHING, rules={**rules, "phase_in_from": start}, **BEGUN)
        for start in ("nothing", "base_year")
    )
    for line, shares in ((nothing, [0.0, 0.0, 0.5, 1.0]), (base_year, [0.0, 1.0, 1.0, 1.0])):
        assert [outlook.brings(line, year) for year in range(2026, 2030)] == shares
        assert [outlook.pays(line, year) for year in range(2026, 2030)] == [0.0, 0.0, 0.5, 1.0]
