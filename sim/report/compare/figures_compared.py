"""Figures of where a formula acts: by group of districts, and how unequally over single districts."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.report.compare.alike import alike
from sim.report.compare.figure_lines import group_names, merged_note
from sim.report.compare.findings import group_sentence, titled
from sim.report.shared.across_districts import CHANGED, RATES, across
from sim.report.shared.figure_style import (
    FONT,
    INK,
    MIDDLE,
    Look,
    label_x,
    name_panel,
    page,
    save,
    ticks,
)
from sim.report.shared.formula_looks import looks
from sim.report.shared.groups import Group, groups, net_payment, per_hundred
from sim.report.shared.intervals import bands
from sim.report.shared.names import first_letter
from sim.report.shared.panel import Panel
from sim.states.speaking import state_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.world.world import World

FIRST_YEARS = 10
"""Gains and losses are shown for this year under a formula."""

PANELS = 6
"""Panels from which on formulas that are alike share one."""


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
    changes = []
    for group in shown:
        level = per_hundred(panel, values, group.members, at)
        changes.append(level - level[panel.baseline][None])
    found = bands(np.stack(changes, axis=-1))
    if what == "dollars":
        head, each, unit = "state CTE money", " a member", f"FY{panel.base_year} dollars a member (grades 9-12)"
    else:
        head, each = "concentrators taught", " of 100 students"
        unit = "concentrators taught for each 100 members (grades 9-12)"
    by_formula = [[change[f] for change in changes] for f in panel.others]
    title = group_sentence(
        panel, [f"{group.name}" for group in shown], by_formula, kind, each, head, f"FY{years[at]}"
    )  # fmt: skip
    merged = alike(np.stack(changes, axis=-1), panel.others, None, np.ones(len(shown), np.bool_), PANELS)
    net = f" Money is net of {state_words().lost}." if what == "dollars" else ""
    many = (
        " Where formulas share a panel, points are of each and whiskers hold all."
        if any(len(group) > 1 for group in merged)
        else ""
    )
    caption = (
        f"Differences from {of.baseline} are taken within each draw.{net} {of.whisker_caption} Groups: "
        f"{state_words().places} by membership in grades 9-12, and by NCES locale; the number of them in "
        f"brackets.{many}"
        f"{merged_note(panel, merged)}"
    )
    labels = [f"{group.name} ({int(group.members.sum())})" for group in shown]
    place = _rows_with_gap(shown)
    figure, axes = page(
        title, caption, of, len(merged), 3, 0.17 * (place[-1] + 1) + 0.1, left=1.75, gap=(0.2, 0.5), bottom=0.5
    )
    marks = looks(panel.formulas)
    for ax, some, name in zip(axes, merged, group_names(panel, merged), strict=True):
        ax.axvline(0, color="black", linewidth=0.6)
        ax.hlines(place, found.low[some].min(axis=0), found.high[some].max(axis=0), color=MIDDLE, linewidth=2.6)
        for f in some:
            size = 4.5 if len(some) == 1 else 3.2
            ax.plot(found.mean[f], place, marker=marks[f].marker, color=marks[f].color, markersize=size,
                    linestyle="none")  # fmt: skip
        name_panel(ax, name)
        ax.grid(axis="y", color="#e4e4e4", linewidth=0.6)
    axes[0].set_yticks(place, labels)
    axes[0].set_ylim(place[-1] + 0.6, -0.6)
    axes[0].xaxis.set_major_formatter(ticks(kind))
    _few_ticks(axes[0])
    label_x(figure, axes, f"difference, {unit}")
    data = (
        "districts: paid, dilution, membership" if what == "dollars" else "districts: concentrators_taught, membership"
    )
    return save(figure, path, data)


def change_across_districts(panel: Panel, of: Look, path: Path) -> Path | None:
    """Percentiles over districts of the change in each district's rates, a panel for each rate and a row for each
    formula, with the share of districts that lose."""
    years = panel.district_years
    chosen = [number for number, year in enumerate(years) if panel.base_year < year <= panel.base_year + FIRST_YEARS]
    if panel.baseline is None or not panel.others or not panel.district_names or not chosen:
        return None
    at = chosen[-1]
    middle = {f: float(across(panel, RATES[0][0], f, at).percentiles.mean[2]) for f in panel.others}
    others = sorted(panel.others, key=lambda f: -middle[f])
    found = [[across(panel, column, f, at) for f in others] for column, _, _ in RATES]
    lose = [float(one.losing.mean) for one in found[0]]
    least, most = (others[int(pick(lose))] for pick in (np.argmin, np.argmax))
    title = first_letter(
        f"Under {titled(panel, least)} {min(lose):.0%} of districts have fewer concentrators taught than under "
        f"{of.baseline} in FY{years[at]}" + (f", under {titled(panel, most)} {max(lose):.0%}" if most != least else "")
    )
    caption = (
        f"Change in each district's rate against {of.baseline} in the same draw. Line: 10th to 90th percentile "
        f"of districts; thick: 25th to 75th; point: median; each {state_words().place} counts once, and "
        "percentiles are "
        f"means over {of.draws:,} draws. They hold the luck of single districts, which small ones have much of. In "
        f"percent: districts that lose, by more than {CHANGED:.1%} of the state's rate."
    )
    figure, axes = page(
        title, caption, of, len(RATES), 2, 0.26 * len(others) + 0.1, left=2.1, gap=(0.25, 0.5), bottom=0.5,
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
    axes[0].set_yticks(rows, [panel.short_titles[f] for f in others])
    axes[0].set_ylim(len(others) - 0.4, -0.6)
    label_x(figure, axes, "change for each 100 members (grades 9-12)")
    return save(figure, path, "districts: concentrators_taught, sections, membership")


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
