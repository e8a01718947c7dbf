"""A district's decision, unfolded: its sections by level, its sites that close, all at its price of a dollar.

Every number is read from the year that was simulated, or comes from the rule that decided, called again on what the
district knew.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sim.arrays import Array, part_of
from sim.behavior import closing, launching, planning
from sim.behavior.closing import ClosingTerms
from sim.behavior.deciding import SectionChanges, change_sections, priced_ahead
from sim.behavior.launching import Against
from sim.behavior.planning import Sections
from sim.behavior.situation import Situation
from sim.behavior.weighing import (
    FurtherSite,
    Weighed,
    weigh_budget,
    weigh_closing,
    weigh_program,
    weigh_sections,
    weigh_site,
)
from sim.study.explain.items import CHANGE, YES_NO, Item, Moment, Quantity, amount

FIRST = "Sections of first courses"
SECOND = "Sections of second courses"
CLOSING = "Does the weakest site carry itself?"

REASONS: dict[str, str] = {
    "long_vacant": "all of its posts long vacant",
    "few_students": "too few students",
    "lab_out_of_use": "equipment at its end, lab out of use",
}
"""What ends a site besides money, in words."""


@dataclass(frozen=True)
class Decision:
    """The rules of step 4 called again on a moment's situation, for all districts and clusters."""

    known: Situation
    weighed: Weighed
    changes: SectionChanges
    closing: ClosingTerms
    program: Array
    site: FurtherSite
    against: Against

    @property
    def price(self) -> Array:
        """What one more dollar for CTE is worth to a district this year, ``[..., D, 1]``."""
        return self.weighed.price


def decision_of(moment: Moment) -> Decision:
    """What the rules said in a moment."""
    terms, known, log_price = moment.ensemble.parameters.decisions, moment.year.situation, moment.year.choice.log_price
    weighed = weigh_sections(known, log_price, terms)
    planned = weigh_budget(known, weighed, terms)
    site = weigh_site(known, priced_ahead(known, log_price, terms), terms)
    return Decision(
        known=known,
        weighed=weighed,
        changes=change_sections(known, weighed, terms),
        closing=weigh_closing(known, weighed, terms),
        program=weigh_program(known, weighed, planned, log_price, terms),
        site=site,
        against=launching.reasons_against(site.value, site.possible, known.plan_years, terms),
    )


def section_items(moment: Moment, decision: Decision) -> list[Item]:
    """How many sections of each level the cluster is to have, and why; then whether a site closes."""
    known, weighed, changes = decision.known, decision.weighed, decision.changes
    held = moment.at(known.sites) > 0 or moment.at(known.first_sections + known.second_sections) > 0
    if not held:
        return [Item(FIRST, "sites", "sites", moment.at(known.sites))]
    first = _level(
        moment, decision, FIRST, weighed.first, known.wanted, weighed.first_wanted, known.first_sections, changes.first
    )
    second = _level(
        moment, decision, SECOND, weighed.second, known.eligible, weighed.second_wanted, known.second_sections,
        changes.second,
    )  # fmt: skip
    return [*first, *second, *_closing(moment, decision)]


def _level(
    moment: Moment,
    decision: Decision,
    step: str,
    sections: Sections,
    students: Array,
    wanted: Array,
    held: Array,
    change: Array,
) -> Iterator[Item]:
    at, spread = moment.at, moment.ensemble.parameters.decisions.section_spread
    worth, earned, cost = at(sections.worth), at(sections.earned), at(sections.cost)
    price, share = decision.price, planning.run_share(sections, decision.price, spread)
    margin = planning.margin(sections, price)
    each = part_of(students, sections.possible)
    first = step == FIRST
    if first:
        yield Item(step, "sites", "sites", at(decision.known.sites))
    yield Item(step, "students who want one" if first else "students who could go on and wish to", "students",
               at(students))  # fmt: skip
    together = "" if first or at(sections.possible) or not at(students) else "too few, taught with the first:"
    yield Item(step, "students in a section, as planned", "students", at(each))
    yield Item(step, "sections that they could fill", "sections", at(sections.possible), together)
    if at(sections.possible):
        yield Item(step, "a section is worth, at a dollar for a dollar", "dollars", worth)
        yield Item(step, "it earns, as far as that lasts", "dollars", earned)
        later = at(sections.later)
        if first:
            yield Item(step, "its students are worth in second courses", "dollars", later)
        yield Item(step, "it costs beyond ordinary classes", "dollars", cost)
        how = f"{_short(worth)} / {amount(at(price), '')} + {_short(earned + later)} - {_short(cost)}"
        yield Item(step, "left over at this year's price of a dollar", "dollars", at(margin), how)
        scale = at(spread) * cost
        yield Item(step, "how much sections differ in it", "dollars", scale, quiet=True)
        yield Item(step, "share of them worth running", "share", at(share),
                   f"logistic({_short(at(margin))} / {_short(scale)})")  # fmt: skip
    least = f"{amount(at(share), 'share')} x {amount(at(sections.possible), '')}"
    if at(wanted) > at(share * sections.possible):
        least = "at least one a site:"
    yield Item(step, "sections wanted", "sections", at(wanted), least)
    yield Item(step, "posts held", "sections", at(held))
    laid_off = "laid off among them:" if at(decision.changes.laid_off) > 0 and at(change) < 0 else ""
    yield Item(step, "change decided", CHANGE, at(change), laid_off)


def _short(dollars: float) -> str:
    return amount(dollars, "dollars")


def _closing(moment: Moment, decision: Decision) -> Iterator[Item]:
    known, terms, choice, at = decision.known, decision.closing, moment.year.choice, moment.at
    rules = moment.ensemble.parameters.decisions
    if at(known.sites) <= 0:
        return
    yield Item(CLOSING, "worth and earned beyond its cost", "share", at(terms.margin))
    for reason, words in REASONS.items():
        found = at(getattr(terms, reason))
        yield Item(CLOSING, words, YES_NO, found, quiet=not found)
    needed = closing.notice_needed(known.equipment, rules)
    notice = f"of {amount(at(needed), 'years')} of notice:"
    yield Item(CLOSING, "years of notice before it closes", "years", at(needed), quiet=True)
    yield Item(CLOSING, "years in a row in which it did not", "years", at(choice.notice), notice)
    leaves = at(choice.leaves)
    yield Item(CLOSING, "the district gives up all of CTE", YES_NO, leaves, quiet=not leaves)
    share = closing.closing_share(choice.notice, terms, known.equipment, rules)
    none = not at(share)
    yield Item(CLOSING, "share of sites that go", "share", at(share), quiet=none)
    yield Item(CLOSING, "the draw, which rounds the sites closed", "draw", at(known.close_draw), quiet=none)
    rounded = "" if none else f"{at(known.sites):.0f} x {amount(at(share), 'share')} + draw, whole"
    yield Item(CLOSING, "sites closed", "sites", at(choice.sites_closed), "as all are given up:" if leaves else rounded)
    emptied = moment.year.workforce.emptied
    yield Item(CLOSING, "sites closed as no section was left", "sites", at(emptied), quiet=not at(emptied))


def closed_sites(moment: Moment) -> Quantity:
    """Sites that closed in a moment, decided or as no section was left, ``[..., D, C]``."""
    return moment.year.choice.sites_closed + moment.year.workforce.emptied


def why_closed(moment: Moment, decision: Decision) -> str:
    """In words, why sites of the moment's cluster closed."""
    at, terms = moment.at, decision.closing
    reasons = [words for reason, words in REASONS.items() if at(getattr(terms, reason))]
    if at(terms.margin) < 0:
        reasons.insert(0, f"worth {amount(-at(terms.margin), 'share')} less than its cost")
    if at(moment.year.choice.leaves):
        reasons = ["the district gives up all of CTE"]
    elif not at(moment.year.choice.sites_closed):
        reasons = ["no section was left"]
    return " and ".join(reasons)
