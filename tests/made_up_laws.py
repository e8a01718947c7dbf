"""Lines of law for the tests, as they are written in a file: a pot, an amount for each one counted, a lump."""

from collections.abc import Mapping
from typing import Any

from simulated import formula_of, line_of

from sim.funding.formula import Formula


def grants(dollars: float) -> dict[str, Any]:
    return {
        "components": [{"kind": "competitive_grant"}],
        "appropriation": {"rule": "fixed", "dollars": dollars},
        "recurring": False,
        "oversight": "monitored",
    }


def pot(dollars: float, count: str = "participants") -> dict[str, Any]:
    return {
        "components": [{"kind": "per_student", "count": count, "pot": dollars}],
        "appropriation": {"rule": "fixed", "dollars": dollars},
    }


def each(dollars: float, count: str = "participants", **keys: Any) -> dict[str, Any]:
    return {
        "components": [{"kind": "per_student", "count": count, "dollars": dollars}],
        "appropriation": {"rule": "full"},
        "oversight": "monitored",
        **keys,
    }


def lump(dollars: float, **keys: Any) -> dict[str, Any]:
    return {
        "components": [{"kind": "base", "per_district": dollars}],
        "appropriation": {"rule": "full"},
        "oversight": "monitored",
        **keys,
    }


def component(kind: str, **keys: Any) -> dict[str, Any]:
    return {"components": [{"kind": kind, **keys}], "appropriation": {"rule": "full"}, "oversight": "categorical"}


def law(*lines: Mapping[str, Any], takes_effect: int = 2000) -> Formula:
    return formula_of(*(line_of(**line) for line in lines), takes_effect=takes_effect)
