"""Figures of a stress study: what each formula costs under each scenario, and in which years its money runs short."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report.shared.figure_style import (
    FONT,
    INK,
    LIGHT,
    MIDDLE,
    Look,
    label_x,
    label_y,
    legend,
    look,
    page,
    plain,
    save,
    ticks,
    wrapped_title,
    year_ticks,
)
from sim.report.shared.intervals import bands, number_text
from sim.report.shared.panel import Panel
from sim.report.stress.shortfall import CALM, SHORT, short_years

if TYPE_CHECKING:
    from sim.results.results import Results

SHADES = "Greys"
"""The chance of a short year runs from white to black, with its number in each cell that is not zero."""


def stress_figures(results: "Results", panels: Mapping[str, Panel], folder: Path) -> list[Path]:
    """For each formula that pays anything a figure of its yearly cost by scenario, and one of short years."""
    import matplotlib

    calm = panels[CALM]
    of = replace(look(results, calm), footer=look(results, calm).footer.partition(", scenario")[0])
    written: list[Path] = []
    with matplotlib.rc_context():
        for f, name in enumerate(calm.formulas):
            if f in owing(calm):
                written.append(_cost(panels, of, f, folder / f"stress_cost_{name}.png"))
        if written:
            written.append(_shortfalls(panels, of, folder / "stress_short_years.png"))
    return written


def owing(panel: Panel) -> list[int]:
    """The formulas under which the state's CTE lines owe anything after the base year."""
    owed = panel.state("entitlement")[:, :, panel.policy]
    return [f for f in range(len(panel.formulas)) if (owed[f] > 0).any()]


def _cost(panels: Mapping[str, Panel], of: Look, f: int, path: Path) -> Path:
    """State cost of one formula, a panel for each scenario: mean and bands of what is paid, and the mean owed."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    calm = panels[CALM]
    years = calm.years[calm.policy]
    paid = {name: panel.constant("state_cost")[f][:, panel.policy] / 1e6 for name, panel in panels.items()}
    owed = {name: panel.constant("entitlement")[f][:, panel.policy] for name, panel in panels.items()}
    dearest = {name: float(np.percentile(values.max(axis=1), 95)) for name, values in owed.items()}
    worst = max(dearest, key=lambda name: dearest[name])
    title = (
        f"{plain(calm.formulas[f])} under stress: in one draw of twenty more than "
        f"{number_text(dearest[worst], 'dollars')} is owed in a year ({plain(worst)})"
    )
    caption = (
        f"Line: mean of {of.draws:,} draws of what is paid. Dark band: middle 50% of draws; light band: 90% (5th to "
        f"95th percentile). Dashed: mean of what is owed; dotted: mean appropriation. {of.covers} Constant dollars of "
        f"FY{calm.base_year}; the number beside a scenario is the mean a year."
    )
    figure, axes = page(title, caption, of, len(panels), 3, 1.2, left=0.85, gap=(0.2, 0.42), header=0.22)
    for (name, panel), ax in zip(panels.items(), axes, strict=True):
        found = bands(paid[name], axis=0)
        ax.fill_between(years, found.low, found.high, color=LIGHT, linewidth=0)
        ax.fill_between(years, found.p25, found.p75, color=MIDDLE, linewidth=0)
        ax.plot(years, found.mean, color=INK, linewidth=1.4)
        for column, style in (("entitlement", "--"), ("appropriation", ":")):
            mean = panel.constant(column)[f][:, panel.policy].mean(axis=0) / 1e6
            ax.plot(years, mean, color="black", linewidth=0.9, linestyle=style)
        ax.set_title(f"{plain(name)}: {number_text(float(found.mean.mean()) * 1e6, 'dollars')}", fontsize=FONT)
        ax.set_xticks(year_ticks(years))
    axes[0].set_ylim(bottom=0)
    axes[0].yaxis.set_major_formatter(ticks("number"))
    label_y(figure, axes, f"millions of FY{calm.base_year} dollars")
    label_x(figure, axes, "fiscal year")
    handles: list[Any] = [
        Line2D([], [], color=INK, linewidth=1.4, label="paid"),
        Patch(facecolor=LIGHT, label="90% of draws"),
        Line2D([], [], color="black", linewidth=0.9, linestyle="--", label="owed"),
        Line2D([], [], color="black", linewidth=0.9, linestyle=":", label="appropriated"),
    ]
    legend(figure, handles, 4, len(wrapped_title(title)))
    return save(figure, path)


def _shortfalls(panels: Mapping[str, Panel], of: Look, path: Path) -> Path:
    """Chance that a year is short, a panel for each formula, a row for each scenario."""
    calm = panels[CALM]
    years = calm.years[calm.policy]
    chance = np.stack([short_years(panel)[:, :, panel.policy].mean(axis=1) for panel in panels.values()])
    shown = owing(calm)
    names = [plain(name) for name in panels]
    peak = np.unravel_index(int(np.argmax(chance[:, shown])), chance[:, shown].shape)
    place = f"{plain(calm.formulas[shown[int(peak[1])]])} under {names[int(peak[0])]}, FY{years[int(peak[2])]}"
    title = f"How often money runs short: most often {chance[:, shown].max():.0%} of draws ({place})"
    caption = (
        f"Share of {of.draws:,} draws in which more than {SHORT:.1%} of what the state's CTE lines owe is not paid, in "
        "percent; empty cells are zero. Formulas that owe nothing, or that are paid in full, never run short."
    )
    figure, axes = page(
        title, caption, of, len(shown), 1, 0.17 * len(names), left=1.55, gap=(0.2, 0.36), page_width=10.0
    )
    for f, ax in zip(shown, axes, strict=True):
        ax.pcolormesh(
            np.append(years - 0.5, years[-1] + 0.5), np.arange(len(names) + 1) - 0.5, chance[:, f], vmin=0.0, vmax=1.0,
            cmap=SHADES, edgecolor="white", linewidth=0.4,
        )  # fmt: skip
        for row in range(len(names)):
            for column, year in enumerate(years):
                percent = round(100 * float(chance[row, f, column]))
                if percent:
                    ink = "white" if percent > 55 else "black"
                    ax.text(year, row, f"{percent}", ha="center", va="center", fontsize=6.5, color=ink)
        ax.set_title(plain(calm.formulas[f]), fontsize=FONT)
        ax.set_xticks(year_ticks(years))
        ax.set_yticks(range(len(names)), names)
        ax.set_ylim(len(names) - 0.5, -0.5)
    label_x(figure, axes, "fiscal year")
    return save(figure, path)
