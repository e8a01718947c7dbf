"""The files of a hindcast: text, page, tables and figures."""

from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.hindcast.readings import readings_markdown
from sim.report.hindcast.tables import hindcast_text, points_table, pulls_table, verdict_markdown
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.study.hindcast.study import Hindcast


def write_hindcast(study: "Hindcast", folder: Path, figures: bool = True) -> str:
    """Write hindcast.txt, hindcast.md, hindcast.csv, hindcast_parameters.csv and one figure for each tested case,
    and new_mexico.md if every reading of New Mexico's past was run; returns the text of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    text = hindcast_text(study)
    (folder / "hindcast.txt").write_text(text, encoding="utf-8")
    (folder / "hindcast.md").write_text(verdict_markdown(study), encoding="utf-8")
    readings = readings_markdown(study)
    if readings is not None:
        (folder / "new_mexico.md").write_text(readings, encoding="utf-8")
    write_table(points_table(study), folder / "hindcast.csv", digits=6)
    write_table(pulls_table(study), folder / "hindcast_parameters.csv", digits=4)
    if figures:
        from sim.report.hindcast.figures import hindcast_figures

        hindcast_figures(study, folder / "figures")
    return text
