"""The golden baseline: some statewide numbers of New Mexico under three formulas, to notice when results move."""

from pathlib import Path

import numpy as np
import pandas as pd
from simulated import Step, new_mexico_ensemble, shipped, steps

from sim.engine import recording

GOLDEN = Path(__file__).resolve().parent / "golden" / "new_mexico.csv"
REPLICATES, HORIZON, SEED = 4, 5, 2026
FORMULAS = ("status_quo", "pilot_sunset", "aligned")
YEARS = (2026, 2027, 2029, 2031)
METRICS = (
    "membership", "participants", "concentrators", "concentrators_taught", "credentials", "sites", "first_sections",
    "second_sections", "unserved_first", "unserved_second", "plans", "launches_started", "instructors",
    "instructor_pool", "quality", "equipment", "state_cost", "own_money", "covered", "returned", "lapsed", "spending",
    "startup_spending", "cash", "trust",
)  # fmt: skip


def computed() -> pd.DataFrame:
    """The baseline as the code has it now, means over replicates."""
    ensemble = new_mexico_ensemble(REPLICATES, HORIZON, SEED)
    rows = []
    for name in FORMULAS:
        base = Step(ensemble.state, ensemble.base, ensemble.state)
        for step in (base, *steps(ensemble, shipped(name), HORIZON)):
            if step.year.fiscal_year in YEARS:
                record = recording.statewide(ensemble.world, ensemble.parameters, step.after, step.year)
                rows += [(name, step.year.fiscal_year, metric, float(np.mean(record[metric]))) for metric in METRICS]
    return pd.DataFrame(rows, columns=["formula", "fiscal_year", "metric", "value"])


def write_golden(table: pd.DataFrame) -> None:
    GOLDEN.parent.mkdir(exist_ok=True)
    table.to_csv(GOLDEN, index=False, lineterminator="\n")


def read_golden() -> pd.DataFrame:
    return pd.read_csv(GOLDEN)
