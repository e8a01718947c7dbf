"""What a district may expect of a yearly competition, against drawings of it and against cases that can be counted."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import (
    formula_of,
    line_of,
    made_up,
    new_mexico_ensemble,
    parameters_from,
    shipped,
    sparse,
    steps,
    warmed_up,
)
from small_world import context_of, counts_of, small_world

from sim.arrays import Array, state_total
from sim.engine.mesa_model import CTEModel
from sim.engine.state import take_run
from sim.engine.static import static_score
from sim.funding.components.expected_awards import chance_of_winning, expected_shares
from sim.funding.components.grants import CompetitiveGrant

WITHIN = 1e-6
"""Of the pot: the error that the numerical rules may have at settings like the pilot's."""


def district(values: list[float]) -> Array:
    return np.array(values)[:, np.newaxis]


def drawn(sizes: list[float], capacity: Array, times: int, winners: float, persistence: float, spread: float) -> Array:
    """Shares of the pot in many drawings of the component itself, ``[times, D, 1]``."""
    counts = counts_of([{"schools": 1, "participants": size} for size in sizes])
    noise = np.random.default_rng(1).standard_normal((times, len(sizes), 1))
    grant = CompetitiveGrant(pot=1.0, winners=winners, size_power=1.0, persistence=persistence, spread=spread)
    context = context_of(small_world(len(sizes)), counts, award_noise=noise, award_capacity=capacity)
    awards: Array = grant.prices(context, None).per_district  # type: ignore[arg-type]
    return awards


@given(
    sizes=st.lists(st.floats(0.0, 500.0).map(lambda size: round(size)), min_size=1, max_size=6).map(
        lambda sizes: [float(size) for size in sizes]
    ),
    winners=st.floats(0.05, 1.0),
    spread=st.floats(0.0, 2.0),
    seed=st.integers(0, 100),
)
def test_where_luck_moves_only_who_wins_every_outcome_can_be_counted(
    sizes: list[float], winners: float, spread: float, seed: int
) -> None:
    """With no persistence the size of a claim is known and each district wins with the same chance."""
    capacity = np.random.default_rng(seed).standard_normal((len(sizes), 1))
    claims = district(sizes) * np.exp(spread * capacity)
    by_hand = np.zeros_like(claims)
    for won in product((False, True), repeat=len(sizes)):
        chance = np.prod([winners if one else 1.0 - winners for one in won])
        counted = claims * district([float(one) for one in won])
        counted = counted if counted.sum() > 0.0 else claims
        by_hand += chance * counted / max(counted.sum(), 1e-300)
    found = expected_shares(district(sizes), capacity, winners, 0.0, spread)
    np.testing.assert_allclose(found, by_hand, atol=WITHIN)


@pytest.mark.parametrize(
    ("winners", "persistence", "spread"),
    [(0.6, 0.7, 0.9), (0.2, 0.5, 1.5), (0.9, 1.0, 0.5), (1.0, 0.4, 1.0), (0.05, 0.9, 0.9)],
)
def test_the_expectation_is_the_mean_of_many_drawings(winners: float, persistence: float, spread: float) -> None:
    sizes = [20.0, 90.0, 350.0, 0.0, 1200.0, 60.0, 45.0]
    capacity = np.random.default_rng(3).standard_normal((len(sizes), 1))
    shares = drawn(sizes, capacity, 60_000, winners, persistence, spread)
    found = expected_shares(district(sizes), capacity, winners, persistence, spread)
    error = shares.std(axis=0) / np.sqrt(len(shares))
    assert (np.abs(shares.mean(axis=0) - found) <= 4.5 * error + WITHIN).all()


@given(
    number=st.integers(1, 40),
    winners=st.floats(0.01, 1.0),
    persistence=st.floats(0.0, 1.0),
    spread=st.floats(0.0, 5.0),
    seed=st.integers(0, 1000),
)
@settings(max_examples=40)
def test_expected_shares_sum_to_one_and_do_not_depend_on_the_batch(
    number: int, winners: float, persistence: float, spread: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    sizes = np.round(rng.gamma(0.3, 2000.0, (3, number, 1))) * (rng.random((3, number, 1)) < 0.8)
    capacity = rng.standard_normal((3, number, 1))
    together = expected_shares(sizes, capacity, winners, persistence, spread)
    assert (together >= 0.0).all()
    assert (together[sizes == 0.0] == 0.0).all()
    offers = (sizes > 0.0).any(axis=(1, 2))
    np.testing.assert_allclose(together.sum(axis=(1, 2)), offers * 1.0, rtol=1e-12)
    for run in range(3):
        alone = expected_shares(sizes[run], capacity[run], winners, persistence, spread)
        assert np.array_equal(alone, together[run])


@given(winners=st.floats(0.01, 0.99), persistence=st.floats(0.0, 0.99), capacity=st.floats(-3.0, 3.0))
def test_the_chance_of_winning_is_that_of_the_normal_distribution(
    winners: float, persistence: float, capacity: float
) -> None:
    from statistics import NormalDist

    normal = NormalDist()
    lacking = (normal.inv_cdf(1.0 - winners) - persistence * capacity) / np.sqrt(1.0 - persistence**2)
    found = chance_of_winning(district([capacity]), winners, persistence)
    assert found.item() == pytest.approx(1.0 - normal.cdf(lacking), abs=WITHIN)


def test_the_reference_is_what_current_law_is_expected_to_pay_for_the_counts_of_the_base_year() -> None:
    ensemble = new_mexico_ensemble(6, 3)
    expected, paid = ensemble.state.base_payment, ensemble.base.settlement.joint_paid
    assert ensemble.state.last_payment is expected
    scored = static_score(ensemble, shipped("status_quo"))
    own = [ledger for name, ledger in scored.ledgers.items() if shipped("status_quo").line(name).joint]
    np.testing.assert_array_equal(sum(ledger.paid for ledger in own), expected)
    # The pot is the same, drawn or expected, and the other lines pay the same but for what prices knew of the counts.
    grants, drawn = scored.ledgers["nextgen_pilot"].paid, ensemble.base.settlement.ledgers["nextgen_pilot"].paid
    np.testing.assert_allclose(state_total(grants), state_total(drawn), rtol=1e-9)
    np.testing.assert_allclose(state_total(expected), state_total(paid), rtol=2e-2)
    # Every district that may win expects something, also where it has not won.
    offers = ensemble.state.counts.total("participants") > 0.0
    assert (drawn[offers] == 0.0).any()
    assert (grants[offers] > 0.0).all()
    assert (grants[~offers] == 0.0).all()


def test_both_drivers_hand_on_the_same_reference() -> None:
    world = made_up(5, 7)
    parameters = sparse(parameters_from(world, 5, 2, 0.0), world)
    rich = line_of(
        components=[{"kind": "per_student", "count": "participants", "dollars": 1e6}],
        appropriation={"rule": "full"},
        rules={"growth_cap": 0.05},
    )
    law, late = shipped("status_quo"), formula_of(rich, takes_effect=2029)
    batch = steps(warmed_up(world, parameters, 9, (0, 1), 4), late, 4)
    for run in range(2):
        model = CTEModel(world, take_run(parameters, run), law, late, 9, run, 4)
        for step in batch:
            model.step()
            assert np.array_equal(model.state.last_payment, step.after.last_payment[run])
            assert np.array_equal(model.state.base_payment, step.after.base_payment[run])
    first = batch[2].year.settlement.ledgers["line_0"].capped
    before, served = batch[1].after, batch[2].after.counts.total("participants") > 0.0
    assert batch[1].year.fiscal_year == 2028
    # The cap counts no luck of FY2028's competition, but the same money in all.
    handed_on = first / 1.05
    assert not np.allclose(handed_on, before.last_payment)
    np.testing.assert_allclose(state_total(handed_on * served), state_total(before.last_payment * served), rtol=0.05)
