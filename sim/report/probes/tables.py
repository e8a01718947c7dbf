"""The verdict table of a battery of probes: as text, as Markdown, and as one row for each check and for each year."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.shared.intervals import COVERS
from sim.report.shared.origin import also, short
from sim.study.probes.schema import Check
from sim.study.probes.verdict import RULE, Finding, Judgement

if TYPE_CHECKING:
    from sim.study.probes.study import Battery

WIDTH = 120
HEADINGS = ("Probe, and what is compared", "Range", "Median, 90% of draws", "Verdict")
SPACES = (58, 15, 27, 14)

COMPARED = {
    "ratio": "over",
    "difference": "less",
    "level": "",
    "share_of_gain": "as a share of the gain of",
}


def origin_text(battery: "Battery") -> str:
    """Run, data, draws and seed."""
    drawn = f"{battery.draws:,} draws ({battery.uncertainty}), seed {battery.seed}"
    return f"Run {short(battery.run)}, data {short(battery.data)}, {drawn}{also(battery.changed)}"


def number(value: float) -> str:
    """A ratio, a share or a count."""
    if value != value:
        return "n/a"
    size = abs(value)
    return f"{value:,.0f}" if size >= 1000 else f"{value:.3g}" if size >= 10 else f"{value:.3f}"


def range_text(judgement: Judgement) -> str:
    """The range of what was judged, as it is written."""
    return range_of(judgement.check)


def range_of(check: Check) -> str:
    """A range as it is written; nothing where a number is only shown."""
    if check.near is not None and check.within is not None:
        return f"{check.near:g} +- {check.within:g}"
    if check.least is None and check.most is None:
        return ""
    if check.least == check.most:
        return f"exactly {check.least:g}"
    if check.most is None:
        return f"{check.least:g} or more"
    return f"{check.most:g} or less" if check.least is None else f"{check.least:g} to {check.most:g}"


def years_text(judgement: Judgement) -> str:
    """The years of a number, in words."""
    return span_text(judgement.years, judgement.check.since)


def span_text(years: Sequence[int], since: int | None) -> str:
    """Years, and the one that they stand over, in words."""
    last = f"years {min(years)} to {max(years)}" if len(years) > 1 else f"year {years[0]}"
    if since is None:
        return last
    return f"{last} over " + ("the base year" if since == 0 else f"year {since}")


def label_text(judgement: Judgement) -> str:
    """What is compared, with its years."""
    return f"{judgement.check.label} ({years_text(judgement)})"


def value_text(judgement: Judgement) -> str:
    """The number with its band."""
    if judgement.value != judgement.value:
        return "n/a"
    mean = "mean " if judgement.check.judged == "mean" else ""
    return f"{mean}{number(judgement.value)} ({number(judgement.low)} to {number(judgement.high)})"


def standing_text(judgement: Judgement) -> str:
    """What becomes of a check, in words."""
    standing = judgement.standing
    if standing in ("shown", "cannot be told", "within twice"):
        return "" if standing == "shown" else standing
    if judgement.expected:
        return standing
    return "holds already" if standing == "holds" else "not yet"


def against_text(finding: Finding, judgement: Judgement) -> str:
    """Which run is held against which, in words."""
    check, runs = judgement.check, finding.probe.all_runs
    said = runs[check.of].label
    if check.compare != "level":
        gain = f"{runs[check.gain].label}, both against " if check.gain is not None else ""
        said = f"{said}; {COMPARED[check.compare]} {gain}{runs[check.against].label}"
    return said


def rows_of(battery: "Battery") -> list[tuple[str, ...]]:
    """One row for each check; the first of a probe with its title and verdict."""
    rows: list[tuple[str, ...]] = []
    for finding in battery.findings:
        probe = finding.probe
        rows.append((f"{probe.number} {probe.title}", "", "", finding.verdict.upper()))
        rows += [
            (f"  {label_text(one)}", range_text(one), value_text(one), standing_text(one)) for one in finding.judgements
        ]
    return rows


def counts_text(battery: "Battery") -> str:
    """How many probes hold, in one sentence."""
    verdicts = [finding.verdict for finding in battery.findings]
    named = {
        "holds": "hold",
        "within twice": "hold within twice their tolerance",
        "holds in part": "hold in part, the rest not yet",
        "not yet": "do not hold yet",
        "fails": "fail",
    }
    told = [f"{verdicts.count(name)} {words}" for name, words in named.items() if name in verdicts]
    return f"Of {len(verdicts)} probes {', '.join(told)}."


def battery_text(battery: "Battery") -> str:
    """The printed page: verdicts first, then each failure with what would have to be true."""
    parts = ["Probes: how the model behaves when money moves, and how it should", "", counts_text(battery), ""]
    parts += [*_table(rows_of(battery)), "", *_wrapped(RULE), "", *_wrapped(COVERS), ""]
    parts += [*_wrapped(origin_text(battery) + "."), ""]
    for finding in battery.findings:
        parts += _failures(finding)
    return "\n".join(parts)


def _failures(finding: Finding) -> list[str]:
    told = what_must_be_true(finding)
    if not told:
        return []
    probe = finding.probe
    parts = [
        f"{probe.number} {probe.title}: {finding.verdict}",
        *_wrapped(f"Must hold: {one_line(probe.must_hold)}", "  "),
    ]
    for judgements, text in told:
        for judgement in judgements:
            parts += _wrapped(f"{label_text(judgement)}: {value_text(judgement)}, not {range_text(judgement)}", "  - ")
        parts += _wrapped(f"It would hold if: {one_line(text)}", "  ")
    return [*parts, ""]


def what_must_be_true(finding: Finding) -> list[tuple[list[Judgement], str]]:
    """The checks that do not hold, by what would have to be true for them."""
    grouped: dict[str, list[Judgement]] = {}
    for judgement in finding.judgements:
        if judgement.standing not in ("holds", "shown"):
            grouped.setdefault(judgement.check.to_hold or finding.probe.to_hold, []).append(judgement)
    return [(judgements, text) for text, judgements in grouped.items()]


def one_line(text: str) -> str:
    """A text of a file without its line ends."""
    return " ".join(text.split())


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    out = [*_row(HEADINGS), "-" * (sum(SPACES) + 2 * (len(SPACES) - 1))]
    for row in rows:
        out += _row(row) if row[0].startswith(" ") else ["", *_heading(row)]
    return out


def _heading(row: tuple[str, ...]) -> list[str]:
    """A probe's own line: its title runs over the columns, its verdict stands last."""
    room = sum(SPACES[:-1]) + 2 * (len(SPACES) - 2)
    lines = textwrap.wrap(row[0], room)
    return [f"{lines[0].ljust(room)}  {row[-1]}", *lines[1:]]


def _row(cells: Sequence[str]) -> list[str]:
    wrapped = [
        textwrap.wrap(cell, width, subsequent_indent=" " * (4 * cell.startswith(" "))) or [""]
        for cell, width in zip(cells, SPACES, strict=True)
    ]
    height = max(len(lines) for lines in wrapped)
    padded = [lines + [""] * (height - len(lines)) for lines in wrapped]
    return [
        "  ".join(lines[row].ljust(width) for lines, width in zip(padded, SPACES, strict=True)).rstrip()
        for row in range(height)
    ]


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=" " * len(indent))


def checks_table(battery: "Battery") -> pd.DataFrame:
    """One row for each check."""
    return pd.DataFrame(
        [
            {
                "number": finding.probe.number,
                "probe": finding.probe.name,
                "probe_verdict": finding.verdict,
                "check": place + 1,
                "label": judgement.check.label,
                "compared": against_text(finding, judgement),
                "years": " ".join(str(year) for year in judgement.years),
                "since": judgement.check.since,
                "low": judgement.check.bounds[0] if judgement.check.bounds else None,
                "high": judgement.check.bounds[1] if judgement.check.bounds else None,
                "judged_by": judgement.check.judged,
                "value": judgement.value,
                "p05": judgement.low,
                "p95": judgement.high,
                "standing": judgement.standing,
                "expected": finding.probe.expected_of(judgement.check),
            }
            for finding in battery.findings
            for place, judgement in enumerate(finding.judgements)
        ]
    )


def paths_table(battery: "Battery") -> pd.DataFrame:
    """One row for each check and year after the base year: what would be judged if that year were."""
    return pd.DataFrame(
        [
            {
                "number": finding.probe.number,
                "probe": finding.probe.name,
                "check": place + 1,
                "label": judgement.check.label,
                "year": year,
                "value": value,
            }
            for finding in battery.findings
            for place, judgement in enumerate(finding.judgements)
            for year, value in enumerate(judgement.path, start=1)
        ]
    )
