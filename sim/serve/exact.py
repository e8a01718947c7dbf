"""A bill run exactly: after each part of the draws what they bring, by span and year, and how sure its mean is."""

from collections.abc import Iterator
from threading import Event
from typing import Any

import numpy as np

from sim.arrays import Array
from sim.engine.scenario import Scenario
from sim.funding.formula import Formula
from sim.serve.warm import State, Warm
from sim.study.explore.predicting import COST, MOVED, OWED, PER_100, band, spans

NINETY_FIVE = 1.96
"""Standard errors on either side of a mean, within which it lies 19 times in 20."""


def exact_runs(warm: Warm, formula: Formula, scenario: Scenario, stop: Event) -> Iterator[dict[str, Any]]:
    """What the bill brings, of the first draws and then of more of them, as a page shows it. Raises AbandonedError
    within a year of the wish."""
    bills: list[State] = []
    laws: list[State] = []
    for bill, law in warm.runs(formula, scenario, stop):
        bills.append(bill)
        laws.append(law)
        yield told(warm, shown(_joined(bills)), shown(_joined(laws)))


def _joined(parts: list[State]) -> State:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def shown(state: State) -> dict[str, Array]:
    """The outcomes that the explorer shows, by its names, each ``[R, T]``; dollars of the base year."""
    price = state["price_index"]
    return {
        PER_100: 100.0 * state["concentrators_taught"] / state["membership"],
        "taught": state["concentrators_taught"],
        "reported": state["concentrators"],
        "credentials": state["credentials"],
        "pathways": state["pathways"],
        OWED: state["entitlement"] / price,
        COST: state["state_cost"] / price,
        MOVED: state["dilution"] / price,
    }


def told(warm: Warm, bill: dict[str, Array], law: dict[str, Array]) -> dict[str, Any]:
    """The numbers of a page: for each outcome its level and its change from current law within each draw."""
    draws = len(bill["taught"])
    years = warm.years
    return {
        "draws": draws,
        "of": warm.common.draws,
        "years": years,
        "spans": list(spans(years)),
        "outcomes": {
            name: {"level": _of(values, years), "change": _of(values - law[name], years)}
            for name, values in bill.items()
        },
    }


def _of(values: Array, years: list[int]) -> dict[str, Any]:
    by_span = {span: _band(values[:, places].mean(axis=1)) for span, places in spans(years).items()}
    return {**by_span, "by_year": [_band(values[:, place]) for place in range(len(years))]}


def _band(values: Array) -> list[float]:
    """Mean, ends of the interval of 90% of draws, and how far the mean may be off for the draws that are not run."""
    found = band(values)
    error = NINETY_FIVE * float(values.std(ddof=1)) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return [found.mean, found.low, found.high, error]
