"""When does the aligned formula owe more than is voted, if the appropriation itself is open?

Question. LESC's aligned formula pays until its appropriation is used up and prorates from then on. Which futures use it
up: those with a small appropriation, those in which demand surges, or those in which the model's numbers lie high? And
how often does it hold both its budget and its goal, beside a quarter weight inside the SEG?

Method. Futures that draw all uncertain numbers over their priors, the appropriation from $30 to $120 million, and one
of three kinds of scenario at a size of up to twice that of its file. PRIM looks for the box in which more is owed than
voted in some of the first ten years; fresh futures judge it.

Result. The condition with its limits, how often each formula holds, and whether the box holds where nobody looked.
``draws`` are the futures that are searched; half as many judge.
"""

from collections.abc import Sequence

from running import Expectation, finding, options, show

import sim

EXPECTED = Expectation(
    "the box is a limit on the appropriation, and holds among fresh futures",
    "what is voted decides before any uncertain number does; a surge or a collapse only moves where it bites",
)

FORMULAS = ("status_quo", "aligned", "sb130_quarter_weight")
SCENARIOS = ("baseline", "take_up_surge", "enrollment_collapse")


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options(arguments, "09_discover", draws=128, horizon=10)
    asked = {
        "design": {"points": max(20, chosen.draws)},
        "discover": {"fresh": max(20, chosen.draws // 2), "resamples": 50, "years": chosen.horizon},
    }
    try:
        found = sim.discover(
            FORMULAS, scenarios=SCENARIOS, years=chosen.horizon, folder=chosen.folder, report=True,
            factors={"formula": {"aligned": {"appropriation": {"dollars": [30e6, 120e6]}}}},
            **{**asked, **chosen.settings},
        )  # fmt: skip
    except sim.InputError as error:
        raise SystemExit(str(error)) from None
    boxes, limits, robust = (found.table(name) for name in ("boxes", "limits", "robustness"))
    columns = ["within_budget", "at_goal", "both"]
    show("Share of futures in which each formula holds", robust.set_index("formula")[columns],
         chosen.folder / "holds.csv", columns)  # fmt: skip
    of = (limits["question"] == "budget") & (limits["formula"] == "aligned") & limits["kept"]
    kept = limits[of].set_index("dimension")[["low", "high", "scenarios", "quasi_p", "reproduction"]]
    show("Limits of the box in which the aligned formula owes more than is voted", kept, chosen.folder / "box.csv")
    box = boxes[(boxes["question"] == "budget") & (boxes["formula"] == "aligned")].iloc[0]
    where = ", ".join(map(str, kept.index)) or "which has no limit: no condition was found"
    finding(
        chosen,
        EXPECTED,
        f"more is owed than voted in {box['density']:.0%} of futures inside the box ({where}), in {box['share']:.0%} of"
        f" all; among fresh futures {box['fresh_density']:.0%} against {box['fresh_share']:.0%}",
        bool(any("appropriation" in name for name in kept.index) and box["fresh_density"] > box["fresh_share"]),
    )


if __name__ == "__main__":
    main()
