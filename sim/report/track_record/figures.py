"""Figures of a track record: how much bands hold, and what was missed."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report.hindcast.tables import origin_text
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
from sim.report.track_record.findings import coverage_sentence, misses_sentence
from sim.report.track_record.tables import last_rows, median
from sim.study.assessment.forecasts import BANDS
from sim.study.track_record.record import ALL, ALONE, CARRIED, TOLERANT, WHOLLY, WIDER
from sim.study.track_record.sheet import title_of

if TYPE_CHECKING:
    from sim.study.hindcast.study import Hindcast
    from sim.study.track_record.record import TrackRecord

LOOKS = {
    ALONE: (INK, "v", ":"),
    TOLERANT: (MIDDLE, "s", "-"),
    CARRIED: (INK, "o", "--"),
    WIDER: (INK, "D", "-"),
}

FACTORS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Where the axis of misses may be labeled."""

WIDEST = float(np.log(6.0))
"""Log points to either side of the forecast that are shown at most."""


def track_record_figures(found: "TrackRecord", study: "Hindcast", folder: Path) -> list[Path]:
    """The coverage of bands, and the misses of held-out outcomes where there are any."""
    import matplotlib

    of = Look(f"CTE funding simulation, hindcast. {origin_text(study)}", study.draws, study.seed, "")
    with matplotlib.rc_context():
        made = [_coverage(found, of, folder / "track_record_coverage.png")]
        if _shown(found):
            made.append(_misses(found, of, folder / "track_record_misses.png"))
    return made


def _coverage(found: "TrackRecord", of: Look, path: Path) -> Path:
    title = coverage_sentence(found)
    caption = (
        "Mean over cases of the share of a case's outcomes inside central bands, with 90% over cases; on the dashed "
        "line a band holds what it says. As simulated: parameters and luck. Discrepancy: what the calibration missed "
        "in other states; as intervals carry it: by held-out outcomes of other states too, in two parts."
    )
    groups = [group for group in (ALL, WHOLLY) if group in found.coverage]
    figure, axes = page(title, caption, of, len(groups), 2, 2.9, left=0.75, header=0.4, bottom=0.5)
    handles: list[Any] = []
    for ax, group in zip(axes, groups, strict=True):
        ax.plot([0, 1], [0, 1], color=BASELINE, linewidth=0.8, linestyle="--")
        handles = []
        for place, row in enumerate(found.coverage[group]):
            color, marker, line = LOOKS[row.forecast]
            x = np.array(BANDS) + 0.012 * (place - (len(found.coverage[group]) - 1) / 2)
            low, high = (np.clip([getattr(mean, end) for mean in row.over_cases], 0.0, 1.0) for end in ("low", "high"))
            ax.vlines(x, low, high, color=color, linewidth=0.7)
            handles += ax.plot(
                x, [mean.value for mean in row.over_cases], label=row.forecast, color=color, marker=marker,
                linestyle=line, linewidth=1.3, markersize=5, clip_on=False,
            )  # fmt: skip
        cases = found.coverage[group][0].cases
        ax.set_title(f"{'all cases' if group == ALL else group} ({cases})")
        ax.set_xlim(0.4, 1.0)
        ax.set_ylim(0.0, 1.0)
        ax.set_xticks(BANDS, [f"{band:.0%}" for band in BANDS])
        ax.set_yticks(np.linspace(0, 1, 6), [f"{share:.0%}" for share in np.linspace(0, 1, 6)])
    legend(figure, handles, 2, len(wrapped_title(title)))
    label_x(figure, axes, "band")
    label_y(figure, axes, "outcomes inside")
    return save(figure, path)


def _shown(found: "TrackRecord") -> list[int]:
    """Last judged rows of held-out outcomes whose forecast band has a logarithm."""
    low, high = np.quantile(found.forecasts[ALONE].sample, 0.05, axis=0), found.sheet.of_rows("high")
    return [row for row in last_rows(found) if found.sheet.held_out[row] and low[row] > 0 and high[row] > 0]


def _misses(found: "TrackRecord", of: Look, path: Path) -> Path:
    from matplotlib.lines import Line2D

    sheet, rows, middle = found.sheet, _shown(found), median(found)
    title = misses_sentence(found, rows)
    caption = (
        "Times the median forecast, net of the placebo, in each outcome's last judged year; 90% bands. An open mark "
        "is a bound or the ends of a range; a band cut at the edge goes on. Shaded: other outcomes of the case were "
        "fitted. Outcomes of which none may be forecast are not shown."
    )
    figure, axes = page(title, caption, of, 1, 1, 0.31 * len(rows), left=3.6, header=0.25, bottom=0.5)
    ax = axes[0]
    y = np.arange(len(rows))[::-1]
    ax.axvline(0.0, color=BASELINE, linewidth=0.8, linestyle="--")
    handles: list[Any] = []
    for name, color, width in ((WIDER, MIDDLE, 1.0), (CARRIED, MIDDLE, 3.0), (ALONE, INK, 5.0)):
        if name in found.forecasts:
            ends = np.quantile(found.forecasts[name].sample[:, rows], (0.05, 0.95), axis=0) / middle[rows]
            ends = np.clip(np.log(np.maximum(ends, 1e-9)), -WIDEST, WIDEST)
            ax.hlines(y, ends[0], ends[1], color=color, linewidth=width)
            # Ends of the thinnest band are marked, as they may lie behind a thicker one.
            mark = "|" if name == WIDER else ""
            for end in ends if mark else ():
                own = np.abs(end) < WIDEST
                ax.plot(end[own], y[own], mark, color=color, markersize=9, markeredgewidth=1.3, zorder=4)
            handles.append(
                Line2D([], [], color=color, linewidth=width, marker=mark, markersize=9, markeredgewidth=1.3, label=name)
            )
    for at, row in zip(y, rows, strict=True):
        own = sheet.rows[row]
        known = [end for end in dict.fromkeys((own.low, own.high)) if np.isfinite(end) and end > 0]
        places = np.clip(np.log(np.array(known) / middle[row]), -WIDEST, WIDEST)
        mark = "o" if own.single else "|" if len(known) == 2 else ">" if np.isfinite(own.low) else "<"
        ax.plot(places, [at] * len(places), color="black", linewidth=0.8, marker=mark, markersize=6,
                markerfacecolor="black" if own.single else "white", zorder=5)  # fmt: skip
    handles.append(Line2D([], [], color="black", marker="o", linewidth=0, label="observed"))
    far = min(WIDEST, 1.05 * max(abs(limit) for limit in ax.get_xlim()))
    ax.set_xlim(-far, far)
    factors = [factor for factor in FACTORS if abs(np.log(factor)) < far]
    ax.set_xticks(np.log(factors), [f"{factor:g}" for factor in factors])
    names = [textwrap.fill(_label(found, row), 56) for row in rows]
    ax.set_yticks(y, names, fontsize=FONT - 2)
    for at, row in zip(y, rows, strict=True):
        if not sheet.wholly_held_out[row]:
            ax.axhspan(at - 0.5, at + 0.5, color=LIGHT, alpha=0.35, linewidth=0, zorder=0)
    ax.set_ylim(-0.6, len(rows) - 0.4)
    legend(figure, handles, 4, len(wrapped_title(title)))
    label_x(figure, [ax], "observed, times the forecast")
    return save(figure, path)


def _label(found: "TrackRecord", row: int) -> str:
    own = found.sheet.rows[row]
    year = "" if own.outcome.contrast is not None else f" (FY{own.year})"
    return f"{title_of(own.case).split(',')[0]}: {own.outcome.label}{year}"
