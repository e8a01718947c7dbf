"""The order of formulas in words: how often each is first, and which number could change that."""

import textwrap
from collections.abc import Callable, Sequence

from sim.report.shared.figure_style import plain
from sim.report.shared.intervals import signed_text
from sim.report.shared.plain_table import PAGE
from sim.study.sensitivity.ranking import Flip, Ranking, Third, proportion

WIDTH = PAGE
MOST_PLACES = 5
"""Places shown at most."""

SHOWN = 5
"""Numbers told of each order; ranking.csv has all."""

PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", *(f"number {place}" for place in range(7, 100)))


Title = Callable[[str], str]
"""What a formula is called."""


def short_verdict(ranking: Ranking, title: Title = plain) -> str:
    """Who is first how often, and whether one number could change that, in one sentence."""
    turned = [flip for flip in ranking.flips if flip.changes_the_answer]
    said = f"one of {_count(len(turned))} could change that" if turned else "no single number changes that"
    if ranking.decided:
        leader, often = ranking.decided[0], f"in all {ranking.draws:,} draws"
        said = "no uncertain number changes that"
    else:
        leader, often = ranking.leader, f"in {_interval(*ranking.holds(ranking.leader))} of draws"
    words = ranking.criterion.words
    return f"{words[:1].upper()}{words[1:]}: {title(leader)} is first {often}; {said}."


def order_lines(ranking: Ranking, deciding: Sequence[str], title: Title = plain) -> list[str]:
    """The order by one criterion. ``deciding`` are the lines on what decides between the best two."""
    leader, other = title(ranking.leader), title(ranking.runner_up)
    lines = [
        *_wrapped(f"ORDER OF FORMULAS: {ranking.criterion.words.upper()} ({ranking.draws:,} draws)"),
        "",
        *_wrapped(verdict(ranking, title)),
        "",
    ]
    lines += _place_table(ranking, title)
    share, low, high = ranking.ahead
    what = (
        f"What decides how far {leader} is ahead of {other}"
        if ranking.criterion.measure is not None
        else f"What decides whether {leader} is ahead of {other}"
    )
    lines += ["", *_wrapped(f"{what} (it is in {_interval(share, low, high)} of draws):"), *deciding]
    lines += ["", *_thirds_table(ranking, title)]
    return lines


def verdict(ranking: Ranking, title: Title = plain) -> str:
    """Who is first how often, and which number could change the answer, in one paragraph."""
    leader, place = title(ranking.leader), PLACES[ranking.contested]
    least = f"{100 * proportion(ranking.draws, ranking.draws)[1]:.1f}%"
    start = "".join(
        f"{title(formula)} is {PLACES[at]} in all {ranking.draws:,} draws (at least {least} of cases): no uncertain"
        " number changes that. "
        for at, formula in enumerate(ranking.decided)
    )
    start += f"{leader} is {place} in {_interval(*ranking.holds(ranking.leader))} of draws."
    if ranking.holds(ranking.leader)[0] == 1.0:
        return f"{start} No uncertain number changes that."
    close = _rival(ranking)
    if close is not None:
        start += f" {title(close)}, {place} in {_interval(*ranking.holds(close))}, is too near to tell them apart."
    turned = [flip for flip in ranking.flips if flip.changes_the_answer]
    if turned:
        changes = "; ".join(_change(flip, ranking, title) for flip in turned[:3])
        more = f"; and {len(turned) - 3} more" if len(turned) > 3 else ""
        return f"{start} The answer depends on {_count(len(turned))}: {changes}{more}."
    if any(flip.others_lead for flip in ranking.flips):
        return f"{start} No single number changes that by more than these draws alone might."
    start += (
        f" No single number changes that: in each third of each of the {len(ranking.flips)} it is {place} most often."
    )
    clear = [flip for flip in ranking.flips if flip.clear]
    if not clear:
        return f"{start} None moves it by more than these draws alone might."
    flip = clear[0]
    weak, strong = sorted((flip.thirds[0], flip.thirds[-1]), key=lambda third: third.share)
    return (
        f"{start} The most that one does: with '{flip.number.label}' in its {weak.words} third {leader} is {place} in"
        f" {_interval(weak.share, weak.low, weak.high)} of draws, in its {strong.words} third in"
        f" {_interval(strong.share, strong.low, strong.high)}."
    )


def _rival(ranking: Ranking) -> str | None:
    """Another formula whose frequency at the contested place cannot be told from the leader's."""
    _, low, _ = ranking.holds(ranking.leader)
    others = [formula for formula in ranking.formulas if formula != ranking.leader]
    best = max(others, key=lambda formula: ranking.holds(formula)[0])
    return best if ranking.holds(best)[2] >= low else None


def _change(flip: Flip, ranking: Ranking, title: Title) -> str:
    leader, place = ranking.leader, PLACES[ranking.contested]
    third: Third = next(third for third in (*flip.thirds[::2], flip.thirds[1]) if third.most_often != leader)
    return (
        f"with '{flip.number.label}' in its {third.words} third {title(third.most_often)} is {place} most often, and"
        f" {title(leader)} in {_interval(third.share, third.low, third.high)}"
    )


def _count(numbers: int) -> str:
    return "one number" if numbers == 1 else f"{numbers} numbers"


def _place_table(ranking: Ranking, title: Title) -> list[str]:
    wide = max(len(title(formula)) for formula in ranking.formulas) + 2
    shown = min(len(ranking.formulas), MOST_PLACES)
    lines = ["  " + " " * wide + "".join(f"{word:>9}" for word in PLACES[:shown])]
    for at, formula in enumerate(ranking.formulas):
        shares = "".join(f"{_whole(ranking.places[at, place]):>9}" for place in range(shown))
        lines.append(f"  {title(formula):<{wide}}{shares}")
    return lines


def _thirds_table(ranking: Ranking, title: Title) -> list[str]:
    if all(third.share == 1.0 for flip in ranking.flips for third in flip.thirds):
        return []
    leader = title(ranking.leader)
    lines = _wrapped(
        f"How often {leader} is {PLACES[ranking.contested]}, where a number lies in the lowest, middle and highest"
        " third of its distribution; change from lowest to highest in points, plus or minus 90% Monte Carlo error; *"
        " more than the draws alone would give to any of these numbers:"
    )
    lines.append("  " + "".join(f"{third.words:>8}" for third in ranking.flips[0].thirds) + f"{'change':>13}")
    for flip in ranking.flips[:SHOWN]:
        shares = "".join(f"{_whole(third.share):>8}" for third in flip.thirds)
        change = f"{signed_text(100 * flip.change, 0)} ± {164.5 * flip.error:.0f}{'*' if flip.clear else ' '}"
        first = f"  {shares}{change:>13}  "
        lines += textwrap.wrap(
            f"{flip.number.label} [{flip.number.unit}; {flip.number.spread}; {flip.number.confidence}]",
            WIDTH,
            initial_indent=first,
            subsequent_indent=" " * len(first),
            break_on_hyphens=False,
        )
    return lines


def _interval(share: float, low: float, high: float) -> str:
    return f"{_whole(share)} ({_whole(low)} to {_whole(high)})"


def _whole(share: float) -> str:
    """A share in whole percent; 100% and 0% only where it is all or none."""
    if 0.0 < share < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= share < 1.0 else f"{share:.0%}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)
