"""The files of a discovery: the answer, the text, tables and figures."""

from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.discover.tables import tables
from sim.report.discover.text import answer, discovery_text
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.study.discover.study import Found


def write_discovery(found: "Found", folder: Path, figures: bool) -> str:
    """Write answer.txt, discover.txt, the tables as CSV, and figures if wanted; returns the text."""
    folder.mkdir(parents=True, exist_ok=True)
    text = discovery_text(found)
    (folder / "answer.txt").write_text("\n".join(answer(found)) + "\n", encoding="utf-8")
    (folder / "discover.txt").write_text(text, encoding="utf-8")
    for name, table in tables(found).items():
        write_table(table, folder / f"{name}.csv", digits=6)
    if figures:
        from sim.report.discover.figures import discovery_figures

        discovery_figures(found, folder / "figures")
    return text
