"""What titles and footers say of formulas that were scaled to equal money."""

from collections.abc import Mapping
from types import MappingProxyType

from sim.study.setup.settings import NeutralBy

SCALED_TO: Mapping[NeutralBy, str] = MappingProxyType(
    {
        "entitlement": "scaled to the same base-year entitlement",
        "present_value": "scaled to the same present value of state cost",
    }
)

HELD = "its reimbursement would have to exceed all spending; held at 100%"
"""Of a formula of which a share of spending would exceed 1."""
