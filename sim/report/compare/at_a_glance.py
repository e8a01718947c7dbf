"""What stands on the screen: imported by itself, so that a first answer does not wait for what draws and writes."""

from typing import TYPE_CHECKING

from sim.report.answer.files import answer_text
from sim.report.compare.headline_table import headline_table
from sim.report.shared.plain_table import PAGE

if TYPE_CHECKING:
    from sim.results.results import Results


def at_a_glance(results: "Results", width: int = PAGE, so_far: str = "") -> str:
    """What stands on the screen: the answer in words, and the table of the first years beside it; ``so_far`` says of
    which draws, before all are done."""
    return f"{answer_text(results)}\n{headline_table(results, width=width, so_far=so_far)}"
