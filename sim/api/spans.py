"""Spans of fiscal years in words, and the table of formulas over one: means over draws, changes within each draw."""

import re
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array, BoolArray, IntArray
from sim.inputs import InputError, shown
from sim.report.shared.intervals import bands, mean_of_defined
from sim.report.shared.panel import Panel
from sim.report.shared.spans import FIRST, years_text
from sim.results.headlines import LAST

if TYPE_CHECKING:
    import pandas as pd

PER = 100.0
"""Members that rates are for."""

_YEARS = re.compile(r"(?:FY)?(\d{4})(?:\s*[-–]\s*(?:FY)?(\d{4}|\d{2}))?", re.IGNORECASE)


def years_of(span: str | int, years: "IntArray | list[int]", base_year: int) -> BoolArray:
    """Which of the fiscal ``years`` a span means: 'first five', 'last five' or 'all' of those after the base year, a
    year (2031, 'FY2031'), or from one to another ('FY2027-31').

    Where there are fewer than five years, they are all. Raises InputError, one line, for anything else and for years
    that the study does not hold.
    """
    held = np.asarray(years, dtype=np.intp)
    first, last = int(held.min()), int(held.max())
    named = {
        "first five": (base_year + 1, min(base_year + FIRST, last)),
        "last five": (max(base_year + 1, last - LAST + 1), last),
        "all": (base_year + 1, last),
    }
    said = str(span).strip()
    if not isinstance(span, str | int | np.integer) or isinstance(span, bool):
        said = ""
    found = named.get(said.lower()) or _from_to(said)
    if found is None:
        raise InputError(
            f"span: {shown(span)} is not allowed: write 'first five', 'last five', 'all', 2031 or 'FY2027-31'"
        )
    begin, end = found
    if begin > end or begin < first or end > last:
        raise InputError(f"span: {shown(span)} is not allowed: the study holds FY{first} to FY{last}")
    return np.asarray((held >= begin) & (held <= end))


def _from_to(said: str) -> tuple[int, int] | None:
    match = _YEARS.fullmatch(said)
    if match is None:
        return None
    begin, end = match[1], match[2] or match[1]
    return int(begin), int(end) if len(end) == 4 else int(f"{begin[:2]}{end}")


def span_table(panel: Panel, chosen: BoolArray) -> "pd.DataFrame":
    """A row for each formula, and last the baseline with its dollars indexed if that was run; see `sim.Runs.table`."""
    import pandas as pd

    names, titles = list(panel.formulas), list(panel.titles)
    if panel.reference is not None:
        names.append(panel.reference.name)
        titles.append(panel.reference.title)
    taught, members = _column(panel, "concentrators_taught"), _column(panel, "membership")
    cost = _over(_column(panel, "state_cost_constant"), chosen)
    moved = _over(_constant(panel, "dilution"), chosen)
    outcomes = {
        "concentrators_per_100": _over(PER * taught / members, chosen),
        "concentrators_taught": _over(taught, chosen),
        "concentrators_reported": _over(_column(panel, "concentrators"), chosen),
        "credentials": _over(_column(panel, "credentials"), chosen),
        "state_cost": cost,
        "moved_inside_main_formula": moved,
        "public_money": cost + moved,
    }
    columns: dict[str, object] = {"title": titles}
    for name, values in outcomes.items():
        columns[name] = bands(values).mean
        if panel.baseline is not None and name != "moved_inside_main_formula":
            change = bands(values - values[panel.baseline][None])
            columns |= {
                f"{name}_change": change.mean,
                f"{name}_change_low": change.low,
                f"{name}_change_high": change.high,
            }
    columns["paid_share"] = bands(_over(_paid_share(panel), chosen)).mean
    table = pd.DataFrame(columns, index=pd.Index(names, name="formula"))
    table.attrs |= {"span": years_text(panel.years[chosen]), "draws": panel.draws, "scenario": panel.scenario}
    return table


def _over(values: Array, chosen: BoolArray) -> Array:
    """``[F, R, T]`` to ``[F, R]``: the mean of the chosen years."""
    return mean_of_defined(values[:, :, chosen], axis=2)


def _column(panel: Panel, name: str) -> Array:
    values = panel.state(name)
    return values if panel.reference is None else np.concatenate([values, panel.reference.state(name)[None]])


def _constant(panel: Panel, name: str) -> Array:
    values = panel.constant(name)
    return values if panel.reference is None else np.concatenate([values, panel.reference.constant(name)[None]])


def _paid_share(panel: Panel) -> Array:
    values = panel.proration()
    return values if panel.reference is None else np.concatenate([values, panel.reference.proration()[None]])
