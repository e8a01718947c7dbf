"""Figures of a stress study: what each formula costs under shocks that move it, and how much goes unpaid."""

import textwrap
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report.shared.figure_style import (
    CHARACTERS,
    INK,
    LIGHT,
    LINE_HEIGHT,
    MIDDLE,
    Look,
    label_x,
    label_y,
    legend,
    look,
    name_panel,
    page,
    save,
    ticks,
    wrapped_title,
    year_axis,
)
from sim.report.shared.formula_looks import looks
from sim.report.shared.intervals import bands, interval_text, number_text
from sim.report.shared.names import in_sentence
from sim.report.shared.panel import Panel
from sim.report.stress.conditions import within
from sim.report.stress.findings import (
    TOLD,
    capped,
    cost_sentence,
    moving,
    shortfall_sentence,
    worst_unpaid,
)
from sim.report.stress.shortfall import CALM

if TYPE_CHECKING:
    from sim.results.results import Results

NAMED = 2.2
"""Room for the names of scenarios beside what goes unpaid, inches."""

TWO_LINES = 50
"""Letters of a scenario's name that stand above a panel in two lines with its number."""

UNPAID = "#c9824f"
"""Color of what is owed and not paid."""


def stress_figures(
    results: "Results", panels: Mapping[str, Panel], titles: Mapping[str, str], folder: Path
) -> list[Path]:  # fmt: skip
    """For each formula that pays anything a figure of its yearly cost by scenario, and one of what goes unpaid.
    ``titles`` are those of the scenarios."""
    import matplotlib

    calm = panels[CALM]
    of = replace(look(results, calm), footer=look(results, calm).footer.partition(", scenario")[0])
    written: list[Path] = []
    with matplotlib.rc_context():
        for f, name in enumerate(calm.formulas):
            if f in owing(calm):
                written.append(_cost(panels, titles, of, f, folder / f"stress_cost_{name}.png"))
        if written:
            written.append(_shortfalls(panels, titles, of, folder / "stress_shortfall.png"))
    return written


def owing(panel: Panel) -> list[int]:
    """The formulas under which the state's CTE lines owe anything after the base year."""
    owed = panel.state("entitlement")[:, :, panel.policy]
    return [f for f in range(len(panel.formulas)) if (owed[f] > 0).any()]


def _cost(panels: Mapping[str, Panel], titles: Mapping[str, str], of: Look, f: int, path: Path) -> Path:
    """State cost of one formula, a panel for each scenario that moves it beside the calm years: mean and bands of what
    is paid, and above it the mean of what is owed and not."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    calm = panels[CALM]
    years = calm.years[calm.policy]
    shown = [CALM, *moving(panels, f)]
    left = [within(titles[name]) for name in panels if name not in shown]
    title = cost_sentence(panels, f, titles)
    still = (
        f" Not shown, as they do not clearly move what is paid or owed by 1% or more: {'; '.join(left)}."
        if left
        else ""
    )
    cap = " The appropriation caps the cost." if capped(panels, f) else ""
    caption = (
        f"Line: mean of {of.draws:,} draws of what is paid. Dark band: middle 50% of draws; light band: 90% (5th to "
        "95th percentile). Above, owed and not paid: dark the mean, pale up to the 95th percentile of what is owed. "
        f"Dotted: mean appropriation.{cap}{still} {of.covers} "
        f"Constant dollars of FY{calm.base_year}; the number beside a scenario is the mean paid a year."
    )
    lines = 2 if all(len(titles[name]) <= TWO_LINES for name in shown) else 3
    more = LINE_HEIGHT * (lines - 2)
    figure, axes = page(title, caption, of, len(shown), 3, 1.4, left=0.8, gap=(0.2, 0.5 + more), header=0.24 + more,
                        bottom=0.3)  # fmt: skip
    for name, ax in zip(shown, axes, strict=True):
        panel = panels[name]
        values = panel.constant("state_cost")[f][:, panel.policy] / 1e6
        claims = panel.constant("entitlement")[f][:, panel.policy] / 1e6
        voted = panel.constant("appropriation")[f][:, panel.policy].mean(axis=0) / 1e6
        found, unpaid = bands(values, axis=0), np.maximum(claims - values, 0.0).mean(axis=0)
        most_owed = np.maximum(bands(claims, axis=0).high, found.high)
        ax.fill_between(years, found.high, most_owed, facecolor=UNPAID, alpha=0.3, linewidth=0)
        ax.fill_between(years, found.low, found.high, color=LIGHT, linewidth=0)
        ax.fill_between(years, found.p25, found.p75, color=MIDDLE, linewidth=0)
        ax.fill_between(years, found.mean, found.mean + unpaid, facecolor=UNPAID, alpha=0.75, linewidth=0)
        ax.plot(years, found.mean, color=INK, linewidth=1.4)
        ax.plot(years, voted, color="black", linewidth=0.9, linestyle=":")
        value = number_text(float(found.mean.mean()) * 1e6, "dollars")
        name_panel(ax, titles[name], value, name == CALM, lines)
    year_axis(axes[0], years)
    axes[0].set_ylim(bottom=0)
    axes[0].yaxis.set_major_formatter(ticks("number"))
    label_y(figure, axes, f"millions of FY{calm.base_year} dollars")
    handles: list[Any] = [
        Line2D([], [], color=INK, linewidth=1.4, label="paid"),
        Patch(facecolor=LIGHT, label="90% of draws"),
        Patch(facecolor=UNPAID, alpha=0.75, label="owed, not paid"),
        Line2D([], [], color="black", linewidth=0.9, linestyle=":", label="appropriated"),
    ]
    legend(figure, handles, 4, len(wrapped_title(title)))
    return save(figure, path, "state: state_cost, entitlement, appropriation")


def _shortfalls(panels: Mapping[str, Panel], titles: Mapping[str, str], of: Look, path: Path) -> Path:
    """What goes unpaid in the worst year, a panel for each formula that goes short, a row for each scenario that moves
    it, the largest first."""
    calm, every = panels[CALM], owing(panels[CALM])
    largest = {f: max(float(worst_unpaid(panel, f).mean()) for panel in panels.values()) for f in every}
    shown = [f for f in every if largest[f] >= TOLD] or every[:1]
    rows = {f: _rows(panels, f) for f in shown}
    title = shortfall_sentence(panels, every, titles)
    left = [in_sentence(calm.short_titles[f]) for f in every if f not in shown]
    whole = f" Never short by {number_text(TOLD, 'dollars')}: {', '.join(left)}." if left else ""
    others = {f: [within(titles[name]) for name in panels if name not in rows[f]] for f in shown}
    like = "".join(
        f" Like no shock under {in_sentence(calm.short_titles[f])}: {'; '.join(others[f])}." for f in shown if others[f]
    )
    caption = (
        f"Owed by the state's CTE lines and not paid in the worst year of each draw. {of.whisker_caption} Constant "
        f"dollars of FY{calm.base_year}.{like}{whole}"
    )
    names = {name: textwrap.fill(titles[name], int(CHARACTERS * (NAMED - 0.15)), break_on_hyphens=False)
             for some in rows.values() for name in some}  # fmt: skip
    step = max(0.3, 0.1 + LINE_HEIGHT * max(len(name.splitlines()) for name in names.values()))
    tall = step * max(map(len, rows.values())) + 0.15
    figure, axes = page(
        title, caption, of, len(shown), 1, tall, left=NAMED, right=1.9, gap=(0.2, 0.42), bottom=0.5,
        share_y=False,
    )  # fmt: skip
    marks = looks(calm.formulas)
    for ax, f in zip(axes, shown, strict=True):
        at = np.arange(len(rows[f]))
        for row, name in zip(at, rows[f], strict=True):
            found = bands(worst_unpaid(panels[name], f) / 1e6, axis=0)
            ax.hlines([row], found.low, found.high, color=MIDDLE, linewidth=3.0)
            ax.plot([found.mean], [row], marker=marks[f].marker, color=marks[f].color, markersize=6, linestyle="none")
            mean, low, high = (float(end) * 1e6 for end in (found.mean, found.low, found.high))
            text = interval_text(mean, low, high, "dollars")
            ax.text(1.02, float(row), text, transform=ax.get_yaxis_transform(), va="center")
        ax.set_yticks(at, [names[name] for name in rows[f]])
        ax.set_ylim(max(len(some) for some in rows.values()) - 0.4, -0.6)
        name_panel(ax, calm.short_titles[f])
    axes[0].set_xlim(left=0)
    axes[0].xaxis.set_major_formatter(ticks("dollars", "M"))
    label_x(figure, axes, f"millions of FY{calm.base_year} dollars")
    return save(figure, path, "state: entitlement, state_cost")


def _rows(panels: Mapping[str, Panel], f: int) -> list[str]:
    """The calm years and the scenarios that move what goes unpaid by more than `TOLD`, or by a tenth; largest first."""
    before = float(worst_unpaid(panels[CALM], f).mean())
    after = {name: float(worst_unpaid(panel, f).mean()) for name, panel in panels.items() if name != CALM}
    moved = [name for name, value in after.items() if abs(value - before) > max(0.1 * before, 0.2 * TOLD)]
    return [CALM, *sorted(moved, key=lambda name: -after[name])]
