"""The command line as a user calls it."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml
from commanded import called

import sim.results
from sim.config_folder import config_folder
from sim.parameters.posterior import STORED
from sim.report.compare.write import TO_MAIL
from sim.results.schema import STATE
from sim.world.loading import BUNDLED

QUICK = ("draws=2", "horizon=2", "workers=1", "report=false")
TWO = "study.formulas=[status_quo,aligned]"


def written(folder: Path) -> list[str]:
    """Files in a folder, without Hydra's own record of what was asked for."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and ".hydra" not in path.parts
    )


def refused(folder: Path, *arguments: str) -> str:
    """What a user is told: one line, exit status 2, nothing written."""
    before = written(folder)
    done = called(folder, *arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("cte-sim: ")
    assert written(folder) == before
    return lines[0]


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A run with its report, in a folder of the user's choice."""
    folder = tmp_path_factory.mktemp("reported")
    done = called(folder, "draws=3", "horizon=4", "workers=1", TWO, "hydra.run.dir=mine")
    assert done.returncode == 0, done.stderr
    return folder / "mine", done


def test_a_run_ends_with_the_table_of_formulas(reported: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, done = reported
    for word in ("Current law", "LESC's aligned", "per 100", "public money", "90%", "3 draws"):
        assert word in done.stdout
    assert max(map(len, done.stdout.splitlines()[:-1])) <= 132
    assert done.stdout.splitlines()[-1].endswith("mine")
    assert "Traceback" not in done.stderr
    assert folder.is_dir()


def test_every_promised_file_is_there_and_opens(reported: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, _ = reported
    assert set(written(folder)) >= {
        "summary.csv",
        "fiscal_note.csv",
        "run_sheet.xlsx",
        "design.parquet",
        "manifest.json",
    }
    summary = pd.read_csv(folder / "summary.csv")
    assert {"status_quo", "aligned"} <= set(summary["formula"])
    assert {"concentrators", "credentials", "state_cost", "pathways", "proration"} <= set(summary["metric"])
    note = pd.read_csv(folder / "fiscal_note.csv")
    assert len(note) > 0
    sheet = openpyxl.load_workbook(folder / "run_sheet.xlsx", read_only=True)
    assert len(sheet.sheetnames) >= 1
    figures = list((folder / "figures").glob("*.png"))
    assert len(figures) >= 6
    assert all(path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" and path.stat().st_size > 5_000 for path in figures)
    results = sim.results.open(folder)
    assert len(results.design) == 6
    assert set(results.state["fiscal_year"]) == set(range(2026, 2031))
    assert {column.name for column in STATE} < set(results.state.columns)
    assert results.manifest.seed == results.manifest.config["seed"]


def test_a_finished_run_is_not_run_again(reported: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, first = reported
    record = folder / "results" / "chunk-00000.json"
    before = record.stat().st_mtime_ns
    again = called(folder.parent, "draws=3", "horizon=4", "workers=2", TWO, "hydra.run.dir=mine", "report=false")
    assert again.returncode == 0, again.stderr
    assert again.stdout == first.stdout.replace(f"{TO_MAIL}\n", "")  # pages are not written again
    assert record.stat().st_mtime_ns == before


def test_another_configuration_in_the_same_folder_is_refused(
    reported: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, _ = reported
    told = refused_after_start(folder, "draws=3", "horizon=4", "workers=1", TWO, "hydra.run.dir=mine", "seed=7")
    assert "seed" in told
    assert "choose another folder" in told


def refused_after_start(folder: Path, *arguments: str) -> str:
    """A refusal that comes when the results folder is looked at: the last line of standard error."""
    before = {name: (folder / name).stat().st_mtime_ns for name in written(folder)}
    done = called(folder.parent, *arguments)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert {name: (folder / name).stat().st_mtime_ns for name in written(folder)} == before
    mistakes = [line for line in done.stderr.splitlines() if line.startswith("cte-sim: ")]
    assert len(mistakes) == 1
    return mistakes[0]


@pytest.mark.slow
def test_several_runs_one_after_the_other(tmp_path: Path) -> None:
    done = called(tmp_path, "-m", "seed=1,2", *QUICK, TWO, "hydra.sweep.dir=sweep")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Written to") == 2
    seeds = [sim.results.open(tmp_path / "sweep" / number).manifest.seed for number in ("0", "1")]
    assert seeds == [1, 2]


@pytest.mark.slow
def test_one_formula_is_projected_against_current_law(tmp_path: Path) -> None:
    arguments = ("study=project", "formula=aligned", "formula.appropriation.dollars=20000000", *QUICK)
    done = called(tmp_path, *arguments, "parameters.staffing.turnover=0.15", "hydra.run.dir=here")
    assert done.returncode == 0, done.stderr
    results = sim.results.open(tmp_path / "here")
    assert list(results.manifest.formulas) == ["status_quo", "aligned"]
    assert "staffing.turnover" not in results.design
    lines = results.with_design(results.lines, ["formula"])
    aligned = lines[(lines["line"] == "aligned") & (lines["fiscal_year"] == 2027)]
    assert aligned["appropriation"].to_numpy() == pytest.approx(20e6, rel=0.1)
    assert (aligned["paid"] <= 20e6 * 1.1).all()


def test_a_formula_of_ones_own(tmp_path: Path) -> None:
    bill = yaml.safe_load((config_folder() / "formula" / "aligned_base.yaml").read_text(encoding="utf-8"))
    (tmp_path / "my_bill.yaml").write_text(yaml.safe_dump(bill), encoding="utf-8")
    done = called(tmp_path, "study.formulas=[status_quo,aligned_base,my_bill.yaml]", *QUICK, "hydra.run.dir=here")
    assert done.returncode == 0, done.stderr
    results = sim.results.open(tmp_path / "here")
    assert list(results.manifest.formulas) == ["status_quo", "aligned_base", "my_bill"]
    state = results.with_design(results.state, ["formula"]).groupby(["formula", "fiscal_year"], observed=True)
    cost = state["state_cost"].mean()
    assert cost["my_bill", 2027] == cost["aligned_base", 2027] > 0


def test_tables_of_ones_own(tmp_path: Path) -> None:
    world = tmp_path / "my_state"
    world.mkdir()
    (world / "districts.csv").write_text(
        "district,membership,high_schools\nNorthfield,1200,2\nLakeside,90,1\nAshton,300,1\n", encoding="utf-8"
    )
    done = called(tmp_path, "world.path=my_state", *QUICK, TWO, "hydra.run.dir=here")
    assert done.returncode == 0, done.stderr
    results = sim.results.open(tmp_path / "here")
    assert set(results.districts["district"]) == {"Northfield", "Lakeside", "Ashton"}


def test_the_console_script_is_the_command() -> None:
    script = Path(sys.executable).parent / ("cte-sim.exe" if os.name == "nt" else "cte-sim")
    done = subprocess.run([script, "--help"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for word in ("Usage: cte-sim", "price my_bill.yaml", "aligned", "out="):
        assert word in done.stdout


def test_parameters_are_printed_with_their_sources(tmp_path: Path) -> None:
    done = called(tmp_path, "study=parameters")
    assert done.returncode == 0, done.stderr
    assert "staffing.turnover = " in done.stdout
    assert "prior" in done.stdout
    assert "confidence" in done.stdout
    assert written(tmp_path) == []


def test_one_decision_and_payment_are_explained(tmp_path: Path) -> None:
    place = ("district=3501110", "cluster=health", "replicate=1")
    done = called(tmp_path, "study=explain", "formula=aligned", *place, *QUICK, "hydra.run.dir=mine")
    assert done.returncode == 0, done.stderr
    assert written(tmp_path) == ["mine/explain.csv", "mine/explain.txt"]
    text = (tmp_path / "mine" / "explain.txt").read_text(encoding="utf-8")
    assert done.stdout.startswith(text)
    assert text.startswith(
        "Gallup-McKinley County Schools (3501110), Healthcare & Human Services: aligned beside status_quo"
    )


@pytest.mark.parametrize(
    ("study", "files"),
    [
        (["study=hindcast", "study.cases=[arizona,delaware]"], ["hindcast.csv", "hindcast.md", "hindcast.txt"]),
        (["study=probes", "study.cases=[nothing_pays]"], ["probes.csv", "probes.md", "probes.txt"]),
        (["study=verify_brief"], ["verify_brief.csv", "verify_brief.md", "verify_brief.txt"]),
    ],
)
def test_a_validation_prints_its_page_and_writes_it(tmp_path: Path, study: list[str], files: list[str]) -> None:
    done = called(tmp_path, *study, "draws=2", "workers=1", "report=false", "hydra.run.dir=here")
    assert done.returncode == 0, done.stderr
    assert set(files) <= set(written(tmp_path / "here"))
    page = (tmp_path / "here" / files[-1]).read_text(encoding="utf-8")
    assert done.stdout.startswith(page)


def test_an_assessment_prints_its_page_and_leaves_the_calibration_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "fit").mkdir()
    for suffix in (".csv", ".json", ".parquet"):
        (tmp_path / "fit" / f"posterior{suffix}").write_bytes(STORED.with_suffix(suffix).read_bytes())
    done = called(tmp_path, "study=assess", "draws=20", "report=false", "folder=fit", "hydra.run.dir=here")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "here" / "assessment.txt").read_text(encoding="utf-8")
    assert done.stdout == f"{page}\nWritten to {tmp_path / 'here'}\n"
    assert {"assessment.md", "coverage.csv", "race.csv"} <= set(written(tmp_path / "here"))
    assert written(tmp_path / "fit") == ["posterior.csv", "posterior.json", "posterior.parquet"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["horizn=3"], "horizn: unknown setting; did you mean 'horizon'?"),
        (["horizon=abc"], "horizon: 'abc' is not allowed"),
        (["study=projct"], "study=projct: unknown choice; did you mean 'project'?"),
        (["study=project", "formula=alignd"], "formula=alignd: unknown choice; did you mean 'aligned'?"),
        (["study.nam=compare"], "study.nam: unknown setting; did you mean 'name'?"),
        (["study.formulas=[alignd]"], "formula 'alignd' is not known; did you mean 'aligned'?"),
        (["parameters.staffing.turnovr=0.1"], "unknown parameter; did you mean 'staffing.turnover'?"),
        (["parameters.staffing.turnover=5"], "parameters.staffing.turnover: 5 is not allowed: a number from 0 to 1"),
        (["world.path=nowhere"], "'nowhere' is no state that is known and no folder"),
        (["study=hindcast", "study.cases=[ohoi]"], "study.cases: 'ohoi' is not known; did you mean 'ohio'?"),
        (["study=probes", "study.cases=[texas]"], "study.cases: 'texas' is not known; did you mean 'texas_churn'?"),
        (
            ["study=project", "formula=aligned", "formula.appropriation.dollars=-5"],
            "formula/aligned.yaml: appropriation",
        ),
        (["draws"], "draws"),
        (["study=explain", "formula=aligned"], "district: is missing"),
        (["study=explain", "formula=aligned", "district=galup"], "'galup' is not known; did you mean"),
        (["study=explain", "formula=aligned", "district=gallup", "study.years=[2099]"], "2099 is not allowed"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_told_in_one_line(tmp_path: Path, arguments: list[str], told: str) -> None:
    line = refused(tmp_path, *arguments, "hydra.run.dir=here")
    assert told in line


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title: [\n", "bill.yaml, line"),
        ("title: !!python/object/apply:os.system ['touch pwned']\n", "bill.yaml, line 1"),
        (
            "title: Mine\nsource: me\nyear_of_numbers: 2026\ndescription: x\ncomponents: [{kind: bse}]\n"
            "appropriation: {rule: full}\n",
            "bse",
        ),
    ],
)
def test_a_broken_formula_file_is_told_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "bill.yaml").write_text(text, encoding="utf-8")
    line = refused(tmp_path, "study.formulas=[bill.yaml]", "hydra.run.dir=here")
    assert told in line
    assert not (tmp_path / "pwned").exists()


HEAD = "title: Mine\nyear_of_numbers: 2026\ndescription: x\nappropriation: {rule: full}\n"
REFUSALS = {
    "a negative amount": (
        "source: me\ncomponents:\n  - {kind: base, per_school: -1}\n",
        "bill.yaml, line 7: components.0.base.per_school: -1 is not allowed",
    ),
    "a phase-in that goes down": (
        "source: me\ncomponents: [{kind: base, per_school: 1}]\nrules:\n  phase_in: [0.5, 0.25]\n",
        "bill.yaml, line 8: rules.phase_in: [0.5, 0.25] is not allowed: a phase-in never goes down",
    ),
    "an object": (
        "source: me\ncomponents:\n  - !!python/object/new:os.system [touch pwned]\n",
        "bill.yaml, line 7: a tag (!!python/object/new:os.system) is not allowed",
    ),
}


@pytest.mark.parametrize("mistake", REFUSALS)
def test_a_formula_that_cannot_be_is_refused_before_anything_runs(tmp_path: Path, mistake: str) -> None:
    text, told = REFUSALS[mistake]
    (tmp_path / "bill.yaml").write_text(HEAD + text, encoding="utf-8")
    assert told in refused(tmp_path, "study.formulas=[bill.yaml]", "hydra.run.dir=here")
    assert not (tmp_path / "pwned").exists()


def test_a_broken_table_is_told_in_one_line(tmp_path: Path) -> None:
    with (BUNDLED / "districts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[5][rows[0].index("poverty_share")] = "7"
    with (tmp_path / "districts.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    (tmp_path / "high_schools.csv").write_bytes((BUNDLED / "high_schools.csv").read_bytes())
    line = refused(tmp_path, "world.path=.", "hydra.run.dir=here")
    for word in ("districts.csv", "row 6", "poverty_share", "7"):
        assert word in line


@pytest.mark.slow
def test_a_sweep_ends_with_what_moves_the_outcomes(tmp_path: Path) -> None:
    arguments = (
        "study=sweep", "design=sobol", "design.points=16", "horizon=2", "workers=2", "chunk=8", "hydra.run.dir=mine",
        "factors.parameters.staffing.turnover=[0.05,0.2]", "factors.formula.components.per_student.dollars=[500,2000]",
        "factors.scenario.from_year.2028.progression=[0.8,1.1]",
    )  # fmt: skip
    done = called(tmp_path, *arguments)
    assert done.returncode == 0, done.stderr
    for word in ("16 points x 1 replicate", "staffing turnover", "Spearman", "LESC's aligned", "Current law"):
        assert word in " ".join(done.stdout.split())
    assert "parameters.staffing.turnover: 0.05 to 0.2 (share per year; as written 0.1)" in done.stderr
    assert set(written(tmp_path / "mine")) >= {
        "design.parquet", "factors.csv", "sweep.txt", "sweep.csv", "correlations.csv", "outcomes.parquet",
        "precision.csv", "figures/tornado.png", "results/state-00001.parquet",
    }  # fmt: skip
    again = called(tmp_path, *arguments)
    assert again.stdout == done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["study=sweep", "factors.parameters.staffing.turnovr=prior"], "did you mean 'staffing.turnover'?"),
        (["study=sweep", "design=sobl"], "did you mean 'sobol'?"),
        (["study=sweep", "design.pints=4"], "did you mean 'points'?"),
        (["study=sweep", "design=table"], "design.file"),
        (["design=sobol"], "write cte-sim sweep"),
        (["precision={outcome: concentrator, half_width: 10}"], "precision.outcome: 'concentrator' is not allowed"),
        (["precision.half_width=10"], "precision.outcome: is missing"),
        (["keep=[lines]"], "state is always kept"),
    ],
)
def test_mistakes_in_a_sweep_are_answered_in_one_line(tmp_path: Path, arguments: list[str], told: str) -> None:
    assert told in refused(tmp_path, *arguments, *QUICK)


@pytest.mark.slow
def test_a_comparison_stops_when_it_is_precise_enough(tmp_path: Path) -> None:
    settings = ("draws=60", "horizon=1", "chunk=15", "workers=2", "report=false", TWO, "hydra.run.dir=mine")
    done = called(tmp_path, *settings, "precision={outcome: concentrators, share: 0.5}")
    assert done.returncode == 0, done.stderr
    assert "Stopped after 30 of 60 replicates" in " ".join(done.stdout.split())
    assert len(sim.results.open(tmp_path / "mine").design) == 60


@pytest.mark.slow
def test_a_sensitivity_study_is_told_in_words_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    small = (
        "study=sensitivity", TWO, "horizon=1", "workers=1", "report=false", "hydra.run.dir=mine",
        "sensitivity={trajectories: 2, replicates: 1, numbers: 2, points: 8, resamples: 50}",
    )  # fmt: skip
    done = called(tmp_path, *small)
    assert done.returncode == 0, done.stderr
    for words in ("WHICH UNCERTAIN NUMBERS MATTER", " of draws.", "Chance: whose luck a draw has", "judgement"):
        assert words in " ".join(done.stdout.split())
    folder = tmp_path / "mine"
    assert {"sensitivity.txt", "sensitivity.csv", "morris.csv", "ranking.csv"} <= set(written(folder))
    assert len(sim.results.open(folder / "shares").design) == 8 * (2 + 4) * 2
    record = folder / "shares" / "results" / "chunk-00000.json"
    before = record.stat().st_mtime_ns
    assert called(tmp_path, *small).stdout == done.stdout
    assert record.stat().st_mtime_ns == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("sensitivity.pointz=16",), "sensitivity.pointz: unknown setting"),
        (("sensitivity.points=100",), "settings: sensitivity.points"),
        (("uncertainty=central",), "settings: uncertainty: central is not allowed"),
        (("sensitivity.posterior=none.csv",), "none.csv: cannot be read: there is no such file"),
        (("study.formulas=[status_quo]",), "needs a baseline and another formula"),
    ],
)
def test_a_mistake_in_a_sensitivity_study_is_one_line(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    assert told in refused(tmp_path, "study=sensitivity", *arguments)
