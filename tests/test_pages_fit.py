"""Every page that a study prints or writes has lines of at most 80 characters and cuts no number."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_results import FORMULAS, fake_results, fake_world
from sweeping import run, swept
from test_stress_answer import CALM, SURGE, under

import sim.results
from sim.api.result import ANSWERED
from sim.report.answer.stress import stress_answer
from sim.report.compare.at_a_glance import at_a_glance
from sim.report.compare.comparison import comparison_table
from sim.report.compare.headline_table import CELLS_FILE, comparison_frame
from sim.report.compare.write import write_report
from sim.report.stress.tables import stress_table
from sim.report.sweep.text import write_sweep

if TYPE_CHECKING:
    from sim.results.results import Results

WORLD = fake_world(20)


def fits(text: str, width: int = 80) -> None:
    for line in text.splitlines():
        assert len(line) <= width, line
        assert not re.search(r"\d(…|\.\.\.)", line), line


@pytest.fixture(scope="module")
def few() -> "Results":
    return fake_results(WORLD, draws=6, horizon=12)


def test_a_comparison_fits_a_page_whatever_was_run(few: "Results", tmp_path: Path) -> None:
    narrow = fake_results(WORLD, 1, 2, ("aligned",))
    for results in (few, narrow, fake_results(WORLD, 3, 30, ("status_quo", "sb130_quarter_weight"))):
        fits(comparison_table(results))
        fits(at_a_glance(results))
    write_report(few, WORLD, tmp_path, everything=False)
    for path in tmp_path.glob("*.txt"):
        fits(path.read_text(encoding="utf-8"))


def test_a_wide_terminal_shows_no_more_than_fits_it(few: "Results") -> None:
    for width in (80, 97, 120, 132):
        fits(at_a_glance(few, width), width)


def test_every_cell_on_the_page_of_a_comparison_is_in_its_csv(few: "Results", tmp_path: Path) -> None:
    """All numbers of all its tables, as they are printed."""
    write_report(few, WORLD, tmp_path, everything=False)
    held = (tmp_path / CELLS_FILE).read_text(encoding="utf-8-sig").replace("'", "")
    ruled = re.compile(r"^ -+$", re.MULTILINE)
    parts = ruled.split(comparison_table(few))
    rows = [line for part in parts[1::2] for line in part.splitlines()]
    numbers = {number for line in rows for number in re.findall(r"[+-]?\$?\d[\d,.]*[MB%]?", line[15:])}
    assert len(numbers) > 100
    assert {number for number in numbers if number not in held} == set()
    assert comparison_frame(few)["formula"].nunique() == len(FORMULAS)


def test_a_stress_study_fits_a_page() -> None:
    study = under({"baseline": CALM, "take_up_surge": SURGE})
    fits(stress_answer(study))
    fits(stress_table(study))
    fits(stress_table(study, 120), 120)


@pytest.mark.slow
def test_a_sweep_fits_a_page(tmp_path: Path) -> None:
    factors = {"parameters.staffing.turnover": [0.05, 0.2]}
    design = {"name": "latin_hypercube", "points": 10}
    run(tmp_path, factors=factors, design=design)
    fits(write_sweep(sim.results.open(tmp_path), swept(factors=factors, design=design).factors, tmp_path))


def test_every_study_whose_answer_is_the_head_of_its_page_is_known() -> None:
    from sim.api.result import PAGES

    assert set(ANSWERED) <= set(PAGES)
    assert not set(ANSWERED) & {"compare", "project", "stress", "check_formula"}
