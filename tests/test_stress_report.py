"""What a stress study writes: losses by hand, every figure with its condition, tables that hold together, the page."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import pytest
from fake_results import FakeResults, fake_world
from test_answer import CURRENT, Law
from test_stress_answer import CALM, SURGE, under

from sim.inputs import InputError
from sim.report.answer.stress import write_stress_answer
from sim.report.levers.facts import LeverFacts
from sim.report.levers.files import write_levers
from sim.report.levers.tables import answer, price_list
from sim.report.stress.measured import RANDOM, measured
from sim.report.stress.page import parts_of, stress_page
from sim.report.stress.places import Places, lost_frame, toll_sheet
from sim.report.stress.reserve_tables import claim_sheet, drawn_down, ladder_sheet
from sim.report.stress.sheets import Sheet, as_text
from sim.report.stress.shortfall import stress_panels
from sim.report.stress.tables import sentences, write_stress
from sim.report.stress.tail_tables import (
    losses_frame,
    matrix,
    parts_sheet,
    returns_sheet,
    spread_of,
    tail_sheet,
    yearly_frame,
)
from sim.report.stress.words import tail_sentences
from sim.study.stress.reserves import OWN, read_ladder

if TYPE_CHECKING:
    from sim.results.results import Results

LADDER = read_ladder(OWN)
WORLD = fake_world(4)
STUDY = under({"baseline": CALM, "take_up_surge": SURGE})


def configured(results: "Results", **stress: Any) -> "Results":
    fake = cast("FakeResults", results)
    manifest = replace(fake.manifest)
    manifest.config = {"stress": stress}  # type: ignore[attr-defined]
    return cast("Results", replace(fake, manifest=manifest))


def test_losses_by_hand() -> None:
    """$50M are paid, a tenth of what is owed is not; under a surge a fifth is not."""
    of = measured(STUDY)
    aligned = of.formulas.index("aligned")
    assert of.losses["baseline"][aligned].carried == pytest.approx(50e6 / 0.9 - 50e6)
    assert of.losses["take_up_surge"][aligned].carried == pytest.approx(50e6 / 0.8 - 50e6)
    assert of.means("carried", "all years")[aligned, 0] == pytest.approx(10 * (50e6 / 0.9 - 50e6))


def test_what_a_weight_takes_is_carried_too_and_a_reserve_lessens_what_is_over_what_was_voted() -> None:
    calm = {"status_quo": CURRENT, "sb130_quarter_weight": Law(0, state=0.0, taken=42.0)}
    of = measured(under({"baseline": calm}))
    assert of.losses["baseline"][1].carried == pytest.approx(42e6)
    assert of.losses["baseline"][1].unpaid == pytest.approx(0.0)


def test_scenarios_are_laid_out_once_for_all_that_is_written_of_one_study() -> None:
    study, other = under({"baseline": CALM, "take_up_surge": SURGE}), under({"baseline": SURGE, "take_up_surge": CALM})
    assert stress_panels(study) is stress_panels(study)
    assert measured(study) is measured(study)
    assert measured(study).panels is stress_panels(study)
    taught = [stress_panels(one)["baseline"].state("concentrators_taught") for one in (study, other)]
    owed = [stress_panels(one)["baseline"].state("entitlement") for one in (study, other)]
    assert taught[0].shape == taught[1].shape
    assert not (owed[0] == owed[1]).all()  # each has its own


def test_scenarios_of_other_draws_are_refused_in_one_line() -> None:
    fake = cast("FakeResults", STUDY)
    lost = fake.design.query("scenario == 'take_up_surge' and replicate == 3").run_id
    with pytest.raises(InputError, match=r"take_up_surge has other draws.*retry_failed=true"):
        measured(cast("Results", replace(fake, state=fake.state[~fake.state["run_id"].isin(lost)])))


def test_no_tail_from_too_few_draws_and_the_page_says_how_many_more() -> None:
    """There are 40 draws: enough for 90%, not for 95% (59) or 99% (299)."""
    of = measured(STUDY)
    found = of.tails("baseline", 1, "carried", "worst year")
    assert [tail.value_at_risk.wanted for tail in found] == [0, 19, 259]
    sheet = tail_sheet(of, "carried", "worst year")
    assert sheet is not None
    assert "19 more" in as_text(sheet, 200)
    assert "draws=299" in as_text(sheet, 200)
    assert tail_sentences(of) == ["Of one future in twenty 40 draws tell nothing: 59 are the fewest."]
    frame = losses_frame(of)
    assert frame[frame["level"] == 0.95]["value"].isna().all()
    assert frame[frame["level"] == 0.90]["value"].notna().all()
    assert "p90" in yearly_frame(of)
    assert "p95" not in yearly_frame(of)


def test_every_figure_of_a_scenario_stands_in_a_row_that_names_it() -> None:
    of = measured(STUDY)
    for sheet in (tail_sheet(of, "carried", "worst year"), claim_sheet(of, LADDER), toll_sheet(of)):
        for row in sheet.rows if sheet is not None else ():
            label = row.cells[0][0].strip()
            assert row.strong or label.startswith(("under ", "without a shock")), label


def test_sheets_are_whole_and_fit_a_page() -> None:
    of = measured(configured(STUDY, luck=1, reserve="own"))
    for part in parts_of(of, WORLD):
        for sheet in part.sheets:
            _is_whole(sheet)
            if sheet.name not in ("sources", "where"):
                assert max(map(len, as_text(sheet).splitlines())) <= 80, sheet.name


def _is_whole(sheet: Sheet) -> None:
    assert sheet.rows
    for row in sheet.rows:
        assert len(row.cells) == len(sheet.head), sheet.name
        assert not any("nan" in text for cell in row.cells for text in cell), sheet.name


def test_the_matrix_is_darkest_where_most_is_carried() -> None:
    sheet = matrix(measured(STUDY))
    calm, surge = sheet.rows
    assert surge.shade[2] == 1.0
    assert calm.shade[2] < 1.0
    assert calm.cells[2][0] == "$5.56M"


def test_returns_say_what_they_are_conditional_on() -> None:
    plain = returns_sheet(measured(STUDY))
    chances = returns_sheet(measured(under({"baseline": CALM, RANDOM: SURGE})))
    assert plain is not None
    assert chances is not None
    assert "without a shock" in plain.title
    assert "no shock has a likelihood" in plain.notes[0]
    assert "at historical frequency" in chances.title
    assert "these are chances" in chances.notes[0]


def test_a_spread_is_split_where_parameters_met_several_turns_of_luck_and_not_else() -> None:
    assert parts_sheet(measured(STUDY)) is None
    nested = measured(configured(under({"baseline": CALM, RANDOM: SURGE}), luck=4))
    assert nested.independent == 10
    assert (np.bincount(nested.groups) == 4).all()
    assert spread_of(nested, 1) is not None
    # Draws in groups are fewer than they look: ten say nothing of one future in ten.
    assert nested.tails("baseline", 1, "carried", "worst year")[0].value_at_risk.wanted == 19


def test_the_ladder_pays_no_more_than_is_short() -> None:
    of = measured(configured(STUDY, reserve="own"))
    found = drawn_down(of, LADDER, "take_up_surge", 1)
    owed = of.panels["take_up_surge"].state("entitlement")[1] - of.panels["take_up_surge"].state("state_cost")[1]
    assert found.by_cte.sum(axis=0) + found.unmet == pytest.approx(np.maximum(owed, 0.0)[:, of.calm.policy], abs=1.0)
    _is_whole(ladder_sheet(of, LADDER))


@pytest.mark.slow
def test_a_study_writes_its_page_and_its_tables(tmp_path: Path) -> None:
    study = configured(STUDY, reserve="own")
    said = write_stress_answer(study, tmp_path)
    written = write_stress(study, tmp_path, said, True, WORLD, "cte-sim stress")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.index(sentences(said)[1][:20].replace("'", "&#39;")) < page.index("<h2>")
    assert "http" not in page.replace("http://www.w3.org", "").replace("http-equiv", "")
    assert {"losses.csv", "losses_by_year.csv", "exceedance.csv", "reserves.csv", "lost.csv"} <= {
        p.name for p in written
    }
    for path in written:
        assert path.stat().st_size > 0
        if path.suffix == ".csv":
            assert len(pd.read_csv(path))


def test_a_page_needs_no_world_and_no_figures() -> None:
    page = stress_page(measured(STUDY), ["A sentence."], None)
    assert "A sentence." in page
    assert "Who loses most" not in page


def test_places_are_read_scenario_by_scenario() -> None:
    drought = {"status_quo": Law(-3_000), "aligned": Law(500, state=50.0, paid=(0.9,))}
    of = measured(under({"baseline": CALM, "instructor_drought": drought}))
    places = Places(of, WORLD)
    assert set(places.worst.values()) == {"instructor_drought"}
    found = places.where("instructor_drought", 1)
    assert found is not None
    assert len(found.per_100) == len(places.calm.district_names)
    assert places.where("baseline", 1) is None


STANDS_FOR = {
    "base_only": "aligned_with_lower_cap",
    "specialized_only": "aligned_with_paid_in_full",
    "quality_only": "aligned_with_floor",
    "credential_only": "aligned_with_lag",
}
"""Made-up formulas that stand for variants of the bill."""


def pulled(laws: dict[str, Law]) -> "Results":
    fake = cast("FakeResults", under({"baseline": {"status_quo": CURRENT, **laws}}))
    design = fake.design.assign(formula=fake.design["formula"].replace(STANDS_FOR))
    formulas = {STANDS_FOR.get(name, name): record for name, record in fake.manifest.formulas.items()}
    return cast("Results", replace(fake, design=design, manifest=replace(fake.manifest, formulas=formulas)))


BILL = Law(2_000, state=50.0, paid=(0.9,))
LEVERS = pulled(
    {
        "aligned": BILL,
        "base_only": Law(1_500, state=40.0, paid=(0.7,)),
        "specialized_only": Law(2_600, state=60.0),
        "quality_only": BILL,
    }
)


def test_a_price_list_by_hand() -> None:
    """Of $50M paid at 90%, $5.6M is carried; a cap at $40M paid at 70% adds $11.6M; paid in full nothing is carried."""
    facts = LeverFacts(LEVERS, WORLD)
    pulls = {pull.title: pull for pull in facts.pulls}
    assert pulls["As it is"].carried == pytest.approx(50e6 / 0.9 - 50e6)
    assert pulls["A lower cap"].less_carried.mean == pytest.approx(40e6 / 0.7 - 40e6 - (50e6 / 0.9 - 50e6))
    assert pulls["A lower cap"].more_state.mean == pytest.approx(-10e6)
    assert pulls["A lower cap"].taught.mean == pytest.approx(-500.0, abs=1.0)
    assert pulls["Paid in full"].carried == pytest.approx(0.0)
    assert pulls["A floor"].less_carried.mean == 0.0
    said = " ".join(answer(facts))
    assert "Paid in full: without a shock, districts carry $5.56M less; the state pays $10.0M a year more" in said
    assert "Move neither by $250,000 without a shock: a floor." in said
    _is_whole(price_list(facts))


def test_a_choice_that_another_beats_in_all_is_off_the_frontier() -> None:
    facts = LeverFacts(pulled({"aligned": BILL, "credential_only": Law(1_000, state=50.0, paid=(0.8,))}), WORLD)
    assert facts.on_frontier.tolist() == [True, False]


@pytest.mark.slow
def test_levers_write_their_files(tmp_path: Path) -> None:
    text = write_levers(LEVERS, WORLD, tmp_path)
    assert max(map(len, text.splitlines())) <= 80
    assert len(pd.read_csv(tmp_path / "levers.csv")) == 4
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_the_file_of_places_says_how_many_districts_leave() -> None:
    drought = {"status_quo": CURRENT, "aligned": Law(500, state=50.0, paid=(0.9,))}
    of = measured(under({"baseline": CALM, "instructor_drought": drought}))
    places = Places(of, WORLD)
    assert places.worst
    frame = lost_frame(of, places)
    leaving = frame[frame["place"] == "state"]
    assert len(leaving) == len(places.worst)
    for f, name in places.worst.items():
        found = places.where(name, f)
        assert found is not None
        row = leaving[leaving["formula"] == of.formulas[f]].iloc[0]
        assert row["leave"] == pytest.approx(found.exits.mean())
        assert (row["scenario"], row["identifier"]) == (name, "districts that leave CTE")


def test_of_few_draws_nothing_is_said_at_99_and_of_enough_on_how_few_it_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """40 draws are too few for 99%; where 40 were enough, one draw would make the worst hundredth."""
    before = tail_sheet(measured(STUDY), "carried", "worst year")
    assert before is not None
    assert not any("worst hundredth" in note for note in before.notes)
    for module in ("sim.report.stress.tail_tables", "sim.study.stress.tails"):
        monkeypatch.setattr(f"{module}.draws_needed", lambda level, certain=0.95: 1)
    after = tail_sheet(measured(STUDY), "carried", "worst year")
    assert after is not None
    assert any(note.startswith("Of 40 draws 1 makes the worst hundredth") for note in after.notes)
