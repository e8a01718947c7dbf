"""Which element of the aligned formula does the work, at equal money?

Question. LESC's aligned formula has five elements. As written they cost very different amounts, so their effects as
written say little about the elements. What does each bring when each is scaled to the same base-year cost?

Method. The whole formula and each element alone are scaled to the base-year entitlement of current law and run on the
same draws as it. Scaling is at base-year counts: an element that districts answer strongly costs more later or, at its
cap, is prorated. Current law stays in nominal dollars, so its real cost falls. An element scaled far beyond
what anyone has paid (credentials, thirteen times the bill's amounts) is an extrapolation.

Result. Differences from current law within each draw, means over all years, with 90% of draws; and the state's cost.
"""

from collections.abc import Sequence

from running import by_formula, options, run, show

ELEMENTS = (
    "status_quo",
    "aligned",
    "aligned_base",
    "aligned_per_concentrator",
    "aligned_cost_tier",
    "aligned_credentials",
    "aligned_quality",
)


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options(arguments, "05_cost_neutral")
    results = run(chosen, ELEMENTS, cost_neutral="baseline")
    base = results.manifest.base_year
    years = range(base + 1, base + chosen.horizon + 1)
    outcomes = {"concentrators": "concentrators", "credentials": "credentials", "sites": "sites"}
    table = by_formula(results, outcomes, years, against_baseline=True)
    table = table.join(by_formula(results, {"state_cost_constant": "state cost, base-year $M"}, years) / 1e6)
    table = table.join(by_formula(results, {"proration": "paid share"}, years))
    show("Difference from current law, mean of all years", table, chosen.folder / "elements.csv")


if __name__ == "__main__":
    main()
