"""Figures of an assessment, one for each check."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import binom, kstwo

from sim.report.assessment import findings
from sim.report.assessment.words import many_text
from sim.report.calibration.tables import number
from sim.report.shared.figure_style import (
    BASELINE,
    FONT,
    INK,
    LIGHT,
    MIDDLE,
    Look,
    label_x,
    label_y,
    legend,
    page,
    save,
    wrapped_title,
)
from sim.report.shared.origin import short
from sim.study.assessment.discrepancy import with_discrepancy
from sim.study.assessment.forecasts import BANDS, with_tolerance
from sim.study.assessment.power_scaling import SENSITIVE
from sim.study.assessment.race import LINE, MODEL, NOTHING, PRIOR
from sim.study.assessment.ranks import BINS, LIKELIHOOD
from sim.study.assessment.scores import case_means
from sim.study.assessment.study import ALONE, AS_FITTED, CARRIED, LEFT_OUT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.arrays import Array
    from sim.study.assessment.study import Assessment

WIDEST = 6.0
"""Tolerances to either side of the targets that are shown."""

SHADE = "#eeeeee"


def assessment_figures(found: "Assessment", folder: Path) -> list[Path]:
    """All figures, as ``assessment_<check>.png``."""
    import matplotlib

    made = found.waves.provenance
    footer = (
        f"CTE funding simulation, assessment of the calibration of {made.get('date')}. Targets "
        f"{short(made.get('targets', ''))}, model {short(made.get('model', ''))}, {len(found.waves.drawn):,} draws, "
        f"{found.truths} truths, seed {found.seed}"
    )
    of = Look(footer, len(found.waves.drawn), found.seed, "")
    drawn = {
        "ranks": _ranks, "predictive": _predictive, "left_out": _left_out, "coverage": _coverage, "race": _race,
        "changes": _changes, "power_scaling": _power, "discrepancy": _discrepancy,
    }  # fmt: skip
    with matplotlib.rc_context():
        return [draw(found, of, folder / f"assessment_{name}.png") for name, draw in drawn.items()]


def _ranks(found: "Assessment", of: Look, path: Path) -> Path:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    title = findings.ranks(found)
    caption = (
        "First panel: share of truths below a place less that place, one line for each parameter, the dark one the "
        "likelihood; nineteen of twenty lines should stay in the gray. Others: histograms of ranks of the likelihood "
        "and of the parameters that are told most; gray: 95% for a bar."
    )
    told = sorted((t for t in found.tests if t.name != LIKELIHOOD), key=lambda test: test.spread)[:4]
    shown = [next(test for test in found.tests if test.name == LIKELIHOOD), *told]
    figure, axes = page(
        title, caption, of, 6, 3, 1.35, left=0.6, gap=(0.5, 0.62), header=0.25, bottom=0.5, share_x=False, share_y=False
    )
    half = float(kstwo.ppf(0.95, found.truths))
    places = np.sort(found.ranks.places, axis=0)
    steps = np.arange(1, found.truths + 1)[:, np.newaxis] / found.truths
    axes[0].axhspan(-half, half, color=SHADE, linewidth=0)
    axes[0].plot(places[:, :-1], steps - places[:, :-1], color=MIDDLE, linewidth=0.5, alpha=0.8)
    axes[0].plot(places[:, -1], steps[:, 0] - places[:, -1], color=INK, linewidth=1.6)
    axes[0].set_ylim(-2.0 * half, 2.0 * half)
    axes[0].set_title("all")
    low, high = binom.ppf((0.025, 0.975), found.truths, 1.0 / BINS)
    for ax, test in zip(axes[1:], shown, strict=True):
        ax.axhspan(low, high, color=SHADE, linewidth=0)
        ax.bar((np.arange(BINS) + 0.5) / BINS, test.histogram, 0.85 / BINS, color=MIDDLE)
        ax.axhline(found.truths / BINS, color=BASELINE, linewidth=0.8, linestyle="--")
        ax.set_title(test.name.replace("_", " ").replace(".", ":\n"), fontsize=FONT - 1)
    for ax in axes:
        ax.set_xlim(0.0, 1.0)
    handles = [
        Line2D([], [], color=INK, linewidth=1.6, label="likelihood"),
        Line2D([], [], color=MIDDLE, linewidth=1.2, label="parameters"),
        Patch(color=SHADE, label="95% if the fit is right"),
    ]
    legend(figure, handles, 3, len(wrapped_title(title)))
    label_x(figure, axes, "place of the truth in its posterior")
    return save(figure, path)


def _target_page(found: "Assessment", of: Look, title: str, caption: str) -> "tuple[Figure, Axes]":
    targets = found.evidence.targets
    figure, axes = page(title, caption, of, 1, 1, 0.34 * len(targets), left=3.5, header=0.25, bottom=0.5)
    names = [
        textwrap.fill(f"{t.label}{'' if t.use == 'fit' else ' (held out)'}: {number(t.value)}", 54) for t in targets
    ]
    axes[0].set_yticks(range(len(targets) - 1, -1, -1), names, fontsize=FONT - 2)
    axes[0].set_ylim(-0.6, len(targets) - 0.4)
    return figure, axes[0]


def _predictive(found: "Assessment", of: Look, path: Path) -> Path:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    title = findings.predictive(found)
    caption = (
        "Chance of a number below the observed one, stated tolerance included. In the gray, the outer 5%, one in "
        "twenty is expected. As fitted: the posterior simulated anew; left out: the fit without the target's case."
    )
    figure, ax = _target_page(found, of, title, caption)
    ax.axvspan(0.0, 0.025, color="#d8d8d8", linewidth=0)
    ax.axvspan(0.975, 1.0, color="#d8d8d8", linewidth=0)
    ax.axvline(0.5, color=BASELINE, linewidth=0.8, linestyle="--")
    y = np.arange(len(found.chance[0]))[::-1]
    for fitted, left, at in zip(*found.chance, y, strict=True):
        ax.plot([fitted, left], [at, at], color=LIGHT, linewidth=1.5, zorder=1)
    ax.plot(found.chance[1], y, "o", color="white", markeredgecolor=INK, markersize=5.5, clip_on=False)
    ax.plot(found.chance[0], y, "o", color=INK, markersize=4.0, clip_on=False)
    ax.set_xlim(0.0, 1.0)
    handles = [
        Line2D([], [], color=INK, marker="o", linewidth=0, markersize=4, label="as fitted"),
        Line2D([], [], color="white", marker="o", linewidth=0, markersize=5.5, markeredgecolor=INK, label="left out"),
        Patch(color="#d8d8d8", label="outer 5%"),
    ]
    legend(figure, handles, 3, len(wrapped_title(title)))
    label_x(figure, [ax], "chance of a number below the observed one")
    return save(figure, path)


def _left_out(found: "Assessment", of: Look, path: Path) -> Path:
    from matplotlib.lines import Line2D

    title = findings.left_out(found)
    caption = (
        "Distance from the observed number in tolerances, 90% bands. Thick: parameters and luck alone; middle: with "
        "the stated tolerance; thin: with the discrepancy that other cases tell, in its place. A band cut at the edge "
        "goes on."
    )
    figure, ax = _target_page(found, of, title, caption)
    evidence, left = found.evidence, found.forecasts.left_out
    samples = (
        (with_discrepancy(left, found.sigma, found.seed), MIDDLE, 1.0),
        (with_tolerance(left, evidence.tolerances, found.seed), MIDDLE, 3.0),
        (left, INK, 5.0),
    )
    ax.axvline(0.0, color=BASELINE, linewidth=0.8, linestyle="--")
    y = np.arange(len(evidence.values))[::-1]
    for sample, color, width in samples:
        ends = _in_tolerances(np.quantile(sample, (0.05, 0.95), axis=0), found)
        ax.hlines(y, ends[0], ends[1], color=color, linewidth=width)
    ax.plot(_in_tolerances(np.median(left, axis=0), found), y, "o", color="white", markeredgecolor=INK, markersize=4.5)
    ax.set_xlim(-WIDEST, WIDEST)
    handles = [
        Line2D([], [], color=INK, linewidth=5, label="parameters and luck"),
        Line2D([], [], color=MIDDLE, linewidth=3, label="with tolerance"),
        Line2D([], [], color=MIDDLE, linewidth=1, label="with discrepancy"),
    ]
    legend(figure, handles, 3, len(wrapped_title(title)))
    label_x(figure, [ax], "tolerances from the observed number")
    return save(figure, path)


def _coverage(found: "Assessment", of: Look, path: Path) -> Path:
    title = findings.coverage(found)
    caption = (
        f"Share of {len(found.evidence.values)} outcomes inside central bands; on the dashed line a band holds what it "
        "says. Without tolerance: parameters and luck alone, as intervals are with discrepancy=false."
    )
    figure, axes = page(title, caption, of, 1, 1, 3.0, left=0.75, header=0.35, bottom=0.5)
    ax = axes[0]
    ax.plot([0, 1], [0, 1], color=BASELINE, linewidth=0.8, linestyle="--")
    looks = {
        AS_FITTED: (MIDDLE, "s", "-"),
        LEFT_OUT: (INK, "o", "-"),
        ALONE: (INK, "v", ":"),
        CARRIED: (INK, "D", "--"),
    }
    handles: list[Any] = []
    for row in found.coverage:
        if row.forecast in looks:
            color, marker, line = looks[row.forecast]
            handles += ax.plot(
                BANDS,
                row.shares,
                label=row.forecast,
                color=color,
                marker=marker,
                linestyle=line,
                linewidth=1.4,
                markersize=6,
            )
    ax.set_xlim(0.4, 1.0)
    ax.set_ylim(0.0, 1.0)
    ax.set_xticks(BANDS, [f"{band:.0%}" for band in BANDS])
    ax.set_yticks(np.linspace(0, 1, 6), [f"{share:.0%}" for share in np.linspace(0, 1, 6)])
    legend(figure, handles, 2, len(wrapped_title(title)))
    label_x(figure, axes, "band")
    label_y(figure, axes, "outcomes inside")
    return save(figure, path)


def _race(found: "Assessment", of: Look, path: Path) -> Path:
    from matplotlib.lines import Line2D

    title = findings.race(found)
    caption = (
        "Mean score (CRPS) of each case in tolerances: less, to the left, is better. A case without a mark has no such "
        "forecast."
    )
    others = (NOTHING, LINE, PRIOR)
    cases = list(dict.fromkeys(found.evidence.cases))
    names = np.asarray(found.evidence.cases)
    figure, axes = page(title, caption, of, 3, 3, 0.26 * len(cases) + 0.2, left=1.6, header=0.25, bottom=0.5)
    most = 0.0
    for ax, other in zip(axes, others, strict=True):
        for place, case in enumerate(cases):
            one, against = found.entrants[MODEL].crps, found.entrants[other].crps
            both = (names == case) & np.isfinite(against)
            if both.any():
                ours, theirs = (float(case_means(score[both], [case] * int(both.sum()))[0]) for score in (one, against))
                y = len(cases) - 1 - place
                ax.plot([ours, theirs], [y, y], color=LIGHT, linewidth=2.0, zorder=1)
                ax.plot([theirs], [y], "s", color="white", markeredgecolor=INK, markersize=6)
                ax.plot([ours], [y], "o", color=INK, markersize=5)
                most = max(most, ours, theirs)
        ax.set_title(other)
        ax.set_ylim(-0.6, len(cases) - 0.4)
    axes[0].set_yticks(range(len(cases) - 1, -1, -1), cases)
    axes[0].set_xlim(0.0, 1.08 * most)
    handles = [
        Line2D([], [], color=INK, marker="o", linewidth=0, markersize=5, label="model"),
        Line2D([], [], color="white", marker="s", linewidth=0, markersize=6, markeredgecolor=INK, label="the other"),
    ]
    legend(figure, handles, 2, len(wrapped_title(title)))
    label_x(figure, axes, "score, tolerances")
    return save(figure, path)


def _changes(found: "Assessment", of: Look, path: Path) -> Path:
    title = findings.changes(found)
    caption = (
        "Against nothing changing, as a ratio; bars: 90% with the stated tolerance. On the dashed line the forecast is "
        f"right. Over all, {found.slope.value:.2f} of a change is forecast ({found.slope.low:.2f} to "
        f"{found.slope.high:.2f} over {found.slope.cases} cases)."
    )
    figure, axes = page(title, caption, of, 1, 1, 4.2, left=0.8, header=0.25, bottom=0.5)
    ax, evidence = axes[0], found.evidence
    seen, forecast = found.changed
    rows = np.flatnonzero(np.isfinite(seen))
    wide = np.quantile(with_tolerance(found.forecasts.left_out, evidence.tolerances, found.seed), (0.05, 0.95), axis=0)
    far = 1.1 * float(np.abs(seen[rows]).max())
    ax.plot([-far, far], [-far, far], color=BASELINE, linewidth=0.8, linestyle="--")
    ax.axhline(0.0, color=LIGHT, linewidth=0.8)
    ax.axvline(0.0, color=LIGHT, linewidth=0.8)
    handles: list[Any] = []
    looks = _case_looks([evidence.cases[row] for row in rows])
    for case, (marker, fill) in looks.items():
        own = [row for row in rows if evidence.cases[row] == case]
        ends = np.log(np.maximum(wide[:, own], 1e-3) / evidence.unchanged[own])
        ax.vlines(seen[own], ends[0], ends[1], color=MIDDLE, linewidth=1.0)
        handles += ax.plot(
            seen[own],
            forecast[own],
            label=case,
            marker=marker,
            color=fill,
            markeredgecolor=INK,
            linewidth=0,
            markersize=6.5,
        )
    ratios = [ratio for ratio in (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0) if abs(np.log(ratio)) < far]
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(np.log(ratios), [f"{ratio:g}" for ratio in ratios])
    ax.set_xlim(-far, far)
    ax.set_ylim(-far, far)
    legend(figure, handles, 4, len(wrapped_title(title)))
    label_x(figure, axes, "observed, times the start")
    label_y(figure, axes, "forecast, times the start")
    return save(figure, path)


def _power(found: "Assessment", of: Look, path: Path) -> Path:
    title = findings.power(found)
    caption = (
        "Distance for each doubling of the power of all priors, or of the likelihood. Left of and under the dashed "
        "lines a quantity does not answer; up and to the right priors and targets pull apart."
    )
    figure, axes = page(
        title, caption, of, 2, 2, 3.0, left=0.75, gap=(0.3, 0.5), header=0.05, bottom=0.5, right=0.3
    )  # fmt: skip
    labels = {target.name: target.name.replace("_", " ") for target in found.evidence.targets}
    widest = max(row.prior for row in (*found.parameters, *found.expected))
    for ax, rows, name in zip(
        axes, (found.parameters, found.expected), ("parameters", "expected targets"), strict=True
    ):
        x, y = np.array([row.prior for row in rows]), np.array([row.likelihood for row in rows])
        ax.axvline(SENSITIVE, color=BASELINE, linewidth=0.8, linestyle="--")
        ax.axhline(SENSITIVE, color=BASELINE, linewidth=0.8, linestyle="--")
        ax.plot(x, y, "o", color=MIDDLE, markeredgecolor=INK, markeredgewidth=0.6, markersize=5)
        for place in _far_apart(x, y, 2):
            word = labels.get(rows[place].name, rows[place].name.split(".")[-1].replace("_", " "))
            side, away = ("right", (3, 7)) if x[place] > 0.8 * widest else ("left", (6, -3))
            ax.annotate(word, (x[place], y[place]), xytext=away, textcoords="offset points", fontsize=FONT - 1, ha=side)
        ax.set_title(name)
    axes[0].set_xlim(left=0.0)
    axes[0].set_ylim(bottom=0.0)
    label_x(figure, axes, "answers to the priors")
    label_y(figure, axes, "answers to the targets")
    return save(figure, path)


def _discrepancy(found: "Assessment", of: Look, path: Path) -> Path:
    title = findings.discrepancy(found)
    caption = (
        "Sigma, the standard deviation of the logarithm of observed over forecast with the case left out: median and "
        "90%. A kind of one case leans on all kinds together. Last row: of the observed over the forecast change."
    )
    rows = found.all_discrepancies
    figure, axes = page(title, caption, of, 1, 1, 0.32 * len(rows) + 0.2, left=3.3, header=0.0, bottom=0.5)
    ax = axes[0]
    y = np.arange(len(rows))[::-1]
    ax.hlines(y, [row.low for row in rows], [row.high for row in rows], color=MIDDLE, linewidth=3.0)
    ax.plot([row.sigma for row in rows], y, "o", color=INK, markersize=6, markeredgecolor="white")
    ax.set_yticks(
        y, [f"{row.kind} ({many_text(row.targets, 'target')}, {many_text(row.cases, 'case')})" for row in rows]
    )
    ax.set_xlim(left=0.0)
    ax.set_ylim(-0.6, len(rows) - 0.4)
    label_x(figure, axes, "sigma, log points")
    return save(figure, path)


def _in_tolerances(numbers: "Array", found: "Assessment") -> "Array":
    evidence = found.evidence
    shown: Array = np.clip((numbers - evidence.values) / evidence.tolerances, -WIDEST, WIDEST)
    return shown


def _far_apart(x: "Array", y: "Array", most: int) -> list[int]:
    """The rows with the largest ``x``, no two of which lie so near in height that their names would meet."""
    chosen: list[int] = []
    for place in np.argsort(-x):
        if len(chosen) < most and all(abs(y[place] - y[other]) > 0.08 * y.max() for other in chosen):
            chosen.append(int(place))
    return chosen


def _case_looks(cases: Sequence[str]) -> dict[str, tuple[str, str]]:
    marks = (("o", INK), ("s", "white"), ("^", MIDDLE), ("D", "white"), ("v", INK), ("P", LIGHT), ("X", MIDDLE))
    return {case: marks[place % len(marks)] for place, case in enumerate(dict.fromkeys(cases))}
