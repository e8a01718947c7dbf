"""The files of a district: the page, the same as text with the answer first, every number, and the answer alone."""

import re
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.answer.files import ANSWER_TEXT
from sim.report.district.answer import WIDTH, answer_lines
from sim.report.district.figures import figures
from sim.report.district.numbers import numbers
from sim.report.district.tables import Sheet, estimated, sheets, trust
from sim.report.district.told import BILL, LAW, Told
from sim.report.page.rendering import inline_svg, render
from sim.report.shared.order import with_code
from sim.report.shared.origin import also, short
from sim.report.shared.plain_table import fitting, plain_table
from sim.tables_for_people import write_table
from sim.version import __version__

if TYPE_CHECKING:
    from sim.study.district.study import DistrictStudy

TEXT, NUMBERS = "district.txt", "district.csv"


def page_name(identifier: str) -> str:
    """The name of a district's page: its identifier, of which a file's name may not hold every character."""
    return f"district_{re.sub(r'[^A-Za-z0-9_-]', '_', identifier)[:60]}.html"


def write_district(study: "DistrictStudy", folder: Path, command: str = "", drawn: bool = True) -> str:
    """Write the page, district.txt, district.csv and answer.txt into a folder; returns the text of the second.

    ``command`` makes the page again; without ``drawn`` the page has no figures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told = Told(study)
    answer, tables = answer_lines(told), sheets(told)
    text = _text(told, answer, tables, command)
    (folder / TEXT).write_text(text, encoding="utf-8", newline="\n")
    (folder / ANSWER_TEXT).write_text("\n".join(answer) + "\n", encoding="utf-8", newline="\n")
    write_table(numbers(told), folder / NUMBERS)
    html = _page(told, answer, tables, command, drawn)
    (folder / page_name(study.identifier)).write_text(html, encoding="utf-8", newline="\n")
    return text


def heading(told: Told) -> str:
    """Which district under which bill, against what."""
    name = with_code(told.study.name, told.study.identifier)
    law = told.titles[LAW]
    return f"{name} under {told.titles[BILL]}, against {'current law' if law == 'Current law' else law}"


def origin(told: Told) -> str:
    """Run, date, versions of code and data, draws, seed, scenario, and what the user changed."""
    study = told.study
    return (
        f"Run {short(study.run)} of {datetime.now(UTC):%Y-%m-%d}, CTE funding simulation {__version__}, data "
        f"{short(study.world.fingerprint)} ({study.world.vintage}), {study.draws:,} draws, seed {study.seed}, scenario "
        f"{study.scenario}{also(study.changed)}."
    )


def _text(told: Told, answer: list[str], tables: dict[str, Sheet], command: str) -> str:
    lines = [*_folded(heading(told)), "", *answer]
    for sheet in tables.values():
        rows = [sheet.head, *map(sheet.in_text, sheet.rows)]
        kept = fitting(rows, WIDTH)
        notes = list(sheet.notes)
        if len(kept) < len(sheet.head):
            notes.append("More columns are on the page and in district.csv.")
        table = plain_table([[row[column] for column in kept] for row in rows], WIDTH)
        lines += ["", sheet.title, *table.rstrip("\n").split("\n"), *(line for note in notes for line in _folded(note))]
    for title, said in (("What is estimated", estimated(told)), ("How far to trust it", trust(told))):
        lines += ["", title, *(line for sentence in said for line in _folded(sentence))]
    lines += ["", *_folded(origin(told)), *([f"Again: {command}"] if command else [])]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _folded(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _page(told: Told, answer: list[str], tables: dict[str, Sheet], command: str, drawn: bool) -> str:
    found = figures(told) if drawn else []
    return render(
        "district.html",
        heading=heading(told),
        answer=_sentences(answer),
        figures=[(figure.finding, inline_svg(figure.svg, figure.alternative)) for figure in found],
        tables=tables,
        estimated=estimated(told),
        trust=trust(told),
        origin=origin(told),
        source=told.study.world.districts.source[told.study.question.district],
        command=command,
    )


def _sentences(lines: list[str]) -> list[str]:
    """Lines of text as sentences: what is indented goes on."""
    found: list[str] = []
    for line in lines:
        if line.startswith("  ") and found:
            found[-1] += f" {line.strip()}"
        else:
            found.append(line)
    return found
