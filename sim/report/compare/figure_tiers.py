"""The figure of credentials by value tier: a panel for each tier, a line for each formula that matters."""

from pathlib import Path

import numpy as np

from sim.report.answer.rules import ranking
from sim.report.compare.figure_lines import finish_years
from sim.report.compare.findings import change_sentence, joined, titled, told, year_of
from sim.report.shared.figure_style import Look, label_y, legend, page, save, wrapped_title
from sim.report.shared.formula_looks import looks
from sim.report.shared.intervals import bands, number_text
from sim.report.shared.panel import Panel
from sim.world.world import CREDENTIAL_TIERS

TIERS: tuple[str, ...] = (
    "tier 1: general\nor safety cards",
    "tier 2: entry\ncertifications",
    "tier 3: licenses\nthat gate a job",
)
"""Value tiers of a credential, in the two lines of a heading."""

MOST = 3
"""Formulas beside the baseline, those that change credentials most."""


def credentials_by_tier(panel: Panel, of: Look, path: Path) -> Path | None:
    """Bands of credentials of each value tier, for the baseline and the formulas that change them most; None if none is
    earned."""
    from matplotlib.lines import Line2D

    tiers = [bands(panel.state(f"credentials_tier_{tier}")) for tier in CREDENTIAL_TIERS]
    if not any((tier.mean > 0).any() for tier in tiers):
        return None
    earned, at, when = panel.state("credentials"), told(panel), year_of(panel)
    shown = _shown(panel)
    if panel.baseline is not None and panel.others:
        changes = {f: earned[f, :, at] - earned[panel.baseline, :, at] for f in panel.others}
        title = change_sentence(panel, changes, "credentials", "credentials", when)
    else:
        counts = [number_text(float(earned[f, :, at].mean())) for f in shown]
        title = f"{' to '.join(dict.fromkeys(counts))} credentials in {when}"
    left = [f for f in range(len(panel.formulas)) if f not in shown]
    note = ""
    if left:
        names = joined([titled(panel, f) for f in left])
        note = f" Not shown, as they change credentials less: {names}."
    caption = (
        f"Credentials a year. Line: mean of {of.draws:,} draws; band: 90% of draws (5th to 95th percentile).{note} "
        f"{of.covers}"
    )
    header = 0.2 * -(-len(shown) // 2) + 0.06
    figure, axes = page(title, caption, of, 3, 3, 2.1, left=0.85, gap=(0.25, 0.5), header=header, bottom=0.3)
    marks = looks(panel.formulas)
    for ax, found, heading in zip(axes, tiers, TIERS, strict=True):
        for f in shown:
            ax.fill_between(panel.years, found.low[f], found.high[f], color=marks[f].color, alpha=0.14, linewidth=0)
            ax.plot(panel.years, found.mean[f], color=marks[f].color, linestyle=marks[f].dash, linewidth=1.7)
        ax.set_title(heading)
    finish_years(axes, panel, "students", False)
    label_y(figure, axes, "credentials a year")
    handles = [
        Line2D([], [], color=marks[f].color, linestyle=marks[f].dash, linewidth=1.7,
               label=f"{panel.short_titles[f]}: {number_text(float(earned[f, :, at].mean()))} in {when}")
        for f in shown
    ]  # fmt: skip
    legend(figure, handles, 2, len(wrapped_title(title)))
    return save(figure, path, "state: credentials, credentials_tier_1, credentials_tier_2, credentials_tier_3")


def _shown(panel: Panel) -> list[int]:
    """The baseline, then those that clearly change credentials, the most first; one other where none does."""
    if panel.baseline is None:
        return list(range(min(len(panel.formulas), MOST + 1)))
    earned = panel.state("credentials")[:, :, told(panel)]
    changes = {f: earned[f] - earned[panel.baseline] for f in panel.others}
    order = ranking(changes)
    clear = [*(f for group in order.more for f in group), *order.less]
    clear = clear or sorted(changes, key=lambda f: -abs(float(changes[f].mean())))[:1]
    by_size = sorted(clear, key=lambda f: -abs(float(np.mean(changes[f]))))
    return [panel.baseline, *by_size[:MOST]]
