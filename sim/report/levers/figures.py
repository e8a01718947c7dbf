"""The frontier of a bill's levers: what districts carry in bad years, and what the state pays, against who is
taught."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.report.levers.facts import LeverFacts
from sim.report.levers.tables import WORTH
from sim.report.shared.figure_labels import point_labels
from sim.report.shared.figure_style import (
    BASELINE,
    INK,
    LANDSCAPE,
    Look,
    legend,
    look,
    page,
    save,
    ticks,
    wrapped_title,
)
from sim.report.shared.names import first_letter
from sim.report.shared.spans import years_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def frontier_figure(facts: LeverFacts, title: str, path: Path) -> Path:
    """Two panels over the same levers: the tail of what districts carry and that of what the state pays, each against
    concentrators taught a year; filled where no other choice is better in all."""
    import matplotlib
    from matplotlib.lines import Line2D

    of = facts.of
    panel = of.panels[facts.scenario]
    styled: Look = look(of.results, panel)
    caption = (
        f"Each mark: the bill with one lever, {of.under(facts.scenario)}; across: {facts.tail} of draws, worst year of "
        f"{years_text(of.years)}; up: concentrators taught a year, mean of {of.calm.draws:,} draws. Filled: no "
        "other choice is "
        "better in what districts carry, what the state pays a year and who is taught at once. Constant dollars of "
        f"FY{of.calm.base_year}. Left and up is better in both panels. Levers that move neither stand at the bill "
        "and have no name."
    )
    with matplotlib.rc_context():
        lines = len(wrapped_title(title, LANDSCAPE))
        figure, axes = page(title, caption, styled, 2, 2, 3.6, left=0.85, gap=(0.35, 0.5), header=0.24, bottom=0.5,
                            share_x=False, page_width=LANDSCAPE)  # fmt: skip
        for ax, what in zip(axes, ("carried", "state"), strict=True):
            _panel(ax, facts, what)
        axes[0].yaxis.set_major_formatter(ticks("number"))
        axes[0].set_ylabel("concentrators taught a year")
        axes[0].set_xlabel("districts carry in the worst year, millions")
        axes[1].set_xlabel("the state pays in the worst year, millions")
        handles = [
            Line2D([], [], color=INK, marker="o", linestyle="none", label="on the frontier"),
            Line2D(
                [],
                [],
                color=INK,
                marker="o",
                markerfacecolor="white",
                linestyle="none",
                label="another is better in all",
            ),
            Line2D([], [], color="black", marker="D", linestyle="none", label="the bill as it is"),
        ]
        legend(figure, handles, 3, lines)
        return save(figure, path, "state: entitlement, state_cost, dilution, concentrators_taught")


def _panel(ax: "Axes", facts: LeverFacts, what: str) -> None:
    x = np.array([getattr(pull, what) for pull in facts.pulls]) / 1e6
    y = np.array([pull.taught_level for pull in facts.pulls])
    for place in range(len(x)):
        filled = bool(facts.on_frontier[place])
        first = place == 0
        ax.plot(x[place], y[place], marker="D" if first else "o", color="black" if first else INK,
                markerfacecolor="black" if first else INK if filled else "white", markersize=7, linestyle="none",
                zorder=5 if first else 3)  # fmt: skip
    ax.axvline(x[0], color=BASELINE, linewidth=0.7, linestyle=":")
    ax.axhline(y[0], color=BASELINE, linewidth=0.7, linestyle=":")
    ax.margins(0.18, 0.12)
    ax.xaxis.set_major_formatter(ticks("dollars", "M"))
    moved = [abs(pull.less_carried.mean) + abs(pull.more_state.mean) >= WORTH for pull in facts.pulls]
    labels = [
        (float(x[at]), float(y[at]), first_letter(pull.title), "black")
        for at, pull in enumerate(facts.pulls)
        if at == 0 or moved[at]
    ]
    ax.autoscale_view()
    ax.set_xlim(left=max(ax.get_xlim()[0], 0.0) if x.min() > 0.1 * x.max() else -0.04 * x.max())
    point_labels(ax, labels, list(zip(x.tolist(), y.tolist(), strict=True)))
