"""A sweep: its factors and its points, read and checked in full before anything runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.arrays import IntArray
from sim.engine.scenario import Scenario
from sim.funding.formula import Formula
from sim.funding.sense import FARTHEST, never_comes, out_of_place, seen
from sim.inputs import InputError, Source
from sim.study.designs.factors import Factor, read_factors
from sim.study.designs.files import file_factors, read_points, resampled, row_of, weights_of
from sim.study.designs.places import Model, Scalar, check_clusters, check_end, with_values
from sim.study.designs.points import as_table, place_points, suited
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import Design, Settings, flat_parameters
from sim.tables_for_people import table_text
from sim.world.world import World

FACTORS_FILE = "factors.csv"


@dataclass(frozen=True)
class Sweep:
    """What varies, and where: ``points`` has one row for each point and one column for each factor, by its name.

    ``source`` tells where the points come from: a file and the row of each point in it, or the design's own numbers.
    ``replicates`` ``[points, draws]`` says whose luck each point meets, where the design decides that too.
    """

    factors: tuple[Factor, ...]
    points: pd.DataFrame
    source: tuple[str, ...]
    replicates: IntArray | None = None


def read_sweep(settings: Settings, inputs: Inputs) -> Sweep:
    """The sweep that the settings ask for.

    Every point is laid on every formula and scenario and checked, so that no run stops on a value. Raises InputError,
    one line.
    """
    design = settings.design
    if design is None:
        raise InputError("settings: design: is missing; a sweep has a design, as design=latin_hypercube")
    held = list(flat_parameters(settings.parameters))
    factors = suited(read_factors(settings.factors, inputs, held), design.name)
    if design.name in ("table", "posterior"):
        sweep = _from_file(design, settings.seed, inputs, factors, held)
    else:
        if design.file is not None:
            raise InputError(f"settings: design.file: design={design.name} reads no file; use design=table")
        if design.name == "grid" and design.points is not None:
            raise InputError(
                f"settings: design.points: {design.points} is not read: a grid has a point for each combination of its"
                " levels"
            )
        points = place_points(factors, design.name, design.points, settings.seed)
        sweep = Sweep(factors, points, tuple(f"point {place}" for place in range(len(points))))
    if settings.cost_neutral is not None and any(factor.root == "formula" for factor in sweep.factors):
        raise InputError("settings: cost_neutral: scales a formula as written; sweep its dollars or scale it, not both")
    last_year = inputs.world.base_year + settings.horizon
    _check_shock_years(sweep.factors, inputs.world.base_year, last_year)
    check_points(sweep, inputs, last_year)
    return sweep


def _from_file(design: Design, seed: int, inputs: Inputs, listed: tuple[Factor, ...], held: list[str]) -> Sweep:
    if design.file is None:
        raise InputError(f"settings: design.file: is missing; design={design.name} needs a file")
    path = Path(design.file)
    frame = read_points(path)
    if design.name == "table":
        if design.points is not None:
            raise InputError("settings: design.points: a table has a point for each row; leave it out")
        factors, frame = file_factors(frame, path, inputs, listed, held, parameters_only=False)
        rows = list(range(len(frame)))
    else:
        factors, frame = file_factors(frame, path, inputs, listed, held, parameters_only=True)
        weights = weights_of(frame, path)
        rows = resampled(weights, design.points or len(frame), seed).tolist()
    chosen = frame.iloc[rows]
    points = as_table(factors, [chosen[factor.name].tolist() for factor in factors])
    return Sweep(factors, points, tuple(row_of(path, number) for number in chosen.index))


def _check_shock_years(factors: Sequence[Factor], base_year: int, last_year: int) -> None:
    """Refuse a shock of a year that is not simulated, which would vary and change nothing. Raises InputError."""
    for factor in factors:
        for place in factor.places.values() if factor.root == "scenario" else ():
            year = int(place.keys[1])
            if not base_year < year <= last_year:
                raise InputError(
                    f"settings: factors.{factor.path}: {year} is not simulated; a fiscal year from {base_year + 1} to"
                    f" {last_year}"
                )


def check_points(sweep: Sweep, inputs: Inputs, last_year: int) -> None:
    """Lay every point on every formula and scenario. Raises InputError, one line, for the first that cannot be."""
    values: dict[str, tuple[Scalar, ...]] = {str(name): tuple(column) for name, column in _columns(sweep.points)}
    models: dict[tuple[str, str], Formula | Scenario] = {
        **{("formula", formula.name): formula for formula in inputs.formulas},
        **{("scenario", scenario.name): scenario for scenario in inputs.scenarios},
    }
    _check_first_years(sweep.factors, values, inputs.world.base_year)
    for factor in sweep.factors:
        for owner, place in factor.places.items():
            for end in (factor.spec.low, factor.spec.high) if factor.spec.kind == "range" else ():
                where = f"settings: factors.{factor.path}"
                check_end(models[factor.root, owner], place, end, where)
    words = any(isinstance(value, str) for column in values.values() for value in column)
    for formula in inputs.formulas:
        made = versions(formula, sweep.factors, values, sweep.source)
        if words:
            check_clusters(made, inputs.world.clusters.identifier, "settings: factors")
        if any(factor.root == "formula" and formula.name in factor.places for factor in sweep.factors):
            _check_sense(formula, made, sweep.source, inputs.world, last_year)
    for scenario in inputs.scenarios:
        versions(scenario, sweep.factors, values, sweep.source)


def _check_first_years(factors: Sequence[Factor], values: Mapping[str, Sequence[Scalar]], base_year: int) -> None:
    """Refuse to vary when a formula begins over years that are past: it runs from the first simulated year, whatever
    they are. Raises InputError."""
    for factor in factors:
        if factor.root != "formula" or factor.path.rpartition(".")[2] not in ("takes_effect", "start_year"):
            continue
        for value in values[factor.name]:
            if isinstance(value, int | float) and value <= base_year:
                raise InputError(
                    f"settings: factors.{factor.path}: {value:g} is past, and the same as {base_year + 1}; a fiscal"
                    f" year from {base_year + 1}"
                )


def _check_sense(
    written: Formula, made: Sequence[Formula], labels: Sequence[str], world: World, last_year: int
) -> None:
    """Refuse points at which a formula begins in no year, or asks for what the world does not have.

    At some points, not at all, it may begin after the last year that is simulated. What the formula as ``written`` asks
    for already is not the points' fault. Raises InputError, one line that names the point.
    """
    before = {mistake.where for mistake in out_of_place(written, world)}
    distinct: dict[int, tuple[Formula, str]] = {}
    for formula, label in zip(made, labels, strict=True):
        distinct.setdefault(id(formula), (formula, label))
    late = 0
    for formula, label in distinct.values():
        found = [mistake for mistake in out_of_place(formula, world) if mistake.where not in before]
        found += never_comes(formula, world.base_year, world.base_year + FARTHEST)
        beyond = [] if found else never_comes(formula, world.base_year, last_year)
        late += bool(beyond)
        if found or late == len(distinct):
            raise Source(f"{label}: formula {formula.name}").refusals(seen(formula, found or beyond))


def factor_table(factors: Sequence[Factor]) -> str:
    """The factors as CSV: column in the design, path, unit, range, value as written, formulas or scenarios, source."""
    rows = [
        {
            "factor": factor.name,
            "path": factor.path,
            "unit": factor.unit,
            "range": factor.range_text(),
            "as_written": factor.written,
            "applies_to": "; ".join(factor.places) or "all formulas and scenarios",
            "source": factor.source,
        }
        for factor in factors
    ]
    return table_text(pd.DataFrame(rows), digits=None)


def _columns(points: pd.DataFrame) -> Iterator[tuple[str, list[Scalar]]]:
    for name in points:
        yield str(name), points[name].tolist()


def versions(
    model: Model, factors: tuple[Factor, ...], values: Mapping[str, Sequence[Scalar]], labels: Sequence[str]
) -> list[Model]:
    """A formula or scenario as each row has it: ``values`` by factor, one for each of the rows that ``told`` names."""
    root = "formula" if isinstance(model, Formula) else "scenario"
    own = [factor for factor in factors if factor.root == root and model.name in factor.places]
    if not own:
        return [model] * len(labels)
    places = [factor.places[model.name] for factor in own]
    return with_values(model, places, list(zip(*(values[factor.name] for factor in own), strict=True)), labels)
