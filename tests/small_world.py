"""A made-up state small enough to compute by hand: three clusters, and as many districts as a test asks for."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.arrays import Array
from sim.funding.context import PricingContext
from sim.funding.schedule import Counts
from sim.world.world import (
    QUALITY_COMPONENTS,
    Clusters,
    Districts,
    HighSchools,
    Regions,
    Spread,
    World,
)

CLUSTERS = ("agriculture", "healthcare_human_services", "marketing_sales")
HIGH_COST_SHARES = (1.0, 0.8, 0.0)
CREDENTIAL_VALUES = (2.0, 3.0, 1.0)
STARTUP_COSTS = (130_000.0, 90_000.0, 25_000.0)


def _column(values: Sequence[float]) -> Array:
    return np.array(values, dtype=np.float64)[:, np.newaxis]


def small_world(
    districts: int = 3,
    *,
    members: Sequence[float] | None = None,
    high_schools: Sequence[int] | None = None,
    locales: Sequence[str] | None = None,
    poverty: Sequence[float] | None = None,
    kinds: Sequence[str] | None = None,
    taxable_values: Sequence[float] | None = None,
    names: Sequence[str] | None = None,
    counties: Sequence[str] | None = None,
    regions: Sequence[str] | None = None,
    clusters: Sequence[str] = CLUSTERS,
) -> World:
    """A world of ``districts`` districts; unless said they lie in one region and have 100 members and one high school
    each. Its three clusters have the numbers of ``CLUSTERS`` whatever they are called."""
    size = np.array(members if members is not None else [100.0] * districts, dtype=np.float64)
    schools = np.array(high_schools if high_schools is not None else [1] * districts, dtype=np.intp)
    region = tuple(dict.fromkeys(regions)) if regions is not None else ("R",)
    called = tuple(f"D{number + 1}" for number in range(districts))
    word = tuple("" for _ in range(districts))
    zeros = np.zeros(districts)
    owner = np.repeat(np.arange(districts, dtype=np.intp), schools)
    per_school = size[owner] / schools[owner]
    number = len(CLUSTERS)
    ones = np.ones(number)
    cost = np.array(STARTUP_COSTS)
    each = Spread(low=ones, central=ones, high=ones)
    return World(
        name="small",
        base_year=2026,
        districts=Districts(
            identifier=called,
            name=tuple(names) if names is not None else called,
            kind=tuple(kinds) if kinds is not None else tuple("district" for _ in range(districts)),
            county=tuple(counties) if counties is not None else word,
            locale=tuple(locales) if locales is not None else tuple("town" for _ in range(districts)),
            size_class=word,
            estimated=tuple(() for _ in range(districts)),
            source=word,
            region=np.array([region.index(name) for name in regions or ("R",) * districts], dtype=np.intp),
            region_starts=np.zeros(1, dtype=np.intp),
            latitude=zeros,
            longitude=zeros,
            poverty_share=np.array(poverty if poverty is not None else [0.2] * districts, dtype=np.float64),
            membership=size,
            membership_by_grade=np.repeat(size[:, np.newaxis] / 4.0, 4, axis=1),
            total_membership=3.0 * size,
            high_schools=schools,
            coverage=np.ones((districts, int(schools.max()) + 1)),
            neighbors=np.zeros((districts, 1), dtype=np.intp),
            neighbor_weights=np.zeros((districts, 1)),
            taxable_value_per_member=None if taxable_values is None else np.array(taxable_values, dtype=np.float64),
        ),
        high_schools=HighSchools(
            identifier=tuple(f"S{school + 1}" for school in range(len(owner))),
            name=tuple(f"S{school + 1}" for school in range(len(owner))),
            kind=tuple("regular" for _ in owner),
            district=owner,
            membership=per_school,
            membership_by_grade=np.repeat(per_school[:, np.newaxis] / 4.0, 4, axis=1),
        ),
        clusters=Clusters(
            identifier=tuple(clusters),
            name=tuple(clusters),
            group=tuple(clusters),
            source=tuple("" for _ in CLUSTERS),
            confidence=tuple("judgement" for _ in CLUSTERS),
            main_credentials=tuple("" for _ in CLUSTERS),
            startup_cost=Spread(low=cost, central=cost, high=cost),
            consumables=each,
            exam_fee=each,
            pass_rate=each,
            credential_rate=each,
            launch_months=each,
            facility_cost=ones,
            startup_equipment_share=ones,
            equipment_life=ones,
            equipment_tier=ones,
            replacement_cost=ones,
            maintenance_cost=ones,
            professional_development_cost=ones,
            student_organization_cost=ones,
            salary_premium=ones,
            class_size=ones,
            class_cap=ones,
            fill_probability=ones,
            credential_tier=np.array(CREDENTIAL_VALUES),
            concentrator_share=ones / number,
            high_cost_share=np.array(HIGH_COST_SHARES),
            employment_growth=ones,
        ),
        regions=Regions(
            identifier=region,
            name=region,
            source=("",) * len(region),
            priority_probability=np.zeros((len(region), number)),
            regional_priorities=0,
        ),
        anchors={},
        pathways=None,
        fingerprint="",
    )


def by_cluster(value: float | Sequence[float] | dict[str, float], clusters: Sequence[str] = CLUSTERS) -> list[float]:
    """Counts by cluster: a mapping by name, a list in order, or one number for the first cluster."""
    if isinstance(value, dict):
        assert set(value) <= set(clusters)
        return [float(value.get(cluster, 0.0)) for cluster in clusters]
    if isinstance(value, int | float):
        return [float(value)] + [0.0] * (len(clusters) - 1)
    return [float(part) for part in value]


def counts_of(districts: Sequence[dict[str, Any]], clusters: Sequence[str] = CLUSTERS) -> Counts:
    """Counts written district by district, as in the worked examples; what is not written is zero."""

    def pathway(key: str) -> Array:
        return np.array([by_cluster(district.get(key, 0.0), clusters) for district in districts])

    def lone(key: str) -> Array:
        return _column([float(district.get(key, 0.0)) for district in districts])

    return Counts(
        membership=lone("members"),
        offering_schools=lone("schools"),
        sites=pathway("sites"),
        participants=pathway("participants"),
        concentrators=pathway("concentrators"),
        credentials=(pathway("credentials_tier_1"), pathway("credentials_tier_2"), pathway("credentials_tier_3")),
        instructors=pathway("instructors"),
        quality=np.array([_quality(district.get("quality", 0.0)) for district in districts]),
        expenditure=lone("expenditure"),
        startup_spending=pathway("startup_spending"),
        placements=lone("placements"),
        dual_credit=lone("dual_credit"),
        ordinary_cost=lone("ordinary_cost"),
    )


def _quality(value: float | dict[str, float]) -> list[float]:
    if isinstance(value, dict):
        assert set(value) <= set(QUALITY_COMPONENTS)
        return [float(value.get(component, 0.0)) for component in QUALITY_COMPONENTS]
    return [float(value)] * len(QUALITY_COMPONENTS)


def context_of(world: World, counts: Counts, **changes: Any) -> PricingContext:
    """A context of FY2027 at base-year prices in which nobody is lucky; ``changes`` replace parts of it."""
    number = len(world.districts)
    parts: dict[str, Any] = {
        "world": world,
        "fiscal_year": 2027,
        "price_index": np.ones((1, 1)),
        "unit_value": np.full((1, 1), 6801.5),
        "counts": counts,
        "appropriation": np.full((1, 1), np.inf),
        "award_noise": np.zeros((number, 1)),
        "award_capacity": np.zeros((number, 1)),
    }
    return PricingContext(**{**parts, **changes})


def some_counts(seed: int, leading: tuple[int, ...], districts: int) -> Counts:
    """Counts drawn at random, ``leading`` axes first: some districts offer nothing, others a lot."""
    rng = np.random.default_rng(seed)
    clusters = len(CLUSTERS)
    pathways = (*leading, districts, clusters)
    lone = (*leading, districts, 1)
    offers = (rng.random(pathways) < 0.6).astype(np.float64)
    sites: Array = offers * rng.integers(1, 4, pathways)
    participants = offers * rng.gamma(1.5, 60.0, pathways)
    concentrators = participants * rng.random(pathways) * 0.6
    return Counts(
        membership=rng.gamma(2.0, 200.0, lone),
        offering_schools=sites.max(axis=-1, keepdims=True),
        sites=sites,
        participants=participants,
        concentrators=concentrators,
        credentials=(
            concentrators * rng.random(pathways) * 0.5,
            concentrators * rng.random(pathways) * 0.5,
            concentrators * rng.random(pathways) * 0.5,
        ),
        instructors=sites * 0.8,
        quality=rng.random((*leading, districts, len(QUALITY_COMPONENTS))),
        expenditure=rng.gamma(2.0, 1e5, lone),
        startup_spending=offers * rng.gamma(1.0, 5e4, pathways),
        placements=np.round(rng.gamma(1.0, 20.0, lone)),
        dual_credit=np.round(rng.gamma(1.0, 15.0, lone)),
        ordinary_cost=rng.gamma(2.0, 1e5, lone),
    )
