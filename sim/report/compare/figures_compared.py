"""Figures that set formulas side by side: clusters, and who gains and loses."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.report.shared.figure_style import (
    INK,
    LANDSCAPE,
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


def sites_by_cluster(panel: Panel, of: Look, world: "World", path: Path) -> Path | None:
    """Pathway sites of each cluster in the base year and in the last year, a panel for each formula."""
    if not panel.cluster_names:
        return None
    sites = panel.clusters("sites")
    base, final = sites[:, :, 0].mean(axis=(0, 1)), bands(sites[:, :, -1])
    order = np.argsort(base, kind="stable")
    known = dict(zip(world.clusters.identifier, world.clusters.name, strict=True))
    names = [known.get(panel.cluster_names[c], plain(panel.cluster_names[c])) for c in order]
    totals = final.mean.sum(axis=1)
    spread = " to ".join(dict.fromkeys(number_text(float(end)) for end in (totals.min(), totals.max())))
    title = (
        f"Pathway sites by cluster: {number_text(float(base.sum()))} in FY{panel.years[0]}, {spread} in "
        f"FY{panel.years[-1]}" + (", depending on the formula" if len(totals) > 1 else "")
    )
    caption = (
        f"Open circle: FY{panel.years[0]}. {of.whisker_caption.replace('Point:', f'Point: FY{panel.years[-1]},')} A "
        "site is a pathway at one high school; the number in a panel is the sum of clusters in the last year." + of.bold
    )
    columns = min(6, max(3, -(-len(panel.formulas) // 2)))
    figure, axes = page(
        title,
        caption,
        of,
        len(panel.formulas),
        columns,
        0.158 * len(names) + 0.1,
        left=2.2,
        page_width=LANDSCAPE,
        gap=(0.15, 0.5),
        header=0.1,
        bottom=0.4,
    )
    at = np.arange(len(names))
    for f, ax in enumerate(axes):
        ax.hlines(at, final.low[f][order], final.high[f][order], color=MIDDLE, linewidth=2.4)
        ax.plot(base[order], at, marker="o", markerfacecolor="white", color="black", markersize=4.5, linestyle="none")
        ax.plot(final.mean[f][order], at, marker="o", color=INK, markersize=3.5, linestyle="none")
        name_panel(ax, panel, f)
        ax.text(0.97, 0.03, f"{number_text(float(totals[f]))} sites", transform=ax.transAxes, ha="right", va="bottom")
        ax.grid(axis="y", color="#e4e4e4", linewidth=0.6)
    axes[0].set_yticks(at, names)
    axes[0].set_ylim(-0.6, len(names) - 0.4)
    axes[0].set_xlim(left=0)
    label_x(figure, axes, "sites")
    return save(figure, path)


def gains_and_losses(panel: Panel, of: Look, world: "World", path: Path, what: str) -> Path | None:
    """Differences from the baseline by size class and locale, within each draw; ``what`` is 'dollars' (state money
    for each member, constant) or 'concentrators' (for each 100 members)."""
    years = panel.district_years
    chosen = [number for number, year in enumerate(years) if panel.base_year < year <= panel.base_year + FIRST_YEARS]
    if panel.baseline is None or not panel.others or not panel.district_names or not chosen:
        return None
    at = chosen[-1]
    shown = [group for group in groups(panel, world) if group.by in ("size class", "locale")]
    values = net_payment(panel) / 100.0 if what == "dollars" else panel.districts("concentrators")
    kind = "dollars" if what == "dollars" else ""
    results = []
    for group in shown:
        level = per_hundred(panel, values, group.members, at)
        results.append(bands(level - level[panel.baseline][None]))
    mean = np.array([[found.mean[f] for found in results] for f in panel.others])
    low, high = (number_text(float(end), kind, signed=True) for end in (mean.min(), mean.max()))
    if what == "dollars":
        head, unit = "State CTE money for each member", f"FY{panel.base_year} dollars a member (grades 9-12)"
    else:
        head, unit = "Concentrators for each 100 members", "concentrators for each 100 members (grades 9-12)"
    title = f"{head} against {plain(of.baseline)}, FY{years[at]}: group means from {low} to {high}"
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
