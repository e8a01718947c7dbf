"""Rules that differ by condition: what is written of a condition, and how it is said."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, model_validator

from sim.funding.components.amounts import DistrictDollars, Growth, Match, Share
from sim.funding.condition_words import apart
from sim.funding.conditions import Where
from sim.funding.strict import Strict
from sim.funding.terms import Carryover, HoldHarmless, MaintenanceOfEffort

Say = Callable[[str, Any], Sequence[str]]
"""Gives the sentences of a rule with its value."""
MOST_CASES = 50
"""Conditions under which rules differ."""


Lifted = Literal[
    "growth_cap", "hold_harmless", "minimum_guarantee", "local_match", "maintenance_of_effort", "carryover",
    "spend_on_cte", "paid_share", "maximum_payment",
]  # fmt: skip


class Case(Strict):
    """Rules that differ where a condition holds; the first of several that holds counts, each rule by itself. Rules
    named in ``lifts`` do not hold there; a file may as well write null for them."""

    where: Where
    growth_cap: Growth | None = None
    hold_harmless: HoldHarmless | None = None
    minimum_guarantee: DistrictDollars | None = None
    local_match: Match | None = None
    maintenance_of_effort: MaintenanceOfEffort | None = None
    carryover: Carryover | None = None
    spend_on_cte: Share | None = None
    paid_share: Share | None = None
    maximum_payment: DistrictDollars | None = None
    lifts: Annotated[tuple[Lifted, ...], Field(max_length=len(get_args(Lifted)))] = ()

    @model_validator(mode="before")
    @classmethod
    def _null_lifts(cls, value: Any) -> Any:
        if not isinstance(value, Mapping) or not isinstance(value.get("lifts", []), list | tuple):
            return value
        nulls = [key for key in get_args(Lifted) if key in value and value[key] is None]
        if not nulls:
            return value
        rest = {key: one for key, one in value.items() if key not in nulls}
        return {**rest, "lifts": list(dict.fromkeys([*value.get("lifts", []), *nulls]))}

    @model_validator(mode="after")
    def _differs(self) -> Self:
        if self.where.by_cluster():
            raise ValueError("a rule is of districts; its where may not name clusters")
        if not self.written:
            raise ValueError(f"write what differs there, one of: {', '.join(DIFFERING)}")
        for key in self.lifts:
            if getattr(self, key) is not None:
                raise ValueError(f"{key} is both written and lifted; write one of them")
        return self

    @property
    def written(self) -> dict[str, Any]:
        """The rules that differ; None for one that is lifted."""
        return {key: value for key in DIFFERING if (value := getattr(self, key)) is not None or key in self.lifts}


def case_sentences(
    cases: Sequence[Case], say: Say, general: Collection[str], keys: Collection[str] | None = None,
    untold: Collection[str] = (),
) -> list[str]:  # fmt: skip
    """What cases say, in words, of all rules or of some ``keys``; ``say`` gives the sentences of a rule with its value,
    where it stands alone. A rule that is ``general`` says something else where no case holds; one that is not, and that
    several cases say, is said to hold nowhere else, but for those ``untold``."""
    said = []
    for place, case in enumerate(cases):
        for key, value in case.written.items():
            if keys is not None and key not in keys:
                continue
            others = [other for other in cases if other is not case and key in other.written]
            before = [other for other in cases[:place] if key in other.written]
            there = say(key, value) if value is not None else ()
            if key in general or others:
                where = case.where.phrase()
                if not all(apart(case.where, other.where) for other in before):
                    where = f"{where} otherwise"
                elif key in general:
                    where = f"{where} instead"
            else:
                where = case.where.words()
            said.append(_under(where, there[0] if there else NOT_ASKED[key]))
            if others and key not in general and key not in untold and len(before) == len(others):
                said.append(_under("everywhere else", NOT_ASKED[key]))
    return said


def _under(where: str, sentence: str) -> str:
    return f"{where[0].upper()}{where[1:]}: {sentence[0].lower()}{sentence[1:]}"


DIFFERING: tuple[str, ...] = get_args(Lifted)
"""The rules that may differ by condition."""
NOT_ASKED: dict[str, str] = {
    "growth_cap": "A district's payment may rise by any amount.",
    "hold_harmless": "No payment of before is a floor.",
    "maintenance_of_effort": "A district need not keep up its own CTE money.",
    "carryover": "Any part of a payment may be carried over.",
    "spend_on_cte": "No part of a payment has to be spent on CTE.",
    "minimum_guarantee": "No minimum is guaranteed.",
    "local_match": "Nothing of a district's own is asked for.",
    "paid_share": "The state pays the whole of each amount.",
    "maximum_payment": "A district may be paid any amount.",
}
"""What is said of a rule that is lifted where a condition holds."""
Cases = Annotated[tuple[Case, ...], Field(max_length=MOST_CASES)]


def cases_agree(rules: Strict, differs: Sequence[Case]) -> None:
    """Raise ValueError where a rule that counts what was paid before would count it differently by condition, or where
    a rule is lifted that holds nowhere."""
    for case in differs:
        for key in case.lifts:
            field = type(rules).model_fields.get(key)
            stands = field is not None and getattr(rules, key) != field.get_default()
            if not stands and all(getattr(other, key) is None for other in differs):
                raise ValueError(f"{key} is lifted by a condition and holds nowhere; write it beside differs")
    for key in ("hold_harmless", "maintenance_of_effort"):
        written = [getattr(case, key) for case in differs] + [getattr(rules, key, None)]
        terms = {(one.reference, one.years) for one in written if one is not None}
        if len(terms) > 1:
            raise ValueError(f"{key} may differ by condition in its share alone, not in reference or years")
