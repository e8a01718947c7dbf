"""What a track record says, in sentences that follow from its tables."""

from typing import TYPE_CHECKING

import numpy as np

from sim.report.assessment.words import ENOUGH, interval_text, many_text
from sim.report.hindcast.tables import fact_text, number
from sim.report.track_record.tables import last_rows, median
from sim.study.assessment.race import DISCREPANT, LINE, MODEL, NOTHING
from sim.study.hindcast.outcomes import Fact
from sim.study.track_record.record import ALL, ALONE, CARRIED, EVERY_YEAR, TOLERANT, WHOLLY, WIDE, WIDER

if TYPE_CHECKING:
    from sim.study.assessment.race import Heat
    from sim.study.assessment.scores import Interval
    from sim.study.track_record.record import TrackRecord

OPPONENTS = {NOTHING: '"nothing changes"', LINE: "a straight line"}
NINETY = 0.9
FEWEST = 5
"""Cases without which nothing is said of the width of bands."""

HOW = {"won": "wins against", "lost": "loses to"}


def findings(found: "TrackRecord") -> list[str]:
    """The findings, a paragraph each; none where no outcome was judged."""
    if ALL not in found.coverage:
        return ["No outcome was judged, so that there is no track record."]
    said = [_held(found), _outside(found), _raced(found), _sized(found), _counted(found)]
    return [sentence for sentence in said if sentence]


def width_text(held: "Interval") -> str:
    """What a coverage of 90% bands, a mean over cases with its interval, says of their width."""
    low, high = ENOUGH
    if held.cases < FEWEST:
        return "too few cases to tell their width"
    if low <= held.value <= high:
        return "about as wide as they say"
    doubt = ", as far as so few cases tell" if held.low <= NINETY <= held.high else ""
    return f"too {'narrow' if held.value < low else 'wide'}{doubt}"


def share_text(interval: "Interval") -> str:
    """A mean share over cases with its interval, which ends at none and all."""
    if np.isnan(interval.low):
        return f"{interval.value:.0%}"
    return f"{interval.value:.0%} ({max(interval.low, 0.0):.0%} to {min(interval.high, 1.0):.0%})"


def band_of(found: "TrackRecord", group: str, forecast: str) -> "Interval":
    """The coverage of a forecast's 90% bands over a group, the mean over cases."""
    return next(row for row in found.coverage[group] if row.forecast == forecast).over_cases[-1]


def _held(found: "TrackRecord") -> str:
    group, where = (WHOLLY, " that nothing was fitted to") if WHOLLY in found.coverage else (ALL, "")
    everything = band_of(found, ALL, ALONE)

    def both(forecast: str) -> str:
        held = share_text(band_of(found, group, forecast))
        return (
            held if group == ALL else f"{held}, over all {everything.cases} {band_of(found, ALL, forecast).value:.0%}"
        )

    alone = band_of(found, group, ALONE)
    parts = [
        f"**Do 90% bands hold what happened?** Over {many_text(alone.cases, 'case')}{where}, each counted once, those "
        f"of parameters and luck hold {both(ALONE)}: {width_text(alone)}. With the stated tolerances they hold "
        f"{both(TOLERANT)}."
    ]
    if CARRIED in found.forecasts:
        carried, wider = band_of(found, group, CARRIED), band_of(found, group, WIDER)
        parts.append(
            f"With the discrepancy that the calibration's cases of other states tell they hold {both(CARRIED)}: "
            f"{width_text(carried)}. As intervals of studies carry it, told by held-out outcomes of other states as "
            f"well and in two parts (each state from the others), bands hold {both(WIDER)}: {width_text(wider)}."
        )
    else:
        parts.append(found.without)
    return " ".join(parts)


def _outside(found: "TrackRecord") -> str:
    if CARRIED not in found.forecasts:
        return ""
    sheet, middle = found.sheet, median(found)
    rows = [row for row in last_rows(found) if sheet.held_out[row]]
    if not rows:
        return ""
    holds = found.forecasts[CARRIED].holds[-1]
    out = [row for row in rows if not holds[row]]
    if not out:
        return "**What lies outside?** No held-out outcome lies outside its 90% band with the discrepancy."
    named = "; ".join(
        f"{sheet.rows[row].case.title.split(',')[0]}, {sheet.rows[row].outcome.label}: "
        f"{fact_text(Fact(sheet.rows[row].low, sheet.rows[row].high))} where {number(middle[row])} was forecast"
        for row in out
    )
    sizes = np.abs(found.changed[0])
    far, near = (
        np.array([sizes[sheet.place[row]] for row in group if np.isfinite(sizes[sheet.place[row]])])
        for group in (out, [row for row in rows if holds[row]])
    )
    why = ""
    if far.size and near.size and far.mean() > 1.5 * near.mean():
        why = (
            f" They are large changes, {far.mean():.2f} log points on average where those inside are "
            f"{near.mean():.2f}: what is missed grows with what changed, and the discrepancy is one factor for a kind "
            "of outcome, however much it changed."
        )
    return (
        f"**What lies outside?** Of {many_text(len(rows), 'held-out outcome')}, in their last judged year and with "
        f"the discrepancy of the calibration's cases, {len(out)}: {named}.{why}"
    )


def heat_of(found: "TrackRecord", group: str, other: str, first: str = MODEL) -> "Heat | None":
    """A heat, if anything ran in it."""
    heats = (heat for heat in found.heats[group] if (heat.first, heat.other) == (first, other) and heat.targets)
    return next(heats, None)


def _raced(found: "TrackRecord") -> str:
    said = [_of_group(found, WHOLLY, "the cases wholly held out"), _of_group(found, ALL, "all cases")]
    if not any(said):
        return ""
    carrying = []
    for first, words in ((DISCREPANT, "the calibration's discrepancy"), (WIDE, "what intervals carry")):
        heat = heat_of(found, WHOLLY, NOTHING, first)
        if heat is not None and not np.isnan(heat.skill.low):
            carrying.append(f"with {words} it is {heat.verdict} ({_bare(heat)})")
    last = f' The race with "nothing changes" on held-out cases, run again: {"; ".join(carrying)}.' if carrying else ""
    heat = heat_of(found, WHOLLY, NOTHING)
    errors = (
        f' On held-out cases its forecasts are off by {heat.log_error[0]:.2f} log points and "nothing changes" by '
        f"{heat.log_error[1]:.2f}."
        if heat is not None
        else ""
    )
    races = "; ".join(filter(None, said))
    return f"**Does it win its race?** By its score with the stated tolerances: {races}.{errors}{last}"


def _of_group(found: "TrackRecord", group: str, where: str) -> str:
    said = []
    for other, words in OPPONENTS.items():
        heat = heat_of(found, group, other)
        if heat is not None and not np.isnan(heat.skill.low):
            how = HOW.get(heat.verdict, "is not told from")
            said.append(f"{how} {words} (skill {_bare(heat)}, {many_text(heat.skill.cases, 'case')})")
    return f"over {where} the model {' and '.join(said)}" if said else ""


def _bare(heat: "Heat") -> str:
    return f"{heat.skill.value:.2f}, {heat.skill.low:.2f} to {heat.skill.high:.2f}"


def _sized(found: "TrackRecord") -> str:
    said = []
    for group, where in ((ALL, "Of an observed change"), (WHOLLY, "of one in cases wholly held out")):
        sizes, slope = found.sizes[group]
        if sizes and not np.isnan(slope.low):
            said.append(f"{where} {interval_text(slope)} is forecast")
    if not said:
        return ""
    classes = [
        f"where {row.size} was observed, {row.forecast:.2f} of {row.observed:.2f} log points were forecast, in the "
        f"right direction for {row.right} of {row.targets}"
        for row in found.sizes[ALL][0]
    ]
    return f"**How large are its answers?** {'; '.join(said)}. Over all, {'; '.join(classes)}."


def _counted(found: "TrackRecord") -> str:
    sheet = found.sheet
    rows = [row for row, judged in zip(sheet.rows, sheet.judged, strict=True) if judged]
    net = {how: sum(row.net == how for row in rows) for how in ("ratio", "difference", "none")}
    ranges = sum(not row.single for row in rows)
    leaning = sum(judged and not told for told, judged in zip(found.tellers, sheet.judged, strict=True))
    leaned = (
        f" For {many_text(leaning, 'number')} no other state tells of their kind, and the discrepancy is that of "
        "all kinds together."
        if CARRIED in found.forecasts and leaning
        else ""
    )
    aside = (
        f" {many_text(sheet.left_aside, 'year')} that the verdict does not rest on are left out: the record's "
        "own change without a law is known for another year alone."
        if sheet.left_aside
        else ""
    )
    shown = int((~sheet.judged).sum())
    forecast = CARRIED if CARRIED in found.forecasts else TOLERANT
    every = (
        f" With {many_text(shown, 'more year')} that the verdict does not rest on, bands {forecast} hold "
        f"{band_of(found, EVERY_YEAR, forecast).value:.0%} in place of {band_of(found, ALL, forecast).value:.0%}."
        if shown
        else ""
    )
    return (
        f"**What is counted?** {many_text(len(rows), 'judged number')} of {many_text(sheet.outcomes, 'outcome')}: "
        f"{net['ratio']} as the ratio to their placebo, {net['difference']} as the difference from it, {net['none']} "
        f"as they are. {ranges} are ranges or bounds: a band holds one if it holds any part of it, and it has no "
        "score. A tolerance stands for one "
        f"standard deviation.{leaned}{aside}{every}"
    )
