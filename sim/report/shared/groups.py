"""Groups of districts by which gains and losses are reported: size class, locale, poverty quarter, kind."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array, BoolArray
from sim.report.shared.order import QUARTERS, quarters
from sim.report.shared.panel import Panel
from sim.states.speaking import state_words

if TYPE_CHECKING:
    from sim.world.world import World

LOCALES: tuple[str, ...] = ("city", "suburb", "town", "rural")
"""NCES locales from dense to sparse."""


@dataclass(frozen=True)
class Group:
    """Districts that share something: ``members[D]`` in the order of the result tables."""

    by: str
    name: str
    members: BoolArray


@dataclass(frozen=True)
class Roster:
    """World facts in the order in which districts stand in the result tables, each ``[D]``."""

    index: tuple[int, ...]
    name: tuple[str, ...]
    kind: tuple[str, ...]
    county: tuple[str, ...]
    size_class: tuple[str, ...]
    locale: tuple[str, ...]
    estimated: tuple[str, ...]
    poverty_share: Array


def roster(panel: Panel, world: "World") -> Roster:
    """Facts of the districts in the result tables. Raises ValueError if the world lacks one of them."""
    place = {identifier: d for d, identifier in enumerate(world.districts.identifier)}
    unknown = [identifier for identifier in panel.district_names if identifier not in place]
    if unknown:
        raise ValueError(f"the results name a district that the world does not have: {unknown[0]}")
    index = tuple(place[identifier] for identifier in panel.district_names)
    districts = world.districts

    def of(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(values[d] for d in index)

    return Roster(
        index,
        of(districts.name),
        of(districts.kind),
        of(districts.county),
        of(districts.size_class),
        of(districts.locale),
        tuple("; ".join(field.replace("_", " ") for field in districts.estimated[d]) for d in index),
        np.asarray(districts.poverty_share, np.float64).ravel()[list(index)],
    )


def groups(panel: Panel, world: "World") -> list[Group]:
    """All districts, then groups by size class (small to large), locale, quarter of poverty share, and kind.

    Poverty quarters hold equally many districts, as far as districts of one share stay together, not equally many
    students; where shares are too often the same there are none. Empty groups are left out.
    """
    facts = roster(panel, world)
    count = len(facts.index)
    base = panel.districts("membership")[:, :, 0].mean(axis=(0, 1))
    out = [Group("state", f"all {state_words().places}", np.ones(count, np.bool_))]

    def add(by: str, labels: tuple[str, ...], order: list[str]) -> None:
        held = np.array(labels)
        out.extend(Group(by, name, held == name) for name in order if (held == name).any())

    sizes = sorted(set(facts.size_class), key=lambda name: float(np.median(base[np.array(facts.size_class) == name])))
    add("size class", facts.size_class, sizes)
    add("locale", facts.locale, [*LOCALES, *sorted(set(facts.locale) - set(LOCALES))])
    if (poverty := quarters(facts.poverty_share)) is not None:
        add("poverty quarter", poverty, list(QUARTERS))
    kinds = tuple(state_words().kind(kind) for kind in facts.kind)
    order = [state_words().kind(kind) for kind in sorted(set(facts.kind), reverse=True)]
    add("kind", kinds, list(dict.fromkeys(order)))
    return out


def net_payment(panel: Panel) -> Array:
    """What the state's CTE money leaves a district with, ``[F, R, Y, D]``, constant dollars of the base year:
    payments of the CTE lines less main-formula money lost to a lower unit value."""
    return nominal_net_payment(panel) / panel.district_prices()


def nominal_net_payment(panel: Panel) -> Array:
    """The same in nominal dollars."""
    return panel.districts("paid") - panel.districts("dilution")


def per_hundred(panel: Panel, values: Array, members: BoolArray, year: int) -> Array:
    """``values[F, R, Y, D]`` of a group for each 100 of its membership in stored year number ``year``, ``[F, R]``."""
    total = values[:, :, year][..., members].sum(axis=-1)
    base = panel.districts("membership")[:, :, year][..., members].sum(axis=-1)
    out: Array = np.divide(100.0 * total, base, out=np.zeros_like(total), where=base > 0)
    return out
