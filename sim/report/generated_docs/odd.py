"""Generated parts of the ODD protocol: what each submodel reads, and what each purpose of randomness decides."""

import re
from collections.abc import Mapping

from sim.engine.draws import ONCE, YEARLY, Purpose
from sim.engine.state import Premises, State
from sim.parameters.catalogue import load_catalogue
from sim.parameters.groups import ClusterCosts
from sim.parameters.values import GROUP_TYPES
from sim.report.generated_docs.dependencies import Read, dependencies_of
from sim.report.generated_docs.parameters import HEADINGS, prior_text, value_text
from sim.world.world import Clusters, Districts, HighSchools, Regions

SUBMODELS: Mapping[str, tuple[str, ...]] = {
    "economy": ("sim.engine.economy", "sim.students.enrollment"),
    "announcement": ("sim.engine.offers.announce", "sim.funding.budget", "sim.funding.seg", "sim.funding.pricing"),
    "beliefs": (
        "sim.engine.offers.reach", "sim.engine.prospects.form_prospects", "sim.engine.outlook",
        "sim.engine.approvals.seen", "sim.behavior.beliefs",
    ),
    "costs": ("sim.behavior.costs", "sim.behavior.centers", "sim.engine.centers", "sim.study.bill.cluster_pay"),
    "view": ("sim.engine.situation", "sim.engine.offerings"),
    "budget": (
        "sim.behavior.budgeting.own_money_wanted", "sim.behavior.budgeting.lost_and_gained",
        "sim.behavior.budgeting.freed_money", "sim.behavior.budgeting.moved_own_money",
        "sim.behavior.budgeting.own_money_floor", "sim.engine.requirements",
        "sim.behavior.budgeting.promised", "sim.behavior.budgeting.for_running", "sim.behavior.budgeting.for_long",
        "sim.behavior.budgeting.not_lasting", "sim.behavior.budgeting.leadership_after",
        "sim.engine.situation.own_budget", "sim.engine.situation.own_planned",
        "sim.engine.situation.equipment_due", "sim.engine.accounts.own_money_wanted",
        "sim.engine.accounts.own_money_next",
    ),
    "sections": (
        "sim.behavior.planning", "sim.behavior.sizing", "sim.behavior.budgeting.layoffs",
        "sim.behavior.weighing.weigh_sections", "sim.behavior.weighing.weigh_budget",
        "sim.behavior.deciding.change_sections", "sim.behavior.deciding.priced",
    ),
    "sites": (
        "sim.behavior.launching", "sim.behavior.closing", "sim.behavior.deciding.may_plan",
        "sim.behavior.weighing.weigh_site", "sim.behavior.deciding.priced_ahead", "sim.behavior.deciding.review_plans",
        "sim.behavior.weighing.weigh_closing", "sim.behavior.weighing.weigh_program", "sim.behavior.deciding.decide",
    ),
    "instructors": ("sim.engine.workforce", "sim.behavior.staffing"),
    "students": ("sim.engine.classrooms", "sim.students.choice", "sim.students.courses"),
    "outcomes": (
        "sim.engine.prospects.efforts", "sim.engine.exams", "sim.engine.stakes", "sim.students.outcomes",
        "sim.students.credentials", "sim.behavior.recoding",
    ),
    "quality": ("sim.engine.maintenance", "sim.behavior.upkeep"),
    "payment": (
        "sim.engine.settlement.settle", "sim.engine.offers.settled", "sim.engine.settlement.trust_after",
        "sim.engine.expected", "sim.funding.allocation", "sim.funding.smoothing", "sim.funding.reserve",
    ),
    "books": ("sim.engine.accounts", "sim.engine.calendar", "sim.behavior.budgeting.close_books"),
    "start": (
        "sim.engine.starting", "sim.engine.ensemble", "sim.engine.settling", "sim.engine.map_settling",
        "sim.engine.census",
    ),
    "observation": ("sim.engine.recording",),
}  # fmt: skip
"""The submodels of the protocol and where their rules stand: modules, or functions of them."""

PURPOSES: Mapping[Purpose, str] = {
    Purpose.CLOSURE: "how the expected number of closing sites is rounded",
    Purpose.TURNOVER: "how the expected number of leaving instructors is rounded",
    Purpose.HIRING: "how the expected number of filled vacancies is rounded",
    Purpose.LAUNCH_HIRING: "whether a launch finds its instructor",
    Purpose.CAPITAL_PROJECT: "whether capital outlay builds a lab or shop",
    Purpose.AWARD: "a year's luck in a competition for grants",
    Purpose.LOCAL_ENROLLMENT: "a year's noise in a district's size",
    Purpose.REVENUE: "a year's shock to general-fund revenue",
    Purpose.SHOCKS: "whether a recession, an oil bust or another shock comes, how hard and for how long",
    Purpose.LOCAL_SHARES: "a district's own mix of demand over clusters",
    Purpose.STARTING_MAP: "how many clusters each high school offers at the start, and which",
    Purpose.STARTING_FACILITIES: "how the number of usable rooms without a pathway is rounded",
    Purpose.AWARD_CAPACITY: "a district's lasting capacity to win grants, and how many Innovation Zones it has",
    Purpose.REGIONAL_PRIORITIES: "which clusters a region adds to the state's priorities",
    Purpose.REGIONAL_OPENINGS: "job openings by region and cluster",
    Purpose.LOCAL_TREND: "a district's own trend of growth",
    Purpose.QUALITY_PROFILE: "a district's profile over the 12 components of quality",
    Purpose.PARAMETERS: "where in their priors all uncertain numbers stand, those of the clusters table among them",
    Purpose.CLUSTER_COSTS: "nothing: its numbers come with PARAMETERS, and its key is kept free",
    Purpose.POSTERIOR: "which stored draw of the calibration gives the fitted parameters",
    Purpose.FIRST_SECTIONS: "how a change of first-course sections is rounded to whole ones",
    Purpose.SECOND_SECTIONS: "how a change of second-course sections is rounded to whole ones",
    Purpose.APPEAL: "a year's change in what a pathway is worth to its district",
    Purpose.LEADERSHIP: "what a new superintendent gives CTE",
    Purpose.LEADERSHIP_CHANGE: "whether a district's superintendent changes",
    Purpose.INTEREST: "a year's change in how many of a district's students want CTE",
    Purpose.STARTING_APPEAL: "what each pathway is worth to its district at the start, and with it the starting map",
    Purpose.ATTENTION: "how far a district reads the law",
    Purpose.TASTE: "how much of a lost restricted dollar a district replaces",
    Purpose.EXAM: "how the expected number of sites that administer an exam is rounded",
    Purpose.STARTING_EXAM: "how that number is rounded at the start",
}
"""What a draw of each purpose decides."""

LAWS: Mapping[str, str] = {"uniform": "uniform on [0, 1)", "normal": "standard normal"}
TABLES: Mapping[str, type] = {
    "districts": Districts,
    "high_schools": HighSchools,
    "clusters": Clusters,
    "regions": Regions,
}


def submodel_block(name: str) -> str:
    """What a submodel reads, in Markdown: a table of its parameters, then a list of the columns of the clusters table
    drawn anew in each run, other tables, state variables and premises."""
    reads = frozenset(read for place in SUBMODELS[name] for read in dependencies_of(place))
    rows = [_row(group, parameter) for group, parameter in parameters_of(reads)]
    if rows:
        rows = ["| parameter | value | unit | prior | confidence |", "|---|---|---|---|---|", *rows]
    listed = {
        "From the [clusters table](../reference/tables.md#clusterscsv), drawn in each run": _of(reads, ClusterCosts),
        "From the tables": [f"{table}.{field}" for table, kind in TABLES.items() for field in _of(reads, kind)],
        "State variables": _of(reads, State),
        "Premises": _of(reads, Premises),
    }
    notes = [f"- {what}: {', '.join(f'`{field}`' for field in names)}" for what, names in listed.items() if names]
    return "\n".join([*(rows or ["No parameter."]), "", *notes]).strip()


def parameters_of(reads: frozenset[Read]) -> list[tuple[str, str]]:
    """The parameters among what is read, group and name, in the order of the catalogue."""
    return [
        (group, name)
        for group, named in load_catalogue().entries.items()
        for name in named
        if (GROUP_TYPES[group], name) in reads
    ]


def purposes_table() -> str:
    """Every purpose of randomness with its key, over what it is drawn, its law and what it decides."""
    if set(PURPOSES) != set(Purpose):
        odd = sorted(purpose.name for purpose in set(Purpose).symmetric_difference(PURPOSES))
        raise ValueError(f"purposes without a description: {', '.join(odd)}")
    lines = ["| purpose | key | drawn | over | law | decides |", "|---|---:|---|---|---|---|"]
    for purpose in Purpose:
        when, over, law = "each replicate", "one point", LAWS["uniform"]
        if purpose in YEARLY or purpose in ONCE:
            when = "each year" if purpose in YEARLY else "once a run"
            shape, kind = {**YEARLY, **ONCE}[purpose]
            over, law = shape.value, LAWS[kind]
        elif purpose is Purpose.CLUSTER_COSTS:
            when = over = law = "-"
        lines.append(f"| `{purpose.name}` | {purpose.value} | {when} | {over} | {law} | {PURPOSES[purpose]} |")
    return "\n".join(lines)


def anchor(heading: str) -> str:
    """The anchor that a heading of a Markdown page has."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _row(group: str, name: str) -> str:
    entry = load_catalogue().entries[group][name]
    link = f"[`{group}.{name}`](../reference/parameters.md#{anchor(HEADINGS[group])})"
    return f"| {link} | {value_text(entry)} | {entry.unit} | {prior_text(entry)} | {entry.confidence} |"


def _of(reads: frozenset[Read], kind: type) -> list[str]:
    return [name for name in getattr(kind, "__dataclass_fields__", {}) if (kind, name) in reads]
