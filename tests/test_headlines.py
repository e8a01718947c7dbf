"""Headline outcomes and rank correlations: one definition of each, for stopping, sweeps, sensitivity and hindcasts."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.results.headlines import HEADLINES, headline_columns, headlines, last_years, outcomes_by_run
from sim.results.rank_correlation import spearman
from sim.study.setup.design import in_chunks


def state(first: int, last: int, runs: int = 2) -> pd.DataFrame:
    """Runs whose every number is a hundred times the run and the year's last two digits."""
    years = np.arange(first, last + 1)
    frame = pd.DataFrame({"run_id": np.repeat(range(runs), len(years)), "fiscal_year": np.tile(years, runs)})
    for headline in HEADLINES:
        frame[headline.column] = 100.0 * frame["run_id"] + frame["fiscal_year"] - 2000
    return frame


@pytest.mark.parametrize(
    ("last", "mean", "words"),
    [(2046, 44.0, "FY2042-46"), (2031, 29.0, "FY2027-31"), (2028, 27.5, "FY2027-28"), (2027, 27.0, "FY2027")],
)
def test_a_headline_is_the_mean_of_the_last_five_years_after_the_base_year(last: int, mean: float, words: str) -> None:
    table = state(2026, last)
    found = headlines(table, 2026)
    assert list(found.columns) == [headline.name for headline in HEADLINES]
    assert found.loc[0].tolist() == [mean] * len(HEADLINES)
    assert found.loc[1].tolist() == [100.0 + mean] * len(HEADLINES)
    results = SimpleNamespace(read=lambda name, columns: table[list(columns)], manifest=SimpleNamespace(base_year=2026))
    by_run, span = outcomes_by_run(results, ["concentrators"])  # type: ignore[arg-type]
    assert span == words
    pd.testing.assert_series_equal(by_run["concentrators"], found["concentrators"])


def test_last_years_do_not_ask_for_columns_that_are_not_named() -> None:
    assert set(headline_columns()) == set(state(2026, 2027).columns)
    assert list(last_years(state(2026, 2030), 2026, ["credentials"]).columns) == ["credentials"]


def test_the_rank_correlation_is_spearmans_and_says_nothing_of_what_does_not_vary() -> None:
    rng = np.random.default_rng(4)
    one = rng.integers(0, 6, 40).astype(np.float64)  # with ties
    other = one + rng.standard_normal(40)
    rho, low, high = spearman(one, other)
    assert rho == pytest.approx(stats.spearmanr(one, other).statistic)
    assert low < rho < high
    assert np.isnan(spearman(one, np.full(40, 2.0))).all()
    assert np.isnan(spearman(np.zeros(0), np.zeros(0))).all()


def test_chunks_hold_each_row_once_in_order() -> None:
    assert in_chunks(7, 3) == [range(0, 3), range(3, 6), range(6, 7)]
    assert in_chunks(0, 3) == []
