"""Why a district's number changes: steps that sum to the difference, between formulas and between years."""

from dataclasses import replace
from typing import Any

import numpy as np
import openpyxl
import pytest
from simulated import shipped

from sim.inputs import InputError
from sim.report.bill.change import change_table, change_text, steps_frame, write_change
from sim.report.run_sheet.layout import HEADER_ROW
from sim.study.bill.bridge import STEPS
from sim.study.bill.change import Change, ends_of, explain_change
from sim.study.setup.inputs import read_inputs
from sim.study.setup.settings import Settings, read_settings


def settings(years: list[int], **changed: Any) -> Settings:
    config: dict[str, Any] = {
        "study": {"name": "bridge", "baseline": "status_quo", "formulas": [], "years": years}, "world": {"path": None},
        "horizon": 8, "draws": 5, "seed": 3, "chunk": 2, "workers": 1, "uncertainty": "prior", "cost_neutral": None,
        "report": True,
    }  # fmt: skip
    return read_settings({**config, **changed})


def change(years: list[int], formula: str = "aligned") -> Change:
    held = settings(years)
    return explain_change(held, read_inputs(held, None, formula), formula)


@pytest.fixture(scope="module")
def between_formulas() -> Change:
    return change([2029])


@pytest.fixture(scope="module")
def between_years() -> Change:
    return change([2028, 2031])


@pytest.mark.parametrize("which", ["between_formulas", "between_years"])
def test_the_steps_of_every_district_and_draw_sum_to_the_difference(which: str, request: Any) -> None:
    found: Change = request.getfixturevalue(which)
    summed = sum(found.steps[step] for step in STEPS)
    np.testing.assert_allclose(found.start + summed, found.end, rtol=1e-9, atol=1e-4)
    assert found.start.shape == (5, len(found.world.districts))


def test_a_formula_that_is_current_law_under_another_name_changes_nothing() -> None:
    held = settings([2029])
    inputs = read_inputs(held, None, "aligned")
    law = shipped("status_quo").model_copy(update={"name": "twin"})
    found = explain_change(held, type(inputs)(inputs.world, inputs.catalogue, inputs.current_law,
                                              (inputs.formulas[0], law), inputs.baseline), "twin")  # fmt: skip
    for step in STEPS:
        np.testing.assert_array_equal(found.steps[step], np.zeros_like(found.start))


def test_the_base_year_is_paid_by_current_law_whatever_the_formula() -> None:
    found = change([2026, 2027])
    assert found.before.label == "current law, FY2026"
    np.testing.assert_allclose(found.start.sum(axis=1), found.start.sum(axis=1)[0], rtol=0.02)


def test_chunks_do_not_change_a_number() -> None:
    one, other = settings([2029]), settings([2029], chunk=5)
    inputs = read_inputs(one, None, "aligned")
    first, second = (explain_change(held, inputs, "aligned") for held in (one, other))
    np.testing.assert_array_equal(first.end, second.end)
    assert first.run == second.run


def test_the_files_say_where_they_come_from_and_add_up(between_years: Change, tmp_path: Any) -> None:
    text = write_change(between_years, tmp_path)
    assert text.startswith("LESC's aligned formula, FY2031 pays districts $")
    assert f"Run {between_years.run[:8]}" in text
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "…" not in text
    table = change_table(between_years)
    np.testing.assert_allclose(table["start"] + table[list(STEPS)].sum(axis=1), table["end"], atol=1e-3)
    sheet = openpyxl.load_workbook(tmp_path / "bridge.xlsx")["Bridge"]
    assert between_years.run[:8] in sheet.oddFooter.left.text
    assert sheet.cell(HEADER_ROW + 3, 5 + len(STEPS)).value.startswith("=SUM(D")


def test_the_statewide_steps_are_in_a_table_and_sum_to_the_difference(between_formulas: Change) -> None:
    table = steps_frame(between_formulas).set_index("step")["mean"]
    assert table["start"] + table[list(STEPS)].sum() == pytest.approx(table["end"])
    assert table["difference"] == pytest.approx(table["end"] - table["start"])


def test_a_small_district_leads_in_dollars_a_member_no_more_but_is_in_dollars(between_formulas: Change) -> None:
    """The same payments, to a district of 5 members and to one of 5,000: only the second is ranked by member."""
    districts = len(between_formulas.world.districts)
    end = between_formulas.start.copy()
    end[:, 0] += 9e6
    rest = {step: np.zeros_like(end) for step in STEPS} | {"prices": end - between_formulas.start}
    said = {}
    for members in (5.0, 5_000.0):
        held = np.full((5, districts), 500.0)
        held[:, 0] = members
        text = change_text(replace(between_formulas, end=end, steps=rest, members=held))
        said[members] = [between_formulas.world.districts.identifier[0] in part for part in
                         text.split("Districts that move most")[1:]]  # fmt: skip
        assert ("1 districts and charters with fewer than 100 members" in " ".join(text.split())) == (members < 100)
    assert said == {5.0: [True, False], 5_000.0: [True, True]}


@pytest.mark.parametrize(
    ("years", "formula", "message"),
    [
        ([], "aligned", r"study.years: \[\] is not allowed"),
        ([2031, 2028], "aligned", "two in order"),
        ([2028, 2029, 2030], "aligned", "one fiscal year, or two in order"),
        ([2040], "aligned", "FY2026 to FY2034 are simulated"),
        ([2029], "status_quo", "is the baseline itself"),
        ([2029], None, "name the formula to explain"),
    ],
)
def test_what_cannot_be_explained_is_refused_in_one_line(years: list[int], formula: str | None, message: str) -> None:
    held = settings(years)
    with pytest.raises(InputError, match=message):
        ends_of(held, read_inputs(held, None, formula), formula)
