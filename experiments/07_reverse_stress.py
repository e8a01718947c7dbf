"""Which shock, and how large, leaves less than four fifths of what the aligned formula owes paid?

Question. Its appropriation follows prices, what it owes follows students. Is it a bust of revenue that breaks it, as in
the state's own stress tests, or a success that nobody has budgeted?

Method. Reverse stress: each shock is made stronger, from nothing to twice its assumed size, on the same draws
until the worst year of half of them pays less than 80%; a bisection brackets the smallest size. Then two factors by
themselves, from FY2028 on: general-fund revenue down to nothing, and students who want CTE up to twice.

Result. For each shock the bracket, and the part of draws below the level without it and at its largest. Of revenue
alone the bracket lies far below what any bust on record has left; it stands for a state that never recovers.
"""

from collections.abc import Sequence

import pandas as pd
from running import Expectation, finding, options, show

import sim

EXPECTED = Expectation(
    "a surge of students breaks it, no bust on record does",
    "what is owed follows students, what is voted follows prices; busts have cut CTE lines outside the main formula by "
    "a tenth or two (docs/reference/scenarios.md), and a surge adds more than that to what is owed",
)

SCENARIOS = ("take_up_surge", "credential_rush", "oil_slump", "recession_2009", "oil_bust_2016")
FACTORS = ("revenue", "participation")


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options(arguments, "07_reverse_stress", draws=64, horizon=10)
    parts = []
    for shock in ("severity", *FACTORS):
        try:
            found = sim.reverse(
                "aligned",
                scenarios=SCENARIOS,
                draws=chosen.draws,
                years=chosen.horizon,
                folder=chosen.folder / shock,
                **{**chosen.settings, "reverse": {"shock": shock}},
            )
        except sim.InputError as error:
            raise SystemExit(str(error)) from None
        tried = pd.read_csv(found.folder / "reverse.csv")
        tried["scenario"] = tried["scenario"].astype(object).fillna(shock)
        parts.append(tried)
    tried = pd.concat(parts)
    table = tried.groupby("scenario", sort=False).agg(
        holds=("holds", "first"),
        breaks=("breaks", "first"),
        before=("draws_below", "first"),
        farthest=("draws_below", "max"),
        paid=("median_lowest_paid_share", "min"),
    )
    headings = ["does not at", "does at", "draws below before", "at most", "lowest median share"]
    table.columns = pd.Index(headings)
    breaking = table["does at"].dropna()
    table["does at"] = [f"{at:.2f}" if at == at else "none" for at in table["does at"]]
    show("Times the assumed size, or the outlook", table, chosen.folder / "reverse.csv", headings[2:])
    finding(
        chosen,
        EXPECTED,
        f"{len(breaking)} of {len(table)} shocks do it: {', '.join(map(str, breaking.index)) or 'none'}; revenue at "
        f"nothing leaves the median draw's worst year at {table.loc['revenue', 'lowest median share']:.0%}",
        "take_up_surge" in breaking.index
        and not {"oil_slump", "recession_2009", "oil_bust_2016"} & set(breaking.index),
    )


if __name__ == "__main__":
    main()
