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
from sim.world.world import World

WITHIN = 0.02
"""How far the mean over draws of a statewide count may lie from its target, as a share of it."""

DISTRICT_DRAWS = 2_000
"""Districts times draws that are simulated to find out: a fifth of a second."""
FEWEST, MOST = 4, 48
"""Draws: the noise of one draw is largest in small states, which need most and have time for them."""


@dataclass(frozen=True)
class Target:
    """A statewide count of the base year: what is ``wanted``, where that is written, and what each draw ``reached``."""

    name: str
    wanted: float
    where: str
    reached: Array

    @property
    def missed_by(self) -> float:
        """How far the mean over draws surely lies from the target, as a share: without twice its own random error."""
        error = 2.0 * float(self.reached.std(ddof=1)) / np.sqrt(self.reached.size)
        return float(max(abs(float(self.reached.mean()) - self.wanted) - error, 0.0) / self.wanted)


def refuse_another_start(settings: Settings, world: World, catalogue: Catalogue, current_law: Formula) -> None:
    """Refuse tables that the model's base year does not meet: participants and concentrators of the state, and the map
    of pathways where one is given, each within ``WITHIN`` in the mean over draws.

    Raises InputError, one line, that says which count, what was wanted and what was reached.
    """
    uncertainty = "prior" if settings.study.name == "calibrate" else settings.uncertainty
    draws = range(int(np.clip(DISTRICT_DRAWS // len(world.districts), FEWEST, MOST)))
    parameters = parameters_for(catalogue, world, settings.seed, draws, uncertainty)
    refuse_missed(prepare(world, parameters, current_law, settings.seed, draws, 1))


def refuse_missed(ensemble: Ensemble) -> None:
    """Raise InputError if the base year of some draws misses a target."""
    for target in targets(ensemble):
        if not target.missed_by <= WITHIN:
            mean = float(target.reached.mean())
            raise InputError(
                f"{target.where}: {target.wanted:,.0f} {target.name} are wanted in FY{ensemble.world.base_year}, and "
                f"the model starts from {mean:,.0f} ({mean / target.wanted - 1.0:+.1%}, mean of {target.reached.size} "
                f"draws); allowed: within {WITHIN:.0%}"
            )


def targets(ensemble: Ensemble) -> Iterator[Target]:
    """The counts that the base year must meet, those of a known map first."""
    world, state = ensemble.world, ensemble.state
    counted = {"participants": state.participants, "concentrators": state.taught, "sites": state.sites}
    held = {name: _by_draw(ensemble, values) for name, values in counted.items()}
    if world.pathways is not None:
        for name, reached in held.items():
            wanted = float(getattr(world.pathways, name).sum())
            if wanted > 0.0:
                yield Target(name, wanted, f"pathways.csv of {world.name}", reached)
    for name in ("participants", "concentrators"):
        anchor = world.anchors[name]
        scaled = "scaled by membership" in anchor.source
        where = "anchors.csv of New Mexico, scaled by membership" if scaled else f"anchors.csv of {world.name}"
        yield Target(name, anchor.value, where, held[name])


def _by_draw(ensemble: Ensemble, values: Array) -> Array:
    """A statewide count of each draw, ``[R]``."""
    runs = ensemble.state.participants.shape[0]
    found: Array = np.broadcast_to(state_total(values)[..., 0, 0], (runs,))
    return found
