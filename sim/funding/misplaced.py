"""Keys that are known and stand at the wrong place of a bill: where they belong."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from sim.funding.appropriation import APPROPRIATION_RULES
from sim.funding.components import COMPONENTS
from sim.funding.conditions import Where
from sim.funding.formula import Formula
from sim.funding.line import NOT_IN_FILES, Line
from sim.funding.rules import Rules
from sim.inputs import Mistake, Part

UNKNOWN = "unknown key; "
LINE_KEYS = frozenset(Line.model_fields) - NOT_IN_FILES
OF_DISTRICTS = frozenset(Where.model_fields) - {"kind"}
EXAMPLES: Mapping[str, str] = {
    "members": "{below: 200}", "members_per_school": "{below: 50}", "high_schools": "1", "poverty": "{at_least: 0.25}",
    "taxable_value": "{below: 400_000}", "locale": "rural", "county": "Taos", "region": "...", "district": "...",
    "cluster": "construction", "any_of": "[{...}, {...}]", "unless": "{...}",
}  # fmt: skip
CALLED: Mapping[str, str] = {
    "gain_cap": "write growth_cap in rules", "maximum": "write maximum_payment in rules",
    "district_maximum": "write maximum_payment in rules", "minimum": "write minimum_guarantee in rules",
    "minimum_payment": "a floor is minimum_guarantee in rules; that small payments are not paid cannot be written",
    "minimum_participants": "write minimum_concentrators", "escalator": "write yearly_rise in rules",
    "inflation": "write indexation: prices in rules", "cola": "write indexation: prices in rules, or yearly_rise",
    "match": "write local_match in rules", "sunset": "write sunset_year", "ends": "write sunset_year",
    "end_year": "write sunset_year", "repeal_year": "write sunset_year", "last_year": "write sunset_year",
    "maximum_loss": "write hold_harmless in rules, as {share: 0.95, reference: previous_year}",
    "effort": "write maintenance_of_effort in rules", "floor": "write minimum_guarantee or hold_harmless in rules",
}  # fmt: skip
"""Words of laws that are no keys, with what to write for them."""
OF_THE_BILL = frozenset(Formula.model_fields) - {"name", "lines", "rules"} - LINE_KEYS
YEARS = ("takes_effect", "from", "effective", "start", "begins", "year")
"""Words for the year in which something begins."""
BEGINS: Mapping[str, str] = {
    "bill": "a bill begins in the fiscal year of takes_effect, a law among several (laws) in that of its from",
    "law": "a law among several begins in the fiscal year of its from: write the year there",
    "line": "a line is paid from the fiscal year of its start_year on: write the year there",
}


def told(mistakes: Sequence[Mistake], of_a_line: bool = False) -> list[Mistake]:
    """The mistakes, of those that blame an unknown key with what to do where it is known elsewhere in a bill; they may
    be ``of_a_line`` that stands in no bill."""
    return [_told(mistake, of_a_line) for mistake in mistakes]


def _told(mistake: Mistake, of_a_line: bool) -> Mistake:
    if not mistake.said.startswith(UNKNOWN) or not mistake.where:
        return mistake
    key, above = str(mistake.where[-1]), mistake.where[:-1]
    where = belongs(key, above) or CALLED.get(key)
    if where is None and not above:
        line = of_a_line or mistake.place[-2:-1] == ("lines",)
        where = _at_the_top_of(key, "line" if line else "law" if mistake.place else "bill")
    return replace(mistake, said=f"{UNKNOWN}{where}") if where is not None else mistake


def _at_the_top_of(key: str, part: Literal["bill", "law", "line"]) -> str | None:
    """What to do with a key that stands first in a bill, a law among several or a line, and is not known there."""
    if key in YEARS:
        return BEGINS[part]
    return "it is of the whole bill: write it at the top of the file" if key in OF_THE_BILL else None


def belongs(key: str, above: Sequence[Part]) -> str | None:
    """Where a key belongs that is not known below ``above``, the way within a line; None for one known nowhere."""
    inside = next((str(part) for part in reversed(above) if not isinstance(part, int)), "")
    in_component, in_rules = _is_component(above), inside == "rules"
    if in_component and key in OF_DISTRICTS:
        return f"a condition stands under where, as where: {{{key}: {EXAMPLES[key]}}}"
    if key in Rules.model_fields and not in_rules and key != "differs":
        return "it is a rule of the line: write it under rules, beside components"
    if above and key in LINE_KEYS and (in_component or inside in ("rules", "appropriation", *APPROPRIATION_RULES)):
        of = "components" if in_component else "rules" if in_rules else "appropriation"
        return f"it stands beside {of}, not in it: begin its line further left"
    return None


def _is_component(above: Sequence[Part]) -> bool:
    """Whether a way ends at a component, or at what differs of one."""
    kept = [part for part in above if not isinstance(part, int)]
    at_kind = len(kept) >= 2 and kept[0] == "components" and kept[1] in COMPONENTS
    return at_kind and kept[2:] in ([], ["differs"])
