"""Parameter values for a batch of runs: central values, or one draw from the priors for each run."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import numpy as np

from sim.arrays import Array
from sim.inputs import InputError
from sim.parameters import groups
from sim.parameters.catalogue import Catalogue, Entry
from sim.parameters.priors import quantile, split_lognormal
from sim.world.world import Clusters, Spread

CLUSTER_SPREADS: tuple[str, ...] = ("startup_cost", "consumables", "exam_fee", "pass_rate", "launch_months")
"""Cluster columns that carry a low and a high, drawn for each run; a cluster's numbers move on their own."""

CLUSTERS = "clusters."
"""How the name of a cluster's own number begins."""

HIGHEST_PASS_RATE = 0.98
"""A pass rate is drawn without an upper end and cut here."""

GROUP_TYPES: dict[str, type] = {
    "economy": groups.Economy,
    "enrollment": groups.Enrollment,
    "initial": groups.Initial,
    "beliefs": groups.Beliefs,
    "decisions": groups.Decisions,
    "staffing": groups.Staffing,
    "choice": groups.Choice,
    "outcomes": groups.Outcomes,
    "quality": groups.Quality,
    "costs": groups.Costs,
    "books": groups.Books,
}


def dimensions(catalogue: Catalogue, clusters: Clusters) -> int:
    """How many uncertain numbers there are: the length of a point given to ``parameters_at``."""
    return len(catalogue.uncertain()) + len(CLUSTER_SPREADS) * len(clusters)


def central_parameters(catalogue: Catalogue, clusters: Clusters, runs: int = 1) -> groups.Parameters:
    """Every parameter at its central value, ``[R, 1, 1]``."""
    return _assemble(catalogue, clusters, runs, {}, None)


def parameters_at(catalogue: Catalogue, clusters: Clusters, points: Array) -> groups.Parameters:
    """Parameters at points of the unit cube, one for each run: ``points`` ``[R, dimensions]``.

    The first coordinates are the uncertain parameters in the catalogue's order, then come the cluster columns, and last
    those that are drawn last.
    """
    if points.shape[-1] != dimensions(catalogue, clusters):
        raise ValueError(f"a point needs {dimensions(catalogue, clusters)} coordinates, not {points.shape[-1]}")
    drawn = {(group, name): points[:, place] for group, name, _, place in _places(catalogue)}
    first = sum(not entry.drawn_last for _, _, entry in catalogue.uncertain())
    return _assemble(catalogue, clusters, points.shape[0], drawn, points[:, first:])


def _places(catalogue: Catalogue) -> list[tuple[str, str, Entry, int]]:
    """The uncertain parameters with the place of each among a point's coordinates; those drawn last are counted from
    its end, behind the cluster columns."""
    uncertain = catalogue.uncertain()
    late = sum(entry.drawn_last for _, _, entry in uncertain)
    found, early, ends = [], 0, -late
    for group, name, entry in uncertain:
        found.append((group, name, entry, ends if entry.drawn_last else early))
        early, ends = (early, ends + 1) if entry.drawn_last else (early + 1, ends)
    return found


def drawn_values(catalogue: Catalogue, points: Array) -> dict[str, Array]:
    """The uncertain parameters at ``points`` by their full names, each ``[R]``, for a design table. Dated parameters
    give their factor."""
    table = {}
    for group, name, entry, place in _places(catalogue):
        table[f"{group}.{name}"] = quantile(entry.prior, center(entry), points[:, place])
    return table


def with_columns(parameters: groups.Parameters, columns: Mapping[str, Array]) -> groups.Parameters:
    """The parameters with some set run by run: 'group.name' to ``[R]``. A dated parameter takes its factor.

    'clusters.column.place' sets a column of `CLUSTER_SPREADS` for the cluster at that place, from 0.
    """
    costs = [name for name in columns if name.startswith(CLUSTERS)]
    if costs:
        parameters = replace(parameters, clusters=_with_cluster_columns(parameters.clusters, columns, costs))
    for full_name, column in columns.items():
        if full_name in costs:
            continue
        group, name = full_name.split(".")
        old = getattr(parameters, group)
        values = np.asarray(column, dtype=np.float64).reshape(-1, 1, 1)
        dated = getattr(old, name)
        new = replace(dated, factor=values) if isinstance(dated, groups.Dated) else values
        parameters = replace(parameters, **{group: replace(old, **{name: new})})
    return parameters


def _with_cluster_columns(
    costs: groups.ClusterCosts, columns: Mapping[str, Array], names: Sequence[str]
) -> groups.ClusterCosts:
    changed: dict[str, Array] = {}
    for full_name in names:
        _, name, place = full_name.split(".")
        values = np.asarray(columns[full_name], dtype=np.float64)
        target = name
        if name == "launch_months":
            target, values = "launch_years", _years(values)
        elif name == "pass_rate":
            values = np.minimum(values, HIGHEST_PASS_RATE)
        if target not in changed:
            old = getattr(costs, target)
            changed[target] = np.broadcast_to(old, (len(values), *old.shape[1:])).copy()
        changed[target][:, 0, int(place)] = values
    return replace(costs, **changed)


def _years(months: Array) -> Array:
    """Whole years until a pathway opens, at least one."""
    years: Array = np.maximum(np.ceil(months / 12.0), 1.0)
    return years


def center(entry: Entry) -> float:
    """The value at which a parameter stands without a prior; for a dated one that of its factor, 1."""
    return 1.0 if isinstance(entry.value, dict) else float(entry.value)


def _assemble(
    catalogue: Catalogue,
    clusters: Clusters,
    runs: int,
    drawn: dict[tuple[str, str], Array],
    cluster_points: Array | None,
) -> groups.Parameters:
    built = {}
    for group, kind in GROUP_TYPES.items():
        entries = catalogue.entries[group]
        names = {field.name for field in fields(kind)}
        if names != set(entries):
            odd = sorted(names.symmetric_difference(entries))
            raise InputError(f"{group}.yaml: {odd[0]}: is not both in the file and in the group {kind.__name__}")
        built[group] = kind(**{name: _value(entry, runs, drawn.get((group, name))) for name, entry in entries.items()})
    return groups.Parameters(clusters=_cluster_costs(clusters, runs, cluster_points), **built)


def _value(entry: Entry, runs: int, points: Array | None) -> Array | groups.Dated:
    values = np.full(runs, center(entry)) if points is None else quantile(entry.prior, center(entry), points)
    column = values.reshape(runs, 1, 1)
    if isinstance(entry.value, dict):
        years = tuple(sorted(entry.value))
        return groups.Dated(years, tuple(float(entry.value[year]) for year in years), column)
    return column


def _cluster_costs(clusters: Clusters, runs: int, points: Array | None) -> groups.ClusterCosts:
    drawn: dict[str, Array] = {}
    for position, name in enumerate(CLUSTER_SPREADS):
        spread: Spread = getattr(clusters, name)
        if points is None:
            values = np.broadcast_to(spread.central, (runs, len(clusters))).copy()
        else:
            block = points[:, position * len(clusters) : (position + 1) * len(clusters)]
            values = split_lognormal(spread.low, spread.central, spread.high, block)
        drawn[name] = values.reshape(runs, 1, len(clusters))
    pass_rate = np.minimum(drawn["pass_rate"], HIGHEST_PASS_RATE)
    return groups.ClusterCosts(
        startup_cost=drawn["startup_cost"],
        consumables=drawn["consumables"],
        exam_fee=drawn["exam_fee"],
        pass_rate=pass_rate,
        attempt_rate=clusters.credential_rate.central / clusters.pass_rate.central + 0.0 * pass_rate,
        launch_years=_years(drawn["launch_months"]),
    )
