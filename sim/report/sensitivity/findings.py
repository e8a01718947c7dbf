"""The sentences over the figures of a sensitivity study."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sim.report.sensitivity.order import PLACES
from sim.report.shared.figure_style import plain
from sim.study.sensitivity.shares import CHANCE, REST

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.headlines import Headline
    from sim.study.sensitivity.ranking import Ranking
    from sim.study.sensitivity.study import Findings


def shares_sentence(
    found: "Findings", bars: "pd.DataFrame", shown: "Sequence[Headline]", formula: str, level: bool
) -> str:
    """Which uncertain number has a hand in most of the spread of the first outcome shown of which any clearly has one,
    in how much of it, and in how much chance has; or that none clearly has."""
    of = f"under {formula}" if level else f"that {formula} changes"
    for outcome in shown:
        rows = bars[bars["outcome"] == outcome.name]
        clear = rows[~rows["factor"].isin([REST, CHANCE]) & (rows["total_low"] > 0.0)]
        if clear.empty:
            continue
        top = clear.iloc[int(clear["total"].to_numpy().argmax())]
        number = found.number(str(top["factor"]))
        who = plain(str(top["factor"])) if number is None else number.label
        heading = " ".join(outcome.heading.split()).lower()
        said = f"'{who}' has a hand in {min(float(top['total']), 1.0):.0%} of the spread in {heading} {of}"
        chance = rows.loc[rows["factor"] == CHANCE, "total"]
        return said + (f", chance in {min(float(chance.iloc[0]), 1.0):.0%}" if len(chance) else "")
    return f"No uncertain number clearly moves an outcome {of}"


def order_sentence(ranking: "Ranking", titles: Mapping[str, str]) -> str:
    """How often the leader has its place by a criterion, and whether a number could change the answer."""
    place = PLACES[ranking.contested]
    share, low, high = ranking.holds(ranking.leader)
    leader = titles.get(ranking.leader, plain(ranking.leader))
    sure = ""
    if ranking.decided:
        first = titles.get(ranking.decided[0], plain(ranking.decided[0]))
        sure = f"{first} is {PLACES[0]} in all {ranking.draws:,} draws; "
    said = f"By {ranking.criterion.words} {sure}{leader} is {place} in {share:.0%} of draws ({low:.0%} to {high:.0%})"
    turned = [flip for flip in ranking.flips if flip.changes_the_answer]
    if share == 1.0:
        return f"{said}: no uncertain number changes that"
    if not turned:
        return f"{said}; no single number changes that"
    return f"{said}; {len(turned)} uncertain number{'s' if len(turned) > 1 else ''} could change that"
