"""The figure of plans for further sites: what became of them, and what they waited for."""

from pathlib import Path
from typing import Any

import numpy as np

from sim.arrays import Array, BoolArray
from sim.report.shared.figure_style import (
    STACK,
    Look,
    label_x,
    legend,
    page,
    plain,
    save,
    wrapped_title,
)
from sim.report.shared.intervals import bands, number_text
from sim.report.shared.panel import Panel

OUTCOMES: tuple[tuple[str, str], ...] = (
    ("launches_started", "found an instructor, opens"),
    ("plans_for_money", "waits for start-up money"),
    ("plans_for_room", "waits for a lab or shop"),
    ("plans_for_instructor", "waits for an instructor"),
    ("plans_given_up", "given up"),
)
"""What becomes of a plan in a year; every plan that a district looks at in the year stands in one of them."""

HATCHES: tuple[str, ...] = ("", "", "////", "", "....")

FIRST_YEARS = 10
"""Plans are counted over this many first years under a formula."""

NUMBERED = 0.07
"""A part of a bar carries its number if it is at least this share of the longest bar."""


def plans(panel: Panel, of: Look, path: Path) -> Path | None:
    """What becomes of plans for further sites in the first years, by formula, as stacked bars; None if none is made."""
    early: BoolArray = panel.policy & (panel.years <= panel.base_year + FIRST_YEARS)
    if not early.any():
        return None
    counts = [panel.state(column)[:, :, early].mean(axis=2) for column, _ in OUTCOMES]
    means = np.array([count.mean(axis=1) for count in counts])
    if not (means > 0).any():
        return None
    from matplotlib.patches import Patch

    begun = bands(panel.state("plans_begun")[:, :, early].mean(axis=2))
    started = bands(counts[0])
    first, last = panel.years[early][0], panel.years[early][-1]
    waiting = means[1:4].sum(axis=1)
    commonest = OUTCOMES[1 + int(np.argmax(waiting))][1].removeprefix("waits for ")
    title = (
        f"Plans for further sites, FY{first} to FY{last}: {_range(begun.mean)} begun and {_range(started.mean)} opened "
        f"a year; most that wait, wait for {commonest}"
    )
    caption = (
        f"Plans in a year by what became of them in it, mean over {of.draws:,} draws and the years; a plan that waits "
        "two years is counted in both. A number is the share of all in that row. At the right: plans begun a year, "
        f"with 90% of draws (5th to 95th percentile). {of.covers}"
    )
    count = len(panel.formulas)
    figure, (ax,) = page(title, caption, of, 1, 1, 0.34 * count + 0.15, left=1.75, right=1.35, header=0.42, bottom=0.5)
    at = np.arange(count)
    floor, total = np.zeros(count), means.sum(axis=0)
    for amounts, fill, hatch in zip(means, STACK, HATCHES, strict=False):
        ax.barh(at, amounts, left=floor, color=fill, hatch=hatch, edgecolor="#303030", linewidth=0.4, height=0.72)
        for f in np.flatnonzero(amounts > NUMBERED * total.max()).tolist():
            box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
            share = f"{amounts[f] / total[f]:.0%}"
            ax.text(floor[f] + amounts[f] / 2, f, share, ha="center", va="center", bbox=box)
        floor = floor + amounts
    right = float(total.max()) * 1.01
    for f in range(count):
        middle, low, high = (number_text(float(end[f]), step=1.0) for end in (begun.mean, begun.low, begun.high))
        ax.text(right * 1.02, f, f"{middle} ({low} to {high})", va="center", clip_on=False)
    ax.text(right * 1.02, -0.75, "begun a year", va="center", clip_on=False)
    names = [plain(name) + (" (baseline)" if f == panel.baseline else "") for f, name in enumerate(panel.formulas)]
    ax.set_yticks(at, names)
    ax.set_ylim(count - 0.4, -0.6)
    ax.set_xlim(0, right)
    label_x(figure, [ax], "plans a year, statewide")
    handles: list[Any] = [
        Patch(facecolor=fill, hatch=hatch, edgecolor="#303030", linewidth=0.4, label=label)
        for (_, label), fill, hatch in zip(OUTCOMES, STACK, HATCHES, strict=False)
    ]
    legend(figure, handles, 3, len(wrapped_title(title)))
    return save(figure, path)


def _range(values: Array) -> str:
    return " to ".join(dict.fromkeys(number_text(float(end), step=1.0) for end in (values.min(), values.max())))
