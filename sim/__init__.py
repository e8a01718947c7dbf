"""Long-run effects of career and technical education (CTE) funding, with school districts as agents.

What is public is listed in ``__all__``, and ``docs/reference/python.md`` tells of it. Parts are loaded when first used,
so that ``import sim`` costs nothing in a worker process or in a script that only reads results.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.version import __version__

if TYPE_CHECKING:
    from sim.api.formula import Formula
    from sim.api.opening import open
    from sim.api.report import Report
    from sim.api.reports import bridge, discover, district, explain, explore, hindcast, probes, reverse, sensitivity
    from sim.api.runs import Runs
    from sim.api.studies import compare, decompose, levers, library, project, stress, sweep, two_by_two
    from sim.api.world import World
    from sim.inputs import InputError

_HOMES = {
    "Formula": "sim.api.formula",
    "InputError": "sim.inputs",
    "Report": "sim.api.report",
    "Runs": "sim.api.runs",
    "World": "sim.api.world",
    "bridge": "sim.api.reports",
    "compare": "sim.api.studies",
    "decompose": "sim.api.studies",
    "discover": "sim.api.reports",
    "district": "sim.api.reports",
    "explain": "sim.api.reports",
    "explore": "sim.api.reports",
    "hindcast": "sim.api.reports",
    "levers": "sim.api.studies",
    "library": "sim.api.studies",
    "open": "sim.api.opening",
    "probes": "sim.api.reports",
    "project": "sim.api.studies",
    "reverse": "sim.api.reports",
    "sensitivity": "sim.api.reports",
    "stress": "sim.api.studies",
    "sweep": "sim.api.studies",
    "two_by_two": "sim.api.studies",
}
"""Where each public name is defined."""

__all__ = [
    "Formula",
    "InputError",
    "Report",
    "Runs",
    "World",
    "__version__",
    "bridge",
    "compare",
    "decompose",
    "discover",
    "district",
    "explain",
    "explore",
    "hindcast",
    "levers",
    "library",
    "open",
    "probes",
    "project",
    "reverse",
    "sensitivity",
    "stress",
    "sweep",
    "two_by_two",
]


if not TYPE_CHECKING:  # else a checker of types would take any name for one that there is

    def __getattr__(name: str) -> Any:
        if name in _HOMES:
            return getattr(import_module(_HOMES[name]), name)
        if name == "results":  # the tables of a folder, without the model
            return import_module("sim.results")
        raise AttributeError(f"module 'sim' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
