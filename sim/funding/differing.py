"""Rates of a component that differ by condition: what is written once becomes one component for each condition.

    {kind: per_student, count: concentrators, dollars: 900,
     differs: [{where: {locale: rural}, dollars: 1_200}, {where: {poverty: {at_least: 0.25}}, dollars: 1_000}]}

is $1,200 in rural districts, $1,000 in others with much poverty, and $900 elsewhere: the first condition that holds
counts. Of a key that is a mapping, as dollars by tier, what a case does not name stays as it is written above. A limit
to one district's share of the state's credentials, and a minimum for a high school's instructors, is one over all
rates, unless a case has one of its own. Each becomes a component with a ``where`` that leaves out the conditions
before it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.inputs import Mistake, Part, shown

SHARED_OUT = frozenset({"competitive_grant", "innovation_zone", "remainder", "federal_perkins"})
"""Components that divide a sum, which does not become another by being divided under two conditions."""
UNCHANGED = ("kind", "name", "differs")
OVER_ALL: Mapping[str, tuple[str, str]] = {
    "credential_bonus": ("district_share_limit", "district_share_of"),
    "instructor_unit": ("minimum_per_school", "minimum_of"),
}
"""By the kind of a component its limit or minimum that is one over all rates, and the key that says so."""
WHOLE = frozenset({("quality_incentive", "weights")})
"""Mappings that are written whole under a condition, as their parts sum to one."""

COVERED = "holds for no district: an earlier condition covers every one in which it would"
NOTHING_LEFT = "its conditions hold in every district, so that what the component says besides is never paid"

Origin = tuple[int, int | None]
"""The place of a component as it is written, and of the case in its ``differs`` that it comes from."""


def spread(written: Any) -> tuple[Any, list[Origin], list[Mistake]]:
    """Components with each of those that differ written as several, where each comes from, and what is wrong."""
    if not isinstance(written, list) or not any(isinstance(one, Mapping) and "differs" in one for one in written):
        return written, [(place, None) for place in range(len(written) if isinstance(written, list) else 0)], []
    found: list[Any] = []
    origins: list[Origin] = []
    wrong: list[Mistake] = []
    for place, one in enumerate(written):
        if not isinstance(one, Mapping) or "differs" not in one:
            found.append(one)
            origins.append((place, None))
            continue
        mistakes = [mistake.below("components", place) for mistake in _mistakes(one)]
        wrong += mistakes
        if not mistakes:
            cases = _cases(one)
            found += cases
            numbered = len(one["differs"])
            origins += [(place, number if number < numbered else None) for number in range(len(cases))]
    return found, origins, wrong


def _mistakes(one: Mapping[str, Any]) -> list[Mistake]:
    cases = one["differs"]
    if not isinstance(cases, list) or not cases or not all(isinstance(case, Mapping) for case in cases):
        said = (
            f"{shown(cases)} is not allowed: write a list of conditions, as [{{where: {{locale: rural}}, dollars: 9}}]"
        )
        return [Mistake(("differs",), said)]
    if one.get("kind") in SHARED_OUT:
        said = "it divides one sum; write a component with a where and a sum of its own for each condition"
        return [Mistake(("differs",), said)]
    found = []
    for number, case in enumerate(cases):
        if not isinstance(case.get("where"), Mapping):
            found.append(Mistake(("differs", number), "needs a where, as {where: {locale: rural}, dollars: 9}"))
        if not set(case) - {"where"}:
            found.append(Mistake(("differs", number), "write what differs there, as dollars"))
        found += [Mistake(("differs", number, key), "cannot differ by condition") for key in UNCHANGED if key in case]
        if one.get("pot") is not None and "pot" not in case:
            found.append(Mistake(("differs", number), "write the pot of these districts; a pot is shared out once"))
        for key in set(case.get("where") or ()) & set(one.get("where") or ()) - {"unless"}:
            said = f"where says {key} twice, of the whole component and of this case; write it in one of them"
            found.append(Mistake(("differs", number, "where"), said))
    return found


def _cases(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A component for each condition, and one for where none of them holds, unless nothing is paid there."""
    usual = {key: value for key, value in one.items() if key not in ("differs", "where")}
    limit, over = OVER_ALL.get(str(one.get("kind")), ("", ""))
    if one.get(limit):
        usual = {over: "line", **usual}
    label = one.get("name") or one.get("kind")
    own: Mapping[str, Any] = one.get("where") or {}
    found: list[dict[str, Any]] = []
    before: list[Any] = []
    for number, case in enumerate(one["differs"]):
        changed = {key: _changed(one, key, value) for key, value in case.items() if key != "where"}
        where = _without(own, case["where"], before)
        kept = usual
        if limit in changed and over not in one:  # a limit of its own
            kept = {key: value for key, value in usual.items() if key != over}
        found.append({**kept, **changed, "name": f"{label}_{number + 1}", "where": where})
        before.append(case["where"])
    if _pays_nothing(usual):
        return [*found[:-1], {**found[-1], "name": label}]
    return [*found, {**usual, "where": _without(own, {}, before)}]


AMOUNTS = frozenset(
    {
        "dollars", "dollars_per_school", "per_center", "per_concentrator", "per_district", "per_member",
        "per_participant", "per_school", "per_site", "rate", "share", "weight", "weights",
    }
)  # fmt: skip
"""Keys by which a component pays; where all that are written are zero it pays nothing."""


def _pays_nothing(usual: Mapping[str, Any]) -> bool:
    written = [usual[key] for key in AMOUNTS if key in usual]
    amounts = [one for value in written for one in (value.values() if isinstance(value, Mapping) else [value])]
    return (
        bool(amounts)
        and not {"breadth_steps", "steps", "tiers", "pot"} & set(usual)
        and all(isinstance(one, int | float) and not isinstance(one, bool) and one == 0 for one in amounts)
    )


def _changed(one: Mapping[str, Any], key: str, value: Any) -> Any:
    """A key under a condition: of a mapping only what is named there is different."""
    return {**one[key], **value} if _in_parts(one, key) and isinstance(value, Mapping) else value


def _in_parts(one: Mapping[str, Any], key: Part) -> bool:
    """Whether a key is a mapping of which a part may differ."""
    return isinstance(one.get(str(key)), Mapping) and (one.get("kind"), key) not in WHOLE


def _without(own: Mapping[str, Any], here: Mapping[str, Any], before: Sequence[Any]) -> dict[str, Any]:
    """A condition where the component's own and a case's hold, and none of those before it."""
    left_out = [*([own["unless"]] if "unless" in own else []), *([here["unless"]] if "unless" in here else []), *before]
    together = {**own, **here}
    together.pop("unless", None)
    if left_out:
        together["unless"] = left_out[0] if len(left_out) == 1 else {"any_of": left_out}
    return together


def written_at(where: tuple[Part, ...], origins: Sequence[Origin], written: Any) -> tuple[Part, ...] | None:
    """The place in the file of what stands at ``where`` in a line whose components were spread; None for what stands in
    the file at another place too, as the conditions that a later rate leaves out."""
    if len(where) < 2 or where[0] != "components" or not isinstance(where[1], int) or where[1] >= len(origins):
        return where
    place, number = origins[where[1]]
    kind, rest = where[2:3], where[3:]
    one = written[place]
    if not isinstance(one, Mapping) or "differs" not in one:
        return ("components", place, *kind, *rest)
    case = one["differs"][number] if number is not None else {}
    for content, way in ((case, ("differs", number)), (one, ())):
        if rest and rest[0] in content and (rest[:2] != ("where", "unless") or "unless" in content["where"]):
            if content is case and len(rest) > 1 and _in_parts(one, rest[0]) and rest[1] not in content[rest[0]]:
                continue  # a part that is the same everywhere, and stands in the component alone
            return ("components", place, *kind, *way, *rest)
    return None if rest[:1] == ("where",) else ("components", place, *kind, *rest)
