"""The figure of what districts offer: sections by cluster against the baseline, cluster by cluster."""

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
)
from sim.report.shared.intervals import bands, signed_text
from sim.report.shared.panel import Panel

if TYPE_CHECKING:
    from sim.world.world import World

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
    year = int(panel.years[panel.years <= panel.base_year + AFTER][-1])
    sections = panel.clusters("sections")[:, :, int(np.flatnonzero(panel.years == year)[0])]
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
    title = (
        f"Sections offered, cluster by cluster, against {plain(of.baseline)} in FY{year}: all together "
        f"{_span(whole[others])}; furthest from its formula's total: {names[cluster]} under "
        f"{plain(panel.formulas[furthest])} ({_percent(float(found.mean[furthest, cluster]))})"
    )
    caption = (
        f"Change of a cluster's sections, in percent of the mean under {plain(of.baseline)}, within each draw. Dotted, "
        "and the number beside a name: all clusters together. Points beside the dotted line are clusters that change "
        f"more or less than all. Clusters in order of their sections under {plain(of.baseline)}. {of.whisker_caption}"
    )
    figure, axes = page(
        title, caption, of, len(others), min(5, max(3, -(-len(others) // 2))), 0.165 * len(names) + 0.1, left=2.2,
        page_width=LANDSCAPE, gap=(0.32, 0.5), header=0.05, bottom=0.4,
    )  # fmt: skip
    at = np.arange(len(names))
    for ax, f in zip(axes, others, strict=True):
        ax.axvline(0, color="black", linewidth=0.6)
        ax.axvline(whole[f], color="black", linewidth=1.0, linestyle=(0, (1, 1)))
        ax.hlines(at, found.low[f][order], found.high[f][order], color=MIDDLE, linewidth=2.4)
        ax.plot(found.mean[f][order], at, marker="o", color=INK, markersize=3.8, linestyle="none")
        name_panel(ax, panel, f, _percent(float(whole[f])))
        ax.grid(axis="y", color="#e4e4e4", linewidth=0.6)
    axes[0].set_yticks(at, [names[c] for c in order])
    axes[0].set_ylim(-0.6, len(names) - 0.4)
    axes[0].set_xlim(*_limits(found.low[others], found.high[others]))
    axes[0].xaxis.set_major_formatter(lambda value, _: f"{value:+.0f}%" if value else "0")
    label_x(figure, axes, f"change in sections against {plain(of.baseline)}")
    return save(figure, path)


def _limits(low: np.ndarray, high: np.ndarray) -> tuple[float, float]:
    least, most = float(min(low.min(), 0.0)), float(max(high.max(), 0.0))
    margin = 0.05 * (most - least) or 1.0
    return least - margin, most + margin


def _span(values: np.ndarray) -> str:
    return " to ".join(dict.fromkeys(_percent(float(end)) for end in (values.min(), values.max())))


def _percent(value: float) -> str:
    return f"{signed_text(value, 0)}%"
