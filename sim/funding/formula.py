"""A funding formula: its lines of money, where they come from and when they take effect."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field, field_validator

from sim.funding.components.amounts import Dollars, FiscalYear, Note, Text, Title, YearOfNumbers
from sim.funding.components.component import Strict
from sim.funding.line import MOST_COMPONENTS, Line, Oversight
from sim.inputs import shown

MOST_LINES = 100

ALWAYS = 2000
"""``takes_effect`` of current law, which is in force in every year, the base year and those before it too."""


class Formula(Strict):
    """A funding formula as it is read from a file.

    Until ``takes_effect`` current law holds. ``year_of_numbers`` is the year of the dollars and weights in the source.
    For a law of another state ``translation`` says how it was brought to the default state (base amounts, price level,
    counts that stand for others) and ``not_translated`` what was left out; ``confidence`` (high, medium or low, and for
    which numbers) how well its numbers are known to be the law's. ``expected_base_year_entitlement``
    (dollars) is what the formula's own lines would owe for the base year's counts statewide; the tests hold it.
    """

    name: str
    title: Title
    source: Text
    year_of_numbers: YearOfNumbers
    description: Text
    author: Note = ""
    status: Note = ""
    confidence: Note = ""
    translation: Note = ""
    not_translated: Note = ""
    takes_effect: FiscalYear = 2027
    expected_base_year_entitlement: Dollars | None = None
    lines: Annotated[tuple[Line, ...], Field(max_length=MOST_LINES)]

    @field_validator("lines")
    @classmethod
    def _unique_names(cls, value: tuple[Line, ...]) -> tuple[Line, ...]:
        names = [line.name for line in value]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two lines are called {shown(name)}; name each once")
        components = sum(len(line.components) for line in value if not line.background)
        if components > MOST_COMPONENTS:
            raise ValueError(
                f"{components} components in all lines together are not allowed: at most {MOST_COMPONENTS}"
            )
        return value

    @property
    def own_lines(self) -> tuple[Line, ...]:
        """The lines that are the formula's own, without those that flow in every formula."""
        return tuple(line for line in self.lines if not line.background)

    def line(self, name: str) -> Line:
        """The line of that name."""
        return next(line for line in self.lines if line.name == name)


def lines_in_force(formula: Formula, current_law: Formula, fiscal_year: int) -> tuple[Line, ...]:
    """The lines that pay in a fiscal year: current law's until the formula takes effect, then the formula's."""
    law = current_law if fiscal_year < formula.takes_effect else formula
    return tuple(line for line in law.lines if line.active(fiscal_year))


def scale_to(formula: Formula, factor: float) -> Formula:
    """The formula with the prices and appropriations of its own lines multiplied by ``factor``.

    Background lines and rates that are not dollars (growth caps, hold-harmless shares) stay as they are.
    """
    scaled = tuple(
        line if line.background else line.model_copy(update={"scale": line.scale * factor}) for line in formula.lines
    )
    return formula.model_copy(update={"lines": scaled})


def cost_neutral_factor(base_year_entitlements: Mapping[str, float], formula: Formula, target: float) -> float:
    """The factor for ``scale_to`` at which the formula's own lines owe ``target`` dollars in the base year.

    ``base_year_entitlements`` are dollars by line name, statewide, money spent by the state itself included. Raises
    ValueError if the formula owes nothing, so that no factor can reach the target.
    """
    owed = sum(base_year_entitlements[line.name] for line in formula.own_lines)
    if owed <= 0.0:
        raise ValueError(
            f"formula '{formula.name}' owes nothing in the base year and cannot be scaled to {target:,.0f}"
        )
    return target / owed


def describe(formula: Formula) -> list[str]:
    """What the formula pays for, line by line, in plain sentences."""
    words: dict[Oversight, str] = {
        "monitored": "a monitored grant",
        "categorical": "money restricted to CTE",
        "general": "general money without strings",
    }
    said = []
    for line in formula.lines:
        kind = "recurring" if line.recurring else "nonrecurring"
        said.append(f"{line.title or line.name.replace('_', ' ')} ({kind}, {line.fund}, {words[line.oversight]}):")
        said.extend(line.describe())
    return said


def unknown_cluster(formula: Formula, clusters: Iterable[str]) -> tuple[str, str] | None:
    """The first line and cluster that a formula names and the world does not have, or None."""
    known = set(clusters)
    for line in formula.lines:
        for component in line.components:
            for cluster in component.clusters_named():
                if cluster not in known:
                    return line.name, cluster
    return None


__all__ = ["Formula", "Line", "cost_neutral_factor", "describe", "lines_in_force", "scale_to", "unknown_cluster"]
