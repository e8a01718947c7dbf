"""How formulas stand over all futures: how often each holds, its regret, and how often one is ahead of another."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from sim.arrays import Array, IntArray
from sim.study.discover.outcomes import Outcome
from sim.study.sensitivity.ranking import proportion

HIGH = 0.9
"""The regret that one future in ten exceeds."""

ENDS = (0.05, 0.95)
"""Quantiles of the bootstrap that an interval reaches to."""


def regrets(outcomes: Mapping[str, Outcome]) -> dict[str, dict[str, Array]]:
    """By formula and measure, ``[P]``: ``goal``, what it lies behind the best formula of that future per 100 members;
    ``dollars``, what it costs a year above the cheapest formula of that future."""
    best = np.stack([one.reached for one in outcomes.values()]).max(axis=0)
    least = np.stack([one.cost for one in outcomes.values()]).min(axis=0)
    return {name: {"goal": best - one.reached, "dollars": one.cost - least} for name, one in outcomes.items()}


def robustness(outcomes: Mapping[str, Outcome], resamples: int, random: np.random.Generator) -> pd.DataFrame:
    """A row for each formula: the shares of futures within budget, at the goal and both, with 90% intervals (Wilson);
    and of each regret the value that one future in ten exceeds and the largest, with 90% bootstrap intervals.

    All formulas are resampled by the same futures, so that their rows may be compared. A bootstrap knows nothing of
    regrets beyond the largest that was seen, so that its interval ends there.
    """
    size = len(next(iter(outcomes.values())).cost)
    rows_of = random.integers(size, size=(resamples, size))
    regret, rows = regrets(outcomes), []
    for name, one in outcomes.items():
        row: dict[str, object] = {"formula": name, "futures": size}
        for what, held in (("within_budget", ~one.breaks), ("at_goal", ~one.misses), ("both", one.holds)):
            row[what], row[f"{what}_low"], row[f"{what}_high"] = proportion(int(held.sum()), size)
        for measure, values in regret[name].items():
            row |= _regret(f"regret_{measure}", values, rows_of)
        rows.append(row)
    return pd.DataFrame(rows)


def _regret(name: str, values: Array, rows_of: IntArray) -> dict[str, float]:
    found: dict[str, float] = {}
    for what, value, resampled in (
        ("p90", np.quantile(values, HIGH), np.quantile(values[rows_of], HIGH, axis=1)),
        ("largest", values.max(), values[rows_of].max(axis=1)),
    ):
        low, high = np.quantile(resampled, ENDS)
        found |= {f"{name}_{what}": float(value), f"{name}_{what}_low": float(low), f"{name}_{what}_high": float(high)}
    return found


def reversals(outcomes: Mapping[str, Outcome], formulas: Sequence[str]) -> pd.DataFrame:
    """For every pair of formulas: ``ahead``, which reaches more on average, and ``behind``; and the share of futures in
    which that is reversed, with its 90% interval (Wilson), and in which both reach the same."""
    rows = []
    for one, other in combinations(formulas, 2):
        lead = outcomes[one].reached - outcomes[other].reached
        ahead, behind, lead = (one, other, lead) if lead.mean() >= 0.0 else (other, one, -lead)
        share, low, high = proportion(int((lead < 0.0).sum()), len(lead))
        rows.append(
            {
                "ahead": ahead, "behind": behind, "mean_lead": float(lead.mean()), "reversed": share,
                "reversed_low": low, "reversed_high": high, "equal": float((lead == 0.0).mean()),
            }
        )  # fmt: skip
    columns = ["ahead", "behind", "mean_lead", "reversed", "reversed_low", "reversed_high", "equal"]
    return pd.DataFrame(rows, columns=columns)
