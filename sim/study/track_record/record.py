"""Coverage, race and bias of a hindcast: over all outcomes, those held out, and cases held out wholly.

Each outcome counts once, however many of its years were observed, and so does each case in means over cases. The
sample of a forecast is as simulated (parameters and luck), with errors of the outcome's tolerance as one standard
deviation, or with the discrepancy in its place; all net of the placebo where the verdict is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, BoolArray
from sim.results.discrepancy import CarriedDiscrepancy
from sim.study.assessment.coverage import Coverage, counted
from sim.study.assessment.discrepancy import GRID, with_discrepancy
from sim.study.assessment.forecasts import BANDS, inside, with_tolerance
from sim.study.assessment.race import (
    DISCREPANT,
    LINE,
    MODEL,
    NOTHING,
    Entrant,
    Heat,
    SizeOfChange,
    by_size,
    heat,
    unmodelled,
)
from sim.study.assessment.scores import Interval, crps_of_sample, log_error
from sim.study.hindcast.study import Hindcast
from sim.study.track_record.carried import Missed, missed_by_calibration
from sim.study.track_record.sheet import Sheet, sheet_of

ALONE, TOLERANT, CARRIED = "as simulated", "with tolerance", "with discrepancy"
WIDER = "as intervals carry it"
"""The forecasts whose bands are counted. The discrepancy is that of the calibration's targets of other states. The last
is as the intervals of studies are, but told by other states alone: by their held-out outcomes too, and in two parts, by
kind of outcome and by the size of the change."""

WIDE = "model as intervals carry it"
"""That last forecast in the race."""

RUNS = {MODEL: TOLERANT, DISCREPANT: CARRIED, WIDE: WIDER}
"""Which forecast runs under which name."""

ALL, HELD_OUT, WHOLLY, EVERY_YEAR = (
    "all outcomes", "held-out outcomes", "cases wholly held out", "all outcomes, years that are only shown too"
)  # fmt: skip
"""Groups of outcomes."""


@dataclass(frozen=True)
class Forecast:
    """A sample of every row ``[M, S]``, net of the placebo as the verdict is; ``holds`` ``[B, S]``: whether each of its
    ``BANDS`` has any part of what is known."""

    name: str
    sample: Array
    holds: BoolArray


@dataclass(frozen=True)
class TrackRecord:
    """What became of a hindcast's forecasts, group by group. ``sigma`` ``[S]``: the median discrepancy of each row, log
    points, and ``tellers`` the cases that tell it, empty where all kinds together do; ``without``: why there is none.
    ``entrants``: scores of every row ``[S]``. ``changed``: observed and forecast change of each outcome in its last
    judged year ``[O]``, log points. ``carried``: what intervals of other studies carry, told by all cases of
    this hindcast and by the calibration of that ``wave``."""

    sheet: Sheet
    forecasts: dict[str, Forecast]
    sigma: Array
    tellers: tuple[tuple[str, ...], ...]
    without: str
    coverage: dict[str, list[Coverage]]
    entrants: dict[str, Entrant]
    heats: dict[str, list[Heat]]
    changed: tuple[Array, Array]
    sizes: dict[str, tuple[list[SizeOfChange], Interval]]
    seed: int
    carried: CarriedDiscrepancy | None = None
    wave: str = ""


def track_record(study: Hindcast) -> TrackRecord:
    """The track record of a hindcast's draws, with the discrepancy of the stored calibration."""
    return recorded(
        sheet_of(study.findings), missed_by_calibration(study.uncertainty, study.seed, study.tables), study.seed
    )


def recorded(sheet: Sheet, missed: Missed | str, seed: int) -> TrackRecord:
    """The track record of a sheet. ``missed``: what tells the discrepancy, or why there is none."""
    raw = sheet.sample()
    alone = sheet.taken_net(raw)
    samples = {ALONE: alone, TOLERANT: with_tolerance(alone, sheet.of_rows("tolerance"), seed)}
    sigma = np.full(len(sheet.rows), np.nan)
    tellers: tuple[tuple[str, ...], ...] = ((),) * len(sheet.rows)
    if isinstance(missed, Missed) and sheet.rows:
        chance = missed.sigma(sheet.rows)
        tellers = tuple(missed.tellers(row) for row in sheet.rows)
        samples[CARRIED] = sheet.taken_net(with_discrepancy(raw, chance, seed))
        missed = missed.with_held_out(sheet, alone)
        samples[WIDER] = missed.as_carried(sheet, raw, seed)
        sigma = np.array([np.interp(0.5, np.cumsum(each), GRID) for each in chance])
    forecasts = {name: Forecast(name, sample, _holds(sheet, sample)) for name, sample in samples.items()}
    running = entrants(sheet, forecasts)
    changed = changes(sheet, alone)
    groups = {ALL: np.ones(len(sheet.rows), dtype=bool), HELD_OUT: sheet.held_out, WHOLLY: sheet.wholly_held_out}
    judged = {name: rows & sheet.judged for name, rows in groups.items()}
    counted_groups = {**judged, EVERY_YEAR: groups[ALL]}
    return TrackRecord(
        sheet=sheet,
        forecasts=forecasts,
        sigma=sigma,
        tellers=tellers,
        without=missed if isinstance(missed, str) else "",
        coverage={
            name: [coverage_of(sheet, forecast, rows) for forecast in forecasts.values()]
            for name, rows in counted_groups.items()
            if rows.any()
        },
        entrants=running,
        heats={name: heats_of(sheet, running, rows) for name, rows in judged.items()},
        changed=changed,
        sizes={name: sizes_of(sheet, changed, rows) for name, rows in judged.items()},
        seed=seed,
        carried=missed.carried(seed) if isinstance(missed, Missed) else None,
        wave=missed.wave if isinstance(missed, Missed) else "",
    )


def coverage_of(sheet: Sheet, forecast: Forecast, rows: BoolArray) -> Coverage:
    """The coverage of a forecast over some rows ``[S]``, every outcome by the part of its years that a band holds."""
    hits = [sheet.by_outcome(np.where(rows, band, np.nan)) for band in forecast.holds.astype(np.float64)]
    known = np.isfinite(hits[0])
    names = np.asarray(sheet.record_of_outcome)[known]
    return counted(forecast.name, [hit[known] for hit in hits], tuple(names))


def entrants(sheet: Sheet, forecasts: Mapping[str, Forecast]) -> dict[str, Entrant]:
    """All that run, scored in each judged row that is one number; a range has no score. The opponents' spread is that
    of their misses in the other cases' judged rows."""
    scored = sheet.judged & sheet.single
    values = np.where(scored, sheet.of_rows("low"), np.nan)
    tolerances = sheet.of_rows("tolerance")
    middle = np.median(forecasts[ALONE].sample, axis=0)
    found = [
        Entrant(name, crps_of_sample(forecasts[own].sample, values) / tolerances, log_error(middle, values))
        for name, own in RUNS.items()
        if own in forecasts
    ]
    found += [
        unmodelled(name, sheet.of_rows(field), values, tolerances, sheet.records)
        for name, field in ((NOTHING, "unchanged"), (LINE, "line"))
    ]
    return {entrant.name: entrant for entrant in found}


def heats_of(sheet: Sheet, running: Mapping[str, Entrant], rows: BoolArray) -> list[Heat]:
    """The model, with and without its discrepancy, against each of the others over some rows ``[S]`` that both
    forecast; each outcome counts once."""
    found = []
    for other in (NOTHING, LINE):
        for first in RUNS:
            if first in running:
                one, against = running[first], running[other]
                both = rows & np.isfinite(one.crps) & np.isfinite(against.crps)
                pair = [
                    Entrant(
                        each.name,
                        sheet.by_outcome(np.where(both, each.crps, np.nan)),
                        sheet.by_outcome(np.where(both, each.log_error, np.nan)),
                    )
                    for each in (one, against)
                ]
                found.append(heat(pair[0], pair[1], sheet.record_of_outcome))
    return found


def changes(sheet: Sheet, alone: Array) -> tuple[Array, Array]:
    """Observed and forecast change of each outcome in its last judged year that is one number ``[O]``, log points
    against nothing changing; NaN where there is none."""
    values, unchanged, middle = sheet.of_rows("low"), sheet.of_rows("unchanged"), np.median(alone, axis=0)
    known = sheet.judged & sheet.single & (unchanged > 0) & (values > 0) & (middle > 0)
    seen, forecast = np.full(sheet.outcomes, np.nan), np.full(sheet.outcomes, np.nan)
    # Rows of an outcome stand in the order of years, so that its last one stays.
    for row in np.flatnonzero(known):
        seen[sheet.place[row]] = np.log(values[row] / unchanged[row])
        forecast[sheet.place[row]] = np.log(middle[row] / unchanged[row])
    return seen, forecast


def sizes_of(
    sheet: Sheet, changed: tuple[Array, Array], rows: BoolArray
) -> tuple[list[SizeOfChange], Interval]:  # fmt: skip
    """Bias by size of observed change of the outcomes of some rows ``[S]``, and how much of a change is forecast."""
    own = np.isin(np.arange(sheet.outcomes), sheet.place[rows])
    seen, forecast = (np.where(own, each, np.nan) for each in changed)
    return by_size(seen, forecast, sheet.record_of_outcome)


def _holds(sheet: Sheet, sample: Array) -> BoolArray:
    low, high = sheet.of_rows("low"), sheet.of_rows("high")
    return np.array([inside(sample, low, band, high) for band in BANDS])
