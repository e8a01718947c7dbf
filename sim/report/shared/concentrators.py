"""How tables show concentrators: taught, and beside it what is reported, with the part that is recoded."""

from sim.report.shared.intervals import number_text

LEAST = 0.05
"""Students below which none are recoded."""

FEW = 20.0
"""Students below which a tenth of one is shown."""


def reported_cell(taught: str, recoded: float, signed: bool = False) -> tuple[str, str]:
    """What is reported and, below it, how many of them are recoded, as ('23,740', '5,380 recoded').

    ``taught`` is the number as its own cell shows it; the two shown numbers add up to the third. ``signed`` for
    changes.
    """
    besides = number_text(recoded, "students", signed=signed) if abs(recoded) >= LEAST else "0"
    together = _number(taught) + _number(besides)
    step = 0.1 if abs(together) < FEW else 1.0
    return number_text(together, "students", step=step, signed=signed), f"{besides} recoded"


def _number(text: str) -> float:
    return float(text.replace(",", ""))
