"""The run sheet's page on how to read it: where the numbers come from, what they are, and what they are not."""

from typing import TYPE_CHECKING

from sim.report.run_sheet.districts import ABOUT, DISTRICTS, shown_years
from sim.report.run_sheet.layout import Formats, mark_pages, print_set_up, write_wrapped
from sim.report.shared.groups import Roster
from sim.report.shared.names import first_letter
from sim.report.shared.origin import formula_origin, run_origin
from sim.report.shared.panel import Panel
from sim.states.speaking import state_words

if TYPE_CHECKING:
    from xlsxwriter import Workbook

    from sim.results.results import Results

HOW_TO_READ = "How to read"

WIDTHS = (24, 110)


def write_how_to_read(book: "Workbook", formats: Formats, results: "Results", panel: Panel, facts: Roster) -> None:
    """What the pages show, and the formulas with their sources and versions."""
    assert panel.baseline is not None
    sheet = book.add_worksheet(HOW_TO_READ)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, "How to read this workbook", formats.title)
    row = 2
    for label, text in _lines(results, panel, facts):
        write_wrapped(sheet, row, [(0, label, WIDTHS[0], formats.label), (1, text, WIDTHS[1], formats.wrap)])
        row += 1
    row += 1
    sheet.write_string(row, 0, "Formula", formats.header)
    sheet.write_string(row, 1, "Title, source and version", formats.header)
    for f, name in enumerate(panel.formulas):
        row += 1
        source = str((results.manifest.formulas.get(name) or {}).get("source") or "")
        said = f"{f'{panel.titles[f]}. {source}'.strip()} ({formula_origin(results, name)})"
        cells = [(0, panel.short_titles[f], WIDTHS[0], formats.label), (1, said, WIDTHS[1], formats.wrap)]
        write_wrapped(sheet, row, cells)
    print_set_up(sheet, sum(WIDTHS))
    mark_pages(sheet, HOW_TO_READ, run_origin(results, panel.draws, panel.scenario))


def _lines(results: "Results", panel: Panel, facts: Roster) -> list[tuple[str, str]]:
    assert panel.baseline is not None
    estimated = sum(bool(fields) for fields in facts.estimated)
    years = ", ".join(f"FY{panel.district_years[y]}" for y in shown_years(panel))
    manifest = results.manifest
    more = int((panel.district_years > panel.base_year).sum()) > len(shown_years(panel))
    beyond = " Other years are in the results' table of districts." if more else ""
    return [
        ("These are estimates", "Simulated payments under stated assumptions; estimates, not entitlements."),
        ("Run", run_origin(results, panel.draws, panel.scenario)),
        ("Configuration", str(manifest.config_hash)),
        ("Data fingerprint", str(manifest.world_fingerprint)),
        ("Baseline", f"{panel.titles[panel.baseline]}: what every formula is set against."),
        ("Fiscal years", f"{years}. FY{panel.base_year} is the base year, equal in all formulas.{beyond}"),
        ("Dollars", f"Constant dollars of FY{panel.base_year}, rounded to dollars. Means over draws."),
        (
            "Filters",
            f"{DISTRICTS} and Ledger open with one formula and one year; choose others by the buttons in their "
            "headings. The row above the headings sums what is shown, and does not move when rows are sorted.",
        ),
        ("Arrows", "▲ more and ▼ less than under current law. Bold: the whole interval lies on one side of zero."),
        (
            "State payment",
            "What the state's CTE lines pay to the district. The net difference also counts "
            f"{state_words().main_formula.short} money that the "
            f"district loses because added weights lower the {state_words().unit_value}.",
        ),
        (
            "Static score",
            "What the formula would pay if every district counted as in the base year and no one responded, under the "
            "rules of its first year (a phase-in or a cap may bind then). The payment beside it is the behavioral "
            "score: districts respond, and each year's own rules hold.",
        ),
        (
            "Low and high",
            "5th and 95th percentile over draws of the difference from the baseline within each draw: 90% of draws. "
            f"{panel.covers}",
        ),
        (
            "Concentrators",
            "Taught: completed a second course of one pathway in the year. Recoded: reported besides, as sequences "
            "were re-cut around courses that students take anyway. Reported, which the state counts and pays: both.",
        ),
        ("Rank", "1 is the largest gain for each member (grades 9-12) in that fiscal year."),
        (
            "Clearly gain or lose",
            "Districts whose whole interval lies above, or below, zero; half a dollar counts as zero.",
        ),
        ("Equity", "The federal 95/5 disparity of state CTE money a member (34 CFR 222.162)."),
        (
            "Across districts",
            "How unequal the change is: percentiles over districts of the change in each district's rate.",
        ),
        (
            "Estimated facts",
            f"{estimated} of {len(facts.name)} {state_words().places} have facts that are estimated, not observed: how "
            f"many stands beside each, which they are on the page '{ABOUT}'.",
        ),
        ("Members", "Membership in grades 9-12."),
        *(
            [
                (
                    first_letter(beside.many),
                    "Schools that are agencies of their own stand as rows of their own, marked in the column Kind.",
                )
            ]
            if (beside := state_words().beside) is not None
            else []
        ),
    ]
