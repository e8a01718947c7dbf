"""Figures of a hindcast: the model's bands by year and what was observed."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.report.hindcast.tables import USE, origin_text, telling_point
from sim.report.shared.figure_style import (
    BASELINE,
    INK,
    LIGHT,
    MIDDLE,
    Look,
    legend,
    page,
    save,
    wrapped_title,
    year_axis,
)
from sim.report.shared.intervals import COVERS, bands
from sim.study.hindcast.running import compared, facts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.study.hindcast.study import Finding, Hindcast
    from sim.study.hindcast.verdict import Judgement, Verdict

CAPTION = (
    "Line: median of draws; dark band: middle 50%, light band: 90%. Filled points were observed and are judged; hollow "
    "ones are shown only; a bar is a range that is known, an arrow what is known to one side. Dotted: the placebo, the "
    "law unchanged. Dashed: nothing changes. "
)


def hindcast_figures(study: "Hindcast", folder: Path) -> list[Path]:
    """One figure for each tested case that has a series; a contrast is one number and stands in the table."""
    import matplotlib

    of = Look(f"CTE funding simulation, hindcast. {origin_text(study)}", study.draws, study.seed, "")
    with matplotlib.rc_context():
        return [
            _figure(finding, of, folder / f"hindcast_{finding.case.name}.png")
            for finding in study.findings
            if any(judgement.outcome.contrast is None for judgement in finding.judgements)
        ]


def _figure(finding: "Finding", of: Look, path: Path) -> Path:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    shown = [judgement for judgement in finding.judgements if judgement.outcome.contrast is None]
    title = f"{finding.case.title}: {_words(finding.verdict)}{strength(shown)}"
    many = len(wrapped_title(title))
    figure, axes = page(
        title, CAPTION + COVERS, of, len(shown), 2, 2.3, left=0.6, gap=(0.55, 0.9), header=0.45, bottom=0.35,
        share_x=False, share_y=False,
    )  # fmt: skip
    for ax, judgement in zip(axes, shown, strict=True):
        _panel(ax, finding, judgement)
    legend(
        figure,
        [
            Line2D([], [], color=INK, label="model, median"),
            Patch(color=MIDDLE, label="50% of draws"),
            Patch(color=LIGHT, label="90% of draws"),
            Line2D([], [], color=INK, linestyle=":", label="placebo, median"),
            Line2D([], [], color="black", marker="o", linestyle="", label="observed"),
        ],
        5,
        many,
    )
    return save(figure, path)


def _words(verdict: "Verdict") -> str:
    return "agrees partly" if verdict == "partly" else verdict


def strength(judgements: "Sequence[Judgement]") -> str:
    """', too weak', ', too strong' or ', in the wrong direction': how the model's change errs in the first outcome that
    it does not agree with, net of the placebo; nothing where all agree or an outcome is no change."""
    for judgement in judgements:
        if judgement.verdict not in ("partly", "does not agree") or judgement.outcome.compare != "ratio":
            continue
        point = telling_point(judgement)
        observed, model = point.net_fact.middle, point.net.median
        if min(observed, model) <= 0.0 or not np.isfinite(observed):
            continue
        if judgement.direction == "wrong":
            return ", in the wrong direction"
        return ", too weak" if abs(np.log(model)) < abs(np.log(observed)) else ", too strong"
    return ""


def _panel(ax: "Axes", finding: "Finding", judgement: "Judgement") -> None:
    outcome, start = judgement.outcome, finding.case.start
    assert start is not None
    model = compared(outcome, finding.draws[outcome.name], start.year)
    years = np.array(sorted(model), dtype=np.intp)
    spread = bands(np.stack([model[int(year)] for year in years]), axis=1)
    ax.fill_between(years, spread.p05, spread.p95, color=LIGHT, linewidth=0)
    ax.fill_between(years, spread.p25, spread.p75, color=MIDDLE, linewidth=0)
    ax.plot(years, spread.median, color=INK, linewidth=1.4)
    if outcome.compare == "ratio":
        ax.axhline(1.0, color=BASELINE, linewidth=0.8, linestyle="--")
    if finding.placebo:
        still = compared(outcome, finding.placebo[outcome.name], start.year)
        ax.plot(years, [np.nanmedian(still[int(year)]) for year in years], color=INK, linewidth=1.2, linestyle=":")
    largest, lowest = float(np.nanmax(spread.p95)), float(np.nanmin(spread.p05))
    for year, fact in facts(outcome).items():
        face = "black" if year in outcome.judged_years else "white"
        ends = [end for end in fact if np.isfinite(end)]
        largest, lowest = max(largest, *ends), min(lowest, *ends)
        if fact.single:
            ax.plot([year], [fact.low], "o", color="black", markerfacecolor=face, markersize=5, zorder=5)
            continue
        markers = {fact.low: "_" if np.isfinite(fact.high) else "^", fact.high: "_" if np.isfinite(fact.low) else "v"}
        ax.plot([year] * len(ends), ends, color="black", linewidth=1.0, zorder=5)
        for end in ends:
            ax.plot([year], [end], markers[end], color="black", markerfacecolor=face, markersize=6, zorder=5)
    room = 0.12 * max(largest - min(lowest, 1.0 if outcome.compare == "ratio" else lowest), 0.05)
    ax.set_ylim(lowest - room, largest + room)
    year_axis(ax, years)
    ax.tick_params(labelbottom=True, labelleft=True)
    named = textwrap.fill(outcome.label, 42)
    ax.set_title(f"{named}\n{USE[outcome.use]}: {judgement.verdict}")
