"""A checked bill in words and short tables: what it pays for, what it costs, who gains, and where its cliffs are."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.funding.appropriation import Once
from sim.funding.formula import ALWAYS, Formula, describe
from sim.funding.line import Line, called_apart
from sim.funding.overlaps import overlaps
from sim.report.bill.answer import LEAST_MOVED, bill_answer
from sim.report.bill.held import center_sentences, held_sentences
from sim.report.bill.printed import WHOLE, costs_table, distribution_table, parts_table
from sim.report.bill.shortfall import draws_text, fall_sentences, left_over, reserve_sentences, share_short, tells
from sim.report.bill.tables import by_draw, line_rows, origin_text
from sim.report.shared.intervals import NOT_AVAILABLE, bands, number_text
from sim.report.shared.order import first_places, with_code
from sim.report.shared.plain_table import PAGE, paragraphs
from sim.states.speaking import state_words
from sim.states.words import listed
from sim.study.bill.bridge import MAIN_STEP, RULE_OF_STAGE, STEPS, rule_words
from sim.study.bill.cliffs import Cliff
from sim.study.bill.disparity import LIMIT

if TYPE_CHECKING:
    from sim.funding.likeness import Likeness
    from sim.funding.rules import Rules
    from sim.study.bill.check_formula import BillCheck
    from sim.study.bill.disparity import Disparity

MOST = 6
"""How many cliffs, limits, districts or pairs of clusters are shown; the workbook has all."""

EXPECTED_WITHIN = 0.005
"""A bill's own expected entitlement is remarked on if what it owes is off by more than three digits are rounded."""


def bill_text(check: "BillCheck") -> str:
    """The whole report as plain text of at most 80 columns, the answer first."""
    law = check.current_law.short or check.current_law.title
    parts = [
        *bill_answer(check),
        "",
        "What it pays for",
        *(line for indent, sentence in _sentences(check) for line in _folded(sentence, indent)),
        "",
        *paragraphs([f"What it costs: base-year counts and prices, the rules of FY{check.bill.fiscal_year}, no one "
                     "responding"]),
        *costs_table(check).splitlines(),
        *_all(_remarks(check)),
        *parts_table(check).splitlines(),
        "",
        f"Against {law} on the same counts",
        *distribution_table(check).splitlines(),
        *_all(_gains(check)),
        "",
        "Cliffs: one more, and the payment (owed, before proration) moves by far more",
        "than the posted price",
        *_all(cliff_sentences(check) or ["None found."]),
        "",
        "Limits: one more is counted and brings nothing, though a price is posted",
        *_all([*limit_sentences(check), *held_sentences(check)] or ["None found."]),
        *_unbound(check),
        "",
        "Clusters of alike cost that are paid differently (a participant and year)",
        *_all(boundary_sentences(check)[:MOST] or ["None found."]),
        "",
        *paragraphs([_note(check), f"{origin_text(check)}. Estimates, not entitlements."]),
    ]  # fmt: skip
    return "\n".join(line.rstrip() for line in parts) + "\n"


def _unbound(check: "BillCheck") -> list[str]:
    """Limits that bind nobody, and centers that are not paid, each under a heading of its own."""
    found, year = [], check.bill.fiscal_year
    for heading, sentences in (
        ("Shared centers that are not paid in every draw", center_sentences(check)),
        (
            f"Limits and floors that bind no district in FY{year} on these counts",
            idle_sentences(check),
        ),
    ):
        if sentences:
            found += ["", heading, *_all(sentences)]
    return found


def _all(sentences: list[str]) -> list[str]:
    return [line for sentence in sentences for line in _folded(sentence, 2)]


def _folded(sentence: str, indent: int) -> list[str]:
    """A sentence in lines of 80 columns, the first indented and those after it by two more."""
    lines = paragraphs([sentence], PAGE - indent - 2)
    return [" " * (indent + (2 if number else 0)) + line for number, line in enumerate(lines)]


def _sentences(check: "BillCheck") -> Iterator[tuple[int, str]]:
    own = _as_it_begins(check)
    for place, sentence in enumerate(describe(own, check.world.base_year)):
        yield (2 if place == 0 or sentence.endswith("):") else 4), sentence
    for sentence in year_sentences(check):
        yield 2, sentence
    if check.nearest is not None:
        yield 2, likeness_sentence(check.nearest)
    background = [line.called for line in check.formula.lines if line.background]
    if background:
        yield 2, f"Beside it, as in every formula: {', '.join(background)}."


def likeness_sentence(like: "Likeness") -> str:
    """The shipped formula that is most like a bill, by the kinds of components that both have or one alone."""
    alone = (("the bill", like.one), (like.formula.name, like.other))
    said = [f"both have {listed(like.both)}", *(f"{who} alone has {listed(kinds)}" for who, kinds in alone if kinds)]
    title = like.formula.short or like.formula.title
    return f"Among the shipped formulas it is most like {like.formula.name} ({title}): {'; '.join(said)}."


def _as_it_begins(check: "BillCheck") -> Formula:
    """The formula as it is written, of its own lines alone, with the years in which it begins."""
    first = max(check.formula.takes_effect, check.world.base_year + 1)
    lines = tuple(
        written.model_copy(update={"start_year": runs.start_year})
        for written, runs in zip(check.formula.own_lines, check.enacted.own_lines, strict=True)
    )
    takes_effect = ALWAYS if check.formula.takes_effect == ALWAYS else first
    return check.formula.model_copy(update={"lines": lines, "takes_effect": takes_effect})


def year_sentences(check: "BillCheck") -> list[str]:
    """Where the years that are written are not those in which a line is paid, or not the one that is priced."""
    said = []
    base, several = check.world.base_year, len(check.formula.own_lines) > 1
    first = max(check.formula.takes_effect, base + 1)
    for written, runs in zip(check.formula.own_lines, check.enacted.own_lines, strict=True):
        name = (written.title or f"line {written.name}") if several else "the bill"
        begins = f"{name[0].upper()}{name[1:]}"
        start = max(runs.start_year or check.formula.takes_effect, check.formula.takes_effect)
        if not runs.active(start):
            said.append(f"{begins} is never paid: it ends before FY{first}, when it could first be.")
        elif runs.start_year != written.start_year:
            counted = _counted_from_the_first_year(runs)
            said.append(
                f"Written to begin in FY{written.start_year}, {name} is first paid in FY{runs.start_year}: current law "
                f"holds until FY{first - 1}.{f' {counted} from there.' if counted else ''}"
            )
        elif start > check.bill.fiscal_year:
            said.append(f"{begins} is not priced below: it is paid from FY{start} on.")
        elif not runs.active(check.bill.fiscal_year):
            said.append(f"{begins} is not priced below: it is last paid in FY{runs.sunset_year}.")
    return said


def _counted_from_the_first_year(line: Line) -> str:
    """What of a line counts its years from the first that is paid, as the subject of a sentence with its verb."""
    rules = line.rules
    floors = [rules.hold_harmless, *(case.hold_harmless for case in rules.differs)]
    counts = {
        "a phase-in": bool(rules.phase_in),
        "a hold harmless": any(floor is not None and floor.years is not None for floor in floors),
        "maintenance of effort": rules.effort_ends,
        "money voted once": isinstance(line.appropriation, Once),
    }
    named = [what for what, written in counts.items() if written]
    if not named:
        return ""
    said = f"{', '.join(named[:-1])} and {named[-1]} count their" if len(named) > 1 else f"{named[0]} counts its"
    return f"{said[0].upper()}{said[1:]} years"


def _remarks(check: "BillCheck") -> list[str]:
    """What the price tells that the author may not expect."""
    said = []
    several = len(check.formula.own_lines) > 1
    for row in line_rows(check):
        name = f"{row.title}: the" if several else "The"
        short, left = share_short(row.owed, row.paid), left_over(row)
        if short is not None:
            missing = number_text(float((row.owed - row.paid).mean()), "dollars")
            said.append(f"{name} appropriation is short {draws_text(short)}, by {missing} on average over all draws.")
        if np.isfinite(row.appropriation).all() and tells(left, row.appropriation):
            idle = number_text(float(left.mean()), "dollars")
            on_average = "" if short is None else " on average"
            said.append(f"{name} appropriation has {idle} that would not be paid out{on_average}.")
    said += reserve_sentences(check)
    said += fall_sentences(check)
    said += overlaps(check.formula, check.world)
    year, base = check.bill.fiscal_year, check.world.base_year
    if year > base + 1:
        law = check.current_law.short or check.current_law.title
        said.append(
            f"The rules are those of FY{year}, the prices those of FY{base}: what dollars that are not indexed buy "
            f"less by then, under the bill and {law}, is not in it. cte-sim compare shows both, beside {law} indexed."
        )
    expected, found = check.formula.expected_base_year_entitlement, check.central_entitlement
    if expected is not None and found is not None and abs(found - expected) > EXPECTED_WITHIN * expected:
        stated, owed = number_text(expected, "dollars"), number_text(found, "dollars")
        off = f", {abs(found / expected - 1.0):.1%} {'more' if found > expected else 'less'}" if expected else ""
        said.append(
            f"The file says expected_base_year_entitlement: {stated}; at central parameters it owes {owed}{off}."
        )
    for line in check.bill.own_lines:
        if line.seg != "outside":
            cost = number_text(float(np.mean(check.bill.state_cost(line))), "dollars")
            grows = f"grows by {cost} for it" if line.seg == "funded" else "does not grow for it"
            of = f"{line.called}: money" if several else "Money"
            said.append(f"{of} inside {state_words().main}, whose appropriation {grows}.")
    return said


def pathway_sentence(check: "BillCheck") -> str:
    """What part of the money on each side is meant for pathways; where a bill does not say, it is taken to be all."""
    (paid, meant), (law_paid, law_meant) = (
        (
            float(by_draw(check, values).sum(axis=1).mean())
            for values in (position.stage("paid"), position.for_pathways())
        )
        for position in (check.bill, check.law)
    )
    share, law_share = (part / whole if whole > 0.0 else 1.0 for part, whole in ((meant, paid), (law_meant, law_paid)))
    law = check.current_law.short or check.current_law.title
    said = (
        f"Of what districts are paid, {share:.0%} is meant for pathways under the bill "
        f"({number_text(meant, 'dollars')}) and {law_share:.0%} under {law} "
        f"({number_text(law_meant, 'dollars')}): the pathway_share of their lines."
    )
    silent = [line.name for line in check.formula.own_lines if "pathway_share" not in line.model_fields_set]
    if silent and abs(share - law_share) >= 0.005:
        titles = called_apart(check.formula.own_lines)
        names = "the bill" if len(silent) == len(titles) else listed([titles[name] for name in silent])
        other = number_text(law_share * paid, "dollars")
        said += f" For {names} none is written, which means 1; at {law_share:.0%} it would be {other} in all."
    held = float(by_draw(check, check.bill.held_to_cte()).sum(axis=1).mean())
    if paid > 0.0 and held / paid < share - 0.005:
        must = f"only {held / paid:.0%} ({number_text(held, 'dollars')})" if held > 0.0 else "none"
        rest = "the rest is" if held > 0.0 else "it is"
        said += f" Of the bill's money {must} must be spent on CTE; {rest} general money."
    return said


def _gains(check: "BillCheck") -> list[str]:
    law, bill = by_draw(check, check.law.net()), by_draw(check, check.bill.net())
    each = np.divide(bill - law, check.members, out=np.zeros_like(bill), where=check.members > 0).mean(axis=0)
    rules = [line.rules for position in (check.law, check.bill) for line in position.own_lines]
    steps = ((_step(step, rules), float(by_draw(check, check.change.steps[step]).sum(axis=1).mean())) for step in STEPS)
    moved_by = ", ".join(
        f"{name} {number_text(dollars, 'dollars', signed=True)}" for name, dollars in steps if abs(dollars) >= 1.0
    )
    said = [f"Why it changes, step by step: {moved_by}."] if moved_by else []
    said += _largest(check, "gains", each, np.maximum(each, 0.0))
    said += _largest(check, "losses", each, np.maximum(-each, 0.0))
    lost = float(by_draw(check, check.bill.dilution).sum(axis=1).mean())
    if lost >= LEAST_MOVED:
        moved = number_text(lost, "dollars")
        said.append(
            f"{moved} of the change is {state_words().main_formula.short} money that leaves "
            f"{state_words().others}, whose value falls."
        )
    said.append(pathway_sentence(check))
    now, then = _disparity(check.before), _disparity(check.after)
    said.append(
        f"Federal 95/5 disparity of state CTE money a member (34 CFR 222.162; limit {LIMIT:.0%} for all revenue): "
        f"{now} now, {then} under the bill, with the luck of the year in competitive grants."
    )
    return said


def _largest(check: "BillCheck", what: str, each: Array, sizes: Array) -> list[str]:
    """The three districts with the largest gains or losses a member, and how many more are as large as the next."""
    districts = check.world.districts
    places, alike = first_places(sizes, 3)

    def moved(d: int) -> str:
        step = 1.0 if abs(float(each[d])) >= WHOLE else 0.01
        return number_text(float(each[d]), "dollars", step, signed=True, size=max(abs(float(each[d])), 1e-9))

    said = [f"{with_code(districts.name[d], districts.identifier[d])} {moved(d)}" for d in places if sizes[d] > 0.0]
    following = [d for d in np.argsort(-sizes, kind="stable").tolist() if d not in places][:1]
    said += [f"{alike} districts alike, {moved(d)} each" for d in following if alike and sizes[d] > 0.0]
    return [f"Largest {what} a member: {'; '.join(said)}."] if said else []


def _step(step: str, rules: "Sequence[Rules]") -> str:
    """A step of the bridge in words, by those of its rules that are written on either side."""
    return rule_words(step, rules) if step in RULE_OF_STAGE else step_name(step)


def step_name(step: str) -> str:
    """A step of the bridge in words, whatever rules are written."""
    return state_words().unit_value if step == MAIN_STEP else RULE_OF_STAGE.get(step, step.replace("_", " "))


def _disparity(found: "tuple[Disparity, ...]") -> str:
    low, high = (float(np.mean([getattr(one, end) for one in found])) for end in ("low", "high"))
    shares = np.array([one.share for one in found])
    ends = f"{number_text(low, 'dollars')} at the 5th and {number_text(high, 'dollars')} at the 95th percentile"
    if not np.isfinite(shares).all():
        return f"{NOT_AVAILABLE}, as in some draws the 5th percentile is paid nothing ({ends})"
    found_share = bands(shares, axis=0)
    return f"{found_share.mean:.0%} ({found_share.low:.0%} to {found_share.high:.0%}; {ends})"


def cliff_sentences(check: "BillCheck", most: int | None = MOST) -> list[str]:
    """Each cliff as two districts that are alike but for one unit, the largest first."""
    return [_cliff(check, cliff) for cliff in check.cliffs if cliff.kind == "jump"][:most]


def _amount(cliff: Cliff, held: float) -> str:
    unit = cliff.unit
    if unit.field == "quality":
        return f"a mean quality of {held:.2f}"
    if unit.field == "instructors":
        return f"{held:.1f} FTE"
    return f"{held:,.0f} {unit.one if round(held) == 1 else unit.many}"


def place_text(check: "BillCheck", cliff: Cliff) -> str:
    """The district with its code, and the cluster where the unit belongs to one."""
    districts, place = check.world.districts, cliff.pair.district
    name = with_code(districts.name[place], districts.identifier[place])
    if cliff.pair.cluster < 0:
        return name
    return f"{check.world.clusters.name[cliff.pair.cluster]} in {name}"


def _cliff(check: "BillCheck", cliff: Cliff) -> str:
    pair = cliff.pair
    low, high = (number_text(value, "dollars", step=1.0, size=1.0) for value in (pair.owed_below, pair.owed_above))
    moved = number_text(pair.dollars, "dollars", step=1.0, signed=True, size=1.0)
    price = number_text(pair.price, "dollars", step=1.0, size=1.0)
    where = "pathways" if cliff.unit.by_pathway else "districts"
    number = "Hardly any" if cliff.affected < 1.0 else f"About {cliff.affected:,.0f}"
    met = ""
    if cliff.thresholds and cliff.thresholds != (pair.above,):
        shown = ", ".join(f"{threshold:,.6g}" for threshold in cliff.thresholds[:4])
        further = " and further on" if len(cliff.thresholds) > 4 else ""
        unit = "" if cliff.unit.field == "quality" else f" {cliff.unit.many}"
        met = f" Some districts taken through all counts met it at {shown}{unit}{further}."
    return (
        f"{moved} for one {cliff.unit.one} (posted price {price}): {place_text(check, cliff)} is owed {low} with "
        f"{_amount(cliff, pair.below)} and {high} with {_amount(cliff, pair.above)}. Cause: {_cause(check, cliff)} "
        f"{number} {where} within one of it.{met}"
    )


def _cause(check: "BillCheck", cliff: Cliff) -> str:
    titles = called_apart(check.formula.own_lines)
    line = f"{titles.get(cliff.line, cliff.line)}, " if len(titles) > 1 else ""
    return f"{line}{cliff.cause}: {cliff.words}" if cliff.words else f"{line}{cliff.cause}."


def limit_sentences(check: "BillCheck", most: int | None = MOST) -> list[str]:
    """What brings nothing, by the component or rule that is the cause."""
    causes: dict[tuple[str, str], list[Cliff]] = defaultdict(list)
    for cliff in check.cliffs:
        if cliff.kind == "unpaid":
            causes[cliff.line, cliff.cause].append(cliff)
    said = []
    for cliffs in sorted(causes.values(), key=lambda found: -max(cliff.affected for cliff in found)):
        alike: dict[str, list[str]] = defaultdict(list)
        for cliff in cliffs:
            where = "pathways" if cliff.unit.by_pathway else "districts"
            alike[f"in {max(cliff.affected, 1.0):,.0f} {where}"].append(cliff.unit.one)
        units = "; ".join(f"a further {' or '.join(ones)} {where}" for where, ones in alike.items())
        said.append(f"{_cause(check, cliffs[0])} Unpaid: {units}.")
    return said[:most]


def idle_sentences(check: "BillCheck") -> list[str]:
    """Limits and floors that move no district's payment, line by line."""
    alike: dict[str, list[str]] = defaultdict(list)
    for line, rule in check.idle:
        alike[line].append(rule)
    titles = called_apart(check.formula.own_lines)
    return [
        f"{f'{titles.get(line, line)}: ' if len(titles) > 1 else ''}{', '.join(rules)}."
        for line, rules in alike.items()
    ]


def boundary_sentences(check: "BillCheck") -> list[str]:
    """Pairs of clusters, the widest gap first."""
    names, pay = check.world.clusters.name, check.pay

    def of(cluster: int) -> str:
        costs, paid = (number_text(float(v[cluster]), "dollars", step=1.0) for v in (pay.cost, pay.pay))
        return f"{names[cluster]} costs {costs} and brings {paid}"

    return [f"{of(pair.less)}; {of(pair.more)}." for pair in check.boundaries]


def _note(check: "BillCheck") -> str:
    return (
        f"Means over {check.origin.draws} draws, in brackets or below them 90% of draws: who offers what, parameters "
        "and how good districts are at winning grants are drawn; the luck of the year is drawn only for the disparity. "
        "Gain and lose: districts by their mean change; a competitive grant counts as what a district may expect of it "
        "before it is drawn. Cliffs and limits are "
        f"sought in {check.cliff_draws} draws with counts in whole students. Nobody responds to the bill here; "
        "cte-sim project shows what happens when districts do."
    )
