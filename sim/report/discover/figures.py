"""Figures of a discovery: the peeling with the chosen box, and the box in its two leading dimensions."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.report.discover.words import failing, percent, titles
from sim.report.shared.figure_style import BASELINE, INK, MIDDLE, Look, legend, page, save, wrapped_title
from sim.report.shared.intervals import number_text
from sim.report.shared.names import first_letter, in_sentence
from sim.report.shared.origin import run_origin
from sim.study.discover.study import BUDGET, GOAL, REVERSED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.study.discover.points import Box
    from sim.study.discover.study import Condition, Found

SHORT = {BUDGET: "breaks its budget", GOAL: "misses its goal"}

MARGIN = 0.03
"""Room between points and the frame, as a share of the axis."""


def discovery_figures(found: "Found", folder: Path) -> list[Path]:
    """Two figures for each condition that was found of a budget or a goal."""
    import matplotlib

    origin = run_origin(found.results, len(found.materials.searched.table), "of some kind and size in each future")
    base = in_sentence(titles(found)[str(found.materials.inputs.baseline)])
    of = Look(origin, len(found.materials.searched.table), found.results.manifest.seed, base)
    written = []
    with matplotlib.rc_context():
        for one in found.conditions:
            if one.question == REVERSED or not one.discovery.tells:
                continue
            name = f"{one.question}_{one.formula}.png"
            written.append(_peeling(found, one, of, folder / f"peeling_{name}"))
            written.append(_box(found, one, of, folder / f"box_{name}"))
    return written


def _peeling(found: "Found", one: "Condition", of: Look, path: Path) -> Path:
    """Coverage against density of every box of the peeling, the chosen one and its judgement marked."""
    from matplotlib.lines import Line2D

    trajectory, told = one.discovery.trajectory, one.discovery
    name = first_letter(titles(found)[one.formula])
    title = (
        f"{name} {SHORT[one.question]} in {percent(told.found.density)} of the futures inside the box, which holds"
        f" {percent(told.found.coverage)} of all in which it does"
    )
    caption = (
        f"It {failing(found, one)} in {percent(told.found.share)} of all futures (dotted line). Each small dot is a box"
        " of the peeling: it starts with all futures, on the right, and every step cuts the slice in which that is"
        " rarest, so that the box holds fewer of these futures, while a larger share of those inside are such."
    )
    lines = len(wrapped_title(title))
    figure, axes = page(title, caption, of, 1, 1, 3.2, header=0.3, left=0.85)
    ax = axes[0]
    coverage, density = ([getattr(step, what) for step in trajectory] for what in ("coverage", "density"))
    ax.plot(coverage, density, color=MIDDLE, linewidth=1.0, marker="o", markersize=3.4, markerfacecolor=BASELINE,
            markeredgecolor=BASELINE)  # fmt: skip
    ax.axhline(told.found.share, color="black", linewidth=0.8, linestyle=":")
    for measure, mark, fill in ((told.found, "s", INK), (told.fresh, "D", "white")):
        ax.plot([measure.coverage], [measure.density], marker=mark, markersize=9.0, markerfacecolor=fill,
                markeredgecolor="black", linestyle="none", zorder=5)  # fmt: skip
    ax.set_xlim(-MARGIN, 1.0 + MARGIN)
    ax.set_ylim(min(0.0, *density) - MARGIN, 1.0 + MARGIN)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda number, _: f"{number:.0%}")
    ax.set_xlabel(f"of the futures in which it {SHORT[one.question]}, those inside (coverage)")
    ax.set_ylabel(f"of those inside, it {SHORT[one.question]} (density)")
    handles = [
        Line2D([], [], marker="o", color=MIDDLE, markerfacecolor=BASELINE, markersize=3.4, label="peeling"),
        Line2D([], [], marker="s", linestyle="none", markerfacecolor=INK, markeredgecolor="black", label="the box"),
        Line2D([], [], marker="D", linestyle="none", markerfacecolor="white", markeredgecolor="black",
               label="the same among fresh futures"),
    ]  # fmt: skip
    legend(figure, handles, 3, lines)
    return save(figure, path)


def _box(found: "Found", one: "Condition", of: Look, path: Path) -> Path:
    """Every future in the box's two leading dimensions, with the box; one with the share in question if it has one."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    box, told = one.discovery.box, one.discovery
    leading = sorted((limit for limit in told.limits if limit.kept), key=lambda limit: (limit.quasi_p,
                     -limit.reproduction))  # fmt: skip
    across = leading[0].dimension
    up = leading[1].dimension if len(leading) > 1 else _next(one, across)
    name = first_letter(titles(found)[one.formula])
    title = (
        f"{name} {SHORT[one.question]} in {percent(told.found.density)} of the futures inside the box, in"
        f" {percent(told.found.share)} of all"
    )
    hidden = len(leading) - 2
    more = f" {hidden} further limit{'s' if hidden > 1 else ''} of the box not shown." if hidden > 0 else ""
    caption = (
        f"Triangle: it {failing(found, one)}. Each mark is a future that was searched; the frame is the box"
        f" {'in the two dimensions that tell most' if len(leading) > 1 else 'in its one dimension'}.{more}"
    )
    lines = len(wrapped_title(title))
    words = one.points.levels[up]
    left = 2.1 if words is not None else 0.95
    bottom = 0.62 if one.points.levels[across] is None else 1.15
    figure, axes = page(title, caption, of, 1, 1, 3.6, header=0.3, left=left, bottom=bottom)
    ax = axes[0]
    x, y = _shown(one, across), _shown(one, up)
    ax.plot(x[~one.cases], y[~one.cases], "o", markersize=3.6, markerfacecolor="white", markeredgecolor="#9a9a9a",
            markeredgewidth=0.7)  # fmt: skip
    ax.plot(x[one.cases], y[one.cases], "^", markersize=4.4, markerfacecolor=INK, markeredgecolor="white",
            markeredgewidth=0.3)  # fmt: skip
    _axis(ax, found, one, across, "x")
    _axis(ax, found, one, up, "y")
    for x_low, x_high in _spans(one, box, across, x):
        for y_low, y_high in _spans(one, box, up, y):
            ax.add_patch(Rectangle((x_low, y_low), x_high - x_low, y_high - y_low, fill=False, edgecolor="black",
                                   linewidth=1.8, zorder=6))  # fmt: skip
    handles = [
        Line2D(
            [],
            [],
            marker="^",
            linestyle="none",
            markerfacecolor=INK,
            markeredgecolor="white",
            label=SHORT[one.question],
        ),
        Line2D(
            [], [], marker="o", linestyle="none", markerfacecolor="white", markeredgecolor="#9a9a9a", label="does not"
        ),
        Line2D([], [], color="black", linewidth=1.8, label="the box"),
    ]
    legend(figure, handles, 3, lines)
    return save(figure, path)


def _next(one: "Condition", taken: int) -> int:
    """Another dimension to spread the futures over, where the box has one limit alone: the size of the scenario."""
    last = len(one.dimensions) - 1
    return last if taken != last else last - 1


def _shown(one: "Condition", dimension: int) -> Array:
    """The values of a dimension as they are drawn: words are spread a little, so that their futures are told apart."""
    values = one.points.values[:, dimension]
    if one.points.levels[dimension] is None:
        return values
    spread: Array = values + 0.6 * (np.arange(len(values)) * 0.618034 % 1.0 - 0.5)
    return spread


def _spans(one: "Condition", box: "Box", dimension: int, shown: Array) -> list[tuple[float, float]]:
    """Where the box lies along an axis; words that are neighbors lie in one frame."""
    levels, kept = one.points.levels[dimension], box.kept[dimension]
    if levels is None:
        room = MARGIN / 2.0 * float(np.ptp(shown))
        low, high = float(box.low[dimension]), float(box.high[dimension])
        return [(max(low, float(shown.min()) - room), min(high, float(shown.max()) + room))]
    inside = sorted(kept) if kept is not None else list(range(len(levels)))
    spans: list[tuple[float, float]] = []
    for place in inside:
        if spans and abs(spans[-1][1] - (place - 0.55)) < 1e-9:
            spans[-1] = (spans[-1][0], place + 0.45)
        else:
            spans.append((place - 0.45, place + 0.45))
    return spans


def _axis(ax: "Axes", found: "Found", one: "Condition", dimension: int, which: str) -> None:
    from textwrap import fill

    levels, what = one.points.levels[dimension], one.dimensions[dimension]
    axis = ax.xaxis if which == "x" else ax.yaxis
    if levels is not None:
        names = [found.materials.searched.kinds[level] for level in levels]
        axis.set_ticks(range(len(levels)), names)
        if which == "x":
            ax.tick_params(axis="x", labelrotation=30)
            for label in ax.get_xticklabels():
                label.set_horizontalalignment("right")
        return
    shown = fill(f"{what.label} [{what.unit}]" if what.unit else what.label, 80 if which == "x" else 44)
    axis.set_label_text(shown)
    values = one.points.values[:, dimension]
    room = MARGIN * float(np.ptp(values))
    (ax.set_xlim if which == "x" else ax.set_ylim)(float(values.min()) - room, float(values.max()) + room)
    if what.unit.startswith("share"):
        axis.set_major_formatter(lambda number, _: f"{100.0 * number:.3g}%")
    elif what.unit.startswith("dollars"):
        axis.set_major_formatter(lambda number, _: number_text(number, "dollars"))
