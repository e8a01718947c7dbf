"""An early end of a formula, announced by a later law."""

from sim.engine.scenario import EarlyEnd
from sim.funding.formula import Formula, begun_by, lines_in_force
from sim.funding.line import Line


def lines_under(
    end: EarlyEnd | None, formula: Formula, current_law: Formula, fiscal_year: int, base_year: int
) -> tuple[Line, ...]:
    """The lines that pay in a fiscal year where a formula may ``end`` early.

    Until the end is announced all is as the formula says. From then on its lines carry the end as their own last year,
    which districts read as far as they read the law, and after that year they pay nothing; nor does what they replaced
    come back. Federal money, background money and lines that current law has begun go on.
    """
    lines = lines_in_force(formula, current_law, fiscal_year, base_year)
    if end is None or fiscal_year < max(end.announced, base_year + 1):
        return lines
    going_on = begun_by(current_law, base_year)
    ended = tuple(line if line.name in going_on else _ending(line, end.last_year) for line in lines)
    return tuple(line for line in ended if line.active(fiscal_year))


def _ending(line: Line, last_year: int) -> Line:
    own = line.sunset_year
    if line.background or line.federal or (own is not None and own <= last_year):
        return line
    return line.model_copy(update={"sunset_year": last_year})
