"""The page of probes: what each asks, from its file, and the verdicts of a run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.report.probes.tables import (
    counts_text,
    label_text,
    one_line,
    origin_text,
    range_of,
    range_text,
    span_text,
    standing_text,
    value_text,
    what_must_be_true,
)
from sim.study.probes.schema import Check, Probe
from sim.study.probes.verdict import RULE

if TYPE_CHECKING:
    from sim.study.probes.study import Battery

EXPECTED = {"yes": "yes", "within_twice": "within twice the tolerance", "not_yet": "not yet"}


def probes_markdown(probes: Sequence[Probe]) -> str:
    """What every probe asks, from its file: what must hold and why, what is run, what is compared and within which
    range."""
    return "\n".join(line for probe in probes for line in _probe(probe))


def _probe(probe: Probe) -> list[str]:
    lines = [f"### {probe.number} {probe.title}", "", one_line(probe.must_hold), ""]
    lines += [f"*Why.* {one_line(probe.reason)} Source: {one_line(probe.source)}.", ""]
    if probe.reading:
        lines += [f"*As read here.* {one_line(probe.reading)}", ""]
    if probe.world.title != type(probe.world)().title:
        source = f" ({one_line(probe.world.source)})" if probe.world.source else ""
        lines += [f"*World.* {probe.world.title}{source}.", ""]
    lines += ["| Compared | Run | Against | Range | Expected |", "|---|---|---|---|---|"]
    for check in probe.checks:
        expected = EXPECTED[probe.expected_of(check)] if check.bounds is not None else "shown"
        cells = (f"{check.label}, {years_asked(check)}", *_runs(probe, check), range_of(check), expected)
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, "", f"*It would hold if.* {one_line(probe.to_hold)} File: `conf/probe/{probe.name}.yaml`.", ""]


def _runs(probe: Probe, check: Check) -> tuple[str, str]:
    """The run that is compared, and how with which other."""
    labels = {name: run.label for name, run in probe.all_runs.items()}
    against = "" if check.compare == "level" else labels[check.against]
    if check.compare == "difference":
        against = f"difference from {against}"
    if check.gain is not None:
        against = f"share of the gain of {labels[check.gain]} over {against}"
    return labels[check.of], against


def years_asked(check: Check) -> str:
    """The years of a check as they are asked for, in words."""
    if check.each and len(check.years) > 1:
        whole = "each of years " + ", ".join(str(year) for year in check.years)
        return span_text(check.years[:1], check.since).replace(f"year {check.years[0]}", whole, 1)
    return span_text(check.years, check.since)


def verdict_markdown(battery: "Battery") -> str:
    """The verdict table in Markdown, what would have to be true of what fails, and what was run."""
    lines = [counts_text(battery), "", "| Probe | Range | Median, 90% of draws | Verdict |", "|---|---|---:|---|"]
    for finding in battery.findings:
        lines.append(f"| **{finding.probe.number} {finding.probe.title}** | | | **{finding.verdict}** |")
        for judgement in finding.judgements:
            cells = (label_text(judgement), range_text(judgement), value_text(judgement), standing_text(judgement))
            lines.append("| " + " | ".join(cells) + " |")
    lines += ["", f"{origin_text(battery)}. {RULE}", ""]
    for finding in battery.findings:
        for judgements, text in what_must_be_true(finding):
            names = "; ".join(label_text(judgement) for judgement in judgements)
            lines += [f"- **{finding.probe.number} {finding.probe.title}** ({names}) would hold if: {one_line(text)}"]
    return "\n".join(lines) + "\n"
