"""The comparison of formulas as a page: each span of years by itself, against current law flat and indexed."""

from typing import TYPE_CHECKING

from sim.report.compare.headline_table import (
    CELLS_FILE,
    changes,
    changes_from_indexed,
    heading,
    levels,
    movement_note,
    table_lines,
    told_spans,
    word_notes,
)
from sim.report.compare.neutral import money_words, neutral_cells, neutral_notes
from sim.report.shared.intervals import interval_note
from sim.report.shared.origin import run_origin
from sim.report.shared.panel import Panel, scenario_names
from sim.report.shared.plain_table import PAGE, paragraphs
from sim.report.shared.spans import Span, first_years, next_years
from sim.states.speaking import state_words

if TYPE_CHECKING:
    from sim.results.results import Results


def comparison_table(results: "Results", scenario: str | None = None, width: int = PAGE) -> str:
    """The comparison of all formulas as plain text within ``width``: for the first five years, the next five and,
    called that, the long run, what changes against current law, what changes against the same law with its dollars
    indexed, and the levels; how formulas were scaled if they were; and what the words and intervals mean.

    With several scenarios and none named, one page for each.
    """
    names = scenario_names(results)
    if scenario is None and len(names) > 1:
        return "\n".join(comparison_table(results, name, width) for name in names)
    panel = Panel(results, scenario)
    scaled = money_words(panel)
    title = f"Funding formulas compared, FY{panel.years[0]} to FY{panel.years[-1]}, scenario {panel.scenario}"
    lines = paragraphs([title + (f"; {scaled}" if scaled else "")], width)
    for span in told_spans(panel):
        lines += ["", *_span_lines(results, panel, span, width)]
    neutral = neutral_cells(panel)
    if len(neutral) > 1:
        lines += ["", *table_lines(f"Equal money: {scaled.removeprefix('as written and ')}", neutral, width)]
    return "\n".join([*lines, "", *paragraphs(_notes(results, panel), width)]) + "\n"


def _span_lines(results: "Results", panel: Panel, span: Span, width: int) -> list[str]:
    """The tables of one span, what they show said above each."""
    lines = []
    if _is_long_run(panel, span):
        lines += paragraphs(
            [f"THE LONG RUN, {span.text}: to be trusted less than the years above, sizes least."], width
        )
    against = bool(panel.others)
    lines += table_lines(heading(panel, span, against), changes(results, panel, span), width)
    indexed = indexed_lines(results, panel, span, width)
    lines += ["", *indexed] if indexed else []
    said = f"{span.text}, levels: yearly means, FY{panel.base_year} dollars"
    return [*lines, "", *table_lines(said, levels(results, panel, span), width)]


def indexed_lines(results: "Results", panel: Panel, span: Span, width: int = PAGE) -> list[str]:
    """What changes against current law with its dollars indexed; nothing where that was not run."""
    cells = changes_from_indexed(results, panel, span)
    if len(cells) < 2 or not panel.others or panel.reference is None:
        return []
    said = (
        f"{span.text}, against {panel.reference.short_title} (its amounts and appropriation follow prices), "
        f"FY{panel.base_year} dollars"
    )
    return table_lines(said, cells, width)


def _is_long_run(panel: Panel, span: Span) -> bool:
    then = next_years(panel)
    return span.text not in (first_years(panel).text, then.text if then is not None else "")


def _notes(results: "Results", panel: Panel) -> list[str]:
    notes = [
        *word_notes(panel),
        "Reported: those taught and, below, those recoded besides: reported and paid for as sequences were re-cut "
        f"around courses that students take anyway. Taken in {state_words().main_formula.short}: what a weight "
        f"takes from {state_words().others}, whose "
        "value falls; it is no cost of the state. Paid share: of what the state's lines owe.",
    ]
    if panel.reference is not None and panel.baseline is not None:
        notes.append(
            f"{panel.short_titles[panel.baseline]} is flat: the same nominal dollars every year, so that prices erode "
            "it. What a formula adds to it and not to the indexed one is that erosion, not the formula's design."
        )
    elif panel.baseline is None:
        notes.append("No baseline was run, so there are levels and no changes.")
    notes += neutral_notes(panel)
    notes.append(movement_note(panel))
    notes.append(interval_note(panel.draws, panel.seed, panel.covers))
    if panel.left_out:
        notes.append(f"{panel.left_out} draws are left out because a run in them did not finish.")
    notes.append(
        f"Every cell, with credentials and pathways: {CELLS_FILE}; every outcome with more spans: summary.csv."
    )
    notes.append(f"{run_origin(results, panel.draws, panel.scenario)}.")
    return notes
