"""Figures of seats and of those who teach: students who found no seat; instructors, vacant posts and the pool."""

from pathlib import Path
from typing import Any

import numpy as np

from sim.report.compare.alike import alike
from sim.report.compare.figure_lines import band_handles, draw_bands, finish_years, group_names, merged_note
from sim.report.compare.findings import change_sentence, joined, mean_at, titled, told, year_of
from sim.report.shared.figure_style import BASELINE, STACK, Look, label_y, legend, name_panel, page, save, wrapped_title
from sim.report.shared.formula_looks import DASHED
from sim.report.shared.intervals import bands, number_text
from sim.report.shared.panel import Panel

POOL, VACANT = "#8a6d1f", "#7a2f1d"
"""Colors of the lines of people who could teach and of vacant posts."""

DOTTED, DOT_DASH = (0, (1, 1.2)), (0, (4, 1.5, 1, 1.5))

PANELS = 4
"""Panels from which on formulas that are alike share one."""


def unserved(panel: Panel, of: Look, path: Path) -> Path | None:
    """Students who wanted a course and found no seat, as stacked means of first and second courses with the 90% band of
    their sum; None if there are none."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    first, second = panel.state("unserved_first"), panel.state("unserved_second")
    values = first + second
    total = bands(values)
    if not (total.mean > 0).any():
        return None
    title = _title(panel, values, "students without a seat in a course")
    groups = alike(values, range(len(panel.formulas)), panel.baseline, panel.policy, PANELS)
    caption = (
        f"Areas: mean of {of.draws:,} draws; dotted: 90% of draws of the sum (5th to 95th percentile).{_dashed(of)} "
        f"The number beside a name is the sum in {year_of(panel)}. A student without a seat in two clusters counts in "
        f"both.{_leaders(panel, groups)} {of.covers}"
    )
    figure, axes = page(
        title, caption, of, len(groups), 2, 1.6, left=0.85, gap=(0.25, 0.5), header=0.24, bottom=0.3
    )  # fmt: skip
    for group, ax, name in zip(groups, axes, group_names(panel, groups), strict=True):
        f, floor = group[0], np.zeros(len(panel.years))
        for part, fill in zip((first, second), (STACK[2], STACK[3]), strict=True):
            top = floor + part[f].mean(axis=0)
            ax.fill_between(panel.years, floor, top, facecolor=fill, edgecolor="#303030", linewidth=0.4)
            floor = top
        for end in (total.low[f], total.high[f]):
            ax.plot(panel.years, end, color="black", linestyle=DOTTED, linewidth=0.9)
        if panel.baseline is not None and panel.baseline not in group:
            ax.plot(panel.years, total.mean[panel.baseline], color=BASELINE, linestyle=DASHED, linewidth=1.4)
        name_panel(ax, name, _value(total.mean, group, told(panel)), panel.baseline in group)
    finish_years(axes, panel, "students", False)
    label_y(figure, axes, "students a year")
    handles: list[Any] = [
        Patch(facecolor=STACK[2], edgecolor="#303030", linewidth=0.4, label="first course"),
        Patch(facecolor=STACK[3], edgecolor="#303030", linewidth=0.4, label="second course"),
        Line2D([], [], color="black", linestyle=DOTTED, linewidth=0.9, label="90% of draws, sum"),
    ]
    if panel.baseline is not None:
        handles.append(Line2D([], [], color=BASELINE, linestyle=DASHED, label=f"mean, {of.baseline}"))
    legend(figure, handles, 4, len(wrapped_title(title)))
    return save(figure, path, "state: unserved_first, unserved_second")


def instructors(panel: Panel, of: Look, path: Path) -> Path | None:
    """Instructors teaching with bands, vacant posts, and the pool of people who could teach and do not; None if nobody
    teaches."""
    from matplotlib.lines import Line2D

    values = panel.state("instructors")
    teaching = bands(values)
    if not (teaching.mean > 0).any():
        return None
    pool, vacant = (panel.state(column).mean(axis=1) for column in ("instructor_pool", "vacancies"))
    title = _title(panel, values, "instructors")
    groups = alike(values, range(len(panel.formulas)), panel.baseline, panel.policy, PANELS)
    caption = (
        "Full-time equivalents. Vacant: posts without an instructor at the year's end. Pool: people who could teach "
        f"CTE and do not. The number beside a name: teaching in {year_of(panel)}. {of.band_caption}{_dashed(of)}"
        f"{_leaders(panel, groups)}"
    )
    figure, axes = page(
        title, caption, of, len(groups), 2, 1.6, left=0.85, gap=(0.25, 0.5), header=0.44, bottom=0.3
    )  # fmt: skip
    for group, ax, name in zip(groups, axes, group_names(panel, groups), strict=True):
        f = group[0]
        draw_bands(ax, panel, teaching, f)
        if panel.baseline is not None and panel.baseline not in group:
            ax.plot(panel.years, teaching.mean[panel.baseline], color=BASELINE, linestyle=DASHED, linewidth=1.4)
        ax.plot(panel.years, pool[f], color=POOL, linestyle=DOT_DASH, linewidth=1.3)
        ax.plot(panel.years, vacant[f], color=VACANT, linestyle=DOTTED, linewidth=1.5)
        name_panel(ax, name, _value(teaching.mean, group, told(panel)), panel.baseline in group)
    finish_years(axes, panel, "", False)
    label_y(figure, axes, "full-time equivalents")
    handles: list[Any] = band_handles(of, panel.baseline is not None)
    handles[0].set_label("teaching, mean")
    handles.insert(1, Line2D([], [], color=POOL, linestyle=DOT_DASH, linewidth=1.3, label="pool, mean"))
    handles.insert(2, Line2D([], [], color=VACANT, linestyle=DOTTED, linewidth=1.5, label="vacant, mean"))
    legend(figure, handles, 3, len(wrapped_title(title)))
    return save(figure, path, "state: instructors, instructor_pool, vacancies")


def _title(panel: Panel, values: np.ndarray, noun: str) -> str:
    at = told(panel)
    if panel.baseline is not None and panel.others:
        changes = {f: values[f, :, at] - values[panel.baseline, :, at] for f in panel.others}
        return change_sentence(panel, changes, noun, "students", year_of(panel))
    ends = mean_at(values, at)
    counts = " to ".join(dict.fromkeys(number_text(float(end), step=1.0) for end in (ends.min(), ends.max())))
    start = number_text(float(values[:, :, 0].mean()), step=1.0)
    return f"{counts} {noun} in {year_of(panel)}, {start} in FY{panel.years[0]}"


def _dashed(of: Look) -> str:
    return f" Dashed: {of.baseline}." if of.baseline else ""


def _leaders(panel: Panel, groups: list[list[int]]) -> str:
    """Who is drawn where a panel stands for several formulas."""
    several = [group for group in groups if len(group) > 1]
    drawn = f" Drawn of several: {joined([titled(panel, group[0]) for group in several])}." if several else ""
    return f"{merged_note(panel, groups)}{drawn}"


def _value(means: np.ndarray, group: list[int], at: int) -> str:
    ends = [float(means[f, at]) for f in group]
    return " to ".join(dict.fromkeys(number_text(end, "students") for end in (min(ends), max(ends))))
