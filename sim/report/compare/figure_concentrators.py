"""The figures of concentrators in heads: taught with its bands, and above it what is recoded and reported besides."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.arrays import Array
from sim.report.compare.figure_lines import Chart, over_years
from sim.report.compare.findings import change_sentence, heads_sentence, told, year_of
from sim.report.shared.figure_style import Look
from sim.report.shared.formula_looks import FormulaLook
from sim.report.shared.panel import Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HATCH = "////"
SHOWN = 1.0
"""Students from which on recoding is told of."""

RECODED = (
    " Hatched up to the thin line: recoded, that is reported and paid for, as sequences were re-cut around courses "
    "that students take anyway."
)
DATA = "state: concentrators_taught, concentrators, membership"


def concentrators(panel: Panel, of: Look, path: Path) -> Path:
    """Concentrators taught and reported in heads, with what membership alone would make of the base year's."""
    taught = panel.state("concentrators_taught")
    members = panel.state("membership").mean(axis=(0, 1))
    level = taught[:, :, 0].mean() / members[0] if members[0] > 0.0 else 0.0
    chart = Chart(
        taught, range(len(panel.formulas)), heads_sentence(panel), "concentrators taught", "students", path, DATA,
        f" Thin line: what membership alone would make of FY{panel.years[0]}'s concentrators.{_recoded_note(panel)}",
        draw_more=_gap(panel, panel.state("concentrators").mean(axis=1) - taught.mean(axis=1), taught.mean(axis=1)),
        handles=_handles(panel), lines=[(level * members, "membership alone")],
    )  # fmt: skip
    return over_years(panel, of, chart)


def concentrators_difference(panel: Panel, of: Look, path: Path) -> Path | None:
    """The same as paired differences from the baseline; None if there is nothing to compare."""
    if panel.baseline is None or not panel.others:
        return None
    taught, reported = (
        values - values[panel.baseline][None]
        for values in (panel.state("concentrators_taught"), panel.state("concentrators"))
    )
    title = change_sentence(
        panel, {f: taught[f, :, told(panel)] for f in panel.others}, "concentrators taught", "students", year_of(panel)
    )
    chart = Chart(
        taught, panel.others, title, "added concentrators taught", "students", path, DATA,
        f" Zero is {of.baseline} in the same draw.{_recoded_note(panel)}", zero=True,
        draw_more=_gap(panel, reported.mean(axis=1) - taught.mean(axis=1), taught.mean(axis=1)),
        handles=_handles(panel),
    )  # fmt: skip
    return over_years(panel, of, chart)


def _recodes(panel: Panel) -> bool:
    return bool((panel.state("concentrators_recoded").mean(axis=1) >= SHOWN).any())


def _recoded_note(panel: Panel) -> str:
    return RECODED if _recodes(panel) else ""


def _handles(panel: Panel) -> list[Any]:
    from matplotlib.patches import Patch

    if not _recodes(panel):
        return []
    return [
        Patch(facecolor="none", edgecolor="#505050", hatch=HATCH, linewidth=0.0, label="recoded: reported, not taught")
    ]


def _gap(panel: Panel, recoded: Array, taught: Array) -> Any:
    """Draws what is recoded, ``[F, T]``, above what is taught."""

    def draw(ax: "Axes", f: int, look: FormulaLook) -> None:
        if np.abs(recoded[f]).max() < SHOWN:
            return
        top = taught[f] + recoded[f]
        ax.fill_between(panel.years, taught[f], top, facecolor="none", hatch=HATCH, edgecolor=look.color, alpha=0.55,
                        linewidth=0.0)  # fmt: skip
        ax.plot(panel.years, top, color=look.color, linewidth=0.8)

    return draw
