"""What a row of each table may hold: one model a table, one field a column, with meaning, unit and range.

Reading (``sim.world.reading``) checks every row against these models; ``docs/reference/tables.md`` is printed
from them (``sim.world.documentation``), so neither can say something else than the other.
"""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

Confidence = Literal["high", "medium", "low", "judgement"]


def _names(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
"""Words separated by semicolons."""

SPREADS: tuple[str, ...] = ("startup_cost", "consumables", "exam_fee", "pass_rate", "credential_rate", "launch_months")
"""The columns of the clusters table that come as a low, a central and a high value (P10, median, P90)."""


YEARLY = "dollars per site and year at 1.0 FTE"


def column(meaning: str, unit: str = "", **rules: Any) -> Any:
    """A required column: what it means, its unit, and pydantic's rules for what is allowed."""
    return Field(description=meaning, json_schema_extra={"unit": unit}, **rules)


def refused(name: str, value: object, why: str, allowed: str) -> PydanticCustomError:
    """The error of a check over several columns, told at one of them."""
    return PydanticCustomError("cell", "{why}", {"column": name, "value": value, "why": why, "allowed": allowed})


class Row(BaseModel):
    """One row of a table. Unknown columns, blanks where a value is due, and numbers that are not finite stop it."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)

    table: ClassVar[str]
    """The name of the file."""
    about: ClassVar[str]
    """What one row is."""
    key: ClassVar[tuple[str, ...]]
    """The columns that no two rows share."""
    most: ClassVar[int] = 50_000
    """The most rows that are read: more than any state, and the whole country, has."""

    source: str = column("where the row's values come from, the original named", default="given by the user")
    estimated: Names = column("names of the row's columns that are not observed, separated by semicolons", default=())

    @model_validator(mode="after")
    def _estimated_names_columns(self) -> Self:
        for name in self.estimated:
            if name not in type(self).model_fields:
                raise refused("estimated", name, "it is not a column of this table", "names of its columns")
        return self


class DistrictRow(Row):
    """A district or a state-chartered charter: an agent of the model."""

    table: ClassVar[str] = "districts.csv"
    about: ClassVar[str] = "a local education agency: a school district or a state-chartered charter, one agent"
    key: ClassVar[tuple[str, ...]] = ("district",)

    district: str = column("identifier; the default state's are NCES LEA numbers", min_length=1)
    name: str = column("name; the identifier if the column is left out", default="")
    kind: str = column(
        "a kind that state.yaml names; of the default state district, or charter: a state-chartered one",
        default="district",
        min_length=1,
    )
    county: str = column("county that holds the office", default="")
    region: str = column("CTE region, a region of regions.csv; one single region if left out", default="")
    locale: Literal["city", "suburb", "town", "rural"] = column("NCES locale", default="rural")
    latitude: float | None = column("of the office, north", "degrees", default=None, ge=-90.0, le=90.0)
    longitude: float | None = column("of the office, east", "degrees", default=None, ge=-180.0, le=180.0)
    poverty_share: float = column("children in poverty over all children", "share", default=0.2, ge=0.0, le=1.0)
    total_membership: float | None = column(
        "membership of all grades; 13/4 of grades 9-12 if left out", "students", default=None, ge=1.0, le=8_000_000.0
    )
    membership: float | None = column(
        "membership of grades 9-12 in the base year; only where there is no high_schools.csv",
        "students",
        default=None,
        ge=1.0,
        le=2_000_000.0,
    )
    high_schools: int | None = column(
        "number of high schools, taken as equal in size, each with a student or more; only where there is no "
        "high_schools.csv",
        "schools",
        default=None,
        ge=1,
        le=5_000,
    )
    taxable_value_per_member: float | None = column(
        "taxable value of property for each member, for laws that pay by a district's wealth; where it is blank, the "
        "mean of the others, weighted by members",
        "dollars",
        default=None,
        gt=0.0,
        le=1e9,
    )
    note: str = column("what a reader should know", default="")


class HighSchoolRow(Row):
    """A school with membership in grades 9-12."""

    table: ClassVar[str] = "high_schools.csv"
    about: ClassVar[str] = "a public school with pupils in grades 9-12"
    key: ClassVar[tuple[str, ...]] = ("school",)
    most: ClassVar[int] = 200_000

    school: str = column("identifier; the default state's are NCES school numbers", min_length=1)
    name: str = column("name; the identifier if the column is left out", default="")
    district: str = column(
        "the agent that owns it today; blank for a school of a state agency, outside formula and simulation", default=""
    )
    kind: Literal["regular", "alternative", "special"] = column("NCES school type", default="regular")
    charter: Literal["yes", "no"] = column("charter school, locally or state chartered", default="no")
    grade_9: float = column("membership in grade 9, as counted", "students", ge=0.0, le=20_000.0)
    grade_10: float = column("membership in grade 10, as counted", "students", ge=0.0, le=20_000.0)
    grade_11: float = column("membership in grade 11, as counted", "students", ge=0.0, le=20_000.0)
    grade_12: float = column("membership in grade 12, as counted", "students", ge=0.0, le=20_000.0)
    membership_change: float = column(
        "membership of the base year over the counted one; every grade is multiplied by it",
        "ratio",
        default=1.0,
        gt=0.02,
        le=10.0,
    )
    change_rule: Literal["none", "statewide", "local", "counted"] = column("how the change was found", default="none")
    note: str = column("what a reader should know", default="")

    @model_validator(mode="after")
    def _some_students(self) -> Self:
        counted = self.grade_9 + self.grade_10 + self.grade_11 + self.grade_12
        if counted <= 0.0:
            raise refused(
                "grade_9", f"{self.grade_9:g}", "no grade has students", "at least one student in grades 9-12"
            )
        if counted * self.membership_change < 0.5:
            why = f"it makes {counted * self.membership_change:.3g} of {counted:g} students"
            raise refused("membership_change", f"{self.membership_change:g}", why, "at least one student")
        return self


class ClusterRow(Row):
    """A career cluster with its costs, dollars of the base year."""

    table: ClassVar[str] = "clusters.csv"
    about: ClassVar[str] = "a career cluster of the Advance CTE framework; a site is one pathway at one school"
    key: ClassVar[tuple[str, ...]] = ("cluster",)

    cluster: str = column("identifier", min_length=1)
    name: str = column("name in the framework", min_length=1)
    group: str = column("group of the framework", min_length=1)
    main_credentials: str = column("credentials that students usually sit for", default="")
    startup_cost_low: float = column(
        "equipment and light fit-out in a room that exists: P10", "dollars per site", ge=0, le=1e8
    )
    startup_cost_central: float = column("the same: median", "dollars per site", ge=0, le=1e8)
    startup_cost_high: float = column("the same: P90", "dollars per site", ge=0, le=1e8)
    consumables_low: float = column("materials used up: P10", "dollars per participant and year", ge=0, le=1e5)
    consumables_central: float = column("the same: median", "dollars per participant and year", ge=0, le=1e5)
    consumables_high: float = column("the same: P90", "dollars per participant and year", ge=0, le=1e5)
    exam_fee_low: float = column("fee of the main credential's exam: P10", "dollars per attempt", ge=0, le=1e4)
    exam_fee_central: float = column("the same: median", "dollars per attempt", ge=0, le=1e4)
    exam_fee_high: float = column("the same: P90", "dollars per attempt", ge=0, le=1e4)
    pass_rate_low: float = column("attempts that pass: P10", "share", ge=0, le=1)
    pass_rate_central: float = column("the same: median", "share", ge=0, le=1)
    pass_rate_high: float = column("the same: P90", "share", ge=0, le=1)
    credential_rate_low: float = column("credentials earned: P10", "credentials per concentrator", ge=0, le=3)
    credential_rate_central: float = column("the same: median", "credentials per concentrator", ge=0, le=3)
    credential_rate_high: float = column("the same: P90", "credentials per concentrator", ge=0, le=3)
    launch_months_low: float = column("decision to first class: P10", "months", ge=0, le=120)
    launch_months_central: float = column("the same: median", "months", ge=0, le=120)
    launch_months_high: float = column("the same: P90", "months", ge=0, le=120)
    facility_cost: float = column("new building where no usable lab or shop exists", "dollars per site", ge=0, le=1e9)
    startup_equipment_share: float = column("part of the start-up cost that is equipment", "share", ge=0, le=1)
    equipment_life: float = column("service life of equipment", "years", ge=0.5, le=100)
    equipment_tier: float = column("equipment intensity, 1 classroom to 4 shop or kitchen", "tier", ge=1, le=4)
    replacement_cost: float = column("replacing equipment when due", YEARLY, ge=0, le=1e7)
    maintenance_cost: float = column("maintenance", YEARLY, ge=0, le=1e7)
    professional_development_cost: float = column("training", YEARLY, ge=0, le=1e7)
    student_organization_cost: float = column("student organization", YEARLY, ge=0, le=1e7)
    salary_premium: float = column("extra pay that industry makes necessary", "share of salary", ge=0, le=2)
    class_size: float = column("typical students in a section", "students", ge=1, le=60)
    class_cap: float = column("most students in a section", "students", ge=1, le=60)
    fill_probability: float = column("chance that a vacancy is filled within the year", "probability", ge=0, le=1)
    credential_tier: Literal["1", "2", "3"] = column("value tier of the main credential, 1 low to 3 high", "tier")
    concentrator_share: float = column("share of the state's concentrators; sums to one", "share", ge=0, le=1)
    high_cost_share: float = column("part of the cluster in the state's high-cost fields", "share", ge=0, le=1)
    employment_growth: float = column(
        "growth of employment in the cluster's occupations over ten years", "share per decade", ge=-1, le=5
    )
    confidence: Confidence = column("standing of the row as a whole")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name in SPREADS:
            low, central, high = (getattr(self, f"{name}_{end}") for end in ("low", "central", "high"))
            if not low <= central <= high:
                why = f"low, central and high are {low:g}, {central:g} and {high:g}"
                raise refused(f"{name}_central", f"{central:g}", why, "low <= central <= high")
        if self.class_size > self.class_cap:
            raise refused("class_size", f"{self.class_size:g}", "it is above class_cap", f"up to {self.class_cap:g}")
        return self


class RegionRow(Row):
    """A CTE region."""

    table: ClassVar[str] = "regions.csv"
    about: ClassVar[str] = "a CTE region: neighbors and the labor market of instructors"
    key: ClassVar[tuple[str, ...]] = ("region",)

    region: str = column("identifier", min_length=1)
    name: str = column("name; the identifier if the column is left out", default="")


class PriorityRow(Row):
    """A cluster that the state or its regions put first."""

    table: ClassVar[str] = "priorities.csv"
    about: ClassVar[str] = "a priority cluster, of the state or of regions"
    key: ClassVar[tuple[str, ...]] = ("scope", "region", "cluster")

    scope: Literal["state", "region"] = column("chosen by the state or by a region")
    region: str = column("the region it holds for; blank for all", default="")
    cluster: str = column("cluster of clusters.csv", min_length=1)
    probability: float = column("chance that it is a priority; 1 where known", "probability", ge=0, le=1)


class AnchorRow(Row):
    """A statewide number that the model is fitted to or held against."""

    table: ClassVar[str] = "anchors.csv"
    about: ClassVar[str] = "a statewide number that the model is fitted to, held against, or told beside it"
    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str = column("name by which the model asks for it", min_length=1)
    value: float = column("value, in the row's own unit", ge=-1e14, le=1e14)
    unit: str = column("unit of the value, as the bundled row of this name has it", min_length=1)
    year: str = column("school or fiscal year it is about", min_length=1)
    extent: Literal["state", "rate"] = column("'state': a total that grows with membership; 'rate': anything else")
    role: Literal["calibrate", "validate", "context"] = column("fitted to, held against, or told")
    confidence: Confidence = column("standing of the value")
    label: str = column("meaning", min_length=1)


class PathwayRow(Row):
    """A pathway known to be offered in the base year."""

    table: ClassVar[str] = "pathways.csv"
    about: ClassVar[str] = "a pathway of the base year's map: one district, one cluster (optional table)"
    key: ClassVar[tuple[str, ...]] = ("district", "cluster")
    most: ClassVar[int] = 300_000

    district: str = column("district of districts.csv", min_length=1)
    cluster: str = column("cluster of clusters.csv", min_length=1)
    sites: int = column("high schools of the district that offer it", "schools", default=1, ge=1, le=5_000)
    instructors: float = column("instructors, in steps of one section of 0.2", "FTE", ge=0.1, le=20_000)
    participants: float = column("took at least one course this year", "students", gt=0, le=2_000_000)
    concentrators: float = column("have completed two courses", "students", ge=0, le=2_000_000)
    note: str = column("what a reader should know", default="")

    @model_validator(mode="after")
    def _funnel(self) -> Self:
        if self.concentrators > self.participants:
            why = "there are more concentrators than participants"
            raise refused("concentrators", f"{self.concentrators:g}", why, f"up to {self.participants:g}")
        return self


class RevenueRow(Row):
    """General-fund revenue of one fiscal year."""

    table: ClassVar[str] = "revenue.csv"
    about: ClassVar[str] = "recurring general-fund revenue of one fiscal year"
    key: ClassVar[tuple[str, ...]] = ("fiscal_year",)

    fiscal_year: int = column("fiscal year, named for the year it ends", "year", ge=1900, le=2200)
    revenue: float = column("recurring general-fund revenue", "dollars, nominal", gt=0, le=1e13)
    kind: Literal["actual", "estimate", "forecast"] = column("standing in time")
    confidence: Confidence = column("standing of the value")


TABLES: tuple[type[Row], ...] = (
    DistrictRow,
    HighSchoolRow,
    ClusterRow,
    RegionRow,
    PriorityRow,
    AnchorRow,
    PathwayRow,
    RevenueRow,
)
"""Every table, in the order in which it is documented and fingerprinted."""
