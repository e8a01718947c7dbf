"""What forecasts have missed elsewhere, in the intervals of a study: how it is told, what it does, what it leaves."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from fake_results import fake_results, fake_world
from scipy.special import ndtri
from scipy.stats import norm

from sim.arrays import Array
from sim.inputs import InputError
from sim.parameters.posterior import load_posterior
from sim.report.compare.figure_credentials import measures, tier_shares
from sim.report.compare.summary import summary
from sim.report.shared.discrepancy import (
    COUNTED,
    KIND_OF,
    MONEY,
    Factors,
    elasticities,
    money_shown,
    shown,
)
from sim.report.shared.intervals import COVERS, bands
from sim.report.shared.panel import Panel
from sim.report.stress.shortfall import SHORT, shortfall
from sim.results.discrepancy import ALL_KINDS, P90, CarriedDiscrepancy, Spread, read_discrepancy
from sim.results.schema import STATE
from sim.study.assessment.discrepancy import GRID, LEAN, Discrepancy, carried, of_another_kind
from sim.study.assessment.response import response_spread
from sim.study.running.runner import carried as carried_by
from sim.study.setup.settings import read_settings

SURE = Spread(sigma=0.3, low=0.2999, high=0.3001, cases=4)
WIDE = Spread(sigma=0.3, low=0.1, high=0.9, cases=2)


def told(response: Spread = WIDE, level: Spread = WIDE) -> CarriedDiscrepancy:
    return CarriedDiscrepancy(levels={ALL_KINDS: level, "credentials": SURE}, response=response, years=4.0)


@pytest.fixture(scope="module")
def panels() -> tuple[Panel, Panel]:
    """The same made-up results without and with a discrepancy."""
    plain, with_it = (fake_results(fake_world(), draws=60, horizon=12) for _ in range(2))
    with_it.manifest.discrepancy = told()  # type: ignore[misc]
    return Panel(plain), Panel(with_it)


# What is done to draws.


def draws(seed: int) -> tuple[Array, Array, Array]:
    """Two formulas of 200 draws in three years beside current law, one above it and one on both sides of it."""
    random = np.random.default_rng(seed)
    own = 100.0 + 5.0 * random.standard_normal((200, 3))
    values = own + np.stack([np.zeros((200, 3)), np.abs(random.normal(10, 4, (200, 3))), random.normal(0, 5, (200, 3))])
    return values, own, random.lognormal(0.0, 0.3, (2, 200, 1))


def test_a_formula_that_is_current_law_stays_it_and_effects_keep_sign_and_mean() -> None:
    values, own, (level, response) = draws(1)
    found = shown(values, own, level, response)
    was, now = values - own, found - found[0]
    np.testing.assert_array_equal(found[0], shown(own[None], own, level, response)[0])
    assert (np.sign(now[1]) == np.sign(was[1])).all()
    assert (np.sign(now[2]) == np.sign(was[2])).all()
    np.testing.assert_allclose(found.mean(axis=1), values.mean(axis=1))
    np.testing.assert_allclose(now.mean(axis=1), was.mean(axis=1), atol=1e-9)


def test_an_effect_is_as_much_larger_as_the_factors_say() -> None:
    # Without chance in it an effect of 10 becomes 10 times level and response, over their mean.
    own, level, response = np.full((3, 1), 100.0), np.array([[1.0], [1.0], [1.0]]), np.array([[0.5], [1.0], [1.5]])
    found = shown(own[None] + [[[10.0]]], own, level, response)
    np.testing.assert_allclose(found[0, :, 0], [105.0, 110.0, 115.0])
    # With no effect to be larger or smaller, the level alone is left.
    level = np.array([[0.8], [1.0], [1.2]])
    np.testing.assert_allclose(shown(own[None], own, level, response)[0, :, 0], [80.0, 100.0, 120.0])
    np.testing.assert_allclose(shown(own[None], None, level, response)[0, :, 0], [80.0, 100.0, 120.0])


def test_a_draw_without_a_value_leaves_the_others_theirs() -> None:
    own = np.array([[1.0], [2.0], [np.nan], [3.0]])
    found = shown(own[None], own, np.array([[0.5], [1.0], [9.0], [1.5]]), np.ones((4, 1)))[0, :, 0]
    assert np.isnan(found[2])
    np.testing.assert_allclose(found[[0, 1, 3]], np.array([0.5, 2.0, 4.5]) * 6.0 / 7.0)


def test_nothing_falls_below_zero() -> None:
    own = np.full((4, 1), 10.0)
    found = shown(own[None] - 9.0, own, np.ones((4, 1)), np.array([[0.1], [0.5], [1.4], [2.0]]))
    # Of 36 in all three draws cannot lose more than the 10 that they have, and the first loses the rest.
    np.testing.assert_allclose(found[0, :, 0], [4.0, 0.0, 0.0, 0.0], atol=1e-12)
    np.testing.assert_array_equal(shown(0.0 * own[None], own, np.array([[0.5], [1.0], [1.0], [2.0]]), own), 0.0)


def test_a_draw_that_would_fall_below_zero_turns_no_effect_of_another() -> None:
    own, values = np.full((5, 1), 100.0), np.array([[[1.0], [1.0], [60.0], [100.0], [104.0]]])
    level, response = np.array([[1.2], [0.8], [1.0], [1.0], [1.0]]), np.array([[0.4], [3.0], [1.0], [2.0], [1.2]])
    apart = shown(values, own, level, response) - shown(own[None], own, level, response)
    np.testing.assert_array_equal(np.sign(apart), np.sign(values - own))
    assert apart.mean() == pytest.approx((values - own).mean())


def test_a_level_goes_its_way_within_the_years_of_the_records() -> None:
    factors = Factors(told(), 1, 100, np.arange(-1, 9))
    level = np.log(factors.level("credentials"))
    np.testing.assert_array_equal(level[:, :2], 0.0)  # up to the base year counts are as they were counted
    np.testing.assert_allclose(level[:, 2], level[:, 5] / 2.0)  # a quarter of the years, half of the deviation
    np.testing.assert_array_equal(level[:, 5], level[:, 9])
    assert level[:, 5].std() == pytest.approx(0.3, rel=0.03)
    assert np.corrcoef(level[:, 5], np.log(factors.level("participants")[:, 5]))[0, 1] == pytest.approx(0.0, abs=0.3)
    np.testing.assert_array_equal(factors.level("participants"), factors.level("pathways"))


def test_the_end_of_a_central_90_percent_is_that_of_the_normal_distribution() -> None:
    assert float(ndtri(0.95)) == P90


def test_an_uncertain_deviation_is_as_wide_as_all_that_it_may_be() -> None:
    assert SURE.predictive == pytest.approx(0.3, rel=1e-3)
    random = np.random.default_rng(2)
    sigma = 0.3 * 9.0 ** (random.standard_normal(400_000) / (2 * 1.6449))
    far = np.quantile(sigma * random.standard_normal(400_000), 0.95)
    assert WIDE.predictive * 1.6449 == pytest.approx(far, rel=0.02)
    assert WIDE.predictive > SURE.predictive


# Money.


def money(per_student: float, lump: float, voted: float | None) -> tuple[dict[str, Array], Array, Array]:
    """A law that pays so much for each of about 1,000 students and a sum besides; ``voted`` None: whatever is owed."""
    students = 1_000.0 + 40.0 * np.random.default_rng(3).standard_normal((1, 300, 2))
    owed = per_student * students + lump
    paid = owed if voted is None else np.minimum(owed, voted)
    columns = dict.fromkeys(MONEY, paid)
    columns |= {"entitlement": owed, "appropriation": paid if voted is None else np.full_like(paid, voted)}
    columns["proration"] = paid / owed
    factor = np.exp(0.3 * np.random.default_rng(4).standard_normal((300, 1)))
    return columns, students, students * factor / factor.mean()


def shown_money(column: str, columns: dict[str, Array], before: Array, after: Array) -> Array:
    other = np.ones_like(before)
    return money_shown(column, columns, [before, other + 0.01 * before / 1_000.0], [after, other])


def test_money_moves_as_far_as_the_law_pays_by_the_count() -> None:
    students = money(1.0, 0.0, None)[1]
    random = np.random.default_rng(5).standard_normal(students.shape)
    counted = [students, 50.0 + random]
    # A count that does not move, or moves as another does, takes nothing from what is told of the other.
    alone, none = elasticities(900.0 * students, [students, 0.0 * students])
    assert (alone[0], none[0]) == (pytest.approx(1.0), 0.0)
    both = elasticities(900.0 * students, [students, 0.5 * students])
    assert (both[0][0], both[1][0]) == (pytest.approx(0.5), pytest.approx(0.5))
    # No law is followed farther than its count goes, as one by steps would be.
    assert sum(part[0] for part in elasticities(students**2, counted)) == pytest.approx(1.0)
    assert [part[0] for part in elasticities(900.0 * students[:, :1], [one[:, :1] for one in counted])] == [0.0, 0.0]
    for per_student, lump, expected in ((900.0, 0.0, 1.0), (0.0, 9e5, 0.0), (450.0, 4.5e5, 0.5)):
        owed = per_student * students + lump
        first, second = elasticities(owed, counted)
        assert (first[0], second[0]) == (pytest.approx(expected, abs=0.01), pytest.approx(0.0, abs=0.01))


def test_a_law_without_a_limit_owes_and_pays_what_is_counted() -> None:
    columns, before, after = money(900.0, 0.0, None)
    counted = [before, 1.0 + 0.0 * before + np.random.default_rng(6).standard_normal(before.shape) * 0.01]
    owed, paid = (money_shown(name, columns, counted, [after, counted[1]]) for name in ("entitlement", "state_cost"))
    np.testing.assert_allclose(owed / columns["entitlement"], after / before, rtol=0.03)
    np.testing.assert_allclose(paid.mean(), columns["state_cost"].mean())
    assert paid.std() > 4.0 * columns["state_cost"].std()


def test_a_line_without_a_limit_is_paid_in_full_beside_one_that_is_limited() -> None:
    columns, before, after = money(900.0, 0.0, None)
    # Beside what is paid in full stands a line that is voted 9,000 and owes 10,000 whatever is counted.
    free = columns["state_cost"]
    columns |= {"entitlement": free + 10_000.0, "state_cost": free + 9_000.0, "appropriation": free + 9_000.0}
    columns["proration"] = columns["state_cost"] / columns["entitlement"]
    counted, then = [before, 1.0 + 0.0 * before], [after, 1.0 + 0.0 * before]
    share, held = (money_shown("proration", columns, counted, then, of) for of in (free, 0.0))
    assert share.min() > 0.95
    assert held.min() < 0.8


def test_years_without_a_limit_pay_what_they_owe_whatever_other_years_tell() -> None:
    columns, before, after = money(900.0, 0.0, None)
    # Years of a law that owes more than it pays, a sum, stand beside those of one that pays what it owes.
    years = {name: np.concatenate([values, values], axis=-1) for name, values in columns.items()}
    last = years["entitlement"].shape[-1] // 2
    for name in ("state_cost", "appropriation"):
        years[name][..., :last] = 5e5
    years["proration"] = years["state_cost"] / years["entitlement"]
    twice = [np.concatenate([one, one], axis=-1) for one in (before, after)]
    counted, then = [twice[0], 1.0 + 0.0 * twice[0]], [twice[1], 1.0 + 0.0 * twice[0]]
    owed, paid, share = (money_shown(name, years, counted, then) for name in ("entitlement", "state_cost", "proration"))
    np.testing.assert_allclose(owed[..., last:], paid[..., last:])
    np.testing.assert_allclose(share[..., last:], 1.0)


def test_nothing_is_paid_beyond_what_is_voted_and_the_mean_stays() -> None:
    columns, before, after = money(900.0, 0.0, 905_000.0)
    counted = [before, 1.0 + np.random.default_rng(6).standard_normal(before.shape) * 0.01]
    found = {name: money_shown(name, columns, counted, [after, counted[1]]) for name in MONEY}
    assert found["state_cost"].max() <= 905_000.0 * (1 + 1e-12)
    np.testing.assert_allclose(found["state_cost"].mean(axis=1), columns["state_cost"].mean(axis=1))
    np.testing.assert_allclose(found["entitlement"].mean(axis=1), columns["entitlement"].mean(axis=1))
    owed, paid = found["entitlement"], found["state_cost"]
    np.testing.assert_allclose(found["proration"], np.minimum(paid / owed, 1.0))
    assert found["entitlement"].std() > 4.0 * columns["entitlement"].std()
    assert (found["proration"] <= 1.0).all()
    assert found["proration"].min() < columns["proration"].min()


# A panel.


def test_every_statewide_interval_widens_about_the_same_mean(panels: tuple[Panel, Panel]) -> None:
    plain, with_it = panels
    wider = 0
    for column in ("concentrators_taught", "concentrators", "credentials", "participants", "pathways", "instructors"):
        was, now = bands(plain.state(column)), bands(with_it.state(column))
        np.testing.assert_allclose(now.mean, was.mean, rtol=1e-9)
        wider += int((now.p95 - now.p05)[:, -1].mean() > 1.2 * (was.p95 - was.p05)[:, -1].mean())
        np.testing.assert_allclose(with_it.state(column)[:, :, 0], plain.state(column)[:, :, 0])  # the base year
    assert wider == 6
    assert plain.covers == COVERS != with_it.covers


def test_no_more_than_what_is_owed_is_said_to_be_paid(panels: tuple[Panel, Panel]) -> None:
    for panel in panels:
        for formula in range(len(panel.formulas)):
            found = shortfall(panel, panel, formula)
            assert found.lowest_share.max() <= 1.0
            assert found.worst_shortfall.min() >= 0.0
            np.testing.assert_array_equal(found.short, found.lowest_share < 1.0 - SHORT)


def test_what_no_case_tells_of_is_left_alone(panels: tuple[Panel, Panel]) -> None:
    plain, with_it = panels
    untouched = [c.name for c in STATE if c.name not in KIND_OF and c.name not in MONEY]
    assert {"membership", "price_index", "trust", "revenue"} <= set(untouched)
    for column in ("membership", "price_index", "trust", "revenue"):
        np.testing.assert_array_equal(plain.state(column), with_it.state(column))


def test_a_share_of_one_count_in_another_carries_none(panels: tuple[Panel, Panel]) -> None:
    # Two counts that go their own ways make no share: with an exam more pathways than there are.
    plain, with_it = panels
    for part, whole in (("exam_pathways", "pathways"), ("credentials", "credential_attempts")):
        np.testing.assert_array_equal(plain.share(part, whole), with_it.share(part, whole))
        np.testing.assert_allclose(plain.share(part, whole), plain.state(part) / plain.state(whole))
    steps = {step.title: step.values for step in measures(with_it)}
    np.testing.assert_array_equal(steps["Pathways with a paid exam"], plain.share("exam_pathways", "pathways"))
    np.testing.assert_array_equal(steps["Exams passed"], plain.share("credentials", "credential_attempts"))
    np.testing.assert_array_equal(tier_shares(with_it), tier_shares(plain))
    assert np.nanmax(steps["Pathways with a paid exam"]) <= 1.0


def test_districts_and_clusters_carry_the_discrepancy_of_the_state(panels: tuple[Panel, Panel]) -> None:
    plain, with_it = panels
    for of in ("clusters", "districts"):
        was, now = getattr(plain, of)("concentrators_taught"), getattr(with_it, of)("concentrators_taught")
        assert now.shape == was.shape
        np.testing.assert_allclose(now.mean(axis=1), was.mean(axis=1), rtol=1e-9)
        assert not np.allclose(now, was)


def test_means_of_the_summary_are_those_of_the_simulated_draws() -> None:
    plain, with_it = (fake_results(fake_world(), draws=60, horizon=12) for _ in range(2))
    with_it.manifest.discrepancy = told()  # type: ignore[misc]
    linear = ["concentrators_taught", "credentials", "participants", "state_cost"]
    one, other = (
        found[found["metric"].isin(linear)].set_index(["formula", "metric", "period"])
        for found in (summary(plain), summary(with_it))
    )
    for column in ("mean", "difference_mean"):
        np.testing.assert_allclose(one[column], other[column].loc[one.index], rtol=1e-6, atol=1e-6)
    late = pd.IndexSlice[:, "concentrators_taught", "final year"]
    wide = [found.sort_index().loc[late, "p95"] - found.sort_index().loc[late, "p05"] for found in (one, other)]
    assert len(wide[0]) > 1
    assert (wide[1] > wide[0]).all()


# What is told, and stored.


def test_the_size_of_a_response_is_told_by_changes_that_were_missed() -> None:
    # Ten cases whose true change is the forecast one times a lognormal factor of 0.5, told without error.
    random = np.random.default_rng(7)
    sample = 1.4 + 0.01 * random.standard_normal((500, 30))
    cases = [f"case {number}" for number in range(30)]
    factor = np.exp(0.5 * random.standard_normal(30))
    found = response_spread(sample, 1.0 + 0.4 * factor, np.ones(30), np.full(30, 0.02), cases)
    assert found.low < 0.5 < found.high
    assert found.sigma == pytest.approx(0.5, abs=0.12)
    # The factor is of mean one, as it is carried: forecasts that are too large by its half variance tell less.
    usual, larger = (1.0 + 0.4 * np.exp(0.8 * norm.ppf((np.arange(30) + 0.5) / 30) - less) for less in (0.0, 0.32))
    others = [response_spread(sample, seen, np.ones(30), np.full(30, 0.02), cases) for seen in (usual, larger)]
    assert others[0].sigma > 1.1 * others[1].sigma
    exact = response_spread(sample, 1.0 + 0.4 * np.ones(30), np.ones(30), np.full(30, 0.02), cases)
    assert exact.sigma < 0.5 * found.sigma
    # A change that is neither forecast nor larger than its tolerance tells nothing: the prior is left.
    nothing = response_spread(np.ones((500, 3)), np.full(3, 1.001), np.ones(3), np.full(3, 0.1), cases[:3])
    assert nothing.sigma == pytest.approx(0.5, rel=0.05)
    levels = response_spread(sample[:, :2], np.ones(2), np.full(2, np.nan), np.full(2, 0.1), cases[:2])
    assert (levels.cases, levels.targets) == (0, 0)


def test_a_kind_without_a_target_may_miss_as_any_kind_does() -> None:
    random = np.random.default_rng(8)
    sample, values = np.ones((50, 40)), np.exp(0.3 * random.standard_normal(40))
    found = of_another_kind(sample, values, ["x"] * 40, [f"case {number}" for number in range(40)])
    assert found.sigma == pytest.approx(0.3, abs=0.08)
    assert np.log(found.high / found.low) == pytest.approx(2 * 1.6449 * LEAN, rel=1e-3)
    assert GRID[0] < found.sigma < GRID[-1]


def test_what_is_stored_is_what_was_told() -> None:
    row = Discrepancy("credentials", 0.2, 0.1, 0.4, 0.0, 3, 2)
    others = Discrepancy(ALL_KINDS, 0.25, 0.1, 0.8, 0.0, 9, 5)
    response = Discrepancy("size of a response", 0.5, 0.2, 1.0, 0.1, 6, 4)
    found = carried([row], others, response, 5.333)
    assert found.levels["credentials"] == Spread(sigma=0.2, low=0.1, high=0.4, cases=2)
    assert (found.response.cases, found.years) == (4, 5.33)
    assert CarriedDiscrepancy.model_validate(found.model_dump(mode="json")) == found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (None, "holds no discrepancy"),
        ({"levels": {}}, "all kinds"),
        ({"response": {"sigma": 2.0, "low": 0.1, "high": 1.0, "cases": 1}}, "does not lie between"),
        ({"years": 0.0}, "years"),
        ({"years": float("nan")}, "years"),
    ],
)
def test_a_bad_discrepancy_is_refused_in_one_line(change: dict[str, Any] | None, said: str) -> None:
    provenance = {} if change is None else {"discrepancy": {**told().model_dump(mode="json"), **change}}
    with pytest.raises(InputError, match=said) as caught:
        read_discrepancy(provenance, "new_mexico.json")
    assert "\n" not in str(caught.value)
    assert "study=hindcast" in str(caught.value)
    assert "discrepancy=false" in str(caught.value)


def test_only_intervals_of_a_posterior_carry_it_and_a_flag_leaves_it_out() -> None:
    def settings(study: str, **changes: Any) -> Any:
        plain = {
            "study": {"name": study}, "world": {"path": None}, "horizon": 3, "draws": 4, "seed": 1, "chunk": 4,
            "workers": 1, "uncertainty": "posterior", "cost_neutral": None, "report": True,
        }  # fmt: skip
        return read_settings({**plain, **changes})

    stored = read_discrepancy(load_posterior().provenance, "")
    assert carried_by(settings("compare")) == stored
    assert carried_by(settings("stress")) == stored
    assert carried_by(settings("compare", discrepancy=False)) is None
    assert carried_by(settings("compare", uncertainty="prior")) is None
    assert carried_by(settings("compare", uncertainty="central")) is None
    assert carried_by(settings("sweep")) is None
    assert set(COUNTED) <= set(KIND_OF)
