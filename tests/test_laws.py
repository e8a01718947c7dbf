"""Several laws in one file, one after the other; what begins and ends when; a price in any year."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from builders import standing
from money_of_a_year import paid, trusting

from sim.engine.ensemble import simulate
from sim.funding.formula import Formula, describe, lines_in_force
from sim.funding.reading import formula_from
from sim.inputs import InputError
from sim.report.bill.shortfall import fall_sentences
from sim.study.bill.falling import falls
from sim.study.bill.static_score import base_year_position, refuse_empty

FULL = {"rule": "full"}
SHARED = {
    "grant": {"components": [{"kind": "base", "per_school": 100}], "appropriation": {"rule": "full"}},
}


def bill(**keys: Any) -> Formula:
    usual = {"title": "A bill", "source": "s", "year_of_numbers": 2026, "description": "d", "also": []}
    return formula_from({**usual, **keys}, "bill.yaml", "bill", SHARED)


def base(dollars: float, **keys: Any) -> dict[str, Any]:
    return {"components": [{"kind": "base", "per_school": dollars}], "appropriation": FULL, **keys}


def spans(formula: Formula) -> list[tuple[str, int | None, int | None]]:
    return [(line.name, line.start_year, line.sunset_year) for line in formula.own_lines]


TWO = bill(laws=[{"from": 2027, **base(100)}, {"from": 2031, **base(300, title="The second law")}])


def test_a_law_holds_until_the_next_begins() -> None:
    assert TWO.takes_effect == 2027
    assert spans(TWO) == [("bill", 2027, 2030), ("bill_2031", 2031, None)]
    assert len({line.promise for line in TWO.own_lines}) == 1, "districts trust one formula"
    nothing = TWO.model_copy(update={"lines": ()})
    for year, dollars in ((2027, 100), (2030, 100), (2031, 300), (2050, 300)):
        (line,) = lines_in_force(TWO, nothing, year, 2026)
        assert line.components[0].per_school == dollars  # type: ignore[attr-defined]


def test_a_later_law_that_says_most_of_the_same_is_told_by_what_differs() -> None:
    other = {"kind": "per_student", "count": "participants", "dollars": 40}
    rules = {"maximum_payment": 90_000, "local_match": 1.0}

    def school(dollars: float) -> dict[str, Any]:
        return {"kind": "base", "per_school": dollars}

    def law(year: int, dollars: float, **keys: Any) -> dict[str, Any]:
        fixed = {"rule": "fixed", "dollars": 5_000_000}
        return {"from": year, "components": [school(dollars), other], "rules": rules, "appropriation": fixed, **keys}

    said = describe(bill(laws=[law(2027, 1_000), law(2029, 2_000)]))
    at = next(place for place, one in enumerate(said) if one.startswith("A bill (law of FY2029) ("))
    assert said[at + 1] == "As in A bill, but for what follows."
    assert [one.partition(" for every")[0] for one in said[at + 2 : at + 4]] == ["$2,000", "No longer: $1,000"]
    assert said[at + 4 :] == ["It pays from FY2029 on."]
    # Where the order in which money is paid counts, where little is the same or where one is told twice, all is told.
    first = {**rules, "proration": "by_component"}
    for one, two in (
        (law(2027, 1_000, rules=first), law(2029, 1_000, rules=first, components=[other, school(1_000)])),
        (law(2027, 1_000), law(2029, 2_000, rules={}, components=[school(2_000)])),
        (law(2027, 1_000), law(2029, 1_000, components=[school(1_000), other, {**other, "name": "again"}])),
    ):
        assert not any(one.startswith("As in") for one in describe(bill(laws=[one, two])))


def test_a_rule_over_all_lines_that_differs_by_condition_is_told_once_in_a_file_of_laws_too() -> None:
    def lines(dollars: float) -> list[dict[str, Any]]:
        return [{"name": "one", **base(dollars)}, {"name": "two", **base(50)}]

    rural = {"where": {"locale": "rural"}, "minimum_guarantee": 900_000}
    slow = {"growth_cap": 0.05, "differs": [rural, {"where": {"locale": "town"}, "growth_cap": 0.1}]}
    laws = bill(laws=[{"from": 2027, "rules": slow, "lines": lines(100)}])
    plain = bill(rules=slow, lines=lines(100))
    together = "All its lines together (one rule over their sum):"
    said, other = ((told := describe(one))[told.index(together) :] for one in (laws, plain))
    assert sorted(said) == sorted(other), "several laws are told as one is"
    of_lines = describe(laws)[: describe(laws).index(together)]
    assert not any("owed at least" in one or "rises by at most" in one for one in of_lines)
    assert "In town districts instead: a district's payment rises by at most 10% a year." in said
    floors = [base_year_position(standing(), one, year=2027).stage("guaranteed") for one in (laws, plain)]
    np.testing.assert_array_equal(*floors)


def test_a_line_that_was_renamed_goes_on_where_the_next_law_has_it_too_and_its_reserve_is_voted_once() -> None:
    held = {"name": "a", **base(300), "reserve": {"start": 1_000}, "appropriation": {"rule": "fixed", "dollars": 5_000}}
    other = {"name": "b", **base(7)}
    three = bill(
        laws=[
            {"from": 2027, "lines": [{"name": "a", **base(100)}]},
            {"from": 2029, "lines": [held]},
            {"from": 2031, "lines": [held, other]},
        ]
    )
    assert spans(three) == [("a", 2027, 2028), ("a_2029", 2029, None), ("b", 2031, None)]


def test_a_line_may_have_a_guarantee_under_a_condition_of_its_own() -> None:
    small = {"where": {"members": {"below": 200}}, "minimum_guarantee": 500}
    two = bill(lines=[{"name": "one", **base(100, rules={"differs": [small]})}, {"name": "two", **base(7)}])
    assert [len(line.rules.differs) for line in two.own_lines] == [1, 0]
    capped = {"where": {"members": {"below": 200}}, "growth_cap": 0.1}
    with pytest.raises(InputError, match=r"\(growth_cap\) differs from line two"):
        bill(lines=[{"name": "one", **base(100, rules={"differs": [capped]})}, {"name": "two", **base(7)}])


def test_a_line_apart_is_under_no_rule_over_all_lines_and_no_part_of_what_they_count() -> None:
    beside = {"name": "beside", **base(50)}
    rules = {"growth_cap": 0.1, "phase_in": [0.5], "phase_in_from": "nothing"}
    apart, under = (
        bill(rules=rules, lines=[{"name": "main", **base(100)}, {**beside, "apart": alone}]) for alone in (True, False)
    )
    first = base_year_position(standing(), apart, year=2027)
    whole = base_year_position(standing(), bill(**base(50)), year=2027)
    np.testing.assert_array_equal(first.ledgers["beside"].paid, whole.ledgers["bill"].paid)
    assert (
        base_year_position(standing(), under, year=2027).ledgers["beside"].paid.sum()
        < first.ledgers["beside"].paid.sum()
    )
    only = bill(rules=rules, lines=[{"name": "main", **base(100)}])
    for year in (2027, 2028, 2029):
        together, alone = (base_year_position(standing(), one, year=year).ledgers["main"] for one in (apart, only))
        np.testing.assert_array_equal(together.paid, alone.paid)
    assert "Rules over all lines do not cover it, nor count what it pays." in describe(apart)
    assert {"main (by the formula's own rules):", "FY2028: main is phased in."} <= set(describe(apart, 2026))
    third = {"name": "third", **base(70)}
    two = bill(rules=rules, lines=[{"name": "main", **base(100)}, third, {**beside, "apart": True}])
    assert "main and third together (one rule over their sum):" in describe(two)
    assert "FY2028: what main and third pay is phased in." in describe(two, 2026)
    whole_of = {"All its lines together (one rule over their sum):", "FY2028: the formula is phased in."}
    assert whole_of <= set(describe(under, 2026))
    with pytest.raises(InputError, match="of which separate money is no part"):
        bill(lines=[{"name": "main", **base(100)}, {**beside, "apart": True, "rules": {"growth_cap": 0.1}}])


def test_amounts_that_rise_each_year_count_from_the_first_year_of_their_line_and_not_with_prices() -> None:
    for wrong in ({"indexation": "prices", "yearly_rise": 0.1}, {"yearly_rise": 1.5}):
        with pytest.raises(InputError, match="yearly_rise"):
            bill(**base(100, rules=wrong))
    both = {"rule": "demand_with_cap", "cap": 5_000, "indexed": True, "yearly_rise": 0.1}
    with pytest.raises(InputError, match="write one of indexed and yearly_rise"):
        bill(**{**base(100), "appropriation": both})
    rising = bill(takes_effect=2029, **base(100, rules={"yearly_rise": 0.1}))
    said = describe(rising, 2026)
    assert "The dollar amounts rise by 10% a year after the first." in said
    first, third = (base_year_position(standing(), rising, year=year).stage("paid").sum() for year in (2029, 2031))
    assert third == pytest.approx(1.21 * first)


def test_a_phase_in_from_the_law_before_remembers_what_that_paid_in_a_price_and_in_a_run() -> None:
    later = {"phase_in": [0.5, 0.75], "phase_in_from": "previous_law"}
    two = bill(laws=[{"from": 2027, **base(100)}, {"from": 2029, **base(300, rules=later)}])
    ensemble = standing()
    first, second, third, whole = (
        base_year_position(ensemble, two, year=year).stage("paid").sum() for year in (2028, 2029, 2030, 2031)
    )
    assert second / first == pytest.approx(2.0)
    assert third / first == pytest.approx(2.5)
    assert whole / first == pytest.approx(3.0)
    years = {year.fiscal_year: (state, year) for state, year in simulate(ensemble, two, 5)}
    after, _ = years[2029]
    paid_before = years[2028][0].last_payment
    np.testing.assert_array_equal(after.payment_before_law, paid_before)
    np.testing.assert_array_equal(years[2031][0].payment_before_law, paid_before)


def test_a_phase_in_that_ends_before_it_is_whole_is_told() -> None:
    steps = {"phase_in": [0.25, 0.5, 0.75]}
    cut = bill(laws=[{"from": 2028, **base(100, rules=steps)}, {"from": 2029, **base(300)}])
    (told,) = [said for said in describe(cut, 2026) if said.startswith("FY2029")]
    assert told.startswith("FY2029: A bill (law of FY2029) takes the place of A bill; A bill was never paid whole: ")
    assert "after 1 of the 3 years of its phase-in" in told
    assert not any(said.startswith("FY2031") for said in describe(cut, 2026))


def test_a_law_without_a_title_is_called_after_its_year() -> None:
    titles = [line.title for line in bill(laws=[{"from": 2027, **base(100)}, {"from": 2031, **base(300)}]).lines]
    assert titles == ["A bill", "A bill (law of FY2031)"]


def test_a_file_of_one_law_is_the_bill_without_laws() -> None:
    assert bill(laws=[{"from": 2029, **base(100)}]) == bill(takes_effect=2029, **base(100))


def test_a_line_that_the_next_law_has_too_goes_on_and_another_of_its_name_is_another_line() -> None:
    kept, first = {"name": "kept", **base(50)}, {"name": "depth", **base(100)}
    both = bill(
        laws=[
            {"from": 2027, "lines": [kept, first, "grant"]},
            {"from": 2030, "lines": [kept, {**first, **base(200)}, "grant"]},
            {"from": 2034, "lines": [kept]},
        ]
    )
    assert spans(both) == [
        ("kept", 2027, None),
        ("depth", 2027, 2029),
        ("grant", 2027, 2033),
        ("depth_2030", 2030, 2033),
    ]


def test_rules_over_all_lines_are_those_of_their_law() -> None:
    lines = [{"name": "one", **base(100)}, {"name": "two", **base(200)}]
    ruled = bill(
        laws=[
            {"from": 2027, "lines": lines, "rules": {"growth_cap": 0.1}},
            {"from": 2030, "lines": lines, "rules": {"hold_harmless": {"share": 0.9}}},
        ]
    )
    assert [(line.rules.growth_cap, line.rules.hold_harmless is None) for line in ruled.own_lines] == [
        (0.1, True), (0.1, True), (None, False), (None, False),
    ]  # fmt: skip


def test_a_growth_cap_of_a_later_law_counts_what_the_law_before_paid() -> None:
    capped = bill(laws=[{"from": 2027, **base(100)}, {"from": 2031, **base(300, rules={"growth_cap": 0.1})}])
    ensemble = standing()
    before = np.full_like(ensemble.state.cash, 1_000.0)
    nothing = capped.model_copy(update={"lines": ()})
    (line,) = lines_in_force(capped, nothing, 2031, 2026)
    line = line.model_copy(update={"start_year": 2027})
    ledger = paid(ensemble, line, state=trusting(ensemble, last_payment=before)).ledgers["line_0"]
    earned = 300.0 * ensemble.state.counts.offering_schools
    np.testing.assert_allclose(ledger.capped, np.minimum(earned, 1_100.0))


def test_words_say_what_begins_and_ends_when() -> None:
    said = describe(TWO, 2026)
    assert "FY2027: A bill begins." in said
    assert "FY2031: The second law takes the place of A bill." in said
    assert not any(sentence.startswith("FY") for sentence in describe(bill(**base(100)), 2026))
    phased = describe(bill(**base(100, rules={"phase_in": [0.5, 0.75]}, restricted_to=2030)), 2026)
    assert "FY2029: the formula is phased in." in phased
    assert "FY2031: what the formula pays is money without strings." in phased
    early = describe(bill(**base(100, rules={"phase_in": [0.5]}), takes_effect=2024), 2026)
    assert early[1:3] == ["FY2027: the formula begins.", "FY2028: the formula is phased in."]


@pytest.mark.parametrize(
    ("laws", "said"),
    [
        (3, "write a list of laws"),
        ([], "write a list of laws"),
        ([{**base(5)}], "laws.0.from: is missing: the first fiscal year"),
        ([{"from": "2027", **base(5)}], "'2027' is not allowed: the first fiscal year"),
        ([{"from": 2031, **base(5)}, {"from": 2031, **base(6)}], "2031 does not come after 2031"),
        ([{"from": 2031, **base(5, start_year=2029)}], "2029 lies outside the law"),
        ([{"from": 2031}], "is missing; write components, or lines"),
        ([{"from": 2031, **base(5, colour=1)}], "laws.0.colour: unknown key"),
    ],
)
def test_laws_that_cannot_be_read_are_answered(laws: Any, said: str) -> None:
    with pytest.raises(InputError) as told:
        bill(laws=laws)
    assert said in str(told.value)


def test_what_stands_beside_laws_belongs_into_one() -> None:
    with pytest.raises(InputError, match="takes_effect: stands beside laws"):
        bill(laws=[{"from": 2031, **base(5)}], takes_effect=2027)


def test_a_bill_has_a_price_in_any_year_in_which_it_pays() -> None:
    ensemble = standing()
    schools = ensemble.state.counts.offering_schools
    for year, dollars in ((None, 100), (2030, 100), (2031, 300)):
        position = base_year_position(ensemble, TWO, year=year)
        np.testing.assert_allclose(position.stage("paid"), dollars * schools)
    law = ensemble.current_law
    refuse_empty(TWO, law, 2026, 2040)
    with pytest.raises(InputError, match="year: 2026 lies before FY2027"):
        refuse_empty(TWO, law, 2026, 2026)
    with pytest.raises(InputError, match="no line of formula 'bill' pays in FY2031"):
        refuse_empty(bill(**base(5, sunset_year=2030)), law, 2026, 2031)


def test_a_price_of_a_later_year_counts_from_what_the_bill_paid_the_year_before() -> None:
    """$100 a school rises to at most $110 under the second law, whatever current law paid in the base year."""
    ensemble = standing()
    later = {"from": 2031, **base(300, rules={"growth_cap": 0.1})}
    capped = bill(laws=[{"from": 2027, **base(100)}, later])
    schools = ensemble.state.counts.offering_schools
    for year, dollars in ((2030, 100.0), (2031, 110.0), (2032, 121.0)):
        np.testing.assert_allclose(base_year_position(ensemble, capped, year=year).stage("paid"), dollars * schools)


def test_a_price_of_a_later_year_draws_on_what_the_years_before_left_of_a_reserve() -> None:
    """Of a reserve of one and a half times what is missing each year, a whole is drawn in the first, the half that is
    left in the second, and nothing in the third."""
    ensemble = standing()
    owed = float(100.0 * ensemble.state.counts.offering_schools[0].sum())
    missing = owed / 10.0
    short = base(100, appropriation={"rule": "fixed", "dollars": owed - missing}, reserve={"start": 1.5 * missing})
    for year, drawn, held in ((2027, 1.0, 0.5), (2028, 0.5, 0.0), (2029, 0.0, 0.0)):
        ledger = base_year_position(ensemble, bill(**short), year=year).ledgers["bill"]
        np.testing.assert_allclose(ledger.reserve.drawn[0] / missing, drawn, atol=1e-9)
        np.testing.assert_allclose(ledger.reserve.balance[0] / missing, held, atol=1e-9)
        np.testing.assert_allclose(ledger.spent[0], owed + (drawn - 1.0) * missing)


def test_payments_that_fall_under_a_growth_cap_beside_a_phase_in_are_told() -> None:
    """From nothing: a quarter of 1.05 times last year's payment, then a half of 1.05 times that: 0.525 of the quarter,
    then the whole, 1.05 times as much. From the base year's payment nothing falls, nor without a cap."""
    ensemble = standing()
    rules = {"growth_cap": 0.05, "phase_in": [0.25, 0.5], "phase_in_from": "nothing"}
    (fall,) = falls(ensemble, bill(**base(1e6, rules=rules)))
    assert (fall.fiscal_year, round(fall.after / fall.before, 9)) == (2028, 0.525)
    check: Any = SimpleNamespace(falls=(fall,))
    assert "owed less in FY2028 than the year before" in fall_sentences(check)[0]
    assert falls(ensemble, bill(**base(1e6, rules={**rules, "phase_in_from": "base_year"}))) == []
    assert falls(ensemble, bill(**base(1e6, rules={**rules, "growth_cap": None}))) == []
