"""The page of probes: what each asks, from its file, and the verdicts of a run."""

from typing import TYPE_CHECKING

from sim.report.probes.tables import (
    counts_text,
    label_text,
    one_line,
    origin_text,
    range_text,
    standing_text,
    value_text,
    what_must_be_true,
)
from sim.study.probes.verdict import RULE

if TYPE_CHECKING:
    from sim.study.probes.study import Battery


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
