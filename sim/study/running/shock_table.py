"""The shocks that come by chance in each replicate, as a table beside the design."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.engine.arrivals import DRAWN, arrival
from sim.engine.draws import Purpose, stream
from sim.engine.ensemble import WARM_UP_YEARS
from sim.engine.scenario import MOST_KINDS, Scenario
from sim.streams import replicate_key

SHOCKS_FILE = "shocks.csv"

COLUMNS: tuple[str, ...] = ("scenario", "replicate", "kind", "fiscal_year", "severity", "lasts")


def shock_table(
    scenarios: Sequence[Scenario], seed: int, replicates: Sequence[int], base_year: int, horizon: int
) -> pd.DataFrame | None:
    """One row for each shock that comes: scenario, replicate, kind, the fiscal year in which it comes, ``severity`` (by
    how much it multiplies how far its path lies from 1) and ``lasts`` (how long each year of its path takes). None if
    nothing comes by chance in any scenario.

    The same for every formula, and for a world of any size: it follows from seed and replicate alone.
    """
    chance = [scenario for scenario in scenarios if scenario.random is not None]
    if not chance:
        return None
    years = np.arange(base_year + 1, base_year + horizon + 1)
    found: list[tuple[object, ...]] = []
    for replicate in replicates:
        generator = stream(replicate_key(seed, replicate), Purpose.SHOCKS)
        uniforms = generator.random((WARM_UP_YEARS + 1 + horizon, MOST_KINDS, DRAWN))[WARM_UP_YEARS + 1 :]
        for scenario in chance:
            assert scenario.random is not None
            for place, (name, kind) in enumerate(scenario.random.kinds.items()):
                come = arrival(kind, uniforms[:, place])
                for at in np.flatnonzero(come.comes & (years >= scenario.random.from_year)):
                    size, length = float(come.severity[at]), float(come.lasts[at])
                    found.append((scenario.name, replicate, name, int(years[at]), size, length))
    table = pd.DataFrame(found, columns=list(COLUMNS))
    return table.sort_values(["scenario", "replicate", "fiscal_year"], kind="stable", ignore_index=True)
