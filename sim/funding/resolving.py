"""A line's rules as they stand in a year: numbers that differ by condition or wealth become one for each district."""

from typing import Any

import numpy as np

from sim.arrays import Array, ratio
from sim.funding.cases import Case
from sim.funding.conditions import mask
from sim.funding.line import Line
from sim.funding.rules import Rules
from sim.funding.terms import StateShare
from sim.world.world import World

NEUTRAL: dict[str, float] = {
    "growth_cap": 1e9, "minimum_guarantee": 0.0, "local_match": 0.0, "carryover": 1.0, "spend_on_cte": 0.0,
    "paid_share": 1.0, "maximum_payment": 1e15,
}  # fmt: skip
"""What each rule says where it does not hold."""
WITH_SHARE = ("hold_harmless", "maintenance_of_effort")
"""Rules with terms, of which the share may differ; a share of nothing asks for nothing."""


def in_force(line: Line, world: World, membership: Array) -> Line:
    """The line with rules that need no condition any more; the same object where none has one.

    A number that differs is ``[..., D, 1]``. ``membership`` ``[..., D, 1]``: members as the state counted them last.
    """
    rules = line.rules
    if not rules.differs and rules.state_share is None:
        return line
    changed: dict[str, Any] = {"differs": ()}
    masks = [mask(case.where, world, membership) > 0.0 for case in rules.differs]
    for key in {key: None for case in rules.differs for key in case.written}:
        if key in WITH_SHARE:
            changed[key] = _with_share(rules, key, masks)
        else:
            value, nowhere = getattr(rules, key), NEUTRAL[key]
            cases = [
                (here, nowhere if key in case.lifts else getattr(case, key))
                for here, case in zip(masks, rules.differs, strict=True)
            ]
            changed[key] = _chosen(nowhere if value is None else value, cases)
    if rules.state_share is not None:
        changed |= {"paid_share": share_by_wealth(rules.state_share, world), "state_share": None}
    return line.model_copy(update={"rules": rules.model_copy(update=changed)})


def _chosen(otherwise: Any, cases: list[tuple[Any, Any]]) -> Array:
    """The value of the first case that holds in each district, of those that have one."""
    found: Array = np.zeros((1, 1)) + otherwise
    for here, value in reversed(cases):
        if value is not None:
            found = np.where(here, value, found)
    return found


def _with_share(rules: Rules, key: str, masks: list[Any]) -> Any:
    terms = getattr(rules, key)

    def share(case: Case) -> float | None:
        if key in case.lifts:
            return 0.0
        written = getattr(case, key)
        return None if written is None else written.share

    some = terms or next(getattr(case, key) for case in rules.differs if getattr(case, key) is not None)
    cases = [(here, share(case)) for here, case in zip(masks, rules.differs, strict=True)]
    return some.model_copy(update={"share": _chosen(0.0 if terms is None else terms.share, cases)})


def share_by_wealth(rule: StateShare, world: World) -> Array:
    """The share of what is owed that the state pays each district, ``[..., D, 1]``; see ``StateShare``."""
    districts = world.districts
    members = districts.membership[:, np.newaxis]
    if rule.measure == "poverty" or districts.taxable_value_per_member is None:
        wealth = 1.0 - districts.poverty_share[:, np.newaxis]
    else:
        wealth = districts.taxable_value_per_member[:, np.newaxis]
    relative = ratio(wealth, np.full((1, 1), float((wealth * members).sum() / members.sum())), 1.0)
    found: Array = np.clip(1.0 - rule.local * relative, rule.least, rule.most)
    return found
