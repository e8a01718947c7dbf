"""A bill by its path works wherever the name of a formula does, and what a user asks for is never dropped."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from commanded import asked, carried_out

import sim.results
from sim.inputs import InputError
from sim.study.alternatives.study import read_materials
from sim.study.setup.asked import Asked, Choice, asked_formulas
from sim.study.setup.settings import read_settings
from sim.verbs.words import understood

ROOT = Path(__file__).resolve().parent.parent
QUICK = ("draws=2", "workers=1", "report=false")
SHORT = (*QUICK, "horizon=2")


@pytest.fixture
def bill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bill outside the package, in the folder where the user works."""
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copy(ROOT / "docs" / "examples" / "my_bill.yaml", tmp_path / "my_bill.yaml"))


VERBS = ("project", "compare", "stress", "decompose", "two_by_two", "bridge", "explain", "sweep", "sensitivity")
LISTED = "study.formulas=[my_bill.yaml]"
FILE = "formula_file=my_bill.yaml"
SMALL = "sensitivity={trajectories: 2, replicates: 1, numbers: 2, points: 8, resamples: 20}"
SWEPT = "factors.formula.my_bill.components.per_student.dollars=[500,1000]"

RUNS: dict[str, tuple[tuple[str, ...], str]] = {
    "project": (SHORT, "comparison.txt"),
    "compare": (SHORT, "comparison.txt"),
    "library": (SHORT, "comparison.txt"),
    "stress": (("study.scenarios=[oil_slump]", "draws=2", "workers=1", "report=false", "horizon=3"), "stress.txt"),
    "decompose": (SHORT, "parts.txt"),
    "two_by_two": (SHORT, "parts.txt"),
    "bridge": (SHORT, "bridge.txt"),
    "explain": ((*SHORT, "district=gallup"), "explain.txt"),
    "district": ((*SHORT, "district=gallup"), "district.txt"),
    "explore": (("design.points=28", "draws=2", "horizon=1", "workers=1", "explore.fresh=4"), "explore.txt"),
    "sweep": ((SWEPT, "design.points=2", "horizon=2", "workers=1", "report=false"), "sweep.txt"),
    "sensitivity": ((SMALL, "horizon=1", "workers=1", "report=false"), "sensitivity.txt"),
}

OF_ONE = ("bridge", "explain", "district", "decompose", "two_by_two", "explore")


@pytest.mark.slow
@pytest.mark.parametrize("study", RUNS)
def test_every_study_takes_a_bill_outside_the_package(study: str, bill: Path) -> None:
    words, page = RUNS[study]
    request = carried_out(bill.parent / "here", f"study={study}", LISTED, *words)
    told = (bill.parent / "here" / page).read_text(encoding="utf-8")
    flat = " ".join(told.split())
    assert "A bill in ten lines" in flat or "my bill" in flat.replace("_", " ")
    lines = [line for line in told.splitlines() if not line.startswith("Again: cte-sim")]  # a command is to be copied
    assert study == "explain" or max(map(len, lines)) <= 80
    assert "…" not in told
    assert "my_bill" in [formula.name for formula in request.inputs().formulas]


@pytest.mark.slow
@pytest.mark.parametrize("study", RUNS)
def test_a_listed_bill_and_a_bill_by_its_file_are_the_same_bill(study: str, bill: Path) -> None:
    alone = () if study in OF_ONE else ("study.formulas=[status_quo]",)
    words = RUNS[study][0]
    listed, by_file = asked(Path("here"), f"study={study}", LISTED, *words), asked(
        Path("here"), f"study={study}", FILE, *words, *alone
    )  # fmt: skip
    bills = [request.inputs().formula("my_bill") for request in (listed, by_file)]
    assert bills[0] == bills[1]


@pytest.mark.parametrize("verb", [*VERBS, "library", "price", "alternatives"])
@pytest.mark.parametrize("named", ["my_bill.yaml", "formula=my_bill.yaml", FILE])
def test_a_bill_is_never_left_out_without_a_word(verb: str, named: str, bill: Path) -> None:
    where = ("district=gallup",) if verb == "explain" else (SWEPT,) if verb == "sweep" else ()
    words = understood([verb, named, *where]).settings
    if verb == "alternatives" and "formula" in named:
        with pytest.raises(InputError, match="formula_file: study=alternatives does not read it"):
            asked(Path("here"), *words)
        return
    request = asked(Path("here"), *words)
    if verb == "alternatives":
        assert request.settings.study.formulas == ("my_bill.yaml",)
        return
    named_formulas = [formula.name for formula in request.inputs().formulas]
    assert "my_bill" in named_formulas
    assert "status_quo" in named_formulas


def test_structures_are_asked_about_a_bill_outside_the_package(bill: Path) -> None:
    request = asked(Path("here"), *understood(["alternatives", "my_bill.yaml"]).settings)
    assert "my_bill" in [formula.name for formula in read_materials(request.settings).formulas]


@pytest.mark.parametrize("verb", ["bridge", "two_by_two", "decompose"])
def test_a_bill_outside_the_package_is_no_baseline(verb: str, bill: Path) -> None:
    request = asked(Path("here"), *understood([verb, "my_bill.yaml"]).settings)
    assert (request.inputs().chosen, request.inputs().baseline) == ("my_bill", "status_quo")


def test_a_path_with_folders_is_a_formula_too(bill: Path) -> None:
    (bill.parent / "drafts").mkdir()
    shutil.copy(bill, bill.parent / "drafts" / "second.yaml")
    assert formulas("project", "formula=drafts/second.yaml").chosen == "second"


@pytest.mark.slow
def test_a_bill_is_priced_by_its_path_and_a_shipped_formula_by_its_name(bill: Path) -> None:
    for number, (word, title) in enumerate(
        ((FILE, "A bill in ten lines:"), ("formula=aligned", "LESC's aligned formula:"))
    ):
        carried_out(bill.parent / f"here{number}", "study=check_formula", word, "draws=2")
        assert title in (bill.parent / f"here{number}" / "bill.txt").read_text(encoding="utf-8").splitlines()[0]


@pytest.mark.slow
def test_the_draws_of_a_check_are_those_asked_for(bill: Path) -> None:
    carried_out(bill.parent / "here", "study=check_formula", FILE, "draws=3")
    assert "3 draws" in (bill.parent / "here" / "bill.txt").read_text(encoding="utf-8")


@pytest.mark.slow
def test_losses_are_taken_against_calm_though_it_is_not_listed(bill: Path) -> None:
    words = ("study=stress", "study.scenarios=[oil_slump]", "study.formulas=[status_quo]", *QUICK, "horizon=3")
    carried_out(bill.parent / "here", *words)
    design = sim.results.open(bill.parent / "here").design
    assert list(dict.fromkeys(design["scenario"])) == ["baseline", "oil_slump"]


@pytest.mark.slow
def test_a_bill_may_be_the_baseline(bill: Path) -> None:
    request = carried_out(
        bill.parent / "here", "study=project", "study.baseline=my_bill.yaml", "formula=aligned", *SHORT
    )
    assert request.inputs().baseline == "my_bill"
    assert sim.results.open(bill.parent / "here").manifest.baseline == "my_bill"


def formulas(study: str, *words: str) -> Asked:
    """The formulas that a command asks for."""
    request = asked(Path("here"), f"study={study}", *words)
    inputs = request.inputs()
    return Asked({formula.name: "" for formula in inputs.formulas}, inputs.chosen)


@pytest.mark.parametrize(
    ("study", "words", "names", "chosen"),
    [
        ("project", ["formula=aligned"], ["status_quo", "aligned"], "aligned"),
        ("project", ["formula_file=my_bill.yaml"], ["status_quo", "my_bill"], "my_bill"),
        ("project", ["formula=my_bill.yaml"], ["status_quo", "my_bill"], "my_bill"),
        ("compare", ["study.formulas=[aligned]", FILE], ["status_quo", "aligned", "my_bill"], "my_bill"),
        ("compare", ["study.formulas=[aligned]", "formula=texas"], ["status_quo", "aligned", "texas"], "texas"),
        ("compare", ["study.formulas=[aligned]", "study.baseline=null"], ["aligned"], "status_quo"),
        ("decompose", [FILE], ["status_quo", "pilot_sunset", "my_bill"], "my_bill"),
        ("decompose", [LISTED], ["status_quo", "my_bill", "pilot_sunset"], "my_bill"),
        ("decompose", ["study.formulas=[status_quo,pilot_sunset,aligned]"],
         ["status_quo", "pilot_sunset", "aligned"], "aligned"),
        ("bridge", [LISTED], ["status_quo", "my_bill"], "my_bill"),
        ("bridge", ["study.formulas=[aligned]", "formula=aligned"], ["status_quo", "aligned"], "aligned"),
        ("explain", [LISTED], ["status_quo", "my_bill"], "my_bill"),
        ("explain", ["study.formulas=[my_bill.yaml,aligned]"], ["status_quo", "my_bill", "aligned"], "my_bill"),
        ("district", [], ["status_quo", "aligned"], "aligned"),
        ("district", [FILE], ["status_quo", "my_bill"], "my_bill"),
        ("district", [LISTED], ["status_quo", "my_bill"], "my_bill"),
        ("district", ["formula=texas", "study.baseline=pilot_sunset"], ["pilot_sunset", "texas"], "texas"),
        ("check_formula", ["formula=aligned"], ["status_quo", "aligned"], "aligned"),
    ],
)  # fmt: skip
def test_the_formulas_of_a_study_are_those_that_are_named(
    study: str, words: list[str], names: list[str], chosen: str, bill: Path
) -> None:
    found = formulas(study, *words)
    assert list(found.formulas) == names
    assert found.chosen == chosen


@pytest.mark.parametrize(
    ("study", "words", "told"),
    [
        (
            "project",
            ["formula=aligned", FILE],
            "formula_file: 'my_bill.yaml' and formula=aligned both name the formula",
        ),
        ("project", ["formula=status_quo", FILE], "formula_file: 'my_bill.yaml' and formula=status_quo both name"),
        ("project", ["formula.takes_effect=2030", FILE], "both name the formula"),
        ("bridge", ["formula=aligned", LISTED], "study=bridge explains the change to one formula; name one"),
        ("two_by_two", ["study.formulas=[aligned,texas]"], "study=two_by_two takes apart one formula; name one"),
        ("decompose", [FILE, "study.formulas=[aligned]"], "[my_bill.yaml, aligned] are named"),
        ("explain", ["formula=aligned", "study.formulas=[texas,ohio]"], "name at most two"),
        ("district", ["study.formulas=[texas,ohio]"], "study=district tells a district of one formula; name one"),
        ("check_formula", [], "formula_file: is missing; write formula_file=my_bill.yaml"),
        ("project", ["formula_file=none.yaml"], "none.yaml: cannot be read"),
        ("project", ["formula_file=alignd"], "formula_file: formula 'alignd' is not known; did you mean 'aligned'?"),
        (
            "project",
            ["formula_file=notes.txt"],
            "formula_file: 'notes.txt' is not allowed: the file of a formula ends in",
        ),
        ("compare", ["study.baseline=alignd"], "study.baseline: formula 'alignd' is not known"),
        ("compare", ["study.formulas=[my_bill.yaml,my_bill.yaml]"], "'my_bill.yaml' stands twice"),
        ("compare", ["study.formulas=[my_bill.yaml,./my_bill.yaml]"], "'my_bill' stands twice"),
        ("compare", ["study.formulas=[my_bill.yaml]", "formula_file=./my_bill.yaml"], "'my_bill' stands twice"),
        ("compare", ["study.scenarios=[oil_slump]", "scenario=shock_2020"], "scenario=shock_2020 and study.scenarios="),
        ("compare", ["study.scenarios=[oil_slump]", "scenario.years.2030.revenue=0.5"], "both name the scenario"),
        ("explain", ["formula=aligned", "study.scenarios=[baseline,oil_slump]"], "study=explain runs in one scenario"),
        ("compare", ["study.scenarios=[oil_slmp]"], "scenario 'oil_slmp' is not known; did you mean 'oil_slump'?"),
        ("compare", ["study.scenarios=[none.yaml]"], "scenario 'none.yaml': there is no such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_two_names_for_one_thing_are_refused(study: str, words: list[str], told: str, bill: Path) -> None:
    (bill.parent / "notes.txt").write_text("notes")
    with pytest.raises(InputError) as caught:
        formulas(study, *words)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_the_default_choice_is_no_wish_and_the_same_word_typed_is_one() -> None:
    config: dict[str, Any] = {
        "study": {"name": "compare", "formulas": ["aligned"]}, "horizon": 1, "draws": 1, "seed": 0, "chunk": 1,
        "workers": 1, "uncertainty": "prior", "cost_neutral": None, "report": False,
    }  # fmt: skip
    settings = read_settings(config)
    assert list(asked_formulas(settings, Choice("status_quo", False)).formulas) == ["aligned"]
    assert list(asked_formulas(settings, Choice("status_quo", True)).formulas) == ["aligned", "status_quo"]
