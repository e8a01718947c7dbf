"""An effect taken apart: by components with their interaction, or into more money and better design."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.report.compare.price import public_money
from sim.report.shared.direction import direction
from sim.report.shared.intervals import bands, interval_note, interval_parts, interval_text
from sim.report.shared.origin import run_origin
from sim.report.shared.panel import Panel
from sim.report.shared.plain_table import PAGE, Cell, fitting, paragraphs, plain_table
from sim.report.shared.spans import Span, first_years, last_years, next_years
from sim.states.speaking import state_words
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.results.results import Results

OUTCOMES: tuple[tuple[str, str, str], ...] = (
    ("concentrators_taught", "students", "Students\ntaught"),
    ("public money", "dollars", "Public\nmoney"),
    ("state_cost_constant", "dollars", "State\ncost"),
    ("credentials", "credentials", "Credentials"),
    ("concentrators", "students", "Concentrators\nreported"),
    ("participants", "students", "Participants"),
)
"""Outcomes with their units and headings, those that matter most first."""

ONLY, WITHOUT = "_only_", "_without_"


@dataclass(frozen=True)
class Part:
    """One row of a decomposition: yearly effect on an outcome by draw, ``[R]``."""

    row: str
    outcome: str
    unit: str
    effect: Array


def effect(panel: Panel, column: str, name: str, against: str, span: Span) -> Array:
    """Mean yearly difference of two formulas over a span, by draw, ``[R]``."""
    yearly = public_money(panel) if column == PUBLIC else panel.state(column)
    values = yearly[:, :, span.years].mean(axis=-1)
    difference: Array = values[panel.formulas.index(name)] - values[panel.formulas.index(against)]
    return difference


def by_component(panel: Panel, formula: str, baseline: str, nothing: str, span: Span | None = None) -> list[Part]:
    """The effect of a formula, of each component alone, of taking each out, and the interaction; over the first five
    years if no span is named.

    Components are set against ``nothing`` (the formula that replaces the old lines with nothing), so that what the old
    lines did is a row of its own. Interaction = whole - sum of the components alone; the rows sum exactly.
    """
    prefix = f"{formula}{ONLY}"
    components = [name.removeprefix(prefix) for name in panel.formulas if name.startswith(prefix)]
    over = span or first_years(panel)
    parts = []
    for column, unit, _ in OUTCOMES:
        ended = effect(panel, column, nothing, baseline, over)
        whole = effect(panel, column, formula, nothing, over)
        alone = {name: effect(panel, column, f"{prefix}{name}", nothing, over) for name in components}
        parts.append(Part("what it replaces ends", column, unit, ended))
        parts += [Part(f"{_words(name)} alone", column, unit, value) for name, value in alone.items()]
        parts.append(Part("interaction", column, unit, whole - sum(alone.values(), np.zeros_like(whole))))
        parts.append(Part(f"{_title(panel, formula)} against {_title(panel, baseline)}", column, unit, ended + whole))
        for name in components:
            taken = effect(panel, column, formula, f"{formula}{WITHOUT}{name}", over)
            parts.append(Part(f"the last step: adding {_words(name)}", column, unit, taken))
    return parts


def by_money_and_design(
    panel: Panel,
    formula: str,
    baseline: str,
    other_money: str,
    same_money: str,
    less: bool = False,
    span: Span | None = None,
) -> list[Part]:
    """Two by two: the formula's money, more or ``less``, in the old design, the new design with the old money, and what
    only both together do."""
    parts = []
    other = f"{'less' if less else 'more'} base-year money, same design"
    over = span or first_years(panel)
    for column, unit, _ in OUTCOMES:
        money = effect(panel, column, other_money, baseline, over)
        design = effect(panel, column, same_money, baseline, over)
        both = effect(panel, column, formula, baseline, over)
        parts += [
            Part("better design, same base-year money", column, unit, design),
            Part(other, column, unit, money),
            Part("interaction", column, unit, both - money - design),
            Part(f"{_title(panel, formula)} against {_title(panel, baseline)}", column, unit, both),
        ]
    return parts


def parts_table(parts: list[Part], panel: Panel, notes: list[str]) -> str:
    """The parts as plain text within 80 columns: a row for each part, a column for each outcome, each with its
    interval; then notes. Outcomes that find no room are named and are in the CSV."""
    rows: list[list[Cell]] = [[("Effect on the yearly mean", ""), *((heading, "") for _, _, heading in OUTCOMES)]]
    for row in dict.fromkeys(part.row for part in parts):
        cells: list[Cell] = [(row, "")]
        for column, _, _ in OUTCOMES:
            part = next(part for part in parts if part.row == row and part.outcome == column)
            found = bands(part.effect[np.newaxis, :])
            cells.append(
                interval_parts(float(found.mean[0]), float(found.low[0]), float(found.high[0]), part.unit, signed=True)
            )
        rows.append(cells)
    kept = fitting(rows, PAGE)
    gone = "; ".join(" ".join(rows[0][place][0].split()) for place in range(len(rows[0])) if place not in kept)
    told = [f"Not shown here: {gone} (parts.csv)." if gone else "", *notes]
    table = plain_table([[row[place] for place in kept] for row in rows], PAGE).rstrip("\n")
    return "\n".join([table, *paragraphs([*told, interval_note(panel.draws, panel.seed, panel.covers)])]) + "\n"


def parts_answer(parts: list[Part], whole: str, formula: str, years: str) -> list[str]:
    """What the whole brings and costs, and which parts carry most of what it brings: at most three sentences.

    ``whole`` is the row of the whole; rows after it are not parts of its sum.
    """
    rows = list(dict.fromkeys(part.row for part in parts))
    summed = rows[: rows.index(whole)]
    found = {(part.row, part.outcome): part for part in parts}
    taught, public = found[whole, TAUGHT].effect, found[whole, PUBLIC].effect
    money = _mean_text(public, "dollars")
    lines = [
        f"{years}, against current law: {formula} changes students taught by {_mean_text(taught, 'students')} a year "
        f"and public money by {money}."
    ]
    if direction(taught) == "same":
        lines[0] = f"{lines[0][:-1]}; of students no direction is clear."
    clear = [row for row in summed if direction(found[row, TAUGHT].effect) in ("more", "less")]
    clear.sort(key=lambda row: -abs(float(found[row, TAUGHT].effect.mean())))
    if clear:
        listed = "; ".join(f"{row} {_mean_text(found[row, TAUGHT].effect, 'students', False)}" for row in clear[:3])
        lines.append(f"Clear parts of the students: {listed}.")
    else:
        lines.append("No part has a clear effect on students taught.")
    if INTERACTION in summed and INTERACTION not in clear:
        lines.append("What only arises together (interaction) cannot be told from nothing.")
    return paragraphs(lines)


TAUGHT, PUBLIC, INTERACTION = "concentrators_taught", "public money", "interaction"


def _mean_text(effect: Array, unit: str, interval: bool = True) -> str:
    found = bands(effect[np.newaxis, :])
    mean, low, high = (float(value[0]) for value in (found.mean, found.low, found.high))
    if not interval:
        return interval_parts(mean, low, high, unit, signed=True)[0]
    return interval_text(mean, low, high, unit, signed=True)


def parts_frame(parts: list[Part]) -> pd.DataFrame:
    """The parts as a tidy table with mean, percentiles and Monte-Carlo error."""
    rows = []
    for part in parts:
        found = bands(part.effect[np.newaxis, :])
        rows.append(
            {
                "part": part.row,
                "outcome": part.outcome,
                "unit": part.unit,
                "mean": found.mean[0],
                "median": found.median[0],
                "p05": found.low[0],
                "p95": found.high[0],
                "monte_carlo_error": found.error[0],
                "draws": part.effect.size,
            }
        )
    return pd.DataFrame(rows)


def write_parts(results: "Results", formula: str, folder: Path, nothing: str | None = None) -> str:
    """Write parts.txt, which begins with the answer, and parts.csv of a study that took a formula apart; returns the
    text."""
    panel, nothing = Panel(results), nothing or state_words().nothing
    baseline = panel.formulas[panel.baseline] if panel.baseline is not None else panel.formulas[0]
    title = _title(panel, formula)
    spans = {span.text: span for span in (first_years(panel), next_years(panel), last_years(panel)) if span}
    scaled = f"{baseline}_more_money"
    found = {}
    for text, span in spans.items():
        if scaled in panel.formulas:
            less = _scale(results, scaled) < _scale(results, baseline)
            found[text] = by_money_and_design(panel, formula, baseline, scaled, f"{formula}_same_money", less, span)
        else:
            found[text] = by_component(panel, formula, baseline, nothing, span)
    if scaled in panel.formulas:
        note = (
            "Money is what a design owes for base-year counts. What it costs later, as districts respond and as its "
            "amounts and appropriation follow prices or do not, is part of the design's effect."
        )
    else:
        note = (
            f"Alone: against {_title(panel, nothing)}, in which nothing replaces the old lines. The last step: the "
            "whole formula less the formula without the component. Rows down to the interaction sum to the whole."
        )
    years = first_years(panel).text
    parts = found[years]
    answer = parts_answer(parts, f"{title} against {_title(panel, baseline)}", title, years)
    notes = [
        note,
        f"Public money: state lines and what a weight takes from {state_words().others}. Later years: parts.csv.",
        f"{run_origin(results, panel.draws, panel.scenario)}.",
    ]
    head = f"{years}, yearly means, FY{panel.base_year} dollars; below each its 90% interval"
    text = "\n".join([*answer, "", head, parts_table(parts, panel, notes)])
    (folder / "parts.txt").write_text(text, encoding="utf-8")
    frames = [parts_frame(some).assign(fiscal_years=text) for text, some in found.items()]
    write_table(pd.concat(frames, ignore_index=True), folder / "parts.csv")
    return text


def _scale(results: "Results", name: str) -> float:
    """What a formula's own lines are scaled by; 1 where the manifest does not say."""
    lines = (results.manifest.formulas[name].get("content") or {}).get("lines") or []
    scales = [float(line.get("scale", 1.0)) for line in lines if not line.get("background")]
    return sum(scales) / len(scales) if scales else 1.0


def _words(name: str) -> str:
    return name.replace("_", " ")


def _title(panel: Panel, name: str) -> str:
    return panel.short_titles[panel.formulas.index(name)] if name in panel.formulas else name.replace("_", " ")
