"""The door: functions of ``import sim`` do what the command line does, to the bit, and refuse what it refuses."""

import gc
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from commanded import carried_out
from hydra.core.override_parser.overrides_parser import OverridesParser
from test_architecture import loaded_by

import sim
from sim.api.spans import years_of
from sim.api.words import words_of
from sim.report.compare.figures import FIGURES
from sim.report.shared.intervals import bands

ROOT = Path(__file__).resolve().parent.parent
SMALL: dict[str, Any] = {"draws": 3, "years": 2, "workers": 1, "quiet": True}
WORDS = ("draws=3", "horizon=2", "workers=1", "report=false")
TEXT = (ROOT / "docs" / "examples" / "my_bill.yaml").read_text(encoding="utf-8")


@pytest.fixture
def bill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bill outside the package, in the folder where the user works; temporary files lie beside it."""
    monkeypatch.chdir(tmp_path)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return Path(shutil.copy(ROOT / "docs" / "examples" / "my_bill.yaml", tmp_path / "my_bill.yaml"))


def left_behind(bill: Path) -> list[str]:
    """What lies in the user's folder and among the temporary files, but for the bill and the folder that Python keeps
    for worker processes until it ends."""
    return sorted(path.relative_to(bill.parent).as_posix() for path in bill.parent.rglob("*")
                  if path != bill and path.name != "temporary" and "pymp-" not in path.as_posix())  # fmt: skip


@pytest.fixture(scope="module")
def compared() -> sim.Runs:
    """Two formulas and current law, without a discrepancy, so that tables follow from the stored runs alone."""
    return sim.compare(["aligned", "sb130_quarter_weight"], discrepancy=False, **SMALL)


def test_the_door_opens_without_loading_anything() -> None:
    assert loaded_by("sim") & {"numpy", "pandas", "pyarrow", "hydra", "yaml", "matplotlib", "mesa", "rich"} == set()


def test_the_door_itself_draws_nothing_until_it_is_asked_to() -> None:
    homes = sorted(f"sim.api.{path.stem}" for path in (ROOT / "sim" / "api").glob("*.py") if path.stem != "__init__")
    assert loaded_by(*homes) & {"mesa", "matplotlib", "seaborn"} == set()


def test_every_public_name_is_there_and_no_other() -> None:
    assert {name for name in sim.__all__ if not hasattr(sim, name)} == set()
    assert set(sim.__all__) <= set(dir(sim))
    assert (Path(sim.__file__).parent / "py.typed").is_file(), "else a checker of types passes over it"
    with pytest.raises(AttributeError, match="no attribute 'compere'"):
        sim.compere  # noqa: B018
    assert sim.results.open.__name__ == "open_results"


def test_a_comparison_is_that_of_the_command_line_to_the_bit(bill: Path) -> None:
    found = sim.compare(["aligned", "my_bill.yaml"], parameters={"staffing": {"turnover": 0.15}}, **SMALL)
    folder = bill.parent / "here"
    carried_out(
        folder, "study=compare", "study.formulas=[aligned,my_bill.yaml]", "parameters.staffing.turnover=0.15", *WORDS
    )
    theirs = sim.open(folder)
    assert isinstance(theirs, sim.Runs)
    for table in ("state", "lines", "clusters"):
        pd.testing.assert_frame_equal(getattr(found, table), getattr(theirs, table), check_exact=True)
    assert found.text == theirs.text
    assert found.manifest.config_hash == theirs.manifest.config_hash
    pd.testing.assert_frame_equal(found.table("all"), theirs.table("all"), check_exact=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sim.project("my_bill.yaml", **SMALL), ("study=project", "formula=my_bill.yaml")),
        (lambda: sim.project("aligned", scenario="oil_slump", baseline="pilot_sunset", **SMALL),
         ("study=project", "formula=aligned", "scenario=oil_slump", "study.baseline=pilot_sunset")),
        (lambda: sim.stress("my_bill.yaml", scenarios="oil_slump", **SMALL),
         ("study=stress", "study.formulas=[my_bill.yaml]", "study.scenarios=[oil_slump]")),
        (lambda: sim.sweep("my_bill.yaml", factors={"parameters": {"staffing.turnover": [0.1, 0.2]}}, points=2,
                           **{**SMALL, "draws": 1}),
         ("study=sweep", "study.formulas=[my_bill.yaml]", "factors.parameters.staffing.turnover=[0.1,0.2]",
          "design.points=2", "draws=1")),
    ],
)  # fmt: skip
def test_every_study_that_keeps_runs_is_that_of_the_command_line(
    call: Callable[[], sim.Runs], words: tuple[str, ...], bill: Path
) -> None:
    found = call()
    carried_out(bill.parent / "here", words[0], *WORDS, *words[1:])
    theirs = sim.open(bill.parent / "here")
    assert isinstance(theirs, sim.Runs)
    assert found.study == words[0].partition("=")[2]
    pd.testing.assert_frame_equal(found.state, theirs.state, check_exact=True)
    pd.testing.assert_frame_equal(found.design, theirs.design, check_exact=True)
    assert found.text == theirs.text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sim.explain("my_bill.yaml", district="gallup", draws=2, years=2, quiet=True),
         ("study=explain", "formula=my_bill.yaml", "district=gallup", "draws=2", "horizon=2")),
        (lambda: sim.probes(cases="announced_end", draws=2, workers=1, quiet=True),
         ("study=probes", "study.cases=[announced_end]", "draws=2", "workers=1")),
        (lambda: sim.Formula("my_bill.yaml").price(draws=2),
         ("study=check_formula", "formula_file=my_bill.yaml", "draws=2")),
    ],
)  # fmt: skip
def test_every_study_that_keeps_a_report_is_that_of_the_command_line(
    call: Callable[[], sim.Report], words: tuple[str, ...], bill: Path
) -> None:
    found = call()
    carried_out(bill.parent / "here", *words)
    theirs = sim.open(bill.parent / "here")
    assert isinstance(theirs, sim.Report)
    assert found.text == theirs.text
    assert found.tables == theirs.tables
    pd.testing.assert_frame_equal(found.table(), theirs.table(), check_exact=True)
    assert found.study in repr(found)


@pytest.mark.slow
def test_a_hindcast_tells_its_verdicts_and_its_track_record(bill: Path) -> None:
    found = sim.hindcast(cases="delaware", draws=2, workers=1, quiet=True)
    assert found.text.startswith((found.folder / "hindcast.txt").read_text(encoding="utf-8"))
    assert found.text.endswith((found.folder / "track_record.txt").read_text(encoding="utf-8"))
    assert set(found.table()["case"]) == {"delaware"}
    assert all(isinstance(found.table(name), pd.DataFrame) for name in found.tables)
    assert len(found.table("changes")) > 0
    assert found.plots == ()
    with pytest.raises(sim.InputError, match="the study has none"):
        found.plot("verdicts")
    with pytest.raises(sim.InputError, match="did you mean 'coverage'"):
        found.table("coverge")


REFUSED: list[tuple[Callable[[], Any], str]] = [
    (lambda: sim.compare(["alignd"], **SMALL), "formula 'alignd' is not known; did you mean 'aligned'?"),
    (lambda: sim.compare(["none.yaml"], **SMALL), "none.yaml: cannot be read"),
    (lambda: sim.compare(["my_bill.yaml", "./my_bill.yaml"], **SMALL), "'my_bill' stands twice"),
    (lambda: sim.compare([], **SMALL), "study.formulas: is empty; name at least one"),
    (lambda: sim.compare([3], **SMALL), "bill: 3 is not allowed"),  # type: ignore[list-item]
    (lambda: sim.compare(["a'b\"c\\d"], **SMALL), "the file of a formula ends in .yaml"),
    (lambda: sim.compare("aligned", drawz=3), "drawz: unknown setting; did you mean 'draws'?"),
    (lambda: sim.compare("aligned", draws=0), "draws: 0 is not allowed: a whole number from 1"),
    (lambda: sim.compare("aligned", draws="5"), "draws: '5' is not allowed"),  # type: ignore[arg-type]
    (lambda: sim.compare("aligned", draws=object()), "is not allowed: write a number"),  # type: ignore[arg-type]
    (lambda: sim.compare("aligned", parameters={"staffing.turnovr": 0.1}), "unknown parameter; did you mean"),
    (lambda: sim.compare("aligned", scenario="oil_slmp"), "did you mean 'oil_slump'?"),
    (lambda: sim.compare("aligned", world="nowhere"), "'nowhere' is no state that is known and no folder"),
    (lambda: sim.compare("aligned", baseline="${oc.env:HOME}"), "'${...}' is not allowed"),
    (lambda: sim.compare("aligned", formulas=["texas"]), "formulas: is written twice"),
    (lambda: sim.compare("aligned", **{"study.formulas": ["texas"]}), "study.formulas: is written twice"),
    (lambda: sim.compare("aligned", **{"hydra.run.dir": "x"}), "hydra.run.dir: may not be set here; folder=..."),
    (lambda: sim.compare("aligned", shards=2), "shards: may not be set here"),
    (lambda: sim.compare("aligned", folder="my_bill.yaml"), "choose another: folder=..."),
    (lambda: sim.project("notes.txt", **SMALL), "the file of a formula ends in .yaml"),
    (lambda: sim.project("", **SMALL), "formula: is empty"),
    (lambda: sim.stress("aligned", scenario="oil_slump"), "scenario: study=stress does not read it"),
    (lambda: sim.sweep("aligned", factors={}), "factors: is empty"),
    (lambda: sim.explain("aligned", district="galup"), "district: 'galup' is not known; did you mean"),
    (lambda: sim.explain("aligned", district="list"), "sim.World().districts has their names"),
    (lambda: sim.explain("aligned", district="gallup", discrepancy=False), "study=explain does not read it"),
    (lambda: sim.district("aligned", district="galup"), "district: 'galup' is not known; did you mean"),
    (lambda: sim.district("status_quo", district="gallup"), "'status_quo' is the baseline itself; name a bill"),
    (lambda: sim.district("aligned", district="gallup", replicate=1), "study=district does not read it"),
    (lambda: sim.hindcast(cases=["nowhere"]), "study.cases: 'nowhere' is not known"),
    (lambda: sim.hindcast(years=3), "horizon: study=hindcast does not read it; each case has its own years"),
    (lambda: sim.probes(cases=["nowhere"]), "study.cases: 'nowhere'"),
    (lambda: sim.open("nowhere"), "nowhere: there is no such folder"),
    (lambda: sim.open("."), "holds no results of a study"),
    (lambda: sim.Formula("alignd"), "formula 'alignd' is not known"),
    (lambda: sim.Formula.from_text("title: x\nlines: ["), "bill.yaml, line 2"),
    (lambda: sim.Formula.from_text(TEXT.replace("components", "compnents")), "did you mean 'components'?"),
    (lambda: sim.Formula.from_text(TEXT, "a/b"), "name: 'a/b' is not allowed"),
    (lambda: sim.Formula("aligned").save("aligned.txt"), "ends in .yaml"),
    (lambda: sim.World("nowhere"), "'nowhere' is no state that is known and no folder"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "told"), REFUSED, ids=[told for _, told in REFUSED])
def test_what_cannot_be_used_is_refused_in_one_line_and_leaves_nothing(
    call: Callable[[], Any], told: str, bill: Path
) -> None:
    (bill.parent / "notes.txt").write_text("notes")
    with pytest.raises(sim.InputError) as caught:
        call()
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    assert str(bill.parent / "temporary") not in str(caught.value)
    assert left_behind(bill) == ["notes.txt"]


def test_two_bills_outside_the_package_are_compared_by_path_by_text_and_by_what_was_loaded(bill: Path) -> None:
    dearer = sim.Formula.from_text(TEXT.replace("dollars: 900", "dollars: 1800"), "dearer")
    found = sim.compare([bill, dearer], **SMALL)
    assert list(found.manifest.formulas) == ["status_quo", "my_bill", "dearer"]
    assert found.table("last five").loc["dearer", "state_cost"] > found.table("last five").loc["my_bill", "state_cost"]
    kept = dearer.save(bill.parent / "dearer.yaml")
    assert sim.Formula(kept).data == dearer.data
    assert (
        sim.Formula("aligned")
        .save(bill.parent / "copy.yaml")
        .read_text(encoding="utf-8")
        .startswith((ROOT / "conf" / "formula" / "aligned.yaml").read_text(encoding="utf-8")[:100])
    )


def test_results_without_a_folder_go_when_they_are_let_go(bill: Path) -> None:
    found = sim.project("my_bill.yaml", **SMALL)
    folder = found.folder
    assert folder.is_dir()
    figure = found.plot("proration")
    del found
    gc.collect()
    assert not folder.exists()
    assert figure.path.is_file()
    del figure
    gc.collect()
    assert left_behind(bill) == []


def test_a_named_folder_is_kept_and_continued_and_the_command_line_can_go_on_with_it(bill: Path) -> None:
    first = sim.project("my_bill.yaml", folder="mine", **SMALL)
    stamp = (bill.parent / "mine" / "design.parquet").stat().st_mtime_ns
    chunks = {path: path.stat().st_mtime_ns for path in (bill.parent / "mine" / "results").glob("chunk-*")}
    again = sim.project("my_bill.yaml", folder="mine", **SMALL)
    assert chunks == {path: path.stat().st_mtime_ns for path in (bill.parent / "mine" / "results").glob("chunk-*")}
    assert (bill.parent / "mine" / "design.parquet").stat().st_mtime_ns == stamp
    pd.testing.assert_frame_equal(first.state, again.state, check_exact=True)
    with pytest.raises(sim.InputError, match=r"draws") as caught:
        sim.project("my_bill.yaml", folder="mine", **{**SMALL, "draws": 4})
    assert "hydra" not in str(caught.value)
    carried_out(bill.parent / "mine", "study=project", "formula_file=my_bill.yaml", *WORDS)


def test_progress_is_plain_lines_and_none_if_quiet(bill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sim.project("my_bill.yaml", **SMALL)
    assert capsys.readouterr() == ("", "")
    sim.project("my_bill.yaml", **{**SMALL, "quiet": False})
    out, err = capsys.readouterr()
    assert out == ""
    assert "2 formulas and status_quo_indexed, 3 draws, 2 years, 120 districts" in err
    assert "\x1b" not in err
    assert "\r" not in err
    assert len(err.splitlines()) <= 8


def test_the_table_of_a_span_is_the_summary_of_that_period(compared: sim.Runs) -> None:
    table, summary = compared.table("first five"), compared.summary
    rows = summary[summary["period"] == "mean of years 1 to 2"].set_index(["metric", "formula"])
    for column, metric in (
        ("concentrators_taught", "concentrators_taught"),
        ("state_cost", "state_cost_constant"),
        ("credentials", "credentials"),
    ):
        for formula in table.index:
            row = rows.loc[(metric, formula)]
            assert table.loc[formula, column] == row["mean"]
            assert table.loc[formula, f"{column}_change"] == row["difference_mean"]
            assert table.loc[formula, f"{column}_change_low"] == row["difference_p05"]
            assert table.loc[formula, f"{column}_change_high"] == row["difference_p95"]
    assert table.attrs["span"] == "FY2027-28"


def test_what_a_weight_takes_from_other_units_is_public_money_and_no_state_cost(compared: sim.Runs) -> None:
    table = compared.table("all")
    weight, law = table.loc["sb130_quarter_weight"], table.loc["status_quo"]
    assert weight["state_cost"] == 0 < weight["moved_inside_main_formula"]
    assert weight["public_money_change"] == pytest.approx(weight["moved_inside_main_formula"] - law["state_cost"])
    assert law["moved_inside_main_formula"] == law["public_money_change"] == 0


@pytest.mark.parametrize(
    ("span", "years"),
    [
        ("first five", [2027, 2028, 2029, 2030, 2031]),
        ("last five", [2032, 2033, 2034, 2035, 2036]),
        ("all", list(range(2027, 2037))),
        (2026, [2026]),
        ("2031", [2031]),
        ("FY2031", [2031]),
        ("FY2027-31", [2027, 2028, 2029, 2030, 2031]),
        ("FY2035-FY2036", [2035, 2036]),
    ],
)
def test_a_span_is_the_years_that_it_says(span: str | int, years: list[int]) -> None:
    held = np.arange(2026, 2037)
    assert list(held[years_of(span, held, 2026)]) == years


def test_five_years_are_all_years_where_there_are_fewer() -> None:
    held = np.arange(2026, 2029)
    assert (
        list(held[years_of("first five", held, 2026)]) == list(held[years_of("last five", held, 2026)]) == [2027, 2028]
    )


@pytest.mark.parametrize("span", ["first six", "2031-27", "FY2025", "2030-40", "", None, True, 3.5])
def test_a_span_that_is_none_or_that_the_study_lacks_is_refused(span: Any) -> None:
    with pytest.raises(sim.InputError, match="span: "):
        years_of(span, np.arange(2026, 2037), 2026)


def test_gains_of_districts_are_differences_within_draws_for_each_member(compared: sim.Runs) -> None:
    table = compared.districts(2028).set_index(["formula", "district"])
    assert len(table) == 2 * 120
    runs = compared.with_design(compared.store.districts, ["formula", "replicate"])
    runs = runs[(runs["fiscal_year"] == 2028) & (runs["district"] == "3501110")]
    prices = compared.with_design(compared.state, ["formula", "replicate"]).query("fiscal_year == 2028")
    prices = prices.set_index(["formula", "replicate"])["price_index"]
    keyed = runs.set_index(["formula", "replicate"])
    money = (keyed["paid"] - keyed["dilution"]) / prices.reindex(keyed.index)
    for formula in ("aligned", "sb130_quarter_weight"):
        change = (money[formula] - money["status_quo"]).to_numpy()
        each = bands(change / keyed.loc[formula, "membership"].to_numpy(), axis=0)
        row = table.loc[(formula, "3501110")]
        assert row["gain"] == pytest.approx(change.mean())
        assert row["gain_per_member"] == pytest.approx(float(each.mean))
        assert row["gain_per_member_low"] == pytest.approx(float(each.low))
        assert row["name"] == "Gallup-McKinley County Schools"
    assert compared.districts().equals(compared.districts(2028))


def test_a_result_says_what_it_is_in_two_lines_and_shows_a_table(compared: sim.Runs) -> None:
    first, second = repr(compared).splitlines()
    assert first == "Runs: compare of status_quo, aligned, sb130_quarter_weight; 3 draws, 2 years, seed 2026"
    assert second.startswith(f"in {compared.folder} (see .table(span), ")
    shown = compared._repr_html_()
    assert "<table" in shown
    assert "FY2027-28" in shown
    assert len(repr(sim.World()).splitlines()) == len(repr(sim.Formula("aligned")).splitlines()) == 2


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda found: found.plot("concentrator"), "did you mean 'concentrators'?"),
        (lambda found: found.plot("unit_value", "oil_slump"), "scenario: 'oil_slump' is not there"),
        (lambda found: found.districts(2031), "districts are kept for FY2026, FY2027, FY2028"),
        (lambda found: found.table("last five", "oil_slump"), "scenario: 'oil_slump' is not there"),
        (lambda found: found.answer(), "there is no answer.txt"),
        (lambda found: found.plot("concentrators").save("figure.pdf"), "a figure is a .png file"),
    ],
)
def test_what_results_do_not_hold_is_refused_in_one_line(
    ask: Callable[[sim.Runs], Any], told: str, compared: sim.Runs, tmp_path: Path
) -> None:
    (compared.folder / "answer.txt").unlink(missing_ok=True)
    with pytest.raises(sim.InputError) as caught:
        ask(compared)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_answer_is_what_the_study_wrote(compared: sim.Runs) -> None:
    path = compared.folder / "answer.txt"
    path.write_text("The answer.\n", encoding="utf-8")
    assert compared.answer() == "The answer.\n"
    path.unlink()


@pytest.mark.slow
def test_a_price_and_a_bridge_have_an_answer_which_their_page_begins_with(bill: Path) -> None:
    price = sim.Formula("my_bill.yaml").price(draws=2)
    change = sim.bridge("my_bill.yaml", fiscal_years=[2027], draws=2, quiet=True)
    for found, said in ((price, "districts are paid $"), (change, "pays districts $")):
        assert found.text.startswith(found.answer())
        assert said in found.answer()
    assert len(change.table()) == len(sim.World().districts)
    assert set(change.tables) == {"bridge", "bridge_statewide"}


@pytest.mark.slow
def test_a_formula_taken_apart_has_its_parts_and_an_answer(bill: Path) -> None:
    for study in (sim.decompose, sim.two_by_two):
        found = study("my_bill.yaml", **SMALL)
        assert found.text.startswith(found.answer())
        assert "changes students taught by" in " ".join(found.answer().split())
        assert {"part", "outcome", "unit", "mean", "fiscal_years"} <= set(found.parts.columns)
        assert len(found.table("first five")) > 2


@pytest.mark.slow
def test_a_library_of_named_laws_has_each_as_written_and_at_equal_money(bill: Path) -> None:
    found = sim.library(["texas", "my_bill.yaml"], **SMALL)
    assert {"status_quo", "texas", "texas_cost_neutral", "my_bill", "my_bill_cost_neutral"} <= set(found.table().index)
    assert "scaled" in found.text


@pytest.mark.slow
def test_a_sensitivity_says_which_formula_is_first(bill: Path) -> None:
    few = {"trajectories": 2, "replicates": 1, "numbers": 2, "points": 8, "resamples": 20}
    found = sim.sensitivity(["aligned"], years=1, workers=1, quiet=True, sensitivity=few)
    assert "is first in" in " ".join(found.answer().split())
    assert len(found.table())


def test_a_comparison_took_no_formula_apart(compared: sim.Runs) -> None:
    with pytest.raises(sim.InputError, match="took no formula apart"):
        _ = compared.parts


def test_a_figure_is_drawn_when_it_is_asked_for_and_nothing_is_left_in_the_folder(
    compared: sim.Runs, tmp_path: Path
) -> None:
    before = sorted(compared.folder.rglob("*"))
    figure = compared.plot("state_cost_by_line")
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert figure.save(tmp_path / "figure.png").stat().st_size > 10_000
    assert sorted(compared.folder.rglob("*")) == before


@pytest.mark.slow
def test_figures_by_name_are_those_that_a_report_writes(bill: Path) -> None:
    found = sim.project("aligned", **{**SMALL, "report": True})
    written = {path.stem for path in (found.folder / "figures").glob("*.png")}
    assert written <= set(found.plots)
    assert len(written) > 8


@pytest.mark.slow
def test_a_stress_has_rows_for_each_scenario_and_figures_of_its_own(bill: Path) -> None:
    found = sim.stress("my_bill.yaml", scenarios=["oil_slump"], **{**SMALL, "years": 3})
    assert list(found.table().index.get_level_values("scenario").unique()) == ["baseline", "oil_slump"]
    pd.testing.assert_frame_equal(found.table().loc["oil_slump"], found.table(scenario="oil_slump"))
    assert "stress_shortfall" in found.plots
    assert found.answer().startswith("Worst years of FY2027-29")
    assert found.text.startswith(found.answer())
    assert found.plot("stress_cost_my_bill").path.is_file()
    assert found.plot("concentrators", "oil_slump").path != found.plot("concentrators").path


@pytest.mark.slow
def test_a_sweep_says_what_it_cannot_show(bill: Path) -> None:
    found = sim.sweep("aligned", factors={"parameters.staffing.turnover": [0.1, 0.2]}, points=2, years=1, workers=1)
    with pytest.raises(sim.InputError, match="study=sweep varies more than the formula"):
        found.table()
    assert "Sweep of 2 points" in found.text
    assert "<pre>" in found._repr_html_()


def test_a_world_has_its_districts_and_clusters_by_identifier(bill: Path) -> None:
    world = sim.World()
    assert world.districts.loc["3501110", "name"] == "Gallup-McKinley County Schools"
    assert world.districts["membership"].sum() == pytest.approx(world.data.districts.membership.sum())
    assert world.clusters["concentrator_share"].sum() == pytest.approx(1.0)
    (bill.parent / "mine").mkdir()
    shutil.copy(ROOT / "sim/world/new_mexico/clusters.csv", bill.parent / "mine")
    assert words_of({"world": sim.World("mine")}) == ["world.path=mine"]
    assert words_of({"baseline": sim.Formula("aligned")}) == ["study.baseline=aligned"]


def test_a_price_has_a_row_for_each_district_and_adds_up(bill: Path) -> None:
    table = sim.Formula("my_bill.yaml").price(draws=2).table()
    assert len(table) == 120
    assert table["district"].str.fullmatch(r"\d{7}").all()
    assert (table["net"] - table["net_current_law"]).to_numpy() == pytest.approx(table["change"].to_numpy())


@pytest.mark.parametrize(
    "value",
    ["plain", "with space", "a'b", 'a"b', "back\\slash", "true", "null", "1e5", "C:\\new\\bill.yaml", "año, [x]", "nan",
     "a=b", "{x: 1}", 3, 2.5, 1e-9, True, None, [1, "two", None], {"share": 0.01, "outcome": "credentials"}],
    ids=repr,
)  # fmt: skip
def test_a_value_is_read_back_as_it_was_written(value: Any) -> None:
    (word,) = words_of({"setting": value})
    assert OverridesParser.create().parse_override(word).value() == value


def test_mappings_of_parameters_are_a_word_for_each() -> None:
    nested = {"staffing": {"turnover": np.float64(0.15)}, "exams.share": [1, 2]}
    assert words_of({"parameters": nested}) == ["parameters.staffing.turnover=0.15", "parameters.exams.share=[1,2]"]
    assert words_of({"scenario": "mine.yaml", "years": 3}) == ["study.scenarios=[mine.yaml]", "horizon=3"]


@pytest.mark.slow
def test_a_script_of_three_lines_uses_several_processes_without_running_twice(bill: Path) -> None:
    script = bill.parent / "script.py"
    script.write_text(
        'print("begins")\nimport sim\n'
        'print(len(sim.compare("my_bill.yaml", draws=4, chunk=1, years=1, workers=2, quiet=True).table()))\n'
        "import __main__\nassert __main__.__file__ and __main__.__spec__ is None\n"
    )
    done = subprocess.run([sys.executable, str(script)], cwd=bill.parent, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["begins", "3"]


@pytest.mark.slow
def test_the_examples_of_the_page_run(bill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(examples) > 5
    names: dict[str, Any] = {}
    for text in examples:
        small = (
            text.replace("draws=50", "draws=2, workers=1").replace("years=10", "years=5").replace("draws=16", "draws=2")
        )
        exec(compile(small, "docs/reference/python.md", "exec"), names)
    assert "A bill in ten lines" in capsys.readouterr().out
    assert (bill.parent / "outputs" / "my_bill" / "manifest.json").is_file()
    assert (bill.parent / "cost.png").is_file()


def test_the_page_names_every_public_name_and_every_figure_of_a_comparison() -> None:
    page = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    assert {name for name in sim.__all__ if f"sim.{name}" not in page} == set()
    assert {name for name in FIGURES if f"`{name}`" not in page} == set()
