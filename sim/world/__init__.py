"""The immutable inputs of a simulation: tables, their checks, and what is derived from them."""

from sim.world.loading import load_world
from sim.world.synthetic import synthetic_world
from sim.world.world import (
    CREDENTIAL_TIERS,
    GRADES,
    QUALITY_COMPONENTS,
    Anchor,
    Clusters,
    Districts,
    HighSchools,
    PathwayMap,
    Regions,
    Spread,
    Value,
    World,
)

__all__ = [
    "CREDENTIAL_TIERS",
    "GRADES",
    "QUALITY_COMPONENTS",
    "Anchor",
    "Clusters",
    "Districts",
    "HighSchools",
    "PathwayMap",
    "Regions",
    "Spread",
    "Value",
    "World",
    "load_world",
    "synthetic_world",
]
