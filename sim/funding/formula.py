"""A funding formula: its lines of money, where they come from and when they take effect."""

from collections.abc import Hashable
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from sim.funding.bounds_in_words import within_bounds
from sim.funding.cases import DIFFERING
from sim.funding.components.amounts import Dollars, FiscalYear, Note, ShortTitle, Text, Title, YearOfNumbers
from sim.funding.components.component import Strict, percent
from sim.funding.line import MOST_COMPONENTS, Line, Oversight
from sim.funding.rules import GUARANTEES, REFERRING, UNRULED, JointRules, Rules, joint_cases
from sim.funding.together import groups, problem_with, same_guarantee
from sim.funding.years import calendar, followed
from sim.inputs import shown
from sim.states.words import listed

MOST_LINES = 100
LEAST_KEPT = 3
"""Sentences that a later law has in common with the one before it, from which on only what differs is told."""

ALWAYS = 2000
"""``takes_effect`` of current law, which is in force in every year, the base year and those before it too."""


class Formula(Strict):
    """A funding formula as it is read from a file.

    Until ``takes_effect`` current law holds. ``short`` is the title in at most 28 letters, for tables.
    ``year_of_numbers`` is the year of the dollars and weights in the source.
    For a law of another state ``translation`` says how it was brought to the default state (base amounts, price level,
    counts that stand for others) and ``not_translated`` what was left out; ``confidence`` (high, medium or low, and for
    which numbers) how well its numbers are known to be the law's. ``expected_base_year_entitlement``
    (dollars) is what the formula's own lines would owe for the base year's counts statewide; the tests hold it.
    ``rules`` hold for all of its own lines together; see ``sim.funding.together``.
    """

    name: str
    title: Title
    short: ShortTitle = ""
    source: Text
    year_of_numbers: YearOfNumbers
    description: Text
    author: Note = ""
    status: Note = ""
    confidence: Note = ""
    translation: Note = ""
    not_translated: Note = ""
    takes_effect: FiscalYear = 2027
    expected_base_year_entitlement: Dollars | None = None
    rules: JointRules = JointRules()
    lines: Annotated[tuple[Line, ...], Field(max_length=MOST_LINES)]

    @field_validator("lines")
    @classmethod
    def _unique_names(cls, value: tuple[Line, ...]) -> tuple[Line, ...]:
        names = [line.name for line in value]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two lines are called {shown(name)}; name each once")
        components = sum(len(line.components) for line in value if not line.background)
        if components > MOST_COMPONENTS:
            raise ValueError(
                f"{components} components in all lines together are not allowed: at most {MOST_COMPONENTS}"
            )
        return value

    @model_validator(mode="after")
    def _rules_agree(self) -> Self:
        problem = problem_with(self.rules, self.lines, self.takes_effect) if self.lines else None
        if problem is not None:
            where = f"line {problem.line}: " if problem.line else ""
            raise ValueError(f"{where}{problem.key} {problem.said}")
        return self

    def order(self) -> Hashable:
        """Which lines have the same minimum guarantee: they share it."""
        joint = [line.model_copy(update={"rules": line.rules.under(self.rules)}) for line in self.own_lines]
        return tuple(next(at for at, one in enumerate(joint) if same_guarantee(one, line)) for line in joint)

    @property
    def own_lines(self) -> tuple[Line, ...]:
        """The lines that are the formula's own, without those that flow in every formula."""
        return tuple(line for line in self.lines if not line.background)

    def line(self, name: str) -> Line:
        """The line of that name."""
        return next(line for line in self.lines if line.name == name)


def enacted(formula: Formula, current_law: Formula, base_year: int) -> Formula:
    """The formula as it runs in a world whose ``base_year`` current law rules.

    A line that current law has not begun begins no earlier than the formula takes effect and than the first year after
    the base year, whatever year is written, and its reserve and what is voted once count from there. Each line stands
    under the formula's rules. A phase-in, a hold harmless and a growth cap count their years from the first that is
    paid after the base year by any of the lines that they hold together, a line's own maintenance of effort from the
    first that it is paid itself.
    """
    going_on = begun_by(current_law, base_year)
    first = max(formula.takes_effect, base_year + 1)
    begun = {line.name: line if line.name in going_on else _not_before(first, line) for line in formula.lines}
    since: dict[str, int] = {}
    for group in groups(formula.rules, formula.lines, formula.takes_effect):
        starts = [max(begun[line.name].start_year or first, first) for line in group if begun[line.name].ever_pays]
        since.update((line.name, min(starts, default=first)) for line in group)
    lines = tuple(_under(formula.rules, begun[line.name], since.get(line.name), first) for line in formula.lines)
    unchanged = all(line is written for line, written in zip(lines, formula.lines, strict=True))
    return formula if unchanged else formula.model_copy(update={"lines": lines})


def begun_by(law: Formula, fiscal_year: int) -> set[str]:
    """The names of the lines that a law has begun by the end of a fiscal year."""
    return {line.name for line in law.lines if line.start_year is None or line.start_year <= fiscal_year}


def _not_before(first: int, line: Line) -> Line:
    if line.start_year is None or line.start_year >= first:
        return line
    return line.model_copy(update={"start_year": first})


def _under(rules: JointRules, line: Line, since: int | None, first: int) -> Line:
    held = line.rules.under(rules) if line.joint else line.rules
    if line.joint and held.counts_years:
        return line.model_copy(update={"rules": held, "rules_since": since})
    if held.effort_ends:
        return line.model_copy(update={"rules": held, "rules_since": max(line.start_year or first, first)})
    return line if held is line.rules else line.model_copy(update={"rules": held})


def lines_in_force(formula: Formula, current_law: Formula, fiscal_year: int, base_year: int) -> tuple[Line, ...]:
    """The lines that pay in a fiscal year, as ``enacted``, restricted as long as they say: current law's until the
    formula takes effect."""
    law = current_law if fiscal_year < formula.takes_effect else formula
    lines = _enacted_once(law, current_law, base_year).lines
    return tuple(line.in_year(fiscal_year) for line in lines if line.active(fiscal_year))


_KNOWN: dict[tuple[int, int, int], tuple[Formula, Formula, Formula]] = {}
"""Formulas as they were enacted, with the formula and the law that they come from."""
MOST_KNOWN = 64


def _enacted_once(formula: Formula, current_law: Formula, base_year: int) -> Formula:
    """The same as ``enacted``, which every year of a run asks for, worked out once for the same formula and law."""
    key = (id(formula), id(current_law), base_year)
    known = _KNOWN.get(key)
    if known is None or known[0] is not formula or known[1] is not current_law:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        known = _KNOWN[key] = (formula, current_law, enacted(formula, current_law, base_year))
    return known[2]


def first_priced_year(formula: Formula, current_law: Formula, base_year: int) -> int | None:
    """The fiscal year whose rules a price of the formula applies: the first in which a line of its own is paid.

    That is the base year where current law has begun all of the formula's lines by then. None if no line is ever paid.
    """
    going_on = begun_by(current_law, base_year)
    own = enacted(formula, current_law, base_year).own_lines
    if formula.takes_effect <= base_year and all(line.name in going_on for line in own):
        return base_year if any(line.active(base_year) for line in own) else None
    first = max(formula.takes_effect, base_year + 1)
    starts = [max(line.start_year or first, first) for line in own]
    return min((start for start, line in zip(starts, own, strict=True) if line.active(start)), default=None)


def scale_to(formula: Formula, factor: float) -> Formula:
    """The formula with the prices and appropriations of its own lines multiplied by ``factor``.

    Background lines and rates that are not dollars (growth caps, hold-harmless shares) stay as they are.
    """
    scaled = tuple(
        line if line.background else line.model_copy(update={"scale": line.scale * factor}) for line in formula.lines
    )
    return formula.model_copy(update={"lines": scaled})


def describe(formula: Formula, base_year: int | None = None) -> list[str]:
    """What the formula pays for, from when on, line by line and for all lines together, in plain sentences; with a
    ``base_year``, up to which current law holds in any case, what begins and ends when."""
    ends = [line.sunset_year for line in formula.own_lines]
    said = [f"Until it takes effect in FY{formula.takes_effect} current law holds."]
    if formula.takes_effect == ALWAYS:
        said = ["It is in force in every year."]
    if ends and all(ends):
        said[0] += f" It ends after FY{max(last for last in ends if last)}, and current law does not come back."
    else:
        said[0] += " It has no end."
    if base_year is not None and formula.takes_effect != ALWAYS:
        said += calendar(formula.own_lines, formula.rules, max(formula.takes_effect, base_year + 1))
    shared = _shared_rules(formula)
    of_lines: dict[str, list[str]] = {}
    for line in formula.lines:
        rules_left = _untold(line.rules, [rules for lines, rules in shared if line in lines])
        own = line.model_copy(update={"rules": rules_left})
        of_lines[line.name] = within_bounds(own.describe(), [line])
    before = followed(formula.own_lines)
    for line in formula.lines:
        said.append(f"{line.called} ({_kind_of_money(line)}):")
        if line.name not in before:
            said += of_lines[line.name]
        else:
            earlier = before[line.name]
            said += _as_before(of_lines[line.name], of_lines[earlier], formula.line(earlier).called)
    for lines, rules in shared:
        if len(lines) == len(formula.own_lines):
            said.append("All its lines together (one rule over their sum):")
        elif len(lines) > 1:
            said.append(f"{listed([line.called for line in lines])} together (one rule over their sum):")
        else:
            said.append(f"{lines[0].called} (by the formula's own rules):")
        said.extend(within_bounds(rules.sentences(), lines))
        rising = [line.called for line in lines if line.rules.rises]
        guaranteed = {*rules.written, *(key for case in rules.differs for key in case.written)}
        if rising and guaranteed & set(GUARANTEES):
            said.append(f"What is guaranteed rises as the dollar amounts of {listed(rising)} do.")
    return said


def _as_before(said: list[str], before: list[str], called: str) -> list[str]:
    """What a line says that takes the place of one ``called`` so; where it says most of the same in the same order,
    what it says that the other does not, and what it no longer says. The last sentence of each is the line's years."""
    *now, years = said
    *then, _ = before
    kept, of_then = [one for one in now if one in then], [one for one in then if one in now]
    if kept != of_then or len(kept) < LEAST_KEPT or 2 * len(kept) < len(now):
        return said
    changed = [*(one for one in now if one not in then), *(f"No longer: {one}" for one in then if one not in now)]
    return [f"As in {called}{', but for what follows' if changed else ''}.", *changed, years]


def _kind_of_money(line: Line) -> str:
    """What money a line is, in words; nothing of money where it pays none."""
    if line.pays_nothing:
        return "a rule without money"
    words: dict[Oversight, str] = {"monitored": "a monitored grant", "categorical": "money restricted to CTE"}
    kind = "recurring" if line.recurring else "nonrecurring"
    return f"{kind}, {line.fund}, {words.get(line.oversight) or _general_money(line.rules)}"


def _general_money(rules: Rules) -> str:
    """What general money is called by the rules that hold part of it to CTE, or ask something for it."""
    cases = [key for case in rules.differs for key in case.written]
    if rules.spend_on_cte and "spend_on_cte" not in cases:
        return f"general money, {percent(rules.spend_on_cte)} of it for CTE"
    if rules.spend_on_cte or "spend_on_cte" in cases:
        return "general money, a part of it for CTE"
    asked = rules.asks_effort or rules.carryover is not None or bool(rules.local_match)
    asked = asked or bool({"carryover", "local_match"} & set(cases))
    return "general money under rules" if asked else "general money without strings"


def _shared_rules(formula: Formula) -> list[tuple[tuple[Line, ...], JointRules]]:
    """Lines with the joint rules that cover them together: the formula's own, and those that several lines state."""
    joint = tuple(line for line in formula.lines if line.joint)
    shared = [(joint, formula.rules)] if formula.rules.written or formula.rules.differs else []
    stated = [(group, _of(group[0].rules, REFERRING)) for group in groups(JointRules(), joint, formula.takes_effect)]
    for line in joint:
        rules = _of(line.rules, GUARANTEES)
        alike = tuple(other for other in joint if same_guarantee(other, line) and _of(other.rules, GUARANTEES) == rules)
        if alike[0] is line:
            stated.append((alike, rules))
    together: dict[tuple[str, ...], tuple[tuple[Line, ...], JointRules]] = {}
    for lines, rules in stated:
        if len(lines) > 1 and (rules.written or rules.differs):
            names = tuple(sorted(line.name for line in lines))
            _, told = together.get(names, (lines, JointRules()))
            cases = (*told.differs, *rules.differs)
            together[names] = lines, JointRules.model_construct(**told.written, **rules.written, differs=cases)
    return shared + list(together.values())


def _of(rules: Rules, keys: tuple[str, ...]) -> JointRules:
    """Some joint rules of a line, everywhere and where a condition holds."""
    stated = {key: rule for key, rule in rules.written_joint.items() if key in keys}
    return JointRules.model_construct(**stated, differs=joint_cases(rules.differs, keys))


def _untold(rules: Rules, told: list[JointRules]) -> Rules:
    """What is left of a line's rules without those that are told of several lines together."""
    once = {key: getattr(UNRULED, key) for one in told for key in one.written}
    cases = {key for one in told for case in one.differs for key in case.written}
    kept = joint_cases(rules.differs, tuple(key for key in DIFFERING if key not in cases))
    return rules.model_copy(update={**once, "differs": kept})


__all__ = [
    "ALWAYS",
    "Formula",
    "Line",
    "describe",
    "enacted",
    "first_priced_year",
    "lines_in_force",
    "scale_to",
]
