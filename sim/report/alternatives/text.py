"""Other structures as printed text and as a part of a page."""

import textwrap
from typing import TYPE_CHECKING

from sim.report.alternatives.tables import beyond_chance, errors_apart
from sim.report.alternatives.words import changed_text, finding, origin_text
from sim.report.shared.intervals import bands, interval_text
from sim.report.shared.rows import Rows
from sim.results.headlines import HEADLINES
from sim.study.assessment.scores import Interval

if TYPE_CHECKING:
    from sim.study.alternatives.study import Compared, Comparison

STANDING_NOTE = (
    "Log evidence: logarithm of the density of all fitted targets before the fit, less the model's, with its "
    "standard error (of the emulator and of sampling); 3 is twenty to one. It answers to how wide the priors are of "
    "what an alternative does without. Misfit: mean square of the distances of fitted targets from the mean of the "
    "posterior simulated anew, in tolerances. Log score and CRPS: of a case by the fit without it, less the model's, "
    "mean over cases with 90%; a higher log score and a lower CRPS are better. Weight: of each in the mixture that "
    "would have forecast the cases best."
)
TARGETS_NOTE = (
    "Distances after the fit in tolerances, against the model's; a quarter and less is not named. Names of targets are "
    "those of `calibration/targets.yaml` of the state."
)
ANSWER_NOTE = (
    "Differences from current law, mean and 90% of draws. Stars: means that lie farther from the model's than chance "
    "alone would bring any of them in one of twenty such tables; with more draws less is chance."
)


def alternatives_markdown(found: "Comparison") -> str:
    """The generated part of the page: three sentences, what each structure assumes, tables and figures."""
    parts = [*(f"- {sentence}" for sentence in finding(found)), ""]
    for title, rows, note, figure in sections(found):
        parts += [f"### {title}", "", *_markdown(rows), "", note, ""]
        parts += [f"![{title}](figures/alternatives_{figure}.png)", ""] if figure else []
    return "\n".join([*parts, origin_text(found)]) + "\n"


def alternatives_text(found: "Comparison") -> str:
    """The printed page."""
    lines = [*(sentence.replace("**", "") for sentence in finding(found)), ""]
    for title, rows, note, _ in sections(found):
        lines += [title, "", *_columns(rows), "", note, ""]
    return "\n".join([*lines, origin_text(found)]) + "\n"


def sections(found: "Comparison") -> list[tuple[str, Rows, str, str]]:
    """Title, rows with their header first, a note, and the figure of each part."""
    return [
        ("What each assumes", _assumed(found), "What an alternative sets is not fitted.", ""),
        ("How they stand beside the model", _standing(found), STANDING_NOTE, "standing"),
        ("What comes nearer and what goes farther", _targets(found), TARGETS_NOTE, ""),
        ("What they answer", _answers(found), ANSWER_NOTE, "answers"),
    ]


def _assumed(found: "Comparison") -> Rows:
    rows = [["structure", "assumes", "what speaks for it", "source"]]
    for one in found.others:
        alternative = one.structure.alternative
        assert alternative is not None
        rows.append([alternative.title, alternative.assumes, alternative.speaks_for, alternative.source])
    return rows


def _standing(found: "Comparison") -> Rows:
    rows = [["structure", "fitted parameters", "log evidence", "misfit", "log score", "CRPS", "weight"]]
    for one, weight in zip(found.structures, found.weights, strict=True):
        against = one.beside
        compared = ["0", "0", "0"]
        if against is not None:
            compared = [
                f"{against.evidence:+.1f} (error {against.error:.1f})",
                _over_cases(against.log_score),
                _over_cases(against.crps),
            ]
        fitted, misfit = str(len(one.structure.entries)), f"{one.standing.misfit(found.table):.2f}"
        rows.append([one.structure.title, fitted, compared[0], misfit, *compared[1:], f"{weight:.2f}"])
    return rows


def _targets(found: "Comparison") -> Rows:
    return [["structure", "targets, by how many tolerances"]] + [
        [one.structure.title, changed_text(one, found)] for one in found.others
    ]


def _answers(found: "Comparison") -> Rows:
    rows = [["formula", "structure", *(headline.heading.replace("\n", " ") for headline in HEADLINES)]]
    for formula in found.formulas[1:]:
        for one in found.structures:
            cells = [_answer(one, found, formula, place) for place in range(len(HEADLINES))]
            rows.append([formula.replace("_", " "), one.structure.title, *cells])
    return rows


def _answer(one: "Compared", found: "Comparison", formula: str, place: int) -> str:
    headline = HEADLINES[place]
    values, of_model = one.effects[formula][headline.name], found.model.effects[formula][headline.name]
    band = bands(values, axis=0)
    text = interval_text(float(band.mean), float(band.low), float(band.high), headline.unit, signed=True)
    return f"{text} *" if abs(errors_apart(values, of_model)) > beyond_chance(found) else text


def _over_cases(interval: Interval) -> str:
    return f"{interval.value:+.2f} ({interval.low:+.2f} to {interval.high:+.2f})"


def _markdown(rows: Rows) -> list[str]:
    head, *body = [[cell.replace("*", "\\*") for cell in row] for row in rows]
    return ["| " + " | ".join(line) + " |" for line in (head, ["---"] * len(head), *body)]


WIDEST = 46
"""Characters of a cell of the printed page, which is then wrapped."""


def _columns(rows: Rows) -> list[str]:
    wrapped = [[textwrap.wrap(cell, WIDEST) or [""] for cell in row] for row in rows]
    widths = [max(len(line) for row in wrapped for line in row[place]) for place in range(len(rows[0]))]
    lines = []
    for row in wrapped:
        for number in range(max(map(len, row))):
            cells = [cell[number] if number < len(cell) else "" for cell in row]
            lines.append("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())
    return lines
