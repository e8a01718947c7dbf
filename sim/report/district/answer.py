"""The answer for a district in words: at most six lines of 80 characters, and the findings that head its figures."""

import textwrap

import numpy as np

from sim.arrays import Array
from sim.report.answer.rules import clear, precise
from sim.report.bill.text import step_name
from sim.report.district.told import BILL, LAW, Place, Told, cell, change, mean_cell, over, place_of
from sim.report.shared.intervals import PER_100, bands, number_text
from sim.report.shared.spans import Span, years_text
from sim.states.speaking import state_words
from sim.study.bill.bridge import MAIN_STEP

WIDTH = 80
LINES = 6

LONGEST_NAME = 28
"""Characters of a cluster's name in a sentence."""

LEAST_STEP = 0.05
"""A second step of the payment is told of from this part of the first on."""


def answer_lines(told: Told) -> list[str]:
    """The lines of the answer: money, concentrators, pathways, why, the later years, and how far to trust it.

    Each sentence has shorter forms, of which the last fits a line; the longest are taken as long as there is room,
    those of the first sentences first.
    """
    choices = [
        forms
        for forms in (_money(told), _taught(told), _pathways(told), _why(told), _later(told), _trust(told))
        if forms
    ]
    texts = [_folded(forms[-1]) for forms in choices]
    for place, forms in enumerate(choices):
        for form in forms:
            longer = [*texts[:place], _folded(form), *texts[place + 1 :]]
            if sum(map(len, longer)) <= LINES:
                texts = longer
                break
    return [line for text in texts for line in text]


def _folded(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def instead(values: Array, span: Span, unit: str) -> tuple[str, str]:
    """What the bill brings and what the other formula does over a span, rounded alike."""
    of = over(values, span)
    width = max(float(found.high - found.low) for found in (bands(side, axis=0) for side in of))
    size = float(np.abs(of.mean(axis=1)).max())
    step = float(10.0 ** np.floor(np.log10(max(width / 100.0, size / 1000.0)))) if size > 0.0 else None
    bill, law = (
        number_text(float(side.mean()), unit, step, size=size) if side.any() else number_text(0.0, unit)
        for side in (of[BILL], of[LAW])
    )
    return bill, law


def differs(values: Array, span: Span) -> bool:
    """Whether it may be said that the bill brings more, or less, over a span."""
    return clear(change(values, span))


def money_finding(told: Told) -> str:
    """What the bill changes in the district's payment, in a few words."""
    bill, law = instead(told.net, told.first, "dollars")
    if not differs(told.net, told.first):
        return f"State CTE money: no clear difference in {told.first.text}, {bill} a year against {law}"
    return f"State CTE money: {bill} a year in {told.first.text} instead of {law}"


def taught_finding(told: Told) -> str:
    """What the bill changes in concentrators for each 100 members, in a few words."""
    bill, law = instead(told.rate("concentrators_taught"), told.first, PER_100)
    if not differs(told.rate("concentrators_taught"), told.first):
        return f"Concentrators taught per 100 members: no clear difference, {bill} against {law} in {told.first.text}"
    return f"Concentrators taught per 100 members: {bill} instead of {law} in {told.first.text}"


def _money(told: Told) -> list[str]:
    bill, law = instead(told.net, told.first, "dollars")
    by, ends = cell(change(told.net, told.first), "dollars", signed=True)
    of, draws = (f" ({ends})", f", 90% of draws {ends}") if ends else ("", "")
    years = told.first.text
    if not differs(told.net, told.first):
        return [
            f"Money: no clear difference, {bill} a year in {years} ({told.dollars}) against {law}; {by}{of}.",
            f"Money {years}: no clear difference, {bill} a year against {law}{of}.",
            f"Money {years}: no clear difference, {bill} against {law}{of}.",
            f"Money {years}: no clear difference, {bill} against {law}.",
        ]
    verb = "Gets" if not told.money("dilution")[BILL].any() else "Nets"  # of what the main formula takes elsewhere
    return [
        f"{verb} {bill} instead of {law} a year in {years} ({told.dollars}): {by}{draws}.",
        f"{verb} {bill} instead of {law} a year in {years}: {by}{of}.",
        f"{verb} {bill} instead of {law} a year in {years}.",
    ]


def _taught(told: Told) -> list[str]:
    rates, what = told.rate("concentrators_taught"), "Concentrators taught per 100 members"
    bill, law = instead(rates, told.first, PER_100)
    by, ends = cell(change(rates, told.first), PER_100, signed=True)
    of = f" ({ends})" if ends else ""
    if not differs(rates, told.first):
        return [
            f"{what}: no clear difference, {bill} against {law}; {by}{of}.",
            f"Taught per 100 members: no clear difference, {bill} against {law}{of}.",
            f"{what}: no clear difference, {bill} against {law}.",
        ]
    return [f"{what}: {bill} instead of {law}; {by}{of}.", f"{what}: {bill} instead of {law}."]


def last_year(told: Told) -> Span:
    """The last year that was run, as a span."""
    at = told.years == told.years[-1]
    return Span("last year", at, years_text(told.years[at]))


def clearest_cluster(told: Told) -> int | None:
    """The cluster of which the bill changes the sites of the last year most; None where it may be said of none."""
    moved = change(told.sites, last_year(told))
    found = [c for c in range(moved.shape[1]) if clear(moved[:, c])]
    return max(found, key=lambda c: abs(float(moved[:, c].mean())), default=None)


def _pathways(told: Told) -> list[str]:
    year, sites = last_year(told), told.sites.sum(axis=-1)
    now = number_text(float(told.study.counts["sites"][LAW, :, 0].mean()), "sites", 0.1)
    bill, law = (number_text(float(side.mean()), "sites", 0.1) for side in over(sites, year)[[BILL, LAW]])
    by, ends = cell(change(sites, year), "sites", signed=True)
    said = f"instead of {law}" if differs(sites, year) else f"against {law}, no clear difference"
    short = f"Sites of pathways: {now} now; in {year.text} {bill} {said}"
    found = clearest_cluster(told)
    if found is None:
        return [f"{short} ({by}{f', {ends}' if ends else ''}).", f"{short}."]
    name = textwrap.shorten(told.study.world.clusters.name[found], LONGEST_NAME, placeholder="...")
    bill, law = (
        number_text(float(side[:, found].mean()), "sites", 0.1) for side in over(told.sites, year)[[BILL, LAW]]
    )
    most = f"most in {name}, {bill} for {law}"
    return [f"{short} ({by}{f', {ends}' if ends else ''}); {most}.", f"{short}; {most}.", f"{short}."]


def main_steps(told: Told) -> list[str]:
    """The steps that move the payment, the largest first; those that move it by little beside the first left out."""
    steps = {step: float(np.abs(values.mean())) for step, values in told.study.apart.steps.items()}
    order = sorted((step for step in steps if steps[step] > 0.0), key=lambda step: -steps[step])
    return [step for step in order if steps[step] >= LEAST_STEP * steps[order[0]]]


STEP_WORDS: dict[str, str] = {
    "prices": "other prices for what is counted",
    "counts": "what is counted under the bill",
    "entitlement": "limits on what counts",
    "paid": "proration: less than owed is paid",
    MAIN_STEP: "the {unit_value}",
}
"""Steps of the payment as reasons, where the name of the rule does not say enough."""


def reason(step: str) -> str:
    """A step of the payment as a reason."""
    return state_words().fill(STEP_WORDS.get(step, step_name(step)))


def _why(told: Told) -> list[str]:
    steps = main_steps(told)
    if not differs(told.net, told.first):
        sure = [step for step in steps if clear(told.study.apart.steps[step])]
        parts = [f"{step_name(step)}, {_dollars(told, step)}" for step in sure]
        return [
            f"Of the money, clear by itself: {'; '.join(parts[:number])}."
            for number in range(min(3, len(parts)), 0, -1)
        ]
    parts = [f"{reason(step)}, {_dollars(told, step)}" for step in steps]
    if not parts:
        return []
    kept = [f"Money differs because of {'; '.join(parts[:number])}." for number in range(min(3, len(parts)), 0, -1)]
    return [*kept, f"Money differs most by {step_name(steps[0])}, {_dollars(told, steps[0])}."]


def _dollars(told: Told, step: str) -> str:
    return mean_cell(told.study.apart.steps[step], "dollars", signed=True)[0]


def _later(told: Told) -> list[str]:
    if told.later is None:
        return []
    money, rates = change(told.net, told.later), change(told.rate("concentrators_taught"), told.later)
    if not clear(money) and not clear(rates):
        return [f"{told.later.text}: no clear difference in money or in concentrators."]
    (by, ends), (rate, spread) = cell(money, "dollars", signed=True), cell(rates, PER_100, signed=True)
    dollars = f"{by} ({ends}) a year" if clear(money) else "no clear difference in money"
    taught = f"{rate} ({spread}) taught per 100" if clear(rates) else "none clear in concentrators"
    return [f"{told.later.text}: {dollars}; {taught}.".replace(" ()", "")]


def place_in_money(told: Told) -> Place:
    """Its place among districts of its size by the change in money for each member."""
    return place_of(change(told.neighbors_money, told.first), _itself(told))


def place_in_taught(told: Told) -> Place:
    """Its place among them by the change in concentrators taught for each 100 members."""
    return place_of(change(told.neighbors_rate, told.first), _itself(told))


def _itself(told: Told) -> int:
    return int(np.flatnonzero(told.study.peers == told.study.question.district)[0])


def _trust(told: Told) -> list[str]:
    if told.study.draws < 2:
        return ["One draw tells no direction; draws=100 does."]
    few = not precise(change(told.net, told.first))
    lead = "Trust direction, not size" if few else "Trust direction more than size"
    times = times_the_state(told)
    wide = "one district varies more than the state" if times is None or times < 1.5 else (
        f"its money a member is {times:.0f} times as uncertain as the state's"
    )  # fmt: skip
    return [f"{lead}: {wide}.", f"{lead}: one district varies more than the state."]


def times_the_state(told: Told) -> float | None:
    """How many times as wide as the state's the interval of the change in money for each member is; None where the
    state's has no width."""
    one, state = (
        bands(change(values, told.first), axis=0) for values in (told.own_money_each, told.state_money)
    )  # fmt: skip
    usual = float(state.high - state.low)
    return float(one.high - one.low) / usual if usual > 0.0 else None
