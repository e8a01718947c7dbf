"""What pages say of formulas that were scaled to equal money: by which measure, to what, and what they came to."""

from collections.abc import Mapping
from typing import Any

from sim.arrays import Array
from sim.report.shared.intervals import number_text
from sim.report.shared.panel import Panel
from sim.states.speaking import state_words
from sim.study.compare.discounting import present_value
from sim.study.compare.words import HELD, scaled_words

Record = Mapping[str, Any]


def scaled(panel: Panel) -> dict[int, Record]:
    """How formulas of the panel were scaled, by their place; without those that were not."""
    found = {f: panel.neutral(name) for f, name in enumerate(panel.formulas)}
    return {f: record for f, record in found.items() if record is not None}


def money_words(panel: Panel) -> str:
    """What a title says of formulas that were scaled; nothing where none was."""
    return scaled_words({name: panel.neutral(name) for name in panel.formulas})


def neutral_cells(panel: Panel) -> list[list[tuple[str, str]]]:
    """A header row, then for each scaled formula its factor, the target, what it came to where it was solved for and,
    for a present value, what it comes to over the panel's own draws."""
    records = {f: record for f, record in scaled(panel).items() if not record["refused"]}
    if not records:
        return [[]]
    first = next(iter(records.values()))
    measured = _present_cost(panel, first["rate"]) if first["rate"] is not None else None
    header = [
        ("Formula", ""), ("Factor", "on amounts"), ("Target", ""), ("Achieved", f"{first['replicates']} draws"),
    ]  # fmt: skip
    if measured is not None:
        header.append(("Achieved", f"these {panel.draws:,} draws"))
    rows = [header]
    if measured is not None and panel.baseline is not None:
        own = number_text(float(measured[panel.baseline].mean()), "dollars")
        rows.append([(panel.formulas[panel.baseline], ""), ("-", ""), ("-", ""), ("-", ""), (own, "")])
    for f, record in records.items():
        money = [_precise(float(record[key])) for key in ("target", "achieved")]
        row = [(panel.formulas[f], ""), (f"{record['factor']:.3f}", ""), (money[0], ""), (money[1], "")]
        if measured is not None:
            row.append((number_text(float(measured[f].mean()), "dollars"), ""))
        rows.append(row)
    return rows


def neutral_notes(panel: Panel) -> list[str]:
    """What the measure is, which formulas are held at all spending, and which could not be scaled."""
    records = scaled(panel)
    if not records:
        return []
    first = next(iter(records.values()))
    if first["by"] == "entitlement":
        said = (
            "Base-year entitlement: what a formula's own lines owe for the base year's counts before proration, no one "
            "responding. What formulas cost later differs, as districts respond and as amounts and caps follow prices "
            "or do not; neutral_by=present_value makes that equal instead."
        )
    else:
        said = (
            f"Present value: state cost of all years after FY{panel.base_year}, districts responding, and money that a "
            f"weight moves inside {state_words().main}; real dollars discounted to FY{panel.base_year} at "
            f"{first['rate']:.2%}."
        )
    notes = [said]
    notes += [f"{panel.formulas[f]}: {HELD}." for f, record in records.items() if record["held"]]
    notes += [f"Not scaled: {record['refused']}." for record in records.values() if record["refused"]]
    return notes


def _present_cost(panel: Panel, rate: float) -> Array:
    yearly = panel.state("state_cost_constant") + panel.constant("dilution")
    return present_value(yearly[:, :, panel.policy], rate)


def _precise(dollars: float) -> str:
    """Four figures, so that a tenth of a percent shows."""
    return f"${dollars / 1e6:,.2f}M" if abs(dollars) >= 1e6 else f"${dollars:,.0f}"
