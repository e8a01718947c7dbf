"""What carries out each study, by its name."""

from collections.abc import Callable, Mapping

from sim.commands import studies
from sim.commands.request import Request
from sim.commands.runs import run_many

COMMANDS: Mapping[str, Callable[[Request], None]] = {
    "parameters": studies.show_parameters,
    "status": studies.look_at,
    "collect": studies.look_at,
    "check_formula": studies.check_bill,
    "hindcast": studies.run_hindcast,
    "probes": studies.run_probes,
    "verify_brief": studies.run_verification,
    "calibrate": studies.run_calibration,
    "assess": studies.run_assessment,
    "alternatives": studies.run_alternatives,
    "bridge": studies.run_bridge,
    "sensitivity": studies.run_sensitivity,
    "discover": studies.run_discovery,
    "explain": studies.run_explain,
    "district": studies.run_district,
    "explore": studies.run_explorer,
    "reverse": studies.run_reverse,
    **dict.fromkeys(("compare", "project", "stress", "levers", "decompose", "two_by_two", "sweep"), run_many),
}
"""What carries out each study, by its name."""
