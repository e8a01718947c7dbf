"""An assessment as text and as a page: the short answer, then each check with its table and figure."""

from typing import TYPE_CHECKING

import numpy as np

from sim.report.assessment.tables import left_out_table, predictive_table
from sim.report.assessment.words import answer, believed, interval_text, origin_text, p_text, short_answer
from sim.report.calibration.tables import number
from sim.report.shared.intervals import signed_text
from sim.report.shared.rows import Rows, markdown_rows, text_rows
from sim.study.assessment.forecasts import BANDS
from sim.study.assessment.ranks import LIKELIHOOD

if TYPE_CHECKING:
    from sim.study.assessment.study import Assessment

FEW = 8
"""Rows of a long table that the page shows."""


def assessment_markdown(found: "Assessment") -> str:
    """The generated part of the page: the answer, what may be believed, and each check with its table and figure."""
    may, not_ = believed(found)
    parts = [
        "## The short answer", "", short_answer(found), "",
        "**What may be believed**", "", *(f"- {sentence}" for sentence in may), "",
        "**What not**", "", *(f"- {sentence}" for sentence in not_), "",
        "## Check by check", "", *(f"- {sentence}" for sentence in answer(found)), "", origin_text(found), "",
    ]  # fmt: skip
    for title, rows, note, figures in sections(found):
        parts += [f"## {title}", "", *markdown_rows(rows), ""]
        parts += [note, ""] if note else []
        for figure in figures:
            parts += [f"![{title}](figures/assessment_{figure}.png)", ""]
    return "\n".join(parts).rstrip() + "\n"


def assessment_text(found: "Assessment") -> str:
    """The printed page."""
    may, not_ = believed(found)
    said = [sentence.replace("**", "") for sentence in answer(found)]
    lines = [
        short_answer(found), "", "What may be believed", *(f"  {sentence}" for sentence in may), "",
        "What not", *(f"  {sentence}" for sentence in not_), "", "Check by check", "", *said, "",
    ]  # fmt: skip
    for title, rows, _, _ in sections(found):
        lines += [title, "", *text_rows(rows), ""]
    return "\n".join([*lines, origin_text(found)]) + "\n"


def sections(found: "Assessment") -> list[tuple[str, Rows, str, tuple[str, ...]]]:
    """Title, rows with their header first, a note, and figures of each check."""
    return [
        ("Known truths", _rank_rows(found), RANK_NOTE.format(shown=FEW), ("ranks",)),
        ("Targets, as fitted and with their case left out", _target_rows(found), TARGET_NOTE,
         ("predictive", "left_out")),
        ("Coverage", _coverage_rows(found), COVERAGE_NOTE, ("coverage",)),
        ("The race", _race_rows(found), RACE_NOTE, ("race",)),
        ("Size of changes", _change_rows(found), CHANGE_NOTE, ("changes",)),
        ("Priors and targets", _power_rows(found), POWER_NOTE, ("power_scaling",)),
        ("Discrepancy", _discrepancy_rows(found), DISCREPANCY_NOTE, ("discrepancy",)),
    ]  # fmt: skip


RANK_NOTE = (
    "Shown: the likelihood, and the {shown} parameters with the least p; all stand in `ranks.csv`. Width: the "
    "posterior's spread over the root mean square of its errors, under 1 where it is too sure. Spread: mean of the "
    "posterior's over the prior's."
)
TARGET_NOTE = (
    "Median and 90% with the stated tolerance; p: two-sided chance of what was observed. As fitted: the posterior "
    "simulated anew. Left out: the fit without all targets of the case, by the emulator."
)
COVERAGE_NOTE = (
    "Share of outcomes inside; in brackets the mean of the shares of cases, each counted once. Without tolerance: "
    "parameters and luck alone. With discrepancy: in place of the tolerance, what other cases tell of the kind of "
    "outcome."
)
RACE_NOTE = (
    "Scores (CRPS) in tolerances and distances in log points, means over cases; less is better. Skill: one less the "
    "ratio of scores, with 90% over cases. The forecasts without a model have the spread of their own misses in other "
    "cases."
)
CHANGE_NOTE = "Means over targets in log points, towards where the observed change went."
POWER_NOTE = (
    "Distance for each doubling of the power of all priors, or of the likelihood; from 0.05 on a quantity is said to "
    "answer. Move: of the mean in posterior standard deviations, if all priors had half their variance. Shown: what "
    "answers most to the priors; all in `power_scaling.csv`."
)
DISCREPANCY_NOTE = (
    "Sigma: standard deviation of the logarithm of observed over forecast, beyond parameters and luck; median and 90%. "
    "Factor: between which it leaves nine of ten outcomes. Mean miss: log of observed over forecast."
)


def _rank_rows(found: "Assessment") -> Rows:
    order = sorted(found.tests, key=lambda t: (t.name != LIKELIHOOD, min(t.p_smirnov, t.p_histogram)))
    rows = [["of", "p (Kolmogorov-Smirnov)", "p (histogram)", "spread", "width"]]
    for test in order[: FEW + 1]:
        name = test.name if test.name == LIKELIHOOD else f"`{test.name}`"
        rows.append([name, p_text(test.p_smirnov), p_text(test.p_histogram), _plain(test.spread), _plain(test.width)])
    return rows


def _target_rows(found: "Assessment") -> Rows:
    rows = [["target", "case", "observed", "as fitted", "p", "case left out", "p left out"]]
    fitted, left = predictive_table(found).to_dict("records"), left_out_table(found).to_dict("records")
    for target, one, other in zip(found.evidence.targets, fitted, left, strict=True):
        held = "" if target.use == "fit" else " (held out)"
        cells = [
            f"{number(row['median'])} ({number(row['p05'])} to {number(row['p95'])})" for row in (one, other)
        ]  # fmt: skip
        p = [p_text(row["p_two_sided"]) for row in (one, other)]
        rows.append([target.label + held, str(one["case"]), number(target.value), cells[0], p[0], cells[1], p[1]])
    return rows


def _coverage_rows(found: "Assessment") -> Rows:
    rows = [["forecast", "outcomes", "cases", *(f"{band:.0%} band" for band in BANDS)]]
    for row in found.coverage:
        cells = [f"{share:.0%} ({mean.value:.0%})" for share, mean in zip(row.shares, row.over_cases, strict=True)]
        rows.append([row.forecast, str(row.targets), str(row.cases), *cells])
    return rows


def _race_rows(found: "Assessment") -> Rows:
    rows = [["forecast", "against", "outcomes", "cases", "scores", "skill", "log errors", "cases won", "verdict"]]
    for heat in found.heats:
        rows.append(
            [
                heat.first, heat.other, str(heat.targets), str(heat.skill.cases),
                f"{heat.crps[0]:.2f} : {heat.crps[1]:.2f}", interval_text(heat.skill),
                f"{heat.log_error[0]:.2f} : {heat.log_error[1]:.2f}", str(heat.won), heat.verdict,
            ]
        )  # fmt: skip
    return rows


def _change_rows(found: "Assessment") -> Rows:
    rows = [["observed change", "outcomes", "cases", "observed", "forecast", "missing", "right direction"]]
    for row in found.sizes:
        cells = (signed_text(value, 2) for value in (row.observed, row.forecast, row.missing))
        rows.append([row.size, str(row.targets), str(row.cases), *cells, str(row.right)])
    return rows


def _power_rows(found: "Assessment") -> Rows:
    rows = [["of", "answers to priors", "to targets", "move", "which"]]
    labels = {target.name: target.label for target in found.evidence.targets}
    for of, group in (("`{}`", found.parameters), ("{}", found.expected)):
        for row in sorted(group, key=lambda row: -row.prior)[:FEW]:
            name = of.format(labels.get(row.name, row.name))
            rows.append([name, f"{row.prior:.2f}", f"{row.likelihood:.2f}", signed_text(row.moves, 2), row.diagnosis])
    return rows


def _discrepancy_rows(found: "Assessment") -> Rows:
    rows = [["kind of outcome", "outcomes", "cases", "sigma", "factor", "mean miss"]]
    for row in found.all_discrepancies:
        rows.append(
            [
                row.kind, str(row.targets), str(row.cases), f"{row.sigma:.2f} ({row.low:.2f} to {row.high:.2f})",
                f"{row.factors[0]:.2f} to {row.factors[1]:.2f}", signed_text(row.bias, 2),
            ]
        )  # fmt: skip
    return rows


def _plain(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.2f}"
