"""The figure of added public money against added concentrators taught."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.report.compare.findings import cost_sentence
from sim.report.compare.price import LEAST_MOVED
from sim.report.shared.figure_labels import point_labels
from sim.report.shared.figure_style import INK, MIDDLE, Look, label_x, label_y, page, save, ticks
from sim.report.shared.formula_looks import looks
from sim.report.shared.intervals import bands, interval_text
from sim.report.shared.panel import Panel
from sim.report.shared.spans import Span, first_years, next_years
from sim.states.speaking import state_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DATA = "state: state_cost_constant, dilution, concentrators_taught"


def cost_and_outcome(panel: Panel, of: Look, path: Path) -> Path | None:
    """Added public money against added concentrators taught, both within each draw, a point for each formula.

    A hollow point stands where a formula would be by the state's lines alone, and an arrow leads from it to the point,
    which counts the money that a weight takes from other program units as what it is. A slanted cross is the baseline
    with its dollars indexed: a formula is to be seen against both. With one formula its differences with their
    intervals. None if there is nothing to compare.
    """
    if panel.baseline is None or not panel.others or not panel.policy.any():
        return None
    span = next_years(panel) or first_years(panel)
    state, moved, taught = _changes(panel, span)
    title = cost_sentence(panel, 1e6 * (state + moved), taught, f"mean of {span.text}")
    if len(panel.others) == 1:
        return _alone(panel, of, span, (state, moved, taught), title, path)
    public, lines, up = (bands(values) for values in (state + moved, state, taught))
    others, indexed = list(panel.others), panel.reference
    moving = [f for f in others if abs(moved[f].mean()) * 1e6 > LEAST_MOVED]
    cross = f", the slanted one the same law with its dollars indexed ({indexed.short_title})" if indexed else ""
    arrows = " Arrow: from the state's lines alone (hollow) to all public money." if moving else ""
    caption = (
        f"Public money: what the state's CTE lines pay and what a weight takes from {state_words().other_units}."
        f"{arrows} Differences are taken within each draw. {of.whisker_caption} The upright cross is {of.baseline}"
        f"{cross}. Upper left: more concentrators taught for less money."
    )
    figure, (ax,) = page(title, caption, of, 1, 1, 4.6, left=0.85, right=0.25, bottom=0.5)
    marks = looks(panel.formulas)
    ax.axhline(0, color="black", linewidth=0.6)
    ax.axvline(0, color="black", linewidth=0.6)
    ax.plot([0], [0], marker="+", color="black", markersize=11, linestyle="none")
    ax.hlines(up.mean[others], public.low[others], public.high[others], color=MIDDLE, linewidth=1.6, alpha=0.8)
    ax.vlines(public.mean[others], up.low[others], up.high[others], color=MIDDLE, linewidth=1.6, alpha=0.8)
    named: list[tuple[float, float, str, str]] = []
    for f in others:
        x, y, look = float(public.mean[f]), float(up.mean[f]), marks[f]
        ax.plot([x], [y], marker=look.marker, color=look.color, markersize=6, linestyle="none", zorder=4)
        named.append((x, y, panel.short_titles[f], look.color))
    for f in moving:
        _arrow(ax, float(lines.mean[f]), float(public.mean[f]), float(up.mean[f]), marks[f].color, marks[f].marker)
    avoid = [(float(lines.mean[f]), float(up.mean[f])) for f in moving]
    named.append((0.0, 0.0, panel.short_titles[panel.baseline], "#303030"))
    if indexed is not None:
        years = span.years
        x = float(indexed.state("state_cost_constant")[:, years].mean() + indexed.constant("dilution")[:, years].mean())
        own = panel.state("state_cost_constant") + panel.constant("dilution")
        x = (x - float(own[panel.baseline][:, years].mean())) / 1e6
        y = float(indexed.state("concentrators_taught")[:, years].mean())
        y -= float(panel.state("concentrators_taught")[panel.baseline][:, years].mean())
        ax.plot([x], [y], marker="x", color="black", markersize=8, linestyle="none")
        named.append((x, y, indexed.short_title, "#303030"))
    ax.margins(0.08)
    ax.set_xlim(*ax.get_xlim())
    ax.set_ylim(*ax.get_ylim())
    ax.xaxis.set_major_formatter(ticks("dollars", "M"))
    ax.yaxis.set_major_formatter(ticks(""))
    point_labels(ax, named, avoid)
    label_x(figure, [ax], f"added public money a year, millions of FY{panel.base_year} dollars, {span.text}")
    label_y(figure, [ax], "added concentrators taught a year")
    return save(figure, path, DATA)


def _changes(panel: Panel, span: Span) -> tuple[Array, Array, Array]:
    """Yearly means of the span against the baseline, ``[F, R]``: millions of dollars of the state's lines, millions
    that a weight moves, concentrators taught."""
    assert panel.baseline is not None
    found = []
    for values, scale in (
        (panel.state("state_cost_constant"), 1e-6), (panel.constant("dilution"), 1e-6),
        (panel.state("concentrators_taught"), 1.0),
    ):  # fmt: skip
        mean = values[:, :, span.years].mean(axis=2) * scale
        found.append(mean - mean[panel.baseline][None])
    return found[0], found[1], found[2]


def _arrow(ax: "Axes", start: float, end: float, y: float, color: str, marker: str) -> None:
    """A hollow mark where a formula stands by the state's lines alone, and an arrow to where it stands."""
    ax.plot([start], [y], marker=marker, markerfacecolor="white", color=color, markersize=6, linestyle="none", zorder=4)
    arrow = {"arrowstyle": "->", "color": color, "linewidth": 1.2, "shrinkA": 3, "shrinkB": 4}
    ax.annotate("", (end, y), (start, y), zorder=3, annotation_clip=False, arrowprops=arrow)


def _alone(
    panel: Panel, of: Look, span: Span, changes: tuple[Array, Array, Array], title: str, path: Path
) -> Path:  # fmt: skip
    """One formula's differences with their intervals: money on the left, concentrators on the right."""
    (f,), (state, moved, taught) = panel.others, changes
    look = looks(panel.formulas)[f]
    rows = [("paid by the state's lines", state[f])]
    if abs(moved[f].mean()) * 1e6 > LEAST_MOVED:
        rows += [(f"taken from {state_words().other_units}", moved[f]), ("public money in all", state[f] + moved[f])]
    caption = (
        f"Yearly means of {span.text} under {panel.short_titles[f]} less those under {of.baseline}, within each draw. "
        f"{of.whisker_caption} Constant dollars of FY{panel.base_year}."
    )
    figure, axes = page(
        title, caption, of, 2, 2, 0.42 * len(rows) + 0.25, left=1.95, gap=(0.4, 0.5), right=0.3, bottom=0.5,
        share_x=False, share_y=False,
    )  # fmt: skip
    for ax, parts in zip(axes, (rows, [("concentrators taught", taught[f])]), strict=True):
        places = np.arange(len(parts))[::-1]
        money = ax is axes[0]
        ax.axvline(0, color="black", linewidth=0.8)
        for place, (_, values) in zip(places, parts, strict=True):
            one = bands(values, axis=0)
            ax.hlines([place], one.low, one.high, color=MIDDLE, linewidth=3.0)
            ax.plot([one.mean], [place], marker=look.marker, color=look.color, markersize=6.5, linestyle="none")
            scale = 1e6 if money else 1.0
            text = interval_text(
                float(one.mean) * scale, float(one.low) * scale, float(one.high) * scale,
                "dollars" if money else "students", signed=True,
            )  # fmt: skip
            ax.text(0.5, place + 0.28, text, transform=ax.get_yaxis_transform(), ha="center", color=INK)
        ax.set_yticks(places, [name for name, _ in parts] if money else [""])
        ax.set_ylim(-0.5, len(parts) - 0.4)
        ax.xaxis.set_major_formatter(ticks("dollars", "M") if money else ticks(""))
        ax.locator_params(axis="x", nbins=5)
        ax.margins(x=0.12)
    label_x(figure, axes[:1], "millions of dollars a year")
    label_x(figure, axes[1:], "concentrators taught a year")
    return save(figure, path, DATA)
