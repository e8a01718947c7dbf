"""The files of a track record: text, page, tables and figures, beside those of the hindcast."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.hindcast.files import write_hindcast
from sim.report.hindcast.tables import origin_text
from sim.report.track_record.tables import tables
from sim.report.track_record.text import track_record_markdown, track_record_text
from sim.report.track_record.trust import trust
from sim.study.calibration.stored import WAVE
from sim.study.hindcast.case import case_folder
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.study.hindcast.study import Hindcast
    from sim.study.track_record.record import TrackRecord


CARRIED_FILE = "discrepancy.json"
"""What intervals of other studies carry, told by all shipped cases and by the waves of that fingerprint."""


def untested(study: "Hindcast") -> set[str]:
    """The shipped cases that a hindcast did not run."""
    return {path.stem for path in case_folder().glob("*.yaml")} - {finding.case.name for finding in study.findings}


def write_recorded(study: "Hindcast", found: "TrackRecord", folder: Path, figures: bool = True) -> str:
    """Write a hindcast and its track record; returns both texts, one after the other."""
    text = write_hindcast(study, folder, figures)
    return f"{text}\n{write_track_record(found, study, folder, figures)}"


def write_track_record(found: "TrackRecord", study: "Hindcast", folder: Path, figures: bool = True) -> str:
    """Write track_record.txt, track_record.md, trust.md, a CSV for each table, two figures and, of all shipped cases,
    discrepancy.json; returns the text of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    text = track_record_text(found, study)
    (folder / "track_record.txt").write_text(text, encoding="utf-8")
    (folder / "track_record.md").write_text(track_record_markdown(found, study), encoding="utf-8")
    sentences = "\n".join(f"- {sentence}" for sentence in trust(found))
    (folder / "trust.md").write_text(f"{sentences}\n\n{origin_text(study)}.\n", encoding="utf-8")
    for name, table in tables(found).items():
        write_table(table, folder / f"{name}.csv", digits=6)
    if found.carried is not None and not untested(study):
        carried = {WAVE: found.wave, "discrepancy": found.carried.model_dump(mode="json")}
        (folder / CARRIED_FILE).write_text(json.dumps(carried, indent=2) + "\n", encoding="utf-8")
    if figures and found.sheet.rows:
        from sim.report.track_record.figures import track_record_figures

        track_record_figures(found, study, folder / "figures")
    return text
