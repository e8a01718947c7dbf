"""What is stored of a ledger gives back every stage, and what lies together changes no row."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from results_folder import a_table

from sim.results.ledger import STAGES, STEPS, stage_of, steps_of
from sim.results.schema import LEDGER
from sim.results.tables import by_year, to_arrow

MONEY = st.integers(0, 10**9).map(float)


@given(st.lists(st.lists(MONEY, min_size=3, max_size=3), min_size=len(STAGES), max_size=len(STAGES)))
def test_every_stage_comes_back_from_what_was_paid_and_what_each_step_changed(drawn: list[list[float]]) -> None:
    stages = {stage: np.array(values) for stage, values in zip(STAGES, drawn, strict=True)}
    stored = steps_of({**stages, "dilution": np.zeros(3)})
    assert set(stored) == {column.name for column in LEDGER}
    for stage in STAGES:
        assert stage_of(stage, stored.__getitem__) == pytest.approx(stages[stage])


def test_a_bill_capped_and_prorated_by_hand() -> None:
    stages = dict.fromkeys(STAGES, np.array([100.0])) | {"capped": np.array([90.0]), "phased_in": np.array([90.0])}
    stored = steps_of(stages | {"paid": np.array([60.0])})
    assert {name: value.item() for name, value in stored.items() if value} == {
        "paid": 60.0, "by_growth_cap": -10.0, "by_proration": -30.0,
    }  # fmt: skip
    assert list(STEPS.values()) == [column.name for column in LEDGER[1:-1]]


def test_rows_of_a_year_lie_together_and_keep_their_order() -> None:
    table = to_arrow("districts", a_table("districts", [4, 2], "district", ("b", "a")))
    sorted_table = by_year(table)
    rows = sorted_table.to_pandas()
    assert list(rows["fiscal_year"]) == sorted(rows["fiscal_year"])
    assert list(zip(rows["run_id"], rows["district"], strict=True))[:4] == [(4, "b"), (4, "a"), (2, "b"), (2, "a")]
    assert sorted_table.sort_by([("run_id", "ascending")]).num_rows == table.num_rows
    assert by_year(pa.table({"run_id": [2, 1]})).to_pydict() == {"run_id": [2, 1]}
