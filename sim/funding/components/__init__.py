"""The elements a funding formula is made of, and the registry by which YAML finds them.

A new component is a frozen class with a ``kind``, a ``prices`` method and a ``describe`` method, added to
``COMPONENTS`` and to ``AnyComponent``.
"""

from typing import Annotated

from pydantic import Field

from sim.funding.components.accountability import Accountability
from sim.funding.components.base import Base
from sim.funding.components.component import Component
from sim.funding.components.course_level import CourseLevel
from sim.funding.components.credential_bonus import CredentialBonus
from sim.funding.components.expenditure_reimbursement import ExpenditureReimbursement
from sim.funding.components.federal_perkins import FederalPerkins
from sim.funding.components.grants import CompetitiveGrant, StartupGrant
from sim.funding.components.instructor_unit import InstructorUnit
from sim.funding.components.per_student import PerStudent
from sim.funding.components.quality_incentive import QualityIncentive
from sim.funding.components.remainder import Remainder
from sim.funding.components.seg_weight import SegWeight
from sim.funding.components.shared_center import SharedCenter
from sim.funding.components.size_adjustment import SizeAdjustment
from sim.funding.components.state_programs import InnovationZone, Internship, StatewideDollars
from sim.funding.components.tiers import CostTier, Tier, ValueTier

AnyComponent = Annotated[
    Base
    | PerStudent
    | CostTier
    | ValueTier
    | CourseLevel
    | CredentialBonus
    | QualityIncentive
    | Remainder
    | StartupGrant
    | ExpenditureReimbursement
    | InstructorUnit
    | CompetitiveGrant
    | InnovationZone
    | Internship
    | StatewideDollars
    | SizeAdjustment
    | SegWeight
    | FederalPerkins
    | SharedCenter
    | Accountability,
    Field(discriminator="kind"),
]

COMPONENTS: dict[str, type[Component]] = {
    "base": Base,
    "per_student": PerStudent,
    "cost_tier": CostTier,
    "value_tier": ValueTier,
    "course_level": CourseLevel,
    "credential_bonus": CredentialBonus,
    "quality_incentive": QualityIncentive,
    "remainder": Remainder,
    "startup_grant": StartupGrant,
    "expenditure_reimbursement": ExpenditureReimbursement,
    "instructor_unit": InstructorUnit,
    "competitive_grant": CompetitiveGrant,
    "innovation_zone": InnovationZone,
    "internship": Internship,
    "statewide_dollars": StatewideDollars,
    "size_adjustment": SizeAdjustment,
    "seg_weight": SegWeight,
    "federal_perkins": FederalPerkins,
    "shared_center": SharedCenter,
    "accountability": Accountability,
}

__all__ = [
    "COMPONENTS",
    "Accountability",
    "AnyComponent",
    "Base",
    "CompetitiveGrant",
    "Component",
    "CostTier",
    "CourseLevel",
    "CredentialBonus",
    "ExpenditureReimbursement",
    "FederalPerkins",
    "InnovationZone",
    "InstructorUnit",
    "Internship",
    "PerStudent",
    "QualityIncentive",
    "Remainder",
    "SegWeight",
    "SharedCenter",
    "SizeAdjustment",
    "StartupGrant",
    "StatewideDollars",
    "Tier",
    "ValueTier",
]
