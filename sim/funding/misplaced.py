"""Keys that are known and stand at the wrong place of a bill: where they belong."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sim.funding.appropriation import APPROPRIATION_RULES
from sim.funding.components import COMPONENTS
from sim.funding.conditions import Where
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


def told(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """The mistakes, of those that blame an unknown key with what to do where it is known elsewhere in a bill."""
    return [_told(mistake) for mistake in mistakes]


def _told(mistake: Mistake) -> Mistake:
    if not mistake.said.startswith(UNKNOWN) or not mistake.where:
        return mistake
    where = belongs(str(mistake.where[-1]), mistake.where[:-1])
    return replace(mistake, said=f"{UNKNOWN}{where}") if where is not None else mistake


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
