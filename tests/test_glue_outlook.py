"""What districts expect of money under laws that differ in one word: an end, a step, a pot, a floor, a cap, a cut."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import builders
import numpy as np
import pytest
from money_of_a_year import PER_CONCENTRATOR, PER_CREDENTIAL, PER_SCHOOL, believed, paid, trusting
from sim.engine.money import Prospects, Settlement
from simulated import differences

from sim.arrays import ZERO, Array, district_total, state_total
from sim.behavior.beliefs import persistence, persistence_read
from sim.engine import outlook
from sim.engine.ensemble import Ensemble
from sim.engine.state import State
from sim.funding.line import Line

EVERYTHING = [*PER_CONCENTRATOR, *PER_CREDENTIAL, *PER_SCHOOL]
BEGUN = {"start_year": 2027}


def reading(attention: float) -> Ensemble:
    """A made-up state whose districts all read the law as far."""
    standing = builders.standing()
    premises = replace(standing.premises, attention=np.full_like(standing.premises.attention, attention))
    return replace(standing, premises=premises)


READERS, OTHERS = reading(1.0), reading(0.0)


def a_year_later(held: Ensemble, seen: Prospects, found: Settlement, **changes: Any) -> State:
    """The state after a year of the line in which all was counted as before."""
    known = {
        "remembered": found.remembered,
        "bound": found.bound,
        "paid_before": found.paid_before,
        "steadiness": seen.steadiness,
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
    for name in ("per_concentrator", "lasting", "ending", "earned"):
        middle = 0.5 * (getattr(both[0], name) + getattr(both[1], name))
        assert getattr(half, name) == pytest.approx(middle), name


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


def bound_everywhere(rules: Mapping[str, Any], times: float, held: Ensemble) -> tuple[Prospects, Settlement, State]:
    """What is seen, paid and left of a price that was paid ``times`` as much before, under a rule."""
    before = times * 1000.0 * district_total(held.state.counts.concentrators)
    line = builders.line(components=PER_CONCENTRATOR, rules=rules, **BEGUN)
    state = trusting(held, base_payment=before, last_payment=before)
    seen, found = believed(held, line, state=state), paid(held, line, state=state)
    return seen, found, a_year_later(held, seen, found, base_payment=before, last_payment=before)


@pytest.mark.parametrize(("rules", "times"), [(FLOOR, 3.0), (CAP, 0.3)])
def test_a_price_that_a_floor_or_a_cap_makes_worthless_is_a_lump_to_who_reads(
    rules: Mapping[str, Any], times: float
) -> None:
    line = builders.line(components=PER_CONCENTRATOR, rules=rules, **BEGUN)
    _, found, state = bound_everywhere(rules, times, READERS)
    offering = found.ledgers["line_0"].paid > 0
    assert offering.any()
    assert (found.bound["line_0"][offering] == 1.0).all()
    seen = believed(READERS, line, state=state)
    assert not np.broadcast_to(seen.per_concentrator, offering.shape)[offering].any()
    assert not np.broadcast_to(seen.concentrator_price, offering.shape)[offering].any()
    assert seen.expected == pytest.approx(found.restricted)
    assert seen.restricted == pytest.approx(found.restricted)
    assert seen.lasting == pytest.approx(found.restricted * persistence(True, READERS.parameters.beliefs))
    # One who does not read counts the same price as if it were paid.
    _, _, state = bound_everywhere(rules, times, OTHERS)
    assert believed(OTHERS, line, state=state).concentrator_price == pytest.approx(800.0)


@pytest.mark.parametrize(("rules", "times"), [(FLOOR, 0.3), (CAP, 3.0), ({}, 1.0)])
def test_a_floor_below_and_a_cap_above_what_counts_earn_leave_a_price_as_it_is(
    rules: Mapping[str, Any], times: float
) -> None:
    line = builders.line(components=PER_CONCENTRATOR, rules=rules, **BEGUN)
    _, found, state = bound_everywhere(rules, times, READERS)
    assert not found.bound["line_0"].any()
    seen = believed(READERS, line, state=state)
    assert seen.concentrator_price == pytest.approx(800.0)
    assert not found.remembered["line_0"].any()


def test_half_a_reader_sees_half_a_price_and_half_a_lump() -> None:
    """Together it is all that is paid, whatever part of it is seen to come by itself."""
    line = builders.line(components=PER_CONCENTRATOR, rules=CAP, **BEGUN)
    held = reading(0.5)
    _, found, state = bound_everywhere(CAP, 0.3, held)
    seen = believed(held, line, state=state)
    assert seen.concentrator_price.max() == pytest.approx(400.0)
    assert found.remembered["line_0"] == pytest.approx(0.5 * found.restricted)


def after_a_year(line: Line, then: Line, held: Ensemble = READERS) -> Prospects:
    """What is seen of a promise the year after, when the line is as ``then`` says."""
    state = trusting(held)
    seen, found = believed(held, line, state=state), paid(held, line, state=state)
    return believed(held, then, state=a_year_later(held, seen, found))


def lumps(dollars: float, **keys: Any) -> Line:
    return builders.line(components=[{"kind": "base", "per_school": dollars}], **keys)


@pytest.mark.parametrize(("dollars", "kept"), [(10_000, 1.0), (9_700, 1.0), (20_000, 1.0), (5000, 0.5), (100, 0.01)])
def test_a_cut_is_held_against_the_promise_that_made_it(dollars: float, kept: float) -> None:
    """And as much is remembered of what comes as is announced, so that nobody waits for what was cut."""
    noticed = READERS.parameters.beliefs.cut_noticed
    seen = after_a_year(lumps(10_000), lumps(dollars))
    expected = np.minimum(kept / (1.0 - noticed), 1.0) if kept < 1.0 else 1.0 + 0.0 * noticed
    assert seen.steadiness["line_0"] == pytest.approx(expected)
    schools = READERS.state.counts.offering_schools
    assert seen.expected == pytest.approx(min(dollars, 10_000) * schools, rel=1e-9)
    lasts = persistence(True, READERS.parameters.beliefs)
    assert seen.lasting == pytest.approx(seen.expected * lasts * expected)
    assert seen.ending == pytest.approx(seen.expected * (1 - expected))


def test_who_does_not_read_waits_for_what_was_cut_and_still_counts_on_less_of_it() -> None:
    seen = after_a_year(lumps(10_000), lumps(5000), OTHERS)
    assert seen.expected == pytest.approx(10_000 * OTHERS.state.counts.offering_schools)
    assert (seen.steadiness["line_0"] < 0.6).all()


def test_what_the_state_counts_is_no_cut() -> None:
    """Fewer concentrators earn less at the same price: the law is as it was."""
    line = builders.line(components=PER_CONCENTRATOR)
    held, state = READERS, trusting(READERS)
    fewer = replace(held.state.counts, concentrators=0.5 * held.state.counts.concentrators)
    seen, found = believed(held, line, state=state), paid(held, line, state=state, counts=fewer)
    later = believed(held, line, state=a_year_later(held, seen, found, counts=fewer))
    assert later.steadiness["line_0"] == pytest.approx(1.0)


def test_dollars_that_do_not_follow_prices_are_cut_by_them_and_those_that_do_are_not() -> None:
    state = trusting(READERS)
    for indexation, kept in (("prices", 1.0), ("none", 0.8)):
        line = builders.line(components=PER_SCHOOL, rules={"indexation": indexation})
        seen, found = believed(READERS, line, state=state), paid(READERS, line, state=state)
        later = believed(READERS, line, state=a_year_later(READERS, seen, found), index=1.25)
        noticed = READERS.parameters.beliefs.cut_noticed
        expected = 1.0 + 0.0 * noticed if kept == 1.0 else kept / (1.0 - noticed)
        assert later.steadiness["line_0"] == pytest.approx(expected)


def test_a_promise_that_is_not_made_this_year_keeps_its_steadiness_and_a_new_one_has_all() -> None:
    state = trusting(READERS, steadiness={"other": np.full((2, 1, 1), 0.4)})
    seen = believed(READERS, lumps(10_000), state=state)
    assert seen.steadiness["other"] == pytest.approx(0.4)
    assert seen.steadiness["line_0"] == pytest.approx(1.0)


def test_lines_of_one_promise_are_held_steady_together() -> None:
    """Half of one of two equal lines is a quarter of what was promised."""
    both = [lumps(10_000, promise="bill"), lumps(10_000, promise="bill")]
    state = trusting(READERS)
    seen, found = believed(READERS, *both, state=state), paid(READERS, *both, state=state)
    later = believed(READERS, lumps(5000, promise="bill"), both[1], state=a_year_later(READERS, seen, found))
    assert later.steadiness["bill"] == pytest.approx(0.75 / (1.0 - READERS.parameters.beliefs.cut_noticed))


FAULT = "the model does not yet do so"


@pytest.mark.xfail(reason=FAULT, strict=True)
def test_a_phase_in_from_the_base_years_payment_brings_that_payment_meanwhile() -> None:
    """A step of a quarter pays three quarters of what the district was paid before, whatever it does."""
    line = stepped(0.25, 0.5, 0.75, phase_in_from="base_year")
    before = 1000.0 * district_total(READERS.state.counts.concentrators)
    state = trusting(READERS, trust=1.0, base_payment=before)
    seen, found = believed(READERS, line, state=state), paid(READERS, line, state=state)
    assert total(found.restricted) == pytest.approx(total(before))
    assert total(seen.restricted) == pytest.approx(total(found.restricted), rel=0.05)


@pytest.mark.xfail(reason=FAULT, strict=True)
@pytest.mark.parametrize("binding", [True, False])
def test_dollars_that_go_on_are_expected_in_the_year_after_a_floor_begins_to_bind_or_ends(binding: bool) -> None:
    line = builders.line(components=PER_CONCENTRATOR, rules=FLOOR, **BEGUN)
    whole = READERS.state.counts
    fewer = replace(whole, concentrators=0.85 * whole.concentrators)
    before = 0.9 * 1000.0 * district_total(whole.concentrators)
    state, seen = trusting(READERS, trust=1.0, base_payment=before), None
    for counts in (whole, fewer) if binding else (fewer, fewer, fewer, fewer, fewer, whole):
        seen, found = (
            believed(READERS, line, state=state),
            paid(READERS, line, state=state, counts=counts),
        )
        state = a_year_later(READERS, seen, found, base_payment=before, trust=1.0, counts=counts)
    later = believed(READERS, line, state=state)
    assert total(later.restricted) == pytest.approx(total(found.restricted), rel=0.05)


@pytest.mark.xfail(reason=FAULT, strict=True)
def test_what_the_state_counts_a_year_late_is_no_cut() -> None:
    line = builders.line(components=PER_CONCENTRATOR, rules={"count_lag": 1})
    held, state = READERS, trusting(READERS)
    fewer = replace(held.state.counts, concentrators=0.8 * held.state.counts.concentrators)
    seen, found = believed(held, line, state=state), paid(held, line, state=state, counts=fewer)
    later = believed(held, line, state=a_year_later(held, seen, found, counts=fewer))
    assert later.steadiness["line_0"] == pytest.approx(1.0)
