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

from running import FORMULAS, by_formula, finding, options, run, show

PLACES = (
    "status_quo",
    "seg_only",
    FORMULAS / "concentrator_weight_funded.yaml",
    "sb130_quarter_weight",
    "aligned_per_concentrator",
)


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
    unfunded, funded = table.loc["sb130_quarter_weight"], table.loc["concentrator_weight_funded"]
    finding(
        f"{taught.idxmax()} adds most concentrators ({taught.max():+,.0f}), {taught.idxmin()} fewest "
        f"({taught.min():+,.0f}); other units lose ${unfunded['lost by other units, $M']:,.1f}M a year to a weight "
        f"without new money, the state pays ${funded['state cost, $M']:,.1f}M for the same weight with it",
        "a weight without new money costs other units what the same weight costs the state; money for every student "
        "brings fewest concentrators",
    )


if __name__ == "__main__":
    main()
