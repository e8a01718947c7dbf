"""When a site closes: notice, reasons and order, worked by hand."""

from typing import Any

import builders
import numpy as np
import pytest
from parameter_groups import group, number, row

from sim.behavior.closing import ClosingTerms, notice_after, program_carried, sites_closed
from sim.parameters.groups import Decisions

TERMS = group(Decisions, close_notice=2.0, close_spread=0.5)


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
