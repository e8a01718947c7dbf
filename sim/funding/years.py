"""What of a formula begins and ends when, in words."""

from collections import defaultdict
from collections.abc import Sequence

from sim.funding.appropriation import Once
from sim.funding.components.component import percent
from sim.funding.laws import first_of_name
from sim.funding.line import Line, called_apart
from sim.funding.rules import JointRules
from sim.funding.together import NEVER
from sim.states.words import listed


def calendar(lines: tuple[Line, ...], rules: JointRules, takes_effect: int) -> list[str]:
    """A sentence for each year in which something begins or ends; none for a formula that begins whole and stays.

    ``takes_effect``: the first year in which it can pay. A line is last paid in the year before the one in which it has
    ended.
    """
    names = {lines[0].name: "the formula"} if len(lines) == 1 else called_apart(lines)
    events: defaultdict[int, list[str]] = defaultdict(list)
    follow = followed(lines)
    starts = {line.name: max(line.start_year or takes_effect, takes_effect) for line in lines}
    for line in lines:
        name, start = names[line.name], starts[line.name]
        if line.sunset_year is not None and line.name not in follow.values():
            events[line.sunset_year + 1].append(f"{name} has ended")
        if line.restricted_to is not None and line.oversight != "general" and _runs(line, line.restricted_to + 1):
            share = line.rules.spend_on_cte
            left = "is money without strings" if share is None else f"is held to CTE by {percent(share)} alone"
            events[line.restricted_to + 1].append(f"what {name} pays {left}")
        if isinstance(line.appropriation, Once) and _runs(line, start + line.appropriation.years):
            events[start + line.appropriation.years].append(f"what was voted once for {name} is spent")
    for line in lines:
        before = follow.get(line.name)
        begins = "begins" if before is None else f"takes the place of {names[before]}"
        events[starts[line.name]].append(f"{names[line.name]} {begins}")
    for line in lines:
        joint = bool(rules.written) and line.joint
        under = [one for one in lines if one.joint] if joint else [line]
        first, last = min(starts[one.name] for one in under), _last(under)
        held = line.rules.under(rules) if joint else line.rules
        of = names[line.name]
        if len(under) > 1:
            of = "the formula" if len(under) == len(lines) else f"what {listed([names[one.name] for one in under])} pay"
        if held.phase_in and first + len(held.phase_in) <= last:
            events[first + len(held.phase_in)].append(f"{of} is phased in")
        elif held.phase_in and first <= last and last - first + 1 < len(held.phase_in):
            reached = f"it has ended after {last - first + 1} of the {len(held.phase_in)} years of its phase-in"
            events[last + 1].append(f"{of} was never paid whole: {reached}")
        if held.hold_harmless is not None and held.hold_harmless.years is not None:
            over = first + held.hold_harmless.years
            events[over] += [f"the hold harmless of {of} has ended"] * (over <= last)
        if held.maintenance_of_effort is not None and held.maintenance_of_effort.years is not None:
            over = starts[line.name] + held.maintenance_of_effort.years
            events[over] += [f"{of} asks for no effort any more"] * _runs(line, over)
    told = {year: dict.fromkeys(said) for year, said in sorted(events.items()) if said}
    return [f"FY{year}: {'; '.join(said)}." for year, said in told.items()] if set(told) - {takes_effect} else []


def followed(lines: Sequence[Line]) -> dict[str, str]:
    """The names of lines that begin as one of their name in the law before ends, and of that one: `grants_2031` takes
    the place of `grants`, and `grants_2033` that of `grants_2031`."""
    names = [line.name for line in lines]
    first = {line.name: first_of_name(line.name, line.start_year, names) or line.name for line in lines}
    return {
        line.name: other.name
        for line in lines
        for other in lines
        if first[line.name] == first[other.name] and other.sunset_year is not None
        and line.start_year == other.sunset_year + 1
    }  # fmt: skip


def _last(lines: Sequence[Line]) -> int:
    """The last fiscal year in which any of some lines is paid."""
    return max(NEVER if line.sunset_year is None else line.sunset_year for line in lines)


def _runs(line: Line, fiscal_year: int) -> bool:
    return line.sunset_year is None or fiscal_year <= line.sunset_year
