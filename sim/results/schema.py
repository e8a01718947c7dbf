"""What comes out of a simulation: every column of every result table, with its unit and meaning.

Bump ``SCHEMA_VERSION`` when a column changes its name, unit or meaning.
"""

from dataclasses import dataclass, field

from sim.states.speaking import state_words

SCHEMA_VERSION = 5


@dataclass(frozen=True)
class Column:
    """One column: name, unit ('dollars' are nominal unless the label says constant), and what it means.

    ``adds_up``: whether its values of several years add up, as dollars paid or credentials earned do, rather than being
    averaged, as students or shares are; None for what is no number. Every column says so, so that no new flow is
    averaged for want of a word.
    """

    name: str
    unit: str
    said: str
    adds_up: bool | None = field(kw_only=True)

    @property
    def label(self) -> str:
        """What it means, in the words of the state."""
        return state_words().fill(self.said)


KEYS: tuple[Column, ...] = (
    Column("run_id", "", "row of design.parquet", adds_up=None),
    Column(
        "fiscal_year",
        "year",
        "state fiscal year, named for the year it ends; FY2026 is school year 2025-26",
        adds_up=None,
    ),
)

STATE: tuple[Column, ...] = (
    Column("membership", "students", "membership in grades 9-12", adds_up=False),
    Column("participants", "students", "took at least one CTE course this year", adds_up=False),
    Column("concentrators", "students", "reported as concentrators, and paid for: taught and recoded", adds_up=False),
    Column("concentrators_taught", "students", "completed a second course of one pathway this year", adds_up=False),
    Column(
        "concentrators_recoded",
        "students",
        "reported because sequences were re-cut around courses that they take anyway",
        adds_up=False,
    ),
    Column("high_cost_concentrators", "students", "concentrators taught in {high_cost}", adds_up=False),
    Column(
        "school_concentrator_share",
        "share",
        "concentrators taught over membership, mean over high schools with a pathway",
        adds_up=False,
    ),
    Column("credentials", "credentials", "industry-recognized credentials earned", adds_up=True),
    Column("credentials_tier_1", "credentials", "value tier 1: general or safety cards", adds_up=True),
    Column("credentials_tier_2", "credentials", "value tier 2: entry certifications", adds_up=True),
    Column("credentials_tier_3", "credentials", "value tier 3: licenses that gate a job", adds_up=True),
    Column("credential_attempts", "exams", "exams sat for a credential", adds_up=True),
    Column("pass_rate", "share", "exams that earned a credential", adds_up=False),
    Column(
        "credential_payment", "dollars per credential", "state CTE money paid by them, for each earned", adds_up=False
    ),
    Column("exam_pathways", "pathways", "in which a paid exam was administered and sat", adds_up=False),
    Column("exam_districts", "districts", "with at least one such pathway", adds_up=False),
    Column("dual_credit", "enrollments", "dual-credit enrollments in CTE", adds_up=True),
    Column("placements", "students", "work-based learning placements", adds_up=True),
    Column(
        "graduates_gained",
        "students",
        "extra on-time graduates caused by concentrating; causal range, see parameters",
        adds_up=True,
    ),
    Column("pathways", "pathways", "district-cluster pairs offered", adds_up=False),
    Column("sites", "sites", "pathways counted once for each high school that offers them", adds_up=False),
    Column("sites_opened", "sites", "sites that taught their first cohort this year", adds_up=True),
    Column("sites_closed", "sites", "sites closed this year", adds_up=True),
    Column("plans", "plans", "plans for further sites under way at the year's end", adds_up=False),
    Column("plans_begun", "plans", "plans made this year", adds_up=True),
    Column("plans_given_up", "plans", "plans given up this year: too old, or no longer worth their cost", adds_up=True),
    Column("plans_for_money", "plans", "plans that waited for start-up money this year", adds_up=True),
    Column("plans_for_room", "plans", "plans that waited for a usable lab or shop this year", adds_up=True),
    Column(
        "plans_for_instructor", "plans", "plans that looked for an instructor this year and found none", adds_up=True
    ),
    Column("launches_started", "launches", "plans that found their instructor this year", adds_up=True),
    Column("first_sections", "sections", "sections of first courses, vacant ones included", adds_up=False),
    Column("second_sections", "sections", "sections of second courses, vacant ones included", adds_up=False),
    Column("unserved_first", "students", "wanted a first course and found no seat", adds_up=False),
    Column("unserved_second", "students", "wanted a second course and found no seat", adds_up=False),
    Column("instructors", "FTE", "instructors teaching", adds_up=False),
    Column("vacancies", "FTE", "posts without an instructor at the year's end", adds_up=False),
    Column("instructor_pool", "FTE", "people who could teach CTE and do not, at the year's end", adds_up=False),
    Column("class_size", "students", "mean students in a section", adds_up=False),
    Column(
        "quality",
        "index 0-1",
        "mean of the 12 components of the high-quality CTE framework over participants",
        adds_up=False,
    ),
    Column("high_quality_share", "share", "sites in districts above the high-quality threshold", adds_up=False),
    Column("equipment", "share", "service life left in equipment, mean over sites", adds_up=False),
    Column(
        "non_salary_spending_share",
        "share",
        "spending on CTE other than salaries (equipment, upkeep, supplies, exams) over what is due",
        adds_up=False,
    ),
    Column("districts_offering", "districts", "{places} with at least one pathway", adds_up=False),
    Column("entitlement", "dollars", "owed by the state's CTE lines before proration", adds_up=True),
    Column(
        "appropriation",
        "dollars",
        "voted for the state's CTE lines, reserves included; lines funded in full count at what they paid",
        adds_up=True,
    ),
    Column(
        "state_cost", "dollars", "paid by the state's CTE lines to districts and programs, general fund", adds_up=True
    ),
    Column("state_cost_constant", "dollars", "state_cost in constant dollars of the base year", adds_up=True),
    Column("recurring_cost", "dollars", "part of state_cost that is recurring", adds_up=True),
    Column("nonrecurring_cost", "dollars", "part of state_cost that is nonrecurring", adds_up=True),
    Column("proration", "share", "paid over entitled, state CTE lines together", adds_up=False),
    Column("reserve_drawn", "dollars", "part of state_cost that was drawn from reserves of CTE lines", adds_up=True),
    Column("reserve", "dollars", "what reserves of CTE lines hold at the year's end", adds_up=False),
    Column("federal_paid", "dollars", "Perkins money paid to districts", adds_up=True),
    Column("weight_value", "dollars", "value of the {units} that CTE weights add inside {main}", adds_up=True),
    Column("weight_units", "units", "{units} that CTE weights add inside {main}", adds_up=False),
    Column("dilution", "dollars", "{short} money moved away from others because the {unit_value} fell", adds_up=True),
    Column("unit_value", "dollars", "dollars for each {unit} of {main}", adds_up=False),
    Column(
        "local_money",
        "dollars",
        "districts' general money that paid for CTE beyond ordinary courses: own_money, launches and deficits covered",
        adds_up=True,
    ),
    Column("own_money", "dollars", "districts' own CTE budgets, of their general money", adds_up=True),
    Column("covered", "dollars", "general money that paid what no cut could avoid, part of local_money", adds_up=True),
    Column("returned", "dollars", "own money that the year had no use for, back to the general fund", adds_up=True),
    Column("lapsed", "dollars", "CTE money beyond the carry-over limit, lost to CTE", adds_up=True),
    Column("reaching_cte", "dollars", "paid by all lines and credited to CTE", adds_up=True),
    Column("not_sticking", "dollars", "CTE formula money that districts use for other purposes", adds_up=True),
    Column("sustained_cost", "dollars", "excess cost of CTE with equipment replaced when due", adds_up=True),
    Column("spending", "dollars", "excess cost that districts actually spent on CTE", adds_up=True),
    Column("startup_spending", "dollars", "spent on launches", adds_up=True),
    Column("cash", "dollars", "CTE carry-over of all districts at the year's end", adds_up=False),
    Column("trust", "share", "expected paid share of the state's CTE lines, mean over districts", adds_up=False),
    Column("revenue", "dollars", "general-fund recurring revenue", adds_up=False),
    Column("price_index", "index", "price level, base year = 1", adds_up=False),
)

LINE: tuple[Column, ...] = (
    Column("line", "", "funding line", adds_up=None),
    Column("entitlement", "dollars", "owed by the line before proration", adds_up=True),
    Column(
        "appropriation",
        "dollars",
        "voted for the line and its reserve; what it paid where it is funded in full",
        adds_up=True,
    ),
    Column("paid", "dollars", "paid by the line", adds_up=True),
    Column("proration", "share", "paid over entitled", adds_up=False),
    Column("set_aside", "dollars", "voted once for the line's reserve, part of its appropriation", adds_up=True),
    Column("reserve_drawn", "dollars", "part of what was paid that was drawn from the reserve", adds_up=True),
    Column("reserve", "dollars", "what the reserve holds at the year's end", adds_up=False),
)

CLUSTER: tuple[Column, ...] = (
    Column("cluster", "", "career cluster", adds_up=None),
    Column("pathways", "pathways", "districts that offer the cluster", adds_up=False),
    Column("sites", "sites", "high schools that offer the cluster", adds_up=False),
    Column("participants", "students", "participants", adds_up=False),
    Column("concentrators", "students", "concentrators reported", adds_up=False),
    Column("concentrators_taught", "students", "concentrators taught", adds_up=False),
    Column("credentials", "credentials", "credentials earned", adds_up=True),
    Column("credential_attempts", "exams", "exams sat for a credential", adds_up=True),
    Column("exam_pathways", "pathways", "in which a paid exam was administered and sat", adds_up=False),
    Column("instructors", "FTE", "instructors teaching", adds_up=False),
    Column("sections", "sections", "sections of both levels, vacant ones included", adds_up=False),
    Column("unserved", "students", "wanted a course and found no seat", adds_up=False),
)

LEDGER: tuple[Column, ...] = (
    Column("paid", "dollars", "paid to the district by the state's CTE lines", adds_up=True),
    Column(
        "by_limits", "dollars", "change by the lines' limits, of what prices times all counts would give", adds_up=True
    ),
    Column(
        "by_local_share",
        "dollars",
        "change by the local share, a shortfall of effort and the carry-over limit",
        adds_up=True,
    ),
    Column("by_guarantee", "dollars", "change by the minimum guarantee", adds_up=True),
    Column("by_hold_harmless", "dollars", "change by hold harmless", adds_up=True),
    Column("by_growth_cap", "dollars", "change by the growth cap", adds_up=True),
    Column("by_phase_in", "dollars", "change by the phase-in; what stands then is owed", adds_up=True),
    Column("by_proration", "dollars", "change by proration: owed and not paid, below zero", adds_up=True),
    Column("dilution", "dollars", "{lost}", adds_up=True),
)
"""What a district is paid, what each step of its ledger changed on the way there, in their order, and what it loses
inside the main formula. What stood before a step is what stood after it less the change (`sim.results.ledger`)."""

DISTRICT: tuple[Column, ...] = (
    Column("district", "", "identifier of the {place}", adds_up=None),
    Column("membership", "students", "membership in grades 9-12", adds_up=False),
    Column("pathways", "pathways", "clusters offered", adds_up=False),
    Column("concentrators", "students", "concentrators reported", adds_up=False),
    Column("concentrators_taught", "students", "concentrators taught", adds_up=False),
    Column("sections", "sections", "sections of both levels, vacant ones included", adds_up=False),
    *LEDGER,
)

PROGRAMS: tuple[Column, ...] = (
    Column("district", "", "identifier of the {place}", adds_up=None),
    Column("sites", "sites", "pathway sites", adds_up=False),
    Column("participants", "students", "participants", adds_up=False),
    Column("unserved", "students", "wanted a course and found no seat", adds_up=False),
    Column("instructors", "FTE", "instructors teaching", adds_up=False),
    Column("spending", "dollars", "excess cost that the district spent on CTE", adds_up=True),
    Column("credentials", "credentials", "credentials earned", adds_up=True),
    Column("credential_attempts", "exams", "exams sat for a credential", adds_up=True),
    Column("exam_pathways", "pathways", "in which a paid exam was administered and sat", adds_up=False),
    Column("quality", "index 0-1", "mean of the 12 components", adds_up=False),
)
"""What districts run, kept on request: it takes twice as much space as all that reports show of districts."""

STATIC: tuple[Column, ...] = (Column("district", "", "identifier of the {place}", adds_up=None), *LEDGER)
"""The static score: base-year counts and prices under the rules of ``fiscal_year``, no district responding,
competitive awards as expected before they are drawn."""

FAILURE: tuple[Column, ...] = (
    Column("run_id", "", "row of design.parquet", adds_up=None),
    Column("seed", "", "seed of the run", adds_up=None),
    Column("stage", "", "what was being done", adds_up=None),
    Column("message", "", "why it failed", adds_up=None),
    Column("parameters", "", "the parameters of the run, as JSON", adds_up=None),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "state": KEYS + STATE,
    "lines": KEYS + LINE,
    "clusters": KEYS + CLUSTER,
    "districts": KEYS + DISTRICT,
    "district_programs": KEYS + PROGRAMS,
    "static": KEYS + STATIC,
    "references": KEYS + STATE,
    "failures": FAILURE,
}
"""The tables of a results folder, each with its columns in order."""
