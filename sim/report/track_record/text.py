"""A track record as text and as a part of a page: the findings, then every table and figure."""

from typing import TYPE_CHECKING

import numpy as np

from sim.report.assessment.words import interval_text
from sim.report.hindcast.tables import origin_text
from sim.report.shared.intervals import signed_text
from sim.report.shared.plain_table import paragraphs
from sim.report.shared.rows import Rows, markdown_rows, text_rows
from sim.report.track_record.tables import by_case, misses
from sim.report.track_record.words import findings, share_text
from sim.study.assessment.forecasts import BANDS
from sim.study.track_record.record import ALL, ALONE, CARRIED, EVERY_YEAR, WHOLLY, WIDER

if TYPE_CHECKING:
    from sim.study.hindcast.study import Hindcast
    from sim.study.track_record.record import TrackRecord

COVERAGE_NOTE = (
    "Mean over cases of the share of a case's outcomes inside, each case and each outcome counted once, with 90% over "
    "cases. As simulated: parameters and luck. With tolerance: the outcome's stated one besides, as one standard "
    "deviation. With discrepancy: in its place, what the calibration's targets of other states tell of the kind of "
    "outcome. As intervals carry it: told by held-out outcomes of other states too, in two parts: the change is "
    "larger or smaller by one factor, and the outcome by one for its kind."
)
RACE_NOTE = (
    "Scores (CRPS) in tolerances and distances in log points, means over cases; less is better. Skill: one less the "
    "ratio of scores, with 90% over cases. The forecasts without a model have the spread of their own misses in other "
    'cases. Outcomes without a start have no "nothing changes", those of one year no straight line.'
)
CHANGE_NOTE = "Outcomes in their last judged year; means in log points, towards where the observed change went."
MISS_NOTE = (
    "Log points of observed over median forecast, in each outcome's last judged year, 0 within a range; held: the part "
    "of the case's outcomes inside 90% bands. `misses.csv` has every number."
)


def track_record_markdown(found: "TrackRecord", study: "Hindcast") -> str:
    """The generated part of the page."""
    parts = [line for paragraph in findings(found) for line in (paragraph, "")]
    for title, rows, note, figure in sections(found):
        parts += [f"### {title}", "", *markdown_rows(rows), "", note, ""]
        if figure:
            parts += [f"![{title}](figures/track_record_{figure}.png)", ""]
    return "\n".join([*parts, origin_text(study) + "."]) + "\n"


def track_record_text(found: "TrackRecord", study: "Hindcast") -> str:
    """The printed page."""
    lines = ["How far the bands can be trusted", ""]
    lines += [line for said in findings(found) for line in (*paragraphs([said.replace("**", "")]), "")]
    for title, rows, _, _ in sections(found):
        lines += [title, "", *text_rows(rows), ""]
    return "\n".join([*lines, *paragraphs([origin_text(study) + "."])]) + "\n"


def sections(found: "TrackRecord") -> list[tuple[str, Rows, str, str]]:
    """Title, rows with their header first, a note and the figure of each table; none where nothing was judged."""
    if not found.sheet.rows:
        return []
    held = bool(found.sheet.held_out.any())
    every = [
        ("Coverage", _coverage_rows(found), COVERAGE_NOTE, "coverage"),
        ("The race", _race_rows(found), RACE_NOTE, ""),
        ("Size of changes forecast and observed", _change_rows(found), CHANGE_NOTE, ""),
        ("What was missed, case by case", _miss_rows(found), MISS_NOTE, "misses" if held else ""),
    ]
    return [section for section in every if len(section[1]) > 1]


def _coverage_rows(found: "TrackRecord") -> Rows:
    rows = [["of", "forecast", "outcomes", "cases", *(f"{band:.0%} band" for band in BANDS)]]
    for group, coverage in found.coverage.items():
        if group == EVERY_YEAR:
            continue
        for row in coverage:
            cells = [share_text(mean) for mean in row.over_cases]
            rows.append([group, row.forecast, str(row.targets), str(row.cases), *cells])
    return rows


def _race_rows(found: "TrackRecord") -> Rows:
    rows = [["of", "forecast", "against", "outcomes", "cases", "scores", "skill", "log errors", "cases won", "verdict"]]
    for group in (ALL, WHOLLY):
        for heat in found.heats[group]:
            if heat.targets:
                rows.append(
                    [
                        group, heat.first, heat.other, str(heat.targets), str(heat.skill.cases),
                        f"{heat.crps[0]:.2f} : {heat.crps[1]:.2f}", interval_text(heat.skill),
                        f"{heat.log_error[0]:.2f} : {heat.log_error[1]:.2f}", str(heat.won), heat.verdict,
                    ]
                )  # fmt: skip
    return rows


def _change_rows(found: "TrackRecord") -> Rows:
    rows = [["of", "observed change", "outcomes", "cases", "observed", "forecast", "missing", "right direction"]]
    for group in (ALL, WHOLLY):
        for row in found.sizes[group][0]:
            cells = (signed_text(value, 2) for value in (row.observed, row.forecast, row.missing))
            rows.append([group, row.size, str(row.targets), str(row.cases), *cells, str(row.right)])
    return rows


def _miss_rows(found: "TrackRecord") -> Rows:
    shown = [name for name in (ALONE, CARRIED, WIDER) if name in found.forecasts]
    held = ["held as simulated", "held with discrepancy", "held as carried"]
    rows = [["case", "outcomes", "held out", "mean miss", "largest miss", *held[: len(shown)]]]
    missed = misses(found)
    for case in by_case(found):
        largest = ""
        if case.largest is not None:
            largest = f"{signed_text(missed[case.largest], 2)}: {found.sheet.rows[case.largest].outcome.label}"
        mean = "" if np.isnan(case.mean) else signed_text(case.mean, 2)
        cells = [f"{case.holds[name]:.0%}" for name in shown]
        rows.append([case.record, str(case.outcomes), str(case.held_out), mean, largest, *cells])
    return rows
