"""The verdict table of a hindcast: as text, as Markdown and as one row for each observed number."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.shared.intervals import COVERS, signed_text
from sim.report.shared.origin import also, short
from sim.study.hindcast.verdict import RULE, Judgement, Point

if TYPE_CHECKING:
    from sim.study.hindcast.study import Finding, Hindcast

WIDTH = 120

USE = {"fitted": "fitted", "held_out": "held out"}
HEADINGS = ("Case", "Outcome", "Observed", "Model, median and 90% of draws", "Standing", "Verdict")


def origin_text(study: "Hindcast") -> str:
    """Run, data, draws and seed."""
    drawn = f"{study.draws:,} draws ({study.uncertainty}), seed {study.seed}"
    return f"Run {short(study.run)}, data {short(study.data)}, {drawn}{also(study.changed)}"


def telling_point(judgement: Judgement) -> Point:
    """The point that stands for an outcome in a table: its last judged year."""
    return [point for point in judgement.points if point.judged][-1]


def number(value: float) -> str:
    """A ratio or share."""
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3g}"


def verdict_rows(study: "Hindcast") -> list[tuple[str, ...]]:
    """One row for each outcome, and for each case that cannot be tested."""
    rows: list[tuple[str, ...]] = []
    for finding in study.findings:
        if not finding.judgements:
            rows.append((finding.case.title, "", "", "", "", finding.verdict))
        for place, judgement in enumerate(finding.judgements):
            point, outcome = telling_point(judgement), judgement.outcome
            year = "" if outcome.contrast is not None else f" (FY{point.year})"
            name = finding.case.title if place == 0 else ""
            model = f"{number(point.median)} ({number(point.p05)} to {number(point.p95)})"
            rows.append(
                (
                    name,
                    outcome.label + year,
                    number(point.observed),
                    model,
                    USE[outcome.use],
                    judgement.verdict,
                )
            )
    return rows


def verdict_markdown(study: "Hindcast") -> str:
    """The verdict table in Markdown, and what was run."""
    lines = [
        "| " + " | ".join(HEADINGS) + " |",
        "|---|---|---:|---:|---|---|",
        *("| " + " | ".join(row) + " |" for row in verdict_rows(study)),
        "",
        f"{origin_text(study)}. {RULE}",
    ]
    return "\n".join(lines) + "\n"


def hindcast_text(study: "Hindcast") -> str:
    """The printed page: verdicts first, then case by case what was fed, what came out and what pulls on it."""
    parts = ["Hindcasts: what the model makes of law changes that happened", "", *_table(verdict_rows(study)), ""]
    parts += [*_wrapped(RULE), "", *_wrapped(COVERS), "", *_wrapped(origin_text(study) + "."), ""]
    for finding in study.findings:
        parts += _case(finding)
    return "\n".join(parts)


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = (38, 34, 8, 24, 8, 16)
    out = [_row(HEADINGS, widths)[0], *_row(HEADINGS, widths)[1:], "-" * (sum(widths) + 2 * (len(widths) - 1))]
    for row in rows:
        out += _row(row, widths)
    return out


def _row(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    wrapped = [textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, widths, strict=True)]
    height = max(len(lines) for lines in wrapped)
    padded = [lines + [""] * (height - len(lines)) for lines in wrapped]
    return [
        "  ".join(lines[row].ljust(width) for lines, width in zip(padded, widths, strict=True)).rstrip()
        for row in range(height)
    ]


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _case(finding: "Finding") -> list[str]:
    case = finding.case
    parts = [f"{case.title}: {finding.verdict}", ""]
    for label, text in (
        ("What happened", case.what_happened),
        ("Fed to the model", case.fed),
        ("The stylized state", case.stylized),
        ("Fitted", case.fitted),
        ("Why it cannot be tested", case.untestable),
        *(("Caution", caveat) for caveat in case.caveats),
        ("Source", case.source),
    ):
        if text:
            parts += _wrapped(f"{label}: {' '.join(text.split())}", "  ")
    for judgement in finding.judgements:
        parts += ["", *_outcome(finding, judgement)]
    return [*parts, ""]


def _outcome(finding: "Finding", judgement: Judgement) -> list[str]:
    outcome = judgement.outcome
    head = (
        f"{outcome.label} ({outcome.stands_for}; {USE[outcome.use]}; confidence {outcome.confidence}): "
        f"{judgement.verdict}"
    )
    parts = _wrapped(head, "  ")
    parts.append(
        f"    {'year':<10}{'observed':>10}{'median':>10}{'5%':>10}{'95%':>10}  in band  within {outcome.tolerance:.0%}"
    )
    for point in judgement.points:
        year = "contrast" if outcome.contrast is not None else f"FY{point.year}"
        mark = "" if point.judged else "  not judged"
        parts.append(
            f"    {year:<10}{number(point.observed):>10}{number(point.median):>10}{number(point.p05):>10}"
            f"{number(point.p95):>10}  {'yes' if point.inside else 'no':<7}  {'yes' if point.near else 'no'}{mark}"
        )
    if judgement.direction is not None:
        skill = (
            "" if judgement.skill != judgement.skill else f"; error of 'nothing changes' removed: {judgement.skill:.0%}"
        )
        parts.append(f"    direction {'right' if judgement.direction else 'wrong'}{skill}")
    pulled = finding.pulls.get(outcome.name)
    if pulled:
        named = ", ".join(f"{name} ({signed_text(correlation, 2)})" for name, correlation in pulled)
        parts += _wrapped(f"Parameters that move it most (rank correlation): {named}", "    ")
    return parts


def points_table(study: "Hindcast") -> pd.DataFrame:
    """One row for each observed number beside the model's."""
    rows = [
        {
            "case": finding.case.name,
            "case_verdict": finding.verdict,
            "outcome": judgement.outcome.name,
            "use": judgement.outcome.use,
            "confidence": judgement.outcome.confidence,
            "compare": "contrast" if judgement.outcome.contrast is not None else judgement.outcome.compare,
            "fiscal_year": point.year,
            "judged": point.judged,
            "observed": point.observed,
            "median": point.median,
            "p05": point.p05,
            "p95": point.p95,
            "share_of_draws_below": point.share_below,
            "tolerance": judgement.outcome.tolerance,
            "in_band": point.inside,
            "within_tolerance": point.near,
            "outcome_verdict": judgement.verdict,
        }
        for finding in study.findings
        for judgement in finding.judgements
        for point in judgement.points
    ]
    rows += [
        {"case": finding.case.name, "case_verdict": finding.verdict}
        for finding in study.findings
        if not finding.judgements
    ]
    return pd.DataFrame(rows)


def pulls_table(study: "Hindcast") -> pd.DataFrame:
    """The parameters that go most with each outcome's last judged number."""
    rows = [
        {"case": finding.case.name, "outcome": outcome, "parameter": name, "rank_correlation": correlation}
        for finding in study.findings
        for outcome, pulled in finding.pulls.items()
        for name, correlation in pulled
    ]
    return pd.DataFrame(rows, columns=["case", "outcome", "parameter", "rank_correlation"])
