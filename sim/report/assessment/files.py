"""The files of an assessment: text, page, tables and figures."""

from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.assessment.tables import tables
from sim.report.assessment.text import assessment_markdown, assessment_text
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.study.assessment.study import Assessment


def write_assessment(found: "Assessment", folder: Path, figures: bool = True) -> str:
    """Write assessment.txt, assessment.md, a CSV and a figure for each check; returns the text of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    text = assessment_text(found)
    (folder / "assessment.txt").write_text(text, encoding="utf-8")
    (folder / "assessment.md").write_text(assessment_markdown(found), encoding="utf-8")
    for name, table in tables(found).items():
        write_table(table, folder / f"{name}.csv", digits=6)
    if figures:
        from sim.report.assessment.figures import assessment_figures

        assessment_figures(found, folder / "figures")
    return text
