"""The figures of a district's page as SVG, each as wide as half a page: money, concentrators, the payment's steps."""

import io
import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.arrays import Array
from sim.report.bill.text import step_name
from sim.report.district.answer import money_finding, taught_finding
from sim.report.district.told import BILL, LAW, Told
from sim.report.shared.figure_style import BASELINE, FONT, INK, LIGHT, MIDDLE, ticks, year_ticks
from sim.report.shared.intervals import bands, number_text
from sim.study.bill.bridge import STEPS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE = 3.45
"""Inches: two stand beside each other on a letter page, and one fits a narrow screen."""

HIGH = 1.75
"""Inches, with legend and axis."""

LABEL = 22
"""Characters of a label at the left of bars."""

LEAST = 0.5
"""Dollars from which on a step has a bar."""


@dataclass(frozen=True)
class Drawn:
    """A figure: what it found, its alternative text, and its SVG."""

    finding: str
    alternative: str
    svg: str


def figures(told: Told) -> list[Drawn]:
    """The figures of the page, in order."""
    lines = f"Dashed: {_law(told)}; line: the bill. Band and dots: 90% of draws."
    money = Drawn(
        f"{money_finding(told)}.",
        f"{money_finding(told)}. Lines over FY{told.years[0]} to FY{told.years[-1]} with bands. {lines}",
        _over_years(told, told.net, "money", f"{told.dollars} a year", "dollars"),
    )
    taught = Drawn(
        f"{taught_finding(told)}.",
        f"{taught_finding(told)}. Lines over FY{told.years[0]} to FY{told.years[-1]} with bands. {lines}",
        _over_years(told, told.rate("concentrators_taught"), "taught", "per 100 members", ""),
    )
    return [money, taught, _waterfall(told)]


def _law(told: Told) -> str:
    return "current law" if told.titles[LAW] == "Current law" else told.titles[LAW]


def _new(height: float, left: float, top: float = 0.3) -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDE, height))
    bottom = 0.42
    ax = figure.add_axes((left / WIDE, bottom / height, 1.0 - (left + 0.12) / WIDE, 1.0 - (bottom + top) / height))
    ax.spines[["top", "right"]].set_visible(False)
    return figure, ax


def _style() -> Any:
    return {
        "font.size": FONT, "axes.labelsize": FONT, "xtick.labelsize": FONT, "ytick.labelsize": FONT,
        "legend.fontsize": FONT, "font.family": ["DejaVu Sans"], "axes.linewidth": 0.6, "text.parse_math": False,
        "xtick.major.width": 0.6, "ytick.major.width": 0.6, "svg.fonttype": "path",
    }  # fmt: skip


def _svg(figure: "Figure", name: str) -> str:
    """The figure as SVG whose identifiers are its own, as several stand in one page."""
    import matplotlib as mpl

    held = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "path"}):
        figure.savefig(held, format="svg", metadata={"Date": None}, facecolor="white")
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", held.getvalue())


def _over_years(told: Told, values: Array, name: str, label: str, kind: str) -> str:
    import matplotlib as mpl

    with mpl.rc_context(_style()):
        figure, ax = _new(HIGH, 0.72 if kind == "dollars" else 0.5)
        found = bands(values)
        years = told.years
        ax.fill_between(years, found.low[BILL], found.high[BILL], color=LIGHT, linewidth=0)
        for end in (found.low[LAW], found.high[LAW]):
            ax.plot(years, end, color=BASELINE, linewidth=0.8, linestyle=(0, (1, 2)))
        law = ax.plot(years, found.mean[LAW], color=BASELINE, linewidth=1.4, linestyle=(0, (4, 2)))[0]
        bill = ax.plot(years, found.mean[BILL], color=INK, linewidth=1.8)[0]
        ax.set_ylim(bottom=min(0.0, float(found.low.min())))
        ax.set_xlim(float(years[0]), float(years[-1]) if len(years) > 1 else float(years[0]) + 1.0)
        marks = year_ticks(years)
        ax.set_xticks(marks, [f"FY{year}" for year in marks])
        ax.yaxis.set_major_formatter(ticks(kind))
        ax.locator_params(axis="y", nbins=5)
        ax.set_xlabel(label)
        figure.legend([law, bill], [_law(told)[:24], "the bill"], loc="upper left", ncols=2, frameon=False,
                      borderaxespad=0.1, handlelength=2.0, columnspacing=1.0)  # fmt: skip
        return _svg(figure, name)


def _waterfall(told: Told) -> Drawn:
    """The steps from one payment to the other."""
    import matplotlib as mpl

    apart = told.study.apart
    steps = {step: float(apart.steps[step].mean()) for step in STEPS}
    moving = {step: dollars for step, dollars in steps.items() if abs(dollars) > LEAST}
    start, end = float(apart.start.mean()), float(apart.end.mean())
    labels = [_law(told), *(step_name(step) for step in moving), "the bill"]
    lefts, widths, at = [0.0], [start], start
    for dollars in moving.values():
        lefts.append(min(at, at + dollars))
        widths.append(abs(dollars))
        at += dollars
    lefts.append(0.0)
    widths.append(end)
    changes = {step: number_text(dollars, "dollars", signed=True) for step, dollars in moving.items()}
    said = [number_text(start, "dollars"), *changes.values(), number_text(end, "dollars")]
    colors = [BASELINE, *(MIDDLE if dollars > 0.0 else "#c9b458" for dollars in moving.values()), INK]
    hatches = ["", *("" if dollars > 0.0 else "////" for dollars in moving.values()), ""]
    with mpl.rc_context({**_style(), "hatch.linewidth": 0.5}):
        figure, ax = _new(max(0.75 + 0.22 * len(labels), HIGH), 1.45, 0.05)
        places = np.arange(len(labels))[::-1]
        for place, left, width, color, hatch in zip(places, lefts, widths, colors, hatches, strict=True):
            ax.barh(place, width, left=left, height=0.62, color=color, hatch=hatch, edgecolor="#303030", linewidth=0.4)
        far = max(left + width for left, width in zip(lefts, widths, strict=True)) or 1.0
        for place, left, width, text in zip(places, lefts, widths, said, strict=True):
            ax.text(max(left + width, 0.0) + 0.02 * far, place, text, va="center", fontsize=FONT)
        low = min(0.0, *lefts)
        ax.set_xlim(low, far + 0.62 * (far - low))
        ax.set_yticks(places, [textwrap.shorten(label, LABEL, placeholder="...") for label in labels])
        ax.xaxis.set_major_formatter(ticks("dollars"))
        ax.locator_params(axis="x", nbins=2)  # amounts with all their digits, side by side in a narrow figure
        ax.set_xticks([tick for tick in ax.get_xticks() if low <= tick <= far])
        ax.set_xlabel(f"{told.dollars} a year")
        svg = _svg(figure, "steps")
    parts = "; ".join(f"{label} {text}" for label, text in zip(labels, said, strict=True))
    largest = max(moving, key=lambda step: abs(moving[step]), default=None)
    finding = (
        f"No step moves the payment in {told.first.text}." if largest is None else
        f"The payment differs most by {step_name(largest)}: {changes[largest]} a year in {told.first.text}."
    )  # fmt: skip
    return Drawn(finding, f"{finding} Bars from one payment to the other: {parts}.", svg)
