"""The figure of state cost by funding line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.arrays import Array, BoolArray
from sim.report.compare.alike import alike
from sim.report.compare.figure_lines import finish_years, group_names, merged_note
from sim.report.compare.findings import joined, titled
from sim.report.shared.figure_style import (
    HATCH_INK,
    HATCHES,
    STACK,
    Look,
    label_y,
    legend,
    name_panel,
    page,
    plain,
    save,
    wrapped_title,
)
from sim.report.shared.intervals import bands, number_text
from sim.report.shared.names import first_letter
from sim.report.shared.panel import Panel
from sim.report.shared.spans import years_text
from sim.states.speaking import state_words

PANELS = 6
"""Panels from which on formulas that pay alike share one."""

LARGEST_LINES = 10
"""Funding lines shown by name; the rest are shown as one."""

OWN_LINE = "the formula's own line"
"""Name of the layer for formulas that pay by a single line, which no other formula has."""

TITLE_LENGTH = 44
"""Characters of a line's title in the legend."""


@dataclass(frozen=True)
class _Layer:
    """Part of the state's cost: mean over draws ``[F, T]``, millions of constant dollars."""

    name: str
    mean: Array


def state_cost_by_line(panel: Panel, of: Look, path: Path) -> Path | None:
    """State cost by funding line as stacked means, with the 90% band of the total, constant dollars; None if no line
    of the state pays anything."""
    lines = [number for number, line in enumerate(panel.line_names) if not _outside_state_cost(panel, line)]
    paid = panel.lines("paid")[..., lines] / panel.state("price_index")[..., None] / 1e6
    if not (paid > 0).any():
        return None
    total = bands(panel.state("state_cost_constant") / 1e6)
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    layers = _layers(panel, [panel.line_names[number] for number in lines], paid.mean(axis=1))
    ends = total.mean[:, panel.policy].mean(axis=1) if panel.policy.any() else total.mean[:, 0]
    title = _title_of(panel, ends)
    # Formulas are alike if they pay alike by each of the lines that are shown.
    by_line = np.stack([layer.mean for layer in layers], axis=-1).reshape(len(panel.formulas), 1, -1)
    acting = np.repeat(panel.policy, len(layers))
    groups = alike(by_line, range(len(panel.formulas)), panel.baseline, acting, PANELS)
    several = [group for group in groups if len(group) > 1]
    drawn = f" Drawn of several: {joined([titled(panel, group[0]) for group in several])}." if several else ""
    appropriated = panel.constant("appropriation").mean(axis=1) / 1e6
    short = bool((panel.constant("entitlement").mean(axis=1) / 1e6 > 1.005 * appropriated)[:, panel.policy].any())
    dashed = " Dashed: appropriated, where more is owed." if short else ""
    caption = (
        f"Areas: mean of {of.draws:,} draws by line; dotted lines: 90% of draws of the total (5th to 95th percentile)."
        f"{dashed} {of.covers} Constant dollars of FY{panel.base_year}; the number beside a name is the mean a year. "
        f"Left out: federal and other background lines, and money that only moves inside {state_words().main}."
        f"{merged_note(panel, groups)}{drawn}"
    )
    columns = 3 if max(len(layer.name) for layer in layers) <= 27 else 2
    header = 0.2 * -(-(len(layers) + 1 + short) // columns) + 0.04
    figure, axes = page(title, caption, of, len(groups), 3, 1.3, left=0.8, gap=(0.2, 0.5), header=header, bottom=0.3)
    for group, ax, name in zip(groups, axes, group_names(panel, groups), strict=True):
        f, floor = group[0], np.zeros(len(panel.years))
        for layer, fill, hatch, ink in zip(layers, STACK, HATCHES, HATCH_INK, strict=False):
            top = floor + layer.mean[f]
            if (top > floor).any():
                ax.fill_between(
                    panel.years, floor, top, facecolor=fill, hatch=hatch, edgecolor=ink, linewidth=0.4, step="mid"
                )
            floor = top
        for end in (total.low[f], total.high[f]):
            ax.plot(panel.years, end, color="white", linewidth=1.6, alpha=0.7, drawstyle="steps-mid")
            ax.plot(panel.years, end, color="black", linestyle=(0, (1, 1)), linewidth=0.9, drawstyle="steps-mid")
        if (panel.constant("entitlement")[f].mean(axis=0) / 1e6 > 1.005 * appropriated[f])[panel.policy].any():
            line = np.where(panel.policy, appropriated[f], np.nan)
            ax.plot(panel.years, line, color="black", linestyle=(0, (4, 1.5)), linewidth=1.2)
        values = [number_text(float(ends[g]) * 1e6, "dollars") for g in sorted(group, key=lambda g: ends[g])]
        value = " to ".join(dict.fromkeys((values[0], values[-1])))
        name_panel(ax, name, value, panel.baseline in group)
    finish_years(axes, panel, "", False)
    label_y(figure, axes, f"millions of FY{panel.base_year} dollars")
    handles: list[Any] = [
        Patch(facecolor=fill, hatch=hatch, edgecolor=ink, linewidth=0.4, label=layer.name)
        for layer, fill, hatch, ink in zip(layers, STACK, HATCHES, HATCH_INK, strict=False)
    ]
    handles.append(Line2D([], [], color="black", linestyle=(0, (1, 1)), linewidth=0.9, label="90% of draws, total"))
    if short:
        handles.append(Line2D([], [], color="black", linestyle=(0, (4, 1.5)), linewidth=1.2, label="appropriated"))
    legend(figure, handles, columns, len(wrapped_title(title)))
    return save(figure, path, "lines: paid; state: state_cost, appropriation, entitlement")


def _title_of(panel: Panel, ends: Array) -> str:
    """Who costs the state most and least a year, by the means of the years under the formulas."""

    def dollars(f: int) -> str:
        return number_text(float(ends[f]) * 1e6, "dollars")

    when = f" in {years_text(panel.years[panel.policy])}" if panel.policy.any() else ""
    if len(ends) == 1:
        return first_letter(f"{titled(panel, 0)} costs the state {dollars(0)} a year{when}, in lines for CTE alone")
    most, least = int(np.argmax(ends)), int(np.argmin(ends))
    base = panel.baseline
    said = f"{titled(panel, most)} costs the state most, {dollars(most)} a year{when}"
    said += f"; {titled(panel, least)} least, {dollars(least)}"
    if base is not None and base not in (most, least):
        said += f"; {titled(panel, base)} {dollars(base)}"
    return first_letter(said)


def _layers(panel: Panel, lines: list[str], mean: Array) -> list[_Layer]:
    """Lines ``mean[F, T, L]``, largest first. Lines that are the only one of their formula share a layer, which loses
    nothing because no formula has two of them."""
    pays: BoolArray = np.asarray((mean[:, panel.policy] > 0).any(axis=1))
    current: BoolArray = np.asarray((mean[:, ~panel.policy] > 0).any(axis=(0, 1)))
    own = [
        number
        for number in range(len(lines))
        if pays[:, number].sum() == 1 and pays[pays[:, number]].sum() == 1 and not current[number]
    ]
    own = own if len(own) > 1 else []
    weight = mean.mean(axis=1).max(axis=0)
    order = [int(number) for number in np.argsort(-weight, kind="stable") if weight[number] > 0 and number not in own]
    named, rest = order[:LARGEST_LINES], order[LARGEST_LINES:]
    layers = [_Layer(_title(panel, lines[number]), mean[:, :, number]) for number in named]
    if own:
        layers.insert(0, _Layer(OWN_LINE, mean[:, :, own].sum(axis=2)))
    if rest:
        layers.append(_Layer(f"{len(rest)} smaller lines", mean[:, :, rest].sum(axis=2)))
    return layers


def _outside_state_cost(panel: Panel, line: str) -> bool:
    """Whether the line is no part of the state's cost: background or federal money, or a weight inside the main formula
    that only moves money between program units."""
    facts = [panel.line_metadata(line, formula) for formula in panel.formulas]
    return any(
        fact.get("background")
        or fact.get("seg") == "unfunded"
        or str(fact.get("fund", "")).lower().startswith("federal")
        for fact in facts
    )


def _title(panel: Panel, line: str) -> str:
    title = str(panel.line_metadata(line, panel.formulas[0]).get("title") or plain(line))
    return title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1].rstrip() + "…"
