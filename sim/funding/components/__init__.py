"""The elements a funding formula is made of, and the registry by which YAML finds them.

A new component is a frozen class with a ``kind``, a ``prices`` method and a ``describe`` method, added to
``COMPONENTS`` and to ``AnyComponent``.
"""

from typing import Annotated

from pydantic import Field

from sim.funding.components.base import Base
from sim.funding.components.component import Component
from sim.funding.components.cost_tier import CostTier, Tier
from sim.funding.components.credential_bonus import CredentialBonus
from sim.funding.components.federal_perkins import FederalPerkins
from sim.funding.components.grants import CompetitiveGrant, StartupGrant
from sim.funding.components.per_student import PerStudent
from sim.funding.components.quality_incentive import QualityIncentive
from sim.funding.components.seg_weight import SegWeight
from sim.funding.components.size_adjustment import SizeAdjustment
from sim.funding.components.state_programs import InnovationZone, Internship, StatewideDollars

AnyComponent = Annotated[
    Base
    | PerStudent
    | CostTier
    | CredentialBonus
    | QualityIncentive
    | StartupGrant
    | CompetitiveGrant
    | InnovationZone
    | Internship
    | StatewideDollars
    | SizeAdjustment
    | SegWeight
    | FederalPerkins,
    Field(discriminator="kind"),
]

COMPONENTS: dict[str, type[Component]] = {
    "base": Base,
    "per_student": PerStudent,
    "cost_tier": CostTier,
    "credential_bonus": CredentialBonus,
    "quality_incentive": QualityIncentive,
    "startup_grant": StartupGrant,
    "competitive_grant": CompetitiveGrant,
    "innovation_zone": InnovationZone,
    "internship": Internship,
    "statewide_dollars": StatewideDollars,
    "size_adjustment": SizeAdjustment,
    "seg_weight": SegWeight,
    "federal_perkins": FederalPerkins,
}

__all__ = [
    "COMPONENTS",
    "AnyComponent",
    "Base",
    "CompetitiveGrant",
    "Component",
    "CostTier",
    "CredentialBonus",
    "FederalPerkins",
    "InnovationZone",
    "Internship",
    "PerStudent",
    "QualityIncentive",
    "SegWeight",
    "SizeAdjustment",
    "StartupGrant",
    "StatewideDollars",
    "Tier",
]
