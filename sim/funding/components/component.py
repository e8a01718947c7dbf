"""What every component of a funding formula has in common."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, ClassVar

from sim.funding.components.amounts import Count, Dollars, FiscalYear, Multiplier, Name, Share
from sim.funding.conditions import Where
from sim.funding.context import PricingContext
from sim.funding.schedule import PRICES, Counts, Schedule
from sim.funding.strict import Strict
from sim.inputs import Mistake
from sim.world.world import World

AMOUNTS, MULTIPLIERS, LEVELS, SIZE, QUALITY, REST = 0, 1, 2, 3, 4, 5
"""When a component is applied: amounts first, then what multiplies them, last what is left, so that the order in a file
is free."""


class Component(Strict):
    """One element of a line. ``name`` tells two components of one kind apart; by default it is the kind. ``where``: it
    is paid, and its limits hold, only where that condition does; pots and totals are then those of these districts.

    Its numbers are not always numbers: where a sweep moves them, runs with different numbers are simulated at once, and
    a field typed ``float`` (``Dollars``, ``Share``, ``Multiplier``, ``Count``, also within a tier, a step or a mapping)
    holds an array ``[R, 1, 1]``, one number for each run. So a component computes with NumPy alone: ``np.minimum`` and
    not ``min``, ``np.where`` and not ``if``, ``np.any(self.x)`` and not ``if self.x``. That suffices for a test against
    zero or one, which never differ within a batch (see ``funding.merging``); for any other comparison that decides
    which way is taken, name the field in ``alike`` or the ranking in ``order``. ``describe`` sees plain numbers.
    ``tests/test_sweeping_components.py`` sweeps every numeric key of every component.
    """

    name: Name | None = None
    where: Where | None = None

    stage: ClassVar[int] = AMOUNTS
    once_in_a_line: ClassVar[bool] = False
    limits: ClassVar[tuple[str, ...]] = ()
    """The counts that its limits read or lower, by name."""
    prices_what_is_counted: ClassVar[bool] = False
    """Whether its prices follow the counts within the line's limits, not merely the counts."""
    everywhere: ClassVar[str] = ""
    """Why it takes no condition; empty if it does."""

    @property
    def label(self) -> str:
        """The component's name in messages."""
        return self.name or str(getattr(self, "kind", ""))

    def prices(self, context: PricingContext, so_far: Schedule) -> Schedule:
        """What this component adds to the line's prices ``so_far``."""
        raise NotImplementedError

    def counted(self, counts: Counts) -> Counts:
        """What of ``counts`` the state pays for under this component's limits; all of it unless it sets any."""
        return counts

    def within_limits(self, counts: Counts) -> Counts:
        """The same, worked out once for the same counts of those that its ``limits`` name."""
        if not self.limits:
            return counts
        read = tuple(getattr(counts, name) for name in self.limits)

        def lowered() -> dict[str, Any]:
            found = self.counted(counts)
            return {
                name: after
                for name, before in zip(self.limits, read, strict=True)
                if (after := getattr(found, name)) is not before
            }

        changed = counts.once("within limits", (self, *read), lowered)
        return counts.but(**changed) if changed else counts

    @property
    def limits_counts(self) -> bool:
        """Whether it sets a limit on what is counted, whatever the counts; by default not."""
        return False

    def paid_prices(self) -> frozenset[str]:
        """The names of the prices of a schedule that it may set by itself; by default any. None if it pays nothing,
        because its amounts are zero or because it only works on what other components pay."""
        return frozenset(PRICES)

    def works_on(self) -> frozenset[str]:
        """The names of the prices of other components that it multiplies or takes a share of; by default none."""
        return frozenset()

    def key_without_cluster(self) -> str:
        """The key by which a component that else pays for pathways pays for what belongs to no cluster; empty if none
        does so alone."""
        return ""

    def out_of_place(self, world: World) -> Sequence[Mistake]:
        """What in it matches nothing in a world, or cannot be there; by default nothing."""
        return ()

    @property
    def divides_appropriation(self) -> bool:
        """Whether its pot is the line's appropriation, which must then be a known number of dollars."""
        return False

    def describe(self) -> list[str]:
        """What the component pays for, one plain sentence each, without its condition."""
        raise NotImplementedError

    def sentences(self) -> list[str]:
        """What the component pays for and where."""
        return self.describe() if self.where is None else [under(self.where, said) for said in self.describe()]

    def briefly(self) -> list[str]:
        """The same with the condition said once, of what is paid; what follows is about that."""
        said = self.describe()
        return said if self.where is None else [under(self.where, said[0]), *said[1:]]


def together(components: Sequence[Component]) -> list[str]:
    """What the components of a line pay for and where; of the rates of one component that differ by condition, what is
    the same of all of them once."""
    said: list[str] = []
    for rates in by_written(components):
        alike = [one for one in rates[0].describe() if all(one in other.describe() for other in rates[1:])]
        if len(rates) > 1 and len(alike) < len(rates[0].describe()):
            said += [one for rate in rates for one in rate.sentences() if not _is_one_of(one, rate, alike)]
            said += [f"At each of these rates: {one[0].lower()}{one[1:]}" for one in alike]
        else:
            said += [one for rate in rates for one in (rate.sentences() if len(rates) > 1 else _at_length(rate))]
    return said


MANY = 3
"""Sentences of a component from which on its condition is said once, before them."""


def _at_length(component: Component) -> list[str]:
    """What a component pays for and where, the condition once if there is much to say."""
    said = component.describe()
    if component.where is None or len(said) < MANY:
        return component.sentences()
    lower = [f"{one[0].lower()}{one[1:]}" for one in said]
    place = component.where.words()
    return [f"{place[0].upper()}{place[1:]}: {lower[0]}", *(f"There: {one}" for one in lower[1:])]


def by_written(components: Sequence[Component]) -> list[Sequence[Component]]:
    """The components of a line in their order, the rates of one that differ by condition as one entry."""
    found: list[Sequence[Component]] = []
    place = 0
    while place < len(components):
        found.append(_rates(components[place:]))
        place += len(found[-1])
    return found


def _is_one_of(sentence: str, rate: Component, alike: Sequence[str]) -> bool:
    return rate.where is not None and any(sentence == under(rate.where, one) for one in alike)


def _rates(components: Sequence[Component]) -> Sequence[Component]:
    """The rates that stand first among components, if they are those of one: named NAME_1, NAME_2 and so on and at last
    NAME, each with its condition; else the first component alone."""
    first = components[0]
    if not first.label.endswith("_1"):
        return components[:1]
    base = first.label.removesuffix("_1")
    for place, one in enumerate(components):
        if one.where is None or type(one) is not type(first):
            break
        if one.label == base:
            return components[: place + 1]
        if one.label != f"{base}_{place + 1}":
            break
    return components[:1]


def under(where: Where, sentence: str) -> str:
    """A sentence with the condition under which it holds."""
    place, nowhere = where.words(), ", and nowhere else"
    said = sentence.removesuffix(".")
    return f"{said.removesuffix(nowhere) if place.endswith(nowhere) else said}, {place}."


def money(dollars: float) -> str:
    """Dollars as an analyst writes them: $50,000, $11.2 million, $0.45."""
    if dollars >= 1e9:
        return f"${dollars / 1e9:,.4g} billion"
    if dollars >= 1e6:
        return f"${dollars / 1e6:,.4g} million"
    return f"${dollars:,.0f}" if dollars == round(dollars) else f"${dollars:,.2f}"


def percent(share: float) -> str:
    """A share as a percentage without idle digits: 10%, 7.5%."""
    return f"{100.0 * share:.6g}%"


MOST_PARTS = 12
"""Up to which number of equal parts a share is said as a fraction."""
NEAR_A_FRACTION = 5e-4
"""How near a share, as it is rounded in a file, lies to the fraction that is meant."""
EXACT = 1e-9


def part_in_words(share: float) -> str:
    """A share of something that is taught in parts, as a fraction where it is near one: 1/6; else a percentage."""
    known = Fraction(share).limit_denominator(MOST_PARTS)
    apart = abs(float(known) - share)
    if known.numerator == 0 or known == 1 or apart > NEAR_A_FRACTION:
        return percent(share)
    return f"{'about ' if apart > EXACT else ''}{known.numerator}/{known.denominator}"


__all__ = [
    "AMOUNTS",
    "LEVELS",
    "MULTIPLIERS",
    "QUALITY",
    "REST",
    "SIZE",
    "Component",
    "Count",
    "Dollars",
    "FiscalYear",
    "Multiplier",
    "Share",
    "Strict",
    "by_written",
    "money",
    "part_in_words",
    "percent",
    "together",
    "under",
]
