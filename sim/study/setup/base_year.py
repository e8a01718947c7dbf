"""Whether a study starts from the state that its tables describe, asked once before anything runs."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, state_total
from sim.engine.ensemble import Ensemble, prepare
from sim.funding.formula import Formula
from sim.inputs import InputError
from sim.parameters.catalogue import Catalogue
from sim.study.setup.design import parameters_for
from sim.study.setup.settings import Settings
from sim.world.statewide import DEFAULT_NAME
from sim.world.world import World

WITHIN = 0.005
"""How far a statewide count of a draw may lie from its target, as a share of it."""

DISTRICT_DRAWS = 2_000
"""Districts times draws that are simulated to find out: a fifth of a second."""
FEWEST, MOST = 4, 48
"""Draws: small states, in which a draw differs most from another, have time for most."""


@dataclass(frozen=True)
class Target:
    """A statewide count of the base year: what is ``wanted``, where that is written, and what each draw ``reached``,
    ``[R]``."""

    name: str
    wanted: float
    where: str
    reached: Array

    @property
    def farthest(self) -> float:
        """What the draw that lies farthest off has reached."""
        return float(self.reached[np.argmax(np.abs(self.reached - self.wanted))])

    @property
    def missed_by(self) -> float:
        """How far that is from the target, as a share."""
        return abs(self.farthest / self.wanted - 1.0)


def refuse_another_start(settings: Settings, world: World, catalogue: Catalogue, current_law: Formula) -> None:
    """Refuse tables that the model's base year does not meet in some draw: the map of pathways where one is given, else
    participants and concentrators of the state within ``WITHIN``.

    Raises InputError, one line, that says which count, what was wanted and what was reached.
    """
    uncertainty = "prior" if settings.study.name in ("calibrate", "alternatives") else settings.uncertainty
    draws = range(int(np.clip(DISTRICT_DRAWS // len(world.districts), FEWEST, MOST)))
    parameters = parameters_for(catalogue, world, settings.seed, draws, uncertainty)
    refuse_missed(prepare(world, parameters, current_law, settings.seed, draws, 1))


def refuse_missed(ensemble: Ensemble) -> None:
    """Raise InputError if the base year of some draw misses a target."""
    refuse_another_map(ensemble)
    for target in targets(ensemble):
        if not target.missed_by <= WITHIN:
            raise InputError(
                f"{target.where}: {target.wanted:,.0f} {target.name} are wanted in FY{ensemble.world.base_year}, and "
                f"the model starts from {target.farthest:,.0f} ({target.farthest / target.wanted - 1.0:+.1%}, the "
                f"farthest of {target.reached.size} draws); allowed: within {WITHIN:.1%}"
            )


def refuse_another_map(ensemble: Ensemble) -> None:
    """Raise InputError if some draw starts from another map than the world's own, pathway by pathway."""
    world, state = ensemble.world, ensemble.state
    if world.pathways is None:
        return
    counted = {
        "sites": state.sites,
        "sections": state.sections,
        "participants": state.participants,
        "concentrators": state.taught,
    }
    for name, reached in counted.items():
        wanted = getattr(world.pathways, name)
        off = ~np.isclose(reached, wanted, rtol=1e-9, atol=1e-9)
        if off.any():
            run, district, cluster = (int(places[0]) for places in np.nonzero(off))
            raise InputError(
                f"pathways.csv of {world.name}: {wanted[district, cluster]:,.6g} {name} are wanted in district "
                f"{world.districts.identifier[district]}, cluster {world.clusters.identifier[cluster]}, and the model "
                f"starts from {reached[run, district, cluster]:,.6g} in draw {run}; allowed: the same"
            )


def targets(ensemble: Ensemble) -> Iterator[Target]:
    """The counts of the state that the base year must meet."""
    world, state = ensemble.world, ensemble.state
    for name, values in (("participants", state.participants), ("concentrators", state.taught)):
        anchor = world.anchors[name]
        scaled = "scaled by membership" in anchor.source
        where = f"anchors.csv of {DEFAULT_NAME}, scaled by membership" if scaled else f"anchors.csv of {world.name}"
        where = where if world.pathways is None else f"pathways.csv of {world.name}"
        if anchor.value > 0.0:
            yield Target(name, anchor.value, where, _by_draw(ensemble, values))


def _by_draw(ensemble: Ensemble, values: Array) -> Array:
    """A statewide count of each draw, ``[R]``."""
    runs = ensemble.state.participants.shape[0]
    found: Array = np.broadcast_to(state_total(values)[..., 0, 0], (runs,))
    return found
