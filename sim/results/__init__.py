"""What comes out of a study: the schema of its tables and the folder they are kept in."""

from sim.results.results import Results
from sim.results.results import open_results as open

__all__ = ["Results", "open"]
