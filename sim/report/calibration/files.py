"""The files of a calibration: text, page, tables and figures."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.calibration.tables import (
    calibration_markdown,
    calibration_text,
    named_band,
    parameter_table,
    target_rows,
)
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.study.calibration.study import Calibration


def write_calibration(found: "Calibration", folder: Path, figures: bool = True) -> str:
    """Write calibration.txt, calibration.md, targets.csv, parameters.csv and two figures; returns the text of the
    first."""
    text = calibration_text(found)
    (folder / "calibration.txt").write_text(text, encoding="utf-8")
    (folder / "calibration.md").write_text(calibration_markdown(found), encoding="utf-8")
    targets = pd.DataFrame(
        {
            "target": row.name, "value": row.value, "tolerance": row.tolerance, "use": row.use,
            "confidence": row.confidence,
            **{f"prior_{key}": value for key, value in named_band(row.prior).items()},
            **{f"posterior_{key}": value for key, value in named_band(row.posterior).items()},
            "verdict": row.verdict, "explained_by_parameters": row.explained, "posterior_emulated": row.emulated,
        }
        for row in target_rows(found)
    )  # fmt: skip
    write_table(targets, folder / "targets.csv", digits=6)
    write_table(parameter_table(found), folder / "parameters.csv", digits=6)
    if figures:
        from sim.report.calibration.figures import calibration_figures

        calibration_figures(found, folder / "figures")
    return text
