"""Figures of losses: how likely each size is, which formula suffers under what, how much of it is knowledge, and
where."""

import textwrap
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report.shared.figure_style import (
    BASELINE,
    CHARACTERS,
    INK,
    LANDSCAPE,
    LIGHT,
    LINE_HEIGHT,
    MIDDLE,
    WIDTH,
    Look,
    label_x,
    label_y,
    legend,
    legend_names,
    look,
    name_panel,
    page,
    save,
    ticks,
    wrapped_title,
)
from sim.report.shared.intervals import number_text
from sim.report.shared.names import first_letter, in_sentence
from sim.report.shared.spans import years_text
from sim.report.stress.conditions import RANDOM
from sim.report.stress.measured import Measured
from sim.report.stress.places import Places
from sim.report.stress.shortfall import CALM
from sim.report.stress.tail_tables import ES, exposed, moving
from sim.states.speaking import state_words
from sim.states.words import DISTRICT
from sim.study.stress.exceedance import curve_band, exceedance
from sim.study.stress.losses import worst_year

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANELS = 4
"""Formulas of which a figure shows curves: those whose districts carry most."""

NAMED = 2.5
"""Room for the names of scenarios beside the heat map, inches."""

LINES: tuple[tuple[str, Any, float], ...] = (
    (INK, "-", 2.0), ("#c9824f", "--", 1.6), ("#55783f", "-.", 1.6), (BASELINE, ":", 1.8),
    ("#8c4a2f", (0, (6, 1)), 1.2),
    (MIDDLE, (0, (3, 1, 1, 1, 1, 1)), 1.6), ("black", (0, (1, 3)), 1.6), ("#c9b458", (0, (5, 3)), 1.6),
)  # fmt: skip
"""Color, dash and width of the curves of a panel; they differ in grey by their dashes."""


def loss_figures(of: Measured, places: Places | None, folder: Path) -> list[Path]:
    """The figures of a study's losses, those of which there is something to show."""
    import matplotlib

    shown = exposed(of)
    if not shown:
        return []
    own = look(of.results, of.calm)
    styled = replace(own, footer=own.footer.partition(", scenario")[0])
    with matplotlib.rc_context():
        drawn = [_exceedance(of, shown, styled, folder / "stress_exceedance.png")]
        drawn.append(_heat(of, styled, folder / "stress_heat.png"))
        if (curves := _curves(of, shown, styled, folder / "stress_curves.png")) is not None:
            drawn.append(curves)
        if places is not None and (lost := _map(of, places, styled, folder / "stress_map.png")) is not None:
            drawn.append(lost)
    return drawn


def largest(of: Measured, shown: list[int]) -> list[int]:
    """The formulas whose districts carry most in any scenario, at most `PANELS`, in their own order."""
    most = of.means("carried", "worst year").max(axis=1)
    return sorted(sorted(shown, key=lambda f: -most[f])[:PANELS])


def _exceedance(of: Measured, shown: list[int], styled: Look, path: Path) -> Path:
    """The chance that the worst year is worse than a loss, a panel for each formula."""
    from matplotlib.lines import Line2D

    chosen = largest(of, shown)
    own = {f: _curves_shown(of, f) for f in chosen}
    names = list(dict.fromkeys(name for f in chosen for name in own[f]))
    style = {name: LINES[min(place, len(LINES) - 1)] for place, name in enumerate(names)}
    title = exceedance_sentence(of)
    labels, columns, tall = legend_names([of.under(name) for name in names], 2)
    likely = (
        "Shocks at historical frequency: the curve holds without a condition; the others hold under theirs."
        if RANDOM in of.panels
        else "Each curve holds under its condition; none says how likely that is."
    )
    caption = (
        f"Chance that what districts carry in the worst year of {years_text(of.years)} is more than the amount "
        "below, over "
        f"{of.calm.draws:,} draws (occurrence exceedance). {likely} {_holds(of)} Constant dollars of "
        f"FY{of.calm.base_year}."
    )
    figure, axes = page(title, caption, styled, len(chosen), 2, 1.9, left=0.85, gap=(0.3, 0.62),
                        header=tall - 0.06, bottom=0.5, share_x=False)  # fmt: skip
    for ax, f in zip(axes, chosen, strict=True):
        for name in own[f]:
            curve = exceedance(worst_year(of.losses[name][f].carried) / 1e6)
            color, dash, width = style[name]
            x = np.concatenate([[0.0], curve.losses])
            chance = np.concatenate([[(worst_year(of.losses[name][f].carried) > 0.0).mean()], curve.chance])
            ax.step(x, chance, where="post", color=color, linestyle=dash, linewidth=width)
        name_panel(ax, of.calm.short_titles[f])
        ax.set_xlim(left=0)
        ax.xaxis.set_major_formatter(ticks("dollars", "M"))
        for level in (0.05, 0.5):
            ax.axhline(level, color=LIGHT, linewidth=0.8, zorder=0)
    axes[0].set_ylim(0, 1)
    axes[0].yaxis.set_major_formatter(ticks("share"))
    label_y(figure, axes, "chance of a worse worst year")
    label_x(figure, axes, f"carried by districts, millions of FY{of.calm.base_year} dollars")
    handles = [
        Line2D([], [], color=style[name][0], linestyle=style[name][1], linewidth=style[name][2], label=label)
        for name, label in zip(names, labels, strict=True)
    ]
    legend(figure, handles, columns, len(wrapped_title(title)))
    return save(figure, path, "state: entitlement, state_cost, dilution")


def _curves_shown(of: Measured, formula: int) -> list[str]:
    """The scenarios of a panel: without a shock, at historical frequency, and the two that are worst."""
    worst = [name for name in moving(of, formula)[1:] if name != RANDOM][:2]
    return [CALM, *([RANDOM] if RANDOM in of.panels else []), *worst][:4]


def exceedance_sentence(of: Measured) -> str:
    """What one future in twenty costs the districts of the formula that is worst, with its condition."""
    means = of.means("carried", "worst year")
    f = int(np.argmax(means.max(axis=1)))
    name = of.unconditional
    tail = of.tails(name, f, "carried", "worst year")[ES]
    title = first_letter(in_sentence(of.calm.short_titles[f]))
    if tail.value_at_risk.wanted:
        mean = number_text(float(means[f, list(of.panels).index(name)]), "dollars")
        return f"{title}: districts carry {mean} in the worst year {of.under(name)}, mean of draws"
    at_risk = number_text(tail.value_at_risk.value, "dollars")
    beyond = number_text(tail.expected_shortfall.value, "dollars")
    return (
        f"{title}: {of.under(name)}, one future in twenty has a worst year in which districts carry more than "
        f"{at_risk}, "
        f"{beyond} on average"
    )


def _holds(of: Measured) -> str:
    """What the draws of a curve cover."""
    missed = "" if of.results.manifest.discrepancy is None else ", what the model has missed in other states' cases"
    return f"Draws cover uncertain parameters{missed} and chance, not errors in the data, nor other changes of law."


def _heat(of: Measured, styled: Look, path: Path) -> Path:
    """Formulas by scenarios: the mean of the worst twentieth of draws of what districts carry in the worst year."""
    names = list(of.panels)
    tail = np.array([[of.tails(name, f, "carried", "worst year")[ES].expected_shortfall.value for name in names]
                     for f in range(len(of.formulas))])  # fmt: skip
    enough = bool(np.isfinite(tail).all())
    values = tail if enough else of.means("carried", "worst year")
    what = "mean of the worst one in twenty of draws" if enough else "mean of draws"
    f, s = np.unravel_index(int(np.argmax(values)), values.shape)
    title = first_letter(
        f"{in_sentence(of.calm.short_titles[int(f)])}: districts carry most, "
        f"{number_text(float(values[f, s]), 'dollars')} in the worst year {of.under(names[int(s)])}, {what}"
    )
    caption = (
        f"Carried by districts in the worst year of {years_text(of.years)} (owed and not paid, and taken from "
        "other program "
        f"units), {what}, {of.calm.draws:,} draws; each number holds under the scenario of its row. Darker: more. "
        "Constant "
        f"dollars of FY{of.calm.base_year}. {_holds(of)}"
    )
    rows = [textwrap.fill(of.titles[name], int(CHARACTERS * (NAMED - 0.15)), break_on_hyphens=False) for name in names]
    ends = np.cumsum([0.0, *(0.105 + LINE_HEIGHT * len(row.splitlines()) for row in rows)])
    many = len(of.formulas)
    width = LANDSCAPE if many > 5 else WIDTH
    letters = max(8, int(CHARACTERS * (width - 2.8) / many) - 2)
    heads = [textwrap.fill(title, letters) for title in of.calm.short_titles]
    room = 0.3 + LINE_HEIGHT * max(len(head.splitlines()) for head in heads)
    figure, axes = page(
        title, caption, styled, 1, 1, ends[-1] + 0.1, left=NAMED, right=0.3, bottom=room, page_width=width
    )
    ax = axes[0]
    top = max(float(values.max()), 1.0)
    shade = np.sqrt(values.T / top)
    ax.pcolormesh(np.arange(len(of.formulas) + 1), ends, shade, cmap="Greys", vmin=0, vmax=1.25,
                  edgecolors="white", linewidth=1.5)  # fmt: skip
    ax.plot([], [])
    for row, name in enumerate(rows):
        middle = float(ends[row : row + 2].mean())
        for column in range(len(of.formulas)):
            ink = "white" if shade[row, column] > 0.78 else "black"
            text = number_text(float(values[column, row]), "dollars")
            ax.text(column + 0.5, middle, text, ha="center", va="center", color=ink)
        ax.text(-0.05, middle, name, ha="right", va="center", linespacing=1.05)
    ax.set_ylim(ends[-1], 0)
    ax.set_yticks([])
    ax.set_xticks(np.arange(len(of.formulas)) + 0.5, heads)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return save(figure, path, "state: entitlement, state_cost, dilution")


def _curves(of: Measured, shown: list[int], styled: Look, path: Path) -> Path | None:
    """One curve for each draw of parameters with chance inside, and the band over draws; None with one turn of luck."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    name = of.unconditional
    found = {f: curve_band(worst_year(of.simulated[name][f].carried) / 1e6, of.groups) for f in largest(of, shown)}
    held = {f: band for f, band in found.items() if band is not None and band.high.max() > 0.0}
    if not held:
        return None
    f, band = max(held.items(), key=lambda pair: float(np.ptp(pair[1].each, axis=0).max()))
    middle = len(band.chances) // 2
    apart = number_text(float(band.high[middle] - band.low[middle]) * 1e6, "dollars")
    long = number_text(float(np.mean(band.each[:, 5] - band.each[:, -6])) * 1e6, "dollars")
    title = first_letter(
        f"{in_sentence(of.calm.short_titles[f])}: what is not known moves the middle worst year by {apart}, "
        "luck within "
        f"one draw of parameters by {long}, {of.under(name)}"
    )
    caption = (
        f"Each thin curve: one of {of.independent} draws of parameters, the chance over its {of.luck} turns of "
        "luck that the "
        f"worst year of {years_text(of.years)} is worse, {of.under(name)}. Band: 90% of curves; thick: their "
        "mean. The width "
        "between curves is what more knowledge would narrow; the length of each is what a reserve must carry. As "
        "simulated, "
        f"without what forecasts of other laws have missed. Constant dollars of FY{of.calm.base_year}."
    )
    figure, axes = page(title, caption, styled, len(held), 2, 1.9, left=0.85, gap=(0.3, 0.62), header=0.24,
                        bottom=0.5, share_x=False)  # fmt: skip
    for ax, (place, own) in zip(axes, held.items(), strict=True):
        ax.fill_betweenx(own.chances, own.low, own.high, color=LIGHT, linewidth=0)
        for curve in own.each:
            ax.plot(curve, own.chances, color=MIDDLE, linewidth=0.5)
        ax.plot(own.mean, own.chances, color=INK, linewidth=1.8)
        name_panel(ax, of.calm.short_titles[place])
        ax.set_xlim(left=0)
        ax.xaxis.set_major_formatter(ticks("dollars", "M"))
    axes[0].set_ylim(0, 1)
    axes[0].yaxis.set_major_formatter(ticks("share"))
    label_y(figure, axes, "chance of a worse worst year")
    label_x(figure, axes, f"carried by districts, millions of FY{of.calm.base_year} dollars")
    handles: list[Any] = [
        Line2D([], [], color=MIDDLE, linewidth=0.8, label="one draw of parameters"),
        Patch(facecolor=LIGHT, label="90% of draws"),
        Line2D([], [], color=INK, linewidth=1.8, label="mean"),
    ]
    legend(figure, handles, 3, len(wrapped_title(title)))
    return save(figure, path, "state: entitlement, state_cost, dilution")


def _map(of: Measured, places: Places, styled: Look, path: Path) -> Path | None:
    """Where students are lost, for the two formulas that lose most, each under the scenario that takes most."""
    from matplotlib.lines import Line2D

    from sim.report.compare.figure_map import DOWN, LOSS, Place, apart, coordinates, draw_places, name_places

    if not places.there or not places.worst:
        return None
    found = {f: where for f, name in places.worst.items() if (where := places.where(name, f)) is not None}
    chosen = sorted(found, key=lambda f: -float((found[f].per_100 * found[f].members).sum()))[:2]
    at = coordinates(places.calm, places.world)
    if not chosen or at is None:
        return None
    facts, (east, north) = at
    lead = chosen[0]
    where = found[lead]
    clear = int(np.logical_and(where.per_100 > 0.0, where.agree).sum())
    title = first_letter(
        f"{in_sentence(of.calm.short_titles[lead])}: {clear} of {len(where.per_100)} {state_words().places} "
        "clearly teach "
        f"fewer {of.under(places.worst[lead])}"
    )
    beside = state_words().beside
    edge = f" Dark edge: {beside.one}." if beside is not None else ""
    caption = (
        "Concentrators taught for each 100 members, against the same draws without the shock, mean of the stored "
        "years since it "
        f"began and of {of.calm.draws:,} draws. Filled: 95% of draws agree. Size of a mark: members of grades "
        "9-12. Named: the "
        f"largest clear losses of districts with 100 members or more.{edge}"
    )
    width = LANDSCAPE if len(chosen) > 1 else 6.0
    lines = len(wrapped_title(title, width))
    figure, axes = page(title, caption, styled, len(chosen), 2, 4.4, left=0.2, gap=(0.3, 0.5), header=0.24, bottom=0.1,
                        share_x=False, share_y=False, page_width=width)  # fmt: skip
    charter = np.array([kind != DISTRICT for kind in facts.kind])
    spread = apart(east, north, charter)
    for ax, f in zip(axes, chosen, strict=True):
        place = Place(-found[f].per_100, np.logical_and(found[f].agree, found[f].per_100 != 0.0))
        draw_places(ax, spread, found[f].members, charter, place)
        name_places(ax, spread, found[f].members, facts.name, place, "per 100 members")
        _title(ax, f"{of.calm.short_titles[f]}, {of.under(places.worst[f])}")
    handles = [
        Line2D([], [], color=LOSS, marker=DOWN, markerfacecolor=face, linestyle="none", markersize=8, label=label)
        for face, label in ((LOSS, "fewer taught"), ("white", "fewer, not clearly"))
    ]
    legend(figure, handles, 2, lines)
    return save(figure, path, "districts: concentrators_taught, membership")


def _title(ax: "Axes", text: str) -> None:
    ax.set_title(text)
