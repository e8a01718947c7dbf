"""What one more dollar and one more instructor would change in a district, asked of the rules themselves."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from sim.arrays import Array, part_of, ratio
from sim.behavior.weighing import weigh_budget, weigh_sections
from sim.engine import classrooms
from sim.engine.classrooms import Schooling
from sim.engine.workforce import Workforce
from sim.study.explain.decision import Decision
from sim.study.explain.items import Item, Moment

DOLLAR = "What $1,000 more for CTE, year after year, would buy"
INSTRUCTOR = "What one more instructor would change this year"
MORE = 1000.0
"""Dollars by which what may be promised is raised: little beside a section, and enough to be told from rounding."""


def margin_items(moment: Moment, decision: Decision) -> list[Item]:
    """What one more dollar and, in a cluster, one more instructor would change."""
    return [*_dollar(moment, decision), *(_instructor(moment) if moment.cluster is not None else ())]


def _dollar(moment: Moment, decision: Decision) -> Iterator[Item]:
    """The plan at the price of a dollar now, and at the lower one at which it would cost so much more."""
    terms, known = moment.ensemble.parameters.decisions, moment.year.situation
    log_price = moment.year.choice.log_price
    falls = weigh_budget(known, decision.weighed, terms).falls
    richer = weigh_sections(known, log_price - ratio(MORE + 0.0 * falls, falls), terms)
    planned = decision.weighed
    first = known.total((richer.first_wanted - planned.first_wanted) * planned.first.cost)
    second = known.total((richer.second_wanted - planned.second_wanted) * planned.second.cost)
    sections = planned.first_wanted + planned.second_wanted
    kept_up = known.total(known.site_running * known.sites + known.section_running * sections)
    upkeep = (richer.upkeep_share - planned.upkeep_share) * kept_up
    more = weigh_budget(known, richer, terms).cost - weigh_budget(known, planned, terms).cost
    parts = {
        "sections of first courses": first,
        "sections of second courses": second,
        "equipment, supplies and training": upkeep,
        "smaller classes and what they cost": more - first - second - upkeep,
    }
    for what, dollars in parts.items():
        yield Item(DOLLAR, what, "dollars a year", moment.of_district(dollars))
    change = known.total(richer.first_wanted + richer.second_wanted - sections)
    yield Item(DOLLAR, "sections wanted more", "sections", moment.of_district(change))


def _instructor(moment: Moment) -> Iterator[Item]:
    """The school year taught again with the posts filled that one instructor could hold."""
    staffed, parameters = moment.year.workforce, moment.ensemble.parameters
    sections = min(moment.at(staffed.vacant), moment.at(parameters.costs.sections_per_instructor))
    yield Item(INSTRUCTOR, "vacant sections that one instructor could hold", "sections", sections)
    if sections <= 0.0:
        return
    now, then = moment.year.schooling, _taught(moment, _with(moment, staffed, sections))
    yield Item(INSTRUCTOR, "participants more", "students", moment.total(then.participants - now.participants))
    yield Item(INSTRUCTOR, "concentrators taught more", "students", moment.total(then.taught - now.taught))


def _with(moment: Moment, staffed: Workforce, sections: float) -> Workforce:
    """The year's posts, so many more of the pathway's with an instructor."""
    here: Array = np.zeros_like(staffed.vacant)
    here[..., moment.district, moment.cluster or 0] = sections
    vacant = staffed.vacant - here
    cover = moment.ensemble.parameters.staffing.substitute_cover
    taught = 1.0 - (1.0 - cover) * part_of(vacant, staffed.posts)
    return replace(
        staffed, vacant=vacant, first_taught=staffed.first_posts * taught, second_taught=staffed.second_posts * taught
    )


def _taught(moment: Moment, staffed: Workforce) -> Schooling:
    year, ensemble = moment.year, moment.ensemble
    return classrooms.teach(
        ensemble.world, ensemble.parameters, ensemble.premises, moment.before, year.conditions, year.cohorts, staffed,
        year.interest, year.choice.first_class, year.prospects, year.offers,
    )  # fmt: skip
