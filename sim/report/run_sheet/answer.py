"""The run sheet's first page: the answer in words, the table beside it, one chart, and ways to the other pages."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.report.answer.facts import Facts, facts
from sim.report.answer.text import WIDTH, answer_lines
from sim.report.compare.headline_table import changes, heading
from sim.report.run_sheet.layout import LINE_HEIGHT, Formats, column_letter, lines_needed, mark_pages, print_set_up
from sim.report.shared.intervals import bands
from sim.report.shared.origin import run_origin
from sim.report.shared.panel import Panel
from sim.report.shared.plain_table import fitting
from sim.report.shared.spans import first_years

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from sim.results.results import Results

ANSWER = "Answer"

WIDTHS = (34, 20, 20, 20, 3, *[12] * 7)
"""Characters of the page's columns: the table's, which has as many as find room in a terminal of 80, a gap, and those
over which the chart stands."""

TABLE_COLUMNS, CHART_COLUMN = 4, 5

CHART_WIDTH, CHART_HEIGHT, BAR_HEIGHT = 620, 160, 34
"""Pixels: of the chart, what it needs without bars, and for each formula."""


def write_answer_page(
    book: "Workbook", formats: Formats, results: "Results", panel: Panel, pages: Sequence[tuple[str, str]]
) -> None:
    """The words of answer.txt, the cells of comparison.csv that a narrow terminal shows, the change in what is taught
    as a chart of the workbook's own, and a link to each of the other ``pages``, names with what they hold."""
    found = facts(results, panel.scenario)
    sheet = book.add_worksheet(ANSWER)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, "CTE funding formulas against current law: the answer", formats.title)
    row = 2
    for line in answer_lines(found):
        sheet.write_string(row, 0, line, formats.fixed)
        row += 1
    row = _links(sheet, formats, pages, _table(sheet, formats, results, panel, row + 1) + 1)
    if found.others:
        _chart(book, sheet, formats, found, row + 3)
    print_set_up(sheet, sum(WIDTHS))
    sheet.fit_to_pages(1, 1)
    sheet.print_area(0, 0, row, len(WIDTHS) - 1)
    mark_pages(sheet, "The answer", run_origin(results, panel.draws, panel.scenario))


def _table(sheet: "Worksheet", formats: Formats, results: "Results", panel: Panel, row: int) -> int:
    span = first_years(panel)
    cells = changes(results, panel, span)
    kept = fitting(cells, WIDTH)[:TABLE_COLUMNS]
    sheet.write_string(row, 0, heading(panel, span, bool(panel.others)), formats.clear)
    row += 1
    for place, held in enumerate(cells):
        texts = ["\n".join(filter(None, held[column])) for column in kept]
        style = formats.wrap if place else formats.header
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, style)
        tallest = max(lines_needed(text, WIDTHS[column]) for column, text in enumerate(texts))
        sheet.set_row(row, LINE_HEIGHT * tallest)
        row += 1
    return row


def _chart(book: "Workbook", sheet: "Worksheet", formats: Formats, found: Facts, row: int) -> None:
    """Change in concentrators taught for each 100 members with its interval, the most first, beside the words; its
    numbers stand below what is printed."""
    changes = [(found.titles[f], bands(found.change(f).per_100, axis=0)) for f in found.others]
    changes.sort(key=lambda held: -float(held[1].mean))
    title = f"Concentrators taught for each 100 members: change from current law, {found.spans[0].text}"
    sheet.write_string(row, 0, f"Numbers of the chart. {title}", formats.clear)
    for column, head in enumerate(("Formula", "Mean", "Low (p05)", "High (p95)")):
        sheet.write_string(row + 1, column, head, formats.header)
    for column, head in enumerate(("Below", "Above"), start=CHART_COLUMN):
        sheet.write_string(row + 1, column, head, formats.header)
    first = row + 2
    ends: list[tuple[float, float]] = []
    for place, (name, of) in enumerate(changes, start=first):
        mean, low, high = (round(float(value), 2) + 0.0 for value in (of.mean, of.low, of.high))
        ends.append((round(mean - low, 2), round(high - mean, 2)))
        sheet.write_string(place, 0, name)
        for column, value in zip((1, 2, 3, CHART_COLUMN, CHART_COLUMN + 1), (mean, low, high, *ends[-1]), strict=True):
            sheet.write_number(place, column, value)
    last = first + len(changes) - 1
    below, above = (column_letter(CHART_COLUMN + side) for side in (0, 1))
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "categories": [ANSWER, first, 0, last, 0],
            "values": [ANSWER, first, 1, last, 1],
            "fill": {"color": "#7A96AE"},
            "border": {"color": "#1B3A57"},
            "gap": 60,
            "y_error_bars": {
                "type": "custom",
                "minus_values": f"={ANSWER}!${below}${first + 1}:${below}${last + 1}",
                "plus_values": f"={ANSWER}!${above}${first + 1}:${above}${last + 1}",
                "minus_data": [under for under, _ in ends],
                "plus_data": [over for _, over in ends],
            },
        }
    )
    chart.set_title({"name": title.replace(": ", ":\n"), "name_font": {"size": 11, "bold": True}, "overlay": False})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "label_position": "low", "num_font": {"size": 9}})
    reach = [0.0, *(float(end) for _, of in changes for end in (of.low, of.high))]
    chart.set_x_axis({
        "min": math.floor(min(reach)), "max": math.ceil(max(reach)), "label_position": "high",
        "name": "for each 100 members of grades 9-12; whiskers: 90% of draws", "num_font": {"size": 9},
        "name_font": {"size": 9, "bold": False}, "num_format": "0.0", "major_gridlines": {"visible": True},
    })  # fmt: skip
    chart.set_size({"width": CHART_WIDTH, "height": CHART_HEIGHT + BAR_HEIGHT * len(changes)})
    sheet.insert_chart(1, CHART_COLUMN, chart, {"description": title, "object_position": 3})


def _links(sheet: "Worksheet", formats: Formats, pages: Sequence[tuple[str, str]], row: int) -> int:
    sheet.write_string(row, 0, "Pages", formats.label)
    for name, holds in pages:
        row += 1
        sheet.write_url(row, 0, f"internal:'{name}'!A1", formats.link, name)
        sheet.write_string(row, 1, holds)
    return row
