"""Names beside lines and points, placed so that none lies on another."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.report.shared.contrast import legible
from sim.report.shared.figure_style import CHARACTERS, LINE_HEIGHT, spread_apart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AROUND: tuple[tuple[float, float], ...] = (
    (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1), (1, 0.5), (-1, 0.5), (1, -0.5), (-1, -0.5),
    (0.5, 1), (-0.5, 1), (0.5, -1), (-0.5, -1),
)  # fmt: skip
"""Sides of a point where its name is tried, in this order."""

DISTANCES: tuple[float, ...] = (0.09, 0.2, 0.34, 0.5, 0.7, 0.95, 1.25, 1.6, 2.0)
"""Inches from a point at which its name is tried, nearest first."""


def direct_labels(ax: "Axes", x: float, labels: Sequence[tuple[float, str, str]]) -> None:
    """Texts at the right of a panel, each ``(end of its line, text, color)``, apart from each other and within the
    panel's height as far as they find room; a thin line leads to a text that had to move."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    tall = ax.get_position().height * figure.get_figheight()
    low, high = ax.get_ylim()
    known = [label for label in labels if np.isfinite(label[0])]
    heights = [LINE_HEIGHT * (1 + text.count("\n")) + 0.06 for _, text, _ in known]
    ends = [(end - low) / (high - low) * tall for end, _, _ in known]
    placed = spread_apart(ends, heights, -0.2, tall + 0.25)
    for (_, text, color), place, end in zip(known, placed, ends, strict=True):
        y = low + place / tall * (high - low)
        moved = abs(place - end) > 0.12
        ax.annotate(
            text, (x, low + end / tall * (high - low)), xytext=(1.035, y), textcoords=("axes fraction", "data"),
            va="center", color=legible(color), annotation_clip=False, linespacing=1.05,
            arrowprops={"arrowstyle": "-", "color": color, "linewidth": 0.5, "alpha": 0.6, "shrinkA": 0, "shrinkB": 0,
                        "relpos": (0.0, 0.5)} if moved else None,
        )  # fmt: skip


def point_labels(
    ax: "Axes", labels: Sequence[tuple[float, float, str, str]], avoid: Sequence[tuple[float, float]] = ()
) -> list[str]:
    """Texts beside points, each ``(x, y, text, color)``, the first placed first: on the nearest free side of the point
    within the panel, off other texts and, as far as there is room, off all points, those of ``avoid`` too; a thin line
    leads to one that is not beside its point. Returns texts for which there is no room."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    box = ax.get_position()
    wide, tall = box.width * figure.get_figwidth(), box.height * figure.get_figheight()
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()

    def inches(x: float, y: float) -> tuple[float, float]:
        return (x - left) / (right - left) * wide, (y - low) / (high - low) * tall

    points = [inches(x, y) for x, y in (*((x, y) for x, y, _, _ in labels), *avoid)]
    marks = [(x - 0.05, y - 0.05, x + 0.05, y + 0.05) for x, y in points]
    texts: list[tuple[float, float, float, float]] = []
    left_out = []
    for (x, y, text, color), (at, up) in zip(labels, points, strict=False):
        width = max(map(len, text.split("\n"))) / CHARACTERS * 1.04
        height = LINE_HEIGHT * (1 + text.count("\n"))
        # Where points lie everywhere, a text may cover some, but no other text.
        tries = [(distance, taken) for taken in ([*marks, *texts], texts) for distance in DISTANCES]
        found = ((d, _free(at, up, width, height, d, taken, wide, tall)) for d, taken in tries)
        distance, spot = next(((d, spot) for d, spot in found if spot is not None), (0.0, None))
        if spot is None:
            left_out.append(text)
            continue
        texts.append((spot[0], spot[1] - height / 2, spot[0] + width, spot[1] + height / 2))
        thin = {"arrowstyle": "-", "color": color, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 2}
        ax.annotate(
            text, (x, y), xytext=(left + spot[0] / wide * (right - left), low + spot[1] / tall * (high - low)),
            textcoords="data", va="center", ha="left", color=legible(color), annotation_clip=False, zorder=6,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.4},
            arrowprops=thin if distance > DISTANCES[0] else None,
        )  # fmt: skip
    return left_out


def _free(
    at: float, up: float, width: float, height: float, distance: float, taken: Sequence[tuple[float, ...]],
    wide: float, tall: float,
) -> tuple[float, float] | None:  # fmt: skip
    """Left edge and middle of a text's place at a distance from a point, inches; None if no side is free."""
    for side, lift in AROUND:
        diagonal = 0.75 if side and lift else 1.0
        x = at + side * distance * diagonal - (width if side < 0 else width / 2 if side == 0 else 0.0)
        y = up + lift * (distance * diagonal + (height / 2 if side == 0 else 0.0))
        own = (x, y - height / 2, x + width, y + height / 2)
        inside = own[0] >= 0.0 and own[2] <= wide and own[1] >= 0.0 and own[3] <= tall
        if inside and not any(
            own[0] < other[2] and other[0] < own[2] and own[1] < other[3] and other[1] < own[3] for other in taken
        ):
            return x, y
    return None
