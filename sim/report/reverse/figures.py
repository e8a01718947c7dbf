"""How the part of draws that are paid too little grows with the size of a shock."""

import textwrap
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from sim.report.reverse.words import WHAT, sentences, title_of
from sim.report.shared.figure_style import BASELINE, INK, Look, label_x, label_y, name_panel, page, save, ticks
from sim.report.shared.origin import short
from sim.study.stress.reverse import ReverseStudy
from sim.version import __version__

PANELS = 6
"""The most panels of a figure."""


def reverse_figure(study: ReverseStudy, path: Path) -> Path:
    """A panel for each formula and shock: the part of draws below the level by the size of the shock, and the
    bracket."""
    import matplotlib

    shown = sorted(study.found, key=lambda one: one.bracket.breaks is None)[:PANELS]
    caption = (
        f"Part of {study.draws} draws whose worst year of FY{study.first_year}-{study.last_year} pays under "
        f"{study.asked.level:.0%} of what is owed, at each size that was tried; shaded: the bracket of the "
        "smallest size at which "
        f"that is {study.asked.chance:.0%} or more (dotted). Same draws at every size. Parameters and chance, not "
        "what forecasts of "
        "other laws have missed."
    )
    footer = (
        f"{datetime.now(UTC):%Y-%m-%d}, CTE funding simulation {__version__}, data {short(study.fingerprint)} "
        f"({study.vintage}), "
        f"{study.draws} draws, seed {study.seed}"
    )
    title = textwrap.shorten(sentences(study)[0].rstrip("."), 190, placeholder=" ...")
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
