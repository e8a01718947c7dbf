"""The figure of added cost against added concentrators taught."""

from pathlib import Path

from sim.report.compare.price import LEAST_MOVED
from sim.report.shared.figure_style import (
    INK,
    MIDDLE,
    Look,
    label_x,
    label_y,
    page,
    plain,
    save,
    spread_apart,
    ticks,
)
from sim.report.shared.intervals import bands, number_text
from sim.report.shared.panel import Panel

DASHED = (0, (2, 2))


def cost_and_outcome(panel: Panel, of: Look, path: Path) -> Path | None:
    """Added state cost against added concentrators taught, both within each draw, a point for each formula.

    A hollow point stands where a formula would be if the money that it moves inside the SEG were a cost, and a slanted
    cross where the baseline would be with its dollars indexed: a formula is to be seen against both. None if there is
    nothing to compare.
    """
    if panel.baseline is None or not panel.others or not panel.policy.any():
        return None
    cost = panel.state("state_cost_constant")[:, :, panel.policy].mean(axis=2) / 1e6
    number = panel.state("concentrators_taught")[:, :, panel.policy].mean(axis=2)
    across, up = (bands(values - values[panel.baseline][None]) for values in (cost, number))
    others, indexed = list(panel.others), panel.reference
    moved = panel.constant("dilution")[:, :, panel.policy].mean(axis=(1, 2)) / 1e6
    moving = {f: float(across.mean[f] + moved[f]) for f in others if moved[f] * 1e6 > LEAST_MOVED}
    most = max(others, key=lambda f: float(up.mean[f]))
    dollars = number_text(float(across.mean[most]) * 1e6, "dollars", signed=True)
    added, name = number_text(float(up.mean[most]), "students", signed=True), plain(panel.formulas[most])
    among = f"Of {len(others)} formulas {name} adds most" if len(others) > 1 else f"What {name} adds"
    title = (
        f"{among}: {added} concentrators taught for {dollars} a year "
        f"against {plain(of.baseline)}, mean of FY{panel.years[panel.policy][0]} to FY{panel.years[-1]}"
    )
    caption = (
        f"Differences are taken within each draw. {of.whisker_caption} The upright cross is {plain(of.baseline)}"
        + (f", the slanted one the same law with its dollars indexed ({plain(indexed.name)})" if indexed else "")
        + ". Upper left: more concentrators taught for less state money."
        + (" Hollow: with the money that a weight moves from other program units of the SEG." if moving else "")
    )
    figure, (ax,) = page(title, caption, of, 1, 1, 4.2, left=0.95, right=1.85, bottom=0.5)
    ax.axhline(0, color="black", linewidth=0.6)
    ax.axvline(0, color="black", linewidth=0.6)
    ax.plot([0], [0], marker="+", color="black", markersize=11, linestyle="none")
    ax.hlines(up.mean[others], across.low[others], across.high[others], color=MIDDLE, linewidth=2.2)
    ax.vlines(across.mean[others], up.low[others], up.high[others], color=MIDDLE, linewidth=2.2)
    ax.plot(across.mean[others], up.mean[others], marker="o", color=INK, markersize=5, linestyle="none")
    named = [(plain(panel.formulas[f]), moving.get(f, float(across.mean[f])), float(up.mean[f])) for f in others]
    for f, there in moving.items():
        at = float(up.mean[f])
        ax.plot([across.mean[f], there], [at, at], color=INK, linewidth=1.1, linestyle=DASHED)
        ax.plot([there], [at], marker="o", markerfacecolor="white", color=INK, markersize=5, linestyle="none")
    if indexed is not None:
        x = float(indexed.state("state_cost_constant")[:, panel.policy].mean() / 1e6 - cost[panel.baseline].mean())
        y = float(indexed.state("concentrators_taught")[:, panel.policy].mean() - number[panel.baseline].mean())
        ax.plot([x], [y], marker="x", color="black", markersize=8, linestyle="none")
        named.append((plain(indexed.name), x, y))
    ax.margins(0.06)
    low, high = ax.get_ylim()
    right = ax.get_xlim()[1]
    places = spread_apart([y for _, _, y in named], (high - low) * 0.048)
    for (name, x, y), place in zip(named, places, strict=True):
        ax.annotate(
            name,
            (x, y),
            xytext=(right + (right - ax.get_xlim()[0]) * 0.02, place),
            textcoords="data",
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": "#9a9a9a", "linewidth": 0.6, "shrinkB": 3, "shrinkA": 1},
        )
    ax.set_xlim(right=right)
    ax.xaxis.set_major_formatter(ticks("dollars", "M"))
    ax.yaxis.set_major_formatter(ticks(""))
    label_x(figure, [ax], f"added state cost a year, millions of FY{panel.base_year} dollars")
    label_y(figure, [ax], "added concentrators taught, mean of years")
    return save(figure, path)
