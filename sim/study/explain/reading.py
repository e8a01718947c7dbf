"""What a district reads of each line and what a dollar of it therefore weighs, unfolded."""

from collections.abc import Iterator
from dataclasses import replace

from sim.engine.outlook import Seen
from sim.engine.prospects import Prospects, form_prospects
from sim.funding.line import Line
from sim.study.explain.items import ALL, YES_NO, Item, Moment, amount, line_titles

READING = "What the district reads of the law"
WEIGHT = "What a posted dollar weighs: trust x lasting x paid for one more x reach"


def reading_items(moment: Moment) -> list[Item]:
    """How far a district reads each line, what it takes from it, and what a posted dollar of it weighs."""
    return [*_read(moment), *_weights(moment)]


def prospects_by_line(moment: Moment) -> dict[str, Prospects]:
    """What districts expect of each line alone, by its name: its part of what they expect of all."""
    year = moment.year
    return {
        offer.line.name: form_prospects(
            moment.ensemble.premises, moment.before, replace(year.offers, lines=(offer,)), year.outlook, year.conditions
        )
        for offer in year.offers.lines
    }


def _seen(moment: Moment) -> Iterator[tuple[str, Line, Seen]]:
    titles = line_titles(offer.line for offer in moment.year.offers.lines)
    for offer in moment.year.offers.lines:
        yield titles[offer.line.name], offer.line, moment.year.outlook.lines[offer.line.name]


def _read(moment: Moment) -> Iterator[Item]:
    attention = moment.ensemble.premises.attention
    yield Item(READING, "how far it reads a law in its first year", "share", moment.at(attention))
    for title, line, seen in _seen(moment):
        if line.sunset_year is not None:
            left = float(max(line.sunset_year - moment.year.fiscal_year + 1, 0))
            yield Item(READING, f"{title}: years that it still pays, this one too", "years", left)
        facts = {
            "its posted prices that are paid this year": seen.now,
            "last year's money that comes again": seen.of_last_year,
            "this year's money that comes through the horizon": seen.stays,
            "price of one more that is paid, floors and caps considered": seen.marginal,
        }
        for what, share in facts.items():
            held = moment.at(share)
            yield Item(READING, f"{title}: {what}", "share", held, quiet=held > ALL)
        if seen.foreseen.any():
            yield Item(
                READING, f"{title}: a floor, a cap or a limit decides", YES_NO, float(moment.at(seen.marginal) < ALL)
            )


def _weights(moment: Moment) -> Iterator[Item]:
    offers = {offer.line.name: offer for offer in moment.year.offers.lines}
    for title, line, seen in _seen(moment):
        reach = offers[line.name].reach
        known = {
            "trust that it is paid": seen.trust,
            "weight as it may end": seen.lasts,
            "paid for one more": seen.marginal,
            "part that reaches CTE": reach,
        }
        for what, share in known.items():
            yield Item(WEIGHT, f"{title}: {what}", "share", moment.at(share), quiet=True)
        weights = " x ".join(amount(moment.at(share), "share") for share in known.values())
        yield Item(WEIGHT, title, "share", moment.at(seen.trust * seen.lasts * seen.marginal * reach), weights)
