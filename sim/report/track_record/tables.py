"""The tables of a track record, as they are written for people."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.study.assessment.forecasts import BANDS
from sim.study.hindcast.kinds import kind_of
from sim.study.track_record.record import ALONE

if TYPE_CHECKING:
    from sim.arrays import Array
    from sim.study.assessment.scores import Interval
    from sim.study.track_record.record import TrackRecord


def tables(found: "TrackRecord") -> dict[str, pd.DataFrame]:
    """Every table by the name of its file."""
    return {
        "coverage": coverage_table(found),
        "race": race_table(found),
        "changes": changes_table(found),
        "misses": misses_table(found),
    }


def coverage_table(found: "TrackRecord") -> pd.DataFrame:
    """One row for each group of outcomes, forecast and band: the share of outcomes inside, and the mean over cases."""
    return pd.DataFrame(
        {
            "group": group, "forecast": row.forecast, "outcomes": row.targets, "cases": row.cases, "band": band,
            "inside": share, "over_cases": mean.value, "over_cases_low": max(mean.low, 0.0),
            "over_cases_high": min(mean.high, 1.0),
        }
        for group, rows in found.coverage.items()
        for row in rows
        for band, share, mean in zip(BANDS, row.shares, row.over_cases, strict=True)
    )  # fmt: skip


def race_table(found: "TrackRecord") -> pd.DataFrame:
    """One row for each group and heat: scores in tolerances, distances in log points, skill and its interval."""
    return pd.DataFrame(
        {
            "group": group, "forecast": heat.first, "against": heat.other, "outcomes": heat.targets,
            "cases": heat.skill.cases, "crps": heat.crps[0], "crps_against": heat.crps[1],
            **_named("skill", heat.skill), "log_error": heat.log_error[0], "log_error_against": heat.log_error[1],
            **_named("closer", heat.closer), "cases_won": heat.won, "verdict": heat.verdict,
        }
        for group, heats in found.heats.items()
        for heat in heats
    )  # fmt: skip


def changes_table(found: "TrackRecord") -> pd.DataFrame:
    """One row for each group and size of change, log points towards where the observed one went; last of each group how
    much of a change is forecast."""
    rows: list[dict[str, object]] = []
    for group, (sizes, slope) in found.sizes.items():
        rows += [
            {
                "group": group, "size": row.size, "outcomes": row.targets, "cases": row.cases, "observed": row.observed,
                "forecast": row.forecast, "missing": row.missing, "right_direction": row.right,
            }
            for row in sizes
        ]  # fmt: skip
        total = sum(row.targets for row in sizes)
        rows.append({"group": group, "size": "all", "outcomes": total, "cases": slope.cases, **_named("slope", slope)})
    return pd.DataFrame(rows)


def misses_table(found: "TrackRecord") -> pd.DataFrame:
    """One row for each observed number: what is known and forecast of it net of its placebo, its miss in log points,
    every band, and every score."""
    sheet = found.sheet
    columns: dict[str, object] = {
        "record": sheet.records,
        "case": [row.case.name for row in sheet.rows],
        "outcome": [row.outcome.name for row in sheet.rows],
        "fiscal_year": [row.year for row in sheet.rows],
        "judged": [row.judged for row in sheet.rows],
        "use": [row.outcome.use for row in sheet.rows],
        "case_wholly_held_out": sheet.wholly_held_out,
        "net": [row.net for row in sheet.rows],
        "observed_low": sheet.of_rows("low"),
        "observed_high": sheet.of_rows("high"),
        "tolerance": sheet.of_rows("tolerance"),
        "median": median(found),
        "miss": misses(found),
        "kind": [kind_of(row.outcome) for row in sheet.rows],
        "sigma": found.sigma,
        "sigma_told_by": ["; ".join(tellers) or "all kinds together" for tellers in found.tellers],
        "nothing_changes": sheet.of_rows("unchanged"),
        "straight_line": sheet.of_rows("line"),
    }
    for name, forecast in found.forecasts.items():
        word = name.replace(" ", "_")
        for place, band in enumerate(BANDS):
            tail = 0.5 - band / 2.0
            low, high = np.quantile(forecast.sample, (tail, 1.0 - tail), axis=0)
            columns |= {
                f"p{100 * tail:02.0f}_{word}": low, f"p{100 - 100 * tail:02.0f}_{word}": high,
                f"in_{band:.0%}_{word}".replace("%", ""): forecast.holds[place],
            }  # fmt: skip
    for name, entrant in found.entrants.items():
        word = name.replace(" ", "_")
        columns |= {f"crps_{word}": entrant.crps, f"log_error_{word}": entrant.log_error}
    return pd.DataFrame(columns)


def median(found: "TrackRecord") -> "Array":
    """The median of each row's draws net of its placebo ``[S]``."""
    middle: Array = np.median(found.forecasts[ALONE].sample, axis=0)
    return middle


def misses(found: "TrackRecord") -> "Array":
    """The logarithm of what was observed over the median ``[S]``, 0 within a range; NaN where either is not above 0."""
    middle, low, high = median(found), found.sheet.of_rows("low"), found.sheet.of_rows("high")
    nearest = np.clip(middle, low, high)
    known = (middle > 0) & (nearest > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        missed: Array = np.where(known, np.log(nearest / middle), np.nan)
    return missed


@dataclass(frozen=True)
class CaseMiss:
    """A record: how many of its ``outcomes`` are held out, the mean miss of its outcomes' last judged years and the row
    of the largest, in log points, and the part of its outcomes that the 90% band of each forecast holds."""

    record: str
    outcomes: int
    held_out: int
    mean: float
    largest: int | None
    holds: dict[str, float]


def last_rows(found: "TrackRecord") -> list[int]:
    """The row of each outcome's last judged year."""
    last: dict[int, int] = {}
    for row in np.flatnonzero(found.sheet.judged):
        last[int(found.sheet.place[row])] = int(row)
    return [last[place] for place in sorted(last)]


def by_case(found: "TrackRecord") -> list[CaseMiss]:
    """Every record with what it was missed by."""
    sheet, missed = found.sheet, misses(found)
    lasts = last_rows(found)
    held = {
        name: sheet.by_outcome(np.where(sheet.judged, forecast.holds[-1], np.nan))
        for name, forecast in found.forecasts.items()
    }
    rows = []
    for record in dict.fromkeys(sheet.records):
        own = [row for row in lasts if sheet.records[row] == record]
        known = [row for row in own if np.isfinite(missed[row])]
        places = sheet.place[own]
        rows.append(
            CaseMiss(
                record,
                len(own),
                sum(bool(sheet.held_out[row]) for row in own),
                float(np.mean(missed[known])) if known else float("nan"),
                max(known, key=lambda row: abs(missed[row])) if known else None,
                {name: float(np.mean(values[places])) for name, values in held.items()},
            )
        )
    return rows


def _named(name: str, interval: "Interval") -> dict[str, float]:
    return {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}
