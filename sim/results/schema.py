"""What comes out of a simulation: every column of every result table, with its unit and meaning.

Bump ``SCHEMA_VERSION`` when a column changes its name, unit or meaning.
"""

from dataclasses import dataclass

SCHEMA_VERSION = 2


@dataclass(frozen=True)
class Column:
    """One column: name, unit ('dollars' are nominal unless the label says constant), and what it means."""

    name: str
    unit: str
    label: str


KEYS: tuple[Column, ...] = (
    Column("run_id", "", "row of design.parquet"),
    Column("fiscal_year", "year", "state fiscal year, named for the year it ends; FY2026 is school year 2025-26"),
)

STATE: tuple[Column, ...] = (
    Column("membership", "students", "membership in grades 9-12"),
    Column("participants", "students", "took at least one CTE course this year"),
    Column("concentrators", "students", "have completed two courses in one pathway"),
    Column("high_cost_concentrators", "students", "concentrators in LESC's four high-cost fields"),
    Column(
        "school_concentrator_share", "share", "concentrators over membership, mean over high schools with a pathway"
    ),
    Column("credentials", "credentials", "industry-recognized credentials earned"),
    Column("credentials_tier_1", "credentials", "value tier 1: general or safety cards"),
    Column("credentials_tier_2", "credentials", "value tier 2: entry certifications"),
    Column("credentials_tier_3", "credentials", "value tier 3: licenses that gate a job"),
    Column("dual_credit", "enrollments", "dual-credit enrollments in CTE"),
    Column("placements", "students", "work-based learning placements"),
    Column(
        "graduates_gained", "students", "extra on-time graduates caused by concentrating; causal range, see parameters"
    ),
    Column("pathways", "pathways", "district-cluster pairs offered"),
    Column("sites", "sites", "pathways counted once for each high school that offers them"),
    Column("sites_opened", "sites", "sites that taught their first cohort this year"),
    Column("sites_closed", "sites", "sites closed this year"),
    Column("launches_wanted", "launches", "launches that districts wanted before any gate"),
    Column("launches_started", "launches", "launches that passed every gate"),
    Column("stopped_by_size", "launches", "stopped: too few students for a first section"),
    Column("stopped_by_facility", "launches", "stopped: no usable lab or shop, and no cash to build one"),
    Column("stopped_by_cash", "launches", "stopped: cash does not cover start-up net of grants"),
    Column("stopped_by_capacity", "launches", "stopped: the district already launches all that it can"),
    Column("stopped_by_instructor", "launches", "stopped: no instructor found"),
    Column("instructors", "FTE", "instructors teaching"),
    Column("vacancies", "FTE", "posts without an instructor at the year's end"),
    Column("class_size", "students", "mean students in a section"),
    Column("quality", "index 0-1", "mean of the 12 components of the high-quality CTE framework over participants"),
    Column("high_quality_share", "share", "sites in districts above the high-quality threshold"),
    Column("equipment", "share", "service life left in equipment, mean over sites"),
    Column("replacement_share", "share", "equipment replacement paid over replacement due"),
    Column("districts_offering", "districts", "districts and charters with at least one pathway"),
    Column("entitlement", "dollars", "owed by the state's CTE lines before proration"),
    Column(
        "appropriation",
        "dollars",
        "voted for the state's CTE lines, reserves included; lines funded in full count at what they paid",
    ),
    Column("state_cost", "dollars", "paid by the state's CTE lines to districts and programs, general fund"),
    Column("state_cost_constant", "dollars", "state_cost in constant dollars of the base year"),
    Column("recurring_cost", "dollars", "part of state_cost that is recurring"),
    Column("nonrecurring_cost", "dollars", "part of state_cost that is nonrecurring"),
    Column("proration", "share", "paid over entitled, state CTE lines together"),
    Column("reserve_drawn", "dollars", "part of state_cost that was drawn from reserves of CTE lines"),
    Column("reserve", "dollars", "what reserves of CTE lines hold at the year's end"),
    Column("federal_paid", "dollars", "Perkins money paid to districts"),
    Column("weight_value", "dollars", "value of the program units that CTE weights add inside the SEG"),
    Column("weight_units", "program units", "program units that CTE weights add inside the SEG"),
    Column("dilution", "dollars", "SEG money moved away from other units because the unit value fell"),
    Column("unit_value", "dollars", "dollars for each program unit"),
    Column("local_money", "dollars", "districts' own money spent on CTE beyond ordinary courses, backfill included"),
    Column("backfill", "dollars", "part of local_money that replaces CTE money that left"),
    Column("not_sticking", "dollars", "CTE formula money that districts use for other purposes"),
    Column("released", "dollars", "carry-over beyond the limit, used for other purposes"),
    Column("sustained_cost", "dollars", "excess cost of CTE with equipment replaced when due"),
    Column("spending", "dollars", "excess cost that districts actually spent on CTE"),
    Column("startup_spending", "dollars", "spent on launches"),
    Column("cash", "dollars", "CTE carry-over of all districts at the year's end"),
    Column("trust", "share", "expected paid share of the state's CTE lines, mean over districts"),
    Column("revenue", "dollars", "general-fund recurring revenue"),
    Column("price_index", "index", "price level, base year = 1"),
)

LINE: tuple[Column, ...] = (
    Column("line", "", "funding line"),
    Column("entitlement", "dollars", "owed by the line before proration"),
    Column("appropriation", "dollars", "voted for the line and its reserve; what it paid where it is funded in full"),
    Column("paid", "dollars", "paid by the line"),
    Column("proration", "share", "paid over entitled"),
    Column("set_aside", "dollars", "voted once for the line's reserve, part of its appropriation"),
    Column("reserve_drawn", "dollars", "part of what was paid that was drawn from the reserve"),
    Column("reserve", "dollars", "what the reserve holds at the year's end"),
)

CLUSTER: tuple[Column, ...] = (
    Column("cluster", "", "career cluster"),
    Column("pathways", "pathways", "districts that offer the cluster"),
    Column("sites", "sites", "high schools that offer the cluster"),
    Column("participants", "students", "participants"),
    Column("concentrators", "students", "concentrators"),
    Column("credentials", "credentials", "credentials earned"),
    Column("instructors", "FTE", "instructors teaching"),
)

LEDGER: tuple[Column, ...] = (
    Column("claimed", "dollars", "prices times all that the district has to count, state CTE lines together"),
    Column("entitlement", "dollars", "prices times what the lines' limits let count"),
    Column("matched", "dollars", "after the local share and the carry-over limit"),
    Column("guaranteed", "dollars", "after the minimum guarantee"),
    Column("held_harmless", "dollars", "after hold harmless"),
    Column("capped", "dollars", "after the growth cap"),
    Column("phased_in", "dollars", "after the phase-in: owed"),
    Column("paid", "dollars", "after proration: paid to the district by the state's CTE lines"),
    Column("dilution", "dollars", "SEG money lost to a lower unit value"),
)
"""The stages of a district's ledger, in their order, and what it loses inside the SEG."""

DISTRICT: tuple[Column, ...] = (
    Column("district", "", "identifier of the district or charter"),
    Column("membership", "students", "membership in grades 9-12"),
    Column("pathways", "pathways", "clusters offered"),
    Column("sites", "sites", "pathway sites"),
    Column("participants", "students", "participants"),
    Column("concentrators", "students", "concentrators"),
    Column("credentials", "credentials", "credentials earned"),
    Column("quality", "index 0-1", "mean of the 12 components"),
    *LEDGER,
)

STATIC: tuple[Column, ...] = (Column("district", "", "identifier of the district or charter"), *LEDGER)
"""The static score: base-year counts and prices under the rules of ``fiscal_year``, no district responding."""

FAILURE: tuple[Column, ...] = (
    Column("run_id", "", "row of design.parquet"),
    Column("seed", "", "seed of the run"),
    Column("stage", "", "what was being done"),
    Column("message", "", "why it failed"),
    Column("parameters", "", "the parameters of the run, as JSON"),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "state": KEYS + STATE,
    "lines": KEYS + LINE,
    "clusters": KEYS + CLUSTER,
    "districts": KEYS + DISTRICT,
    "static": KEYS + STATIC,
    "references": KEYS + STATE,
    "failures": FAILURE,
}
"""The tables of a results folder, each with its columns in order."""
