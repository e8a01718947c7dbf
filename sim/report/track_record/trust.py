"""How far to trust a number, in four sentences that follow from the track record: for README and limitations."""

from typing import TYPE_CHECKING

import numpy as np

from sim.report.assessment.words import ENOUGH
from sim.report.track_record.words import band_of, heat_of, share_text
from sim.study.assessment.race import NOTHING, SIZES
from sim.study.track_record.record import ALL, ALONE, WHOLLY, WIDE, WIDER

if TYPE_CHECKING:
    from sim.study.assessment.race import Heat
    from sim.study.track_record.record import TrackRecord


HELD, PAST = "cases that nothing was fitted to", "past cases"


def trust(found: "TrackRecord") -> list[str]:
    """A sentence on the direction of changes, their size, the width of intervals and the race with "nothing changes";
    none of what the record does not tell."""
    return [sentence for sentence in (_direction(found), _size(found), _bands(found), _race(found)) if sentence]


def _direction(found: "TrackRecord") -> str:
    if ALL not in found.sizes or not (rows := found.sizes[ALL][0]):
        return ""
    said = [f"{row.right} of {row.targets} where {row.size} was observed" for row in rows]
    largest = list(SIZES)[-1]
    how = "A direction was right as often as this"
    if told := [row for row in rows if row.size == largest]:
        right = all(row.right == row.targets for row in told)
        trusted = "Trust the direction of a large change, less that of a small one"
        how = trusted if right else "Do not trust a direction by itself"
    return f"**{how}.** Held against past laws, its direction was right in {_listed(said)}."


def _size(found: "TrackRecord") -> str:
    group, where = (WHOLLY, HELD) if found.sizes[WHOLLY][0] else (ALL, PAST)
    slope = found.sizes[group][1]
    if np.isnan(slope.low):
        return ""
    lead = "A response is more likely too small than too large"
    if slope.high >= 1.0:
        lead = "A response is about as large as it should be" if slope.low <= 1.0 else "A response is rather too large"
    return (
        f"**{lead}.** Of a change observed in {where}, {slope.value:.0%} was forecast ({slope.low:.0%} to "
        f"{slope.high:.0%})."
    )


def _bands(found: "TrackRecord") -> str:
    group, where = (WHOLLY, HELD) if WHOLLY in found.coverage else (ALL, PAST)
    if WIDER not in found.forecasts or group not in found.coverage:
        return ""
    carried, alone = band_of(found, group, WIDER), band_of(found, group, ALONE)
    low, high = ENOUGH
    lead = "Read an interval as about nine chances in ten, and no better"
    if carried.value < low:
        lead = "Read an interval as less than nine chances in ten"
    elif carried.value > high:
        lead = "An interval is rather too wide"
    return (
        f"**{lead}.** In {carried.cases} {where}, 90% intervals as studies show them hold "
        f"{share_text(carried)} of what happened; those of parameters and chance alone (`discrepancy=false`) hold "
        f"{alone.value:.0%}."
    )


def _race(found: "TrackRecord") -> str:
    heat = heat_of(found, WHOLLY, NOTHING) or heat_of(found, ALL, NOTHING)
    if heat is None or np.isnan(heat.skill.low):
        return ""
    how = {"won": "It beats", "lost": "It is beaten by"}.get(heat.verdict, "It cannot be told from")
    return (
        f"**{how} the forecast that nothing changes**, on the same cases by a skill of {heat.skill.value:.2f} "
        f"({heat.skill.low:.2f} to {heat.skill.high:.2f}; 0 is no better, 1 perfect).{_as_carried(found, heat)}"
    )


def _as_carried(found: "TrackRecord", heat: "Heat") -> str:
    """What becomes of it with the intervals that studies show, where that is something else."""
    group = WHOLLY if heat_of(found, WHOLLY, NOTHING) is heat else ALL
    wide = heat_of(found, group, NOTHING, WIDE)
    if wide is None or np.isnan(wide.skill.low) or wide.verdict == heat.verdict:
        return ""
    so = {"won": "beats it", "lost": "is beaten by it"}.get(wide.verdict, "cannot be told from it")
    return (
        f" That is with the tolerances stated beforehand. With intervals as wide as studies show them it {so} "
        f"({wide.skill.value:.2f}, {wide.skill.low:.2f} to {wide.skill.high:.2f}): what makes them hold what happened "
        "costs sharpness."
    )


def _listed(said: list[str]) -> str:
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
