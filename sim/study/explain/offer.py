"""What a district offers in all clusters, in brief: sections held and wanted, sites and plans; in full in the table."""

from collections.abc import Iterator
from dataclasses import replace

from sim.study.explain.decision import Decision, closed_sites, section_items, why_closed
from sim.study.explain.items import WAITING, Item, Moment, amount
from sim.study.explain.plans import plan_items, why_given_up

OFFER = "Sections by cluster: first + second courses"
SITES = "Sites that close or open, and plans for more"


def offer_items(moment: Moment, decision: Decision) -> list[Item]:
    """Every cluster that the district offers, gives up or plans; then all numbers of each decision, for the table."""
    clusters = range(len(moment.ensemble.world.clusters))
    each = [replace(moment, cluster=cluster) for cluster in clusters]
    brief = [
        *(item for one in each for item in _sections(one)),
        *(item for one in each for item in _sites(one, decision)),
    ]
    return [*brief, *(item for one in each for item in _in_full(one, decision))]


def _name(moment: Moment) -> str:
    return moment.ensemble.world.clusters.name[moment.cluster or 0]


def _sections(moment: Moment) -> Iterator[Item]:
    at, known, staffed = moment.at, moment.year.situation, moment.year.workforce
    before = at(known.first_sections), at(known.second_sections)
    after = at(staffed.first_posts), at(staffed.second_posts)
    if not sum(before) + sum(after):
        return
    how = f"{before[0]:.0f} + {before[1]:.0f}, now {after[0]:.0f} + {after[1]:.0f}"
    vacant = at(staffed.vacant)
    yield Item(OFFER, _name(moment), "sections", sum(after), how)
    yield Item(OFFER, f"  {_name(moment)}: without an instructor", "sections", vacant, quiet=not vacant)


def _sites(moment: Moment, decision: Decision) -> Iterator[Item]:
    at, choice, staffed, name = moment.at, moment.year.choice, moment.year.workforce, _name(moment)
    closed, opened, launched = at(closed_sites(moment)), at(staffed.opened), at(staffed.launched)
    if closed:
        yield Item(SITES, f"{name}: closed", "sites", closed, f"{why_closed(moment, decision)}:")
    if opened:
        yield Item(SITES, f"{name}: opened", "sites", opened)
    if launched:
        yield Item(SITES, f"{name}: launched", "sites", launched)
    elif at(choice.given_up):
        words = f"given up, {why_given_up(moment, decision)}:"
        yield Item(SITES, f"{name}: plan", WAITING, at(choice.plan), words)
    elif at(choice.plan):
        age = "new" if at(choice.begun) else f"{amount(at(choice.plan_years), 'years')} old"
        yield Item(SITES, f"{name}: plan", WAITING, at(choice.plan), f"{age}:")


def _in_full(moment: Moment, decision: Decision) -> Iterator[Item]:
    for item in (*section_items(moment, decision), *plan_items(moment, decision)):
        yield replace(item, step=f"{_name(moment)}: {item.step}", quiet=True)
