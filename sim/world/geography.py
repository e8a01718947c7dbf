"""Where districts lie: distances, neighbors, and how far a number of sites reaches into a district's schools."""

import numpy as np

from sim.arrays import Array, BoolArray, IntArray

EARTH_RADIUS = 6371.0
"""Mean radius of the earth, km."""

NEIGHBORS = 5
"""How many districts a district looks at. Judgement: small districts compare themselves with a handful."""

OTHER_REGION = 2.0
"""How many times farther a district of another region counts: CTE regions plan and share staff together. Judgement."""

HALF_WEIGHT = 40.0
"""Distance, km, at which a neighbor counts half as much as one next door; about an hour's drive counts half, there
and back. Judgement."""

FEW_POINTS = 500
"""Up to so many points, all distances are sorted; above, a search tree keeps the work near linear."""


def great_circle(latitude: Array, longitude: Array, other_latitude: Array, other_longitude: Array) -> Array:
    """Great-circle distance in km between points in degrees, by the haversine formula; arguments broadcast."""
    north, other_north = np.radians(latitude), np.radians(other_latitude)
    half_north = np.sin((other_north - north) / 2.0)
    half_east = np.sin(np.radians(other_longitude - longitude) / 2.0)
    chord = half_north * half_north + np.cos(north) * np.cos(other_north) * half_east * half_east
    distance: Array = 2.0 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
    return distance


def neighbors(latitude: Array, longitude: Array, region: IntArray, count: int = NEIGHBORS) -> tuple[IntArray, Array]:
    """The districts that each district looks at, and how much each counts.

    The ``count`` nearest, where a district of another region counts as ``OTHER_REGION`` times as far away; their
    weights fall with that distance, ``1 / (1 + distance / HALF_WEIGHT)``, and sum to one. Arguments are ``[D]``;
    returns indices and weights ``[D, count]``. Where there are fewer others than ``count``, a district fills the rest
    with itself at weight zero. Work grows as D log D.
    """
    districts = len(region)
    itself = np.arange(districts, dtype=np.intp)[:, None]
    points = _on_sphere(latitude, longitude)
    candidates = [_nearest(points, points, 2 * count + 1, np.arange(districts, dtype=np.intp))]
    # The nearest of all may lie in other regions; the nearest of the own region are searched among their own.
    in_region = np.repeat(itself, count + 1, axis=1)
    order = np.argsort(region, kind="stable").astype(np.intp)
    for members in np.split(order, np.flatnonzero(np.diff(region[order])) + 1):
        in_region[members] = _nearest(points[members], points[members], count + 1, members)
    same_region = region[candidates[0]] == region[:, None]
    candidates[0] = np.where(same_region, itself, candidates[0])
    candidates.append(in_region)
    found = np.concatenate(candidates, axis=1)

    distance = great_circle(latitude[:, None], longitude[:, None], latitude[found], longitude[found])
    felt = np.where(region[found] == region[:, None], distance, OTHER_REGION * distance)
    # Whole meters, then the order of the table, so that equal distances are ordered the same everywhere.
    felt = np.where(found == itself, np.inf, np.round(felt, 3))
    nearest = np.lexsort((found, felt), axis=1)[:, :count]
    felt = np.take_along_axis(felt, nearest, axis=1)
    index = np.take_along_axis(found, nearest, axis=1).astype(np.intp)
    weight = np.where(np.isfinite(felt), 1.0 / (1.0 + felt / HALF_WEIGHT), 0.0)
    total = weight.sum(axis=1, keepdims=True)
    return index, weight / np.where(total > 0.0, total, 1.0)


def _on_sphere(latitude: Array, longitude: Array) -> Array:
    """Points of the unit sphere ``[D, 3]``: nearest by chord is nearest along the ground."""
    north, east = np.radians(latitude), np.radians(longitude)
    return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=1)


def _nearest(points: Array, queries: Array, count: int, labels: IntArray) -> IntArray:
    """Labels of the ``count`` points nearest each query, ``[Q, count]``; its own label where there are fewer points."""
    found = _searched(points, queries, count)
    missing = found >= len(points)
    nearest: IntArray = np.where(missing, labels[:, None], labels[np.where(missing, 0, found)])
    return nearest


def _searched(points: Array, queries: Array, count: int) -> IntArray:
    """Places of the ``count`` points nearest each query, ``[Q, count]``; the number of points where there are fewer."""
    if len(points) <= FEW_POINTS:
        found = np.argsort(np.square(queries[:, None, :] - points).sum(axis=2), axis=1, kind="stable")[:, :count]
        return np.pad(found, ((0, 0), (0, count - found.shape[1])), constant_values=len(points))
    # Imported only where it pays: it costs more time than the search itself in a world of a few hundred districts.
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(points).query(queries, k=np.arange(1, count + 1))[1], dtype=np.intp)


def reached_within(
    latitude: Array, longitude: Array, other_latitude: Array, other_longitude: Array, most: float, itself: bool = True
) -> tuple[BoolArray, Array]:
    """Which of the other places ``[Q]`` have one of the places ``[P]`` within ``most`` km, and how far the nearest is.

    Without ``itself`` the others are the places, and each looks past itself.
    """
    points, others = _on_sphere(latitude, longitude), _on_sphere(other_latitude, other_longitude)
    nearest = _searched(points, others, 1 if itself else 2)
    if not itself:
        own = np.arange(len(other_latitude))
        nearest = np.where(nearest[:, :1] == own[:, np.newaxis], nearest[:, 1:], nearest[:, :1])
    found = nearest[:, 0]
    distance = great_circle(latitude[found], longitude[found], other_latitude, other_longitude)
    return distance <= most, distance


def coverage(district: IntArray, membership: Array, districts: int) -> Array:
    """The share of each district's membership enrolled in its ``n`` largest high schools, ``[D, N + 1]``.

    ``district`` ``[S]`` are indices sorted upwards, the schools of each largest first, with ``membership`` ``[S]``;
    N is the largest number of schools in any district. Rows start at 0, do not fall, and end at 1.
    """
    schools = np.bincount(district, minlength=districts)
    starts = np.concatenate([[0], np.cumsum(schools)[:-1]])
    place = np.arange(len(district)) - starts[district]
    sizes = np.zeros((districts, int(schools.max(initial=0)) + 1))
    sizes[district, place + 1] = membership
    reached: Array = np.cumsum(sizes, axis=1)
    total = reached[:, -1:]
    share: Array = np.minimum(reached / np.where(total > 0.0, total, 1.0), 1.0)
    share[np.arange(share.shape[1]) >= schools[:, None]] = 1.0
    share[:, 0] = 0.0
    return share
