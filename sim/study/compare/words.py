"""What titles and footers say of formulas that were scaled to equal money."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sim.study.setup.settings import NeutralBy

SCALED_TO: Mapping[NeutralBy, str] = MappingProxyType(
    {
        "entitlement": "scaled to the same base-year entitlement",
        "present_value": "scaled to the same present value of state cost",
    }
)

COST_NEUTRAL = "_cost_neutral"
"""What is added to the name of a formula scaled to the baseline's money, where both versions are run."""


def scaled_words(records: Mapping[str, Mapping[str, Any] | None]) -> str:
    """'scaled to the same base-year entitlement', or 'as written and scaled to ...' where both versions ran; nothing
    where no formula was scaled. ``records`` say by formula how it was scaled, None where it was not."""
    kept = {name: record for name, record in records.items() if record}
    if not kept:
        return ""
    both = any(record["refused"] or name.endswith(COST_NEUTRAL) for name, record in kept.items())
    words = SCALED_TO[next(iter(kept.values()))["by"]]
    return f"as written and {words}" if both else words


HELD = "its reimbursement would have to exceed all spending; held at 100%"
"""Of a formula of which a share of spending would exceed 1."""
