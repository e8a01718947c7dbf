"""A checked bill in words and short tables: what it pays for, what it costs, who gains, and where its cliffs are."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.arrays import Array
from sim.funding.allocation import STAGES
from sim.funding.formula import ALWAYS, Formula, describe
from sim.funding.line import called_apart
from sim.report.bill.answer import bill_answer, moved_inside
from sim.report.bill.cliff_words import (
    MOST,
    boundary_sentences,
    cliff_sentences,
    idle_sentences,
    limit_sentences,
)
from sim.report.bill.held import center_sentences, held_sentences
from sim.report.bill.printed import WHOLE, costs_table, distribution_table, parts_table
from sim.report.bill.remarks import ended_law_sentences, remarks, unpriced_sentence, year_sentences
from sim.report.bill.tables import by_draw, origin_text
from sim.report.shared.intervals import NOT_AVAILABLE, bands, number_text
from sim.report.shared.order import first_places, with_code
from sim.report.shared.plain_table import PAGE, paragraphs
from sim.states.speaking import state_words
from sim.states.words import listed
from sim.study.bill.bridge import MAIN_STEP, RULE_OF_STAGE, STEPS, rule_words
from sim.study.bill.disparity import LIMIT

if TYPE_CHECKING:
    from sim.funding.likeness import Likeness
    from sim.funding.rules import Rules
    from sim.study.bill.check_formula import BillCheck
    from sim.study.bill.disparity import Disparity


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
        *_all(remarks(check)),
        *parts_table(check).splitlines(),
        *_all(unpriced_sentence(check)),
        "",
        *paragraphs([f"Against {law} on the same counts{_less_taken(check)}"]),
        *distribution_table(check).splitlines(),
        *_all(_gains(check)),
        "",
        "Cliffs: one more, and the payment (owed, before proration) moves by far more",
        "than the posted price (beyond it by three times the price, and by $500)",
        *_all(cliff_sentences(check) or ["None found."]),
        "",
        "Limits: one more is counted and brings nothing, though a price is posted",
        *_all(limit_sentences(check) or ["None found."]),
        *_unbound(check),
        "",
        "Clusters of alike cost that are paid differently, more than a tenth and $1 (a",
        "participant and year; owed for their participants, concentrators and",
        "instructors in the state, before bounds, floors and proration)",
        *_all(boundary_sentences(check)[:MOST] or ["None found."]),
        "",
        *paragraphs([_note(check), f"{origin_text(check)}. Estimates, not entitlements."]),
    ]  # fmt: skip
    return "\n".join(line.rstrip() for line in parts) + "\n"


def _less_taken(check: "BillCheck") -> str:
    """What columns of dollars of the two sides leave out where a bill takes from other units of the main formula."""
    return "" if moved_inside(check) is None else f"; Bill and Change are less what {state_words().other_units} lose"


def _unbound(check: "BillCheck") -> list[str]:
    """Whom bounds owe less, centers that are not paid and limits that bind nobody, each under a heading of its own."""
    found, year = [], check.bill.fiscal_year
    for heading, sentences in (
        ("Bounds that hold payments down (own spending, a share, a number)", held_sentences(check)),
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
    for label, said in (("Translated", check.formula.translation), ("Left out", check.formula.not_translated)):
        if said.strip():
            yield 2, f"{label}, as the file says: {' '.join(said.split())}"
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
    steps = (
        (_step(check, step, rules), float(by_draw(check, check.change.steps[step]).sum(axis=1).mean()))
        for step in STEPS
    )
    moved_by = ", ".join(
        f"{name} {number_text(dollars, 'dollars', signed=True)}" for name, dollars in steps if abs(dollars) >= 1.0
    )
    said = ended_law_sentences(check)
    said += [f"Why it changes, step by step: {moved_by}."] if moved_by else []
    said += _largest(check, "gains", each, np.maximum(each, 0.0))
    said += _largest(check, "losses", each, np.maximum(-each, 0.0))
    lost = moved_inside(check)
    if lost is not None:
        moved = number_text(float(lost.mean()), "dollars")
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


def _step(check: "BillCheck", step: str, rules: "Sequence[Rules]") -> str:
    """A step of the bridge in words, by those of its rules that are written on either side; of current law where the
    bill's own payments do not move there."""
    if step not in RULE_OF_STAGE:
        return step_name(step)
    own = check.bill.stage(step) - check.bill.stage(STAGES[STAGES.index(step) - 1])
    of = "" if np.abs(own).sum(axis=-2).mean() >= 1.0 else f" of {check.current_law.short or check.current_law.title}"
    return f"{rule_words(step, rules)}{of}"


def step_name(step: str) -> str:
    """A step of the bridge in words, whatever rules are written."""
    return state_words().unit_value if step == MAIN_STEP else RULE_OF_STAGE.get(step, step.replace("_", " "))


def _disparity(found: "tuple[Disparity, ...]") -> str:
    low, high = (float(np.mean([getattr(one, end) for one in found])) for end in ("low", "high"))
    shares = np.array([one.share for one in found])
    ends = f"{number_text(low, 'dollars')} at the 5th and {number_text(high, 'dollars')} at the 95th percentile"
    if not np.isfinite(shares).all():
        where = " in some draws" if len(shares) > 1 else ""
        return f"{NOT_AVAILABLE}, as{where} the 5th percentile is not above zero ({ends})"
    if len(shares) == 1:
        return f"{shares[0]:.0%} ({ends})"
    found_share = bands(shares, axis=0)
    return f"{found_share.mean:.0%} ({found_share.low:.0%} to {found_share.high:.0%}; {ends})"


def _note(check: "BillCheck") -> str:
    drawn = (
        "who offers what, parameters and how good districts are at winning grants are drawn; the luck of the year is "
        "drawn only for the disparity"
    )
    if check.origin.draws == 1:
        draws = f"Numbers of one draw, without an interval (draws=16 gives one): {drawn}"
    else:
        draws = f"Means over {check.origin.draws} draws, in brackets or below them 90% of draws: {drawn}"
    sought = "1 draw" if check.cliff_draws == 1 else f"{check.cliff_draws} draws"
    return (
        f"{draws}. "
        "Gain and lose: districts by their mean change; a competitive grant counts as what a district may expect of it "
        "before it is drawn. Cliffs and limits are "
        f"sought in {sought} with counts in whole students. Nobody responds to the bill here; "
        "cte-sim project shows what happens when districts do."
    )
