"""When a site closes: notice, reasons and order, worked by hand."""

from typing import Any

import builders
import numpy as np
import pytest
from parameter_groups import group, number, row

from sim.arrays import Array
from sim.behavior.closing import ClosingTerms, notice_after, program_carried, sites_closed, sites_ended
from sim.parameters.groups import Decisions

TERMS = group(Decisions, close_notice=2.0, close_spread=0.5, reduction_limit=0.25, exit_sites=3.0)


def terms(margin: float = 0.1, **reasons: bool) -> ClosingTerms:
    return builders.bundle(ClosingTerms, margin=margin, **reasons)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (terms(), False),
        (terms(margin=0.0), False),
        (terms(margin=-1e-9), True),
        (terms(long_vacant=True), True),
        (terms(few_students=True), True),
        (terms(lab_out_of_use=True), True),
    ],
)
def test_each_reason_alone_gives_notice(given: ClosingTerms, expected: bool) -> None:
    assert given.unsustained == expected


def test_notice_counts_years_in_a_row() -> None:
    notice = number(0.0)
    for unsustained, expected in ((True, 1.0), (True, 2.0), (False, 0.0), (True, 1.0)):
        notice = notice_after(notice, np.array([[unsustained]]))
        assert notice == expected


def closed(sites: float, notice: float, given: ClosingTerms, equipment: float = 0.2, draw: float = 0.0) -> Any:
    return sites_closed(number(sites), number(notice), given, number(equipment), number(draw), TERMS)


@pytest.mark.parametrize(
    ("case", "found", "expected"),
    [
        ("half of a spread below zero, half of the sites", closed(4, 2, terms(margin=-0.25)), 2),
        ("a spread below zero, all of them", closed(4, 2, terms(margin=-0.5)), 4),
        ("and no more than all", closed(4, 2, terms(margin=-9.0), draw=0.99), 4),
        ("before notice has run, none", closed(4, 1, terms(margin=-9.0), draw=0.99), 0),
        ("nor in its second year where labs have half their life left", closed(4, 2, terms(margin=-9.0), 0.6), 0),
        ("but in its third", closed(4, 3, terms(margin=-9.0), 0.6), 4),
        ("half where the post stands vacant", closed(4, 2, terms(long_vacant=True)), 2),
        ("half where students are too few", closed(4, 2, terms(few_students=True)), 2),
        ("half where the lab is at its end", closed(4, 2, terms(lab_out_of_use=True)), 2),
        ("reasons do not add up", closed(4, 2, terms(margin=-0.25, few_students=True)), 2),
        ("a fraction by the draw, not yet", closed(1, 2, terms(margin=-0.25), draw=0.49), 0),
        ("a fraction by the draw", closed(1, 2, terms(margin=-0.25), draw=0.51), 1),
        ("what carries itself stays", closed(4, 9, terms(margin=0.1), draw=0.99), 0),
        ("where nothing is, nothing closes", closed(0, 9, terms(margin=-9.0), draw=0.99), 0),
    ],
)
def test_sites_that_close(case: str, found: Any, expected: float) -> None:
    assert found == expected, case


def test_the_worst_close_first_and_in_full() -> None:
    margins = row(-0.5, -0.3, -0.1, 0.1)
    draws = (np.arange(1000) + 0.5)[:, np.newaxis, np.newaxis] / 1000
    given = builders.bundle(ClosingTerms, margin=margins)
    gone = sites_closed(number(3.0), number(2.0), given, number(0.0), draws, TERMS)
    assert gone.mean(axis=0) == pytest.approx(3.0 * row(1.0, 0.6, 0.2, 0.0), abs=2e-3)


@pytest.mark.parametrize(
    ("margin", "commitment", "expected"),
    [(0.0, 19_000, True), (1.0, 18_999, False), (-1.0, 1e6, False), (1e6, 0.0, False)],
)
def test_a_program_must_carry_its_cost_and_be_wanted(margin: float, commitment: float, expected: bool) -> None:
    assert program_carried(number(margin), number(commitment), number(19_000.0)) == expected


@pytest.mark.parametrize(
    ("case", "sites", "draw", "expected"),
    [
        ("one pathway ends at once", row(1.0), 0.0, row(1.0)),
        ("as many as may go in any year", row(1.0, 2.0), 0.0, row(1.0, 2.0)),
        ("of six half", row(2.0, 4.0), 0.0, row(1.0, 2.0)),
        ("of forty a quarter", row(24.0, 16.0), 0.0, row(6.0, 4.0)),
        ("a fraction by the draw", row(24.0, 16.0, 1.0), 0.74, row(6.0, 4.0, 0.0)),
        ("and by the draw more", row(24.0, 16.0, 1.0), 0.76, row(6.0, 4.0, 1.0)),
        ("never more than stand", row(1.0, 2.0), 0.99, row(1.0, 2.0)),
        ("where nothing is, nothing ends", row(0.0, 0.0), 0.99, row(0.0, 0.0)),
    ],
)
def test_a_district_that_gives_up_all_of_cte_ends_a_small_program_at_once_and_a_large_one_over_years(
    case: str, sites: Array, draw: float, expected: Array
) -> None:
    found = sites_ended(sites, sites.sum(axis=-1, keepdims=True) + 0.0 * sites, number(draw), TERMS)
    assert found == pytest.approx(expected), case


def test_a_large_program_that_ends_is_gone_after_some_years_as_draws_round_to_what_is_meant() -> None:
    rng, left, years = np.random.default_rng(5), np.full((4000, 8), 5.0), []
    for _ in range(12):
        years.append(left.sum(axis=-1).mean())
        left = left - sites_ended(left, left.sum(axis=-1, keepdims=True) + 0.0 * left, rng.random(left.shape), TERMS)
    assert years[:3] == pytest.approx([40.0, 30.0, 22.5], rel=0.01)
    assert years[5] > 5.0
    assert years[-1] < 0.01
