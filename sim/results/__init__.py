"""What comes out of a study: the schema of its tables and the folder they are kept in.

What reads results is loaded when it is first used: pandas takes a second, which what only names a file need not wait.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.results.results import Results
    from sim.results.results import open_results as open

__all__ = ["Results", "open"]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in __all__:
            from sim.results import results

            return results.Results if name == "Results" else results.open_results
        raise AttributeError(f"module 'sim.results' has no attribute '{name}'")
