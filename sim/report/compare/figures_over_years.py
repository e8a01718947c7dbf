"""Figures over years: concentrators for each 100 members, participants, the paid share, the unit value."""

from pathlib import Path

import numpy as np

from sim.report.answer.facts import per_100
from sim.report.compare.figure_lines import Chart, over_years
from sim.report.compare.findings import (
    change_sentence,
    joined,
    rate_sentence,
    short_sentence,
    titled,
    told,
    unit_value_sentence,
    year_of,
)
from sim.report.shared.figure_style import Look
from sim.report.shared.intervals import PER_100, bands
from sim.report.shared.panel import Panel

FULL = 0.995
"""Paid share from which on nearly all is paid."""

CENT = 0.01
"""Dollars by which the unit value must move to be shown."""


def concentrators_per_100(panel: Panel, of: Look, path: Path) -> Path:
    """Concentrators taught for each 100 members over the years, which a shrinking membership does not move."""
    rate = per_100(panel.state("concentrators_taught"), panel.state("membership"))
    return over_years(
        panel, of,
        Chart(
            rate, range(len(panel.formulas)), rate_sentence(panel), "taught for each 100 members", PER_100, path,
            "state: concentrators_taught, membership",
            " Concentrators taught (completed a second course) for each 100 members of grades 9-12.",
        ),
    )  # fmt: skip


def participants(panel: Panel, of: Look, path: Path) -> Path | None:
    """Participants against the baseline, within each draw; None if there is nothing to compare."""
    if panel.baseline is None or not panel.others:
        return None
    values = panel.state("participants")
    change = values - values[panel.baseline][None]
    title = change_sentence(panel, {f: change[f, :, told(panel)] for f in panel.others}, "participants", "students",
                            year_of(panel))  # fmt: skip
    note = f" Zero is {of.baseline} in the same draw."
    return over_years(
        panel, of,
        Chart(change, panel.others, title, "added participants", "students", path, "state: participants", note, True),
    )  # fmt: skip


def proration(panel: Panel, of: Look, path: Path) -> Path | None:
    """The paid share of what is owed; formulas that are paid in full in 95% of
    draws of every year, or owe nothing, are named instead.
    None if there is no other."""
    share = panel.proration()
    acting = panel.policy if panel.policy.any() else np.ones(len(panel.years), np.bool_)
    after = share[:, :, acting]
    owing = [f for f in range(len(share)) if np.isfinite(after[f]).any()]
    full = [f for f in owing if bands(after[f], axis=0).p05[np.isfinite(after[f]).any(axis=0)].min() >= FULL]
    shown = [f for f in owing if f not in full]
    if not shown:
        return None
    absent = [f for f in range(len(share)) if f not in owing]
    note = ""
    for some, why in (
        (full, "paid in full in nearly all draws"),
        (absent, "nothing is owed by a line of the state"),
    ):
        if some:
            note += f" Not shown, as {why}: {joined([titled(panel, f) for f in some])}."
    data = "state: proration, entitlement"
    return over_years(
        panel, of, Chart(share, shown, short_sentence(panel, share), "share paid", "share", path, data, note)
    )


def unit_value(panel: Panel, of: Look, path: Path) -> Path | None:
    """The paired difference in the main formula unit value, of formulas that move it; None if none does."""
    if panel.baseline is None:
        return None
    values = panel.constant("unit_value")
    change = values - values[panel.baseline][None]
    shown = [f for f in panel.others if np.nanmax(np.abs(change[f])) > CENT]
    if not shown:
        return None
    unit = f"FY{panel.base_year} dollars a program unit"
    note = f" Zero is {of.baseline} in the same draw; in dollars of FY{panel.base_year}."
    return over_years(
        panel, of,
        Chart(change, shown, unit_value_sentence(panel, shown), unit, "dollars", path, "state: unit_value, dilution",
              note, True),
    )  # fmt: skip
