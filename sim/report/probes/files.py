"""The files of a battery of probes: text, page and tables."""

from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.probes.page import verdict_markdown
from sim.report.probes.tables import battery_text, checks_table, paths_table
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.study.probes.study import Battery


def write_probes(battery: "Battery", folder: Path) -> str:
    """Write probes.txt, probes.md, probes.csv and probes_by_year.csv; returns the text of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    text = battery_text(battery)
    (folder / "probes.txt").write_text(text, encoding="utf-8")
    (folder / "probes.md").write_text(verdict_markdown(battery), encoding="utf-8")
    write_table(checks_table(battery), folder / "probes.csv", digits=6)
    write_table(paths_table(battery), folder / "probes_by_year.csv", digits=6)
    return text
