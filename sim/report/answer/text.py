"""The answer in words: at most twelve lines of 80 characters, for a reader who reads nothing else."""

import textwrap
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np

from sim.arrays import Array
from sim.funding.components.amounts import LONGEST_SHORT_TITLE
from sim.report.answer.facts import PAID, BadYear, Facts, Yearly
from sim.report.answer.rules import LEAST_MOVED, LEAST_RECODED, OFTEN, Ranking, later, precise, ranking
from sim.report.shared.intervals import PER_100, bands, interval_text, number_text
from sim.report.stress.shortfall import CALM
from sim.states.speaking import state_words
from sim.study.setup.changes import CHANGED

WIDTH = 80
LINES = 12
ROWS = 3
"""Formulas that have a line of their own; others are named together."""

SHORTFALL_TOLD = 0.5e6
"""Dollars owed and not paid in the worst year of a scenario, from which on it is told."""


def answer_lines(found: Facts) -> list[str]:
    """The lines of the answer: a ranking against current law with what it costs, what is recoded, what is short and
    when, whether the order lasts, what a bad year does, and how far to trust it."""
    order = ranked(found)
    # Where even one row leaves too little room, the table alone tells who shares a place.
    for rows, ties in (*((rows, True) for rows in range(ROWS, 0, -1)), (1, False)):
        sections = [*_ranking_sections(found, order, rows, ties), *_other_sections(found, order)]
        texts = [section(1) for section in sections]
        if _count(texts) <= LINES:
            break
    # A second line goes to those who need one, the last of the ranking first, as long as there is room.
    for place in (*reversed(range(len(sections) - OTHERS)), *range(len(sections) - OTHERS, len(sections))):
        longer = [*texts[:place], sections[place](2), *texts[place + 1 :]]
        texts = longer if _count(longer) <= LINES else texts
    return [line for text in texts for line in text]


def answer_table(found: Facts) -> list[tuple[str, ...]]:
    """The ranking without a limit of room: a row of headings, and for each formula its place with its title, and what
    it brings and costs, those with a place first."""
    order = ranked(found)
    places = [(f, f"{number}{'=' if len(group) > 1 else ''}") for number, group in _numbered(order.more) for f in group]
    told = [*places, *((f, "") for f in (*order.same, *order.less))] or [(f, "") for f in range(len(found.names))]
    return [(_heads(found)[0], *_COUNTED, f"Public {_dollars(found)}"), *_cells(found, told)]


def answer_sentences(found: Facts) -> list[str]:
    """What the answer says below its ranking, whole sentences without a limit of room."""
    order = ranked(found)
    sections = [*_ranking_sections(found, order, len(found.names))[1:], *_other_sections(found, order)]
    texts = [section(_ALL) for section in sections]
    return [" ".join(line.strip() for line in text) for text in texts if text]


_ALL = 1000
"""Lines without a limit."""


def _count(texts: Sequence[Sequence[str]]) -> int:
    return sum(len(text) for text in texts)


def ranked(found: Facts) -> Ranking:
    """The ranking by concentrators taught for each 100 members in the first span."""
    return ranking({f: found.change(f).per_100 for f in found.others})


Section = Callable[[int], list[str]]
"""A part of the answer in so many lines."""


OTHERS = 5
"""Sections after the ranking."""


def _other_sections(found: Facts, order: Ranking) -> list[Section]:
    return [
        lambda lines: _recoded(found, lines),
        lambda lines: _short(found, order, lines),
        lambda _: _later(found, order),
        lambda lines: _bad_year(found, order, lines),
        lambda _: _trust(found, order),
    ]


def _ranking_sections(found: Facts, order: Ranking, rows: int, ties: bool = True) -> list[Section]:
    if found.baseline is None or not found.others or found.draws < 2:
        if found.baseline is None:
            why = "No ranking: current law was not run; put status_quo into study.formulas."
        elif not found.others:
            why = "Nothing to compare with current law: name a formula beside it."
        else:
            why = "No ranking: one draw tells no direction; draws=50 does."
        shown = list(found.others) or list(range(len(found.names)))
        table = _table(found, [(f, "") for f in shown[:rows]])
        return [
            lambda _: table,
            lambda lines: _holds(found, lines),
            lambda lines: _moved(found, lines),
            lambda _: [why],
        ]
    places = [(f, f"{number}{'=' if len(group) > 1 else ''}") for number, group in _numbered(order.more) for f in group]
    # Where there is room for all, those without a place have their numbers too.
    rest = [(f, "") for f in (*order.same, *order.less)] if len(found.others) <= rows else []
    table = _table(found, [*places[:rows], *rest])
    tied = next((group for group in order.more if len(group) > 1 and ties), ())
    same = [f"{found.titles[f]} ({_money(found.change(f))})" for f in order.same]
    return [
        lambda _: table,
        lambda lines: _holds(found, lines),
        lambda lines: _moved(found, lines),
        lambda lines: _together(found, "Also more", [f for f, _ in places[rows:]], lines),
        lambda lines: listed("No clear difference between", [found.titles[f] for f in tied], lines),
        lambda lines: listed("No clear difference", same, lines),
        lambda lines: _together(found, "Fewer", list(order.less), lines),
    ]


def _numbered(groups: Sequence[Sequence[int]]) -> list[tuple[int, Sequence[int]]]:
    """Groups with the place of their first member."""
    return [(1 + sum(len(before) for before in groups[:number]), group) for number, group in enumerate(groups)]


def _table(found: Facts, rows: Sequence[tuple[int, str]]) -> list[str]:
    """A header and a line for each formula with its place; of changes from current law, or of levels without it."""
    heads = _heads(found)
    if not rows:
        return [f"{heads[0]}: no formula has more taught."]
    cells = _cells(found, rows)
    for head, gap in product(heads, ("  ", " ")):
        lines = _aligned([(head, *_COUNTED, _dollars(found)), *cells], gap)
        if max(map(len, lines)) <= WIDTH:
            break
    return lines


def _cells(found: Facts, rows: Sequence[tuple[int, str]]) -> list[tuple[str, ...]]:
    changes = bool(found.others)
    cells: list[tuple[str, ...]] = []
    for f, place in rows:
        change = found.change(f)
        per_100 = _interval(change.per_100, PER_100, signed=changes)
        taught = number_text(float(change.taught.mean()), "students", _step(change.taught), signed=changes)
        cells.append((f"{place:<3}{found.titles[f]}", per_100, taught, _money(change, signed=changes)))
    return cells


def _heads(found: Facts) -> list[str]:
    """What the head of the table says of years and scenario, the longest first."""
    span, told = found.spans[0].text, found.scenario not in _UNTOLD
    if told:
        return [f"{span}, {_plain(found.scenario)}", span]
    if found.baseline is None or not found.others:
        return [span]
    return [f"{span} against {found.titles[found.baseline]}", f"{span}, changes"]


def _aligned(cells: Sequence[Sequence[str]], gap: str) -> list[str]:
    """Rows of four cells, names and rates to the left, counts and money to the right."""
    wide = [max(len(row[column]) for row in cells) for column in range(4)]
    return [
        gap.join([row[0].ljust(wide[0]), row[1].ljust(wide[1]), row[2].rjust(wide[2]), row[3].rjust(wide[3])]).rstrip()
        for row in cells
    ]


_COUNTED = ("Taught per 100 (90%)", "Students")
_UNTOLD = (CALM, "as configured")
"""Scenarios that need no name."""


def _dollars(found: Facts) -> str:
    """The heading of public money: of which year its dollars are."""
    return f"FY{found.base_year} $ a year"


def _together(found: Facts, lead: str, formulas: Sequence[int], lines: int) -> list[str]:
    """Formulas that bring more or less, in one sentence: how much, for what, and which they are."""
    if not formulas:
        return []
    changes = [found.change(f) for f in formulas]
    per_100 = _range([float(change.per_100.mean()) for change in changes], PER_100)
    money = _range([float(change.public.mean()) for change in changes], "dollars")
    return listed(f"{lead} ({per_100}; {money})", [found.titles[f] for f in formulas], lines)


def _holds(found: Facts, lines: int) -> list[str]:
    """Which of the years that are told are not a formula's: those before it begins, and those after its last line."""
    said = []
    for f in found.others or range(len(found.names)):
        begins, ends = found.begins(f), found.ends(f)
        parts = [f"before FY{begins} (current law)"] if begins > found.base_year + 1 else []
        if ends is not None and found.last_year is not None and ends < found.last_year:
            parts.append(f"after FY{ends} (nothing paid)")
        if parts:
            said.append(f"{found.titles[f]} {', '.join(parts)}")
    return listed("Not under the bill", said, lines)


def _moved(found: Facts, lines: int) -> list[str]:
    """What a weight takes from other program units, which is no saving of the state's."""
    levels = found.levels[0]
    taking = [f for f in range(len(levels)) if float(levels[f].moved.mean()) >= LEAST_MOVED]
    if not taking:
        return []
    amounts = [f"{found.titles[f]} {number_text(float(levels[f].moved.mean()), 'dollars')}" for f in taking]
    return listed(f"Taken from {state_words().others}, no saving", amounts, lines)


def _recoded(found: Facts, lines: int) -> list[str]:
    shares = {f: level.recoded_share for f, level in enumerate(found.levels[0])}
    told = sorted((f for f in shares if shares[f] >= LEAST_RECODED), key=lambda f: -shares[f])
    if not told:
        return ["Recoded: none of those reported, all are taught."]
    return listed(
        "Recoded, of those reported",
        [f"{found.titles[f]} {number_text(shares[f], 'share', 0.01)}" for f in told],
        lines,
    )


def _short(found: Facts, order: Ranking, lines: int) -> list[str]:
    """Who is short and when, those ranked first."""
    said = []
    for f in dict.fromkeys([*(f for group in order.more for f in group), *range(len(found.names))]):
        paid = found.paid[f]
        if paid.first is not None:
            share = number_text(paid.share, "share", 0.01)
            said.append(f"{found.titles[f]} from FY{paid.first} (FY{paid.year}: {share})")
        elif paid.part >= OFTEN:
            said.append(f"{found.titles[f]} in {number_text(paid.part, 'share', 0.01)} of draws")
    if not said:
        return [f"Short of money: none; the median draw pays {PAID:.0%} or more of what is owed."]
    return listed(f"Under {PAID:.0%} paid", said, lines)


def _later(found: Facts, order: Ranking) -> list[str]:
    if len(found.others) == 0 or found.draws < 2:
        return []
    if len(found.spans) < 2:
        return ["Later years were not run; horizon=10 tells whether the order holds."]
    names = range(len(found.names))
    by_span = [[found.levels[span][f].per_100 for f in names] for span in (0, 1)]
    pairs, span = later(*by_span), found.spans[1].text
    clear = len(pairs.hold) + len(pairs.gone) + len(pairs.turned)
    if not clear:
        return [f"{span}: no order to hold, as none is clear before."]
    if pairs.turned:
        ahead, _ = pairs.turned[0]
        return _folded(f"{span}: another order, {found.titles[ahead]} falls behind others.")
    first = order.more[0][0] if order.more else None
    then = "" if first is None else f"; first then {_interval(found.change(first, 1).per_100, PER_100)} per 100"
    held = "the same order"
    if pairs.gone:
        held = f"{len(pairs.hold)} of {clear} clear differences between formulas hold; none turns round"
    return _folded(f"{span}: {held}{then if len(span + held + then) < WIDTH - 2 else ''}.")


def _bad_year(found: Facts, order: Ranking, lines: int) -> list[str]:
    if found.bad_years is None:
        return ["A bad year: not in this run; cte-sim stress says what one does."]
    worst = {f: max(years, key=lambda year: float(year.unpaid.mean())) for f, years in enumerate(found.bad_years)}
    short = [f for f in worst if float(worst[f].unpaid.mean()) >= SHORTFALL_TOLD]
    short.sort(key=lambda f: -float(worst[f].unpaid.mean()))
    if short:
        said = [f"{found.titles[f]} {_unpaid(worst[f].unpaid, lines)}, {_words(worst[f].scenario)}" for f in short]
        return listed("Unpaid in a bad year", said, lines)
    leading = [f for group in order.more for f in group] or list(range(len(found.names)))
    return listed("A bad year leaves nothing unpaid; taught", [_lost(found, f) for f in leading], lines)


def _unpaid(dollars: Array, lines: int) -> str:
    return _interval(dollars, "dollars", signed=False) if lines > 1 else number_text(float(dollars.mean()), "dollars")


def _lost(found: Facts, formula: int) -> str:
    assert found.bad_years is not None
    worst: BadYear = min(found.bad_years[formula], key=lambda year: float(year.taught.mean()))
    lost = number_text(float(worst.taught.mean()), "students", _step(worst.taught), signed=True)
    return f"{found.titles[formula]} {lost}, {_words(worst.scenario)}"


def _trust(found: Facts, order: Ranking) -> list[str]:
    shown = [f for group in order.more for f in group][:ROWS] or list(order.less)
    if found.discrepancy is not None:
        held = f"intervals hold what was missed of {found.discrepancy.response.cases} past laws."
    elif found.uncertainty == "central":
        held = "intervals hold luck alone."
    else:
        held = "intervals leave out what was missed of past laws."
    if not shown:
        return _folded(f"{held[0].upper()}{held[1:]}")
    few = not all(precise(found.change(f).per_100) for f in shown)
    lead = "Few draws, trust order only" if few else "Trust order more than size"
    return _folded(f"{lead}; {held}")


def listed(lead: str, items: Sequence[str], lines: int) -> list[str]:
    """'Lead: one; other; 3 more.' in so many lines at most, items counted rather than cut; nothing without items."""
    if not items:
        return []
    for kept in range(len(items), 0, -1):
        more = f"; {len(items) - kept} more" if kept < len(items) else ""
        text = _folded(f"{lead}: {'; '.join(items[:kept])}{more}.")
        if len(text) <= lines:
            return text
    return _folded(f"{lead}: {len(items)} formulas.")


def _folded(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _interval(values: Array, unit: str, signed: bool = True) -> str:
    found = bands(values, axis=0)
    if len(values) < 2:
        return number_text(float(found.mean), unit, signed=signed)
    return interval_text(float(found.mean), float(found.low), float(found.high), unit, signed)


def _money(change: Yearly, signed: bool = True) -> str:
    return number_text(float(change.public.mean()), "dollars", _step(change.public), signed)


def _step(values: Array) -> float | None:
    """To what a mean is rounded: a hundredth of the width of its interval, as a power of ten; None by its size."""
    found = bands(values, axis=0)
    width = float(found.high - found.low)
    return float(10.0 ** (np.floor(np.log10(width)) - 2.0)) if width > 0.0 else None


def _range(values: Sequence[float], unit: str) -> str:
    size = max(abs(value) for value in values)
    step = 10.0 ** (np.floor(np.log10(size)) - 1.0) if size > 0.0 else None
    ends = [
        number_text(0.0, unit) if step is None or abs(end) < step / 2.0 else number_text(end, unit, step, True, size)
        for end in (min(values), max(values))
    ]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _plain(scenario: str) -> str:
    """A scenario's name in a header, without what was changed of it, which the table below tells."""
    return textwrap.shorten(_words(scenario.partition(CHANGED)[0]), LONGEST_SHORT_TITLE, placeholder="...")
