"""A whole study of conditions, small: its files hold together, it goes on where it stopped, and it refuses mistakes."""

from pathlib import Path

import pandas as pd
import pytest

from sim.cli import run
from sim.study.setup.reads import usual_config
from sim.study.setup.settings import Discover

FEW = (
    "discover", "aligned", "horizon=2", "workers=1", "design.points=24", "discover.fresh=20", "discover.resamples=20",
    "discover.years=2", "study.scenarios=[baseline,oil_slump]",
)  # fmt: skip


def test_a_budget_of_cost_is_in_dollars() -> None:
    written = usual_config("discover")["discover"]
    assert Discover.model_validate({**written, "budget": 3e7, "of": "cost"}).budget == 3e7
    with pytest.raises(ValueError, match="cost is capped by the appropriation"):
        Discover.model_validate({**written, "of": "cost"})


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["discover.severity=3"], "settings: discover.severity"),
        (["discover.budget=all"], "settings: discover.budget"),
        (["draws=5"], "design.points says how many futures"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run([*FEW, *words]) == 2
    said = capsys.readouterr()
    assert len(said.err.splitlines()) == 1
    assert told in said.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_small_study_writes_what_holds_together_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn")
    monkeypatch.chdir(tmp_path)
    words = [*FEW, "factors.formula.appropriation.dollars=[10e6,120e6]", "out=mine"]
    assert run(words) == 0
    folder = tmp_path / "mine"
    said = (folder / "answer.txt").read_text(encoding="utf-8")
    assert said.startswith("LESC's aligned formula owes more than its appropriation in")
    boxes, futures = (pd.read_csv(folder / f"{name}.csv") for name in ("boxes", "futures"))
    robust = pd.read_csv(folder / "robustness.csv").set_index("formula")
    assert len(futures) == 24
    budget = boxes[(boxes["question"] == "budget") & (boxes["formula"] == "aligned")].iloc[0]
    assert budget["cases"] == futures["aligned.breaks"].sum()
    assert budget["cases"] + budget["fresh_cases"] == round(44 * (1.0 - robust.loc["aligned", "within_budget"]))
    assert robust.loc["status_quo", "at_goal"] == 1.0, "current law reaches what current law reaches"
    assert (futures["aligned.over"] > 0).equals(futures["aligned.breaks"].astype(bool))
    # More money for the same bill never owes more above it: where it breaks with much, it breaks with little.
    money = futures["formula.appropriation.dollars"]
    assert money[futures["aligned.breaks"].astype(bool)].mean() < money[~futures["aligned.breaks"].astype(bool)].mean()
    before = {path: path.stat().st_mtime_ns for path in (folder / "searched").rglob("*.parquet")}
    assert run(words) == 0
    assert before == {path: path.stat().st_mtime_ns for path in (folder / "searched").rglob("*.parquet")}
    assert (folder / "answer.txt").read_text(encoding="utf-8") == said
