"""Which element of the aligned formula does the work, at equal money?

Question. LESC's aligned formula has five elements. As written they cost very different amounts, so their effects as
written say little about the elements. What does each bring when each has the same money?

Method. The whole formula and each element alone are scaled to the money of current law, by two measures: what is owed
for base-year counts, and the present value of what the state pays over all years. By the first an element that
districts answer strongly costs more later or, at its cap, is prorated, and current law, in nominal dollars, costs less
every year; the second makes the whole cost equal. An element scaled far beyond what anyone has paid (credentials, many
times the bill's amounts) is an extrapolation: the factors say by how much.

Result. For each measure the differences from current law within each draw, means over all years, with 90% of draws;
the factor on the amounts; and the state's cost.
"""

from collections.abc import Sequence
from dataclasses import replace

from running import Expectation, by_formula, finding, options, run, show

EXPECTED = Expectation(
    "most concentrators reported where the money is for each of them",
    "counts follow what pays for them, as credentials did under bonuses (Ohio and Louisiana)",
)

ELEMENTS = (
    "status_quo",
    "aligned",
    "aligned_base",
    "aligned_per_concentrator",
    "aligned_cost_tier",
    "aligned_credentials",
    "aligned_quality",
)


OUTCOMES = {
    "concentrators_taught": "concentrators taught",
    "concentrators": "concentrators reported",
    "credentials": "credentials",
    "sites": "sites",
}
MEASURES = {"entitlement": "elements", "present_value": "elements_present_value"}
"""How money is measured, and the table that each gives."""


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options(arguments, "05_cost_neutral")
    for measure, name in MEASURES.items():
        folder = chosen.folder if measure == "entitlement" else chosen.folder / measure
        results = run(replace(chosen, folder=folder), ELEMENTS, cost_neutral="baseline", neutral_by=measure)
        base = results.manifest.base_year
        years = range(base + 1, base + chosen.horizon + 1)
        table = by_formula(results, OUTCOMES, years, against_baseline=True)
        scaled = {formula: record.get("neutral", {}) for formula, record in results.manifest.formulas.items()}
        table["factor on amounts"] = [scaled[str(formula)].get("factor", 1.0) for formula in table.index]
        table = table.join(by_formula(results, {"state_cost_constant": "state cost, base-year $M"}, years) / 1e6)
        table = table.join(by_formula(results, {"proration": "paid share"}, years))
        title = f"Difference from current law, mean of all years; same {measure.replace('_', ' ')}"
        show(title, table, chosen.folder / f"{name}.csv", ["paid share"])
        reported = table["concentrators reported"].drop("status_quo")
        spread = table["concentrators reported, 90% of draws"]
        finding(
            chosen,
            EXPECTED,
            f"at the same {measure.replace('_', ' ')} {reported.idxmax()} brings most concentrators reported "
            f"({reported.max():+,.0f}, 90% of draws {spread[reported.idxmax()]}), {reported.idxmin()} fewest "
            f"({reported.min():+,.0f}, {spread[reported.idxmin()]})",
            reported.idxmax() == "aligned_per_concentrator",
        )


if __name__ == "__main__":
    main()
