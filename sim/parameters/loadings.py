"""How drivers load on the 12 quality components, from ``loadings.yaml``."""

from functools import cache

import numpy as np

from sim.arrays import Array
from sim.inputs import InputError, read_yaml
from sim.parameters.catalogue import FOLDER
from sim.world.world import QUALITY_COMPONENTS

COLUMNS: tuple[str, ...] = ("stability", "equipment", "class_size", "spending", "ease")


@cache
def load_loadings() -> dict[str, Array]:
    """The loading of each driver on each component, and the ease of raising it, each ``[1, K]``.

    Raises InputError if a component or a column is missing or unknown, or a loading is not between 0 and 3.
    """
    table = read_yaml(FOLDER / "loadings.yaml")
    if set(table) != set(QUALITY_COMPONENTS):
        odd = sorted(set(table).symmetric_difference(QUALITY_COMPONENTS))
        raise InputError(f"loadings.yaml: {odd[0]}: is not one of the 12 components, or is missing")
    for component, row in table.items():
        if set(row) != set(COLUMNS) or not all(0 <= row[column] <= 3 for column in COLUMNS):
            raise InputError(f"loadings.yaml: {component}: needs {', '.join(COLUMNS)}, each from 0 to 3")
    return {
        column: np.array([[float(table[component][column]) for component in QUALITY_COMPONENTS]]) for column in COLUMNS
    }
