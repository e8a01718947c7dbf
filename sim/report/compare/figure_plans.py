"""The figure of plans for further sites: what became of them, and what they waited for."""

from pathlib import Path
from typing import Any

import numpy as np

from sim.arrays import Array, BoolArray
from sim.report.compare.findings import change_sentence
from sim.report.shared.figure_style import (
    STACK,
    Look,
    label_x,
    legend,
    page,
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

HATCHES: tuple[str, ...] = ("", "", "////", "", "xxx")

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
    first, last = panel.years[early][0], panel.years[early][-1]
    order = _order(panel, means[0])
    title = _title(panel, counts, means, f"FY{first}-{str(last)[2:]}")
    caption = (
        f"Plans in a year by what became of them in it, mean over {of.draws:,} draws and the years; a plan that waits "
        "two years is counted in both. A number is the share of all in that row. At the right: plans begun a year, "
        f"with 90% of draws (5th to 95th percentile). {of.covers}"
    )
    count = len(panel.formulas)
    figure, (ax,) = page(title, caption, of, 1, 1, 0.34 * count + 0.15, left=2.1, right=1.35, header=0.42, bottom=0.5)
    means, numbers = means[:, order], [one[order] for one in (begun.mean, begun.low, begun.high)]
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
        middle, low, high = (number_text(float(end[f]), step=1.0) for end in numbers)
        ax.text(right * 1.02, f, f"{middle} ({low} to {high})", va="center", clip_on=False)
    ax.text(right * 1.02, -0.75, "begun a year", va="center", clip_on=False)
    ax.set_yticks(at, [panel.short_titles[f] for f in order])
    ax.set_ylim(count - 0.4, -0.6)
    ax.set_xlim(0, right)
    label_x(figure, [ax], "plans a year, statewide")
    handles: list[Any] = [
        Patch(facecolor=fill, hatch=hatch, edgecolor="#303030", linewidth=0.4, label=label)
        for (_, label), fill, hatch in zip(OUTCOMES, STACK, HATCHES, strict=False)
    ]
    legend(figure, handles, 3, len(wrapped_title(title)))
    return save(figure, path, "state: launches_started, plans_begun, plans_for_*, plans_given_up")


def _order(panel: Panel, opened: Array) -> list[int]:
    """The baseline first, then formulas by the sites that open, the most first."""
    rest = sorted((f for f in range(len(opened)) if f != panel.baseline), key=lambda f: -float(opened[f]))
    return rest if panel.baseline is None else [panel.baseline, *rest]


def _title(panel: Panel, counts: list[Array], means: Array, years: str) -> str:
    """Who opens most sites, and what plans wait for."""
    waiting = means[1:4].sum(axis=1)
    share = float(waiting.max() / waiting.sum()) if waiting.sum() > 0 else 0.0
    lacking = OUTCOMES[1 + int(np.argmax(waiting))][1].removeprefix("waits for ")
    wait = f"; {share:.0%} of waiting plans lack {lacking}" if share > 0 else ""
    if panel.baseline is None or not panel.others:
        return f"{number_text(float(means[0].mean()), step=1.0)} planned sites open a year, {years}{wait}"
    changes = {f: counts[0][f] - counts[0][panel.baseline] for f in panel.others}
    return change_sentence(panel, changes, "opened sites a year", "sites", years) + wait
