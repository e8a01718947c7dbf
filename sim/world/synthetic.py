"""Invented nations of any size, for benchmarks and property tests: real sizes and shapes, no real place."""

import hashlib
from dataclasses import fields, replace

import numpy as np

from sim.arrays import Array, IntArray
from sim.inputs import InputError
from sim.streams import Stream, generator
from sim.world.building import size_class
from sim.world.geography import coverage, neighbors
from sim.world.statewide import scale_anchors, scaled
from sim.world.world import Districts, HighSchools, World

SOURCE = "drawn from the districts of another world"

SIZE_NOISE = 0.2
"""Standard deviation of the log of a drawn district's size around the district it was drawn from."""


def synthetic_world(world: World, districts: int, seed: int) -> World:
    """A world of ``districts`` districts drawn, with replacement, from those of ``world``.

    Each takes the schools, grades, poverty, locale and kind of the district it was drawn from, all its sizes times one
    log-normal factor, and a place drawn evenly over the contiguous United States. Regions are blocks of near districts,
    as many districts to a region as in ``world``. Statewide totals among the anchors grow with membership; a known
    map of pathways does not carry over. The same arguments give the same world. Raises InputError for fewer than one
    district.
    """
    if districts < 1:
        raise InputError(f"synthetic world: districts: {districts} is not allowed: allowed 1 or more")
    rng = generator(seed, Stream.SYNTHETIC_WORLD)
    old = world.districts
    drawn = rng.integers(0, len(old), size=districts)
    factor = np.exp(SIZE_NOISE * rng.standard_normal(districts))
    latitude = rng.uniform(30.0, 48.0, size=districts)
    longitude = rng.uniform(-123.0, -72.0, size=districts)

    count = max(1, min(districts, round(districts * len(world.regions) / len(old))))
    region = _blocks(latitude, longitude, count)
    order = np.lexsort((np.arange(districts), region))
    drawn, region = drawn[order], region[order]
    factor, latitude, longitude = factor[order], latitude[order], longitude[order]
    source_schools = [np.flatnonzero(world.high_schools.district == d) for d in range(len(old))]
    schools = np.concatenate([source_schools[d] for d in drawn])
    owner = np.repeat(np.arange(districts, dtype=np.intp), [len(source_schools[d]) for d in drawn])
    by_grade = world.high_schools.membership_by_grade[schools] * factor[owner][:, None]
    sizes = by_grade.sum(axis=1)
    width = len(str(districts))
    identifier = tuple(f"S{index + 1:0{width}d}" for index in range(districts))
    high_schools = HighSchools(
        identifier=tuple(f"{identifier[d]}-{number + 1}" for number, d in enumerate(owner)),
        name=tuple(f"High school {number + 1}" for number in range(len(owner))),
        kind=tuple(world.high_schools.kind[school] for school in schools),
        district=owner,
        membership=sizes,
        membership_by_grade=by_grade,
    )
    district_grades = np.zeros((districts, by_grade.shape[1]))
    np.add.at(district_grades, owner, by_grade)
    membership = district_grades.sum(axis=1)
    index, weights = neighbors(latitude, longitude, region)
    new_districts = Districts(
        identifier=identifier,
        name=tuple(f"District {index + 1}" for index in range(districts)),
        kind=tuple(old.kind[d] for d in drawn),
        county=("",) * districts,
        locale=tuple(old.locale[d] for d in drawn),
        size_class=tuple(size_class(float(students)) for students in membership),
        estimated=(tuple(f.name for f in fields(Districts) if f.name not in ("identifier", "source")),) * districts,
        source=(SOURCE,) * districts,
        region=region,
        region_starts=np.searchsorted(region, np.arange(count)).astype(np.intp),
        latitude=latitude,
        longitude=longitude,
        poverty_share=old.poverty_share[drawn],
        membership=membership,
        membership_by_grade=district_grades,
        total_membership=np.maximum(old.total_membership[drawn] * factor, membership),
        high_schools=np.bincount(owner, minlength=districts).astype(np.intp),
        coverage=coverage(owner, sizes, districts),
        neighbors=index,
        neighbor_weights=weights,
        taxable_value_per_member=None if old.taxable_value_per_member is None else old.taxable_value_per_member[drawn],
    )
    like = np.arange(count) % len(world.regions)
    new_regions = replace(
        world.regions,
        identifier=tuple(f"R{number + 1}" for number in range(count)),
        name=tuple(f"Region {number + 1}" for number in range(count)),
        source=(SOURCE,) * count,
        priority_probability=world.regions.priority_probability[like],
    )
    growth = float(membership.sum()) / float(old.membership.sum())
    return replace(
        world,
        name=f"synthetic-{districts}",
        districts=new_districts,
        high_schools=high_schools,
        regions=new_regions,
        anchors=scale_anchors(world.anchors, growth),
        revenue={year: scaled(value, growth) for year, value in world.revenue.items()},
        pathways=None,
        fingerprint=hashlib.sha256(f"{world.fingerprint} {districts} {seed}".encode()).hexdigest(),
    )


def _blocks(latitude: Array, longitude: Array, count: int) -> IntArray:
    """``count`` regions of near points, each with as many as the next, give or take one: strips cut into blocks."""
    strips = max(1, round(float(np.sqrt(count))))
    region = np.zeros(len(latitude), dtype=np.intp)
    by_longitude = np.lexsort((latitude, longitude))
    per_strip = [len(part) for part in np.array_split(np.arange(count), strips)]
    cuts = np.cumsum(per_strip)[:-1] * len(latitude) // count
    first = 0
    for strip, blocks in zip(np.split(by_longitude, cuts), per_strip, strict=True):
        northward = strip[np.argsort(latitude[strip], kind="stable")]
        for number, block in enumerate(np.array_split(northward, blocks)):
            region[block] = first + number
        first += blocks
    return region
