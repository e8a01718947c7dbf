"""Every number of a district's page as one table, a row for each number."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.report.district.tables import one_more_rows
from sim.report.district.told import BILL, LAW, Told, change, over
from sim.report.shared.intervals import PER_100, bands
from sim.report.shared.origin import short
from sim.study.bill.bridge import STEPS

COLUMNS: tuple[str, ...] = (
    "run", "district", "section", "measure", "of", "formula", "unit", "fiscal_years", "value", "low", "high", "draws",
)  # fmt: skip
"""Columns of district.csv. ``of`` names the cluster, funding line, step or district of its size that a number is of;
``formula`` is one of the two, or 'difference' within each draw; ``low`` and ``high`` are the ends of the interval."""

DIFFERENCE = "difference"
NOMINAL = "dollars, nominal"


def numbers(told: Told) -> pd.DataFrame:
    """All numbers, columns ``COLUMNS``."""
    rows = [*_money(told), *_lines(told), *_students(told), *_pathways(told), *_why(told), *_neighbors(told),
            *_one_more(told)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["run"], frame["district"] = short(told.study.run), told.study.identifier
    frame["draws"] = frame["draws"].fillna(told.study.draws).astype(int)
    return frame


def _row(section: str, measure: str, of: str, formula: str, unit: str, years: str, values: Array) -> dict[str, Any]:
    found = bands(values, axis=0)
    ends = {"value": float(found.mean), "low": float(found.low), "high": float(found.high)}
    return {"section": section, "measure": measure, "of": of, "formula": formula, "unit": unit,
            "fiscal_years": years} | ends  # fmt: skip


def _both(told: Told, section: str, measure: str, of: str, unit: str, values: Array) -> Iterator[dict[str, Any]]:
    """A number ``[F, R, T]`` by year and over each span, under both formulas and their difference."""
    names = [formula.name for formula in told.study.question.formulas]
    spans = told.spans if len(told.years) > 2 else ()
    times = [*(f"FY{year}" for year in told.years), *(span.text for span in spans)]
    held = np.concatenate([values, *(over(values, span)[:, :, np.newaxis] for span in spans)], axis=2)
    found = bands(np.concatenate([held, held[[BILL]] - held[[LAW]]]))
    shared = {"section": section, "measure": measure, "of": of, "unit": unit}
    for place, years in enumerate(times):
        for side, name in enumerate((*names, DIFFERENCE)):
            ends = {"value": found.mean[side, place], "low": found.low[side, place], "high": found.high[side, place]}
            yield shared | {"formula": name, "fiscal_years": years} | ends


def _money(told: Told) -> Iterator[dict[str, Any]]:
    unit, prices = told.dollars, told.study.price_index
    yield from _both(told, "money", "state CTE money, net", "", unit, told.net)
    yield from _both(told, "money", "state CTE money, net", "", NOMINAL, told.net * prices)
    yield from _both(told, "money", "state CTE money for each member, net", "", unit, told.own_money_each)
    yield from _both(told, "money", "own CTE money", "", unit, told.money("own_money"))
    yield from _both(told, "money", "own CTE money", "", NOMINAL, told.study.money["own_money"])
    yield from _both(told, "money", "a CTE dollar is worth", "", "dollars for a dollar", told.study.money["price"])


def _lines(told: Told) -> Iterator[dict[str, Any]]:
    for paid in told.study.lines:
        name = paid.line.name
        yield from _both(told, "money by line", "paid", name, NOMINAL, paid.paid)
        yield from _both(told, "money by line", "paid", name, told.dollars, paid.paid / told.study.price_index)
        if paid.short.any():
            yield from _both(told, "money by line", "owed and not paid", name, NOMINAL, paid.short)


def _students(told: Told) -> Iterator[dict[str, Any]]:
    yield from _both(told, "students", "membership", "", "students", told.study.counts["membership"])
    for column in ("participants", "concentrators_taught", "concentrators", "credentials", "unserved"):
        unit = "credentials" if column == "credentials" else "students"
        yield from _both(told, "students", column, "", unit, told.count(column))
        yield from _both(told, "students", f"{column} for each 100 members", "", PER_100, told.rate(column))


def _pathways(told: Told) -> Iterator[dict[str, Any]]:
    yield from _both(told, "pathways", "sites", "all clusters", "sites", told.sites.sum(axis=-1))
    taught = told.shown("concentrators_taught", told.study.taught)
    for c, cluster in enumerate(told.study.world.clusters.identifier):
        yield from _both(told, "pathways", "sites", cluster, "sites", told.sites[..., c])
        yield from _both(told, "pathways", "concentrators_taught", cluster, "students", taught[..., c])
        offered = (told.study.sites[..., c] > 0.0).astype(np.float64)
        for row in _both(told, "pathways", "draws in which it is offered", cluster, "share", offered):
            yield row | {"low": np.nan, "high": np.nan}


def _why(told: Told) -> Iterator[dict[str, Any]]:
    apart, law, bill = told.study.apart, *(formula.name for formula in told.study.question.formulas)
    years = told.first.text
    yield _row("why", "net payment", "start", law, told.dollars, years, apart.start)
    for step in STEPS:
        yield _row("why", "step", step, DIFFERENCE, told.dollars, years, apart.steps[step])
    yield _row("why", "net payment", "end", bill, told.dollars, years, apart.end)


def _neighbors(told: Told) -> Iterator[dict[str, Any]]:
    money, rates = change(told.neighbors_money, told.first), change(told.neighbors_rate, told.first)
    districts = told.study.world.districts
    for p, d in enumerate(told.study.peers):
        of = districts.identifier[d]
        for measure, unit, values in (
            ("state CTE money for each member, net", told.dollars, money[:, p]),
            ("concentrators taught for each 100 members", PER_100, rates[:, p]),
        ):
            yield _row("districts of its size", measure, of, DIFFERENCE, unit, told.first.text, values)


def _one_more(told: Told) -> Iterator[dict[str, Any]]:
    """Numbers of one draw, which have no interval."""
    names = [formula.name for formula in told.study.question.formulas]
    year = f"FY{told.study.moments[BILL].year.fiscal_year}"
    for row in one_more_rows(told):
        for name, value in zip(names, row.values, strict=True):
            if np.isnan(value):  # the formula has no such line
                continue
            yield {"section": "one more, in one draw", "measure": row.step, "of": row.name.strip(), "formula": name,
                   "unit": row.unit, "fiscal_years": year, "value": value, "draws": 1}  # fmt: skip
