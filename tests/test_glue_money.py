"""What a dollar meets on its way from a line to what a district expects and is paid: each factor, once."""

from dataclasses import replace

import builders
import numpy as np
import pytest
from money_of_a_year import PER_CONCENTRATOR, PER_CREDENTIAL, PER_SCHOOL, announced, believed, paid, trusting

from sim.arrays import ZERO, Array, district_total, state_total
from sim.behavior.beliefs import persistence
from sim.engine.ensemble import Ensemble


@pytest.fixture(scope="module")
def standing() -> Ensemble:
    return builders.standing()


def alike(one: Array, other: Array) -> bool:
    """The same numbers wherever both are spread over districts and clusters."""
    return bool(np.isclose(one, other, rtol=1e-9).all())


def lasts(standing: Ensemble, recurring: bool = True) -> Array:
    return persistence(recurring, standing.parameters.beliefs)


@pytest.mark.parametrize("recurring", [True, False])
def test_a_price_is_believed_by_trust_for_as_long_as_it_lasts_and_as_far_as_it_reaches(
    standing: Ensemble, recurring: bool
) -> None:
    line = builders.line(components=PER_CONCENTRATOR, recurring=recurring, pathway_share=0.5)
    found = believed(standing, line)
    assert alike(found.per_concentrator, 1000 * 0.8 * 0.5 * lasts(standing, recurring))
    assert found.concentrator_price == pytest.approx(1000 * 0.8 * 0.5)
    assert found.per_participant is ZERO


def test_a_credentials_price_meets_trust_and_reach_once(standing: Ensemble) -> None:
    line = builders.line(components=PER_CREDENTIAL, pathway_share=0.5)
    found, mix = believed(standing, line), standing.premises.tier_mix
    usual = 200 * mix[0] + 400 * mix[1] + 600 * mix[2]
    assert alike(found.credential_price, 0.8 * 0.5 * usual)
    assert alike(found.credential_value, 0.8 * 0.5 * lasts(standing) * usual)
    assert [price.max() for price in found.credential_prices] == pytest.approx([80.0, 160.0, 240.0])


def test_effort_answers_real_prices_and_decisions_dollars_of_the_year(standing: Ensemble) -> None:
    plain, dear = (believed(standing, builders.line(components=PER_CONCENTRATOR), index=index) for index in (1.0, 2.0))
    assert dear.concentrator_price == pytest.approx(0.5 * plain.concentrator_price)
    assert dear.per_concentrator == pytest.approx(plain.per_concentrator)


def test_money_without_strings_is_credited_in_part_and_the_rest_stays_in_the_general_fund(standing: Ensemble) -> None:
    line = builders.line(components=PER_SCHOOL, oversight="general", pathway_share=0.8)
    found = believed(standing, line)
    arrives = 0.8 * 0.8 * 10_000 * standing.state.counts.offering_schools
    assert found.free == pytest.approx(arrives * standing.premises.credit)
    assert found.free + found.uncredited == pytest.approx(arrives)
    assert not found.restricted.any()


@pytest.mark.parametrize(("share", "restricted"), [(1.0, 1.0), (0.6, 0.6)])
def test_the_share_that_must_be_spent_on_cte_is_credited_whole(
    standing: Ensemble, share: float, restricted: float
) -> None:
    line = builders.line(components=PER_SCHOOL, oversight="general", rules={"spend_on_cte": share})
    found = believed(standing, line)
    whole = 0.8 * 10_000 * standing.state.counts.offering_schools
    assert found.free == pytest.approx(whole * (restricted + (1 - restricted) * standing.premises.credit))


def test_a_lump_sum_is_expected_once_and_promises_no_year_of_a_site(standing: Ensemble) -> None:
    """A lottery award is no annuity: it is no price, and of a grant that may end only a part may hire."""
    award = builders.line(
        components=[{"kind": "competitive_grant"}],
        appropriation={"rule": "fixed", "dollars": 2_000_000},
        oversight="monitored",
        recurring=False,
    )
    found = believed(standing, award)
    for price in (found.per_site, found.per_school, found.per_participant, found.per_concentrator):
        assert price is ZERO
    assert found.expected.sum() > 0
    assert found.lasting == pytest.approx(found.expected * lasts(standing, False))
    assert (lasts(standing, False) < lasts(standing, True)).all()


def test_a_lump_sum_comes_once_whatever_is_planned_and_of_prices_what_does_not_last(standing: Ensemble) -> None:
    schools = standing.state.counts.offering_schools
    lump = believed(standing, builders.line(components=PER_SCHOOL))
    assert lump.expected == pytest.approx(0.8 * 10_000 * schools)
    assert lump.lasting == pytest.approx(lump.expected * lasts(standing))
    priced = believed(standing, builders.line(components=PER_CONCENTRATOR))
    earned = 0.8 * 1000 * district_total(standing.state.counts.concentrators)
    assert priced.expected == pytest.approx(earned * (1 - lasts(standing)))
    assert not priced.lasting.any()
    assert priced.restricted == pytest.approx(earned)


def test_twice_the_lump_sum_is_twice_the_money(standing: Ensemble) -> None:
    one, two = (
        believed(standing, builders.line(components=[{"kind": "base", "per_school": dollars}]))
        for dollars in (10_000, 20_000)
    )
    for name in ("expected", "lasting", "restricted"):
        assert getattr(two, name) == pytest.approx(2 * getattr(one, name))


def test_what_is_remembered_is_real(standing: Ensemble) -> None:
    """A line that pays the same dollars at twice the prices is remembered at half, and expected in dollars again."""
    line, memory = builders.line(components=PER_SCHOOL), standing.parameters.books.receipts_memory
    before = trusting(standing, remembered={"line_0": np.full_like(standing.state.cash, 7000.0)})
    found = paid(standing, line, state=before, index=2.0)
    part = 10_000 * standing.state.counts.offering_schools / 2.0
    assert found.remembered["line_0"] == pytest.approx(7000 + memory * (part - 7000))
    later = trusting(standing, remembered=found.remembered)
    expected = believed(standing, line, state=later, index=3.0).expected
    assert expected == pytest.approx(3.0 * found.remembered["line_0"])


def test_only_what_no_price_pays_is_remembered(standing: Ensemble) -> None:
    line = builders.line(components=[*PER_CONCENTRATOR, *PER_SCHOOL])
    found = paid(standing, line)
    assert found.remembered["line_0"] == pytest.approx(10_000 * standing.state.counts.offering_schools)


def test_payments_reach_cte_by_their_pathway_share_and_credit(standing: Ensemble) -> None:
    restricted = builders.line(components=PER_SCHOOL, pathway_share=0.7)
    free = builders.line(components=PER_SCHOOL, oversight="general")
    found = paid(standing, restricted, free)
    one, two = found.ledgers["line_0"].paid, found.ledgers["line_1"].paid
    assert found.restricted == pytest.approx(0.7 * one)
    assert found.free == pytest.approx(two * standing.premises.credit)
    assert found.reaching_cte == pytest.approx(found.restricted + found.free)
    assert found.restricted + found.free + found.not_sticking == pytest.approx(0.7 * one + two)
    assert found.state_paid == pytest.approx(one + two)


def test_neither_federal_nor_background_money_is_the_states_bill(standing: Ensemble) -> None:
    federal = builders.line(components=PER_SCHOOL, fund="Federal")
    background = builders.line(components=PER_SCHOOL, background=True)
    found = paid(standing, federal, background, builders.line(components=PER_SCHOOL))
    assert found.state_paid == pytest.approx(found.ledgers["line_2"].paid)
    assert found.reaching_cte == pytest.approx(3 * found.ledgers["line_2"].paid)


def test_trust_in_a_line_follows_its_own_proration(standing: Ensemble) -> None:
    owed = float(state_total(10_000 * standing.state.counts.offering_schools).max())
    half = builders.line(components=PER_SCHOOL, appropriation={"rule": "fixed", "dollars": 0.5 * owed})
    found = paid(standing, half, builders.line(components=PER_SCHOOL))
    rate = standing.parameters.beliefs.learning_rate
    offering = standing.state.counts.offering > 0
    share = np.broadcast_to(found.ledgers["line_0"].proration, offering.shape)
    assert (share < 0.75).all()
    assert found.trust["line_0"][offering] == pytest.approx((0.8 + rate * (share - 0.8))[offering])
    assert found.trust["line_1"][offering] == pytest.approx((0.8 + rate * 0.2 + 0.0 * share)[offering])


def test_a_new_line_meets_the_trust_that_a_new_line_meets(standing: Ensemble) -> None:
    state = trusting(standing, lines=0)
    found = believed(standing, builders.line(components=PER_CONCENTRATOR), state=state)
    assert alike(found.concentrator_price, 1000 * standing.parameters.beliefs.initial_trust)


def test_what_is_paid_is_what_is_reported_of_this_year_or_of_last(standing: Ensemble) -> None:
    more = replace(standing.state.counts, concentrators=1.5 * standing.state.counts.concentrators)
    now = builders.line(components=PER_CONCENTRATOR)
    lagged = builders.line(components=PER_CONCENTRATOR, rules={"count_lag": 1})
    found = paid(standing, now, lagged, counts=more)
    before = 1000 * district_total(standing.state.counts.concentrators)
    assert found.ledgers["line_0"].paid == pytest.approx(1.5 * before)
    assert found.ledgers["line_1"].paid == pytest.approx(before)


def test_an_unfunded_weight_makes_every_unit_worth_less_and_a_cut_all_alike(standing: Ensemble) -> None:
    weight = [{"kind": "seg_weight", "count": "concentrators", "weight": 0.25, "funded": False}]
    plain = announced(standing)
    diluted = announced(standing, builders.line(components=weight, oversight="general"))
    assert plain.unit_value == pytest.approx(plain.undiluted_value)
    assert (diluted.unit_value < diluted.undiluted_value).all()
    assert diluted.undiluted_value == pytest.approx(plain.undiluted_value)
    cut = announced(standing, formula_cut=np.full((1, 1, 1), 0.1))
    assert cut.unit_value == pytest.approx(0.9 * plain.unit_value)
    dear = announced(standing, index=1.5)
    assert dear.unit_value == pytest.approx(1.5 * plain.unit_value)
