"""A district's decision about one cluster, unfolded: beliefs, attractiveness, gates, sections and closing.

Every number is read from the year that was simulated, or comes from the rule that decided, called again on what the
district knew.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import ZERO, Array, at_districts
from sim.behavior import beliefs, costs, launching, staffing
from sim.behavior.closing import ClosingTerms
from sim.behavior.deciding import Attraction, Launch, Sections, Situation, weigh_closing, weigh_launch, weigh_sections
from sim.engine import money, situation
from sim.engine.draws import Purpose
from sim.engine.ensemble import WARM_UP_YEARS
from sim.engine.money import Offer, Prospects
from sim.funding.line import Line
from sim.study.explain.items import YES_NO, Item, Moment, Quantity, amount

TERM_WORDS: dict[str, str] = {
    "financial": "money",
    "unmet_demand": "unmet demand",
    "labor_signal": "labor signal",
    "peers": "neighbors that offer it",
    "quality": "quality",
    "risk": "revenue at risk",
    "inertia": "inertia of a new cluster",
}
"""The terms of attractiveness in words, in their order."""

CLOSING_WORDS: dict[str, str] = {
    "intercept": "intercept",
    "margin": "margin of a participant",
    "deficit": "district in deficit",
    "vacancy": "posts long vacant",
    "size": "too few participants",
    "equipment": "service life left in equipment",
}
"""The terms of the closing chance in words, in their order."""

BELIEFS = "What a posted dollar of each line counts for: trust x lasting x part that reaches CTE"
VALUE = "What one more site is worth"
ATTRACTION = "How much the district wants it"
GATES = "The gates"
SECTIONS = "Sections"
CLOSING = "Closing"


@dataclass(frozen=True)
class Decision:
    """The rules of step 4 called again on a moment's situation, for all districts and clusters."""

    known: Situation
    launch: Launch
    closing: ClosingTerms
    sections: Sections

    @property
    def terms(self) -> Attraction:
        """The terms of attractiveness."""
        return self.launch.attraction


def decision_of(moment: Moment) -> Decision:
    """What the rules said in a moment."""
    parameters = moment.ensemble.parameters
    known = moment.year.situation
    return Decision(
        known=known,
        launch=weigh_launch(known, parameters.decisions),
        closing=weigh_closing(known, parameters.decisions),
        sections=weigh_sections(known, parameters.decisions),
    )


def decision_items(moment: Moment) -> list[Item]:
    """All numbers of the decision about the moment's cluster, in the order in which they are made."""
    decision = decision_of(moment)
    return [
        *_beliefs(moment),
        *_value(moment, decision),
        *_attraction(moment, decision),
        *_gates(moment, decision),
        *_sections(moment, decision),
        *_closing(moment, decision),
    ]


def line_titles(lines: Iterable[Line]) -> dict[str, str]:
    """Each line, by name, in words that no other line has."""
    words = {line.name: line.title or line.name.replace("_", " ") for line in lines}
    alike = list(words.values())
    return {name: title if alike.count(title) == 1 else f"{title} ({name})" for name, title in words.items()}


def _beliefs(moment: Moment) -> Iterator[Item]:
    terms = moment.ensemble.parameters.beliefs
    titles = line_titles(offer.line for offer in moment.year.offers.lines)
    for offer in moment.year.offers.lines:
        title = titles[offer.line.name]
        trust = money.trust_in(moment.before, offer.line, terms)
        lasting = beliefs.persistence(offer.line.recurring, terms)
        known = {"trust that it is paid": trust, "weight as it may end": lasting, "part that reaches CTE": offer.reach}
        for what, share in known.items():
            yield Item(BELIEFS, f"{title}: {what}", "share", moment.at(share), quiet=True)
        weights = " x ".join(amount(moment.at(share), "share") for share in known.values())
        yield Item(BELIEFS, title, "share", moment.at(trust * lasting * offer.reach), weights)


@dataclass(frozen=True)
class ExcessCosts:
    """Yearly excess costs as practiced, dollars ``[..., D, C]``, which stand in a margin against expected revenue: of a
    ``pathway`` as it stands and of one more ``site``."""

    pathway: Array
    site: Array


def excess_costs(moment: Moment) -> ExcessCosts:
    """What the margins of a moment hold for cost: the year's unit costs times what a district runs and would run."""
    parameters, known, before = moment.ensemble.parameters, moment.year.situation, moment.before
    unit, practiced = moment.year.conditions.costs, parameters.books.practiced_spending
    attempts_each = parameters.clusters.attempt_rate * parameters.outcomes.credential_level
    student = costs.variable_each(moment.year.interest.progression, attempts_each, unit, practiced) - unit.elective
    section = unit.section + practiced * unit.section_upkeep
    site = practiced * unit.site
    return ExcessCosts(
        pathway=before.participants * student
        + before.sites * site
        + before.sections * section
        + before.vacant_sections * unit.section,
        site=known.site_demand * student + site + known.site_sections * section,
    )


def site_revenue(moment: Moment) -> Array:
    """The expected yearly revenue of one more site, dollars ``[..., D, C]``."""
    return moment.year.situation.site_margin + excess_costs(moment).site


def revenue_by_line(moment: Moment) -> list[tuple[Offer | None, Array]]:
    """The expected yearly revenue of one more site, dollars ``[..., D, C]``: first without any line (a district's own
    customary money), then what each line adds. The rules are asked with one line more each time."""
    ensemble, year = moment.ensemble, moment.year
    found: list[tuple[Offer | None, Array]] = []
    reached = -excess_costs(moment).site
    for many in range(len(year.offers.lines) + 1):
        offers = replace(year.offers, lines=year.offers.lines[:many])
        prospects = money.prospects(
            ensemble.parameters.beliefs, ensemble.premises, moment.before, offers, year.conditions
        )
        margin = seen_with(moment, prospects).site_margin
        found.append((offers.lines[-1] if many else None, margin - reached))
        reached = margin
    return found


def revenue_of_a_school(moment: Moment) -> Array:
    """What of the expected yearly revenue of one more site is owed for one more high school with a pathway, dollars
    ``[..., D, C]``."""
    without = replace(moment.year.prospects, per_school=ZERO)
    return moment.year.situation.site_margin - seen_with(moment, without).site_margin


def seen_with(moment: Moment, prospects: Prospects) -> Situation:
    """The situation of every district, had it believed in these prices."""
    ensemble, year = moment.ensemble, moment.year
    luck = ensemble.draws.year(WARM_UP_YEARS + year.fiscal_year - ensemble.world.base_year)
    return situation.observe(
        ensemble.world, ensemble.parameters, ensemble.premises, moment.before, year.conditions, year.offers,
        prospects, year.signals, year.interest, luck,
    )  # fmt: skip


def _value(moment: Moment, decision: Decision) -> Iterator[Item]:
    known, at = decision.known, moment.at
    startup, grant = at(known.startup_cost), at(known.startup_grant)
    yield Item(VALUE, "students it would draw", "students", at(known.site_demand))
    titles = line_titles(offer.line for offer in moment.year.offers.lines)
    for offer, dollars in revenue_by_line(moment):
        source = "the district's own money" if offer is None else titles[offer.line.name]
        yield Item(VALUE, f"revenue from {source}", "dollars a year", at(dollars))
    yield Item(
        VALUE, "  of it for one more high school with a pathway", "dollars a year", at(revenue_of_a_school(moment))
    )
    yield Item(VALUE, "expected revenue", "dollars a year", at(site_revenue(moment)))
    yield Item(VALUE, "excess cost as practiced", "dollars a year", at(excess_costs(moment).site))
    yield Item(VALUE, "yearly margin", "dollars a year", at(known.site_margin))
    yield Item(VALUE, "years that it counts for", "years", at(known.annuity))
    yield Item(VALUE, "start-up cost", "dollars", startup)
    yield Item(VALUE, "start-up grant", "dollars", grant)
    yield Item(
        VALUE, "net value", "dollars", at(decision.terms.net_value),
        f"{amount(at(known.annuity), '')} x margin - {amount(startup - grant, 'dollars')}",
    )  # fmt: skip


def _attraction(moment: Moment, decision: Decision) -> Iterator[Item]:
    weights, known, launch, at = moment.ensemble.parameters.decisions, decision.known, decision.launch, moment.at

    def times(weight: Array, level: str, sign: str = "") -> str:
        return f"{sign}{at(weight):.2f} x {level}"

    scale = amount(at(weights.financial_scale * known.price_index), "dollars")
    sections = amount(at(known.site_demand / (known.class_size * known.seats_per_section)), "sections")
    hows = {
        "financial": times(weights.financial_weight, f"asinh(value / {scale})"),
        "unmet_demand": times(weights.demand_weight, f"{sections}, at most 2"),
        "labor_signal": times(weights.labor_weight, f"{at(known.labor_signal):.2f}"),
        "peers": times(weights.peer_weight, amount(at(known.peer_share), "share")),
        "quality": times(weights.quality_weight, f"{at(known.quality_gap):.3f}"),
        "risk": times(weights.risk_aversion, amount(at(known.revenue_risk), "share"), "-"),
        "inertia": times(weights.launch_inertia, "1" if at(known.sites) <= 0 else "0", "-"),
    }
    yield Item(ATTRACTION, "intercept", "log odds", at(weights.launch_intercept))
    for term, words in TERM_WORDS.items():
        yield Item(ATTRACTION, words, "log odds", at(getattr(decision.terms, term)), hows[term])
    yield Item(ATTRACTION, "attractiveness, without the intercept", "log odds", at(launch.score), quiet=True)
    yield Item(ATTRACTION, "together", "log odds", at(weights.launch_intercept + launch.score))
    yield Item(ATTRACTION, "chance of wanting it this year", "share", at(launch.chance))
    yield Item(ATTRACTION, "the draw, which must be lower", "draw", at(known.launch_draw))
    offered = at(known.sites) + (at(known.launching) > 0)
    yield Item(ATTRACTION, "sites, with one under way", "sites", offered)
    yield Item(ATTRACTION, "high schools that could have one", "schools", at(known.high_schools))
    least = at(weights.considered_share * weights.minimum_section)
    yield Item(ATTRACTION, "fewest students for which it is considered", "students", least)
    yield Item(ATTRACTION, "considered: a free school, none under way, students", YES_NO, at(launch.candidate))
    yield Item(ATTRACTION, "wanted", YES_NO, at(launch.wanted))


def _gates(moment: Moment, decision: Decision) -> Iterator[Item]:
    parameters, year, at = moment.ensemble.parameters, moment.year, moment.at
    weights, known, launch = parameters.decisions, decision.known, decision.launch
    limits = launching.launch_limits(launch.gates, launch.score, launch.money, launch.capacity)
    luck = moment.ensemble.draws.year(WARM_UP_YEARS + year.fiscal_year - moment.ensemble.world.base_year)
    startup_net = at(known.startup_cost - known.startup_grant)
    building = 0.0 if at(launch.has_facility) else at(known.facility_cost)

    yield Item(GATES, "size: students it would draw", "students", at(known.site_demand))
    yield Item(GATES, "size: fewest that open a site", "students", at(weights.minimum_section))
    yield Item(GATES, "facility: schools with a usable lab or shop", "schools", at(known.facilities))
    yield Item(GATES, "facility: a usable one is free", YES_NO, at(launch.has_facility))
    yield Item(GATES, "facility: cost of one to be built", "dollars", building)
    kept = at(weights.cash_reserve * known.yearly_spending)
    yield Item(GATES, "cash: CTE carry-over", "dollars", at(known.cash))
    yield Item(GATES, "cash: kept in reserve", "dollars", kept)
    yield Item(GATES, "cash: general money for launches", "dollars", at(known.general_money))
    yield Item(GATES, "cash: money for launches", "dollars", at(launch.money))
    yield Item(GATES, "cash: left by clusters that are liked better", "dollars", at(limits.cash_left))
    yield Item(
        GATES, "cash: start-up net of grant, with a lab if none is free", "dollars", startup_net + building,
        f"{amount(startup_net, 'dollars')} + {amount(building, 'dollars')}",
    )  # fmt: skip
    yield Item(GATES, "capacity: launches that it can carry in a year", "launches", at(launch.capacity))
    yield Item(GATES, "capacity: left by clusters that are liked better", "launches", at(limits.room))
    markets = moment.ensemble.premises.markets
    ample = at_districts(
        staffing.fill_chance(
            moment.ensemble.world.clusters.fill_probability, markets.rural, np.ones((1, 1)), parameters.staffing
        ),
        markets.place,
    )
    yield Item(GATES, "instructor: hiring chance with ample candidates", "share", at(ample))
    yield Item(GATES, "instructor: hiring chance as the region seeks", "share", at(year.workforce.hiring_chance))
    yield Item(GATES, "instructor: the draw, which must be lower", "draw", at(luck[Purpose.LAUNCH_HIRING]))
    for gate, stopped in stopped_by(moment).items():
        yield Item(GATES, f"stopped by {gate}", YES_NO, at(stopped))
    yield Item(GATES, "launched", YES_NO, at(year.workforce.launched))
    if at(year.workforce.launched):
        yield Item(GATES, "years until its first class", "years", at(parameters.clusters.launch_years))


def stopped_by(moment: Moment) -> dict[str, Quantity]:
    """Where each gate stopped a wanted launch, as the year recorded it, by gate in their order."""
    choice = moment.year.choice
    return {
        "size": choice.stopped_by_size,
        "facility": choice.stopped_by_facility,
        "cash": choice.stopped_by_cash,
        "capacity": choice.stopped_by_capacity,
        "instructor": moment.year.workforce.stopped,
    }


def _sections(moment: Moment, decision: Decision) -> Iterator[Item]:
    known, sized, staffed, at = decision.known, decision.sections, moment.year.workforce, moment.at
    books = moment.ensemble.parameters.books
    yield Item(SECTIONS, "sections before, staffed", "sections", at(known.sections))
    yield Item(SECTIONS, "sections before, vacant", "sections", at(known.vacant_sections))
    yield Item(SECTIONS, "students who would come", "students", at(known.demanded))
    yield Item(SECTIONS, "students planned for each section", "students", at(sized.planned))
    yield Item(SECTIONS, "sections needed", "sections", at(sized.needed))
    yield Item(SECTIONS, "non-salary costs paid last year", "share", at(moment.before.spending_ratio))
    yield Item(SECTIONS, "ordinary share of them, below which money is short", "share", at(books.practiced_spending))
    yield Item(SECTIONS, "how far classes are planned toward their cap", "share", at(known.squeeze))
    yield Item(SECTIONS, "sections run half empty", YES_NO, at(sized.half_empty))
    yield Item(SECTIONS, "money is short", YES_NO, at(known.short_of_money))
    yield Item(SECTIONS, "change decided", "sections", at(moment.year.choice.section_change))
    yield Item(SECTIONS, "sections after hiring, staffed", "sections", at(staffed.sections))
    yield Item(SECTIONS, "sections after hiring, vacant", "sections", at(staffed.vacant_sections))
    yield Item(SECTIONS, "sites that open this year", "sites", at(staffed.opened))


def _closing(moment: Moment, decision: Decision) -> Iterator[Item]:
    known, terms, at = decision.known, decision.closing, moment.at
    yield Item(CLOSING, "sites", "sites", at(known.sites))
    if at(known.sites) <= 0:
        return
    cost = excess_costs(moment).pathway
    yield Item(CLOSING, "expected revenue of the pathway", "dollars a year", at(known.margin + cost))
    yield Item(CLOSING, "excess cost as practiced", "dollars a year", at(cost))
    students = at(known.participants)
    hows = {
        "margin": f"{amount(at(known.margin), 'dollars')} for {amount(students, 'students')}",
        "deficit": f"cash {amount(at(known.cash), 'dollars')}",
        "vacancy": f"{amount(at(terms.long_vacant), 'share')} of its posts",
        "size": f"{amount(students, 'students')}, {amount(at(known.sites), 'sites')}",
        "equipment": f"{amount(at(known.equipment), 'share')} left",
    }
    for term, words in CLOSING_WORDS.items():
        yield Item(CLOSING, words, "log odds", at(getattr(terms, term)), hows.get(term, ""))
    yield Item(CLOSING, "together", "log odds", at(terms.total))
    yield Item(CLOSING, "chance that a site closes this year", "share", at(terms.chance))
    yield Item(CLOSING, "the draw, which rounds the sites closed", "draw", at(known.close_draw))
    yield Item(
        CLOSING, "sites closed", "sites", at(moment.year.choice.sites_closed),
        f"{at(known.sites):.0f} x {amount(at(terms.chance), 'share')} + draw, whole",
    )  # fmt: skip
