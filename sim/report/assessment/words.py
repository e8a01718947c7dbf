"""What an assessment found, in sentences that follow from its tables: an answer, what may be believed, what not."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.report.assessment.tables import OUT, left_out_table, predictive_table
from sim.report.shared.origin import short
from sim.study.assessment.race import DISCREPANT, LINE, MODEL, NOTHING, PRIOR, UNDECIDED
from sim.study.assessment.ranks import LIKELIHOOD
from sim.study.assessment.study import ALONE, CARRIED, HELD_OUT, LEFT_OUT

if TYPE_CHECKING:
    from sim.study.assessment.coverage import Coverage
    from sim.study.assessment.race import Heat
    from sim.study.assessment.scores import Interval
    from sim.study.assessment.study import Assessment

TOLD = 0.8
"""Spread of the posterior over that of the prior below which the targets are said to tell a parameter."""

ENOUGH = (0.8, 0.97)
"""Where coverage of 90% bands is taken to be as it should."""


OPPONENTS = {NOTHING: '"nothing changes"', LINE: "a straight line", PRIOR: "its own priors, unfitted"}


def origin_text(found: "Assessment") -> str:
    """Which calibration was assessed, and with what."""
    made = found.waves.provenance
    again = (
        "" if found.same_targets else " The table of targets has been edited since; the checks are by its present form."
    )
    return (
        f"Calibration of {made.get('date')}: targets {short(made.get('targets', ''))}, model "
        f"{short(made.get('model', ''))}, data {short(made.get('world', ''))}; {len(found.waves.prior):,} draws from "
        f"the priors, {sum(map(len, found.waves.later.values())):,} of later waves and "
        f"{len(found.waves.posterior):,} of the posterior; {found.truths} truths; seed "
        f"{found.seed}.{again}"
    )


def many_text(count: int, what: str) -> str:
    """So many of a thing."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def short_answer(found: "Assessment") -> str:
    """What the checks come to, in four sentences."""
    at = {row.forecast: row for row in found.coverage}
    nothing, carrying, prior = heat_of(found, NOTHING), heat_of(found, NOTHING, DISCREPANT), heat_of(found, PRIOR)
    sure = nothing.verdict == carrying.verdict and (nothing.closer.low > 0) == (nothing.verdict == "won")
    wording = {"won": "better than", "lost": "worse than", UNDECIDED: "no better, as far as can be told, than"}
    against = f"{wording[nothing.verdict]} the forecast that nothing changes"
    beside = {"won": "better than", "lost": "worse than", UNDECIDED: "no better than"}[prior.verdict]
    off = _off(found)
    told = "tell some parameters" if any(test.spread < TOLD for test in found.tests) else "tell little"
    return (
        f"The fit {'finds not all' if off else 'finds'} what is there, and the targets {told}. With a case left out "
        f"the model forecasts it {against}{'' if sure else ', though not beyond doubt'}, and {beside} its own priors "
        f"without any fit. Nine bands of ten should hold what was observed; those of parameters and luck "
        f"alone hold {count_text(at[ALONE])}, and with the discrepancy estimated here "
        f"{count_text(at[CARRIED])}. All of it rests on {len(set(found.evidence.cases))} cases, {nothing.skill.cases} "
        "of them changes over time, which were known when the model was made."
    )


def answer(found: "Assessment") -> list[str]:
    """The answer check by check, a sentence or two for each."""
    return [
        _ranks_answer(found), _predictive_answer(found), _left_out_answer(found), _race_answer(found),
        _change_answer(found), _prior_answer(found), _discrepancy_answer(found),
    ]  # fmt: skip


def _ranks_answer(found: "Assessment") -> str:
    tests = [test for test in found.tests if test.name != LIKELIHOOD]
    least = min(min(test.p_smirnov, test.p_histogram) for test in found.tests)
    bound = OUT / (2 * len(found.tests))
    off = _off(found)
    told = [test for test in tests if test.spread < TOLD]
    finds = (
        f"Of {found.truths} known truths the fit finds all as often as it says: the least p of {2 * len(found.tests)} "
        f"tests is {least:.3f}, and chance alone would bring one below {bound:.4f} in one of twenty such studies."
        if not off
        else f"Of {found.truths} known truths some are not found as often as the fit says: {_listed(off)}."
    )
    narrowest = min(tests, key=lambda test: test.spread)
    little = (
        f"That says less than it seems: the targets narrow no parameter below {narrowest.spread:.0%} of its prior on "
        "average, and where nothing is told nothing can be wrong."
        if not told
        else f"Told to under {TOLD:.0%} of their prior's spread: {_listed([test.name for test in told])}."
    )
    return f"**Does the fit find what is there?** {finds} {little}"


def _off(found: "Assessment") -> list[str]:
    """What is not found as often as the fit says, were chance to say so of any in one of twenty studies."""
    bound = OUT / (2 * len(found.tests))
    return [test.name for test in found.tests if min(test.p_smirnov, test.p_histogram) < bound]


def _by_case(found: "Assessment", names: Sequence[str]) -> str:
    """Targets by their names, those of a case together: the label of one, the number of several."""
    cases: dict[str, list[str]] = {}
    for target, case in zip(found.evidence.targets, found.evidence.cases, strict=True):
        if target.name in names:
            cases.setdefault(case, []).append(target.label)
    return "; ".join(
        labels[0] if len(labels) == 1 else f"{len(labels)} of {case} ({labels[0]}, ...)"
        for case, labels in cases.items()
    )


def _predictive_answer(found: "Assessment") -> str:
    table = predictive_table(found)
    fitted = table[table["use"] == "fitted"]
    out = fitted.loc[fitted["p_two_sided"] < OUT, "target"].tolist()
    squares, p = found.misfit
    whole = (
        f"Not all together: the sum of squares is {squares:.0f} where {len(fitted)} are expected (p {p_text(p)})."
        if p < OUT
        else f"Together they do: the sum of squares is {squares:.0f} where {len(fitted)} are expected (p {p_text(p)})."
    )
    expected = OUT * len(fitted)
    which = f": {_by_case(found, out)}" if out else ""
    return (
        f"**Does it agree with what it was fitted to?** {whole} {len(out)} of {len(fitted)} lie in the outer "
        f"{OUT:.0%}, where {expected:.1f} are expected{which}."
    )


def _left_out_answer(found: "Assessment") -> str:
    at = {row.forecast: row for row in found.coverage}
    left, alone, carried = at[LEFT_OUT], at[ALONE], at[CARRIED]
    low, high = ENOUGH
    enough = low <= carried.shares[-1] <= high
    held = ""
    if HELD_OUT in at:
        held = f" Of the targets that the fit holds out, bands with tolerances hold {count_text(at[HELD_OUT])}."
    narrow = ": they are too narrow" if alone.shares[-1] < low else ""
    return (
        "**Do its bands hold what it has not seen?** With the whole case left out of the fit, 90% bands with the "
        f"stated tolerances hold {count_text(left)} outcomes. Those of parameters and luck alone, as intervals are "
        f"with `discrepancy=false`, hold {count_text(alone)}{narrow}.{held} With the discrepancy that "
        f"the other cases tell, bands hold {count_text(carried)}, "
        f"{'as they should' if enough else 'still not as they should'}."
    )


def _race_answer(found: "Assessment") -> str:
    said = []
    for other, words in OPPONENTS.items():
        heat = heat_of(found, other)
        how = {"won": "wins against", "lost": "loses to", UNDECIDED: "is not told from"}[heat.verdict]
        won = f"better in {heat.won} of {heat.skill.cases} cases"
        said.append(f"{how} {words} (skill {_bare(heat.skill)}; {won})")
    nothing, prior = heat_of(found, NOTHING), heat_of(found, PRIOR)
    near = "" if nothing.closer.low > 0 else ", which over so few cases is not told from chance"
    fit = (
        ""
        if prior.verdict == "won"
        else " So the fit does not forecast a case that it has not seen better than the judgement in its priors does."
    )
    return (
        f"**Can it lose a race?** By its score, with the case left out, the model {said[0]}, {said[1]}, and {said[2]}. "
        f'Its forecasts are off by {nothing.log_error[0]:.2f} log points where "nothing changes" is off by '
        f"{nothing.log_error[1]:.2f}{near}. With the discrepancy, which its bands need, the first of these races is "
        f"{heat_of(found, NOTHING, DISCREPANT).verdict} (skill "
        f"{_bare(heat_of(found, NOTHING, DISCREPANT).skill)}).{fit}"
    )


def _change_answer(found: "Assessment") -> str:
    slope = found.slope
    large = found.sizes[-1]
    way = "less" if large.missing > 0 else "more"
    return (
        f"**How large are its answers?** It forecasts {slope.value:.2f} of an observed change ({slope.low:.2f} to "
        f"{slope.high:.2f} over {slope.cases} cases). Where {large.size} was observed, {way} was forecast: "
        f"{large.forecast:.2f} log points for {large.observed:.2f}, in the right direction for {large.right} of "
        f"{large.targets}."
    )


def _prior_answer(found: "Assessment") -> str:
    by_prior = sum(row.diagnosis == "told by the prior" for row in found.parameters)
    apart = [row.name for row in found.parameters if row.diagnosis == "priors and targets pull apart"]
    moved = [row.name for row in sorted(found.expected, key=lambda row: -row.prior)[:3]]
    return (
        f"**Who speaks, priors or targets?** Of {len(found.parameters)} fitted parameters {by_prior} are told by their "
        f"prior. In {len(apart)} prior and targets pull apart: {_listed(apart)}. Of what is expected, "
        f"{_by_case(found, moved)} answers most to how wide the priors are."
    )


def _discrepancy_answer(found: "Assessment") -> str:
    order = sorted(found.discrepancies, key=lambda row: -row.sigma)
    most, least = order[0], order[-1]
    single = sum(row.cases == 1 for row in order)
    return (
        "**What does it miss beyond parameters and luck?** By kind of outcome, a factor between "
        f"{least.factors[0]:.2f} and {least.factors[1]:.2f} ({least.kind}) and between {most.factors[0]:.2f} and "
        f"{most.factors[1]:.2f} ({most.kind}) in nine of ten cases. {single} of {len(order)} kinds rest on one "
        "case and lean on the others. Intervals of a posterior carry it, with what held-out hindcasts missed besides."
    )


def believed(found: "Assessment") -> tuple[list[str], list[str]]:
    """What may be believed, and what not, as the tables say."""
    may: list[str] = []
    not_: list[str] = []
    nothing, prior = heat_of(found, NOTHING), heat_of(found, PRIOR)
    carrying = heat_of(found, NOTHING, DISCREPANT)
    cases = f"{nothing.skill.cases} cases, all known when the model was made"
    if nothing.verdict == carrying.verdict == "won" and nothing.closer.low > 0:
        may.append(f"That a change of law moves outcomes as the model says rather than not at all: won over {cases}.")
    else:
        not_.append(
            'As settled that the model forecasts better than "nothing changes": by its score the race is '
            f"{nothing.verdict}, with its discrepancy {carrying.verdict}, over {cases}."
        )
    *smaller, large = found.sizes
    (may if large.right > 0.9 * large.targets and found.slope.low > 0 else not_).append(
        f"The direction of a change of {large.size}: right for {large.right} of {large.targets} outcomes in "
        f"{large.cases} cases; of smaller ones it was right for {sum(row.right for row in smaller)} of "
        f"{sum(row.targets for row in smaller)}. Its size within a factor of about {_factor(found)} in nine of ten "
        "cases, by the discrepancies below."
    )
    carried = next(row for row in found.coverage if row.forecast == CARRIED)
    if ENOUGH[0] <= carried.shares[-1] <= ENOUGH[1]:
        may.append(
            f"Bands with the discrepancy of the table below: without the case they hold {count_text(carried)} outcomes."
        )
    else:
        not_.append(f"Bands with the discrepancy of the table below: they hold {count_text(carried)} outcomes.")
    alone = next(row for row in found.coverage if row.forecast == ALONE)
    not_.append(
        f"An interval without the discrepancy as nine chances in ten: such bands hold {count_text(alone)} outcomes. "
        "They say what parameters and luck do within the model, and nothing of what it leaves out."
    )
    if prior.verdict != "won":
        not_.append(
            "That the fit has made forecasts better: its priors, unfitted, do as well on a case that is left out."
        )
    table = left_out_table(found)
    out = table.loc[table["p_two_sided"] < OUT, "target"].tolist()
    if out:
        not_.append(f"The level of what lies out when its case is left out: {_by_case(found, out)}.")
    if not any(test.spread < TOLD for test in found.tests):
        not_.append("That any one parameter has been measured.")
    return may, not_


def heat_of(found: "Assessment", other: str, first: str = MODEL) -> "Heat":
    """The race of the model, as stated or with its discrepancy, against another."""
    return next(heat for heat in found.heats if heat.first == first and heat.other == other)


def _factor(found: "Assessment") -> str:
    return f"{np.exp(1.645 * np.median([row.sigma for row in found.discrepancies])):.1f}"


def count_text(row: "Coverage") -> str:
    """How many outcomes the widest band holds, '12 of 34'."""
    return f"{round(row.shares[-1] * row.targets)} of {row.targets}"


def interval_text(interval: "Interval") -> str:
    """A number with its interval over cases."""
    if np.isnan(interval.low):
        return f"{interval.value:.2f} (one case)"
    return f"{interval.value:.2f} ({interval.low:.2f} to {interval.high:.2f})"


def _bare(interval: "Interval") -> str:
    return f"{interval.value:.2f}, {interval.low:.2f} to {interval.high:.2f}"


def p_text(value: float) -> str:
    """A chance."""
    return "under 0.001" if value < 0.001 else f"{value:.3f}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"
