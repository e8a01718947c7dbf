"""The sentence that stands over each figure: what it found, and no more than its intervals allow.

A formula is said to do more or less only where the rules of the answer in words have it so (`sim.report.answer.rules`);
what they leave open is said as no clear difference.
"""

from collections.abc import Sequence

import numpy as np

from sim.arrays import Array
from sim.report.answer.facts import PAID, per_100
from sim.report.answer.rules import OFTEN, ranking, settled
from sim.report.shared.intervals import PER_100, bands, mean_of_defined, number_text
from sim.report.shared.names import first_letter, in_sentence
from sim.report.shared.panel import Panel
from sim.states.speaking import state_words

AFTER = 10
"""The year after the base year of which figures speak, or the last one before it: later years are trusted less."""

TELLING = 0.05
"""Change of membership from which on heads are said to follow it."""


def told(panel: Panel) -> int:
    """The place of the year of which figures speak."""
    return int(np.flatnonzero(panel.years <= panel.base_year + AFTER)[-1])


def year_of(panel: Panel) -> str:
    """That year, as 'FY2036'."""
    return f"FY{panel.years[told(panel)]}"


def titled(panel: Panel, f: int) -> str:
    """A formula's short title as it stands within a sentence."""
    return in_sentence(panel.short_titles[f])


def joined(names: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def change_sentence(panel: Panel, changes: dict[int, Array], noun: str, unit: str, when: str, less: str = "") -> str:
    """What formulas change against the baseline: who adds most, who has less, or that no difference is clear.

    ``changes`` are paired differences ``[R]`` by formula; ``noun`` is what is counted; ``less`` replaces 'fewer'.
    """
    fewer = less or "fewer"
    order = ranking(changes)
    names = {f: titled(panel, f) for f in changes}
    means = {f: float(changes[f].mean()) for f in changes}
    base = titled(panel, panel.baseline) if panel.baseline is not None else "the baseline"

    def size(f: int) -> str:
        return number_text(abs(means[f]), unit)

    if not order.more and not order.less:
        if len(changes) == 1:
            (f,) = changes
            return f"No clear difference in {noun} between {names[f]} and {base} in {when} ({_ends(changes[f], unit)})"
        ends = _span(list(means.values()), unit, signed=True)
        return f"No formula changes {noun} clearly in {when}: {ends} against {base}"
    parts = []
    if order.more:
        first = list(order.more[0])
        if len(changes) == 1:
            parts.append(f"{names[first[0]]} adds {size(first[0])} {noun} in {when} ({_ends(changes[first[0]], unit)})")
        elif sum(len(group) for group in order.more) == 1:
            parts.append(f"Only {names[first[0]]} adds {noun}: {size(first[0])} in {when}")
        elif len(first) == 1:
            parts.append(f"{names[first[0]]} adds most {noun}: {size(first[0])} in {when}")
        elif len(first) <= 3:
            ends = _span([means[f] for f in first], unit)
            parts.append(f"{joined([names[f] for f in first])} add most {noun}: {ends} in {when}")
        else:
            ends = _span([means[f] for f in first], unit)
            parts.append(f"{len(first)} formulas add most {noun}, none clearly ahead: {ends} in {when}")
    if order.less:
        worst, when_less = min(order.less, key=means.__getitem__), "" if parts else f" in {when}"
        lost = number_text(abs(means[worst]), unit)
        if len(order.less) == 1:
            parts.append(f"{names[worst]} has {lost} {fewer}{'' if parts else f' {noun}'}{when_less}")
        else:
            others = f"{len(order.less)} formulas have {fewer}{'' if parts else f' {noun}'}{when_less}"
            parts.append(f"{others}, {names[worst]} by {lost}")
    return first_letter("; ".join(parts))


def rate_sentence(panel: Panel) -> str:
    """How many of 100 students concentrate: under the baseline, and under what brings it furthest."""
    at, when = told(panel), year_of(panel)
    rate = per_100(panel.state("concentrators_taught"), panel.state("membership"))
    start = number_text(float(rate[:, :, 0].mean()), PER_100)
    if panel.baseline is None:
        own = _span([float(level[:, at].mean()) for level in rate], PER_100)
        who = f"Under {titled(panel, 0)} " if len(rate) == 1 else ""
        return first_letter(f"{who}{own} of 100 students concentrate in {when}, {start} in FY{panel.years[0]}")
    base = rate[panel.baseline, :, at]
    now = number_text(float(base.mean()), PER_100)
    keeps = f"Under {titled(panel, panel.baseline)} {now} of 100 students concentrate in {when}, {start} in "
    keeps += f"FY{panel.years[0]}"
    if not panel.others:
        return keeps
    order = ranking({f: rate[f, :, at] - base for f in panel.others})
    if order.more:
        first = order.more[0]
        ends = _span([float(rate[f, :, at].mean()) for f in first], PER_100)
        if len(first) == 1:
            return f"{keeps}; {titled(panel, first[0])} brings it to {ends}"
        who = joined([titled(panel, f) for f in first]) if len(first) <= 2 else f"{len(first)} formulas"
        return f"{keeps}; {who} bring it to {ends}"
    if order.less:
        worst = min(order.less, key=lambda f: float(rate[f, :, at].mean()))
        level = number_text(float(rate[worst, :, at].mean()), PER_100)
        return f"{keeps}; no formula clearly more, {titled(panel, worst)} {level}"
    return f"{keeps}; no clear difference under {_others(panel)}"


def heads_sentence(panel: Panel) -> str:
    """How many concentrators are taught in the last year, and what membership has to do with it."""
    taught, members = panel.state("concentrators_taught").mean(axis=1), panel.state("membership").mean(axis=(0, 1))
    last, change = f"FY{panel.years[-1]}", float(members[-1] / members[0] - 1.0) if members[0] > 0 else 0.0
    ends = _span(taught[:, -1].tolist(), "students")
    if panel.baseline is not None:
        ends = f"{number_text(float(taught[panel.baseline, -1]), 'students')} under {titled(panel, panel.baseline)}"
        if panel.others:
            most = max(panel.others, key=lambda f: float(taught[f, -1]))
            if taught[most, -1] > taught[panel.baseline, -1]:
                ends += f", at most {number_text(float(taught[most, -1]), 'students')} ({titled(panel, most)})"
    start = f"from {number_text(float(taught[:, 0].mean()), 'students')} in FY{panel.years[0]}"
    if abs(change) < TELLING:
        return f"Concentrators taught by {last}: {ends}, {start}"
    verb = "falls" if change < 0 else "grows"
    return f"Membership {verb} {abs(change):.0%} by {last} and moves heads under all formulas: {ends}, {start}"


def short_sentence(panel: Panel, share: Array) -> str:
    """Which formulas are paid in part, by ``share[F, R, T]``: in the median draw of some year, with the mean of their
    leanest year, as the figure's line has it; or in many draws of some year."""
    acting = panel.policy if panel.policy.any() else np.ones(len(panel.years), np.bool_)
    years = panel.years[acting]
    lowest: dict[int, tuple[float, float, int]] = {}
    part: dict[int, float] = {}
    for f, own in enumerate(share[:, :, acting]):
        found = bands(own, axis=0)
        if np.isfinite(found.median).any():
            at = int(np.nanargmin(found.mean))
            lowest[f] = (float(np.nanmin(found.median)), float(found.mean[at]), int(years[at]))
            part[f] = float((np.where(np.isnan(own), 1.0, own) < PAID).any(axis=1).mean())
    short = sorted((f for f in lowest if lowest[f][0] < PAID), key=lambda f: lowest[f][0])
    often = sorted((f for f in part if f not in short and part[f] >= OFTEN), key=lambda f: -part[f])
    if not short and not often:
        return f"No formula runs short: the median draw is paid {PAID:.0%} or more of what is owed in every year"
    said: list[str] = []
    for f in short[:2]:
        verb = "is paid" if said else "runs short,"
        said.append(f"{titled(panel, f)} {verb} {lowest[f][1]:.0%}{'' if said else ' paid'} in FY{lowest[f][2]}")
    if often:
        also = "" if said else "runs short "
        said.append(f"{titled(panel, often[0])} {also}in {part[often[0]]:.0%} of draws")
    only = "Only " if len(short) + len(often) == 1 and len(share) > 1 else ""
    more = len(short) + len(often) - len(said)
    return first_letter(f"{only}{'; '.join(said)}{f'; {more} more' if more else ''}")


def unit_value_sentence(panel: Panel, shown: Sequence[int]) -> str:
    """What a weight takes from the main formula unit value in the year of which figures speak, in dollars and
    percent."""
    assert panel.baseline is not None
    at, when = told(panel), year_of(panel)
    value = panel.constant("unit_value")[:, :, at]
    base = float(value[panel.baseline].mean())
    worst = max(shown, key=lambda f: abs(float(value[f].mean()) - base))
    change = float(value[worst].mean()) - base
    moved = float(panel.constant("dilution")[worst, :, at].mean())
    verb = "lowers" if change < 0 else "raises"
    said = (
        f"{titled(panel, worst)} {verb} the {state_words().unit_value} by {number_text(abs(change), 'dollars')} "
        f"({abs(change) / base:.1%} of {number_text(base, 'dollars')}) in {when}"
    )
    return first_letter(said + (f": {number_text(moved, 'dollars')} of other students' money" if moved > 0 else ""))


def group_sentence(
    panel: Panel, groups: Sequence[str], changes: Sequence[Sequence[Array]], unit: str, each: str, what: str, when: str
) -> str:  # fmt: skip
    """Which group of districts gains or loses most: of the ``changes[f of others][group][R]`` that are clear.
    ``each`` follows their numbers, ``what`` says of what."""
    clear = [
        (float(values.mean()), f, group)
        for f, of in zip(panel.others, changes, strict=True)
        for group, values in zip(groups, of, strict=True)
        if settled(values) in ("more", "less")
    ]
    base = titled(panel, panel.baseline) if panel.baseline is not None else "the baseline"
    if not clear:
        return f"No group of districts clearly gains or loses {what} against {base} in {when}"
    high, low = max(clear), min(clear)

    def case(value: float, f: int, group: str) -> str:
        sized = group[-1:].isdigit() or group[:1].isdigit()
        who = f"districts with {group.replace(' and over', ' or more')} members" if sized else f"{group} districts"
        said = f"{who} {'gain' if value > 0 else 'lose'} {number_text(abs(value), unit)}{each}"
        return f"{said} under {titled(panel, f)}" if len(panel.others) > 1 else said

    parts = [case(*high)] if high[0] > 0 else []
    parts += [case(*low)] if low[0] < 0 else []
    return first_letter(f"{', '.join(parts)} ({what}, {when}, against {base})")


def cost_sentence(panel: Panel, cost: Array, taught: Array, years: str) -> str:
    """What the formula that adds most concentrators adds, and for which public money; ``cost`` and ``taught`` are
    paired differences ``[F, R]``, money that a weight moves counted as money."""
    order = ranking({f: taught[f] for f in panel.others})
    if not order.more:
        least = min(panel.others, key=lambda f: float(cost[f].mean()))
        if not order.less:
            return f"No clear difference in concentrators taught under {_others(panel)}, {years}"
        worst = min(order.less, key=lambda f: float(taught[f].mean()))
        return first_letter(
            f"No formula clearly adds concentrators taught; {titled(panel, worst)} loses "
            f"{number_text(abs(float(taught[worst].mean())), 'students')}, {titled(panel, least)} costs least, {years}"
        )
    first = order.more[0]
    top = max(first, key=lambda f: float(taught[f].mean()))
    way = settled(cost[top])
    size = number_text(abs(float(cost[top].mean())), "dollars")
    dollars = "for the same" if way == "same" else f"for {size} {'less' if way == 'less' else 'more'}"
    ties = [titled(panel, f) for f in first if f != top]
    tie = f", not clearly ahead of {joined(ties[:2])}" if ties else ""
    most = f"adds most{tie}:" if len(panel.others) > 1 else "adds"
    added = number_text(float(taught[top].mean()), "students")
    return first_letter(
        f"{titled(panel, top)} {most} {added} concentrators taught a year {dollars} public money, {years}"
    )


def _others(panel: Panel) -> str:
    if len(panel.others) == 1:
        return titled(panel, panel.others[0])
    return f"any of the other {len(panel.others)} formulas"


def _ends(values: Array, unit: str) -> str:
    found = bands(values, axis=0)
    return " to ".join(number_text(float(end), unit, signed=True) for end in (found.low, found.high))


def _span(values: Sequence[float], unit: str, signed: bool = False) -> str:
    """'15.2' or '15.2 to 17.0'."""
    known = [value for value in values if np.isfinite(value)]
    if not known:
        return "none"
    return " to ".join(dict.fromkeys(number_text(end, unit, signed=signed) for end in (min(known), max(known))))


def mean_at(values: Array, at: int) -> Array:
    """Means over draws in one year of ``values[F, R, T]``, ``[F]``; NaN where a value is defined in no draw."""
    return mean_of_defined(values[:, :, at], 1)
