"""What a page of a district is asked for: which bill, against what, in which district, beside which others."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import IntArray
from sim.funding.formula import Formula
from sim.inputs import InputError
from sim.study.explain.places import find_place
from sim.study.setup.inputs import Inputs
from sim.study.setup.settings import Settings
from sim.world.world import World

NEIGHBORS = 10
"""How many districts of its size stand beside a district."""


@dataclass(frozen=True)
class Question:
    """What is asked, checked: the formula that the other is set against, the ``bill``, and the ``district``."""

    baseline: Formula
    bill: Formula
    district: int

    @property
    def formulas(self) -> tuple[Formula, Formula]:
        """Both, the baseline first."""
        return self.baseline, self.bill


def read_question(settings: Settings, inputs: Inputs) -> Question:
    """What the settings ask for. Raises InputError, one line, before anything is simulated."""
    districts = inputs.world.districts
    if settings.district is None:
        raise InputError("settings: district: is missing; write an identifier or a part of a name (district=gallup)")
    district = find_place("district", settings.district, districts.identifier, districts.name)
    if inputs.baseline is None:
        raise InputError("settings: study.baseline: is missing: the page sets a bill against another formula")
    if inputs.chosen is None or inputs.chosen == inputs.baseline:
        raise InputError(
            f"settings: formula: '{inputs.chosen}' is the baseline itself; name a bill (formula=aligned, or"
            " formula_file=my_bill.yaml)"
        )
    return Question(inputs.formula(inputs.baseline), inputs.formula(inputs.chosen), district)


def of_its_size(world: World, district: int, most: int = NEIGHBORS) -> IntArray:
    """A district and those of its kind nearest to it in base-year membership, the largest first; equally near ones in
    the order of the table."""
    members = world.districts.membership
    alike = np.array([kind == world.districts.kind[district] for kind in world.districts.kind])
    away = np.where(alike, np.abs(members - members[district]), np.inf)
    away[district] = -1.0
    nearest = np.argsort(away, kind="stable")[: min(most + 1, int(alike.sum()))]
    found: IntArray = nearest[np.argsort(-members[nearest], kind="stable")]
    return found
