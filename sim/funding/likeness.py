"""Which other formula a formula is most like: in what it pays for, how it is voted and by which rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sim.funding.components.component import Component
from sim.funding.formula import Formula
from sim.funding.rules import UNRULED

LIKE = 0.5
"""The least share of features in common at which formulas are called alike."""
OF_PAYMENT, OF_RULES = 3.0, 1.0
"""What a feature counts."""


@dataclass(frozen=True)
class Likeness:
    """Another ``formula``, the weighted ``share`` of features that it has in common with one, and the kinds of
    components, as bills write them, that ``both`` have and that only the ``one`` or the ``other`` has."""

    formula: Formula
    share: float
    both: tuple[str, ...]
    one: tuple[str, ...]
    other: tuple[str, ...]


def nearest_formula(formula: Formula, others: Iterable[Formula]) -> Likeness | None:
    """The formula most like one, itself left out; None if none is alike, or has no kind of component in common."""
    own = _features(formula)
    scored = [(_share(own, _features(other)), other) for other in others if other.name != formula.name]
    share, best = max(scored, key=lambda one: one[0], default=(0.0, formula))
    mine, theirs = _kinds(formula), _kinds(best)
    both = tuple(kind for kind in mine if kind in theirs)
    if share < LIKE or not both:
        return None
    return Likeness(
        best,
        share,
        both,
        tuple(kind for kind in mine if kind not in theirs),
        tuple(kind for kind in theirs if kind not in mine),
    )


def _kinds(formula: Formula) -> list[str]:
    """The kinds of a formula's components, each once."""
    kinds = (str(getattr(part, "kind", "")) for line in formula.own_lines for part in line.components)
    return list(dict.fromkeys(kinds))


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
