"""The answer of a stress study: worlds that differ in one thing, and every figure with its scenario."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import pytest
from fake_results import FakeResults
from test_answer import CURRENT, Law, made_up

from sim.report.answer.stress import stress_answer, stress_numbers, write_stress_answer
from sim.report.answer.text import LINES, WIDTH
from sim.report.stress.shortfall import stress_panels, stressed
from sim.report.stress.tables import stress_table, write_stress

if TYPE_CHECKING:
    from sim.results.results import Results


def under(scenarios: dict[str, dict[str, Law]]) -> "Results":
    """A study of several scenarios, each a world of its own with the same draws."""
    parts = [cast("FakeResults", made_up(laws, scenario=name)) for name, laws in scenarios.items()]
    frames = {}
    for table in ("design", "state", "lines", "clusters", "districts", "static"):
        held = [getattr(part, table).assign(run_id=getattr(part, table).run_id + 1000 * n)
                for n, part in enumerate(parts)]  # fmt: skip
        frames[table] = pd.concat(held, ignore_index=True)
    return cast("Results", replace(parts[0], **frames))


def told(scenarios: dict[str, dict[str, Law]]) -> str:
    text = stress_answer(under(scenarios))
    lines = text.splitlines()
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= WIDTH
    return " ".join(text.split())


CALM = {"status_quo": CURRENT, "aligned": Law(2_000, state=50.0, paid=(0.9,))}
SURGE = {"status_quo": CURRENT, "aligned": Law(2_000, state=50.0, paid=(0.8,))}


def test_a_capped_formula_cannot_cost_more_and_districts_carry_what_is_short() -> None:
    said = told({"baseline": CALM, "take_up_surge": SURGE})
    assert (
        "Aligned: cost cannot rise, the appropriation caps it; districts carry $5.56M in the worst year, $12.5M under "
        "take up surge."
    ) in said


def test_a_formula_without_a_cap_costs_more() -> None:
    dear = {"status_quo": CURRENT, "aligned": Law(2_000, state=60.0)}
    said = told({"baseline": CALM | {"aligned": Law(2_000, state=50.0)}, "take_up_surge": dear})
    assert "Aligned: the dearest year costs $50.0M, $60.0M under take up surge; what is owed is paid" in said
    assert "cannot rise" not in said


def test_a_scenario_that_moves_nothing_has_no_row_and_stands_in_one_sentence() -> None:
    study = under({"baseline": CALM, "take_up_surge": SURGE, "oil_slump": CALM})
    said, table = " ".join(stress_answer(study).split()), stress_table(study)
    assert "Move nothing by $500,000 or 1% of those taught: oil slump." in said
    assert "No row under any formula: Oil slump." in table
    assert table.count("Take up") == 1


def test_what_a_weight_takes_is_told_and_is_no_saving() -> None:
    calm = {"status_quo": CURRENT, "sb130_quarter_weight": Law(0, state=0.0, taken=42.0)}
    more = calm | {"sb130_quarter_weight": Law(0, state=0.0, taken=52.0)}
    study = {"baseline": calm, "take_up_surge": more}
    said = told(study)
    assert "takes up to $42.0M a year from other program units, $52.0M under take up surge." in said
    table = stress_table(under(study))
    assert "$52.0M taken*" in table
    assert "no saving" in " ".join(table.split())


def test_a_formula_that_owes_nothing_cannot_be_short() -> None:
    nothing = {"status_quo": CURRENT, "pilot_sunset": Law(-500, state=0.0)}
    said = told({"baseline": nothing, "oil_slump": nothing})
    assert "The state's lines owe nothing, so nothing can be short: Pilot sunset." in said


def test_students_lost_are_told_under_the_scenario_that_loses_most() -> None:
    drought = {"status_quo": Law(-3_000), "aligned": Law(500, state=50.0, paid=(0.9,))}
    said = told({"baseline": CALM, "instructor_drought": drought})
    assert "Fewest taught a year: Status quo -3,000 under instructor drought; Aligned -1,500 under" in said


def test_no_figure_of_a_scenario_stands_without_it() -> None:
    """Whatever is not of the calm row is followed by the scenario that it belongs to."""
    said = told({"baseline": CALM, "take_up_surge": SURGE})
    for figure in ("$12.5M",):
        assert all(part.lstrip().startswith("under take up surge") for part in said.split(figure)[1:])


def test_a_draw_in_which_nothing_is_short_denies_no_direction() -> None:
    """A surge makes half of the draws short and leaves the others as they are: it adds to the shortfall."""
    study = cast("FakeResults", under({"baseline": CALM | {"aligned": Law(2_000)}, "take_up_surge": SURGE}))
    runs = study.design.query("scenario == 'take_up_surge' and formula == 'aligned' and replicate % 2 == 0").run_id
    state = study.state.copy()
    calm = state.run_id.isin(runs)
    state.loc[calm, "entitlement"] = state.loc[calm, "state_cost"]
    (_, aligned) = stressed(stress_panels(cast("Results", replace(study, state=state))))
    assert np.mean(aligned.shocks["take_up_surge"].worst_shortfall > 0) == pytest.approx(0.5)
    assert aligned.unpaid("take_up_surge") == "more"
    assert aligned.dearer("take_up_surge") == "same"


def test_every_number_on_the_page_is_in_a_table_and_no_line_is_too_long(tmp_path: Path) -> None:
    study = under({"baseline": CALM, "take_up_surge": SURGE, "oil_slump": CALM})
    answer = write_stress_answer(study, tmp_path)
    write_stress(study, tmp_path, answer, everything=False)
    page = (tmp_path / "stress.txt").read_text(encoding="utf-8")
    assert page.startswith(answer)
    assert (tmp_path / "answer.txt").read_text(encoding="utf-8") == answer
    assert max(map(len, page.splitlines())) <= 80
    assert "…" not in page
    table = stress_numbers(study)
    assert set(table["unit"]) == {"dollars", "share", "students", "credentials"}
    row = table.query(
        "scenario == 'take_up_surge' and formula == 'aligned' and measure == 'owed and not paid in the worst year'"
    ).iloc[0]
    assert row["value"] == pytest.approx(50e6 / 0.8 - 50e6)
    assert len(pd.read_csv(tmp_path / "answer.csv")) == len(table)
