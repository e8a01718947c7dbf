"""Plans for a further site, unfolded: its value over the horizon, what it waits for and why it was given up; then
posts and instructors."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sim.arrays import Array, at_districts, district_total
from sim.behavior import launching, staffing
from sim.behavior.deciding import priced_ahead
from sim.behavior.situation import Situation
from sim.behavior.weighing import weigh_site
from sim.engine import situation
from sim.engine.draws import Purpose
from sim.engine.ensemble import WARM_UP_YEARS
from sim.engine.offers import Offer
from sim.engine.prospects import Prospects, form_prospects
from sim.pathways import Pathways
from sim.study.explain.decision import Decision, closed_sites, why_closed
from sim.study.explain.items import ALL, PRICE, STAGES_OF_A_PLAN, WAITING, YES_NO, Item, Moment, amount, line_titles

WORTH = "What one more site is worth"
PLAN = "The plan for one more site"
POSTS = "Posts and instructors"

AGAINST: dict[str, str] = {
    "worthless": "no longer worth its start-up",
    "impossible": "no longer possible",
    "too_long": "waited too long",
}
"""Why a plan is given up, in words."""


def plan_items(moment: Moment, decision: Decision) -> list[Item]:
    """One more site of the moment's cluster, from its worth to its instructor; then all posts and instructors."""
    return [*_worth(moment, decision), *_plan(moment, decision), *_posts(moment)]


def value_terms(moment: Moment, decision: Decision) -> dict[str, float]:
    """What the value of one more site is made of, dollars over the horizon, in words."""
    known, site, at = decision.known, decision.site, moment.at
    return {
        "its worth at the price of a dollar": at(known.annuity * site.worth / site.price),
        "what it earns": at(known.annuity * (site.earned + known.school_bonus)),
        "what it costs": -at(known.annuity * site.cost),
        "its start-up": -at(site.startup),
    }


def earned_by_line(moment: Moment, decision: Decision) -> list[tuple[Offer, Array]]:
    """What one more site earns of each line in a year, as far as it lasts, dollars ``[..., D, C]``: what the line adds
    when the rules are asked with one line more each time."""
    ensemble, year = moment.ensemble, moment.year
    found: list[tuple[Offer, Array]] = []
    reached: Array = np.zeros((1, 1))
    for many in range(1, len(year.offers.lines) + 1):
        lines = year.offers.lines[:many]
        prospects = form_prospects(
            ensemble.premises, moment.before, replace(year.offers, lines=lines), year.outlook, year.conditions
        )
        seen = seen_with(moment, prospects)
        terms = ensemble.parameters.decisions
        site = weigh_site(seen, priced_ahead(seen, year.choice.log_price, terms), terms)
        earned = site.earned + seen.school_bonus
        found.append((lines[-1], earned - reached))
        reached = earned
    return found


def seen_with(moment: Moment, prospects: Prospects) -> Situation:
    """The situation of every district, had it believed in these prices."""
    ensemble, year = moment.ensemble, moment.year
    return situation.observe(
        ensemble.world, ensemble.parameters, ensemble.premises, moment.before, year.conditions, year.offers,
        prospects, year.signals, year.interest, year.cohorts, _luck(moment),
    )  # fmt: skip


def _luck(moment: Moment) -> dict[Purpose, Array]:
    ensemble = moment.ensemble
    return ensemble.draws.year(WARM_UP_YEARS + moment.year.fiscal_year - ensemble.world.base_year)


def plan_sentence(moment: Moment, decision: Decision) -> str:
    """In one sentence: what became of one more site this year."""
    at, known, site, choice = moment.at, decision.known, decision.site, moment.year.choice
    value = f"it would be worth {_dollars(at(site.value))} over its horizon"
    if at(moment.year.workforce.launched):
        return f"one more site is launched ({value})"
    if at(choice.given_up):
        return f"the plan for one more site is given up ({why_given_up(moment, decision)})"
    if at(choice.plan):
        since = "made this year" if at(choice.begun) else f"{amount(at(choice.plan_years), 'years')} old"
        return f"the plan for one more site, {since}, {STAGES_OF_A_PLAN[at(choice.plan)]} ({value})"
    if at(known.launching) > 0:
        return f"no further site is planned: one is under way, {amount(at(known.launching), 'years')} to go"
    if not at(site.free_school):
        return f"no further site is planned: all high schools ({at(known.high_schools):.0f}) have one"
    if not at(site.enough_students):
        return f"no further site is planned: it would draw {amount(at(site.students), 'students')}"
    if at(site.value) > at(site.required):
        return f"no further site is planned: other plans are all that the district can carry ({value})"
    return f"no further site is planned: {value}, {_dollars(at(site.required))} is required"


def why_given_up(moment: Moment, decision: Decision) -> str:
    """In words, why the plan for one more site was given up."""
    return " and ".join(words for reason, words in AGAINST.items() if moment.at(getattr(decision.against, reason)))


def closing_sentence(moment: Moment, decision: Decision) -> str:
    """In one sentence: which sites closed, and why; nothing where none did."""
    closed = moment.at(closed_sites(moment))
    if not closed:
        return ""
    before = amount(moment.at(decision.known.sites), "sites")
    return f"{closed:.0f} of {before} closed ({why_closed(moment, decision)})"


def _worth(moment: Moment, decision: Decision) -> Iterator[Item]:
    """What one more site is worth; for the table alone where there can be none."""
    told = moment.at(decision.site.possible) or moment.at(decision.known.plan)
    for item in _value(moment, decision):
        yield item if told else replace(item, quiet=True)


def _value(moment: Moment, decision: Decision) -> Iterator[Item]:
    known, site, at = decision.known, decision.site, moment.at
    unit = "dollars a year"
    yield Item(WORTH, "students it would draw", "students", at(site.students))
    yield Item(WORTH, "sections it needs", "sections", at(site.sections))
    titles = line_titles(offer.line for offer in moment.year.offers.lines)
    for offer, dollars in earned_by_line(moment, decision):
        yield Item(WORTH, f"  earned: {titles[offer.line.name]}", unit, at(dollars), quiet=not at(dollars))
    bonus = at(known.school_bonus)
    yield Item(WORTH, "  of it for one more high school with CTE", unit, bonus, quiet=not bonus)
    earned = at(site.earned + known.school_bonus)
    worth, cost, price = at(site.worth), at(site.cost), at(site.price)
    yield Item(WORTH, "it earns, as far as that lasts", unit, earned)
    yield Item(WORTH, "it is worth, at a dollar for a dollar", unit, worth)
    yield Item(WORTH, "it costs beyond ordinary classes", unit, cost)
    yield Item(WORTH, "what a dollar will be worth to the district over its horizon", PRICE, price)
    left = f"{_dollars(worth)} / {amount(price, '')} + {_dollars(earned)} - {_dollars(cost)}"
    yield Item(WORTH, "left over at that price of a dollar", unit, worth / price + earned - cost, left)
    yield Item(WORTH, "years that it counts for", "years", at(known.annuity))
    grant = at(known.startup_cost) - at(known.startup_net)
    how = f"{_dollars(at(known.startup_cost))} - {_dollars(grant)}" if grant else ""
    paid = at(known.plan) == launching.FOR_INSTRUCTOR
    to_pay = 0.0 if paid else at(known.startup_net)
    yield Item(WORTH, "start-up, net of grants", "dollars", to_pay, "paid already:" if paid else how)
    weight = at(site.weight)
    if weight < ALL:
        label = "what a dollar for a start-up or a lab weighs, as money comes that is promised to nobody"
        yield Item(WORTH, label, "share", weight)
        yield Item(WORTH, "start-up, so weighed", "dollars", at(site.startup))
    net = f"{amount(at(known.annuity), '')} x left over - {_dollars(at(site.startup))}"
    yield Item(WORTH, "value over its horizon", "dollars", at(site.value), net)
    yield Item(WORTH, "value that a plan requires", "dollars", at(site.required))


def _plan(moment: Moment, decision: Decision) -> Iterator[Item]:
    known, site, choice, at = decision.known, decision.site, moment.year.choice, moment.at
    parameters, staffed = moment.ensemble.parameters, moment.year.workforce
    old = f"{amount(at(known.plan_years), 'years')} old:" if at(known.plan) else ""
    yield Item(PLAN, "at the start of the year", WAITING, at(known.plan), old)
    yield Item(PLAN, "age at the start of the year", "years", at(known.plan_years), quiet=True)
    yield Item(PLAN, "sites, one under way among them", "sites", at(known.sites) + at(site.under_way))
    yield Item(PLAN, "high schools that could have one", "schools", at(known.high_schools))
    least = at(parameters.decisions.minimum_section)
    yield Item(PLAN, "fewest students for a site", "students", least)
    yield Item(PLAN, "possible", YES_NO, at(site.possible))
    held = float(np.sum(moment.total(known.plan > launching.NONE)))
    yield Item(PLAN, "plans of the district at the start of the year", "plans", held)
    yield Item(PLAN, "plans that it can carry at once", "plans", moment.of_district(site.capacity))
    yield Item(PLAN, "given up", YES_NO, at(choice.given_up),
               f"{why_given_up(moment, decision)}:" if at(choice.given_up) else "")  # fmt: skip
    yield Item(PLAN, "begun", YES_NO, at(choice.begun))
    if not (at(known.plan) or at(choice.begun)):
        return
    yield Item(PLAN, "schools with a usable lab or shop", "schools", at(known.facilities))
    yield Item(PLAN, "a lab stands unused", YES_NO, at(site.has_room))
    if not at(site.has_room):
        yield Item(PLAN, "cost of a lab", "dollars", at(known.facility_cost))
        yield Item(PLAN, "value over its horizon, less a lab", "dollars", at(site.value_with_lab))
        yield Item(PLAN, "the district builds one", YES_NO, at(choice.builds_facility))
    labs = district_total(choice.builds_facility * known.facility_cost)
    yield Item(PLAN, "money for labs and start-ups", "dollars", moment.of_district(site.money))
    yield Item(PLAN, "spent on labs", "dollars", moment.of_district(labs))
    yield Item(PLAN, "asked before it by plans worth more", "dollars", at(asked_before(moment, decision)))
    yield Item(PLAN, "its start-up is paid", YES_NO, at(choice.paid))
    yield Item(PLAN, "after that", WAITING, at(choice.plan))
    if not at(choice.seeking):
        return
    yield Item(PLAN, "chance to hire an instructor, in one search", "share", at(staffed.hiring_chance))
    yield Item(PLAN, "the draw, which must be lower", "draw", at(_luck(moment)[Purpose.LAUNCH_HIRING]))
    yield Item(PLAN, "launched", YES_NO, at(staffed.launched))
    if at(staffed.launched):
        yield Item(PLAN, "years until its first class", "years", at(parameters.clusters.launch_years))


def asked_before(moment: Moment, decision: Decision) -> Array:
    """What plans that are worth more ask of the same money before each that asks for its start-up, dollars
    ``[..., D, C]``."""
    choice = moment.year.choice
    asking = choice.paid | (choice.plan == launching.FOR_MONEY)
    which = Pathways(asking)
    ahead: Array = which.everywhere(
        launching.asked_before(
            which.take(asking), which.take(decision.site.value), which.take(decision.known.startup_net), which
        )
    )
    return ahead


def _posts(moment: Moment) -> Iterator[Item]:
    staffed, choice, world, at = moment.year.workforce, moment.year.choice, moment.ensemble.world, moment.at
    place, starts = world.districts.region, world.districts.region_starts
    launch = staffed.launched * choice.launch_sections
    filled = staffed.hired - launch
    seeking = staffed.vacant + filled + choice.seeking * choice.launch_sections
    posts = f"{at(staffed.first_posts):.0f} + {at(staffed.second_posts):.0f}"
    if not at(seeking) and not at(staffed.posts):
        return
    known = moment.year.situation
    decided = known.first_sections + known.second_sections + choice.first_change + choice.second_change
    lost = at(decided + staffed.opened * moment.before.launching_sections - staffed.posts)
    if at(closed_sites(moment)):
        yield Item(POSTS, "posts given up with sites that close", "sections", lost)
    yield Item(POSTS, "posts of first courses", "sections", at(staffed.first_posts), quiet=True)
    yield Item(POSTS, "posts of second courses", "sections", at(staffed.second_posts), quiet=True)
    yield Item(POSTS, "posts of first + second courses, as decided", "sections", at(staffed.posts), posts)
    yield Item(POSTS, "without an instructor, before hiring", "sections", at(staffed.vacant + filled))
    pool = at_districts(moment.before.pool, place)
    yield Item(POSTS, "in the region: able to teach it and not teaching", "sections", at(pool))
    found, sought = at_districts(staffed.candidates, place), at_districts(staffing.by_region(seeking, starts), place)
    yield Item(POSTS, "in the region: candidates this year", "sections", at(found))
    yield Item(POSTS, "in the region: posts that are sought", "sections", at(sought))
    yield Item(POSTS, "chance that a post is filled, in one search", "share", at(staffed.hiring_chance))
    yield Item(POSTS, "posts filled", "sections", at(filled))
    yield Item(POSTS, "without an instructor, after hiring", "sections", at(staffed.vacant))
    taught = at(staffed.first_taught + staffed.second_taught)
    yield Item(POSTS, "taught by an instructor or a substitute", "sections", taught)
    yield Item(POSTS, "sites that open this year", "sites", at(staffed.opened))


def _dollars(value: float) -> str:
    return amount(value, "dollars")
