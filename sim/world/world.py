"""The immutable inputs of a simulation: who the districts are, what the clusters cost, what the state expects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sim.arrays import Array, IntArray
from sim.states.words import StateWords

QUALITY_COMPONENTS: tuple[str, ...] = (
    "standards_aligned_curriculum",
    "sequencing_and_articulation",
    "student_assessment",
    "prepared_and_effective_staff",
    "engaging_instruction",
    "access_and_equity",
    "facilities_and_equipment",
    "business_partnerships",
    "career_development",
    "student_organizations",
    "work_based_learning",
    "data_and_outcomes",
)
"""The 12 components of the ACTE High-Quality CTE Program of Study Framework, in its order (LESC brief, p. 9)."""

CREDENTIAL_TIERS: tuple[int, ...] = (1, 2, 3)
"""Value tiers of a credential: 1 general or safety card, 2 entry certification, 3 license that gates a job."""

GRADES: tuple[int, ...] = (9, 10, 11, 12)


@dataclass(frozen=True)
class Value:
    """One number with its standing.

    ``confidence`` is 'high', 'medium', 'low' or 'judgement'.
    """

    value: float
    unit: str
    year: str
    source: str
    confidence: str
    label: str


@dataclass(frozen=True)
class Anchor(Value):
    """A statewide number that the model is fitted to ('calibrate'), held against ('validate') or told beside it
    ('context').

    ``extent`` is 'state' for a total of the whole state, which grows with its membership, and 'rate' for anything
    that does not. ``estimated`` says that the number was derived or judged, not read.
    """

    role: str
    extent: str
    estimated: bool


@dataclass(frozen=True)
class Spread:
    """A per-cluster number with its range, each ``[C]``: P10, median, P90."""

    low: Array
    central: Array
    high: Array


@dataclass(frozen=True)
class Districts:
    """The agents, in the order of the table, sorted by region and then by identifier.

    Arrays are ``[D]`` unless said otherwise. ``membership`` counts grades 9-12 in the base year; ``total_membership``
    all grades. ``region_starts`` are the first districts of the regions, as ``np.add.reduceat`` wants them; every
    region has at least one. ``high_schools`` counts every school with students in grades 9-12. ``coverage[d, n]`` is
    the share of a district's 9-12 membership enrolled in its ``n`` largest high schools, ``n`` from 0 to the largest
    number of schools in any district. ``neighbors[d, j]`` are the indices of the districts whose offers a district
    looks at, weighted by ``neighbor_weights[d, j]`` (rows sum to one, or to zero where there is no neighbor).
    ``estimated[d]`` names the fields that are not observed. ``taxable_value_per_member``: property, dollars; None where
    the tables do not have it.
    """

    identifier: tuple[str, ...]
    name: tuple[str, ...]
    kind: tuple[str, ...]
    county: tuple[str, ...]
    locale: tuple[str, ...]
    size_class: tuple[str, ...]
    estimated: tuple[tuple[str, ...], ...]
    source: tuple[str, ...]
    region: IntArray
    region_starts: IntArray
    latitude: Array
    longitude: Array
    poverty_share: Array
    membership: Array
    membership_by_grade: Array
    total_membership: Array
    high_schools: IntArray
    coverage: Array
    neighbors: IntArray
    neighbor_weights: Array
    taxable_value_per_member: Array | None = None

    def __len__(self) -> int:
        return len(self.identifier)


@dataclass(frozen=True)
class HighSchools:
    """High schools, largest first within a district. ``district[s]`` is an index into ``Districts``, -1 for a
    school of a state agency, which stands outside the funding formula and the simulation."""

    identifier: tuple[str, ...]
    name: tuple[str, ...]
    kind: tuple[str, ...]
    district: IntArray
    membership: Array
    membership_by_grade: Array


@dataclass(frozen=True)
class Clusters:
    """The career clusters of the Advance CTE framework with their costs; arrays ``[C]``, dollars of the base year.

    Costs of a site are per site and year at 1.0 FTE; ``consumables`` per participant and year; ``exam_fee`` per
    attempt. ``credential_tier`` is the tier of the cluster's main credential, 1 to 3. ``high_cost_share`` is the
    part of the cluster that the state's high-cost fields cover. ``concentrator_share`` sums to one.
    ``launch_months`` run from decision to first class.
    """

    identifier: tuple[str, ...]
    name: tuple[str, ...]
    group: tuple[str, ...]
    source: tuple[str, ...]
    confidence: tuple[str, ...]
    main_credentials: tuple[str, ...]
    startup_cost: Spread
    consumables: Spread
    exam_fee: Spread
    pass_rate: Spread
    credential_rate: Spread
    launch_months: Spread
    facility_cost: Array
    startup_equipment_share: Array
    equipment_life: Array
    equipment_tier: Array
    replacement_cost: Array
    maintenance_cost: Array
    professional_development_cost: Array
    student_organization_cost: Array
    salary_premium: Array
    class_size: Array
    class_cap: Array
    fill_probability: Array
    credential_tier: Array
    concentrator_share: Array
    high_cost_share: Array
    employment_growth: Array

    def __len__(self) -> int:
        return len(self.identifier)


@dataclass(frozen=True)
class Regions:
    """CTE regions. ``priority_probability[g, c]`` is the chance that cluster c is a priority of region g (1 for the
    state's own priorities); the regions' own choices were not published by district and are drawn anew in each run.
    ``regional_priorities`` is how many clusters a region adds to the state's."""

    identifier: tuple[str, ...]
    name: tuple[str, ...]
    source: tuple[str, ...]
    priority_probability: Array
    regional_priorities: int

    def __len__(self) -> int:
        return len(self.identifier)


@dataclass(frozen=True)
class PathwayMap:
    """A known map of who offers what in the base year, each ``[D, C]``: sites, sections, participants,
    concentrators."""

    sites: Array
    sections: Array
    participants: Array
    concentrators: Array


@dataclass(frozen=True)
class World:
    """Everything that does not change while a simulation runs."""

    name: str
    base_year: int
    districts: Districts
    high_schools: HighSchools
    clusters: Clusters
    regions: Regions
    anchors: Mapping[str, Anchor]
    pathways: PathwayMap | None
    fingerprint: str
    """SHA-256 of the tables the world was read from."""
    revenue: Mapping[int, Value] = field(default_factory=dict)
    """General-fund revenue by fiscal year, dollars."""
    state: StateWords = field(default_factory=StateWords)
    """What the state, its main formula and its districts are called."""
    law: Path | None = None
    """The folder of the state's law; None where the bundled law holds."""
    posterior: Path | None = None
    """The posterior that behavior is drawn from, whether or not it is there; None: that of the default state."""

    @property
    def vintage(self) -> str:
        """The years of the counts that the tables rest on, for the foot of every page."""
        named = (("CTE counts", "participants"), ("total membership", "total_membership"))
        found = [f"{label} of {self.anchors[name].year}" for label, name in named if name in self.anchors]
        return ", ".join([*found, f"brought to FY{self.base_year}"])
