"""New Mexico's own past, of which two things are not known: each reading of both beside the others.

What the state paid before FY2024 is bracketed by two paths of money. A new rule of who is a concentrator fell between
the counts; it is read as counting nobody else, or taken out within bounds.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.report.hindcast.tables import (
    fact_text,
    net_text,
    number,
    origin_text,
    spread_text,
    telling_point,
    verdict_text,
)
from sim.study.hindcast.outcomes import Fact
from sim.study.hindcast.verdict import Judgement

if TYPE_CHECKING:
    from sim.study.hindcast.study import Finding, Hindcast

MONEY: Mapping[str, str] = {"": "slow ramp", "_at_once": "$40 million from the first year"}
"""The paths of money, by what the names of their cases hold."""
RULE: Mapping[str, str] = {"": "all of it students", "_one_rule": "new rule taken out"}
"""The readings of the rise, likewise."""
CASE = "new_mexico_pilot"
RISE, BETWEEN, SCHOOLS = "concentration", "one_rule", "school_share"
SHOWN = (RISE, BETWEEN, SCHOOLS)
HEADINGS = ("Money", "Rise", "Outcome", "Observed", "Net of it: observed, model", "Agrees with", "Verdict")


def names() -> dict[str, tuple[str, str]]:
    """The cases of the design, each with its path of money and its reading."""
    return {f"{CASE}{money}{rule}": (MONEY[money], RULE[rule]) for rule in RULE for money in MONEY}


def agreeable(judgement: Judgement) -> Fact | None:
    """The numbers which the outcome, had one of them been observed (net of what the record shows without a law), would
    have agreed with; None if there is none. Of an outcome that rests on one year and is no difference."""
    point, tolerance = telling_point(judgement), judgement.outcome.tolerance
    spread = point.net
    low = max(spread.low, spread.median / (1.0 + tolerance))
    high = min(spread.high, spread.median / (1.0 - tolerance))
    return Fact(low, high) if low <= high else None


def readings_markdown(study: "Hindcast") -> str | None:
    """The table of all readings and what must be true for the model to agree; None unless every case was run."""
    found = {finding.case.name: finding for finding in study.findings}
    if not set(names()) <= set(found):
        return None
    lines = ["| " + " | ".join(HEADINGS) + " |", "|---|---|---|---:|---:|---:|---|"]
    for name, (money, rule) in names().items():
        judged = {judgement.outcome.name: judgement for judgement in found[name].judgements}
        for place, outcome in enumerate(each for each in SHOWN if each in judged):
            lines.append(_row((money, rule) if place == 0 else ("", ""), judged[outcome]))
    lines += ["", *(_needed(money, _judgement(found[f"{CASE}{key}"], RISE)) for key, money in MONEY.items()), ""]
    return "\n".join([*lines, f"{origin_text(study)}."]) + "\n"


def _judgement(finding: "Finding", outcome: str) -> Judgement:
    return next(judgement for judgement in finding.judgements if judgement.outcome.name == outcome)


def _row(design: tuple[str, str], judgement: Judgement) -> str:
    point = telling_point(judgement)
    net = net_text(judgement, point) or f"{fact_text(point.net_fact)}, {spread_text(point.net)}"
    fits = agreeable(judgement)
    cells = (
        *design, judgement.outcome.label, fact_text(point.fact), net, "nothing" if fits is None else fact_text(fits),
        verdict_text(judgement),
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _needed(money: str, judgement: Judgement) -> str:
    """What the new rule would have to count for the rise to be the model's."""
    fits, counted = agreeable(judgement), telling_point(judgement).net_fact.middle
    head = f"{money[0].upper()}{money[1:]}:"
    if fits is None:
        return f"- {head} no rise would agree, as the band and the tolerance do not meet."
    return (
        f"- {head} the model agrees with {fact_text(fits)} times the concentrators per participant of 2019, by one "
        f"rule. The counts rose to {number(counted)} times, so that the new rule would have to count "
        f"{number(counted / fits.high)} to {number(counted / fits.low)} students for each that the old one counted."
    )
