"""Figures of a calibration: targets against the model before and after, and parameters against their priors."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.report.calibration.findings import parameters_sentence, targets_sentence
from sim.report.calibration.tables import number, parameter_table, target_rows
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
    wrapped_title,
)
from sim.report.shared.intervals import COVERS
from sim.report.shared.origin import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.study.calibration.study import Calibration

MOST_PARAMETERS = 15
BINS = 24
WIDEST = 6.0
"""Tolerances to either side of the targets that are shown."""


def calibration_figures(found: "Calibration", folder: Path) -> list[Path]:
    """Both figures, as ``calibration_targets.png`` and ``calibration_parameters.png``."""
    import matplotlib

    made = found.provenance
    footer = (
        f"CTE funding simulation, calibration. Targets {short(made['targets'])}, model {short(made['model'])}, data "
        f"{short(made['world'])}, {made['draws']:,} draws, seed {made['seed']}"
    )
    of = Look(footer, made["draws"], made["seed"], "")
    with matplotlib.rc_context():
        return [
            _targets(found, of, folder / "calibration_targets.png"),
            _parameters(found, of, folder / "calibration_parameters.png"),
        ]


def _targets(found: "Calibration", of: Look, path: Path) -> Path:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    rows = target_rows(found)
    title = targets_sentence(rows)
    caption = (
        "Distance from the observed value in tolerances; shaded: within one. Bar: 90% of draws, point: mean; a bar cut "
        "at the edge goes on. Verdicts are of the posterior, simulated anew with its own luck. "
    )
    figure, axes = page(
        title, caption + COVERS, of, 1, 1, 0.34 * len(rows), left=3.5, header=0.25, right=0.85, bottom=0.5
    )
    ax = axes[0]
    ax.axvspan(-1.0, 1.0, color="#eeeeee", linewidth=0)
    ax.axvline(0.0, color=BASELINE, linewidth=0.8, linestyle="--")
    names = []
    for place, row in enumerate(rows):
        y = len(rows) - 1 - place
        for values, color, lift in ((row.prior, MIDDLE, 0.15), (row.posterior, INK, -0.15)):
            mean, low, high = (np.clip((value - row.value) / row.tolerance, -WIDEST, WIDEST) for value in values)
            ax.plot([low, high], [y + lift] * 2, color=color, linewidth=3.0, solid_capstyle="butt")
            ax.plot([mean], [y + lift], "o", color=color, markersize=4.5, markeredgecolor="white", markeredgewidth=0.6)
        ax.text(WIDEST * 1.03, y, row.verdict, va="center", fontsize=FONT, clip_on=False)
        held = "" if row.use == "fitted" else " (held out)"
        names.append(textwrap.fill(f"{row.label}{held}: {number(row.value)}", 54))
    ax.set_yticks(range(len(rows) - 1, -1, -1), names, fontsize=FONT - 2)
    ax.set_xlim(-WIDEST, WIDEST)
    ax.set_ylim(-0.6, len(rows) - 0.4)
    handles = [
        Line2D([], [], color=MIDDLE, linewidth=3, label="prior"),
        Line2D([], [], color=INK, linewidth=3, label="posterior"),
        Patch(color="#eeeeee", label="within one tolerance"),
    ]
    legend(figure, handles, 3, len(wrapped_title(title)))
    label_x(figure, axes, "tolerances from the observed value")
    return save(figure, path)


def _parameters(found: "Calibration", of: Look, path: Path) -> Path:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    table = parameter_table(found)
    names = table["parameter"].tolist()[:MOST_PARAMETERS]
    title = parameters_sentence(table["parameter"].tolist(), table["spread_ratio"].tolist())
    caption = (
        f"The {len(names)} parameters of which the targets tell most. Shares of draws by value. All fitted parameters "
        "stand in the table of the page."
    )
    figure, axes = page(
        title, caption, of, len(names), 3, 0.85, left=0.25, gap=(0.3, 0.72), header=0.45, bottom=0.3,
        share_x=False, share_y=False,
    )  # fmt: skip
    for ax, name in zip(axes, names, strict=True):
        _densities(ax, found, name)
    handles = [Patch(color=LIGHT, label="prior"), Line2D([], [], color=INK, linewidth=1.6, label="posterior")]
    legend(figure, handles, 2, len(wrapped_title(title)))
    return save(figure, path)


def _densities(ax: "Axes", found: "Calibration", name: str) -> None:
    before, after = found.prior[name].to_numpy(), found.posterior[name].to_numpy()
    edges = np.linspace(before.min(), before.max(), BINS + 1)
    shares = [np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0] / len(values) for values in (before, after)]
    across = np.repeat(edges, 2)[1:-1]
    ax.fill_between(across, np.repeat(shares[0], 2), color=LIGHT, linewidth=0)
    ax.plot(across, np.repeat(shares[1], 2), color=INK, linewidth=1.4)
    ax.set_ylim(bottom=0)
    ax.set_yticks([])
    ax.set_title(name.replace(".", ".\n").replace("_", " "), fontsize=FONT - 1)
    ticks = np.linspace(edges[0], edges[-1], 3)
    ax.set_xticks(ticks, [number(float(tick)) for tick in ticks], fontsize=FONT - 1)
