"""The figure of what pay for credentials sets in motion: exams taken up, exams sat and passed, credentials by tier."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.arrays import Array
from sim.report.compare.findings import titled
from sim.report.shared.contrast import legible
from sim.report.shared.figure_style import (
    FONT,
    LINE_HEIGHT,
    Look,
    legend,
    page,
    save,
    spread_apart,
    ticks,
    wrapped_title,
    year_axis,
)
from sim.report.shared.formula_looks import FormulaLook, looks
from sim.report.shared.intervals import Bands, bands, number_text
from sim.report.shared.names import first_letter
from sim.report.shared.panel import Panel
from sim.world.world import CREDENTIAL_TIERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

AFTER = 10
"""The year after the base year whose numbers are written out, or the last one before it."""

MOST = 3
"""Formulas in one panel beside the baseline; more lines with bands cannot be told apart."""


DASH_AND_MARK = 3.6
"""Length of a legend's sample that shows a dash on both sides of a mark, font sizes."""

TIER_LINES: tuple[Any, ...] = ((0, (1, 1)), (0, (5, 1.5)), "solid")
"""Line styles of value tiers 1 to 3."""

TOLD = 0.03
"""Difference of shares from which on the title tells it."""

ROOM = 1.05
"""Height of a panel's axis over the highest band."""


@dataclass(frozen=True)
class Measure:
    """Something shown over years: ``values[F, R, T]``, the panel's ``title``, the ``unit`` of its axis, and ``kind``:
    'share' or 'number'."""

    title: str
    unit: str
    kind: str
    values: Array


def measures(panel: Panel) -> tuple[Measure, ...]:
    """The steps from pay to credentials: pathways with a paid exam, exams sat, the share passed, credentials earned."""
    attempts, earned = panel.state("credential_attempts"), panel.state("credentials")
    administer = panel.share("exam_pathways", "pathways")
    return (
        Measure("Pathways with a paid exam", "share of all pathways", "share", administer),
        Measure("Exams sat", "exams a year", "number", attempts),
        Measure("Exams passed", "share of exams sat", "share", panel.share("credentials", "credential_attempts")),
        Measure("Credentials earned", "credentials a year", "number", earned),
    )


def tier_shares(panel: Panel) -> Array:
    """Shares of the credentials earned in value tiers 1 to 3, ``[3, F, R, T]``; NaN where none are earned."""
    return np.array([panel.share(f"credentials_tier_{tier}", "credentials") for tier in CREDENTIAL_TIERS])


def paying(panel: Panel) -> tuple[int, ...]:
    """The formulas other than the baseline that pay for credentials in any year under them, in order."""
    payment = panel.state("credential_payment")[:, :, panel.policy]
    return tuple(f for f in range(len(panel.formulas)) if f != panel.baseline and np.any(payment[f] > 0.0))


def credentials_path(panel: Panel, of: Look, path: Path) -> Path | None:
    """Adoption of paid exams, exams sat, the share passed, and credentials over the years, for each formula that pays
    for credentials and the baseline; below, value tiers for the formula with most credentials and for the baseline.

    None if no formula but the baseline pays for credentials.
    """
    payers = paying(panel)
    if not payers:
        return None
    payment = panel.constant("credential_payment")[:, :, panel.policy].mean(axis=(1, 2))
    shown = tuple(sorted(sorted(payers, key=lambda f: -payment[f])[:MOST]))
    steps = measures(panel)
    found = [bands(measure.values) for measure in steps]
    tiers = [bands(values) for values in tier_shares(panel)]
    at = int(np.flatnonzero(panel.years <= panel.base_year + AFTER)[-1])
    top = max(shown, key=lambda f: float(found[-1].mean[f, at]))
    title = _title(panel, found, tiers, top, at)
    every = looks(panel.formulas)
    marks = {f: every[f] for f in (*shown, *([panel.baseline] if panel.baseline is not None else []))}
    split = [f for f in (top, panel.baseline) if f is not None and np.isfinite(tiers[0].mean[f]).any()]
    figure, axes = page(
        title, _caption(panel, of, at, top, shown), of, len(steps) + len(split), 2, 1.35, left=0.8, gap=(1.4, 0.42),
        right=0.85, header=0.2 * -(-len(marks) // 2), bottom=0.3, share_y=False,
    )  # fmt: skip
    for ax, step, one in zip(axes, steps, found, strict=False):
        ends = {
            f: _percent(one.mean[f, at]) if step.kind == "share" else number_text(float(one.mean[f, at])) for f in marks
        }
        curves = [_Curve(one, f, mark, mark.dash, f"{mark.sign} {ends[f]}") for f, mark in marks.items()]
        _draw(ax, panel, at, curves, ROOM * float(np.nanmax(one.high[list(marks)])))
        _name_axes(ax, step.title, step.unit, step.kind)
    highest = ROOM * max(float(np.nanmax(one.high[split])) for one in tiers)
    for ax, f in zip(axes[len(steps) :], split, strict=True):
        curves = [
            _Curve(one, f, marks[f], style, f"tier {tier}: {_percent(one.mean[f, at])}")
            for tier, one, style in zip(CREDENTIAL_TIERS, tiers, TIER_LINES, strict=True)
        ]
        _draw(ax, panel, at, curves, highest)
        _name_axes(ax, f"Tiers, {titled(panel, f)}", "share of credentials", "share")
    _legend(figure, panel, marks, len(wrapped_title(title)))
    return save(figure, path, "state: pathways, exam_pathways, credential_attempts, credentials")


@dataclass(frozen=True)
class _Curve:
    """One line with its band: formula ``f`` of ``found``, how it is drawn, and the ``text`` of its number."""

    found: Bands
    f: int
    mark: FormulaLook
    style: Any
    text: str


def _share(part: Array, whole: Array) -> Array:
    share: Array = np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0.0)
    return share


def _title(panel: Panel, found: list[Bands], tiers: list[Bands], top: int, at: int) -> str:
    """What the formula ``top`` comes to in the year written out, against the baseline."""
    administer, _, passed, earned = found
    base = panel.baseline
    many = float(earned.mean[top, at])
    if base is not None and earned.mean[base, at] > 0.0:
        times = many / float(earned.mean[base, at])
        title = (
            f"Under {titled(panel, top)} students earn {times:.1f} times the credentials of {titled(panel, base)} in "
            f"FY{panel.years[at]}"
        )
    else:
        title = (
            f"Under {titled(panel, top)} students earn {number_text(many, 'credentials')} credentials in "
            f"FY{panel.years[at]}"
        )
    for one, words in (
        (administer, "of pathways have a paid exam"),
        (passed, "of exams are passed"),
        (tiers[-1], f"of credentials are tier {CREDENTIAL_TIERS[-1]}"),
    ):
        own = _percent(one.mean[top, at])
        other = _percent(one.mean[base, at]) if base is not None else ""
        near = base is not None and abs(one.mean[top, at] - one.mean[base, at]) < TOLD
        if own and not near:
            title += f"; {own} {words}" + (f", not {other}" if other not in ("", own) else "")
    return first_letter(title)


def _percent(share: Any) -> str:
    return f"{share:.0%}" if np.isfinite(share) else ""


def _caption(panel: Panel, of: Look, at: int, top: int, shown: tuple[int, ...]) -> str:
    year, beside, note = f"FY{panel.years[at]}", "", ""
    if panel.baseline is not None:
        beside = f", and {of.baseline}"
        earned = panel.state("credentials")[:, :, at]
        times = bands(_share(earned[top], earned[panel.baseline]), axis=0)
        if np.isfinite(times.mean):
            note = (
                f" Within a draw {titled(panel, top)} comes to {float(times.low):.1f} to {float(times.high):.1f} times "
                f"the credentials of {of.baseline} (90% of draws)."
            )
    if len(shown) > 1:
        note += f" Tiers are those of the formula with most credentials in {year}."
    if left_out := [titled(panel, f) for f in paying(panel) if f not in shown]:
        note += f" Not shown, as they pay less for each: {', '.join(left_out)}."
    return (
        f"Shown: formulas that pay for credentials{beside}. A pathway is a cluster offered by a district; it has a "
        "paid exam if one is sat at any of its sites; the share rises, too, as pathways without one close. Tier 1: "
        "general or safety cards; 2: entry certifications; 3: licenses that gate a job. "
        f"Lines: mean of {of.draws:,} draws; bands: 90% of draws (5th to 95th percentile). Marks, and numbers at the "
        f"right: means in {year}.{note} {of.covers}"
    )


def _draw(ax: "Axes", panel: Panel, at: int, curves: list[_Curve], highest: float) -> None:
    """Lines with bands up to ``highest``, the year number ``at`` marked in them, and its numbers at the right."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    years = panel.years
    ax.axvline(years[at], color="#a0a0a0", linestyle=(0, (1, 2)), linewidth=0.8, zorder=0)
    for curve in curves:
        found, f, color = curve.found, curve.f, curve.mark.color
        ax.fill_between(years, found.low[f], found.high[f], color=color, alpha=0.15, linewidth=0)
        ax.plot(
            years, found.mean[f], color=color, linestyle=curve.style, linewidth=1.6, marker=curve.mark.marker,
            markersize=4.5, markevery=[at],
        )  # fmt: skip
    year_axis(ax, years, 0.3)
    ax.set_ylim(0.0, highest)
    beside: dict[str, Any] = {"textcoords": "offset points", "annotation_clip": False}
    ax.annotate(f"FY{years[at]}", (1.0, 1.0), (5, 3), xycoords="axes fraction", va="baseline", **beside)
    known = [curve for curve in curves if np.isfinite(curve.found.mean[curve.f, at])]
    line = LINE_HEIGHT / (ax.get_position().height * figure.get_figheight()) * highest
    places = spread_apart([float(curve.found.mean[curve.f, at]) for curve in known], line)
    above = max(max(places, default=0.0) + line / 2 - highest, 0.0)
    for curve, place in zip(known, places, strict=True):
        text, color = curve.text, legible(curve.mark.color)
        ax.annotate(
            text, (1.0, place - above), (5, 0), xycoords=("axes fraction", "data"), va="center", color=color, **beside
        )


def _name_axes(ax: "Axes", title: str, unit: str, kind: str) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.yaxis.set_major_formatter(ticks(kind))
    ax.set_ylabel(unit)
    ax.set_title(title, fontsize=FONT, fontweight="bold")


def _legend(figure: "Figure", panel: Panel, marks: dict[int, FormulaLook], title_lines: int) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D(
            [], [], color=mark.color, linestyle=mark.dash, linewidth=1.6, marker=mark.marker, markersize=4.5,
            label=panel.short_titles[f],
        )
        for f, mark in marks.items()
    ]  # fmt: skip
    legend(figure, handles, 2, title_lines, DASH_AND_MARK)
