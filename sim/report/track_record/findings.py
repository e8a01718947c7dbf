"""The sentences over the figures of a track record."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.report.track_record.tables import median
from sim.report.track_record.words import band_of, share_text
from sim.study.track_record.record import ALL, ALONE, CARRIED, TOLERANT, WIDER

if TYPE_CHECKING:
    from sim.study.track_record.record import TrackRecord


def coverage_sentence(found: "TrackRecord") -> str:
    """What part of the outcomes 90% bands hold: those of parameters and luck, and the widest there are."""
    alone = band_of(found, ALL, ALONE)
    best = next(name for name in (WIDER, CARRIED, TOLERANT) if name in {row.forecast for row in found.coverage[ALL]})
    return (
        f"90% bands of parameters and luck hold {share_text(alone)} of outcomes in {alone.cases} past cases; "
        f"{best}, {share_text(band_of(found, ALL, best))}"
    )


def misses_sentence(found: "TrackRecord", rows: Sequence[int]) -> str:
    """Of held-out outcomes ``rows``, how many lie within their widest 90% band, and on which side of the forecast those
    lie that are one number."""
    name = next(name for name in (WIDER, CARRIED, ALONE) if name in found.forecasts)
    low, high = np.quantile(found.forecasts[name].sample[:, list(rows)], (0.05, 0.95), axis=0)
    facts = [found.sheet.rows[row] for row in rows]
    inside = sum(
        bool(fact.high >= bottom and fact.low <= top) for fact, bottom, top in zip(facts, low, high, strict=True)
    )
    middle = median(found)
    known = [(fact, row) for fact, row in zip(facts, rows, strict=True) if fact.single]
    more = sum(fact.low > middle[row] for fact, row in known)
    return (
        f"{inside} of {len(rows)} outcomes that nothing was fitted to lie within their 90% band; of {len(known)} known "
        f"to the number {more} lie above the median forecast and {len(known) - more} below"
    )
