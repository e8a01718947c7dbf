"""A point map of gains and losses: districts where they lie, by size, by sign in shape and color."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array, BoolArray
from sim.report.answer.rules import ranking
from sim.report.compare.findings import titled, told
from sim.report.shared.direction import CLEAR
from sim.report.shared.figure_labels import point_labels
from sim.report.shared.figure_style import LANDSCAPE, Look, legend, page, save, wrapped_title
from sim.report.shared.formula_looks import LOOKS
from sim.report.shared.groups import Roster, net_payment, roster
from sim.report.shared.intervals import number_text
from sim.report.shared.names import first_letter
from sim.report.shared.panel import Panel
from sim.states.speaking import state_words
from sim.states.words import DISTRICT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.world.world import World

GAIN, LOSS, NEITHER = "#1f5f9e", "#c0471c", "#b4b4b4"
"""Colors of gains, losses and no change; the marks differ in shape as well, and are hollow where the direction is not
clear."""

UP, DOWN, DOT = "^", "v", "o"
MARKS = ((0.0, DOT, NEITHER), (-1.0, DOWN, LOSS), (1.0, UP, GAIN))
"""Sign of a change, its mark, its color."""

"""Kind of a district that has no area of its own; its mark has a dark edge."""

FIRST_YEARS = 10
FORMULAS = 2
"""Formulas on the map: those that change most, one that adds and one that takes if there are both."""

NAMED = 3
"""Districts named on each side."""

FEW = 100.0
"""Members below which a district is not named: its change is luck of a few students."""

SMALLEST, LARGEST = 22.0, 420.0
"""Areas of marks, points squared, of the smallest district and the largest."""

SIZES = 16
"""Sizes of marks, which keeps files small."""

SIDE = 4.4
"""Height of a map, inches."""


@dataclass(frozen=True)
class Place:
    """What changes in each district, ``[D]``: its mean, and whether 95% of draws have its sign."""

    mean: Array
    clear: BoolArray

    @property
    def sign(self) -> Array:
        """1 for a clear gain, -1 for a clear loss, 0 for neither."""
        found: Array = np.where(self.clear, np.sign(self.mean), 0.0)
        return found


@dataclass(frozen=True)
class Measure:
    """What a map shows: ``head`` within a sentence, ``unit`` for numbers, and which result columns it needs."""

    head: str
    unit: str
    data: str


MEASURES: dict[str, Measure] = {
    "dollars": Measure("state CTE money for each member", "dollars", "districts: paid, dilution, membership"),
    "concentrators": Measure(
        "concentrators taught for each 100 members", "per 100 members", "districts: concentrators_taught, membership"
    ),
}


def place_of(changes: Array) -> Place:
    """Of paired differences ``[R, D]`` by district."""
    mean = changes.mean(axis=0)
    agree = (np.sign(changes) == np.sign(mean)[None]).mean(axis=0)
    return Place(mean, np.asarray((agree >= CLEAR) & (mean != 0.0)))


def district_changes(panel: Panel, what: str, year: int) -> Array:
    """Differences from the baseline within each draw in stored year number ``year``, ``[F, R, D]``: dollars for each
    member, or concentrators taught for each 100; zero where a district has no members."""
    assert panel.baseline is not None
    members = panel.districts("membership")[:, :, year]
    values = net_payment(panel) if what == "dollars" else 100.0 * panel.districts("concentrators_taught")
    rate = np.divide(values[:, :, year], members, out=np.zeros_like(members), where=members > 0.0)
    found: Array = rate - rate[panel.baseline][None]
    return found


def gains_map(panel: Panel, of: Look, world: "World", path: Path, what: str) -> Path | None:
    """Where districts gain and lose under the formulas that change most, in the tenth year; None without districts,
    their coordinates, or a baseline."""
    from matplotlib.lines import Line2D

    years = panel.district_years
    chosen = [number for number, year in enumerate(years) if panel.base_year < year <= panel.base_year + FIRST_YEARS]
    if panel.baseline is None or not panel.others or not panel.district_names or not chosen:
        return None
    at = chosen[-1]
    located = coordinates(panel, world)
    if located is None:
        return None
    facts, (east, north) = located
    members = panel.districts("membership")[:, :, at].mean(axis=(0, 1))
    changes = district_changes(panel, what, at)
    shown = formulas_shown(panel)
    places = {f: place_of(changes[f]) for f in shown}
    measure = MEASURES[what]
    title = map_sentence(panel, places, measure, f"FY{years[at]}")
    net = f", net of {state_words().lost}" if what == "dollars" else ""
    left = len(panel.others) - len(shown)
    more = f" Shown of {len(panel.others)} formulas: those that change most." if left else ""
    caption = (
        f"Change in {measure.head}{net} against {of.baseline}, FY{years[at]}, mean of {of.draws:,} draws, within each "
        f"draw. Up: gains; down: loses; hollow: not in {CLEAR:.0%} of draws. Size of a mark: members of grades 9-12. "
        f"{_dark_edge()}Named: the largest "
        "clear changes of districts with "
        f"{FEW:.0f} members or more.{more}"
    )
    lines = len(wrapped_title(title, LANDSCAPE if len(shown) > 1 else 6.0))
    figure, axes = page(
        title, caption, of, len(shown), 2, SIDE, left=0.2, gap=(0.3, 0.5), header=0.24, bottom=0.1, share_x=False,
        share_y=False,
        page_width=LANDSCAPE if len(shown) > 1 else 6.0,
    )  # fmt: skip
    charter = np.array([kind != DISTRICT for kind in facts.kind])
    east, north = apart(east, north, charter)
    for ax, f in zip(axes, shown, strict=True):
        draw_places(ax, (east, north), members, charter, places[f])
        name_places(ax, (east, north), members, facts.name, places[f], measure.unit)
        gain, lose = int((places[f].sign > 0).sum()), int((places[f].sign < 0).sum())
        counted = f"{gain} gain, {lose} lose clearly"
        ax.set_title(f"{panel.short_titles[f]}: {counted}")
    handles = [
        Line2D([], [], color=color, marker=marker, markerfacecolor=face, linestyle="none", markersize=8, label=label)
        for color, marker, face, label in (
            (GAIN, UP, GAIN, "gains"), (GAIN, UP, "white", "gains, not clearly"),
            (LOSS, DOWN, LOSS, "loses"), (LOSS, DOWN, "white", "loses, not clearly"),
        )
    ]  # fmt: skip
    if (beside := state_words().beside) is not None:
        dark = Line2D([], [], color="white", markeredgecolor="black", marker="^", linestyle="none", markersize=8)
        dark.set_label(beside.one)
        handles.append(dark)
    legend(figure, handles, 5, lines)
    return save(figure, path, measure.data)


def _dark_edge() -> str:
    beside = state_words().beside
    return f"Dark edge: {beside.one}, beside the others of its town. " if beside is not None else ""


def formulas_shown(panel: Panel) -> list[int]:
    """A user's own bills; the formula that adds most concentrators and the one that loses most, as far as either is
    clear; then others by the size of their change."""
    assert panel.baseline is not None
    taught = panel.state("concentrators_taught")[:, :, told(panel)]
    changes = {f: taught[f] - taught[panel.baseline] for f in panel.others}
    order = ranking(changes)
    by_size = sorted(panel.others, key=lambda f: -abs(float(changes[f].mean())))
    own = [f for f in by_size if panel.formulas[f] not in LOOKS]
    ends = [*(order.more[0][:1] if order.more else ()), *sorted(order.less, key=lambda f: float(changes[f].mean()))[:1]]
    return list(dict.fromkeys([*own, *ends, *by_size]))[: min(FORMULAS, len(panel.others))]


def map_sentence(panel: Panel, places: dict[int, Place], measure: Measure, when: str) -> str:
    """How many districts clearly gain and lose under each formula of the map."""
    parts = []
    for f, place in places.items():
        gain, lose = int((place.sign > 0).sum()), int((place.sign < 0).sum())
        if not gain and not lose:
            said = "no district clearly gains or loses"
        else:
            said = f"{gain or 'no'} district{'s' if gain > 1 else ''} clearly gain{'' if gain > 1 else 's'}"
            said += f", {lose or 'none'} lose{'' if lose > 1 else 's'}"
        parts.append(f"{titled(panel, f)}: {said}")
    return first_letter(f"{'; '.join(parts)} ({measure.head}, {when})")


def coordinates(panel: Panel, world: "World") -> tuple[Roster, tuple[Array, Array]] | None:
    """The districts of the result tables, and how far east and north each lies, ``[D]``; None where that is not
    known."""
    facts = roster(panel, world)
    index = list(facts.index)
    north, east = (
        np.asarray(part, np.float64)[index] for part in (world.districts.latitude, world.districts.longitude)
    )
    if not np.isfinite(north).any() or np.ptp(north[np.isfinite(north)]) == 0.0:
        return None
    return facts, (east, north)


def apart(east: Array, north: Array, charter: BoolArray) -> tuple[Array, Array]:
    """Coordinates in which charters that share a town lie on a ring around it, so that marks are seen one by one."""
    x, y = east.copy(), north.copy()
    known = np.isfinite(x) & np.isfinite(y)
    ring: dict[tuple[float, float], list[int]] = {}
    for d in np.flatnonzero(known & charter).tolist():
        ring.setdefault((round(float(x[d]) / 0.25), round(float(y[d]) / 0.25)), []).append(d)
    for some in ring.values():
        for number, d in enumerate(some):
            turn, far = 2.4 * number, 0.10 + 0.055 * np.sqrt(number)
            x[d] += far * np.cos(turn) * 1.2
            y[d] += far * np.sin(turn)
    return x, y


def draw_places(ax: "Axes", at: tuple[Array, Array], members: Array, charter: BoolArray, place: Place) -> None:
    """The districts of a map, ``at`` east and north, small marks on large ones."""
    x, y = at
    size = np.round(members / max(float(members.max()), 1.0) * SIZES).astype(np.intp)
    known = np.isfinite(x) & np.isfinite(y)
    for step in range(SIZES, -1, -1):  # small marks lie on large ones
        area = SMALLEST + (LARGEST - SMALLEST) * step / SIZES
        for sign, marker, color in MARKS:
            for clear in (False, True):
                some = known & (size == step) & (np.sign(place.mean) == sign) & (place.clear == clear)
                if not some.any():
                    continue
                edges = ["black" if dark else "white" if clear else color for dark in charter[some]]
                faces = color if clear else "white"
                ax.scatter(x[some], y[some], s=area, marker=marker, c=faces, edgecolors=edges, linewidths=0.8,
                           alpha=0.9, zorder=3 if clear else 2)  # fmt: skip
    ax.set_aspect(1.0 / np.cos(np.deg2rad(float(np.nanmean(y)))), adjustable="datalim")
    ax.margins(0.06)
    ax.autoscale_view()
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)


def name_places(
    ax: "Axes", at: tuple[Array, Array], members: Array, names: tuple[str, ...], place: Place, unit: str
) -> None:
    """Names of the districts that gain and lose most, with their change."""
    x, y = at
    large = (members >= FEW) & np.isfinite(x) & np.isfinite(y)
    labels = []
    for sign, color in ((1.0, GAIN), (-1.0, LOSS)):
        some = [d for d in np.argsort(-sign * place.mean, kind="stable") if large[d] and place.sign[d] == sign]
        for d in some[:NAMED]:
            change = number_text(float(place.mean[d]), unit, signed=True)
            labels.append((float(x[d]), float(y[d]), f"{names[d]} {change}", color))
    ax.apply_aspect()
    avoid = [(float(a), float(b)) for a, b in zip(x, y, strict=True) if np.isfinite(a) and np.isfinite(b)]
    point_labels(ax, labels, avoid)
