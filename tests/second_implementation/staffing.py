"""Instructors (7.9 of the protocol): sites close, sections go, posts turn over, vacancies and launches are sought."""

import math
from types import SimpleNamespace
from typing import Any

from second_implementation.plain import at

FOUND = (
    "sites", "first_posts", "second_posts", "vacant", "first_taught", "second_taught", "staying", "emptied",
    "hiring_chance", "hired", "launched", "without_instructor", "opened", "launching", "launching_sections",
)  # fmt: skip


def staff(
    world: Any, state: Any, chosen: list[Any], terms: Any, clusters: Any, premises: Any, shocks: Any, luck: Any
) -> SimpleNamespace:
    """All districts' sections, posts and instructors after hiring; pools of next year by region and cluster."""
    everyone = range(len(chosen))
    width = len(world.clusters.class_size)
    posts = [[_posts(state, chosen[d], terms, shocks, luck, d, c) for c in range(width)] for d in everyone]
    found = SimpleNamespace(candidates=[], pool=[], **{name: [[0.0] * width for _ in everyone] for name in FOUND})
    for region in range(len(world.regions.identifier)):
        members = [d for d in everyone if world.districts.region[d] == region]
        candidates, pools = [], []
        for c in range(width):
            pool = at(state.pool, region, c) * at(shocks.instructor_supply, 0, c)
            pay = 1.0 + terms.wage_elasticity * terms.premium_paid * world.clusters.salary_premium[c]
            here = _hire(world, terms, clusters, luck, members, posts, state, chosen, pool * pay, c)
            for d in members:
                for name in FOUND:
                    getattr(found, name)[d][c] = getattr(here[d], name)
            hired = sum(here[d].hired for d in members)
            left = sum(posts[d][c].left for d in members)
            stay = max(at(state.pool, region, c) - hired, 0.0) * (1.0 - terms.pool_exit)
            enter = at(premises.entering, region, c) * at(shocks.instructor_supply, 0, c) * pay
            candidates.append(pool * pay)
            pools.append(stay + enter + terms.return_share * left)
        found.candidates.append(candidates)
        found.pool.append(pools)
    return found


def _posts(state: Any, choice: Any, terms: Any, shocks: Any, luck: Any, d: int, c: int) -> SimpleNamespace:
    """Posts of a pathway after closures, cuts and turnover, before anybody is hired."""
    before = state.sites[d][c]
    open_sites = before - choice.sites_closed[c]
    kept = open_sites / before if before > 0 else 0.0
    first = _left(state.first_sections[d][c], choice.first_change[c], kept)
    second = _left(state.second_sections[d][c], choice.second_change[c], kept)
    sites = min(open_sites, first + second)
    if sites > 0 and first < 1:
        first, second = first + 1.0, max(second - 1.0, 0.0)
    taught_before = state.first_sections[d][c] + state.second_sections[d][c] - state.vacant_sections[d][c]
    staffed = min(taught_before, first + second)
    posts = min(before, taught_before)
    leave = min(terms.turnover * at(shocks.turnover, 0, c), 1.0)
    gone = min(math.floor(posts * leave + luck.TURNOVER[d][c]), posts)
    leaving = round(taught_before * gone / posts) if posts > 0 else 0
    staffed -= max(leaving - (taught_before - staffed), 0.0)
    return SimpleNamespace(
        sites=sites, first=first, second=second, vacant=first + second - staffed, left=taught_before - staffed,
        emptied=open_sites - sites, staying=sites / before if before > 0 else 0.0,
    )  # fmt: skip


def _left(sections: float, change: float, kept: float) -> float:
    """Sections that stay: those of closed sites count toward what is given up."""
    if kept <= 0:
        return 0.0
    return float(max(min(math.floor(sections * kept + 0.5) + max(change, 0.0), sections + change), 0.0))


def _hire(
    world: Any, terms: Any, clusters: Any, luck: Any, members: list[int], posts: Any, state: Any, chosen: Any,
    candidates: float, c: int,
) -> dict[int, SimpleNamespace]:  # fmt: skip
    """One region seeks instructors of one cluster: vacancies in several rounds, launches in one."""
    seeking = {d: chosen[d].seeking[c] for d in members}
    launches = {d: seeking[d] * chosen[d].launch_sections[c] for d in members}
    sought = sum(posts[d][c].vacant + launches[d] for d in members)
    each = min(candidates / sought, 10.0) if sought > 0 else 10.0
    once, year = {}, {}
    for d in members:
        alone = min(world.clusters.fill_probability[c] * terms.fill_level, 0.99)
        alone *= terms.rural_factor if world.districts.locale[d] == "rural" else 1.0
        once[d] = 1.0 - (1.0 - alone) ** each
        year[d] = 1.0 - (1.0 - min(once[d], 0.999)) ** terms.refill_rounds
    hires = sum(posts[d][c].vacant * year[d] + launches[d] * once[d] for d in members)
    covered = min(candidates / hires, 1.0) if hires > 0 else 1.0
    found = {}
    for d in members:
        mine = posts[d][c]
        filled = min(math.floor(mine.vacant * year[d] * covered + luck.HIRING[d][c]), mine.vacant)
        launched = seeking[d] * float(luck.LAUNCH_HIRING[d][c] < once[d] * covered)
        opened = float(state.launching[d][c] == 1)
        first = mine.first + opened * state.launching_sections[d][c]
        vacant, sections = mine.vacant - filled, first + mine.second
        taught = 1.0 - (1.0 - terms.substitute_cover) * (vacant / sections if sections > 0 else 0.0)
        still = max(state.launching[d][c] - 1.0, 0.0)
        found[d] = SimpleNamespace(
            sites=mine.sites + opened, first_posts=first, second_posts=mine.second, vacant=vacant,
            first_taught=first * taught, second_taught=mine.second * taught, staying=mine.staying,
            emptied=mine.emptied, hiring_chance=once[d] * covered, hired=filled + launched * launches[d],
            launched=launched, without_instructor=seeking[d] - launched, opened=opened,
            launching=still + launched * clusters.launch_years[c],
            launching_sections=(1.0 - opened) * state.launching_sections[d][c] + launched * launches[d],
        )  # fmt: skip
    return found
