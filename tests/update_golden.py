"""Write the golden baseline anew and say why: python tests/update_golden.py --reason "what changed, why it is right".

The reason, the date and the size of the change go to the top of CHANGELOG.md.
"""

import argparse
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import pandas as pd  # noqa: E402
from golden_baseline import GOLDEN, computed, read_golden, write_golden  # noqa: E402

CHANGELOG = ROOT / "CHANGELOG.md"
SHORTEST_REASON = 20
HEAD = """# Changes of the numbers

Newest first. Each entry says why the golden baseline of the tests (`tests/golden/`) moved, and by how much. It is
written by `python tests/update_golden.py --reason "..."`.
"""


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reason", required=True, help="what changed in the model, and why the new numbers are right")
    reason = " ".join(parser.parse_args(arguments).reason.split())
    if len(reason) < SHORTEST_REASON:
        parser.error(f"--reason: {reason!r} is too short to explain a change; write a sentence")
    old = read_golden() if GOLDEN.is_file() else None
    new = computed()
    if old is not None and old.equals(new):
        print("The numbers are as they were; nothing is written.")
        return
    write_golden(new)
    entry = f"## {date.today():%Y-%m-%d}\n\n{reason}\n\n{size_of_change(old, new)}\n"
    CHANGELOG.write_text(with_entry(_changelog(), entry), encoding="utf-8")
    print(entry)


def _changelog() -> str:
    return CHANGELOG.read_text(encoding="utf-8") if CHANGELOG.is_file() else HEAD


def with_entry(changelog: str, entry: str) -> str:
    """The changelog with an entry above all others."""
    head, mark, rest = changelog.partition("\n## ")
    return f"{head.rstrip()}\n\n{entry}{mark}{rest}"


def size_of_change(old: pd.DataFrame | None, new: pd.DataFrame) -> str:
    """How far the numbers moved, relative to what they were: a sentence, and the largest change of each metric."""
    keys = ["formula", "fiscal_year", "metric"]
    if old is None:
        return f"First baseline: {len(new)} numbers."
    both = old.merge(new, on=keys, how="outer", suffixes=("_old", "_new"), indicator=True)
    shared = both[both["_merge"] == "both"]
    moved = ((shared["value_new"] - shared["value_old"]) / shared["value_old"].abs().clip(lower=1e-12)).where(
        shared["value_new"] != shared["value_old"], 0.0
    )
    added, removed = int((both["_merge"] == "right_only").sum()), int((both["_merge"] == "left_only").sum())
    lines = [
        f"{int((moved != 0).sum())} of {len(shared)} numbers moved; added {added}, removed {removed}."
        " Largest change by metric:",
        "",
    ]
    for metric, changes in moved.groupby(shared["metric"]):
        most = int(changes.abs().to_numpy().argmax())
        change, place = changes.iloc[most], shared.loc[changes.index].iloc[most]
        if change:
            lines.append(f"- {metric}: {change:+.2%} ({place['formula']}, FY{place['fiscal_year']})")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
