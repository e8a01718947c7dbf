"""The figures of concentrators over years: taught with its bands, and above it what is recoded and reported besides."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.arrays import Array
from sim.report.compare.figures_over_years import band_handles, draw_bands, finish_years
from sim.report.shared.figure_style import (
    BASELINE,
    Look,
    legend,
    name_panel,
    page,
    plain,
    save,
    wrapped_title,
)
from sim.report.shared.intervals import Bands, bands, number_text
from sim.report.shared.panel import Panel

REPORTED = "#8a6d1f"
"""Color of the line of what is reported."""

HATCH = "////"
SHOWN = 1.0
"""Students from which on recoding is told of."""


def concentrators(panel: Panel, of: Look, path: Path) -> Path:
    """Concentrators over the years, a panel for each formula: taught with bands, the reported mean, and the gap between
    them, which is recoded; the baseline's taught mean beside them."""
    taught = panel.state("concentrators_taught")
    found = bands(taught)
    starts, ends = found.mean[:, 0], found.mean[:, -1]
    last = " to ".join(dict.fromkeys(number_text(float(end), "students") for end in (ends.min(), ends.max())))
    title = (
        f"Concentrators taught: {number_text(float(starts.mean()), 'students')} in FY{panel.years[0]}, {last} in "
        f"FY{panel.years[-1]}" + (", depending on the formula" if len(ends) > 1 else "") + _most_recoded(panel)
    )
    shown = tuple(range(len(panel.formulas)))
    what = _Gap(title, "concentrators", shown, found, panel.state("concentrators").mean(axis=1), path)
    return _figure(panel, of, what)


def concentrators_difference(panel: Panel, of: Look, path: Path) -> Path | None:
    """The same as paired differences from the baseline; None if there is nothing to compare."""
    if panel.baseline is None or not panel.others:
        return None
    taught, reported = (
        values - values[panel.baseline][None]
        for values in (panel.state("concentrators_taught"), panel.state("concentrators"))
    )
    found = bands(taught)
    ends = [float(found.mean[f, -1]) for f in panel.others]
    span = " to ".join(dict.fromkeys(number_text(end, "students", signed=True) for end in (min(ends), max(ends))))
    title = (
        f"Concentrators taught against {plain(of.baseline)}, within each draw: {span} in FY{panel.years[-1]}"
        + _most_recoded(panel)
    )
    what = _Gap(title, "added concentrators", panel.others, found, reported.mean(axis=1), path, zero=True)
    return _figure(panel, of, what)


@dataclass(frozen=True)
class _Gap:
    """A figure of taught and reported: ``taught`` with its bands ``[F, T]`` and the ``reported`` mean ``[F, T]`` of the
    formulas ``shown``; ``zero`` marks differences."""

    title: str
    unit: str
    shown: Sequence[int]
    taught: Bands
    reported: Array
    path: Path
    zero: bool = False


def _most_recoded(panel: Panel) -> str:
    """'; most recoded: 4,740 (aligned)', or nothing where none are."""
    recoded = panel.state("concentrators_recoded")[:, :, -1].mean(axis=1)
    most = int(np.argmax(recoded))
    if recoded[most] < SHOWN:
        return ""
    return f"; most recoded besides: {number_text(float(recoded[most]), 'students')} ({plain(panel.formulas[most])})"


def _figure(panel: Panel, of: Look, what: _Gap) -> Path:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    found, reference = what.taught, None if what.zero else panel.baseline
    beside = f" Zero is {plain(of.baseline)} in the same draw." if what.zero else ""
    if reference is not None:
        beside = f" Bold and dashed: {plain(of.baseline)}, taught."
    caption = (
        f"Bands and dark line: taught (completed a second course). Hatched up to the lighter line: recoded, that is "
        f"reported and paid for, as sequences were re-cut around courses that students take anyway. {of.band_caption}"
        f"{beside}"
    )
    lines = len(wrapped_title(what.title))
    figure, axes = page(
        what.title, caption, of, len(what.shown), 3, 1.25, left=0.95, gap=(0.2, 0.56), header=0.42, bottom=0.4
    )
    for ax, f in zip(axes, what.shown, strict=True):
        if reference is not None and f != reference:
            ax.plot(panel.years, found.mean[reference], color=BASELINE, linestyle=(0, (3, 2)), linewidth=1.1)
        draw_bands(ax, panel.years, found, f)
        recoded = what.reported[f] - found.mean[f]
        if np.abs(recoded).max() >= SHOWN:
            ax.fill_between(
                panel.years, found.mean[f], what.reported[f], facecolor="none", hatch=HATCH, edgecolor=REPORTED,
                linewidth=0.0,
            )  # fmt: skip
            ax.plot(panel.years, what.reported[f], color=REPORTED, linewidth=1.2)
        value = number_text(float(found.mean[f, -1]), "students", signed=what.zero)
        if abs(recoded[-1]) >= SHOWN:
            value += f", {number_text(float(recoded[-1]), 'students', signed=True)} recoded"
        name_panel(ax, panel, f, value)
        if what.zero:
            ax.axhline(0, color="black", linewidth=0.6)
    finish_years(figure, axes, panel, what.unit, "students", what.zero)
    handles: list[Any] = band_handles(panel if reference is not None else None, of)
    handles[0].set_label("taught, mean")
    if reference is not None:
        handles[-1].set_label(f"taught, {plain(of.baseline)}")
    handles.insert(1, Line2D([], [], color=REPORTED, linewidth=1.2, label="reported, mean"))
    handles.insert(2, Patch(facecolor="none", edgecolor=REPORTED, hatch=HATCH, linewidth=0.0, label="recoded"))
    legend(figure, handles, 3, lines)
    return save(figure, what.path)
