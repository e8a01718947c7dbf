"""The uncertain numbers of the model: what each is called, how sure it is, and its distribution."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.inputs import InputError
from sim.parameters.catalogue import Entry, Prior
from sim.parameters.priors import quantile
from sim.parameters.values import CLUSTER_SPREADS, CLUSTERS, center
from sim.study.designs.factors import DATED_UNIT, Factor, Spec, plain_number
from sim.study.designs.files import file_factors, read_points, weights_of
from sim.study.setup.inputs import Inputs
from sim.world.world import Clusters, Spread

COLUMN_LABELS: dict[str, tuple[str, str]] = {
    "startup_cost": ("Cost of starting a pathway, by cluster", "dollars"),
    "consumables": ("Consumables per participant, by cluster", "dollars a year"),
    "exam_fee": ("Fee of a credential exam, by cluster", "dollars"),
    "pass_rate": ("Share of credential exams passed, by cluster", "share"),
    "launch_months": ("Months from decision to first class, by cluster", "months"),
}
"""Labels and units of the cluster columns that are drawn."""

POSTERIOR_RANGE = (0.05, 0.95)


@dataclass(frozen=True)
class Marginal:
    """The distribution of one number in a weighted sample: its ``values`` in order, and the weight up to each."""

    values: Array
    cumulative: Array

    def at(self, probability: Array) -> Array:
        """The values at these probabilities, interpolated between draws."""
        found: Array = np.interp(probability, self.cumulative, self.values)
        return found


@dataclass(frozen=True)
class Dimension:
    """One uncertain number with its factor in a design. ``marginal`` replaces its prior where a posterior has it."""

    factor: Factor
    marginal: Marginal | None = None

    def at(self, probability: Array) -> Array:
        """Its values at these probabilities."""
        if self.marginal is not None:
            return self.marginal.at(probability)
        assert self.factor.entry is not None
        return quantile(self.factor.entry.prior, center(self.factor.entry), probability)


@dataclass(frozen=True)
class Number:
    """What shares are told of: one parameter, or one kind of cost with a dimension for each cluster.

    ``spread`` is its range in words; ``confidence`` what the catalogue says of its source.
    """

    name: str
    label: str
    unit: str
    confidence: str
    source: str
    spread: str
    dimensions: tuple[Dimension, ...]


def uncertain_numbers(inputs: Inputs, posterior: Path | None = None) -> tuple[Number, ...]:
    """Every number that has a distribution, in the catalogue's order, then the kinds of cluster costs.

    A ``posterior`` file gives the distribution of the numbers in it; how they hang together there is not used. Raises
    InputError if the file cannot be read or names what is not uncertain.
    """
    numbers = [_parameter(group, name, entry) for group, name, entry in inputs.catalogue.uncertain()]
    numbers += [found for name in CLUSTER_SPREADS if (found := _column(name, inputs.world.clusters)) is not None]
    if posterior is None:
        return tuple(numbers)
    marginals = _marginals(posterior, inputs, [number.name for number in numbers])
    return tuple(_with_marginal(number, marginals.get(number.name)) for number in numbers)


def dimensions(numbers: Sequence[Number]) -> list[Dimension]:
    """All dimensions of some numbers, in order."""
    return [dimension for number in numbers for dimension in number.dimensions]


def groups(numbers: Sequence[Number]) -> list[str]:
    """For each dimension the name of the number that it belongs to."""
    return [number.name for number in numbers for _ in number.dimensions]


def point_table(numbers: Sequence[Number], cube: Array) -> pd.DataFrame:
    """The points of a design: a row for each row of ``cube`` ``[P, dimensions]``, a column for each factor."""
    found = dimensions(numbers)
    if cube.shape[1] != len(found):
        raise ValueError(f"a point needs {len(found)} coordinates, not {cube.shape[1]}")
    return pd.DataFrame({one.factor.name: one.at(cube[:, place]) for place, one in enumerate(found)})


def _parameter(group: str, name: str, entry: Entry) -> Number:
    full = f"{group}.{name}"
    unit = entry.unit
    if isinstance(entry.value, dict):
        values = entry.value.values()
        unit = f"{DATED_UNIT}, {min(values):g} to {max(values):g}"
    factor = Factor(
        full, f"parameters.{full}", "parameters", Spec("prior"), unit, entry.source,
        plain_number(center(entry)), entry,
    )  # fmt: skip
    return Number(full, entry.label, unit, entry.confidence, entry.source, _spread(entry.prior), (Dimension(factor),))


def _spread(prior: Prior) -> str:
    ends = f"{_end(prior.low)} to {_end(prior.high)}"
    return f"{ends} holds 80%" if prior.distribution == "lognormal" else ends


def _end(value: float | None) -> str:
    return "" if value is None else f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def _column(column: str, clusters: Clusters) -> Number | None:
    """A kind of cluster cost: a lognormal dimension for each cluster whose number has a range."""
    spread: Spread = getattr(clusters, column)
    label, unit = COLUMN_LABELS[column]
    found = []
    for place, cluster in enumerate(clusters.identifier):
        low, value, high = (float(part[place]) for part in (spread.low, spread.central, spread.high))
        if not 0.0 < low < high:
            continue
        entry = Entry(
            value=value, unit=unit, label=f"{label}: {cluster}", source=clusters.source[place], confidence="low",
            prior=Prior(distribution="lognormal", low=low, high=high), range=(0.0, max(1e9, high)),
        )  # fmt: skip
        name = f"{CLUSTERS}{column}.{place}"
        factor = Factor(name, name, "parameters", Spec("prior"), unit, entry.source, plain_number(value), entry)
        found.append(Dimension(factor))
    if not found:
        return None
    confidence = "low to medium" if len(set(clusters.confidence)) > 1 else clusters.confidence[0]
    source = "the table of clusters, which names a source for each"
    return Number(f"{CLUSTERS}{column}", label, unit, confidence, source, "each cluster its own", tuple(found))


def _marginals(path: Path, inputs: Inputs, known: Sequence[str]) -> dict[str, Marginal]:
    frame = read_points(path)
    factors, frame = file_factors(frame, path, inputs, (), [], parameters_only=True)
    weights = weights_of(frame, path)
    found = {}
    for factor in factors:
        if factor.name not in known:
            raise InputError(f"{path}: column {factor.name}: is held at a value, or has no prior, and is not uncertain")
        values = frame[factor.name].to_numpy(dtype=np.float64)
        order = np.argsort(values, kind="stable")
        sizes = weights[order]
        found[factor.name] = Marginal(values[order], np.cumsum(sizes) - sizes / 2.0)
    return found


def _with_marginal(number: Number, marginal: Marginal | None) -> Number:
    if marginal is None:
        return number
    low, high = marginal.at(np.array(POSTERIOR_RANGE))
    (dimension,) = number.dimensions
    factor = replace(dimension.factor, spec=Spec("file"))
    ends = f"{_end(float(low))} to {_end(float(high))} holds 90%, calibrated"
    return replace(number, spread=ends, dimensions=(Dimension(factor, marginal),))
