"""Figures of a sensitivity study: shares of variance by outcome, and the order of formulas."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.report.sensitivity.findings import order_sentence, shares_sentence
from sim.report.sensitivity.order import PLACES
from sim.report.shared.figure_style import (
    BASELINE,
    INK,
    LANDSCAPE,
    LIGHT,
    MIDDLE,
    Look,
    label_x,
    legend,
    page,
    plain,
    save,
    wrapped_title,
)
from sim.report.shared.names import in_sentence, titles_of
from sim.report.shared.origin import run_origin
from sim.study.sensitivity.outcomes import OUTCOMES
from sim.study.sensitivity.shares import CHANCE, REST

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from sim.study.sensitivity.ranking import Ranking
    from sim.study.sensitivity.study import Findings

SHOWN = 10
"""Numbers shown, those with the greatest share of any outcome first."""

NAMES = {CHANCE: "Chance", REST: "All other numbers together"}
ROOM = 44
"""Characters of a label that stand on a line."""

PLACE_FILLS = (INK, MIDDLE, LIGHT, "#f4f4f4", "#b0b0b0", "#808080")


def sensitivity_figures(found: "Findings", folder: Path) -> list[Path]:
    """A figure of shares for each formula, and one of the order by each criterion."""
    import matplotlib

    draws = 2 * found.base
    scenario = str(found.results.design["scenario"].iloc[0])
    names = titles_of(found.results.manifest.formulas)
    base = in_sentence(names.get(found.baseline, plain(found.baseline)))
    of = Look(run_origin(found.results, draws, scenario), draws, found.results.manifest.seed, base)
    with matplotlib.rc_context():
        written = [_shares(found, formula, names, of, folder / f"shares_{formula}.png") for formula in found.formulas]
        written += [
            _order(ranking, names, of, folder / f"order_{ranking.criterion.name}.png") for ranking in found.rankings
        ]
    return [path for path in written if path is not None]


def _shares(found: "Findings", formula: str, titles: dict[str, str], of: Look, path: Path) -> Path | None:
    """Bars: share of the difference from the baseline, or of the level of the baseline itself; rings: of the level."""
    table = found.table
    kind = "level" if formula == found.baseline else "difference"
    bars = table[(table["of"] == kind) & (table["formula"] == formula) & table["total"].notna()]
    shown = [outcome for outcome in OUTCOMES if (bars["outcome"] == outcome.name).any()]
    if not shown:
        return None
    levels = table[(table["of"] == "level") & (table["formula"] == formula) & table["total"].notna()]
    names = _strongest(bars, [number.name for number in found.with_shares])
    rows = [*names, *(name for name in (REST, CHANCE) if (bars["factor"] == name).any())]
    own = in_sentence(titles.get(formula, plain(formula)))
    what = "outcomes" if kind == "level" else f"difference from {of.baseline}"
    title = shares_sentence(found, bars, shown, own, kind == "level")
    rings = "" if kind == "level" else f" Ring: share of the outcome itself under {own}."
    caption = (
        f"Bar: how much of the spread (variance) of the {what}, mean of {found.fiscal_years}, the number has a hand in,"
        " alone or together with others; what arises together counts for each, so that bars may sum to more than 100%."
        f" Whisker: interval that holds 90% of bootstrap resamples.{rings} The {len(names)} numbers with the largest"
        f" bars are shown; 'all other numbers' are those that the screening left out. {found.runs[1]:,} runs."
    )
    labels = [textwrap.fill(_label(found, name), ROOM) for name in rows]
    tall = [0.21 + 0.15 * label.count("\n") for label in labels]
    ends = np.cumsum(tall)
    at = {name: float(end - size / 2) for name, end, size in zip(rows, ends, tall, strict=True)}
    figure, axes = page(
        title, caption, of, len(shown), len(shown), float(ends[-1]) + 0.1, left=3.3, page_width=LANDSCAPE,
        gap=(0.36, 0.5), header=0.05, bottom=0.5,
    )  # fmt: skip
    for ax, outcome in zip(axes, shown, strict=True):
        chosen = bars[(bars["outcome"] == outcome.name) & bars["factor"].isin(at)]
        places = np.array([at[name] for name in chosen["factor"]])
        dark = [BASELINE if name in NAMES else INK for name in chosen["factor"]]
        ax.barh(places, chosen["total"], height=0.15, color=dark)
        ax.hlines(places, chosen["total_low"], chosen["total_high"], color="black", linewidth=2.6)
        ax.hlines(places, chosen["total_low"], chosen["total_high"], color="white", linewidth=1.2)
        if kind != "level":
            level = levels[(levels["outcome"] == outcome.name) & levels["factor"].isin(at)]
            ax.plot(
                level["total"], [at[name] for name in level["factor"]], marker="o", linestyle="none",
                markerfacecolor="white", markeredgecolor="black", markersize=4.2,
            )  # fmt: skip
        ax.set_title(outcome.heading)
        ax.grid(axis="x", color="#e4e4e4", linewidth=0.5)
        ax.set_axisbelow(True)
    first = axes[0]
    first.set_yticks([at[name] for name in rows], labels)
    first.set_ylim(float(ends[-1]) + 0.04, -0.04)
    if len(names) < len(rows):
        for ax in axes:
            ax.axhline(float(ends[len(names) - 1]), color="black", linewidth=0.5)
    top = float(max(bars["total_high"].max(), levels["total"].max(), 0.2))
    first.set_xlim(0.0, min(top * 1.05, 1.6))
    step = 0.2 if top < 0.7 else 0.5 if top < 1.2 else 1.0
    marks = np.arange(0.0, min(top * 1.05, 1.6), step)
    first.set_xticks(marks, [f"{mark:.0%}" for mark in marks])
    label_x(figure, axes, "share of the variance")
    return save(figure, path)


def _strongest(bars: "pd.DataFrame", names: list[str]) -> list[str]:
    size = bars[bars["factor"].isin(names)].groupby("factor", sort=False)["total"].max()
    return [str(name) for name in size.sort_values(ascending=False, kind="stable").index[:SHOWN]]


def _label(found: "Findings", name: str) -> str:
    number = found.number(name)
    return NAMES[name] if number is None else number.label


def _order(ranking: "Ranking", titles: dict[str, str], of: Look, path: Path) -> Path:
    """Left: how often each formula is at each place. Right: the leader's share of first places by thirds of numbers."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    moves = any(third.share < 1.0 for flip in ranking.flips for third in flip.thirds)
    flips = ranking.flips[:SHOWN] if moves else ()
    leader = titles.get(ranking.leader, plain(ranking.leader))
    title = order_sentence(ranking, titles)
    caption = f"Share of {ranking.draws:,} draws in which a formula is at each place."
    if flips:
        caption = (
            f"Left: share of {ranking.draws:,} draws in which a formula is at each place. Right: how often {leader} is "
            f"{PLACES[ranking.contested]} where a number lies in the lowest, middle or highest third of its "
            "distribution; whiskers hold 90% (Monte Carlo error). Numbers in order of the change from lowest to "
            "highest."
        )
    labels = [textwrap.fill(flip.number.label, ROOM) for flip in flips]
    tall = [0.34] * len(labels)
    height = max(float(sum(tall)), 0.4 * len(ranking.formulas))
    lines = len(wrapped_title(title, LANDSCAPE))
    panels = 2 if flips else 1
    figure, axes = page(
        title, caption, of, panels, 2, height, left=1.85, page_width=LANDSCAPE, gap=(3.4, 0.5), header=0.3, bottom=0.5,
        share_x=False, share_y=False,
    )  # fmt: skip
    _places(axes[0], ranking, titles)
    if flips:
        _thirds(axes[1], ranking, labels, leader)
    handles = [
        *(
            Patch(facecolor=PLACE_FILLS[place], edgecolor="black", linewidth=0.5, label=PLACES[place])
            for place in range(min(len(ranking.formulas), len(PLACE_FILLS)))
        ),
        *(
            Line2D([], [], marker=mark, linestyle="none", markerfacecolor=fill, markeredgecolor="black", label=word)
            for mark, fill, word in zip(MARKS, FILLS, ("lowest third", "middle", "highest third"), strict=True)
            if flips
        ),
    ]
    legend(figure, handles, len(handles), lines)
    return save(figure, path)


MARKS, FILLS = ("<", "o", ">"), ("white", MIDDLE, INK)


def _places(ax: "Axes", ranking: "Ranking", titles: dict[str, str]) -> None:
    at = np.arange(len(ranking.formulas))
    left = np.zeros(len(at))
    for place in range(min(len(at), len(PLACE_FILLS))):
        share = ranking.places[:, place]
        ax.barh(at, share, left=left, height=0.62, color=PLACE_FILLS[place], edgecolor="black", linewidth=0.5)
        left = left + share
    ax.set_yticks(at, [textwrap.fill(titles.get(formula, plain(formula)), 22) for formula in ranking.formulas])
    ax.set_ylim(len(at) - 0.5, -0.5)
    ax.set_xlim(0.0, 1.0)
    ax.set_xticks([0.0, 0.5, 1.0], ["0%", "50%", "100%"])
    ax.set_xlabel("share of draws")
    ax.set_title("Place of each formula")


def _thirds(ax: "Axes", ranking: "Ranking", labels: list[str], leader: str) -> None:
    flips = ranking.flips[: len(labels)]
    for row, flip in enumerate(flips):
        for third, mark, fill, shift in zip(flip.thirds, MARKS, FILLS, (-0.24, 0.0, 0.24), strict=True):
            ax.hlines(row + shift, third.low, third.high, color=BASELINE, linewidth=1.0)
            ax.plot(
                [third.share], [row + shift], marker=mark, linestyle="none", markerfacecolor=fill,
                markeredgecolor="black", markersize=4.6,
            )  # fmt: skip
    overall = ranking.holds(ranking.leader)[0]
    ax.axvline(overall, color="black", linewidth=0.8, linestyle="--")
    ax.set_yticks(range(len(flips)), labels)
    ax.set_ylim(len(flips) - 0.4, -0.6)
    ax.set_xlim(-0.03, 1.03)
    marks = np.arange(0.0, 1.01, 0.25)
    ax.set_xticks(marks, [f"{mark:.0%}" for mark in marks])
    ax.grid(axis="x", color="#e4e4e4", linewidth=0.5)
    ax.set_axisbelow(True)
    ax.set_xlabel("share of draws (dashed: all)")
    ax.set_title(f"{leader} {PLACES[ranking.contested]}")
