"""The files of a reverse stress test: the answer, the table with its brackets, every size tried, and the figure."""

from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.answer.files import ANSWER_TEXT
from sim.report.answer.text import WIDTH
from sim.report.reverse.figures import reverse_figure
from sim.report.reverse.words import frame, sentences, sheet
from sim.report.shared.plain_table import paragraphs
from sim.report.stress.sheets import as_text
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.study.stress.reverse import ReverseStudy


def write_reverse(study: "ReverseStudy", folder: Path, figures: bool = True) -> str:
    """Write answer.txt, reverse.txt, reverse.csv and, with ``figures``, the figure; returns the text."""
    said = sentences(study)
    head = "\n".join(line for one in said for line in _folded(one)) + "\n"
    text = f"{head}\n{as_text(sheet(study))}"
    (folder / ANSWER_TEXT).write_text(head, encoding="utf-8", newline="\n")
    (folder / "reverse.txt").write_text(text, encoding="utf-8", newline="\n")
    write_table(frame(study), folder / "reverse.csv")
    if figures and study.found:
        reverse_figure(study, folder / "figures" / "reverse.png")
    return text


def _folded(sentence: str) -> list[str]:
    first, *rest = paragraphs([sentence], WIDTH)
    return [first, *(f"  {line}" for line in paragraphs([" ".join(rest)], WIDTH - 2))]
