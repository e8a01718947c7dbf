"""The verdict table of a hindcast: as text, as Markdown and as one row for each observed number."""

import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.shared.intervals import COVERS, signed_text
from sim.report.shared.origin import also, short
from sim.report.shared.plain_table import PAGE
from sim.study.hindcast.outcomes import Fact
from sim.study.hindcast.verdict import RULE, Judgement, Point, Spread

if TYPE_CHECKING:
    from sim.study.hindcast.study import Finding, Hindcast

WIDTH = PAGE
"""Characters to which the text is folded."""

JUDGED = {
    "ratio": "Judged as the ratio to the placebo.",
    "difference": "Judged as the difference from the placebo.",
    "none": "Judged as it is; the placebo is shown.",
    "own": "Judged as it is; nothing changes in this case, so it is its own placebo.",
}
DIRECTION = {
    "right": "direction right",
    "wrong": "direction wrong",
    "not told": "direction not told from no change with so few draws",
}
USE = {"fitted": "fitted", "held_out": "held out"}
HEADINGS = (
    "Case", "Outcome", "Observed", "Model, median and 90% of draws", "Placebo", "Net of it: observed, model",
    "Standing", "Verdict",
)  # fmt: skip


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


def fact_text(fact: Fact) -> str:
    """What is known of a number: the number, its range, or its bound."""
    if fact.single:
        return number(fact.low)
    if fact.high == float("inf"):
        return f"at least {number(fact.low)}"
    return f"at most {number(fact.high)}" if fact.low == float("-inf") else f"{number(fact.low)} to {number(fact.high)}"


def spread_text(spread: Spread) -> str:
    """The median and the central 90% of draws."""
    return f"{number(spread.median)} ({number(spread.low)} to {number(spread.high)})"


def verdict_text(judgement: Judgement) -> str:
    """The verdict on an outcome, and what its placebo says of it."""
    return judgement.verdict + (f"; {judgement.remark}" if judgement.remark else "")


def net_text(judgement: Judgement, point: Point) -> str:
    """Observed and model net of the placebo; nothing where the number is judged as it is."""
    if point.placebo is None or judgement.outcome.how_net == "none":
        return ""
    return f"{fact_text(point.net_fact)}, {spread_text(point.net)}"


def verdict_rows(study: "Hindcast") -> list[tuple[str, ...]]:
    """One row for each outcome, and for each case that cannot be tested."""
    rows: list[tuple[str, ...]] = []
    for finding in study.findings:
        if not finding.judgements:
            rows.append((finding.case.title, "", "", "", "", "", "", finding.verdict))
        for place, judgement in enumerate(finding.judgements):
            point, outcome = telling_point(judgement), judgement.outcome
            year = "" if outcome.contrast is not None else f" (FY{point.year})"
            name = finding.case.title if place == 0 else ""
            rows.append(
                (
                    name,
                    outcome.label + year,
                    fact_text(point.fact),
                    spread_text(point.case),
                    "" if point.placebo is None else number(point.placebo.median),
                    net_text(judgement, point),
                    USE[outcome.use],
                    "; ".join(filter(None, (verdict_text(judgement), strength_text(judgement)))),
                )
            )
    return rows


def verdict_markdown(study: "Hindcast") -> str:
    """The verdict table in Markdown, and what was run."""
    lines = [
        "| " + " | ".join(HEADINGS) + " |",
        "|---|---|---:|---:|---:|---:|---|---|",
        *("| " + " | ".join(row) + " |" for row in verdict_rows(study)),
        "",
        f"{origin_text(study)}. {RULE}",
    ]
    return "\n".join(lines) + "\n"


def strength_text(judgement: Judgement) -> str:
    """How an outcome that does not agree misses, in its last judged year: 'too weak' where less changed in the model
    than in the record, 'too strong' where more did, 'the wrong way'; of what is no change 'too low' or 'too high'.
    Empty where it agrees, or where the median lies within what is known."""
    if judgement.verdict == "agrees":
        return ""
    point = telling_point(judgement)
    fact, model = point.net_fact, point.net.median
    if fact.low <= model <= fact.high:
        return ""
    nearest = fact.low if model < fact.low else fact.high
    still = {"ratio": 1.0, "difference": 0.0}.get(judgement.outcome.how_net if point.placebo is not None else "none")
    if still is None:
        return "too low" if model < nearest else "too high"
    moved, happened = model - still, nearest - still
    if moved * happened < 0.0:
        return "the wrong way"
    return "too weak" if abs(moved) < abs(happened) else "too strong"


def score(study: "Hindcast") -> list[str]:
    """How many law changes and outcomes agree, and which way those miss that do not."""
    tested = [finding for finding in study.findings if finding.judgements]
    if not tested:
        return ["No law change could be tested."]
    cases = Counter(finding.verdict for finding in tested)
    judged = [judgement for finding in tested for judgement in finding.judgements]
    outcomes = Counter(judgement.verdict for judgement in judged)
    ways = Counter(way for way in map(strength_text, judged) if way)
    missed = ", ".join(f"{count} {way}" for way, count in ways.most_common())
    held_out = sum(all(one.outcome.use == "held_out" for one in finding.judgements) for finding in tested)
    return [
        f"Of {len(tested)} past law changes that could be tested ({held_out} wholly held out), the model agrees with "
        f"{cases['agrees']}, partly with {cases['partly']} and not with {cases['does not agree']}.",
        f"Of their {len(judged)} outcomes {outcomes['agrees']} agree, {outcomes['partly']} partly and "
        f"{outcomes['does not agree']} do not" + (f"; those that miss are: {missed}." if missed else "."),
    ]


def hindcast_text(study: "Hindcast") -> str:
    """The printed page: the score and the verdicts first, then case by case what was fed, what came out and what pulls
    on it."""
    parts = [line for sentence in score(study) for line in _wrapped(sentence)]
    parts += ["", *_wrapped("Each outcome in its last judged year, net of the placebo where it is judged so."), ""]
    parts += [*_table(study), "", *_wrapped(RULE), "", *_wrapped(COVERS), "", *_wrapped(origin_text(study) + "."), ""]
    for finding in study.findings:
        parts += _case(finding)
    return "\n".join(parts)


COLUMNS: tuple[tuple[str, int], ...] = (
    ("Case and outcome", 29), ("Observed", 12), ("Model, 90%", 13), ("Standing", 8), ("Verdict", 10),
)  # fmt: skip
"""Columns of the printed table and their widths, two blanks between them."""


def _table(study: "Hindcast") -> list[str]:
    out = [*_row([heading for heading, _ in COLUMNS]), "-" * PAGE]
    for finding in study.findings:
        out += _wrapped(f"{finding.case.title}: {finding.verdict}")
        for judgement in finding.judgements:
            point, outcome = telling_point(judgement), judgement.outcome
            year = "" if outcome.contrast is not None else f" (FY{point.year})"
            net = point.net
            model = f"{number(net.median)}\n{number(net.low)} to {number(net.high)}"
            verdict = "\n".join(filter(None, (judgement.verdict, strength_text(judgement))))
            out += _row([f"  {outcome.label}{year}", fact_text(point.net_fact), model, USE[outcome.use], verdict])
    return out


def _row(cells: Sequence[str]) -> list[str]:
    widths = [width for _, width in COLUMNS]
    wrapped = [_cell(cell, width) for cell, width in zip(cells, widths, strict=True)]
    height = max(len(lines) for lines in wrapped)
    padded = [lines + [""] * (height - len(lines)) for lines in wrapped]
    return [
        "  ".join(lines[row].ljust(width) for lines, width in zip(padded, widths, strict=True)).rstrip()
        for row in range(height)
    ]


def _cell(cell: str, width: int) -> list[str]:
    """The lines of a cell; what is indented stays so where it is folded."""
    indent = "  " if cell.startswith(" ") else ""
    folded = [textwrap.wrap(line, width, subsequent_indent=indent) for line in cell.split("\n")]
    return [part for lines in folded for part in lines] or [""]


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _case(finding: "Finding") -> list[str]:
    case = finding.case
    parts = [*_wrapped(f"{case.title}: {finding.verdict}"), ""]
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
        f"{verdict_text(judgement)}"
    )
    way = strength_text(judgement)
    parts = _wrapped(f"{head}{f' ({way})' if way else ''}. Near: within {outcome.tolerance:.0%}.", "  ")
    parts += _wrapped(JUDGED[outcome.how_net if judgement.of_placebo is not None else "own"], "    ")
    parts.append(f"    {'year':<9}{'observed':>14}{'median':>8}{'5%':>8}{'95%':>8}{'placebo':>9}  in band  near")
    for point in judgement.points:
        year = "contrast" if outcome.contrast is not None else f"FY{point.year}"
        mark = "" if point.judged else " *"
        placebo = "" if point.placebo is None else number(point.placebo.median)
        parts.append(
            f"    {year:<9}{fact_text(point.net_fact):>14}{_three(point.net)}{placebo:>9}  "
            f"{'yes' if point.inside else 'no':<7}  {'yes' if point.near else 'no'}{mark}"
        )
    if not all(point.judged for point in judgement.points):
        parts.append("    *: not judged")
    if judgement.direction is not None:
        skill = (
            "" if judgement.skill != judgement.skill else f"; error of 'nothing changes' removed: {judgement.skill:.0%}"
        )
        parts += _wrapped(f"{DIRECTION[judgement.direction]}{skill}", "    ")
    pulled = finding.pulls.get(outcome.name)
    if pulled:
        named = ", ".join(f"{name} ({signed_text(correlation, 2)})" for name, correlation in pulled)
        parts += _wrapped(f"Parameters that move it most (rank correlation): {named}", "    ")
    return parts


def _three(spread: Spread) -> str:
    return "".join(f"{number(value):>8}" for value in (spread.median, spread.low, spread.high))


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
            "observed_low": point.fact.low,
            "observed_high": point.fact.high,
            "median": point.median,
            "p05": point.p05,
            "p95": point.p95,
            "placebo_median": None if point.placebo is None else point.placebo.median,
            "placebo_p05": None if point.placebo is None else point.placebo.low,
            "placebo_p95": None if point.placebo is None else point.placebo.high,
            "net": judgement.outcome.how_net if point.placebo is not None else "none",
            "net_observed_low": point.net_fact.low,
            "net_observed_high": point.net_fact.high,
            "net_median": point.net.median,
            "net_p05": point.net.low,
            "net_p95": point.net.high,
            "effect_median": point.effect.median,
            "effect_p05": point.effect.low,
            "effect_p95": point.effect.high,
            "share_of_draws_below": point.share_below,
            "tolerance": judgement.outcome.tolerance,
            "in_band": point.inside,
            "within_tolerance": point.near,
            "outcome_verdict": judgement.verdict,
            "verdict_as_it_is": judgement.as_it_is,
            "verdict_of_placebo": judgement.of_placebo,
            "direction": judgement.direction,
            "remark": judgement.remark,
            "misses": strength_text(judgement),
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
