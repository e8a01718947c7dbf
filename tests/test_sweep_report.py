"""What a sweep writes: levels, rank correlations, margins and a figure."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from simulated import made_up
from sweeping import DOLLARS, TURNOVER, run, swept

import sim.results
from sim.report.compare.precision import write_precision
from sim.report.compare.write import write_report
from sim.report.shared.panel import Panel
from sim.report.sweep.outcomes import by_point, run_outcomes
from sim.report.sweep.rank_correlations import correlations, effect
from sim.report.sweep.text import factor_lines, write_sweep
from sim.results.rank_correlation import spearman
from sim.study.running.precision import LEAST_REPLICATES, margin

FACTORS = {**TURNOVER, **DOLLARS, "formula.rules.indexation": {"levels": ["none", "prices"]}}
DESIGN = {"name": "latin_hypercube", "points": 12}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweep")
    run(folder, factors=FACTORS, design=DESIGN, draws=2, horizon=7, chunk=12)
    return folder


@pytest.fixture(scope="module")
def told(finished: Path) -> str:
    return write_sweep(sim.results.open(finished), swept(factors=FACTORS, design=DESIGN).factors, finished)


def test_every_promised_file_is_there(finished: Path, told: str) -> None:
    names = {"factors.csv", "sweep.csv", "sweep.txt", "correlations.csv", "precision.csv", "outcomes.parquet"}
    assert names <= {path.name for path in finished.iterdir()}
    assert (finished / "figures" / "tornado.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert (finished / "sweep.txt").read_text(encoding="utf-8") == told
    for words in ("12 points x 2 replicates", "mean of FY2029-33", "Current law", "Spearman", "2 replicates"):
        assert words in told
    assert told.startswith("Current law, students taught (FY2029-33): ")
    assert max(map(len, told.splitlines())) <= 80
    assert "…" not in told


def test_outcomes_are_means_of_the_last_five_years(finished: Path) -> None:
    results = sim.results.open(finished)
    outcomes, span = run_outcomes(results)
    assert span == "FY2029-33"
    assert len(outcomes) == len(results.design)
    state = results.state[(results.state["run_id"] == 5) & (results.state["fiscal_year"] >= 2029)]
    row = outcomes[outcomes["run_id"] == 5].iloc[0]
    assert row["concentrators"] == pytest.approx(state["concentrators"].mean(), rel=1e-12)
    assert row["state_cost_constant"] == pytest.approx(state["state_cost_constant"].mean(), rel=1e-12)


def test_differences_are_taken_within_replicate_and_point(finished: Path, told: str) -> None:
    outcomes, _ = run_outcomes(sim.results.open(finished))
    wide = outcomes.pivot(index=["point", "replicate"], columns="formula", values="credentials")
    difference = wide["aligned"] - wide["status_quo"]
    table = pd.read_csv(finished / "sweep.csv").set_index(["formula", "metric"])
    assert table.loc[("aligned", "credentials"), "difference_mean"] == pytest.approx(difference.mean())
    assert table.loc[("aligned", "credentials"), "difference_p95"] == pytest.approx(np.percentile(difference, 95))
    assert table.loc[("status_quo", "credentials"), "difference_mean"] == 0.0
    precision = pd.read_csv(finished / "precision.csv").set_index("outcome")
    by_replicate = difference.groupby(level="replicate").mean()
    error = by_replicate.std(ddof=1) / np.sqrt(2)
    assert precision.loc["credentials", "monte_carlo_error"] == pytest.approx(error)
    assert precision.loc["credentials", "replicates"] == 2


def test_rank_correlations_agree_with_scipy(finished: Path, told: str) -> None:
    results = sim.results.open(finished)
    outcomes, _ = run_outcomes(results)
    found = pd.read_csv(finished / "correlations.csv").set_index(["formula", "outcome", "of", "factor"])
    points = results.design.drop_duplicates("point").set_index("point").sort_index()
    dollars = "formula.components.per_student.dollars"
    change = by_point(outcomes, "aligned", "concentrators", "status_quo")
    row = found.loc[("aligned", "concentrators", "difference from status_quo", dollars)]
    expected = stats.spearmanr(points[dollars], change).statistic
    assert row["rank_correlation"] == pytest.approx(expected, abs=1e-5)
    assert row["low"] < row["rank_correlation"] < row["high"]
    assert row["points"] == 12
    # A factor that a formula has not, and one that is a word, say nothing.
    assert ("status_quo", "concentrators", "level", dollars) not in found.index
    assert "formula.rules.indexation" not in set(found.index.get_level_values("factor"))


def test_an_effect_is_the_mean_of_the_highest_third_less_that_of_the_lowest() -> None:
    factor = np.arange(30.0)
    assert effect(factor, 100.0 * factor) == pytest.approx(2_000.0, rel=0.02)
    assert effect(factor, np.full(30, 7.0)) == 0.0
    assert np.isnan(effect(factor[:9], factor[:9]))


def test_what_has_no_correlation_says_why(finished: Path, told: str) -> None:
    table = pd.read_csv(finished / "correlations.csv", keep_default_na=False, na_values=["nan"])
    reasons = table[table["rank_correlation"].isna() | (table["rank_correlation"] == "")]["none_because"]
    assert set(reasons) <= {"the outcome does not vary", "the factor does not vary"}


def test_a_rank_correlation_follows_order_alone() -> None:
    rng = np.random.default_rng(0)
    one = rng.random(50)
    assert spearman(one, np.exp(9 * one)) == (1.0, 1.0, 1.0)
    assert spearman(one, -one)[0] == -1.0
    assert np.isnan(spearman(one, np.full(50, 3.0))[0])
    assert np.isnan(spearman(one, 1e7 * (1.0 + 1e-12 * one))[0])
    assert np.isnan(spearman(one[:9], one[:9])[0])


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    pairs = rng.standard_normal((800, 2, 60))
    other = 0.6 * pairs[:, 0] + 0.8 * pairs[:, 1]
    truth = 6.0 / np.pi * np.arcsin(0.6 / 2.0)
    ends = [spearman(x, y)[1:] for x, y in zip(pairs[:, 0], other, strict=True)]
    share = np.mean([low <= truth <= high for low, high in ends])
    assert 0.92 < share < 0.98


def test_a_factor_of_the_baseline_is_correlated_with_every_difference(tmp_path: Path) -> None:
    path = "formula.status_quo.lines.nextgen_pilot.appropriation.dollars"
    design = {"name": "latin_hypercube", "points": 10}
    run(tmp_path, factors={path: [1e6, 40e6]}, design=design)
    results = sim.results.open(tmp_path)
    outcomes, _ = run_outcomes(results)
    points = results.design.drop_duplicates("point").set_index("point")[[path]]
    found = correlations(outcomes, points, swept(factors={path: [1e6, 40e6]}, design=design).factors, "status_quo")
    aligned = found[(found["formula"] == "aligned") & (found["outcome"] == "state_cost_constant")]
    assert list(aligned["of"]) == ["difference from status_quo"]
    assert aligned["rank_correlation"].iloc[0] < -0.9
    assert set(found[found["formula"] == "status_quo"]["of"]) == {"level"}


def test_the_head_of_a_run_names_factors_with_their_units() -> None:
    lines = factor_lines(swept(factors=FACTORS, design=DESIGN).factors)
    assert lines[0] == "  parameters.staffing.turnover: 0.05 to 0.2 (share per year; as written 0.1)"
    assert lines[1] == "  formula.components.per_student.dollars: 500 to 2,000 (dollars; as written 905)"
    many = swept(factors={"parameters": "prior"}, design={"name": "prior", "points": 2}).factors
    assert factor_lines(many)[-1] == f"  and {len(many) - 12} more, see factors.csv"


def test_a_sweep_of_few_points_says_so(tmp_path: Path) -> None:
    run(tmp_path, factors=TURNOVER)
    text = write_sweep(sim.results.open(tmp_path), swept(factors=TURNOVER).factors, tmp_path)
    assert "at least 10 points" in text
    assert "One replicate cannot tell" in text
    assert not (tmp_path / "figures").exists()


def compared(folder: Path, **changes: object) -> sim.results.Results:
    study = {"name": "compare", "formulas": ["status_quo", "aligned"], "baseline": "status_quo"}
    run(folder, study=study, design=None, draws=4, **changes)  # type: ignore[arg-type]
    return sim.results.open(folder)


def test_a_report_leaves_out_what_was_not_kept(tmp_path: Path) -> None:
    results = compared(tmp_path, keep=["state"])
    write_report(results, made_up(6, 4), tmp_path / "report")
    written = {path.name for path in (tmp_path / "report").rglob("*") if path.is_file()}
    assert {"comparison.txt", "summary.csv", "concentrators.png"} <= written
    gone = {"fiscal_note.csv", "run_sheet.xlsx", "state_cost_by_line.png", "offered_by_cluster.png"}
    assert not gone & written
    assert Panel(results).line_names == ()


def test_a_comparison_says_its_monte_carlo_error(tmp_path: Path) -> None:
    results = compared(tmp_path)
    text = write_precision(results, tmp_path)
    assert text.startswith("How far a mean difference from Current law may move, 4 replicates")
    assert text.count("±") > 3
    assert max(map(len, text.splitlines())) <= 80
    row = pd.read_csv(tmp_path / "precision.csv").set_index("outcome").loc["concentrators"]
    wide = results.with_design(results.state, ["formula", "replicate"])
    last = wide[wide["fiscal_year"] > 2026].groupby(["replicate", "formula"])["concentrators"].mean().unstack()
    difference = last["aligned"] - last["status_quo"]
    assert row["difference_mean"] == pytest.approx(difference.mean())
    assert row["monte_carlo_error"] == pytest.approx(difference.std(ddof=1) / 2)


def test_the_end_says_how_many_replicates_were_used(tmp_path: Path) -> None:
    study = {"name": "compare", "formulas": ["status_quo", "aligned"], "baseline": "status_quo"}
    common = {"study": study, "design": None, "horizon": 1, "draws": 40, "chunk": 10}
    run(tmp_path / "a", **common, precision={"outcome": "concentrators", "share": 1.0})  # type: ignore[arg-type]
    assert "Stopped after 30 of 40 replicates" in write_precision(sim.results.open(tmp_path / "a"), tmp_path / "a")
    run(tmp_path / "b", **common, precision={"outcome": "concentrators", "half_width": 1e-6})  # type: ignore[arg-type]
    text = write_precision(sim.results.open(tmp_path / "b"), tmp_path / "b")
    assert "All 40 replicates were used" in " ".join(text.split())


@pytest.mark.parametrize(("half_width", "about"), [(0.275, 60), (0.16, 150), (0.098, 400)])
def test_looking_after_every_chunk_keeps_what_the_interval_promises(half_width: float, about: int) -> None:
    """Stopped as soon as the interval is narrow enough, it still holds the true mean in 95% of trials."""
    chunk, trials, rng = 20, 1_000, np.random.default_rng(5)
    held, stopped = 0, []
    for differences in rng.normal(3.0, 1.0, (trials, 3 * about)):
        for count in range(chunk, 3 * about, chunk):
            found = margin(differences[:count])
            if count >= LEAST_REPLICATES and found.half_width <= half_width:
                break
        held += abs(found.mean - 3.0) <= found.half_width
        stopped.append(found.replicates)
    assert np.median(stopped) == pytest.approx(about, rel=0.2)
    assert held / trials == pytest.approx(0.95, abs=0.02)
