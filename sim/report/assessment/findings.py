"""The sentences over the figures of an assessment: what each check found, in one line."""

from typing import TYPE_CHECKING

from sim.report.assessment.tables import OUT, predictive_table
from sim.report.assessment.words import ENOUGH, count_text, heat_of
from sim.study.assessment.race import NOTHING, PRIOR, UNDECIDED
from sim.study.assessment.ranks import LIKELIHOOD
from sim.study.assessment.study import ALONE, CARRIED, LEFT_OUT

if TYPE_CHECKING:
    from sim.study.assessment.coverage import Coverage
    from sim.study.assessment.study import Assessment


def ranks(found: "Assessment") -> str:
    """Whether known truths are found as often as the fit says, and how much the targets tell."""
    bound = OUT / (2 * len(found.tests))
    off = sum(min(test.p_smirnov, test.p_histogram) < bound for test in found.tests)
    narrowest = min(test.spread for test in found.tests if test.name != LIKELIHOOD)
    finds = "finds all as often as it says" if not off else f"fails {off} of {len(found.tests)} tests"
    return (
        f"Of {found.truths} known truths the fit {finds}; the targets narrow no parameter below {narrowest:.0%} of its "
        "prior"
    )


def predictive(found: "Assessment") -> str:
    """How many fitted targets lie far out in what the model expects."""
    table = predictive_table(found)
    fitted = table[table["use"] == "fitted"]
    out = int((fitted["p_two_sided"] < OUT).sum())
    return (
        f"{out} of {len(fitted)} fitted targets lie in the outer {OUT:.0%} of what the model expects, where "
        f"{OUT * len(fitted):.1f} would by chance"
    )


def left_out(found: "Assessment") -> str:
    """How many targets bands hold that have not seen their case."""
    at = _at(found)
    return (
        f"With a target's case left out, 90% bands of parameters and luck hold {count_text(at[ALONE])}, with "
        f"tolerances {count_text(at[LEFT_OUT])}, with the discrepancy {count_text(at[CARRIED])}"
    )


def coverage(found: "Assessment") -> str:
    """Whether bands of parameters and luck are wide enough, and those with the discrepancy."""
    at = _at(found)
    low, high = ENOUGH

    def width(row: "Coverage") -> str:
        share = row.shares[-1]
        return "too narrow" if share < low else "too wide" if share > high else "about as wide as they say"

    return (
        f"90% bands of parameters and luck are {width(at[ALONE])}: they hold {count_text(at[ALONE])} outcomes; with "
        f"the discrepancy {width(at[CARRIED])}: {count_text(at[CARRIED])}"
    )


def race(found: "Assessment") -> str:
    """Whether the model forecasts a case that was left out better than a forecast without it, and than its priors."""
    how = {"won": "wins against", "lost": "loses to", UNDECIDED: "is not told from"}
    nothing, prior = heat_of(found, NOTHING), heat_of(found, PRIOR)
    return (
        f"With a case left out the model {how[nothing.verdict]} the forecast that nothing changes, better in "
        f"{nothing.won} of {nothing.skill.cases} cases, and {how[prior.verdict]} its own priors"
    )


def changes(found: "Assessment") -> str:
    """How much of an observed change is forecast, and how often the direction of a large one."""
    slope, large = found.slope, found.sizes[-1]
    return (
        f"Left out of the fit, {slope.value:.2f} of an observed change is forecast ({slope.low:.2f} to "
        f"{slope.high:.2f}); changes of {large.size} in the right direction for {large.right} of {large.targets}"
    )


def power(found: "Assessment") -> str:
    """How many parameters their priors tell, and in how many priors and targets pull apart."""
    told = sum(row.diagnosis == "told by the prior" for row in found.parameters)
    apart = sum(row.diagnosis == "priors and targets pull apart" for row in found.parameters)
    many = len(found.parameters)
    return f"{told} of {many} fitted parameters are told by their prior; in {apart} priors and targets pull apart"


def discrepancy(found: "Assessment") -> str:
    """The kind of outcome that the model misses most, and the one that it misses least."""
    order = sorted(found.discrepancies, key=lambda row: -row.sigma)
    most, least = order[0], order[-1]
    return (
        f"The model misses {most.kind} most, by a factor of {most.factors[0]:.2f} to {most.factors[1]:.2f} in nine of "
        f"ten cases, and {least.kind} least, by {least.factors[0]:.2f} to {least.factors[1]:.2f}"
    )


def _at(found: "Assessment") -> "dict[str, Coverage]":
    return {row.forecast: row for row in found.coverage}
