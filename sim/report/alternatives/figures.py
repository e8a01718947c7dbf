"""Two figures of other structures: how they stand beside the model, and what they answer."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.report.alternatives.findings import answers_sentence, standing_sentence, titles
from sim.report.alternatives.words import ERRORS, origin_text
from sim.report.shared.figure_style import (
    BASELINE,
    FONT,
    INK,
    LIGHT,
    MIDDLE,
    Look,
    label_x,
    legend,
    page,
    save,
    ticks,
    wrapped_title,
)
from sim.report.shared.intervals import bands
from sim.results.headlines import HEADLINES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.study.alternatives.study import Comparison

NAME = 24
"""Characters of a line of a structure's title at the left of a figure."""

MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*")
"""Of formulas, in their order."""


def alternatives_figures(found: "Comparison", folder: Path) -> list[Path]:
    """Both figures, as ``alternatives_<name>.png``."""
    import matplotlib

    of = Look(f"CTE funding simulation, other structures. {origin_text(found)}", found.draws, found.seed, "")
    with matplotlib.rc_context():
        return [
            _standing(found, of, folder / "alternatives_standing.png"),
            _answers(found, of, folder / "alternatives_answers.png"),
        ]


def _standing(found: "Comparison", of: Look, path: Path) -> Path:
    title = standing_sentence(found)
    caption = (
        f"Differences from the model, the dashed line. First: log evidence of the fitted targets, {ERRORS:.0f} "
        "standard errors to either side; to the right is better. Second and third: forecasts of cases that were left "
        "out of the fit, means over cases with 90%; a log score to the right and a CRPS (in tolerances) to the left "
        "are better."
    )
    others = found.others
    figure, axes = page(
        title, caption, of, 3, 3, 0.5 * len(others) + 0.1, left=1.75, gap=(0.3, 0.5), header=-0.1, bottom=0.35,
        share_x=False,
    )  # fmt: skip
    y = np.arange(len(others))[::-1]
    names = ("log evidence", "log score a case", "CRPS a case")
    for number, (ax, name) in enumerate(zip(axes, names, strict=True)):
        ax.axvline(0.0, color=BASELINE, linewidth=0.8, linestyle="--")
        for one, at in zip(others, y, strict=True):
            against = one.beside
            assert against is not None
            half = ERRORS * against.error
            value, low, high = (
                (against.evidence, against.evidence - half, against.evidence + half),
                against.log_score[:3],
                against.crps[:3],
            )[number]
            ax.hlines(at, low, high, color=MIDDLE, linewidth=2.5)
            ax.plot([value], [at], "o", color=INK, markersize=5.5)
        ax.set_title(name)
        ax.set_ylim(-0.6, len(others) - 0.4)
    _name_rows(axes[0], [one.structure.title for one in others], y)
    return save(figure, path)


def _answers(found: "Comparison", of: Look, path: Path) -> Path:
    from matplotlib.lines import Line2D

    title = answers_sentence(found, titles(found.formulas))
    caption = (
        f"Means of {found.asked.answered} draws with 90% of draws (5th to 95th percentile). Dotted: the model's means. "
        "Every structure has the same luck and parameters of its own posterior."
    )
    formulas = found.formulas[1:]
    step = 0.62 / max(len(formulas), 1)
    figure, axes = page(
        title, caption, of, 4, 2, (0.3 + 0.16 * len(formulas)) * len(found.structures), left=1.75, gap=(0.35, 0.6),
        header=0.2, bottom=0.45, share_x=False, right=0.3,
    )  # fmt: skip
    y = np.arange(len(found.structures))[::-1].astype(float)
    for ax, headline in zip(axes, HEADLINES, strict=True):
        ax.axvline(0.0, color=BASELINE, linewidth=0.8, linestyle="--")
        for place, formula in enumerate(formulas):
            color = INK if place % 2 == 0 else MIDDLE
            ax.axvline(
                float(found.model.effects[formula][headline.name].mean()), color=color, linewidth=0.8, linestyle=":"
            )
            for one, at in zip(found.structures, y, strict=True):
                band = bands(one.effects[formula][headline.name], axis=0)
                height = at + 0.31 - (place + 0.5) * step
                ax.hlines(height, float(band.low), float(band.high), color=color, linewidth=1.5)
                fill = INK if place % 2 == 0 else "white"
                ax.plot(
                    [float(band.mean)], [height], MARKERS[place % len(MARKERS)], color=fill, markeredgecolor=INK,
                    markersize=5,
                )  # fmt: skip
        for between in y[1:]:
            ax.axhline(between + 0.5, color=LIGHT, linewidth=0.6)
        ax.set_title(headline.label)
        ax.xaxis.set_major_formatter(ticks("dollars" if headline.unit == "dollars" else "count"))
        ax.locator_params(axis="x", nbins=5)
        ax.set_ylim(-0.5, len(found.structures) - 0.5)
    for ax in axes[::2]:
        _name_rows(ax, [one.structure.title for one in found.structures], y)
    handles = [
        Line2D([], [], color=INK if place % 2 == 0 else MIDDLE, marker=MARKERS[place % len(MARKERS)],
               markerfacecolor=INK if place % 2 == 0 else "white", markeredgecolor=INK, markersize=5,
               label=name)
        for place, name in enumerate(titles(found.formulas)[1:])
    ]  # fmt: skip
    legend(figure, handles, 3, len(wrapped_title(title)))
    label_x(figure, axes, "difference from current law a year")
    return save(figure, path)


def _name_rows(ax: "Axes", titles: list[str], y: np.ndarray) -> None:
    ax.set_yticks(y, [textwrap.fill(title, NAME) for title in titles], fontsize=FONT - 1)
