"""Whose tables: the districts and clusters of a state as data frames."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sim.states.words import StateWords
from sim.world.loading import load_world

if TYPE_CHECKING:
    import pandas as pd

    from sim.world import world


class World:
    """A state: the default one, another that is shipped, by its name (``World("example_state")``), or one in a
    folder of the user's own (docs/reference/tables.md).

    Raises InputError, one line, if a table cannot be used.
    """

    def __init__(self, folder: Path | str | None = None) -> None:
        self.folder = None if folder is None else Path(folder)
        self.data: world.World = load_world(self.folder)
        """All that the tables hold, as arrays."""

    @property
    def word(self) -> str | None:
        """The folder as a setting has it; None for the bundled tables."""
        return None if self.folder is None else os.fspath(self.folder)

    @property
    def words(self) -> StateWords:
        """What the state, its main formula and its districts are called."""
        return self.data.state

    @property
    def base_year(self) -> int:
        """The fiscal year of its counts."""
        return self.data.base_year

    @property
    def districts(self) -> "pd.DataFrame":
        """A row for each district or charter, by identifier; ``membership`` is of grades 9-12 in the base year,
        ``estimated`` names fields that are not observed."""
        import pandas as pd

        of = self.data.districts
        columns = {
            "name": of.name,
            "kind": of.kind,
            "county": of.county,
            "region": [self.data.regions.name[region] for region in of.region],
            "locale": of.locale,
            "size_class": of.size_class,
            "membership": of.membership,
            "total_membership": of.total_membership,
            "high_schools": of.high_schools,
            "poverty_share": of.poverty_share,
            "latitude": of.latitude,
            "longitude": of.longitude,
            "estimated": ["; ".join(fields) for fields in of.estimated],
        }
        return pd.DataFrame(columns, index=pd.Index(of.identifier, name="district"))

    @property
    def clusters(self) -> "pd.DataFrame":
        """A row for each career cluster, by identifier; costs are medians in dollars of the base year."""
        import pandas as pd

        of = self.data.clusters
        columns = {
            "name": of.name,
            "group": of.group,
            "startup_cost": of.startup_cost.central,
            "consumables": of.consumables.central,
            "exam_fee": of.exam_fee.central,
            "class_size": of.class_size,
            "credential_tier": of.credential_tier,
            "concentrator_share": of.concentrator_share,
            "high_cost_share": of.high_cost_share,
        }
        return pd.DataFrame(columns, index=pd.Index(of.identifier, name="cluster"))

    def __repr__(self) -> str:
        of = self.data
        where = "bundled tables" if self.folder is None else str(self.folder)
        return (
            f"World: {of.name}, {len(of.districts)} {of.state.places}, {of.districts.membership.sum():,.0f} "
            f"students in grades 9-12, {len(of.clusters)} clusters, base year FY{of.base_year}\n"
            f"{where} ({of.vintage}; see .districts, .clusters)"
        )
