"""The figure of what districts offer: sections by cluster against the baseline, cluster by cluster."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.report.compare.alike import alike
from sim.report.compare.figure_lines import group_names, merged_note
from sim.report.compare.findings import titled
from sim.report.shared.figure_style import (
    LANDSCAPE,
    MIDDLE,
    Look,
    label_x,
    name_panel,
    page,
    plain,
    save,
)
from sim.report.shared.formula_looks import looks
from sim.report.shared.intervals import bands, signed_text
from sim.report.shared.names import first_letter
from sim.report.shared.panel import Panel

if TYPE_CHECKING:
    from sim.world.world import World

PANELS = 4
"""Panels from which on formulas that are alike share one."""

SAME = 2.0
"""Percentage points from the total within which a cluster changes as all do."""

AFTER = 10
"""The year after the base year that is shown, or the last one before it."""


def offered_by_cluster(panel: Panel, of: Look, world: "World", path: Path) -> Path | None:
    """Sections of each cluster as a percentage change from the baseline, a panel for each other formula, beside the
    change of all clusters together; None if there is nothing to compare.

    Points that stand on the dotted line are clusters that change as much as all: a formula whose points all stand there
    changes how much is offered and not what.
    """
    if panel.baseline is None or not panel.others or not panel.cluster_names or not panel.policy.any():
        return None
    stored = panel.cluster_years
    last = int(np.flatnonzero(stored <= panel.base_year + AFTER)[-1])
    year = int(stored[last])
    sections = panel.clusters("sections")[:, :, last]
    base = sections[panel.baseline]
    if not (base.sum(axis=0) > 0).all():
        return None
    found = bands(100.0 * (sections - base[None]) / base.mean(axis=0))
    whole = 100.0 * (sections.sum(axis=2).mean(axis=1) / base.sum(axis=1).mean() - 1.0)
    others = list(panel.others)
    order = np.argsort(base.mean(axis=0), kind="stable")
    known = dict(zip(world.clusters.identifier, world.clusters.name, strict=True))
    names = [known.get(name, plain(name)) for name in panel.cluster_names]
    apart = found.mean[others] - whole[others, None]
    place, cluster = divmod(int(np.argmax(np.abs(apart))), len(names))
    furthest = others[place]
    title = _title(panel, whole, furthest, names[cluster], float(found.mean[furthest, cluster]), year)
    merged = alike(100.0 * (sections - base[None]) / base.mean(axis=0), others, None,
                   np.ones(len(names), np.bool_), PANELS)  # fmt: skip
    many = (
        " Where formulas share a panel, points are of each and whiskers hold all."
        if any(len(group) > 1 for group in merged)
        else ""
    )
    caption = (
        f"Change of a cluster's sections, in percent of the mean under {of.baseline}, within each draw. Dotted, "
        "and the number beside a name: all clusters together. Points beside the dotted line are clusters that change "
        f"more or less than all. Clusters in order of their sections under {of.baseline}. {of.whisker_caption}{many}"
        f"{merged_note(panel, merged)}"
    )
    figure, axes = page(
        title, caption, of, len(merged), min(4, len(merged)), 0.165 * len(names) + 0.1, left=2.2,
        page_width=LANDSCAPE, gap=(0.32, 0.55), header=0.05, bottom=0.4,
    )  # fmt: skip
    marks = looks(panel.formulas)
    at = np.arange(len(names))
    for ax, group, name in zip(axes, merged, group_names(panel, merged), strict=True):
        ax.axvline(0, color="black", linewidth=0.6)
        low, high = found.low[group].min(axis=0), found.high[group].max(axis=0)
        ax.hlines(at, low[order], high[order], color=MIDDLE, linewidth=2.4)
        for f in group:
            ax.axvline(whole[f], color=marks[f].color, linewidth=1.0, linestyle=(0, (1, 1)))
            size = 3.8 if len(group) == 1 else 3.0
            ax.plot(found.mean[f][order], at, marker=marks[f].marker, color=marks[f].color, markersize=size,
                    linestyle="none")  # fmt: skip
        name_panel(ax, name, _span(whole[group]))
        ax.grid(axis="y", color="#e4e4e4", linewidth=0.6)
    axes[0].set_yticks(at, [names[c] for c in order])
    axes[0].set_ylim(-0.6, len(names) - 0.4)
    axes[0].set_xlim(*_limits(found.low[others], found.high[others]))
    axes[0].xaxis.set_major_formatter(lambda value, _: f"{value:+.0f}%" if value else "0")
    label_x(figure, axes, f"against {of.baseline}")
    return save(figure, path, "clusters: sections")


def _title(panel: Panel, whole: np.ndarray, furthest: int, cluster: str, change: float, year: int) -> str:
    """How far a change in sections is a change in what is offered: the cluster furthest from its formula's total."""
    where = f"under {titled(panel, furthest)}"
    if abs(change - float(whole[furthest])) < SAME:
        ends = _span(whole[list(panel.others)])
        return f"Formulas change how much is offered ({ends} sections in FY{year}), and hardly in which cluster"
    return first_letter(
        f"{cluster} changes most apart from the rest: {_percent(change)} sections {where} in FY{year}, all clusters "
        f"together {_percent(float(whole[furthest]))}"
    )


def _limits(low: np.ndarray, high: np.ndarray) -> tuple[float, float]:
    least, most = float(min(low.min(), 0.0)), float(max(high.max(), 0.0))
    margin = 0.05 * (most - least) or 1.0
    return least - margin, most + margin


def _span(values: np.ndarray) -> str:
    return " to ".join(dict.fromkeys(_percent(float(end)) for end in (values.min(), values.max())))


def _percent(value: float) -> str:
    return f"{signed_text(value, 0)}%"
