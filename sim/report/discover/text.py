"""What a discovery says: the answer first, then each condition with what bears it out, the tree, and robustness."""

from typing import TYPE_CHECKING

from sim.report.discover.words import (
    OUTCOMES,
    branch,
    failing,
    goal_years,
    limits,
    percent,
    sentence,
    titles,
    years,
)
from sim.report.shared.intervals import number_text
from sim.report.shared.names import first_letter, in_sentence
from sim.report.shared.plain_table import PAGE, Cell, paragraphs, plain_table
from sim.study.discover.boxes import REPRODUCED
from sim.study.discover.study import BUDGET, GOAL, REVERSED

if TYPE_CHECKING:
    from sim.study.discover.study import Condition, Found


def answer(found: "Found") -> list[str]:
    """The answer: when each bill breaks its budget and misses its goal, and which holds most often."""
    baseline = str(found.materials.inputs.baseline)
    asked = [one for one in found.conditions if one.question in (BUDGET, GOAL) and one.formula != baseline]
    return [line for one in asked for line in (*paragraphs([sentence(found, one)]), "")] + paragraphs(
        [" ".join([_most(found), *_inside_the_seg(found)])]
    )


def _most(found: "Found") -> str:
    """Which formula is within budget and at its goal most often, and how sure that is."""
    names, table = titles(found), found.robustness
    judged = table[table["formula"] != found.materials.inputs.baseline]
    row = judged.iloc[int(judged["both"].to_numpy().argmax())]
    said = f"within budget and at its goal in {percent(row['both'])} of {int(row['futures']):,} futures"
    sure = f"90% interval {percent(row['both_low'])} to {percent(row['both_high'])}"
    if len(judged) == 1:
        return f"{first_letter(names[str(row['formula'])])} is {said} ({sure})."
    return f"Most often {said} ({sure}) of the bills: {in_sentence(names[str(row['formula'])])}."


def _inside_the_seg(found: "Found") -> list[str]:
    """What must be said of formulas that other units of the main formula pay for."""
    records, names = found.results.manifest.formulas, titles(found)
    within = [
        in_sentence(names[name]) for name, record in records.items()
        if any(line["seg"] == "unfunded" for line in record["lines"].values())
    ]  # fmt: skip
    if not within:
        return []
    return [
        f"{first_letter(' and '.join(within))} pay{'s' if len(within) == 1 else ''} inside the main formula: nothing is"
        " voted for it, so that no appropriation can break, and other program units pay, which is counted as no cost"
        " here."
    ]


def discovery_text(found: "Found") -> str:
    """The whole text, at most a page wide."""
    lines = [*answer(found), "", "WHAT WAS ASKED", "", *paragraphs([_asked(found)]), ""]
    lines += ["CONDITIONS", ""]
    for one in found.conditions:
        if one.question != REVERSED:
            lines += [*_condition(found, one), ""]
    lines += ["ROBUSTNESS", "", *_robustness(found), "", "WHO REACHES MORE", "", *_reversals(found), ""]
    return "\n".join(line.rstrip() for line in lines)


def _asked(found: "Found") -> str:
    layout, searched = found.materials.layout, found.materials.searched
    names = titles(found)
    base = in_sentence(names[str(found.materials.inputs.baseline)])
    budget = "the appropriation" if layout.budget == "appropriation" else number_text(float(layout.budget), "dollars")
    what = "what is owed" if layout.of == "owed" else "what the state pays"
    level = f"what {base} reaches in that future" if layout.level == "current_law" else f"{layout.level:g}"
    numbers = sum(one.formulas is None for one in searched.dimensions) - 2
    amounts = len(searched.dimensions) - numbers - 2
    also = f", {amounts} amounts of the bills" if amounts else ""
    return (
        f"Budget: {what} stays within {budget} in every year of {years(found)}. Goal: {OUTCOMES[layout.goal]} per 100"
        f" members, mean of {goal_years(found)}, not below {level}. {len(searched.table):,} futures are searched and"
        f" {len(found.materials.fresh.table):,} fresh ones judge what is found. A future draws {numbers} uncertain"
        f" numbers{also}, one of {len(searched.kinds)} kinds of scenario, its size from 0 to {layout.severity:g} times"
        " that of its file, and luck, which all formulas share. Shares are of futures so drawn: they are no"
        " probabilities, unless kinds and sizes of scenarios come as evenly as they are drawn here."
    )


def _condition(found: "Found", one: "Condition") -> list[str]:
    of = one.discovery
    lines = paragraphs([sentence(found, one)])
    if of.limits:
        rows: list[list[Cell]] = [[("Limit", ""), ("quasi-p", ""), ("found again", "in resamples")]]
        for limit in of.limits:
            dimension = one.dimensions[limit.dimension]
            said = dimension.label
            if limit.kept:
                only = of.box
                for other in of.box.limits:
                    only = only if other == limit.dimension else only.without(other)
                said = first_letter(limits(found, one, only)[0])
            p = "<0.001" if limit.quasi_p < 0.001 else f"{limit.quasi_p:.3f}"
            rows.append([(said if limit.kept else f"{said}: dropped", ""), (p, ""), (percent(limit.reproduction), "")])
        lines += ["", *plain_table(rows, PAGE).splitlines()]
        lines += paragraphs(
            [
                "Quasi-p: how likely so many cases inside are if the limit did nothing. Limits found again in fewer"
                f" than {REPRODUCED:.0%} of resamples are dropped."
            ]
        )
    if one.tree:
        lines += ["", *_tree(found, one)]
    return lines


def _tree(found: "Found", one: "Condition") -> list[str]:
    rows: list[list[Cell]] = [
        [(f"Tree: {titles(found)[one.formula]}", ""), ("share", ""), ("fresh", ""), ("futures", "")]
    ]
    for leaf in one.tree:
        where = first_letter(branch(found, one, leaf.questions))
        fresh = percent(leaf.fresh.density) if leaf.fresh.inside else "-"
        rows.append([(where, ""), (percent(leaf.found.density), ""), (fresh, ""), (f"{leaf.found.inside:,}", "")])
    note = f"Share of these futures, and of fresh ones, in which it {failing(found, one)}."
    return [*plain_table(rows, PAGE).splitlines(), *paragraphs([note])]


def _robustness(found: "Found") -> list[str]:
    names = titles(found)
    rows: list[list[Cell]] = [
        [("Formula", ""), ("Budget and", "goal hold"), ("Budget", "holds"), ("Goal", "holds"),
         ("Regret, goal", "90%; largest"), ("Regret, cost", "90%; largest")]
    ]  # fmt: skip
    for _, row in found.robustness.iterrows():
        cells: list[Cell] = [(names[str(row["formula"])], "")]
        for what in ("both", "within_budget", "at_goal"):
            low = percent(row[f"{what}_low"]).removesuffix("%")
            cells.append((percent(row[what]), f"{low}-{percent(row[f'{what}_high'])}"))
        for measure, unit in (("goal", ""), ("dollars", "dollars")):
            p90, most = (_plain(row[f"regret_{measure}_{which}"], unit) for which in ("p90", "largest"))
            cells.append((f"{p90}; {most}", ""))
        rows.append(cells)
    outcome = OUTCOMES[found.materials.layout.goal]
    count = int(found.robustness["futures"].iloc[0])
    note = (
        f"Over all {count:,} futures, searched and fresh; below each share its 90% interval. Regret, goal: {outcome}"
        f" per 100 members ({goal_years(found)}) behind the formula that reaches most in that future; one future in ten"
        " exceeds the first number, none of these the second. Regret, cost: dollars of the base year a year above the"
        f" formula that costs least in that future ({years(found)}). Intervals of regrets, paired by future:"
        " robustness.csv."
    )
    return [*plain_table(rows, PAGE).splitlines(), *paragraphs([note])]


def _plain(number: float, unit: str) -> str:
    return number_text(number, unit) if unit else f"{number:.2f}"


def _reversals(found: "Found") -> list[str]:
    names, outcome = titles(found), OUTCOMES[found.materials.layout.goal]
    said = []
    by_pair = {(one.formula, one.other): one for one in found.conditions if one.question == REVERSED}
    for row in found.reversals.to_dict("records"):
        ahead, behind = (in_sentence(names[str(row[which])]) for which in ("ahead", "behind"))
        turned, low, high = (percent(row[f"reversed{end}"]) for end in ("", "_low", "_high"))
        text = (
            f"{first_letter(ahead)} reaches {row['mean_lead']:.2f} more {outcome} per 100 members than {behind} on"
            f" average, and fewer in {turned} of futures ({low} to {high})"
        )
        one = by_pair[str(row["ahead"]), str(row["behind"])]
        if one.discovery.tells:
            where = " and ".join(limits(found, one, one.discovery.box))
            text += f": in {percent(one.discovery.found.density)} of those where {where}"
            text += f" (fresh: {percent(one.discovery.fresh.density)})"
        said.append(f"{text}.")
    return paragraphs(said)
