"""The experiments and the benchmark run, and their tables say what they claim to say."""

import ast
import importlib
import io
import runpy
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

import sim

ROOT = Path(__file__).resolve().parent.parent
EXPERIMENTS = sorted((ROOT / "experiments").glob("[0-9]*.py"))
DRAWS, HORIZON = 2, 3


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "experiments"))
    return importlib.import_module("running")


@pytest.fixture(scope="module")
def carried_out(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, str]]:
    """Run an experiment, small, once; its folder and what it printed."""
    outputs = tmp_path_factory.mktemp("experiments")

    @cache
    def carry_out(name: str) -> tuple[Path, str]:
        said = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(said):
            patch.syspath_prepend(str(ROOT / "experiments"))
            main = runpy.run_path(str(ROOT / "experiments" / f"{name}.py"))["main"]
            main([f"draws={DRAWS}", f"horizon={HORIZON}", "workers=1", f"outputs={outputs}"])
        return outputs / f"{name}_{DRAWS}_draws_{HORIZON}_years", said.getvalue()

    return carry_out


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", index_col=0)


def test_every_experiment_is_listed_and_short() -> None:
    listed = (ROOT / "experiments" / "README.md").read_text(encoding="utf-8")
    for path in EXPERIMENTS:
        text = path.read_text(encoding="utf-8")
        assert f"({path.name})" in listed
        assert len(text.splitlines()) < 80
        assert all(f"\n{word}. " in text for word in ("Question", "Method", "Result")), path.name


def test_experiments_use_the_public_surface_alone() -> None:
    sources = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "experiments").glob("*.py")}
    for name, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            inner = [alias.name for alias in getattr(node, "names", [])] if isinstance(node, ast.Import) else []
            inner += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            assert not [module for module in inner if module.startswith("sim.")], name


def test_a_word_that_is_no_setting_ends_an_experiment_with_one_line(running: ModuleType) -> None:
    with pytest.raises(SystemExit, match="'40' is no setting; write key=value, as draws=40"):
        running.options(["40"], "01_compare_designs")
    chosen = running.options(["draws=40", "seed=7", "outputs=there"], "01")
    assert (chosen.draws, chosen.horizon, dict(chosen.settings)) == (40, 30, {"seed": 7})
    assert chosen.folder == Path("there") / "01_40_draws_30_years"


def test_what_was_expected_stands_beside_what_came_out(
    running: ModuleType, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    values = pd.Series([float(number) for number in range(101)])
    chosen = running.Options(1, 1, tmp_path)
    running.finding(chosen, running.Expectation("more", "a reason"), running.told(values, "{:.0f}".format), False)
    assert capsys.readouterr().out == (
        "\nExpected: more\nBecause:  a reason\nFound:    50 (90% of draws 5 to 95)\nVerdict:  not as expected\n"
    )


def test_the_table_of_findings_has_a_row_for_each(
    running: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = importlib.import_module("summary")
    for path in EXPERIMENTS:
        for draws, found in ((2, "few"), (40, "many")):
            chosen = running.options([f"draws={draws}", f"outputs={tmp_path}"], path.stem)
            chosen.folder.mkdir()
            running.finding(chosen, running.Expectation("more", "a reason"), found, True)
    rows = summary.table(tmp_path).splitlines()[2:]
    assert len(rows) == len(EXPERIMENTS)
    assert all("| more | **as expected**: many | 40, 30 |" in row for row in rows)
    with pytest.raises(SystemExit, match=r"holds no findings of 01_compare_designs\.py"):
        summary.table(tmp_path / "nothing")


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_every_expectation_stands_before_the_run_and_is_held_against_what_came_out(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    stated = {
        ast.unparse(node.targets[0])
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("Expectation(")
    }
    held = {
        ast.unparse(node.args[1])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "finding"
    }
    assert held == stated != set()


def test_designs_are_compared(carried_out: Callable[[str], tuple[Path, str]]) -> None:
    folder, printed = carried_out("01_compare_designs")
    formulas = set(pd.read_csv(folder / "summary.csv")["formula"])
    assert {"status_quo", "aligned", "sb130_quarter_weight"} <= formulas
    assert "Current law" in printed
    assert "LESC's aligned" in printed
    assert printed.count("\nExpected: ") == 1


def test_an_end_of_the_pilot_takes_depth_before_reach(carried_out: Callable[[str], tuple[Path, str]]) -> None:
    folder, _ = carried_out("02_what_if_the_pilot_ends")
    left = table(folder, "what_is_left")
    assert (left.loc[2026, "spending":"instructors"] == 1.0).all()
    assert left.loc[2029, "second-course sections"] < left.loc[2029, "first-course sections"] < 1.0
    assert left.loc[2029, "concentrators taught"] < left.loc[2029, "participants"] <= 1.0
    assert left.loc[2029, "spending"] < left.loc[2029, "participants"]
    assert table(folder, "shares").loc["before the pilot", "concentrating"] == pytest.approx(0.1669, abs=1e-4)


def test_every_plan_that_is_still_under_way_waits_for_one_thing(carried_out: Callable[[str], tuple[Path, str]]) -> None:
    folder, _ = carried_out("03_what_stops_launches")
    plans = table(folder, "plans")
    waits = ["for start-up money", "for a lab or shop", "for an instructor"]
    assert list(plans["still waiting"]) == pytest.approx(list(plans[waits].sum(axis=1)))
    assert plans.loc["aligned_with_startup", "open"] > plans.loc["aligned", "open"]
    assert plans.loc["aligned_with_startup", "share for money"] < plans.loc["aligned", "share for money"]


def test_an_unfunded_weight_costs_other_units_what_a_funded_one_costs_the_state(
    carried_out: Callable[[str], tuple[Path, str]],
) -> None:
    folder, _ = carried_out("04_money_inside_or_outside_the_seg")
    places = table(folder, "places")
    unfunded, funded = places.loc["sb130_quarter_weight"], places.loc["concentrator_weight_funded"]
    assert unfunded["state cost, $M"] == 0 < unfunded["lost by other units, $M"]
    assert funded["lost by other units, $M"] == pytest.approx(0, abs=1e-6)
    assert funded["state cost, $M"] == pytest.approx(unfunded["lost by other units, $M"], rel=0.05)


def test_elements_are_compared_at_the_same_base_year_cost(carried_out: Callable[[str], tuple[Path, str]]) -> None:
    folder, _ = carried_out("05_cost_neutral")
    elements = table(folder, "elements")
    outcomes = ["concentrators taught", "concentrators reported", "credentials", "sites"]
    assert (elements.loc["status_quo", outcomes] == 0).all()
    formulas = sim.open(folder).manifest.formulas
    scaled = [record["neutral"] for record in formulas.values() if "neutral" in record]
    assert len(scaled) == 6
    assert len({record["target"] for record in scaled}) == 1
    for record in scaled:
        assert record["achieved"] == pytest.approx(record["target"], rel=1e-6)


def test_elements_are_compared_at_the_same_present_value_too(
    carried_out: Callable[[str], tuple[Path, str]],
) -> None:
    folder, printed = carried_out("05_cost_neutral")
    assert "same present value" in printed
    assert table(folder, "elements_present_value").loc["aligned", "factor on amounts"] > 0
    formulas = sim.open(folder / "present_value").manifest.formulas
    scaled = [record["neutral"] for record in formulas.values() if "neutral" in record]
    assert len(scaled) == 6
    for record in scaled:
        assert record["achieved"] == pytest.approx(record["target"], rel=1e-3)


def test_pay_for_credentials_is_followed_by_exams_then_credentials_of_less_value(
    carried_out: Callable[[str], tuple[Path, str]],
) -> None:
    folder, printed = carried_out("06_pay_for_credentials")
    path = pd.read_csv(folder / "path.csv", index_col=["formula", "fiscal_year"])
    paid, base = path.loc["paid_credentials"], path.loc["status_quo"]
    assert list(paid.index) == [2026, 2027, 2028, 2029]
    assert paid.loc[2026].to_list() == pytest.approx(base.loc[2026].to_list())
    assert paid.loc[2029, "pathways with an exam"] > base.loc[2029, "pathways with an exam"]
    assert paid.loc[2029, "exams sat"] > 1.5 * base.loc[2029, "exams sat"]
    assert paid.loc[2029, "passed"] < base.loc[2029, "passed"]
    assert paid.loc[2029, "tier 3"] < base.loc[2029, "tier 3"]
    assert list(path[["tier 1", "tier 2", "tier 3"]].sum(axis=1)) == pytest.approx([1.0] * len(path))
    assert str(folder / "credentials_path.png") in printed
    assert (folder / "credentials_path.png").stat().st_size > 10_000


@pytest.mark.slow
def test_a_reverse_stress_brackets_what_breaks(carried_out: Callable[[str], tuple[Path, str]]) -> None:
    folder, said = carried_out("07_reverse_stress")
    found = table(folder, "reverse")
    assert {"take_up_surge", "oil_slump", "revenue", "participation"} <= set(found.index)
    shares = found[["draws below before", "at most", "lowest median share"]]
    assert ((shares >= 0.0) & (shares <= 1.0)).all().all()
    assert (found["at most"] >= found["draws below before"]).all()
    assert "Found:" in said


@pytest.mark.slow
def test_levers_have_a_price(carried_out: Callable[[str], tuple[Path, str]]) -> None:
    folder, said = carried_out("08_frontier")
    found = table(folder, "frontier")
    assert found.loc["As it is", "state pays a year, $M"] == 0.0
    assert found.loc["A lower cap", "state pays in the worst year, $M"] < 0.0
    assert found.loc["Paid in full", "districts carry, $M"] <= 0.0
    assert "on the frontier" in found
    assert "Found:" in said


def test_differences_are_taken_within_draws(running: ModuleType, tmp_path: Path) -> None:
    results = small_study(running, tmp_path)
    shown = running.by_formula(results, {"concentrators": "n"}, range(2027, 2029), against_baseline=True)
    runs = results.with_design(results.state, ["formula", "replicate"]).query("fiscal_year > 2026")
    by_run = runs.groupby(["formula", "replicate"], observed=True)["concentrators"].mean()
    differences = [by_run["aligned", draw] - by_run["status_quo", draw] for draw in range(DRAWS)]
    assert shown.loc["aligned", "n"] == pytest.approx(sum(differences) / DRAWS)
    assert shown.loc["status_quo", "n"] == 0


def test_a_formula_that_is_not_there_ends_an_experiment_with_one_line(running: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="alined"):
        running.run(running.Options(1, 1, tmp_path), ["alined"])


def small_study(running: ModuleType, folder: Path) -> sim.Runs:
    results: sim.Runs = running.run(running.Options(DRAWS, 2, folder, {"workers": 1}), ["status_quo", "aligned"])
    return results


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("bench")


@pytest.mark.slow
def test_the_benchmark_measures_every_part(bench: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "fused_table", lambda scope: [])
    measured = bench.measured(bench.Scope(horizon=1, chunks=(1,), chunk=2, nations=(5, 7), repeats=1, apart=False))
    page = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    for part in (
        "reference kernel",
        "start and warm-up",
        "recording",
        "all of it and writing",
        "agent by agent (Mesa)",
    ):
        assert f"| {part}" in measured
        assert f"| {part}" in page


def test_the_compiled_loop_of_the_benchmark_does_what_the_rules_do(bench: ModuleType) -> None:
    pytest.importorskip("numba")
    scope = bench.Scope(horizon=2, chunk=2, repeats=1, apart=False)
    found = bench.fused(scope)
    assert [name for name, *_ in found] == ["sections at a price of a dollar", "what students do"]
    assert all(apart < 1e-12 for *_, apart in found)
