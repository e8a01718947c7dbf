"""More of anything never makes less of it: a dollar of any kind, a district's own dollar, an instructor."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from made_up_laws import component, each, law, lump
from simulated import (
    differences,
    made_up,
    new_mexico_ensemble,
    parameters_from,
    shipped,
    sparse,
    steps,
    with_parameters,
)

from sim.arrays import district_total
from sim.engine.ensemble import Ensemble, prepare

HORIZON = 5


def test_full_trust_in_money_that_lasts_counts_every_dollar_for_good() -> None:
    world = made_up(6, 2)
    parameters = sparse(parameters_from(world, 4, 3, 0.0), world)
    ensemble = prepare(world, parameters, law(each(300.0)), 4, range(3), HORIZON)
    sure = with_parameters(ensemble.parameters, beliefs={"initial_trust": 1.0, "recurring_continuation": 1.0})
    trusting = replace(ensemble, parameters=sure, state=replace(ensemble.state, trust={}, remembered={}))
    bill = law(each(500.0), lump(1e4), takes_effect=2027)
    for step, doubted in zip(
        steps(trusting, bill, HORIZON),
        steps(replace(trusting, parameters=ensemble.parameters), bill, HORIZON),
        strict=True,
    ):
        assert (step.year.settlement.reaching_cte > 0).any()
        assert np.allclose(step.year.prospects.per_participant, 500.0)
        assert np.allclose(step.year.prospects.lasting, step.year.prospects.expected)
        assert all((trust == 1).all() for trust in step.after.trust.values())
        assert (doubted.year.prospects.per_participant < 500.0).all()
        paid = doubted.after.counts.offering > 0
        assert (doubted.year.prospects.lasting < doubted.year.prospects.expected)[paid].all()


KINDS: dict[str, Callable[[float], dict[str, Any]]] = {
    "a lump": lambda size: lump(20_000 * size),
    "a lump without strings": lambda size: lump(20_000 * size, oversight="general"),
    "a lump that may end": lambda size: lump(20_000 * size, recurring=False),
    "each participant": lambda size: each(100 * size),
    "each participant, without strings": lambda size: each(100 * size, oversight="general"),
    "each participant, may end": lambda size: each(100 * size, recurring=False),
    "each concentrator": lambda size: each(300 * size, "concentrators"),
    "each credential": lambda size: each(800 * size, "credentials"),
    "each member": lambda size: each(30 * size, "members", oversight="general"),
    "each school": lambda size: component("base", per_school=20_000 * size),
    "start-up": lambda size: component("startup_grant", share=0.1 * size),
    "reimbursement": lambda size: component("expenditure_reimbursement", rate=0.08 * size),
    "each instructor": lambda size: component("instructor_unit", dollars=2000 * size),
}
"""A dollar of every kind, in sizes 1 to 10."""


def under(ensemble: Ensemble, *lines: Mapping[str, Any], years: int = 1) -> list[Any]:
    return steps(ensemble, law(*lines, takes_effect=2027), years)


def no_fewer(more: Any, less: Any) -> bool:
    """In the mean over runs, but for chance: sites are whole, and one that comes first may leave a dearer one out."""
    return bool(more.sum() >= 0.99 * less.sum() - 2.0)


def plans(step: Any) -> Any:
    """Plans for further sites of each district once it has decided."""
    return district_total((step.year.choice.plan > 0) * 1.0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_dollar_more_of_any_kind_lowers_no_district_s_plans_and_no_sections_in_the_mean(kind: str) -> None:
    """Plans hold district by district in the first year, on the same state and luck: which of them comes first may
    change, as money changes what is worth most. Sections are lumps, and hold in the mean, as do later years."""
    ensemble = new_mexico_ensemble(6, 5)
    found = [under(ensemble, *[KINDS[kind](size)] * (size > 0), years=5) for size in (0, 1, 3, 10)]
    for less, more in pairwise(found):
        assert (plans(more[0]) >= plans(less[0])).all()
        few, many = less[0].year.choice, more[0].year.choice
        assert no_fewer(many.paid, few.paid)
        assert no_fewer(few.sites_closed, many.sites_closed)
        assert no_fewer(more[0].after.sections, less[0].after.sections)
        assert no_fewer(more[-1].after.sites, less[-1].after.sites)
        assert no_fewer(more[-1].after.sections, less[-1].after.sections)
    assert plans(found[-1][0]).sum() > plans(found[0][0]).sum()
    what = "sites" if kind == "start-up" else "sections"
    assert getattr(found[-1][-1].after, what).sum() > 1.01 * getattr(found[0][-1].after, what).sum()


@pytest.mark.parametrize("given", ["cash", "own_money"])
def test_a_dollar_of_its_own_is_a_dollar_too(given: str) -> None:
    ensemble = new_mexico_ensemble(6, 3)
    richer = [
        replace(ensemble, state=replace(ensemble.state, **{given: getattr(ensemble.state, given) + more}))
        for more in ((0.0, 2e4, 2e5) if given == "cash" else (0.0, 20.0, 200.0))
    ]
    found = [under(start, each(100.0))[0] for start in richer]
    for less, more in pairwise(found):
        assert (plans(more) >= plans(less)).all()
        assert more.year.choice.paid.sum() >= less.year.choice.paid.sum()
        assert more.after.sections.sum() >= less.after.sections.sum()
    what = "paid" if given == "cash" else "first_change"
    assert getattr(found[-1].year.choice, what).sum() > getattr(found[0].year.choice, what).sum()


def test_the_end_of_all_state_money_raises_no_launch_in_the_year_it_comes_nor_after() -> None:
    """In the year as districts decide, one by one; over five years also those that find their instructor, though fewer
    others look for one."""
    ensemble = new_mexico_ensemble(6, 5)
    going_on, ended, nothing = (
        steps(ensemble, formula, 5)
        for formula in (shipped("status_quo"), shipped("pilot_sunset"), law(takes_effect=2027))
    )
    for less, more in ((ended, going_on), (nothing, ended), (nothing, going_on)):
        assert (plans(less[0]) > plans(more[0])).mean() < 0.01, "but where a dollar's price meets its largest step"
        for what in ("begun", "paid", "seeking"):
            assert getattr(less[0].year.choice, what).sum() <= getattr(more[0].year.choice, what).sum()
    launched = [sum(step.year.workforce.launched.sum() for step in years) for years in (ended, going_on)]
    assert launched[0] < launched[1]
    assert ended[0].year.choice.begun.sum() < 0.95 * going_on[0].year.choice.begun.sum()


def test_an_instructor_more_never_leaves_a_post_empty() -> None:
    """In the first year pathway by pathway, as districts decide before they hire; later in the mean."""
    ensemble = new_mexico_ensemble(6, 6)
    state, premises = ensemble.state, ensemble.premises
    found = []
    for times in (0.25, 0.5, 1.0, 2.0, 4.0):
        stock = replace(
            ensemble,
            state=replace(state, pool=times * state.pool),
            premises=replace(premises, entering=times * premises.entering),
        )
        found.append(steps(stock, shipped("aligned"), 6))
    for few, many in pairwise(found):
        one, other = few[0].year, many[0].year
        assert differences(one.choice, other.choice) == []
        assert (other.workforce.staffed >= one.workforce.staffed).all()
        assert (other.workforce.launched >= one.workforce.launched).all()
        assert other.schooling.taught.sum() >= one.schooling.taught.sum()
        assert no_fewer(many[-1].year.workforce.staffed, few[-1].year.workforce.staffed)
        assert no_fewer(many[-1].after.taught, few[-1].after.taught)
    assert found[-1][-1].after.taught.sum() > 1.02 * found[0][-1].after.taught.sum()
