"""The tornado of a sweep: rank correlations of each factor with each headline outcome."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sim.report.shared.figure_style import INK, LANDSCAPE, LIGHT, Look, label_x, page, plain, save
from sim.report.shared.intervals import signed_text
from sim.report.shared.names import first_letter, in_sentence
from sim.results.headlines import HEADLINES

SHOWN = 15
"""Factors shown at most, those with the strongest correlation anywhere first."""

FORMULAS = 5
"""Rows of panels at most."""


def strongest(found: pd.DataFrame, shown: int = SHOWN) -> list[str]:
    """The factors with the greatest absolute correlation with any outcome of any formula, strongest first."""
    size = found.assign(size=found["rank_correlation"].abs()).groupby("factor", sort=False)["size"].max()
    return [str(name) for name in size.dropna().sort_values(ascending=False, kind="stable").index[:shown]]


def tornado(found: pd.DataFrame, of: Look, path: Path, titles: Mapping[str, str] | None = None) -> Path | None:
    """Bars: correlation with the outcome itself. Points and whiskers: with the paired difference from the baseline.

    A row of panels for each formula that a factor moves, a column for each outcome. ``titles`` are those of formulas by
    name. None if there is none.
    """
    names = strongest(found)
    if not names:
        return None
    moved = found[found["rank_correlation"].notna()]
    formulas = list(dict.fromkeys(moved["formula"]))[:FORMULAS]
    count = found["factor"].nunique()
    of_all = f" the {len(names)} strongest of {count} factors," if count > len(names) else ""
    named = {formula: (titles or {}).get(formula, plain(formula)) for formula in formulas}
    title = sentence(moved, named)
    points = int(found["points"].max())
    caption = (
        f"Bar: Spearman rank correlation of the factor with the outcome, mean of the last five years,{of_all} over"
        f" {points:,} points; whisker: its 95% interval. Circle: the same with the difference from"
        f" {of.baseline or 'the baseline'}, taken within each replicate. A correlation says how steadily the"
        " outcome rises or falls with the factor over the range swept, not how far; a factor that works both ways may"
        " show none."
    )
    figure, axes = page(
        title, caption, of, len(formulas) * len(HEADLINES), len(HEADLINES), 0.2 * len(names) + 0.15, left=3.2,
        page_width=LANDSCAPE, gap=(0.2, 0.75), header=0.15, bottom=0.5,
    )  # fmt: skip
    at = {name: place for place, name in enumerate(reversed(names))}
    for row, formula in enumerate(formulas):
        for column, headline in enumerate(HEADLINES):
            ax = axes[row * len(HEADLINES) + column]
            chosen = moved[(moved["formula"] == formula) & (moved["outcome"] == headline.column)]
            chosen = chosen[chosen["factor"].isin(at)]
            level = chosen[chosen["of"] == "level"]
            places = [at[name] for name in level["factor"]]
            ax.axvline(0.0, color="black", linewidth=0.6)
            ax.barh(places, level["rank_correlation"], height=0.62, color=LIGHT, edgecolor=INK, linewidth=0.6)
            ax.hlines(np.array(places, dtype=float), level["low"], level["high"], color=INK, linewidth=1.0)
            change = chosen[chosen["of"] != "level"]
            ax.plot(
                change["rank_correlation"], [at[name] for name in change["factor"]], marker="o", linestyle="none",
                markerfacecolor="white", markeredgecolor="black", markersize=4.2,
            )  # fmt: skip
            weight = "bold" if in_sentence(named[formula]) == of.baseline else "normal"
            ax.set_title(f"{named[formula] if column == 0 else ''}\n{headline.heading}", fontweight=weight)
            ax.set_yticks(range(len(names)), [_short(name) for name in reversed(names)])
            ax.set_ylim(-0.6, len(names) - 0.4)
            ax.set_xlim(-1.0, 1.0)
            ax.set_xticks([-0.5, 0.0, 0.5], ["-0.5", "0", "+0.5"])
            ax.grid(axis="x", color="#e4e4e4", linewidth=0.5)
            ax.set_axisbelow(True)
    label_x(figure, axes, "rank correlation")
    return save(figure, path)


def sentence(moved: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """Which factor goes most steadily with which outcome, of correlations whose interval leaves out zero."""
    level = moved[(moved["of"] == "level") & moved["formula"].isin(titles)]
    clear = level[(level["low"] > 0.0) | (level["high"] < 0.0)]
    if clear.empty:
        return "No factor clearly goes with an outcome over the points of the sweep"
    top = clear.iloc[int(clear["rank_correlation"].abs().to_numpy().argmax())]
    way = "rises" if top["rank_correlation"] > 0 else "falls"
    label = next((h.label for h in HEADLINES if h.column == top["outcome"]), plain(str(top["outcome"])))
    label = label.partition(",")[0].lower()
    of = f" under {in_sentence(titles[top['formula']])}" if len(titles) > 1 else ""
    size = signed_text(float(top["rank_correlation"]), 2)
    way = way.removesuffix("s") if label.split()[0].endswith("s") else way
    said = f"{label} {way} most steadily with {_short(str(top['factor']))}{of}"
    return f"{first_letter(said)} (rank correlation {size})"


def _short(name: str, room: int = 46) -> str:
    key = name.removeprefix("formula.").removeprefix("scenario.").replace("components.", "")
    words = plain(key.replace(".", ": "))
    return words if len(words) <= room else "…" + words[-(room - 1) :]
