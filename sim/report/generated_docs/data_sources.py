"""The page of data sources: every source that tables, parameters, laws, cases and scenarios name, with its dates, and
the terms of who published it as far as these are stated."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sim.world
from sim.config_folder import config_folder
from sim.inputs import read_yaml
from sim.parameters.catalogue import load_catalogue

TABLES = Path(sim.world.__file__).parent / "new_mexico"
MOST_DATES = 3
"""Dates that are told of one source; of more, the first and the last."""
FOLDERS: tuple[tuple[str, str], ...] = (
    ("formula", "Shipped formulas"),
    ("line", "Lines of current law"),
    ("hindcast", "Law changes of the past"),
    ("scenario", "Scenarios"),
)
"""Folders of ``conf`` whose files name a source, and what is said above them."""

_DATE = re.compile(r"(?<![\d.$,])(?:FY ?\d{2}(?:-\d{2})?(?!\d)|(?:19|20)\d{2}(?:-\d{2})?(?!\d|,\d{3}))")


def publishers() -> list[dict[str, Any]]:
    """Who published the sources, by which words they are known, and under which terms."""
    found: list[dict[str, Any]] = read_yaml(Path(__file__).with_name("publishers.yaml"))
    return found


def publisher_of(source: str) -> dict[str, Any] | None:
    """The publisher of a source, by the first whose words stand in it; None if it is none of them."""
    return next((one for one in publishers() if any(str(word) in source for word in one["words"])), None)


def dates_in(source: str) -> str:
    """The years that a source names, as it writes them."""
    found = list(dict.fromkeys(_DATE.findall(source)))
    return ", ".join(found) if len(found) <= MOST_DATES else f"{found[0]} ... {found[-1]}"


def every_source() -> Iterator[tuple[str, str, str]]:
    """Each source that is named anywhere: the kind of what names it, its name, and the source's words."""
    for table in sorted(TABLES.glob("*.csv")):
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for part in row["source"].split("; "):
                    yield "tables", table.name, re.sub(r"^[^:;]{0,60}: (?=[A-Z])", "", part).strip()
    for group, entries in load_catalogue().entries.items():
        for name, entry in entries.items():
            yield "parameters", f"{group}.{name}", entry.source
    for folder, _ in FOLDERS:
        for path, content in _files(folder):
            yield folder, path.stem, " ".join(str(content.get("source", "")).split())


def sources_page() -> str:
    """Every source with its dates and terms, in Markdown."""
    named = list(every_source())
    lines = [
        "# Data sources",
        "",
        "<!-- This page is written by docs/refresh.py. -->",
        "",
        "What the model rests on, as the files of the project name it. Dates are those that a source's own words give.",
        "*Not stated* means that nobody was seen to say under which terms the source may be used; numbers were taken",
        "from it, and no text. Each number stands beside its source in [the tables](tables.md), [the",
        "parameters](parameters.md) and the files themselves.",
        "",
        "## Who published it, and on which terms",
        "",
        "A source that several published counts for the first.",
        "",
        "| published by | terms | rows of tables | parameters | laws and lines | cases | scenarios |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    counted: dict[str, Counter[str]] = {}
    for kind, _, source in named:
        one = publisher_of(source)
        counted.setdefault(one["publisher"] if one else "", Counter())[kind] += 1
    for name, terms in [*((one["publisher"], one["terms"]) for one in publishers()), ("", "not stated")]:
        of = counted.get(name, Counter())
        numbers = (of["tables"], of["parameters"], of["formula"] + of["line"], of["hindcast"], of["scenario"])
        if any(numbers):
            cells = [name or "Others", terms, *(f"{number:,}" if number else "" for number in numbers)]
            lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "## Tables of New Mexico", "", "| table | rows | source | dates | terms |", "|---|---|---|---|---|"]
    rows = Counter((table, source) for kind, table, source in named if kind == "tables")
    for (table, source), number in sorted(rows.items(), key=lambda item: (item[0][0], -item[1], item[0][1])):
        lines.append(f"| `{table}` | {number} | {_cell(source)} | {dates_in(source)} | {_terms(source)} |")
    lines += ["", "*Rows* that name the source, most of them beside others.", ""]
    for folder, heading in FOLDERS:
        lines += [f"## {heading}", "", "| file | source | dates | terms |", "|---|---|---|---|"]
        for path, content in _files(folder):
            source = " ".join(str(content.get("source", "")).split())
            dates = str(content.get("year_of_numbers") or dates_in(source))
            lines.append(f"| `{path.stem}` | {_cell(source)} | {dates} | {_terms(source)} |")
        lines.append("")
    lines += [
        "## Parameters",
        "",
        "Each of the parameters has its source, confidence and prior in [its table](parameters.md).",
    ]
    return "\n".join(lines) + "\n"


def _files(folder: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted((config_folder() / folder).glob("*.yaml")):
        yield path, read_yaml(path)


def _terms(source: str) -> str:
    one = publisher_of(source)
    return str(one["terms"]) if one else "not stated"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
