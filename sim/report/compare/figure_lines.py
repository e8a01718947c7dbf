"""Lines with bands over years: few formulas in one panel with their names at the lines, many in panels that merge those
that do nearly the same."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.arrays import Array
from sim.report.compare.alike import alike
from sim.report.compare.findings import joined, told
from sim.report.shared.figure_labels import direct_labels
from sim.report.shared.figure_style import (
    BASELINE,
    INK,
    LIGHT,
    MIDDLE,
    Look,
    label_y,
    legend,
    name_panel,
    page,
    save,
    ticks,
    wrapped_title,
    year_axis,
)
from sim.report.shared.formula_looks import DASHED, FormulaLook, looks
from sim.report.shared.intervals import Bands, bands, number_text
from sim.report.shared.names import in_sentence
from sim.report.shared.panel import Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TOGETHER = 5
"""Up to so many formulas, or groups of formulas that are alike, share one panel."""

BANDS = 3
"""Up to so many lines have a band each."""

MERGED = "#4a4a4a"
"""Color of what several formulas share."""

TALL = 3.3
"""Height of a panel that holds all, inches."""


@dataclass(frozen=True)
class Chart:
    """A figure over years: ``values[F, R, T]`` of the formulas ``shown``, in what words. ``zero`` marks differences.

    ``draw_more`` adds to a panel what stands beside a single formula's line; ``handles`` are its legend entries.
    """

    values: Array
    shown: Sequence[int]
    title: str
    unit: str
    kind: str
    path: Path
    data: str
    note: str = ""
    zero: bool = False
    draw_more: Callable[["Axes", int, FormulaLook], None] | None = None
    handles: list[Any] = field(default_factory=list)
    lines: Sequence[tuple[Array, str]] = ()


def over_years(panel: Panel, of: Look, chart: Chart) -> Path:
    """Draw a chart: one panel where there are few formulas or few groups of them, else a panel for each group."""
    first = panel.baseline if panel.baseline in chart.shown else None
    groups = alike(chart.values, chart.shown, first, panel.policy, TOGETHER)
    return _together(panel, of, chart, groups) if len(groups) <= TOGETHER else _panels(panel, of, chart, groups)


def merged_note(panel: Panel, groups: Sequence[Sequence[int]]) -> str:
    """Which formulas are shown as one; nothing where each stands by itself."""
    said = [
        f" {name}: {joined([in_sentence(panel.short_titles[f]) for f in group])}."
        for name, group in zip(group_names(panel, groups), groups, strict=True)
        if len(group) > 1
    ]
    return "".join(said)


def group_names(panel: Panel, groups: Sequence[Sequence[int]]) -> list[str]:
    """What stands over or beside each of a figure's groups, no two alike: a formula's title, or what several share."""
    names = [_group_name(panel, group) for group in groups]
    found = []
    for place, name in enumerate(names):
        letter = ascii_uppercase[names[:place].count(name)]
        found.append(name if names.count(name) == 1 else f"{name}, {letter}")
    return found


def _group_name(panel: Panel, group: Sequence[int]) -> str:
    if len(group) == 1:
        return panel.short_titles[group[0]]
    if panel.baseline is not None and panel.baseline in group:
        return f"{panel.short_titles[panel.baseline]} and {len(group) - 1} like it"
    return f"{len(group)} formulas alike"


def _value(chart: Chart, found: Bands, group: Sequence[int], at: int) -> str:
    values = [float(found.mean[f, at]) for f in group if np.isfinite(found.mean[f, at])]
    if not values:
        return "none"
    ends = dict.fromkeys(number_text(end, chart.kind, signed=chart.zero) for end in (min(values), max(values)))
    return " to ".join(ends)


def _together(panel: Panel, of: Look, chart: Chart, groups: Sequence[Sequence[int]]) -> Path:
    found, marks = bands(chart.values), looks(panel.formulas)
    bars = ""
    if len(groups) > BANDS:
        bars = f" Bars at the right: 90% of draws in FY{panel.years[-1]}; bands are shown of two."
    thin = " Thin lines: formulas shown as one." if any(len(g) > 1 for g in groups) else ""
    caption = (
        f"Line: mean of {of.draws:,} draws; band: 90% of draws (5th to 95th percentile).{chart.note}"
        f"{merged_note(panel, groups)}{thin}{bars} {of.covers}"
    )
    lines = len(wrapped_title(chart.title))
    header = 0.22 if chart.handles else 0.0
    figure, (ax,) = page(
        chart.title, caption, of, 1, 1, TALL, left=0.85, right=2.2, bottom=0.3, header=header - 0.2
    )  # fmt: skip
    labels: list[tuple[float, str, str]] = []
    at, last = told(panel), len(panel.years) - 1
    banded = _banded(panel, groups)
    for group, name in zip(groups, group_names(panel, groups), strict=True):
        _draw_group(ax, panel, chart, found, group, marks, group in banded)
        end = float(np.nanmean([_last_defined(found.mean[f]) for f in group]))
        early = f"FY{panel.years[at]} {_value(chart, found, group, at)}"
        late = f"FY{panel.years[last]} {_value(chart, found, group, last)}"
        values = [late] if at == last else [f"{early}, {late}"] if len(group) == 1 else [early, late]
        color = marks[group[0]].color if len(group) == 1 or group[0] == panel.baseline else MERGED
        labels.append((end, "\n".join([name, *values]), color))
    if chart.zero:
        ax.axhline(0, color="black", linewidth=0.6)
    for line, name in chart.lines:
        ax.plot(panel.years, line, color="#303030", linewidth=0.8)
        labels.append((float(line[-1]), name, "#303030"))
    if len(banded) < len(groups):
        _bars(ax, panel, found, groups, marks)
    right = ax.get_xlim()[1]
    finish_years([ax], panel, chart.kind, chart.zero, steps=6)
    if len(banded) < len(groups):
        ax.set_xlim(right=right)
    if at != last:
        ax.axvline(panel.years[at], color="#a0a0a0", linestyle=(0, (1, 2)), linewidth=0.8, zorder=0)
    direct_labels(ax, int(panel.years[-1]), labels)
    label_y(figure, [ax], chart.unit)
    if chart.handles:
        legend(figure, chart.handles, 4, lines)
    return save(figure, chart.path, chart.data)


def _draw_group(
    ax: "Axes", panel: Panel, chart: Chart, found: Bands, group: Sequence[int], marks: Sequence[FormulaLook],
    band: bool = True,
) -> None:  # fmt: skip
    years = panel.years
    some = list(group)
    low, high = np.fmin.reduce(found.low[some]), np.fmax.reduce(found.high[some])
    if band:
        color = marks[some[0]].color if len(group) == 1 else MERGED
        ax.fill_between(years, low, high, color=color, alpha=0.14, linewidth=0)
    if len(group) == 1:
        (f,) = group
        ax.plot(years, found.mean[f], color=marks[f].color, linestyle=marks[f].dash, linewidth=1.9)
        if chart.draw_more is not None:
            chart.draw_more(ax, f, marks[f])
        return
    for f in some:
        width = 1.9 if f == panel.baseline else 0.9
        ax.plot(years, found.mean[f], color=marks[f].color, linestyle=marks[f].dash, linewidth=width)


def _banded(panel: Panel, groups: Sequence[Sequence[int]]) -> list[Sequence[int]]:
    """The groups that have their band drawn: all where they are few, else the baseline's and the one furthest up, as
    more bands over each other show nothing."""
    if len(groups) <= BANDS:
        return list(groups)
    first = next((group for group in groups if panel.baseline in group), groups[-1])
    return [first, next(group for group in groups if group is not first)]


def _bars(
    ax: "Axes", panel: Panel, found: Bands, groups: Sequence[Sequence[int]], marks: Sequence[FormulaLook]
) -> None:  # fmt: skip
    """The bands of the last year as bars beside each other at the right."""
    last, step = float(panel.years[-1]), 0.022 * float(panel.years[-1] - panel.years[0] + 1)
    for place, group in enumerate(groups):
        some = list(group)
        low, high = float(np.nanmin(found.low[some, -1])), float(np.nanmax(found.high[some, -1]))
        mean = float(np.nanmean(found.mean[some, -1]))
        color = marks[group[0]].color if len(group) == 1 or group[0] == panel.baseline else MERGED
        x = last + step * (place + 1)
        ax.plot([x, x], [low, high], color=color, linewidth=2.6, solid_capstyle="butt", alpha=0.75)
        ax.plot([x], [mean], marker="_", color=color, markersize=7, markeredgewidth=1.6)
    ax.set_xlim(right=last + step * (len(groups) + 1))


def _panels(panel: Panel, of: Look, chart: Chart, groups: Sequence[Sequence[int]]) -> Path:
    found, marks = bands(chart.values), looks(panel.formulas)
    reference = panel.baseline if panel.baseline in chart.shown else None
    dashed = f" Dashed: {of.baseline}." if reference is not None else ""
    caption = (
        f"{of.band_caption}{dashed} Panels from the greatest down; the number beside a name is of "
        f"FY{panel.years[-1]}.{chart.note}{merged_note(panel, groups)}"
    )
    figure, axes = page(
        chart.title,
        caption,
        of,
        len(groups),
        3,
        1.25,
        left=0.85,
        gap=(0.2, 0.52),
        bottom=0.3,
        header=0.24 if len(chart.handles) == 0 and reference is None else 0.44,
    )
    for ax, group, name in zip(axes, groups, group_names(panel, groups), strict=True):
        if reference is not None and reference not in group:
            ax.plot(panel.years, found.mean[reference], color=BASELINE, linestyle=DASHED, linewidth=1.1)
        for values, _ in chart.lines:
            ax.plot(panel.years, values, color="#303030", linewidth=0.8)
        if len(group) == 1:
            draw_bands(ax, panel, found, group[0])
            if chart.draw_more is not None:
                chart.draw_more(ax, group[0], marks[group[0]])
        else:
            _draw_group(ax, panel, chart, found, group, marks)
        name_panel(ax, name, _value(chart, found, group, -1), panel.baseline in group)
        if chart.zero:
            ax.axhline(0, color="black", linewidth=0.6)
    finish_years(axes, panel, chart.kind, chart.zero)
    label_y(figure, axes, chart.unit)
    handles = [*band_handles(of, reference is not None), *chart.handles]
    legend(figure, handles, 3, len(wrapped_title(chart.title)))
    return save(figure, chart.path, chart.data)


def draw_bands(ax: "Axes", panel: Panel, found: Bands, f: int) -> None:
    """A formula's mean with its bands of 50% and 90% of draws."""
    ax.fill_between(panel.years, found.low[f], found.high[f], color=LIGHT, linewidth=0)
    ax.fill_between(panel.years, found.p25[f], found.p75[f], color=MIDDLE, linewidth=0)
    ax.plot(panel.years, found.mean[f], color=INK, linewidth=1.4)


def band_handles(of: Look, reference: bool) -> list[Any]:
    """Legend entries of bands, and of the baseline's dashed mean if it is the ``reference``."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [
        Line2D([], [], color=INK, label="mean"),
        Patch(color=MIDDLE, label="50% of draws"),
        Patch(color=LIGHT, label="90% of draws"),
    ]
    if reference:
        handles.append(Line2D([], [], color=BASELINE, linestyle=DASHED, label=f"mean, {of.baseline}"))
    return handles


def finish_years(axes: "Sequence[Axes]", panel: Panel, kind: str, zero: bool, steps: int = 4) -> None:
    """Ticks and limits shared by all panels over years; about ``steps`` ticks up."""
    from matplotlib.ticker import MaxNLocator, MultipleLocator

    ax = axes[0]
    year_axis(ax, panel.years)
    ax.yaxis.set_major_locator(MaxNLocator(steps))
    if kind == "share":
        lowest = max(0.0, min(ax.get_ylim()[0], 0.8))
        step = 0.1 if lowest >= 0.6 else 0.25
        ax.set_ylim(math.floor(lowest / step + 1e-9) * step, 1.02)
        ax.yaxis.set_major_locator(MultipleLocator(step))
    elif not zero:
        ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(ticks(kind))


def _last_defined(values: Array) -> Any:
    defined = values[np.isfinite(values)]
    return defined[-1] if len(defined) else np.nan
