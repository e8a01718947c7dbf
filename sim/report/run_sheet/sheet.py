"""The district run sheet: a workbook that sets every formula against the baseline, district by district and year by
year, as state education agencies attach them to bills, with the answer on its first page."""

from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.answer.facts import facts
from sim.report.answer.text import ranked
from sim.report.run_sheet.across import ACROSS, write_across
from sim.report.run_sheet.answer import write_answer_page
from sim.report.run_sheet.cover import HOW_TO_READ, write_how_to_read
from sim.report.run_sheet.differences import Held
from sim.report.run_sheet.distribution import DISTRIBUTION, write_distribution
from sim.report.run_sheet.districts import ABOUT, DISTRICTS, shown_first, write_about, write_districts
from sim.report.run_sheet.equity import EQUITY, write_equity
from sim.report.run_sheet.layout import Formats
from sim.report.run_sheet.ledger import LEDGER, write_ledger
from sim.report.shared.groups import groups, roster
from sim.report.shared.origin import run_origin
from sim.report.shared.panel import Panel

if TYPE_CHECKING:
    from sim.results.results import Results
    from sim.world.world import World

PAGES: tuple[tuple[str, str], ...] = (
    (HOW_TO_READ, "Where the numbers come from, what they are and what they are not; the formulas and their sources"),
    (DISTRICTS, "Every formula, year and district: money with and without response, pathways, concentrators"),
    (DISTRIBUTION, "Who gains and who loses, by size, locale, poverty and kind"),
    (LEDGER, "Every stage from what is claimed to what is paid"),
    (EQUITY, "The federal 95/5 disparity"),
    (ACROSS, "How unequal the change is: percentiles over districts"),
    (ABOUT, "Who the districts are, and what of them is estimated"),
)
"""The pages after the first, in order, with what they hold."""


def write_run_sheet(results: "Results", world: "World", path: Path, scenario: str | None = None) -> Path | None:
    """Write the workbook; None if there is no baseline to compare with or districts were not stored.

    Pages: the answer, then ``PAGES``. The pages of districts and of their ledgers hold all formulas in a few years up
    to the tenth, and open filtered to the formula that brings most and the fifth year. Money is in constant dollars of
    the base year. Intervals hold 90% of draws of the difference within each draw.
    """
    panel = Panel(results, scenario)
    if panel.baseline is None or not panel.others or not panel.district_names:
        return None
    from xlsxwriter import Workbook

    path.parent.mkdir(parents=True, exist_ok=True)
    held, roster_of = Held.of(panel), roster(panel, world)
    order = ranked(facts(results, panel.scenario))
    first = next((f for group in (*order.more, order.same, order.less) for f in group), panel.others[0])
    shown = shown_first(panel, first)
    with Workbook(path, {"nan_inf_to_errors": False}) as book:
        origin = run_origin(results, panel.draws, panel.scenario)
        book.set_properties({"title": "District run sheet", "comments": origin})
        formats = Formats(book)
        write_answer_page(book, formats, results, panel, PAGES)
        write_how_to_read(book, formats, results, panel, roster_of)
        write_districts(book, formats, results, panel, held, roster_of, shown)
        write_distribution(book, formats, results, panel, held, groups(panel, world), shown)
        write_ledger(book, formats, results, panel, roster_of, shown)
        write_equity(book, formats, results, panel, held.net)
        write_across(book, formats, results, panel)
        write_about(book, formats, results, panel, roster_of)
    return path
