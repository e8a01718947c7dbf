"""Where exams are administered, who sits and who passes, worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parameter_groups import group, number, row

from sim.arrays import ZERO
from sim.parameters.groups import Outcomes
from sim.students import credentials
from sim.students.credentials import Passing, Sitting

OUTCOMES = group(
    Outcomes,
    effort_rise=0.5,
    effort_fall=0.2,
    credential_level=0.5,
    exam_review=0.2,
    exam_innovation=0.05,
    exam_imitation=0.4,
    exam_worth_scale=1000.0,
    exam_limit=1.5,
    exam_price_scale=400.0,
    pass_rate_fall=0.5,
    tier_pass_fall=0.0,
    pass_rate_quality=0.5,
    tier_shift=1.0,
    tier_difficulty_2=2.0,
    tier_difficulty_3=4.0,
)
NATURAL = (number(0.25), number(0.5), number(0.25))


def test_an_exam_brings_its_passing_share_of_the_price_less_the_fee() -> None:
    assert credentials.pay_of_an_exam(number(500.0), number(0.6), number(80.0)) == pytest.approx(220.0)
    assert credentials.pay_of_an_exam(number(100.0), number(0.6), number(80.0)) == 0.0
    assert credentials.pay_of_an_exam(ZERO, number(0.6), number(80.0)) is ZERO


@pytest.mark.parametrize(
    ("share", "pay", "expected"),
    [
        (0.0, 400.0, 0.5 * (1 - np.exp(-1))),
        (0.0, 40.0, 0.5 * (1 - np.exp(-0.01))),
        (0.0, 1e6, 0.5),
        (0.6, 0.0, 0.48),
        (1.0, 1e6, 1.0),
    ],
)
def test_further_exams_are_sat_part_of_the_way_to_what_they_bring(share: float, pay: float, expected: float) -> None:
    assert credentials.further_exams(number(share), number(pay), OUTCOMES) == pytest.approx(expected)


def test_further_exams_fade_alike_where_nothing_is_paid_and_where_nobody_pays() -> None:
    unpaid = credentials.further_exams(number(0.6), ZERO, OUTCOMES)
    assert unpaid == credentials.further_exams(number(0.6), number(0.0), OUTCOMES)


def test_students_of_both_courses_sit_beyond_what_concentrators_do_by_custom() -> None:
    """20 concentrators sit 0.8 each; 100 participants could sit 150, and a quarter of the 134 beyond are sat."""
    found = credentials.sitting(number(20.0), number(100.0), number(0.8), number(0.25), OUTCOMES)
    assert (found.usual.item(), found.most.item()) == pytest.approx((16.0, 150.0))
    assert found.exams == pytest.approx(16 + 0.25 * 134)
    all_of_them = credentials.sitting(number(20.0), number(100.0), number(0.8), number(1.0), OUTCOMES)
    assert all_of_them.exams == pytest.approx(150.0)
    assert credentials.sitting(number(20.0), number(10.0), number(0.8), number(0.0), OUTCOMES).exams == pytest.approx(
        15
    )


def test_one_more_student_sits_what_the_sum_says() -> None:
    each, beside = credentials.exams_for_one_more(number(0.5), number(0.25), number(0.8), OUTCOMES)

    def exams(taught: float, participants: float) -> float:
        found = credentials.sitting(number(taught), number(participants), number(0.8), number(0.25), OUTCOMES)
        return 0.5 * float(found.exams.item())

    assert each == pytest.approx(exams(20.0, 101.0) - exams(20.0, 100.0))
    assert each + beside == pytest.approx(exams(21.0, 101.0) - exams(20.0, 100.0))


def sat(usual: float, exams: float, most: float = 1000.0) -> Sitting:
    return Sitting(number(usual), number(exams), number(most))


def test_the_pass_rate_falls_with_takers_and_not_with_effort_that_found_none() -> None:
    """With an elasticity of one half, four times the exams are passed half as often."""
    assert credentials.passing_share(sat(100.0, 100.0), number(0.6), OUTCOMES) == pytest.approx(0.6)
    assert credentials.passing_share(sat(100.0, 400.0), number(0.6), OUTCOMES) == pytest.approx(0.3)
    assert credentials.passing_share(sat(0.0, 0.0), number(0.6), OUTCOMES) == pytest.approx(0.6)
    # No custom yet: a twentieth of 1,000 stands for it.
    assert credentials.passing_share(sat(0.0, 200.0), number(0.6), OUTCOMES) == pytest.approx(0.3)


@given(st.floats(60, 900), st.floats(1, 2))
def test_more_exams_bring_more_credentials_and_pass_less(exams: float, more: float) -> None:
    fewer, many = sat(60.0, exams), sat(60.0, exams * more)
    low, high = (credentials.passing_share(found, number(0.6), OUTCOMES).item() for found in (fewer, many))
    assert high <= low
    assert high * many.exams.item() >= low * fewer.exams.item() * (1 - 1e-12)


def mix(*prices: float) -> list[float]:
    one, two, three = (number(price) for price in prices)
    return [share.item() for share in credentials.paid_mix(NATURAL, (one, two, three), OUTCOMES)]


def test_what_is_sat_for_pay_goes_where_a_dollar_is_earned_most_easily() -> None:
    assert mix(500.0, 500.0, 500.0) == pytest.approx([0.25 / 0.5625, 0.25 / 0.5625, 0.0625 / 0.5625])
    assert mix(100.0, 200.0, 400.0) == pytest.approx([0.25, 0.5, 0.25])
    assert mix(0.0, 0.0, 400.0) == pytest.approx([0.0, 0.0, 1.0])
    assert mix(0.0, 0.0, 0.0) == pytest.approx([0.25, 0.5, 0.25])
    assert credentials.paid_mix(NATURAL, (ZERO, ZERO, ZERO), OUTCOMES) is NATURAL
    alone = (number(0.0), number(1.0), number(0.0))
    paid = credentials.paid_mix(alone, (ZERO, ZERO, number(400.0)), OUTCOMES)
    assert [share.item() for share in paid] == pytest.approx([0.0, 1.0, 0.0])


@given(st.lists(st.floats(0, 5000), min_size=3, max_size=3))
def test_mixes_sum_to_one(prices: list[float]) -> None:
    assert sum(mix(*prices)) == pytest.approx(1.0)


def test_usual_exams_keep_their_tiers_and_further_ones_follow_the_paid_mix() -> None:
    easy = (number(1.0), number(0.0), number(0.0))
    found = credentials.passing_by_tier(sat(100.0, 400.0), number(0.6), NATURAL, easy, OUTCOMES)
    assert found.share == pytest.approx(0.3)
    assert [tier.item() for tier in found.tiers] == pytest.approx([0.25 * 0.25 + 0.75, 0.125, 0.0625])
    usual = credentials.passing_by_tier(sat(100.0, 100.0), number(0.6), NATURAL, easy, OUTCOMES)
    assert [tier.item() for tier in usual.tiers] == pytest.approx([0.25, 0.5, 0.25])


def test_harder_tiers_pass_less_and_the_usual_mix_passes_as_the_cluster_does() -> None:
    """A tier 4 times as hard is passed half as often: all of tier 1 passes more often than the usual mix."""
    steep = group(Outcomes, pass_rate_fall=0.0, tier_pass_fall=0.5, tier_difficulty_2=2.0, tier_difficulty_3=4.0)
    easy = (number(1.0), number(0.0), number(0.0))
    usual = credentials.passing_by_tier(sat(100.0, 100.0), number(0.4), NATURAL, easy, steep)
    assert usual.share == pytest.approx(0.4)
    twice = credentials.passing_by_tier(sat(100.0, 200.0), number(0.4), NATURAL, easy, steep)
    level = 0.25 + 0.5 * np.sqrt(2) + 0.25 * 2
    assert twice.share == pytest.approx(0.5 * 0.4 + 0.5 * 0.4 * level)
    hard = credentials.passing_by_tier(sat(100.0, 200.0), number(0.4), NATURAL, easy[::-1], steep)
    assert hard.share == pytest.approx(0.5 * 0.4 + 0.5 * 0.4 * level / 2)


def test_credentials_are_earned_where_an_exam_is_administered() -> None:
    done = credentials.credentials(row(0.5, 0.0), sat(20.0, 40.0), Passing(number(0.3), NATURAL))
    assert done.attempts == pytest.approx(row(20.0, 0.0))
    assert sum(done.earned)[0, 0] == pytest.approx(6.0)
    assert [tier[0, 0] for tier in done.earned] == pytest.approx([1.5, 3.0, 1.5])


def test_usual_exams_stand_where_exams_are() -> None:
    """A rate of 0.3 over all at a level of one half, in two fifths of sites: 0.375 where they are."""
    assert credentials.usual_each(number(0.3), number(0.4), OUTCOMES) == pytest.approx(0.375)


def test_quality_lifts_the_usual_pass_rate_up_to_one() -> None:
    assert credentials.usual_passing(number(0.6), number(0.2), OUTCOMES) == pytest.approx(0.66)
    assert credentials.usual_passing(number(0.6), number(9.0), OUTCOMES) == 1.0


def test_an_exam_is_accepted_the_more_the_more_it_brings() -> None:
    assert credentials.acceptance(ZERO, number(0.0), OUTCOMES) == 0.5
    assert credentials.acceptance(number(1000.0), number(0.0), OUTCOMES) == pytest.approx(1 / (1 + np.exp(-1)))


def test_a_site_hears_of_exams_from_its_peers() -> None:
    assert credentials.considering(row(0.0, 0.5, 1.0), OUTCOMES) == pytest.approx(row(0.05, 0.25, 0.45))


def sites(with_exam: float, accepted: float, considers: float = 0.25) -> float:
    return credentials.sites_administering(
        number(with_exam), number(4.0), number(considers), number(accepted), OUTCOMES
    ).item()


def test_exams_are_taken_up_by_those_who_consider_them_and_dropped_by_those_who_look_again() -> None:
    """Of 2 sites with an exam 0.2 look again, and half of them keep it; of 2 without half of a quarter take it up."""
    assert sites(2.0, 0.5) == pytest.approx(2.0 - 0.2 + 0.25)
    assert sites(4.0, 1.0) == pytest.approx(4.0)
    assert sites(0.0, 0.0) == 0.0


@given(st.floats(0, 4), st.floats(0, 1), st.floats(0, 1))
def test_more_pay_means_more_sites(with_exam: float, accepted: float, more: float) -> None:
    found, higher = sites(with_exam, accepted), sites(with_exam, accepted + more * (1 - accepted))
    assert 0.0 <= found <= higher + 1e-12
    assert higher <= 4.0 + 1e-12


def test_adoption_spreads_over_years_and_faster_as_peers_have_it() -> None:
    """From 1 of 4 sites, with all sites accepting: a share that rises every year, at first faster and faster."""
    path = [1.0]
    for _ in range(40):
        path.append(sites(path[-1], 1.0, credentials.considering(number(path[-1] / 4), OUTCOMES).item()))
    steps = np.diff(path)
    assert (steps > 0).all()
    assert path[1] < 1.6
    assert path[-1] > 3.9
    assert steps[1] > steps[0]


def kept(for_pay: float, accepted: float, before: float) -> float:
    return credentials.kept_as_pay_falls(number(for_pay), number(accepted), number(before), number(0.4)).item()


def test_where_pay_ends_those_stop_that_began_for_it() -> None:
    assert kept(0.3, 0.4, 0.8) == pytest.approx(0.7)
    assert kept(0.3, 0.6, 0.8) == pytest.approx(0.85)
    assert kept(0.3, 0.8, 0.8) == 1.0
    assert kept(0.3, 0.9, 0.8) == 1.0
    assert kept(0.3, 0.4, 0.4) == pytest.approx(0.7)
    assert kept(0.0, 0.4, 0.8) == 1.0


def test_who_would_have_no_exam_without_pay() -> None:
    """Of 2 sites with an exam none had it for pay and 0.4 look again; of 2 without 0.5 consider it; half of all whom
    0.8 would take are owed to pay if 0.4 would take it anyway."""

    def share(for_pay: float, gained: float, accepted: float) -> float:
        expected = number(sites(2.0, accepted))
        return credentials.for_pay_after(
            number(for_pay), number(2.0), number(4.0), number(0.25), number(gained), expected, OUTCOMES
        ).item()

    assert share(0.0, 0.4, 0.8) == pytest.approx((0.4 * 0.4 + 0.5 * 0.4) / (2.0 - 0.4 * 0.2 + 0.5 * 0.8))
    assert share(0.5, 0.0, 0.4) == pytest.approx(2.0 * 0.5 * 0.8 / (2.0 - 0.4 * 0.6 + 0.5 * 0.4))
    assert share(0.0, 0.0, 0.4) == 0.0


def test_the_natural_mix_puts_most_in_the_tier_of_the_main_credential() -> None:
    one, two, three = credentials.natural_mix(row(1.0, 2.0, 3.0), number(0.6))
    assert one == pytest.approx(row(0.6, 0.2, 0.2))
    assert two == pytest.approx(row(0.2, 0.6, 0.2))
    assert three == pytest.approx(row(0.2, 0.2, 0.6))
