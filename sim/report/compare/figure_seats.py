"""Figures of seats and of those who teach: students who found no seat; instructors, vacant posts and the pool."""

from pathlib import Path
from typing import Any

import numpy as np

from sim.report.compare.figures_over_years import band_handles, draw_bands, finish_years
from sim.report.shared.figure_style import (
    BASELINE,
    STACK,
    Look,
    legend,
    name_panel,
    page,
    plain,
    save,
    wrapped_title,
)
from sim.report.shared.intervals import bands, number_text
from sim.report.shared.panel import Panel

POOL, VACANT = "#8a6d1f", "#7a2f1d"
"""Colors of the lines of people who could teach and of vacant posts."""

DOTTED, DOT_DASH = (0, (1, 1.2)), (0, (4, 1.5, 1, 1.5))


def unserved(panel: Panel, of: Look, path: Path) -> Path | None:
    """Students who wanted a course and found no seat, as stacked means of first and second courses with the 90% band of
    their sum; None if there are none."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    first, second = panel.state("unserved_first"), panel.state("unserved_second")
    total = bands(first + second)
    if not (total.mean > 0).any():
        return None
    ends = total.mean[:, -1]
    start = number_text(float(total.mean[:, 0].mean()), "students")
    title = (
        f"Students who wanted a CTE course and found no seat: {start} in FY{panel.years[0]}, {_range(ends)} in "
        f"FY{panel.years[-1]}" + (", depending on the formula" if len(ends) > 1 else "")
    )
    beside = f" Bold and dashed: {plain(of.baseline)}." if panel.baseline is not None else ""
    caption = (
        f"Areas: mean of {of.draws:,} draws; dotted: 90% of draws of the sum (5th to 95th percentile).{beside} The "
        f"number beside a name is the sum in FY{panel.years[-1]}. A student without a seat in two clusters counts in "
        f"both. {of.covers}"
    )
    figure, axes = page(
        title, caption, of, len(panel.formulas), 3, 1.25, left=0.95, gap=(0.2, 0.42), header=0.22, bottom=0.4
    )
    for f, ax in enumerate(axes):
        floor = np.zeros(len(panel.years))
        for values, fill in zip((first, second), (STACK[2], STACK[3]), strict=True):
            top = floor + values[f].mean(axis=0)
            ax.fill_between(panel.years, floor, top, facecolor=fill, edgecolor="#303030", linewidth=0.4)
            floor = top
        for end in (total.low[f], total.high[f]):
            ax.plot(panel.years, end, color="black", linestyle=DOTTED, linewidth=0.9)
        if panel.baseline is not None and f != panel.baseline:
            ax.plot(panel.years, total.mean[panel.baseline], color=BASELINE, linestyle=(0, (3, 2)), linewidth=1.1)
        name_panel(ax, panel, f, number_text(float(ends[f]), "students"))
    finish_years(figure, axes, panel, "students", "students", False)
    handles: list[Any] = [
        Patch(facecolor=STACK[2], edgecolor="#303030", linewidth=0.4, label="first course"),
        Patch(facecolor=STACK[3], edgecolor="#303030", linewidth=0.4, label="second course"),
        Line2D([], [], color="black", linestyle=DOTTED, linewidth=0.9, label="90% of draws, sum"),
    ]
    if panel.baseline is not None:
        handles.append(Line2D([], [], color=BASELINE, linestyle=(0, (3, 2)), label=f"mean, {plain(of.baseline)}"))
    legend(figure, handles, 4, len(wrapped_title(title)))
    return save(figure, path)


def instructors(panel: Panel, of: Look, path: Path) -> Path | None:
    """Instructors teaching with bands, vacant posts, and the pool of people who could teach and do not; None if nobody
    teaches."""
    from matplotlib.lines import Line2D

    teaching = bands(panel.state("instructors"))
    if not (teaching.mean > 0).any():
        return None
    pool, vacant = (panel.state(column).mean(axis=1) for column in ("instructor_pool", "vacancies"))
    ends = teaching.mean[:, -1]
    title = (
        f"Instructors teaching CTE: {number_text(float(teaching.mean[:, 0].mean()), step=1.0)} in FY{panel.years[0]}, "
        f"{_range(ends)} in FY{panel.years[-1]}; {_range(pool[:, -1])} more could teach and do not"
    )
    beside = f" Bold and dashed: {plain(of.baseline)}." if panel.baseline is not None else ""
    caption = (
        "Full-time equivalents. Vacant: posts without an instructor at the year's end. Pool: people who could teach "
        f"CTE and do not. The number beside a name: teaching in FY{panel.years[-1]}. {of.band_caption}{beside}"
    )
    figure, axes = page(
        title, caption, of, len(panel.formulas), 3, 1.25, left=0.95, gap=(0.2, 0.42), header=0.42, bottom=0.4
    )
    for f, ax in enumerate(axes):
        if panel.baseline is not None and f != panel.baseline:
            ax.plot(panel.years, teaching.mean[panel.baseline], color=BASELINE, linestyle=(0, (3, 2)), linewidth=1.1)
        draw_bands(ax, panel.years, teaching, f)
        ax.plot(panel.years, pool[f], color=POOL, linestyle=DOT_DASH, linewidth=1.3)
        ax.plot(panel.years, vacant[f], color=VACANT, linestyle=DOTTED, linewidth=1.5)
        name_panel(ax, panel, f, number_text(float(ends[f]), step=1.0))
    finish_years(figure, axes, panel, "full-time equivalents", "", False)
    handles: list[Any] = band_handles(panel, of)
    handles[0].set_label("teaching, mean")
    handles.insert(1, Line2D([], [], color=POOL, linestyle=DOT_DASH, linewidth=1.3, label="pool, mean"))
    handles.insert(2, Line2D([], [], color=VACANT, linestyle=DOTTED, linewidth=1.5, label="vacant, mean"))
    legend(figure, handles, 3, len(wrapped_title(title)))
    return save(figure, path)


def _range(values: np.ndarray) -> str:
    return " to ".join(dict.fromkeys(number_text(float(end), "students") for end in (values.min(), values.max())))
