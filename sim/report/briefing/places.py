"""Winners and losers of a briefing: every district's change under every formula, as a browser sorts and filters it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.report.compare.districts import district_table
from sim.report.shared.intervals import interval_text, number_text
from sim.report.shared.panel import Panel
from sim.tables_for_people import plain_cell

if TYPE_CHECKING:
    from sim.world.world import World

NAMED = 6
"""Districts that gain most, and that lose most, which stand in print."""

LEAST_MEMBERS = 100
"""Members in grades 9-12 without which a district is not named among them: there a dozen students decide a rate."""

COLUMNS: Mapping[str, tuple[str, str, int]] = {
    "name": ("District", "text", 0),
    "size_class": ("Members in grades 9-12", "text", 0),
    "locale": ("Place", "text", 0),
    "members": ("Members", "count", 0),
    "gain": ("Change, $ a year", "dollars", 0),
    "gain_per_member": ("$ a member", "dollars", 0),
    "gain_per_member_low": ("from", "dollars", 0),
    "gain_per_member_high": ("to", "dollars", 0),
    "concentrators_per_100_change": ("Taught per 100", "rate", 1),
    "concentrators_per_100_change_low": ("from ", "rate", 1),
    "concentrators_per_100_change_high": ("to ", "rate", 1),
}
"""Columns of the table: heading, kind and decimals."""


@dataclass(frozen=True)
class Place:
    """A district among those that gain or lose most: its name, its change for each member and in a year, dollars of
    the base year, with the interval of the first; ``clear``: the interval leaves out zero."""

    name: str
    per_member: float
    low: float
    high: float
    dollars: float

    @property
    def clear(self) -> bool:
        """Whether the draws leave no doubt of its sign."""
        return self.low > 0.0 or self.high < 0.0

    @property
    def per_member_text(self) -> str:
        """The change for each member with its interval."""
        return interval_text(self.per_member, self.low, self.high, "dollars", signed=True)

    @property
    def dollars_text(self) -> str:
        """The change in a year."""
        return number_text(self.dollars, "dollars", signed=True)


@dataclass(frozen=True)
class Places:
    """The districts of a formula in a fiscal year: those that gain and lose most for each member, how many gain or
    lose for sure, and all of them."""

    formula: str
    title: str
    year: int
    gaining: tuple[Place, ...]
    losing: tuple[Place, ...]
    gain: int
    lose: int
    count: int


def places_of(panel: Panel, world: "World", year: int) -> tuple[list[Places], pd.DataFrame]:
    """For each formula but the baseline who gains and who loses in a stored year, and the whole table behind it."""
    table = district_table(panel, world, year)
    found = []
    for f in panel.others:
        own = table[table["formula"] == panel.formulas[f]]
        large = own[own["members"] >= LEAST_MEMBERS]
        order = large.sort_values("gain_per_member", kind="stable")
        named = [_place(row) for row in order.to_dict("records")]
        found.append(
            Places(
                panel.formulas[f],
                panel.short_titles[f],
                year,
                tuple(place for place in reversed(named[-NAMED:]) if place.per_member > 0.0),
                tuple(place for place in named[:NAMED] if place.per_member < 0.0),
                int((own["gain_per_member_low"] > 0.0).sum()),
                int((own["gain_per_member_high"] < 0.0).sum()),
                len(own),
            )
        )
    return found, table


def rows_for_browser(panel: Panel, table: pd.DataFrame, first: Sequence[str] = ()) -> dict[str, Any]:
    """The table as the page's script reads it: columns, formulas by title, those of ``first`` before the others, and
    rows of rounded values.

    A text that a spreadsheet would run is made harmless here, as the script writes cells into a file as they are.
    """
    columns = [
        {"key": key, "title": title.strip(), "kind": kind, "decimals": decimals}
        for key, (title, kind, decimals) in COLUMNS.items()
    ]
    rows = {}
    order = sorted(panel.others, key=lambda f: ([*first, panel.formulas[f]].index(panel.formulas[f]), f))
    for f in order:
        own = table[table["formula"] == panel.formulas[f]].sort_values("gain_per_member", kind="stable")
        rows[panel.formulas[f]] = [
            [_rounded(row[key], COLUMNS[key][2]) for key in COLUMNS] for row in own.to_dict("records")
        ]
    titles = {panel.formulas[f]: panel.short_titles[f] for f in order}
    return {"columns": columns, "formulas": titles, "rows": rows}


def _place(row: Mapping[Any, Any]) -> Place:
    return Place(
        str(row["name"]),
        float(row["gain_per_member"]),
        float(row["gain_per_member_low"]),
        float(row["gain_per_member_high"]),
        float(row["gain"]),
    )


def _rounded(value: Any, decimals: int) -> Any:
    if isinstance(value, str):
        return plain_cell(value)
    number = round(float(value), decimals)
    return int(number) if decimals == 0 else number + 0.0
