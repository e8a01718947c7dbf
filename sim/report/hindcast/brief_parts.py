"""What the brief's difference between schools is made of: sentences, table, data and figure."""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.report.shared.figure_style import BASELINE, INK, Look, label_x, legend, page, save, ticks, wrapped_title
from sim.report.shared.intervals import COVERS, number_text
from sim.study.hindcast.brief_parts import CTE_PARTS, OWN_PARTS, PARTS, VARIANTS, Part, Split, Variant
from sim.study.hindcast.brief_schools import BRIEF_YEAR, Rule
from sim.study.hindcast.verdict import BAND
from sim.study.hindcast.verify_brief import Verification

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUMS: dict[Part, tuple[str, tuple[Part, ...]]] = {
    CTE_PARTS[-1]: ("CTE's excess cost, whoever pays", CTE_PARTS),
    OWN_PARTS[-1]: ("CTE as the brief counts it", OWN_PARTS),
    list(PARTS)[-1]: ("The brief's own comparison", tuple(PARTS)),
}
"""What has come together, by the part after which it stands."""

MARKS: dict[Variant, tuple[str, str]] = {
    "as_it_is": ("o", INK), "tastes_alike": ("s", "white"), "recut": ("^", BASELINE),
}  # fmt: skip
"""The mark of each world, and what it is filled with."""
SUM_LINE = 1.4

ACCOUNT = (
    f"Means of draws, which add up, and the interval that holds 90% of draws; dollars of FY{BRIEF_YEAR} a student. A "
    "student of a first course counts at the state's mean cost of one, and so does one of a second; what fields cost "
    "more or less than the mean is apart; the rest is classes and sites of other than usual size, and upkeep that is "
    "put off. Tastes alike: the same draws without differences in what a pathway is worth to a district, in what its "
    "leaders give CTE, and in how many students want it. All sequences re-cut: the same schools and costs, grouped as "
    "if every student with two courses who can be recoded were counted."
)


def rows(split: Split) -> Iterator[tuple[str, bool, Array]]:
    """Each part, and after some of them what has come together (True), with its difference ``[R]``."""
    for part, label in PARTS.items():
        yield label, False, split.parts[part]
        if part in SUMS:
            yield SUMS[part][0], True, split.total(SUMS[part][1])


def money(value: float) -> str:
    """Dollars a student, to the dollar."""
    return number_text(value, "dollars", step=1.0, size=1e3)


def spread(draws: Array) -> str:
    """The mean and the central 90% of the draws in which there are two groups to compare."""
    if not np.isfinite(draws).any():
        return "no two groups"
    low, high = np.nanpercentile(draws, BAND)
    return f"{money(float(np.nanmean(draws)))} ({money(float(low))} to {money(float(high))})"


def parts_markdown(study: Verification) -> str:
    """For each rule what the model makes of the brief's difference and what it cannot, and the account of it."""
    blocks = []
    for comparison in study.comparisons:
        split = study.splits[comparison.rule.name]
        head = f"| {comparison.rule.label}: the brief {money(comparison.rule.observed)} | "
        lines = [head + " | ".join(VARIANTS.values()) + " |", "|---|" + "---:|" * len(VARIANTS)]
        for cells in zip(*(rows(split[name]) for name in VARIANTS), strict=True):
            label, together, _ = cells[0]
            texts = [label, *(spread(draws) for _, _, draws in cells)]
            lines.append("| " + " | ".join(f"**{text}**" if together else text for text in texts) + " |")
        counts = [f"{np.nanmean(split[name].schools):.0f}" for name in VARIANTS]
        lines.append("| " + " | ".join(["schools under the rule", *counts]) + " |")
        blocks.append("\n".join([made(comparison.rule, split), "", *lines, ""]))
    return "\n".join([*blocks, f"{ACCOUNT} {recoded_text(study)}"]) + "\n"


def made(rule: Rule, split: dict[Variant, Split]) -> str:
    """What the model makes of a rule's difference, by what, and why not the rest."""
    usual, alike = split["as_it_is"], split["tastes_alike"]
    of = {part: money(float(np.nanmean(usual.parts[part]))) for part in PARTS}
    tastes = usual.total(CTE_PARTS) - alike.total(CTE_PARTS)
    counted = "concentrators" if rule.name == "powerhouse" else "concentrators in high-cost fields"
    more = float(np.nanmean(usual.counted))
    here = float(np.nanmean(usual.total(CTE_PARTS))) / more
    return (
        f"{rule.label}. Of {money(rule.observed)} the model makes {spread(usual.total(CTE_PARTS))} as CTE's excess "
        f"cost, whoever pays: {of['taking_part']} as more students take part, {of['second_courses']} as more of them "
        f"go on to second courses, {of['costly_fields']} by costlier fields, {of['small_classes']} by smaller classes "
        f"and sites. Differences of taste make {spread(tastes)} of it. Grants pay so much of CTE that "
        f"{spread(usual.total(OWN_PARTS))} are left in the money that the brief counts. CTE cannot make the rest: the "
        f"group has {more:.2f} more {counted} a student, so that CTE would have to cost {money(rule.observed / more)} "
        f"more a year for each of them, and in the model costs {money(here)} more."
    )


def finding(study: Verification) -> str:
    """What CTE makes of each of the brief's differences, in one sentence."""
    said = [
        f"{money(float(np.nanmean(study.splits[each.rule.name]['as_it_is'].total(CTE_PARTS))))} of "
        f"{money(each.rule.observed)}"
        for each in study.comparisons
    ]
    return f"Of what the brief's schools spend more a student, CTE makes {' and '.join(said)}, whoever pays for it"


def recoded_text(study: Verification) -> str:
    """What recoded concentrators, who are not counted here, are in the base year."""
    if np.max(study.recoded) > 0:
        return (
            f"In the base year {np.mean(study.recoded):.1%} of reported concentrators are recoded; they are left out."
        )
    return "In the base year nothing pays for a concentrator and none is recoded: leaving them out changes nothing."


def parts_table(study: Verification) -> pd.DataFrame:
    """One row for each rule, world and part, sums among them."""
    found: list[dict[str, Any]] = []
    for comparison in study.comparisons:
        for name, split in study.splits[comparison.rule.name].items():
            for label, together, draws in rows(split):
                low, high = np.nanpercentile(draws, BAND)
                found.append(
                    {
                        "rule": comparison.rule.name,
                        "world": name,
                        "part": label,
                        "sum": together,
                        "difference_mean": np.nanmean(draws),
                        "difference_p05": low,
                        "difference_p95": high,
                        "schools_mean": np.nanmean(split.schools),
                        "counted_more": np.nanmean(split.counted),
                    }
                )
    return pd.DataFrame(found)


def parts_figure(study: Verification, of: Look, path: Path) -> Path:
    """For each rule CTE's parts in every world, up to what the brief counts of CTE, and the brief's difference."""
    import matplotlib
    from matplotlib.lines import Line2D

    caption = (
        "Mark: mean of draws; bar: 90% of draws. The heavier rows are sums of those above them. Dashed: the brief's "
        "difference. What small districts cost more and other differences between schools are not shown; they are not "
        f"CTE. {COVERS}"
    )
    title = finding(study)
    with matplotlib.rc_context():
        figure, axes = page(
            title, caption, of, len(study.comparisons), 1, 2.6,
            left=2.5, gap=(0.3, 0.6), header=0.3, bottom=0.55, right=0.4,
        )  # fmt: skip
        for ax, comparison in zip(axes, study.comparisons, strict=True):
            _panel(ax, comparison.rule, study.splits[comparison.rule.name])
        handles = [
            Line2D([], [], color=INK, marker=mark, markerfacecolor=face, linewidth=1.0, label=VARIANTS[name])
            for name, (mark, face) in MARKS.items()
        ]
        legend(figure, handles, len(handles), len(wrapped_title(title)))
        label_x(figure, axes, f"difference between groups of schools, FY{BRIEF_YEAR} dollars a student")
        return save(figure, path)


def _panel(ax: "Axes", rule: Rule, split: dict[Variant, Split]) -> None:
    labels = []
    shown = len(OWN_PARTS) + 2
    for number, (name, (mark, face)) in enumerate(MARKS.items()):
        for place, (label, together, draws) in enumerate(list(rows(split[name]))[:shown]):
            if number == 0:
                labels.append((label, together))
            if not np.isfinite(draws).any():
                continue
            low, high = np.nanpercentile(draws, BAND)
            y, width = -place - 0.24 * (number - 1), SUM_LINE if together else 0.8
            ax.plot([low, high], [y, y], color=INK, linewidth=width)
            ax.plot([np.nanmean(draws)], [y], mark, color=INK, markerfacecolor=face, markersize=4.5)
    ax.axvline(rule.observed, color="black", linestyle="--", linewidth=1.0)
    ax.axvline(0.0, color=BASELINE, linewidth=0.6)
    ax.set_yticks([-place for place in range(shown)], [textwrap.fill(label, 28) for label, _ in labels])
    for tick, (_, together) in zip(ax.get_yticklabels(), labels, strict=True):
        tick.set_fontweight("bold" if together else "normal")
    ax.set_ylim(-shown + 0.4, 0.6)
    ax.xaxis.set_major_formatter(ticks("dollars"))
    ax.tick_params(labelleft=True, labelbottom=True)
    ax.set_title(f"{rule.label}: the brief {money(rule.observed)}")
