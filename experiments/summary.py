"""Writes the table of experiments/README.md anew from what the experiments left.

``python experiments/summary.py outputs/experiments`` takes the findings of all experiments in that folder, of each the
one with most draws.
"""

import json
import re
import sys
from pathlib import Path

from running import FINDINGS

HERE = Path(__file__).resolve().parent
BLOCK = re.compile(r"(<!-- generated: findings -->\n).*?(<!-- end -->)", re.DOTALL)


def question(path: Path) -> str:
    """What an experiment asks: the first line of its text."""
    return path.read_text(encoding="utf-8").partition("\n")[0].strip('"')


def table(folder: Path) -> str:
    """The table in Markdown, one row for each finding. Raises SystemExit if an experiment has left none."""
    rows = ["| file | question | expected | found | draws, years |", "|---|---|---|---|---|"]
    for path in sorted(HERE.glob("[0-9]*.py")):
        left = [
            [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
            for file in folder.glob(f"{path.stem}_*/{FINDINGS}")
        ]
        if not left:
            raise SystemExit(f"{folder}: holds no findings of {path.name}; run it with outputs={folder}")
        of_file = f"[{path.name}]({path.name}) | {question(path)}"
        for number, one in enumerate(max(left, key=lambda findings: findings[0]["draws"])):
            first = of_file if number == 0 else " | "
            found = f"**{one['verdict']}**: {one['found']}"
            rows.append(f"| {first} | {one['expected']} | {found} | {one['draws']}, {one['years']} |")
    return "\n".join(rows)


def main(words: list[str]) -> None:
    page = HERE / "README.md"
    made = table(Path(words[0]))
    written = BLOCK.sub(lambda found: f"{found[1]}{made}\n{found[2]}", page.read_text(encoding="utf-8"))
    page.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:] or ["outputs/experiments"])
