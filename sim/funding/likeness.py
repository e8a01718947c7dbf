"""Which other formula a formula is most like: in what it pays for, how it is voted and by which rules."""

from collections.abc import Iterable, Mapping

from sim.funding.components.component import Component
from sim.funding.formula import Formula
from sim.funding.rules import UNRULED

LIKE = 0.4
"""The least share of features in common at which formulas are called alike."""
OF_PAYMENT, OF_RULES = 3.0, 1.0
"""What a feature counts."""


def nearest_formula(formula: Formula, others: Iterable[Formula]) -> tuple[Formula, float] | None:
    """The formula most like one, itself left out, with the weighted share of features that both have; None if none is
    alike."""
    own = _features(formula)
    scored = [(_share(own, _features(other)), other) for other in others if other.name != formula.name]
    best = max(scored, key=lambda one: one[0], default=(0.0, formula))
    return (best[1], best[0]) if best[0] >= LIKE else None


def _share(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    both = sum(weight for feature, weight in one.items() if feature in other)
    either = sum({**one, **other}.values())
    return both / either if either > 0.0 else 0.0


def _features(formula: Formula) -> dict[str, float]:
    found: dict[str, float] = {}
    for line in formula.own_lines:
        for component in line.components:
            found |= dict.fromkeys(_of_payment(component), OF_PAYMENT)
        found[f"voted {line.appropriation.rule}"] = OF_RULES
        found[f"money {line.oversight}"] = OF_RULES
        found[f"recurring {line.recurring}"] = OF_RULES
        rules = line.rules.under(formula.rules)
        for key in type(rules).model_fields:
            if getattr(rules, key) != getattr(UNRULED, key):
                found[f"rule {key}"] = OF_RULES
    return found


def _of_payment(component: Component) -> list[str]:
    kind = getattr(component, "kind", "")
    found = [f"pays {kind}"]
    count = getattr(component, "count", None)
    if count is not None:
        found.append(f"pays {kind} {count}")
    for key in ("weight", "weights", "pot", "dollars"):
        if getattr(component, key, None) is not None:
            found.append(f"pays {kind} by {key}")
    if component.where is not None:
        found.append("pays under a condition")
    return found
