"""One look for all figures: page layout in inches, grey-safe colors, captions, footers, and no empty figure."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.arrays import IntArray
from sim.report.shared.figure_file import CAPTION, DPI, write_figure
from sim.report.shared.intervals import COVERS
from sim.report.shared.names import in_sentence
from sim.report.shared.origin import run_origin
from sim.report.shared.panel import Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

    from sim.results.results import Results

WIDTH = 7.5
"""Width of a figure in inches: a letter page less its margins, so that fonts print at their stated size."""

LANDSCAPE = 10.0
"""Width of a figure for a page on its side, inches."""

FONT = 9.0
LINE_HEIGHT = 0.165
"""Height of a line of text at ``FONT`` points, inches."""

HANDLE = 2.2
"""Length of a legend's sample of a line, font sizes."""

CHARACTERS = 14.9
"""Characters of ``FONT`` points that fit in an inch."""

SAMPLE = 0.6
"""Width of a legend's sample with the space around it, inches."""

TITLE_CHARACTERS = 9.4
"""Characters of the bold title that fit in an inch."""

INK, MIDDLE, LIGHT, BASELINE = "#1b3a57", "#7fa3c0", "#cfdde8", "#6b6b6b"
"""Colors in order of luminance: means, 50% bands, 90% bands, and the baseline's dashed line."""

STACK: tuple[str, ...] = ("#16324f", "#c9b458", "#5b87a8", "#f1e7bd", "#55783f", "#a9c5da") * 2
"""Fills of stacked areas and bars; neighbors differ in luminance by a wide step."""

HATCHES: tuple[str, ...] = ("", "", "", "", "", "", "////", "////", "\\\\\\\\", "++", "////", "xxx")
"""Second mark of the stacked fills: the second round of colors is hatched, so that all differ in grey."""

HATCH_INK: tuple[str, ...] = ("#303030",) * 6 + ("#e8e8e8",) + ("#303030",) * 3 + ("#e8e8e8", "#303030")
"""Color of edges and hatches, light on dark fills."""


@dataclass(frozen=True)
class Look:
    """What every figure of one result folder says of its origin; ``baseline`` is a title as within a sentence."""

    footer: str
    draws: int
    seed: object
    baseline: str
    covers: str = COVERS

    @property
    def bold(self) -> str:
        """What a name in bold is."""
        return f" Bold: {self.baseline}." if self.baseline else ""

    @property
    def band_caption(self) -> str:
        """What line and bands of a figure over years are."""
        return (
            f"Line: mean of {self.draws:,} draws. Dark band: middle 50% of draws; light band: 90% (5th to 95th "
            f"percentile). {self.covers}"
        )

    @property
    def whisker_caption(self) -> str:
        """What points and whiskers are."""
        return f"Point: mean of {self.draws:,} draws; whisker: 90% of draws (5th to 95th percentile). {self.covers}"


def look(results: "Results", panel: Panel) -> Look:
    """Origin of a panel's figures: run, versions, seed and date for the footer."""
    footer = run_origin(results, panel.draws, panel.scenario)
    baseline = in_sentence(panel.short_titles[panel.baseline]) if panel.baseline is not None else ""
    return Look(footer, panel.draws, results.manifest.seed, baseline, panel.covers)


def page(
    title: str,
    caption: str,
    of: Look,
    panels: int,
    columns: int,
    height: float,
    left: float = 0.75,
    gap: tuple[float, float] = (0.25, 0.5),
    header: float = 0.0,
    right: float = 0.2,
    bottom: float = 0.45,
    share_x: bool = True,
    share_y: bool = True,
    page_width: float = WIDTH,
) -> "tuple[Figure, list[Axes]]":
    """A figure with ``panels`` axes of ``height`` inches in ``columns`` columns, a wrapped title and a caption.

    ``left`` leaves room for tick labels of the first column, ``gap`` is the space between panels (across, down),
    ``header`` room for a legend under the title, ``bottom`` room for tick labels and the x label; all in inches.
    """
    import seaborn as sns
    from matplotlib.figure import Figure

    sns.set_theme(
        style="ticks",
        rc={
            "font.size": FONT,
            "axes.labelsize": FONT,
            "axes.titlesize": FONT,
            "xtick.labelsize": FONT,
            "ytick.labelsize": FONT,
            "legend.fontsize": FONT,
            "font.family": ["DejaVu Sans"],
            "axes.linewidth": 0.6,
            "axes.titlelocation": "left",
            "axes.titlepad": 3.0,
            "axes.titley": 1.0,  # a fixed place, so that no time goes into looking for one
            "xtick.major.width": 0.6,
            "ytick.major.width": 0.6,
            "xtick.major.size": 3.0,
            "ytick.major.size": 3.0,
            "xtick.major.pad": 2.0,
            "ytick.major.pad": 2.0,
            "hatch.linewidth": 0.5,
            "text.parse_math": False,  # a dollar sign is a dollar sign
        },
    )
    columns = max(1, min(columns, panels))
    rows = -(-panels // columns)
    title_lines = wrapped_title(title, page_width)
    caption_lines = textwrap.wrap(caption, int(CHARACTERS * page_width), break_on_hyphens=False)
    footer_lines = textwrap.wrap(of.footer, int(CHARACTERS * page_width))
    above = 0.12 + 0.2 * len(title_lines) + header + 0.38
    below = bottom + LINE_HEIGHT * (len(caption_lines) + len(footer_lines)) + 0.2
    total = above + rows * height + (rows - 1) * gap[1] + below
    figure = Figure(figsize=(page_width, total), dpi=DPI)
    figure.set_label(title)
    figure.text(0.1 / page_width, 1 - 0.12 / total, "\n".join(title_lines), fontsize=11, weight="bold", va="top")
    figure.text(
        0.1 / page_width,
        (LINE_HEIGHT * (len(caption_lines) + len(footer_lines)) + 0.14) / total,
        "\n".join(caption_lines),
        va="top",
        linespacing=1.15,
        gid=CAPTION,
    )
    footer = "\n".join(footer_lines)
    figure.text(0.1 / page_width, 0.06 / total, footer, va="bottom", color="#505050", linespacing=1.15)
    width = (page_width - left - right - (columns - 1) * gap[0]) / columns
    axes: list[Axes] = []
    for number in range(panels):
        row, column = divmod(number, columns)
        x = left + column * (width + gap[0])
        y = total - above - (row + 1) * height - row * gap[1]
        first = axes[0] if axes else None
        ax = figure.add_axes(
            (x / page_width, y / total, width / page_width, height / total),
            sharex=first if share_x else None,
            sharey=first if share_y else None,
        )
        sns.despine(ax=ax)
        lowest = number + columns >= panels
        ax.tick_params(labelbottom=lowest or not share_x, labelleft=column == 0 or not share_y)
        axes.append(ax)
    return figure, axes


def legend(
    figure: "Figure", handles: list[Any], columns: int, title_lines: int = 1, length: float = HANDLE
) -> None:  # fmt: skip
    """A legend in the room that ``page`` left under the title; ``length`` of its samples in font sizes."""
    height = figure.get_figheight()
    figure.legend(
        handles=handles,
        ncols=columns,
        loc="upper left",
        bbox_to_anchor=(0.05 / figure.get_figwidth(), 1 - (0.12 + 0.2 * title_lines) / height),
        frameon=False,
        handlelength=length,
        columnspacing=1.2,
        borderaxespad=0.2,
    )


def legend_names(names: Sequence[str], most: int) -> tuple[list[str], int, float]:
    """Names of a legend as it has room for them, in how many columns, ``most`` at the most, and its height in inches:
    fewer columns where a name is long, and lines where it is longer than the page is wide."""

    def room(columns: int) -> int:
        return int(CHARACTERS * (WIDTH / columns - SAMPLE))

    columns = next((some for some in range(most, 1, -1) if max(map(len, names)) <= room(some)), 1)
    wrapped = [textwrap.fill(name, room(columns), break_on_hyphens=False) for name in names]
    down = -(-len(names) // columns)
    rows = [max(name.count("\n") + 1 for name in wrapped[row::down]) for row in range(down)]
    return wrapped, columns, 0.2 * sum(rows)


def wrapped_title(title: str, page_width: float = WIDTH) -> list[str]:
    """The lines that ``page`` gives a title."""
    return textwrap.wrap(title, int(TITLE_CHARACTERS * page_width), break_on_hyphens=False)


def save(figure: "Figure", path: Path, data: str = "") -> Path:
    """Write the figure as PNG, with SVG beside it and an entry in the folder's index; ``data`` says what of which
    result tables it shows. Raises ValueError if any of its axes shows nothing finite, so that no empty figure is ever
    written."""
    if not figure.axes:
        raise ValueError(f"{path.name}: the figure has no panels")
    for ax in figure.axes:
        if not _shows_something(ax):
            raise ValueError(f"{path.name}: panel '{ax.get_title(loc='left') or ax.get_title()}' shows nothing")
    return write_figure(figure, path, data)


def _shows_something(ax: "Axes") -> bool:
    for line in ax.lines:
        if np.isfinite(np.asarray(line.get_ydata(), dtype=np.float64)).any():
            return True
    for collection in ax.collections:
        if any(np.size(shape.vertices) and np.isfinite(shape.vertices).all() for shape in collection.get_paths()):
            return True
    return any(
        np.isfinite(patch.get_width()) and patch.get_width() > 0 for patch in ax.patches if hasattr(patch, "get_width")
    )


def year_ticks(years: IntArray) -> list[int]:
    """Two to four round fiscal years to label, away from the ends of a long span."""
    first, last = int(years[0]), int(years[-1])
    step = next((step for step in (1, 2, 5, 10, 20) if (last - first) / step < 4), 50)
    return [year for year in range(first, last + 1) if year % step == 0] or [first]


def year_axis(ax: "Axes", years: IntArray, margin: float = 0.5) -> None:
    """Ticks and limits of an axis of fiscal years: 'FY2030'."""
    at = year_ticks(years)
    ax.set_xticks(at, [f"FY{year}" for year in at])
    ax.set_xlim(years[0] - margin, years[-1] + margin)


def name_panel(ax: "Axes", name: str, value: str = "", bold: bool = False, most: int = 2) -> None:
    """Title of a panel, with a ``value`` after it; broken in ``most`` lines where the panel is narrow, the value on the
    last, and cut short only if that is not enough."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    room = max(8, int(ax.get_position().width * figure.get_figwidth() / 0.068))
    whole = f"{name}: {value}" if value else name
    lines = [whole] if len(whole) <= room else textwrap.wrap(whole, room)
    if value and len(lines) > 1 and len(own := textwrap.wrap(name, room)) < most:
        lines = [*own, value]
    lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    lines = [line if len(line) <= room else line[: room - 1].rstrip() + "…" for line in lines]
    ax.set_title("\n".join(filter(None, lines)), fontsize=FONT, fontweight="bold" if bold else "normal")


def plain(name: str) -> str:
    """An identifier as words, where nothing has a title for it."""
    return name.replace("_", " ")


def spread_apart(
    places: Sequence[float], least: float | Sequence[float], low: float = -np.inf, high: float = np.inf
) -> list[float]:
    """Positions for labels at least ``least`` apart, in the same order and as near to ``places`` as can be (least
    squares, by pooling neighbors). With a number for each label these are heights, of which two neighbors need half
    each; all stay between ``low`` and ``high`` as far as they find room, else above ``low``."""
    order = sorted(range(len(places)), key=places.__getitem__)
    tall = [float(least)] * len(places) if isinstance(least, (int, float)) else [float(least[place]) for place in order]
    steps = [0.0, *np.cumsum([(one + other) / 2 for one, other in pairwise(tall)])][: len(places)]
    pools: list[tuple[float, int]] = []
    for rank, place in enumerate(order):
        mean, count = places[place] - steps[rank], 1
        while pools and pools[-1][0] >= mean:
            before, many = pools.pop()
            mean, count = (before * many + mean * count) / (many + count), many + count
        pools.append((mean, count))
    shifted = [mean for mean, count in pools for _ in range(count)]
    out = [0.0] * len(places)
    for rank, (place, start) in enumerate(zip(order, shifted, strict=True)):
        highest = high - tall[-1] / 2 - steps[-1]
        out[place] = max(min(start, highest), low + tall[0] / 2) + steps[rank]
    return out


def label_y(figure: Any, axes: "Sequence[Axes]", text: str, away: float = 0.62) -> None:
    """One label of the vertical axis for all panels, midway beside the tick labels of the first column, ``away``
    inches from the axis."""
    boxes = [ax.get_position() for ax in axes]
    middle = (max(box.y1 for box in boxes) + min(box.y0 for box in boxes)) / 2
    left = max(min(box.x0 for box in boxes) - away / figure.get_figwidth(), 0.004)
    figure.text(left, middle, text, rotation=90, va="center", ha="left")


def label_x(figure: Any, axes: "Sequence[Axes]", text: str) -> None:
    """A label of the horizontal axis under the lowest panel of each column; one for all where it is too long."""
    lowest: dict[float, Any] = {}
    for ax in axes:
        box = ax.get_position()
        place = round(box.x0, 3)
        lowest[place] = box if place not in lowest or box.y0 < lowest[place].y0 else lowest[place]
    width = min(box.width for box in lowest.values()) * figure.get_figwidth()
    drop = 0.22 / figure.get_figheight()
    if len(text) <= CHARACTERS * width:
        for box in lowest.values():
            figure.text((box.x0 + box.x1) / 2, box.y0 - drop, text, va="top", ha="center")
        return
    last = min(box.y0 for box in lowest.values())
    row = [box for box in lowest.values() if box.y0 < last + 1e-6]
    middle = (max(box.x1 for box in row) + min(box.x0 for box in row)) / 2
    half = len(text) / CHARACTERS / 2 / figure.get_figwidth()
    figure.text(max(middle, half + 0.02), last - drop, text, va="top", ha="center")


def ticks(kind: str, after: str = "") -> "FuncFormatter":
    """Axis numbers: thousands with commas, dollars with a sign, shares in percent; ``after`` follows each."""
    from matplotlib.ticker import FuncFormatter

    def text(value: float, _: int) -> str:
        if kind == "share":
            return f"{value:.0%}"
        sign, size = ("-" if value < 0 else ""), abs(value)
        number = f"{size / 1e6:g}M" if size >= 1e6 else f"{size:,.6g}" if size < 10 else f"{size:,.0f}"
        return f"{sign}{'$' if kind == 'dollars' else ''}{number}{after if value else ''}"

    return FuncFormatter(text)
