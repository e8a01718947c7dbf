"""Does it matter whether the same money flows inside the main formula or beside it?

Question. The same money can be paid for every student inside the SEG, for every concentrator inside the SEG (with
new money, or out of everyone's unit value), or for every concentrator beside the SEG, restricted to CTE.

Method. The four formulas are scaled to the base-year entitlement of current law (the cost-neutral switch) and run on
the same draws. What they cost later differs, because districts answer. Money inside the SEG counts as owed, whether the
state adds it or other program units lose it.

Result. Differences from current law, means over all years: concentrators taught and reported, what the state adds,
what other program units lose because the unit value falls, and what districts use for other purposes than CTE.
"""

from collections.abc import Sequence

from running import FORMULAS, Expectation, by_draw, by_formula, ends, finding, options, run, show, told

COST = Expectation(
    "a weight without new money costs other units what the same weight with new money costs the state",
    "the unit value is the appropriation over all units (Section 22-8-25 NMSA 1978): units that are added lower it",
)
FEWEST = Expectation(
    "money for every student brings fewest concentrators",
    "it pays no more for a concentrator, and of money without strings CTE is credited with a part "
    "(Cascio, Gordon and Reber 2013)",
)

PLACES = (
    "status_quo",
    "seg_only",
    FORMULAS / "concentrator_weight_funded.yaml",
    "sb130_quarter_weight",
    "aligned_per_concentrator",
)
CLOSE = 0.05
"""How far the two costs may lie apart, because districts answer the two laws a little differently."""

CONCENTRATORS = {"concentrators_taught": "concentrators taught", "concentrators": "concentrators reported"}


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options(arguments, "04_money_inside_or_outside_the_seg")
    results = run(chosen, PLACES, cost_neutral="baseline")
    base = results.manifest.base_year
    years = range(base + 1, base + chosen.horizon + 1)
    table = by_formula(results, CONCENTRATORS, years, against_baseline=True)
    money = {
        "state_cost": "state cost, $M",
        "dilution": "lost by other units, $M",
        "not_sticking": "used for other purposes, $M",
    }
    table = table.join(by_formula(results, money, years) / 1e6)
    show("Added concentrators, and money a year (nominal)", table, chosen.folder / "places.csv")
    taught = table["concentrators taught"].drop("status_quo")
    draws = by_draw(results, ["state_cost", "dilution"], years) / 1e6
    lost = draws.loc["sb130_quarter_weight", "dilution"]
    paid = draws.loc["concentrator_weight_funded", "state_cost"]
    finding(
        chosen,
        COST,
        f"other units lose {told(lost, '${:,.1f}M'.format)} a year; with new money the state pays "
        f"{told(paid, '${:,.1f}M'.format)}; in a draw the two are {told(lost / paid - 1.0, '{:+.1%}'.format)} apart",
        max(map(abs, ends(lost / paid - 1.0))) < CLOSE,
    )
    spread = f"{table.loc[taught.idxmin(), 'concentrators taught, 90% of draws']}"
    finding(
        chosen,
        FEWEST,
        f"{taught.idxmin()} brings fewest concentrators taught ({taught.min():+,.0f}, 90% of draws {spread}), "
        f"{taught.idxmax()} most ({taught.max():+,.0f}, "
        f"{table.loc[taught.idxmax(), 'concentrators taught, 90% of draws']})",
        taught.idxmin() == "seg_only",
    )


if __name__ == "__main__":
    main()
