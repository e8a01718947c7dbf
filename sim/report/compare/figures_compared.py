"""Figures of where a formula acts: by group of districts, and how unequally over single districts."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.report.shared.across_districts import CHANGED, RATES, across
from sim.report.shared.figure_style import (
    FONT,
    INK,
    MIDDLE,
    Look,
    label_x,
    name_panel,
    page,
    plain,
    save,
    ticks,
)
from sim.report.shared.groups import Group, groups, net_payment, per_hundred
from sim.report.shared.intervals import bands, number_text
from sim.report.shared.panel import Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.world.world import World

FIRST_YEARS = 10
"""Gains and losses are shown for this year under a formula."""


def gains_and_losses(panel: Panel, of: Look, world: "World", path: Path, what: str) -> Path | None:
    """Differences from the baseline by size class and locale, within each draw; ``what`` is 'dollars' (state money
    for each member, constant) or 'concentrators' (taught, for each 100 members)."""
    years = panel.district_years
    chosen = [number for number, year in enumerate(years) if panel.base_year < year <= panel.base_year + FIRST_YEARS]
    if panel.baseline is None or not panel.others or not panel.district_names or not chosen:
        return None
    at = chosen[-1]
    shown = [group for group in groups(panel, world) if group.by in ("size class", "locale")]
    values = net_payment(panel) / 100.0 if what == "dollars" else panel.districts("concentrators_taught")
    kind = "dollars" if what == "dollars" else ""
    results = []
    for group in shown:
        level = per_hundred(panel, values, group.members, at)
        results.append(bands(level - level[panel.baseline][None]))
    mean = np.array([[found.mean[f] for found in results] for f in panel.others])
    low, high = (_extreme(panel, shown, mean, place, kind) for place in (int(mean.argmin()), int(mean.argmax())))
    if what == "dollars":
        head, unit = "State CTE money for each member", f"FY{panel.base_year} dollars a member (grades 9-12)"
    else:
        head = "Concentrators taught for each 100 members"
        unit = "concentrators taught for each 100 members (grades 9-12)"
    title = f"{head} against {plain(of.baseline)}, FY{years[at]}: from {low} to {high}"
    net = " Money is net of SEG money lost to a lower unit value." if what == "dollars" else ""
    caption = (
        f"Differences are taken within each draw.{net} {of.whisker_caption} Groups: districts and charters by "
        "membership in grades 9-12, and by NCES locale; the number of them in brackets."
    )
    labels = [f"{group.name} ({int(group.members.sum())})" for group in shown]
    place = _rows_with_gap(shown)
    figure, axes = page(
        title, caption, of, len(panel.others), 3, 0.17 * (place[-1] + 1) + 0.1, left=1.75, gap=(0.2, 0.36), bottom=0.4
    )
    for ax, f in zip(axes, panel.others, strict=True):
        ax.axvline(0, color="black", linewidth=0.6)
        ends = [found.low[f] for found in results], [found.high[f] for found in results]
        ax.hlines(place, *ends, color=MIDDLE, linewidth=2.6)
        ax.plot([found.mean[f] for found in results], place, marker="o", color=INK, markersize=4, linestyle="none")
        name_panel(ax, panel, f)
        ax.grid(axis="y", color="#e4e4e4", linewidth=0.6)
    axes[0].set_yticks(place, labels)
    axes[0].set_ylim(place[-1] + 0.6, -0.6)
    axes[0].xaxis.set_major_formatter(ticks(kind))
    _few_ticks(axes[0])
    label_x(figure, axes, f"difference, {unit}")
    return save(figure, path)


def change_across_districts(panel: Panel, of: Look, path: Path) -> Path | None:
    """Percentiles over districts of the change in each district's rates, a panel for each rate and a row for each
    formula, with the share of districts that lose."""
    years = panel.district_years
    chosen = [number for number, year in enumerate(years) if panel.base_year < year <= panel.base_year + FIRST_YEARS]
    if panel.baseline is None or not panel.others or not panel.district_names or not chosen:
        return None
    at, others = chosen[-1], panel.others
    found = [[across(panel, column, f, at) for f in others] for column, _, _ in RATES]
    lose = [float(one.losing.mean) for one in found[0]]
    least, most = (others[int(pick(lose))] for pick in (np.argmin, np.argmax))
    title = (
        f"How unequal the change is, FY{years[at]}: {min(lose):.0%} of districts have fewer concentrators taught under "
        f"{plain(panel.formulas[least])} than under {plain(of.baseline)}"
        + (f", {max(lose):.0%} under {plain(panel.formulas[most])}" if most != least else "")
    )
    caption = (
        f"Change in each district's rate against {plain(of.baseline)} in the same draw. Line: 10th to 90th percentile "
        "of districts; thick: 25th to 75th; point: median; each district or charter counts once, and percentiles are "
        f"means over {of.draws:,} draws. They hold the luck of single districts, which small ones have much of. In "
        f"percent: districts that lose, by more than {CHANGED:.1%} of the state's rate."
    )
    figure, axes = page(
        title, caption, of, len(RATES), 2, 0.26 * len(others) + 0.1, left=1.75, gap=(0.25, 0.5), bottom=0.5,
        share_x=False,
    )  # fmt: skip
    rows = np.arange(len(others))
    for ax, (_, counted, _), column in zip(axes, RATES, found, strict=True):
        ends = np.array([one.percentiles.mean for one in column])
        ax.axvline(0, color="black", linewidth=0.6)
        ax.hlines(rows, ends[:, 0], ends[:, 4], color=MIDDLE, linewidth=1.6)
        ax.hlines(rows, ends[:, 1], ends[:, 3], color=MIDDLE, linewidth=5.5)
        ax.plot(ends[:, 2], rows, marker="o", color=INK, markersize=4.5, linestyle="none")
        low, high = float(ends.min()), float(ends.max())
        room = high + 0.28 * (high - low)
        ax.set_xlim(low - 0.05 * (high - low), room)
        for row, one in enumerate(column):
            ax.text(room, row, f"{float(one.losing.mean):.0%}", ha="right", va="center")
        ax.grid(axis="y", color="#e4e4e4", linewidth=0.6)
        ax.set_title(f"{counted}, and share that lose", fontsize=FONT)
        _few_ticks(ax)
        ax.xaxis.set_major_formatter(ticks(""))
    axes[0].set_yticks(rows, [plain(panel.formulas[f]) for f in others])
    axes[0].set_ylim(len(others) - 0.4, -0.6)
    label_x(figure, axes, "change for each 100 members (grades 9-12)")
    return save(figure, path)


def _extreme(panel: Panel, shown: Sequence[Group], mean: Array, place: int, kind: str) -> str:
    """'-6.4 (under 100, pilot sunset)': a mean of ``mean[formulas, groups]``, and whose it is."""
    f, group = divmod(place, len(shown))
    value = number_text(float(mean[f, group]), kind, signed=True)
    return f"{value} ({shown[group].name}, {plain(panel.formulas[panel.others[f]])})"


def _rows_with_gap(shown: Sequence[Group]) -> list[float]:
    """Vertical positions, with half a row between kinds of groups."""
    place, out = 0.0, []
    for number, group in enumerate(shown):
        if number and group.by != shown[number - 1].by:
            place += 0.6
        out.append(place)
        place += 1.0
    return out


def _few_ticks(ax: "Axes") -> None:
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(3))
