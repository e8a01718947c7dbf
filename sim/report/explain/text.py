"""A decision and a payment number by number, as text for the terminal and as a tidy table."""

import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.report.answer.rules import clear
from sim.report.shared.intervals import Bands, bands, interval_note, interval_parts, number_text
from sim.report.shared.origin import short
from sim.study.explain.items import PRICE, Row, amount
from sim.tables_for_people import write_table
from sim.version import __version__

if TYPE_CHECKING:
    from sim.study.explain.story import Difference, ExplainedYear, Explanation, Spread

WIDTH = 118
LABEL = 46
"""Columns of a number's name; what is left is shared by two formulas."""
MARK = "*"
SMALL = 0.5
"""Dollars below which one more site is said to be worth the same."""
EXAMPLES = 8
"""How many draws with another outcome are named."""
OVER_DRAWS = "Over draws"


def write_explanation(explanation: "Explanation", folder: Path) -> str:
    """Write explain.txt and explain.csv into a folder; returns the text of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    text = explanation_text(explanation)
    (folder / "explain.txt").write_text(text, encoding="utf-8")
    table = explanation_table(explanation)
    write_table(table, folder / "explain.csv", digits=17)
    return text


def explanation_table(explanation: "Explanation") -> pd.DataFrame:
    """One row for each number and fiscal year, with a column of values for each formula; empty where it has none.

    Answers (unit yes/no) are 1 and 0. Numbers over draws come first.
    """
    world = explanation.world
    names = [formula.name for formula in explanation.formulas]
    records = []
    for year in explanation.years:
        spread = [row for each in year.spreads for row in _spread_rows(each, explanation.replicate)]
        for row in (*spread, *year.rows):
            records.append(
                {
                    "run": short(explanation.run),
                    "fiscal_year": year.fiscal_year,
                    "district": world.districts.identifier[explanation.district],
                    "cluster": "" if explanation.cluster is None else world.clusters.identifier[explanation.cluster],
                    "replicate": explanation.replicate,
                    "step": row.step,
                    "item": row.name.strip(),
                    "unit": row.unit,
                    **dict(zip(names, row.values, strict=True)),
                    "differs": row.differs,
                }
            )
    return pd.DataFrame(records)


def _spread_rows(spread: "Spread", replicate: int) -> Iterator[Row]:
    found = [bands(values, axis=0) for values in spread.values]
    groups = {
        "this draw": [values[replicate] for values in spread.values],
        "mean over draws": [each.mean for each in found],
        "90% of draws, low end": [each.low for each in found],
        "90% of draws, high end": [each.high for each in found],
    }
    for what, values in groups.items():
        hows = tuple("" for _ in values)
        name = f"{spread.words}: {what}"
        yield Row(OVER_DRAWS, name, spread.unit, tuple(float(value) for value in values), hows, False, False)
    below = tuple(share_below(values, replicate) for values in spread.values)
    yield Row(OVER_DRAWS, f"{spread.words}: draws below this one", "share", below, hows, False, False)


def share_below(values: Array, replicate: int) -> float:
    """The share of draws that lie below one draw, half of those equal to it counted as below."""
    others = np.delete(values, replicate)
    if not others.size:
        return float("nan")
    mine = values[replicate]
    return float((others < mine).mean() + 0.5 * (others == mine).mean())


def explanation_text(explanation: "Explanation") -> str:
    """The whole explanation with what it means and where it comes from, at most 120 columns wide."""
    marked = f"{MARK} the formulas differ. " if len(explanation.formulas) > 1 else ""
    notes = [
        f"{marked}All numbers but those over draws are of one draw, on which the formulas share all luck; they are "
        "read from the simulation, not computed again. explain.csv has every number in full.",
        interval_note(explanation.draws, explanation.seed),
        f"Run {short(explanation.run)} of {datetime.now(UTC):%Y-%m-%d}, CTE funding simulation {__version__}, data "
        f"{short(explanation.world.fingerprint)} ({explanation.world.vintage}). Estimates, not entitlements.",
    ]
    wrapped = [line for note in notes for line in textwrap.wrap(note, WIDTH)]
    return explanation_body(explanation) + "\n".join(wrapped) + "\n"


def explanation_body(explanation: "Explanation") -> str:
    """Who is explained under what, the answer in two sentences, then every year: the verdict, numbers over draws, and
    one draw unfolded."""
    names = " beside ".join(formula.name for formula in explanation.formulas)
    nearest = "the one nearest to the mean " + ("payment" if explanation.cluster is None else "of the cluster")
    chosen = "as asked" if explanation.asked else nearest
    out = [
        f"{explanation.place}: {names}",
        *textwrap.wrap(" ".join(answer_sentences(explanation)), WIDTH),
        "",
        f"Draw {explanation.replicate} of 0 to {explanation.draws - 1} ({chosen}), seed {explanation.seed}, scenario "
        f"{explanation.scenario}. Nominal dollars.",
        *textwrap.wrap("; ".join(explanation.changed), WIDTH),
        "",
    ]
    for year in explanation.years:
        out.extend(_year(explanation, year))
    return "\n".join(line.rstrip() for line in out) + "\n"


ANSWERED = {False: ("paid", "concentrators_taught"), True: ("pathway_sites", "pathway_taught")}
"""What the two sentences tell of: without a cluster, and with one."""


def answer_sentences(explanation: "Explanation") -> list[str]:
    """In two sentences what the first year's numbers are under the formula asked for, the mean of all draws, and
    whether they differ from the other's."""
    year = explanation.years[0]
    found = {spread.key: spread for spread in year.spreads}
    place = explanation.world.districts.name[explanation.district]
    money, students = (found[key] for key in ANSWERED[explanation.cluster is not None])
    if explanation.cluster is None:
        lead = f"In FY{year.fiscal_year} {place} is paid {{}} by the state's CTE lines"
    else:
        cluster = explanation.world.clusters.name[explanation.cluster]
        lead = f"In FY{year.fiscal_year} {place} has {{}} of {cluster}"
    return [_told(lead, money, year.laws), _told("It teaches {} concentrators", students, year.laws)]


def _told(lead: str, spread: "Spread", laws: Sequence[str]) -> str:
    means = [number_text(float(values.mean()), spread.unit) for values in spread.values]
    unit = " sites" if spread.unit == "sites" else ""
    said = f"{lead.format(f'{means[0]}{unit}')} under {laws[0]}"
    if len(means) < 2:
        return f"{said}."
    change: Array = spread.values[0] - spread.values[1]
    value, interval = _interval(bands(change, axis=0), spread.unit, signed=True)
    ends = f" (90% of draws {interval})" if interval else ""
    if not change.any():
        return f"{said}, as under {laws[1]}."
    if not clear(change):
        return f"{said} and {means[1]} under {laws[1]}: no clear difference{ends}."
    return f"{said} instead of {means[1]} under {laws[1]}: {value}{ends}."


def _year(explanation: "Explanation", year: "ExplainedYear") -> Iterator[str]:
    title = f"FY{year.fiscal_year}"
    yield from (title, "=" * len(title), "")
    for law, verdicts in zip(year.laws, year.verdicts, strict=True):
        for verdict in verdicts:
            yield from textwrap.wrap(f"{law}: {verdict}.", WIDTH, subsequent_indent="  ")
    for moment in year.moments:
        if not any(not offer.line.background for offer in moment.year.offers.lines):
            yield f"{moment.law}: no line of its own pays in FY{year.fiscal_year}."
    if year.difference is not None:
        yield from textwrap.wrap(_difference(year.difference, year.laws[0]), WIDTH, subsequent_indent="  ")
    yield ""
    yield from _over_draws(explanation, year)
    step = ""
    for row in _shown(year.rows):
        if row.step != step:
            step = row.step
            yield from ("", *_line(step, year.laws, ""))
            yield "-" * WIDTH
        yield from _row(row)
    yield ""


def _difference(found: "Difference", law: str) -> str:
    if abs(found.value) < SMALL:
        return "One more site is worth the same under both."
    more = "more" if found.value > 0 else "less"
    part = amount(abs(found.part), "dollars")
    way = "more" if found.part > 0 else "less"
    return (
        f"One more site is worth {amount(abs(found.value), 'dollars')} {more} under {law}; the largest part "
        f"of that is {found.words}, {part} {way}."
    )


def _over_draws(explanation: "Explanation", year: "ExplainedYear") -> Iterator[str]:
    laws = year.laws
    yield from _line(f"Over {explanation.draws:,} draws: mean (90% of draws); this draw, draws below it", laws, "")
    yield "-" * WIDTH
    for spread in year.spreads:
        cells = [_spread_cell(spread, values, explanation.replicate) for values in spread.values]
        differs = len(spread.values) > 1 and not np.array_equal(spread.values[0], spread.values[1])
        yield from _line(spread.words, cells, MARK if differs else "")
        if differs and spread.unit != "share":
            change: Bands = bands(spread.values[0] - spread.values[1], axis=0)
            value, interval = _interval(change, spread.unit, signed=True)
            yield from _line("  difference within draws", [f"{value} ({interval})" if interval else value], "")
    for law, draws in zip(laws, year.only_here, strict=False):
        if len(year.only_here) > 1 and draws:
            named = ", ".join(str(draw) for draw in draws[:EXAMPLES])
            more = " ..." if len(draws) > EXAMPLES else ""
            yield from textwrap.wrap(
                f"Launched under {law} alone in {len(draws)} of {explanation.draws} draws: {named}{more} "
                f"(replicate={draws[0]} unfolds the first).", WIDTH,
            )  # fmt: skip


def _spread_cell(spread: "Spread", values: Array, replicate: int) -> str:
    """Mean and interval on one line, this draw on the next."""
    found = bands(values, axis=0)
    mine = float(values[replicate])
    if spread.unit == "share":
        return f"{number_text(float(found.mean), 'share')}; this draw: {'yes' if mine else 'no'}"
    value, interval = _interval(found, spread.unit, between="-")
    if not interval:
        return value
    below = share_below(values, replicate)
    return f"{value} ({interval})\n{amount(mine, spread.unit)}, {below:.0%} below"


def _interval(found: Bands, unit: str, signed: bool = False, between: str = " to ") -> tuple[str, str]:
    ends = float(found.mean), float(found.low), float(found.high)
    if unit == PRICE:
        mean, low, high = (_price(end, signed) for end in ends)
        return mean, between.join((low, high))
    return interval_parts(*ends, "sites" if unit == "sections" else unit, signed, between)


def _price(value: float, signed: bool) -> str:
    cents = round(value, 2) + 0.0
    return f"{'-' if cents < 0 else '+' if signed and cents else ''}${abs(cents):.2f}"


def _shown(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows that are printed: without quiet ones, and stages that no rule changes drawn together."""
    waiting: list[Row] = []
    for row in rows:
        if row.quiet:
            continue
        if waiting and not (row.stage and row.step == waiting[0].step and _same(row, waiting[0])):
            yield _together(waiting)
            waiting = []
        if row.stage:
            waiting.append(row)
        else:
            yield row
    if waiting:
        yield _together(waiting)


def _same(one: Row, other: Row) -> bool:
    return np.array_equal(np.array(one.values), np.array(other.values), equal_nan=True)


def _together(stages: list[Row]) -> Row:
    first, last = stages[0], stages[-1]
    if first is last:
        return first
    name = f"{first.name} to {last.name.split(' (')[0]}: no rule changes it"
    return Row(first.step, name, first.unit, first.values, first.hows, False, True)


def _row(row: Row) -> Iterator[str]:
    mark = MARK if row.differs else ""
    cells = []
    for value, how in zip(row.values, row.hows, strict=True):
        said = amount(value, row.unit)
        joiner = " " if how.endswith(":") else " = "
        cells.append(f"{how}{joiner}{said}" if how else said)
    yield from _line(row.name, cells, mark)


def _line(name: str, cells: Sequence[str], mark: str) -> Iterator[str]:
    """One row of the text, wrapped inside its columns; values stand to the right."""
    wide = (WIDTH - LABEL - 2) // 2 - 1
    indent = name[: len(name) - len(name.lstrip())]
    left = textwrap.wrap(name.strip(), LABEL - len(indent), subsequent_indent="  ") or [""]
    columns = [[line for part in text.split("\n") for line in textwrap.wrap(part, wide)] or [""] for text in cells]
    for place in range(max(len(left), *(len(column) for column in columns))):
        first = indent + left[place] if place < len(left) else ""
        rest = [f"{column[place] if place < len(column) else '':>{wide}}" for column in columns]
        end = f" {mark}" if mark and place == max(len(column) for column in columns) - 1 else ""
        yield f"{first:<{LABEL}} {' '.join(rest)}{end}"
