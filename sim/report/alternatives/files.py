"""The files of a comparison of structures: text, a part of a page, tables and figures."""

from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.alternatives.tables import tables
from sim.report.alternatives.text import alternatives_markdown, alternatives_text
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.study.alternatives.study import Comparison


def write_alternatives(found: "Comparison", folder: Path, figures: bool = True) -> str:
    """Write alternatives.txt, alternatives.md, alternatives.csv with the tables behind it, and two figures; returns the
    text of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    text = alternatives_text(found)
    (folder / "alternatives.txt").write_text(text, encoding="utf-8")
    (folder / "alternatives.md").write_text(alternatives_markdown(found), encoding="utf-8")
    for name, table in tables(found).items():
        write_table(table, folder / f"{name}.csv", digits=6)
    if figures:
        from sim.report.alternatives.figures import alternatives_figures

        alternatives_figures(found, folder / "figures")
    return text
