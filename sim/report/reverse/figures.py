"""How the part of draws that are paid too little grows with the size of a shock."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from sim.report.reverse.words import WHAT, title_of
from sim.report.shared.figure_style import BASELINE, INK, Look, label_x, label_y, name_panel, page, save, ticks
from sim.report.shared.origin import short
from sim.study.stress.reverse import Reversed, ReverseStudy
from sim.version import __version__

PANELS = 6
"""The most panels of a figure."""


def reverse_figure(study: ReverseStudy, path: Path) -> Path:
    """A panel for each formula and shock: the part of draws below the level by the size of the shock, and the
    bracket."""
    import matplotlib

    breaking = [one for one in study.found if one.bracket.breaks is not None]
    shown = (breaking or list(study.found[:2]))[:PANELS]
    left = len(study.found) - len(shown)
    more = f" Not shown: {left} that stay flat or below." if left else ""
    caption = (
        f"Part of {study.draws} draws whose worst year of FY{study.first_year}-{study.last_year} pays under "
        f"{study.asked.level:.0%} of what is owed, at each size that was tried; shaded: the bracket of the "
        "smallest size at which "
        f"that is {study.asked.chance:.0%} or more (dotted). Same draws at every size. Parameters and chance, not "
        "what forecasts of "
        f"other laws have missed.{more}"
    )
    footer = (
        f"{datetime.now(UTC):%Y-%m-%d}, CTE funding simulation {__version__}, data {short(study.fingerprint)} "
        f"({study.vintage}), "
        f"{study.draws} draws, seed {study.seed}"
    )
    title = _title(study, shown[0])
    with matplotlib.rc_context():
        figure, axes = page(title, caption, Look(footer, study.draws, study.seed, ""), len(shown), 2, 1.6, left=0.8,
                            gap=(0.3, 0.6), bottom=0.5, share_x=False)  # fmt: skip
        for ax, one in zip(axes, shown, strict=True):
            tried = sorted(one.bracket.tried, key=lambda try_: try_.size)
            sizes, parts = np.array([each.size for each in tried]), np.array([each.part for each in tried])
            if one.bracket.holds is not None and one.bracket.breaks is not None:
                ax.axvspan(*sorted((one.bracket.holds, one.bracket.breaks)), color="#e3b795", linewidth=0)
            ax.plot(sizes, parts, color=INK, marker="o", markersize=4, linewidth=1.2)
            ax.axhline(study.asked.chance, color=BASELINE, linewidth=0.8, linestyle=":")
            shock = one.scenario.title if one.scenario is not None else WHAT[one.shock]
            name_panel(ax, f"{title_of(one)}: {shock}")
        axes[0].set_ylim(-0.03, 1.03)
        axes[0].yaxis.set_major_formatter(ticks("share"))
        label_y(figure, axes, "draws below the level")
        label_x(figure, axes, "times as assumed" if study.asked.shock == "severity" else "times the outlook")
        return save(figure, path, "state: proration")


def _title(study: ReverseStudy, one: Reversed) -> str:
    shock = one.scenario.title if one.scenario is not None else WHAT[one.shock]
    shock = shock if shock[1:2].isupper() else f"{shock[:1].lower()}{shock[1:]}"
    of = "its size as assumed" if one.scenario is not None else "the outlook"
    level = f"under {study.asked.level:.0%} of what is owed paid in the worst year"
    if one.bracket.breaks is None:
        far = one.bracket.tried[1].size
        chance = f"{study.asked.chance:.0%} of draws"
        return f"{title_of(one)}: no {shock} up to {far:g} times {of} leaves {chance} with {level}"
    if one.bracket.holds is None:
        return f"{title_of(one)}: {study.asked.chance:.0%} of draws or more have {level} without a shock"
    return (
        f"{title_of(one)}: {shock} at {one.bracket.breaks:.2f} times {of} leaves {study.asked.chance:.0%} of "
        f"draws with {level}"
    )
