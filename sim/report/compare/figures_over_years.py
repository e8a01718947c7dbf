"""Figures over years: bands of a metric by formula, differences from the baseline, unit value, credentials."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.arrays import Array, IntArray
from sim.report.shared.figure_style import (
    BASELINE,
    INK,
    LIGHT,
    MIDDLE,
    Look,
    label_x,
    label_y,
    legend,
    name_panel,
    name_row,
    page,
    plain,
    save,
    spread_apart,
    ticks,
    wrapped_title,
    year_ticks,
)
from sim.report.shared.intervals import Bands, bands, number_text
from sim.report.shared.panel import Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CENT = 0.01
"""Dollars by which the unit value must move to be shown."""

TOGETHER = 3
"""Up to so many formulas share one panel; more get a panel each."""


def over_years(panel: Panel, of: Look, values: Array, name: str, title: str, unit: str, folder: Path) -> Path | None:
    """Bands of ``values[F, R, T]`` over the years, a panel for each formula with the baseline's mean beside it; shares
    that are 1 in every draw and year get none."""
    found = bands(values)
    counted = found.count[:, panel.policy] if panel.policy.any() else found.count
    owing = [f for f in range(len(panel.formulas)) if counted[f].any()]
    kind = "share" if unit.startswith("share") else "students"
    full = [f for f in owing if kind == "share" and np.nanmin(values[f][:, panel.years >= _first(panel)]) >= 1.0]
    shown = [f for f in owing if f not in full]
    if not shown:
        return None
    first, last = _first_and_range(found, shown, kind)
    sentence = f"{title}: {first} in FY{panel.years[0]}; {last} in FY{panel.years[-1]}, depending on the formula"
    if len(shown) == 1:
        sentence = f"{title}: {first} in FY{panel.years[0]}, {last} in FY{panel.years[-1]}"
    named = [plain(formula) for formula in panel.formulas]
    absent = [name for f, name in enumerate(named) if f not in owing]
    note = f" Not shown, as no line of the state owes anything: {', '.join(absent)}." if absent else ""
    note += f" Not shown, as all is paid in every draw and year: {', '.join(named[f] for f in full)}." if full else ""
    reference = panel.baseline if panel.baseline in shown else None
    return _band_figure(panel, of, _Bands(found, shown, sentence, unit, kind, folder / f"{name}.png", note, reference))


def differences(panel: Panel, of: Look, values: Array, name: str, title: str, unit: str, folder: Path) -> Path | None:
    """Bands of the paired difference of ``values[F, R, T]`` from the baseline."""
    if panel.baseline is None or not panel.others:
        return None
    found = bands(values - values[panel.baseline][None])
    shown = list(panel.others)
    ends = [float(found.mean[f, -1]) for f in shown]
    span = " to ".join(number_text(end, "students", signed=True) for end in dict.fromkeys((min(ends), max(ends))))
    sentence = f"{title} against {plain(of.baseline)}, within each draw: {span} in FY{panel.years[-1]}"
    path = folder / f"{name}_difference.png"
    note = f" Zero is {plain(of.baseline)} in the same draw."
    return _band_figure(panel, of, _Bands(found, shown, sentence, f"added {unit}", "students", path, note, zero=True))


def unit_value(panel: Panel, of: Look, folder: Path) -> Path | None:
    """Bands of the paired difference in the SEG unit value, for the formulas that move it; None if none does."""
    if panel.baseline is None:
        return None
    values = panel.constant("unit_value")
    found = bands(values - values[panel.baseline][None])
    shown = [f for f in panel.others if np.nanmax(np.abs(values[f] - values[panel.baseline])) > CENT]
    if not shown:
        return None
    dilution = bands(panel.constant("dilution")[:, :, panel.policy].mean(axis=2))
    moved = [f"{plain(panel.formulas[f])} {number_text(float(dilution.mean[f]), 'dollars')}" for f in shown[:3]]
    title = f"SEG unit value against {plain(of.baseline)}; money moved a year by dilution: {', '.join(moved)}"
    label = f"dollars a program unit (FY{panel.base_year})"
    note = f" Zero is {plain(of.baseline)} in the same draw."
    path = folder / "unit_value.png"
    return _band_figure(panel, of, _Bands(found, shown, title, label, "dollars", path, note, zero=True))


def _first(panel: Panel) -> int:
    """The first year under the formulas; the base year where there is none after it."""
    return int(panel.years[panel.policy][0]) if panel.policy.any() else panel.base_year


def _first_and_range(found: Bands, shown: Sequence[int], kind: str) -> tuple[str, str]:
    defined = found.mean[list(shown)]
    starts, ends = defined[:, 0][np.isfinite(defined[:, 0])], defined[:, -1][np.isfinite(defined[:, -1])]
    first = number_text(float(starts.mean()), kind) if len(starts) else "nothing"
    spread = dict.fromkeys(number_text(float(end), kind) for end in (ends.min(), ends.max())) if len(ends) else {}
    return first, " to ".join(spread) or "nothing"


@dataclass(frozen=True)
class _Bands:
    """A figure of bands over years: what it shows, for which formulas, in what words. ``reference`` is the formula
    whose mean stands dashed in every panel; ``zero`` marks differences."""

    found: Bands
    shown: Sequence[int]
    title: str
    unit: str
    kind: str
    path: Path
    note: str
    reference: int | None = None
    zero: bool = False


def _band_figure(panel: Panel, of: Look, what: _Bands) -> Path:
    if len(what.shown) <= TOGETHER:
        return _together(panel, of, what)
    found, shown, title, reference = what.found, what.shown, what.title, what.reference
    caption = (
        of.band_caption + (f" Bold and dashed: {plain(of.baseline)}." if reference is not None else "") + what.note
    )
    figure, axes = page(title, caption, of, len(shown), 3, 1.25, left=0.95, gap=(0.2, 0.42), header=0.22, bottom=0.4)
    for ax, f in zip(axes, shown, strict=True):
        if reference is not None and f != reference:
            ax.plot(panel.years, found.mean[reference], color=BASELINE, linestyle=(0, (3, 2)), linewidth=1.1)
        draw_bands(ax, panel.years, found, f)
        end = found.mean[f, -1]
        name_panel(ax, panel, f, number_text(float(end), what.kind, signed=what.zero) if np.isfinite(end) else "none")
        if what.zero:
            ax.axhline(0, color="black", linewidth=0.6)
    finish_years(figure, axes, panel, what.unit, what.kind, what.zero)
    handles = band_handles(panel if reference is not None else None, of)
    legend(figure, handles, 4, len(wrapped_title(title)))
    return save(figure, what.path)


def _together(panel: Panel, of: Look, what: _Bands) -> Path:
    found, shown = what.found, what.shown
    caption = f"Line: mean of {of.draws:,} draws; band: 90% of draws (5th to 95th percentile). {of.covers}{what.note}"
    figure, axes = page(what.title, caption, of, 1, 1, 3.2, left=0.95, right=1.7, bottom=0.5)
    ax = axes[0]
    styles: tuple[Any, ...] = ("solid", (0, (5, 2)), (0, (1, 1.5)))
    inks = (INK, "#5d8a3a", "#b8732d")
    ends = []
    for number, f in enumerate(shown):
        ax.fill_between(panel.years, found.low[f], found.high[f], color=inks[number], alpha=0.16, linewidth=0)
        ax.plot(panel.years, found.mean[f], color=inks[number], linestyle=styles[number], linewidth=1.8)
        ends.append(float(_last_defined(found.mean[f])))
    if what.zero:
        ax.axhline(0, color="black", linewidth=0.6)
    low, high = ax.get_ylim()
    places = spread_apart(ends, (high - low) * 0.11)
    for number, f in enumerate(shown):
        label = f"{plain(panel.formulas[f])}\n{number_text(ends[number], what.kind, signed=what.zero)}"
        ax.annotate(
            label,
            (panel.years[-1], places[number]),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            color=inks[number],
            annotation_clip=False,
        )
    finish_years(figure, axes, panel, what.unit, what.kind, what.zero)
    return save(figure, what.path)


def draw_bands(ax: "Axes", years: IntArray, found: Bands, f: int) -> None:
    """A formula's mean with its bands of 50% and 90% of draws."""
    ax.fill_between(years, found.low[f], found.high[f], color=LIGHT, linewidth=0)
    ax.fill_between(years, found.p25[f], found.p75[f], color=MIDDLE, linewidth=0)
    ax.plot(years, found.mean[f], color=INK, linewidth=1.4)


def band_handles(panel: Panel | None, of: Look) -> list[Any]:
    """Legend entries of bands; with a ``panel`` that has a baseline also of the baseline's dashed mean."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [
        Line2D([], [], color=INK, label="mean"),
        Patch(color=MIDDLE, label="50% of draws"),
        Patch(color=LIGHT, label="90% of draws"),
    ]
    if panel is not None and panel.baseline is not None:
        label = f"mean, {plain(of.baseline)}"
        handles.append(Line2D([], [], color=BASELINE, linestyle=(0, (3, 2)), label=label))
    return handles


def _last_defined(values: Array) -> Any:
    defined = values[np.isfinite(values)]
    return defined[-1] if len(defined) else np.nan


def finish_years(
    figure: Any, axes: "Sequence[Axes]", panel: Panel, unit: str, kind: str, zero: bool, steps: int = 4
) -> None:
    """Ticks, limits and axis labels shared by all panels over years; about ``steps`` ticks up."""
    from matplotlib.ticker import MaxNLocator, MultipleLocator

    ax = axes[0]
    ax.set_xticks(year_ticks(panel.years))
    ax.set_xlim(panel.years[0] - 0.5, panel.years[-1] + 0.5)
    ax.yaxis.set_major_locator(MaxNLocator(steps))
    if kind == "share":
        lowest = max(0.0, min(ax.get_ylim()[0], 0.8))
        step = 0.1 if lowest >= 0.6 else 0.25
        ax.set_ylim(math.floor(lowest / step + 1e-9) * step, 1.02)
        ax.yaxis.set_major_locator(MultipleLocator(step))
    elif not zero:
        ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(ticks(kind))
    label_y(figure, axes, unit)
    label_x(figure, axes, "fiscal year")


TIERS: tuple[str, ...] = (
    "tier 1: general\nor safety cards",
    "tier 2: entry\ncertifications",
    "tier 3: licenses\nthat gate a job",
)
"""Value tiers of a credential, in the two lines of a heading."""


def credentials_by_tier(panel: Panel, of: Look, path: Path) -> Path | None:
    """Bands of credentials: a row for each formula, a column for each value tier; None if none is earned."""
    tiers = [bands(panel.state(f"credentials_tier_{tier}")) for tier in (1, 2, 3)]
    if not any((tier.mean > 0).any() for tier in tiers):
        return None
    total = bands(panel.state("credentials"))
    ends = total.mean[:, -1]
    spread = " to ".join(dict.fromkeys(number_text(float(end)) for end in (ends.min(), ends.max())))
    title = f"Credentials of all tiers: {number_text(float(total.mean[0, 0]))} in FY{panel.years[0]}; {spread} in "
    title += f"FY{panel.years[-1]}" + (", depending on the formula" if len(ends) > 1 else "")
    dashed = f" Bold and dashed: {plain(of.baseline)}." if panel.baseline is not None else ""
    caption = (
        f"Credentials a year. {of.band_caption}{dashed} The number under a name is all tiers in FY{panel.years[-1]}."
    )
    count = len(panel.formulas)
    figure, axes = page(title, caption, of, 3 * count, 3, 0.58, left=2.25, gap=(0.2, 0.16), header=0.3, bottom=0.4)
    for number, ax in enumerate(axes):
        f, tier = divmod(number, 3)
        if panel.baseline is not None and f != panel.baseline:
            reference = tiers[tier].mean[panel.baseline]
            ax.plot(panel.years, reference, color=BASELINE, linestyle=(0, (3, 2)), linewidth=1.1)
        draw_bands(ax, panel.years, tiers[tier], f)
        if f == 0:
            ax.set_title(TIERS[tier])
        if tier == 0:
            name_row(ax, panel, f, number_text(float(ends[f])))
    finish_years(figure, axes, panel, "", "students", False, steps=2)
    legend(figure, band_handles(panel, of), 4, len(wrapped_title(title)))
    return save(figure, path)
