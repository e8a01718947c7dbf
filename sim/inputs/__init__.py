"""Reading what users write: YAML as plain data, and one clear line when something is wrong."""

from sim.inputs.data import read_with_lines, read_yaml, yaml_text
from sim.inputs.errors import InputError, RuleError, nearest, nearest_key, shown
from sim.inputs.numbers import fiscal_year_meant, number_meant, truth
from sim.inputs.problems import first_problem, mistakes
from sim.inputs.schema import Example, Unit
from sim.inputs.source import MISSING, Mistake, Part, Source, as_mapping, as_source

__all__ = [
    "MISSING",
    "Example",
    "InputError",
    "Mistake",
    "Part",
    "RuleError",
    "Source",
    "Unit",
    "as_mapping",
    "as_source",
    "first_problem",
    "fiscal_year_meant",
    "mistakes",
    "nearest",
    "nearest_key",
    "number_meant",
    "read_with_lines",
    "read_yaml",
    "shown",
    "truth",
    "yaml_text",
]
