"""A district's ledger as it is stored: what was paid, and what each step changed on the way there.

Most steps of most formulas change nothing, so that changes take a tenth of the space of what stands after each step.
"""

from collections.abc import Callable, Mapping
from typing import Any

STEPS: dict[str, str] = {
    "entitlement": "by_limits",
    "matched": "by_local_share",
    "guaranteed": "by_guarantee",
    "held_harmless": "by_hold_harmless",
    "capped": "by_growth_cap",
    "phased_in": "by_phase_in",
    "paid": "by_proration",
}
"""What stands after each step, in order, and the column with what the step changed; 'claimed' stands before them."""

STAGES: tuple[str, ...] = ("claimed", *STEPS)


def steps_of(stages: Mapping[str, Any]) -> dict[str, Any]:
    """The stored columns of a record that has every stage; its other columns stay."""
    changes = {
        step: stages[after] - stages[before] for before, (after, step) in zip(STAGES, STEPS.items(), strict=False)
    }
    others = {name: values for name, values in stages.items() if name not in STAGES or name == "paid"}
    return {**others, **changes}


def stage_of(stage: str, column: Callable[[str], Any]) -> Any:
    """What stood at a stage of the ledger, from the stored columns, each as ``column`` gives it."""
    standing = column("paid")
    for after, step in reversed(STEPS.items()):
        if after == stage:
            break
        standing = standing - column(step)
    return standing
