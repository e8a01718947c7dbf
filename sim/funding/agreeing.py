"""Components that do not agree with their line: conditions on clusters for what belongs to none, and what is paid by
high schools that another component leaves out."""

import numpy as np

from sim.funding.components import Component, InstructorUnit, QualityIncentive
from sim.funding.conditions import Where
from sim.inputs import RuleError
from sim.states.words import listed


def counts_by_school(part: Component) -> bool:
    """Whether a component that is no base pays by the high schools or districts with a pathway that a line counts."""
    if isinstance(part, InstructorUnit):
        return bool(np.any(part.minimum_per_school))
    return isinstance(part, QualityIncentive) and part.dollars is not None and part.per in ("school", "district")


OF_A_PATHWAY = frozenset(
    {
        "per_site", "per_participant", "per_concentrator", "per_credential", "per_instructor", "startup_share",
        "credential_stake", "concentrator_stake",
    }
)  # fmt: skip
"""The prices of what belongs to a cluster."""


def refuse_by_cluster(
    component: Component, where: Where, way: tuple[str | int, ...] = (), whose: str = "its where"
) -> None:
    """Raise RuleError for a condition on clusters where a component pays for what belongs to none; ``way`` leads to the
    condition from what is checked, and ``whose`` says in words which it is."""
    elsewhere = (component.paid_prices() | component.works_on()) - OF_A_PATHWAY
    if where.by_cluster() and elsewhere:
        key = component.key_without_cluster()
        pays = listed([name.replace("_", " ") for name in sorted(elsewhere)[:3]])
        what = f"{key} of '{component.label}' pays" if key else f"'{component.label}' pays"
        rest = f", or leave {key} out" if key else ""
        raise RuleError(
            f"{what} for what belongs to no cluster ({pays}); {whose} may name districts, not clusters{rest}; "
            "per_student, instructor_unit and the per_site of a base pay by cluster",
            way,
        )
