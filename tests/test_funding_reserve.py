"""A reserve beside an appropriation, year by year by hand, and what a formula may not say of it."""

import numpy as np
import pytest
from simulated import new_mexico_ensemble, shipped

from sim.engine.ensemble import Ensemble, simulate
from sim.funding.appropriation import Fixed
from sim.funding.line import Line
from sim.funding.reading import line_from
from sim.funding.reserve import Reserve, run_reserve
from sim.inputs import InputError


def single(number: float) -> np.ndarray:
    return np.full((1, 1), number)


def test_four_years_of_a_reserve_by_hand() -> None:
    # Voted 40 a year and 10 once; it keeps half of what is left over and holds at most 12.
    terms = Reserve(start=10.0, keeps=0.5, most=12.0)
    balance = single(0.0)
    rows = []
    for year, owed in enumerate((46.0, 38.0, 20.0, 60.0)):
        of = run_reserve(terms, 1.0, year == 0, balance, single(40.0), single(owed))
        balance = of.balance
        rows.append((of.at_hand.item(), of.drawn.item(), of.refilled.item(), of.balance.item()))
    assert rows == [
        (10.0, 6.0, 0.0, 4.0),  # 6 short, so 6 drawn
        (4.0, 0.0, 1.0, 5.0),  # 2 left over, half of it kept
        (5.0, 0.0, 7.0, 12.0),  # 20 left over, half would be 10, but 12 is the most
        (12.0, 12.0, 0.0, 0.0),  # 20 short, all is drawn
    ]


def test_a_scaled_line_has_a_scaled_reserve() -> None:
    terms = Reserve(start=10.0, most=12.0)
    of = run_reserve(terms, 2.0, True, single(0.0), single(100.0), single(90.0))
    assert (of.set_aside.item(), of.balance.item()) == (20.0, 24.0)


WRITTEN = {
    "components": [{"kind": "per_student", "count": "concentrators", "dollars": 1_000.0}],
    "appropriation": {"rule": "fixed", "dollars": 5_000_000.0},
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reserve": {"start": -1.0}}, "bill.yaml: reserve.start: -1"),
        ({"reserve": {"start": 1.0, "keep": 0.5}}, "did you mean 'keeps'"),
        ({"reserve": {"start": 5.0, "most": 4.0}}, "more than the most that it may hold"),
        ({"reserve": {"keeps": 0.0}}, "write a start above zero, or a share that it keeps"),
        ({"reserve": {"start": 5.0}, "appropriation": {"rule": "full"}}, "has no use for a reserve"),
        (
            {"reserve": {"start": 5.0}, "appropriation": {"rule": "demand_with_cap", "cap": 9.0}},
            "leaves nothing over: write keeps: 0",
        ),
    ],
)
def test_a_reserve_that_makes_no_sense_is_refused_in_one_line(change: dict, message: str) -> None:
    with pytest.raises(InputError) as refused:
        line_from({**WRITTEN, **change}, "bill.yaml", "bill", {"start_year": 2027})
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_reserve_without_a_first_year_is_refused() -> None:
    with pytest.raises(InputError, match="start_year"):
        line_from({**WRITTEN, "reserve": {"start": 5.0}}, "bill.yaml", "bill")


def with_reserve(line: Line, reserve: Reserve | None) -> Line:
    return line.model_copy(update={"reserve": reserve})


def test_districts_are_prorated_later_with_a_reserve_and_never_less_in_its_first_years() -> None:
    ensemble = new_mexico_ensemble(3, 8)
    formula = shipped("aligned")
    own = formula.own_lines[0]
    tight = own.model_copy(update={"appropriation": Fixed(dollars=0.8 * owed_at_first(ensemble))})
    paid = {}
    for name, reserve in (("without", None), ("with", Reserve(start=0.2 * owed_at_first(ensemble)))):
        lines = tuple(with_reserve(tight, reserve) if line is own else line for line in formula.lines)
        years = [
            year.settlement.ledgers[own.name]
            for _, year in simulate(ensemble, formula.model_copy(update={"lines": lines}), 8)
        ]
        paid[name] = np.stack([ledger.proration[:, 0, 0] for ledger in years])
        if reserve is not None:
            drawn = sum(ledger.reserve.drawn for ledger in years)
            refilled = sum(ledger.reserve.refilled for ledger in years)
            left = years[-1].reserve.balance
            np.testing.assert_allclose(reserve.start + refilled - drawn, left, atol=1e-3)
            assert (drawn > 0.0).all()
    assert (paid["with"][0] > paid["without"][0]).all()


def owed_at_first(ensemble: Ensemble) -> float:
    first = next(simulate(ensemble, shipped("aligned"), 1))[1]
    return float(first.settlement.ledgers["aligned"].owed.mean())
