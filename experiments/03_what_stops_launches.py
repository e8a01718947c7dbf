"""What do plans for further sites wait for: money, rooms, or people?

Question. A more generous formula makes districts plan more sites. What do plans wait for, and would paying for launches
shorten it?

Method. Current law, the aligned formula, and the aligned formula with a start-up grant, on the same draws, over the
first five years. A plan is begun, waits for one thing at a time, and opens once it has found an instructor, or is given
up. So a count says what plans wait for now, not what they would wait for next; the start-up grant is tried for that
reason.

Result. Plans in a year by what became of them, mean over draws and years.
"""

from collections.abc import Sequence

from running import FORMULAS, Expectation, by_draw, by_formula, ends, finding, options, run, show, told

WAITS = Expectation(
    "people and rooms hold up more plans than money does",
    "31% of schools with CTE openings found them very hard or impossible to fill (NCES, 2020-21)",
)
GRANT = Expectation(
    "a start-up grant opens more sites",
    "what waits for money no longer does, and the grant pays most of what a launch costs",
)

FATE = {
    "plans_begun": "begun",
    "launches_started": "open",
    "plans_given_up": "given up",
    "plans": "still waiting",
    "plans_for_money": "for start-up money",
    "plans_for_room": "for a lab or shop",
    "plans_for_instructor": "for an instructor",
}


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options(arguments, "03_what_stops_launches", horizon=5)
    results = run(chosen, ["status_quo", "aligned", FORMULAS / "aligned_with_startup.yaml"])
    first = results.manifest.base_year + 1
    years = range(first, first + min(5, chosen.horizon))
    table = by_formula(results, FATE, years)
    waits = table[[heading for heading in table if heading.startswith("for ")]]
    table["most wait"] = waits.idxmax(axis=1)
    table["share for money"] = waits["for start-up money"] / waits.sum(axis=1)
    show("Plans a year", table, chosen.folder / "plans.csv", ["share for money"])
    draws = by_draw(results, list(FATE), years)
    for_money = draws["plans_for_money"] / draws[[name for name in FATE if name.startswith("plans_for_")]].sum(axis=1)
    finding(
        chosen,
        WAITS,
        f"under the aligned formula {told(for_money.loc['aligned'], '{:.0%}'.format)} of waiting plans wait for money; "
        f"most wait {table.loc['aligned', 'most wait']}",
        ends(for_money.loc["aligned"])[1] < 0.5,
    )
    further = draws.loc["aligned_with_startup", "launches_started"] - draws.loc["aligned", "launches_started"]
    finding(
        chosen,
        GRANT,
        f"{told(further, '{:+,.0f}'.format)} sites a year beside {table.loc['aligned', 'open']:,.0f}; the share that "
        f"waits for money goes to {told(for_money.loc['aligned_with_startup'], '{:.0%}'.format)}",
        ends(further)[0] > 0.0,
    )


if __name__ == "__main__":
    main()
