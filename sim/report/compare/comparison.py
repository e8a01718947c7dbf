"""The comparison of formulas as plain text: what each brings, what it costs, and what an added outcome costs."""

from io import StringIO
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array, BoolArray
from sim.report.compare.neutral import money_words, neutral_cells, neutral_notes
from sim.report.compare.price import RATIOS, Against, moved_inside_the_seg, price_text, priced
from sim.report.shared.concentrators import reported_cell
from sim.report.shared.intervals import (
    NOT_AVAILABLE,
    bands,
    interval_note,
    interval_parts,
    mean_of_defined,
    number_text,
)
from sim.report.shared.origin import changed_formulas, run_origin
from sim.report.shared.panel import Panel, scenario_names
from sim.report.shared.plain_table import Cell, plain_table
from sim.report.shared.spans import last_years, years_text

if TYPE_CHECKING:
    from sim.results.results import Results

PRICED = next(iter(RATIOS))
"""The outcome whose price stands beside the levels; those of all stand with what is added."""

COST = 3
"""The place of the state's cost among the columns of levels."""

MARK = "*"
"""After the price of a formula that moves money inside the SEG."""


def comparison_cells(results: "Results", scenario: str | None = None) -> list[list[Cell]]:
    """The main table's cells: a header row, then one row a formula in the order of the config, and last the baseline
    with its dollars indexed, if that was run. Taught and recoded, as shown, add up to reported, as shown."""
    panel = Panel(results, scenario)
    last = last_years(panel).years
    all_years = panel.policy if panel.policy.any() else np.ones(len(panel.years), np.bool_)
    recent = last_years(panel).text
    sides = priced(panel)
    below = "below: indexed" if len(sides) > 1 else ""
    header: list[Cell] = [
        ("Formula", ""),
        ("Concentrators\ntaught", recent),
        ("reported", recent),
        ("Credentials", recent),
        ("State cost", f"FY{panel.base_year} $ a year"),
        ("$ per added\ntaught", below),
        ("Pathways", recent),
        ("Paid share", "(proration)"),
    ]
    columns = (
        ("concentrators_taught", last, "students"),
        ("credentials", last, "credentials"),
        ("state_cost_constant", all_years, "dollars"),
        ("pathways", last, "pathways"),
        ("proration", all_years, "share"),
    )
    cells = [_levels(panel, column, years, unit) for column, years, unit in columns]
    cells.insert(1, _reported(panel, last, cells[0]))
    moved = moved_inside_the_seg(panel)
    changed = changed_formulas(results)
    rows = [header]
    for f, formula in enumerate(panel.formulas):
        remarks = ["baseline"] * (f == panel.baseline) + ["changed"] * (formula in changed)
        label = (formula, ", ".join(remarks))
        cost, spread = cells[COST][f]
        if f in moved:
            cells[COST][f] = cost, "\n".join(filter(None, (spread, f"{moved[f][0]} moved{MARK}")))
        own = [column[f] for column in cells]
        price = _price_cell(panel, f, sides, PRICED, f in moved)
        rows.append([label, *own[: COST + 1], price, *own[COST + 1 :]])
    if panel.reference is not None:
        own = [column[-1] for column in cells]
        rows.append([(panel.reference.name, "reference"), *own[: COST + 1], ("-", ""), *own[COST + 1 :]])
    return rows


def _reported(panel: Panel, years: BoolArray, taught: list[Cell]) -> list[Cell]:
    """What is reported, the sum of what is shown as taught and of what is shown as recoded."""
    values = panel.state("concentrators_recoded")
    if panel.reference is not None:
        values = np.concatenate([values, panel.reference.state("concentrators_recoded")[None]])
    recoded = values[:, :, years].mean(axis=(1, 2))
    return [reported_cell(text, float(besides)) for (text, _), besides in zip(taught, recoded, strict=True)]


def _levels(panel: Panel, column: str, years: BoolArray, unit: str) -> list[Cell]:
    """A column's mean over ``years`` with its interval, for each formula and then for the reference."""
    values = panel.proration() if column == "proration" else panel.state(column)
    if panel.reference is not None:
        own = panel.reference.proration() if column == "proration" else panel.reference.state(column)
        values = np.concatenate([values, own[None]])
    found = bands(mean_of_defined(values[:, :, years], axis=2))
    return [
        interval_parts(found.mean[f], found.low[f], found.high[f], unit, between="-")
        if found.count[f]
        else (NOT_AVAILABLE, "none owed")
        for f in range(len(values))
    ]


def _price_cell(panel: Panel, f: int, sides: tuple[Against, ...], outcome: str, moves: bool) -> Cell:
    """The price against the baseline and, below it, against the indexed one; its interval where there is only one."""
    if f == panel.baseline:
        return "-", ""
    if not sides:
        return NOT_AVAILABLE, "no baseline run"
    found = [side.prices[outcome][f] for side in sides]
    texts = [price_text(one)[0] or one.verdict for one in found]
    marked = [text + MARK if moves else text for text in texts]
    return marked[0], marked[1] if len(marked) > 1 else price_text(found[0], "-")[1]


def added_cells(results: "Results", scenario: str | None = None) -> list[list[Cell]]:
    """The cells of what is added and at what price: a header row, then for each formula but the baseline a row against
    the baseline and one against its indexed twin; only the header without a baseline. All numbers are means over the
    same years, so that the price is the cost divided by the outcome."""
    panel = Panel(results, scenario)
    sides = priced(panel)
    header: list[Cell] = [("Formula", ""), ("Added cost", f"FY{panel.base_year} $ a year")]
    for outcome, unit in RATIOS.items():
        header += [("Added", outcome.replace("_", " ")), ("Price of an added", unit)]
    rows = [header]
    moved = moved_inside_the_seg(panel)
    for f in panel.others if sides else ():
        for side in sides:
            known = side.prices[next(iter(RATIOS))][f]
            label = ("" if side.indexed else panel.formulas[f], f"against {side.name}" if len(sides) > 1 else "")
            row: list[Cell] = [label, _change(known.cost, "dollars")]
            for outcome in RATIOS:
                found = side.prices[outcome][f]
                price, ends = price_text(found)
                said = f"{found.verdict}: {price}" if price else found.verdict
                note = f"and {moved[f][0]} moved{MARK}" if f in moved else ""
                added, spread = _change(found.outcome, outcome)
                if outcome == PRICED:
                    spread = "\n".join(filter(None, (spread, _recoded_besides(panel, f, side))))
                row += [(added, spread), (said, f"({ends})" if ends else note)]
            rows.append(row)
    return rows


def _recoded_besides(panel: Panel, f: int, side: Against) -> str:
    """'+4,860 recoded': how many more are reported without being taught; nothing where that is nobody."""
    assert panel.baseline is not None
    own = panel.state("concentrators_recoded")
    other = panel.reference.state("concentrators_recoded") if side.indexed and panel.reference else own[panel.baseline]
    more = float((own[f] - other)[:, panel.policy].mean())
    return f"{number_text(more, 'students', signed=True)} recoded" if abs(more) >= 1.0 else ""


def _change(differences: Array, unit: str) -> Cell:
    kind = {"concentrators_taught": "students", "credentials": "credentials"}.get(unit, unit)
    found = bands(differences, axis=0)
    return interval_parts(float(found.mean), float(found.low), float(found.high), kind, signed=True)


def comparison_table(results: "Results", scenario: str | None = None, width: int = 132) -> str:
    """The comparison of all formulas as plain text: levels and prices, then what is added and at what price, each with
    its interval, and how formulas were scaled if they were; with notes on what the words and intervals mean.

    ``width`` is the length of lines to which the notes are wrapped; a table takes what it needs (about 120 characters),
    rather than lose a digit. With several scenarios and none named, one page for each.
    """
    names = scenario_names(results)
    if scenario is None and len(names) > 1:
        return "\n".join(comparison_table(results, name, width) for name in names)
    from rich.console import Console

    panel = Panel(results, scenario)
    out = StringIO()
    console = Console(file=out, width=width, color_system=None, force_terminal=False, highlight=False, markup=False)
    scaled = money_words(panel)
    title = f"Funding formulas compared, FY{panel.years[0]} to FY{panel.years[-1]}, scenario {panel.scenario}"
    _print(out, title + (f"; {scaled}" if scaled else ""), comparison_cells(results, panel.scenario))
    added = added_cells(results, panel.scenario)
    if len(added) > 1:
        _print(out, f"What is added, and at what price, mean of {_after_the_base_year(panel)}: {_sides(panel)}", added)
    neutral = neutral_cells(panel)
    if len(neutral) > 1:
        _print(out, f"Equal money: {scaled.removeprefix('as written and ')}", neutral)
    for note in _notes(results, panel):
        console.print(note)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _print(out: StringIO, title: str, cells: list[list[Cell]]) -> None:
    out.write(f"{title}\n{plain_table(cells)}\n")


def _sides(panel: Panel) -> str:
    assert panel.baseline is not None
    against = f"against {panel.formulas[panel.baseline]}"
    return f"{against} and, below, {panel.reference.name}" if panel.reference is not None else against


def _notes(results: "Results", panel: Panel) -> list[str]:
    last, years = last_years(panel).text, _after_the_base_year(panel)
    notes = [
        f"Concentrators, credentials and pathways: mean of {last}. State cost, paid share, and all that is added: mean "
        f"of {years}, state CTE lines, constant dollars of FY{panel.base_year}.",
        "Taught: completed a second course of one pathway in the year. Recoded: reported and paid for besides, as "
        "sequences were re-cut around courses that students take anyway. Reported: both. Formulas are judged by what "
        "is taught.",
        "A price is added cost over added outcome, and is given only where both are more. In words: what is brought, "
        "for what cost ('more for less'). More or less: the interval of the difference lies on that side of zero, but "
        "for the Monte Carlo error of its end; the same: zero lies in it.",
    ]
    if panel.reference is not None and panel.baseline is not None:
        notes.append(
            f"{panel.formulas[panel.baseline]} is flat: the same nominal dollars every year, so that prices erode it. "
            f"{panel.reference.name} is the same law with appropriations and amounts that follow prices. What a "
            "formula adds to the first and not to the second is that erosion, not the formula's design."
        )
    notes += [
        f"{MARK} {panel.formulas[f]}: {f'{money} ({ends})' if ends else money} a year moves to CTE inside the SEG from "
        "other program units, whose value falls; it is no cost of the state and is in no price."
        for f, (money, ends) in moved_inside_the_seg(panel).items()
    ]
    notes += neutral_notes(panel)
    notes.append(interval_note(panel.draws, panel.seed, panel.covers))
    if panel.left_out:
        notes.append(f"{panel.left_out} draws are left out because a run in them did not finish.")
    notes.append(f"{run_origin(results, panel.draws, panel.scenario)}.")
    return notes


def _after_the_base_year(panel: Panel) -> str:
    """The years of which prices are means, in words: 'FY2027-56'."""
    return years_text(panel.years[panel.policy]) if panel.policy.any() else f"FY{panel.base_year}"
