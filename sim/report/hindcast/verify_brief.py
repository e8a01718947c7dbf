"""The brief's comparison of school spending beside the simulated one: text, table, Markdown and figure."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.report.hindcast.brief_parts import (
    ACCOUNT,
    made,
    parts_figure,
    parts_markdown,
    parts_table,
    recoded_text,
    rows,
    spread,
)
from sim.report.shared.figure_style import BASELINE, INK, Look, label_x, page, save, ticks
from sim.report.shared.intervals import COVERS, number_text
from sim.report.shared.origin import also, short
from sim.report.shared.plain_table import paragraphs
from sim.report.shared.rows import text_rows
from sim.study.hindcast.brief_parts import VARIANTS
from sim.study.hindcast.brief_schools import BRIEF_YEAR
from sim.study.hindcast.verdict import BAND
from sim.study.hindcast.verify_brief import LAYERS, Comparison, Verification
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

READING = (
    "The difference that the brief reports is between schools, per enrolled student; it is not what a concentrator "
    "costs. Of it, only the first two rows are CTE in the model. The third adds that small districts spend more a "
    "student and that their schools reach a large share of concentrators sooner. The fourth adds other differences "
    "between schools, which favor no group but widen what a draw can show. Neither the cost table nor the background "
    "was tuned to the brief's differences."
)


def write_verification(study: Verification, folder: Path, figures: bool = True) -> str:
    """Write verify_brief.txt, verify_brief.md, verify_brief.csv, brief_parts.csv and two figures; returns the text of
    the first."""
    folder.mkdir(parents=True, exist_ok=True)
    text = verification_text(study)
    (folder / "verify_brief.txt").write_text(text, encoding="utf-8")
    (folder / "verify_brief.md").write_text(verification_markdown(study), encoding="utf-8")
    table = verification_table(study)
    write_table(table, folder / "verify_brief.csv", digits=6)
    write_table(parts_table(study), folder / "brief_parts.csv", digits=6)
    if figures:
        verification_figure(study, folder / "figures" / "verify_brief.png")
        parts_figure(study, look_of(study), folder / "figures" / "brief_parts.png")
    return text


def origin_text(study: Verification) -> str:
    """Run, data, draws and seed."""
    drawn = f"{study.draws:,} draws, seed {study.seed}"
    return f"Run {short(study.run)}, data {short(study.data)}, {drawn}{also(study.changed)}"


def _spread(values: Array) -> tuple[float, float, float]:
    low, median, high = np.nanpercentile(values, [BAND[0], 50.0, BAND[1]])
    return float(median), float(low), float(high)


def _inside(value: float, values: Array) -> bool:
    _, low, high = _spread(values)
    return low <= value <= high


def verification_table(study: Verification) -> pd.DataFrame:
    """One row for each rule and layer."""
    rows = []
    for comparison in study.comparisons:
        rule = comparison.rule
        for layer, label in LAYERS.items():
            median, low, high = _spread(comparison.difference[layer])
            p_median, p_low, p_high = _spread(comparison.p[layer])
            rows.append(
                {
                    "rule": rule.name,
                    "layer": layer,
                    "label": label,
                    "brief_difference": rule.observed,
                    "brief_p": rule.p_value,
                    "schools_median": _spread(comparison.schools)[0],
                    "difference_median": median,
                    "difference_p05": low,
                    "difference_p95": high,
                    "p_median": p_median,
                    "p_p05": p_low,
                    "p_p95": p_high,
                    "brief_in_band": _inside(rule.observed, comparison.difference[layer]),
                    "share_of_draws_below_brief": float(np.nanmean(comparison.difference[layer] < rule.observed)),
                    "share_of_draws_p_at_most_brief": float(np.nanmean(comparison.p[layer] <= rule.p_value)),
                }
            )
    return pd.DataFrame(rows)


def _money(value: float) -> str:
    return number_text(value, "dollars", step=1.0, size=1e3)


def _chance(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.2g}"


def _rows(comparison: Comparison) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for layer, label in LAYERS.items():
        median, low, high = _spread(comparison.difference[layer])
        chance, least, most = _spread(comparison.p[layer])
        inside = "yes" if _inside(comparison.rule.observed, comparison.difference[layer]) else "no"
        rows.append(
            (
                label,
                f"{_money(median)} ({_money(low)} to {_money(high)})",
                f"{_chance(chance)} ({_chance(least)} to {_chance(most)})",
                inside,
            )
        )
    return rows


def _finding(comparison: Comparison) -> str:
    rule = comparison.rule
    sign = "<" if rule.p_bound else "="
    count, least, most = _spread(comparison.schools)
    return (
        f"{rule.label}: the brief finds ${rule.observed:,.0f} more a student (p {sign} {rule.p_value}). In the model "
        f"{count:.0f} schools ({least:.0f} to {most:.0f}) fall under the rule; they have "
        f"{_spread(comparison.members)[0]:,.0f} students on average, the others "
        f"{_spread(comparison.other_members)[0]:,.0f}."
    )


def _sample(study: Verification) -> str:
    schools, share = _spread(study.all_schools), _spread(study.mean_share)
    costly, spread = _spread(study.mean_high_cost_share), _spread(study.spread)
    errors = [comparison.rule.implied_error for comparison in study.comparisons]
    weights = [
        np.sqrt(1.0 / _spread(c.schools)[0] + 1.0 / (schools[0] - _spread(c.schools)[0])) for c in study.comparisons
    ]
    implied = [error / weight for error, weight in zip(errors, weights, strict=True)]
    return (
        f"{schools[0]:.0f} schools have a pathway. Concentrators are {share[0]:.0%} of students, mean of schools "
        f"({share[1]:.0%} to {share[2]:.0%}; the brief 25%), in the four high-cost fields {costly[0]:.1%} "
        f"({costly[1]:.1%} to {costly[2]:.1%}; the brief 11%). The brief's differences and p-values imply a standard "
        f"deviation of spending between schools of about {_money(implied[0])} and at most {_money(implied[1])} a "
        f"student, had its groups the model's sizes; the simulated spending has "
        f"{_money(spread[0])} ({_money(spread[1])} to {_money(spread[2])})."
    )


def verification_answer(study: Verification) -> list[str]:
    """What CTE makes of each of the brief's differences in the model, and whether the whole is in the model's range."""
    lines = []
    for comparison in study.comparisons:
        rule = comparison.rule
        alone = _range(comparison.difference["cte_own_money"])
        inside = _inside(rule.observed, comparison.difference["with_everything"])
        lines.append(
            f"{rule.label}: the brief finds {_money(rule.observed)} more a student; of that CTE makes {alone} in the "
            "model, from the money that the brief counts. With all other differences between schools the brief's "
            f"number is {'within' if inside else 'outside'} 90% of draws."
        )
    return [line for said in lines for line in paragraphs([said])]


def _range(values: Array) -> str:
    median, low, high = _spread(values)
    return f"{_money(median)} ({_money(low)} to {_money(high)})"


def verification_text(study: Verification) -> str:
    """The printed page, the answer first, within 80 columns."""
    parts = [
        *verification_answer(study),
        "",
        *paragraphs([f"The brief's comparison of school spending, on simulated schools, in dollars of FY{BRIEF_YEAR} a "
                     "student; medians and 90% of draws."]),
        "",
        *paragraphs([_sample(study)]),
        "",
    ]  # fmt: skip
    for comparison in study.comparisons:
        head = ("What is compared", "Difference", "p, one-tailed", "Brief inside")
        parts += [*paragraphs([_finding(comparison)]), *text_rows([head, *_rows(comparison)]), ""]
    notes = [READING, "", COVERS, "", f"{origin_text(study)}."]
    parts += [*_account(study), *(line for note in notes for line in paragraphs([note]) or [""]), ""]
    return "\n".join(parts)


def _account(study: Verification) -> list[str]:
    lines: list[str] = []
    for comparison in study.comparisons:
        split = study.splits[comparison.rule.name]
        table = [("Part", *VARIANTS.values())]
        for cells in zip(*(rows(split[name]) for name in VARIANTS), strict=True):
            label = f"{cells[0][0]}, together" if cells[0][1] else cells[0][0]
            table.append((label, *(spread(draws) for _, _, draws in cells)))
        lines += [*paragraphs([made(comparison.rule, split)]), "", *text_rows(table), ""]
    return [*lines, *paragraphs([f"{ACCOUNT} {recoded_text(study)}"]), ""]


def verification_markdown(study: Verification) -> str:
    """The same in Markdown."""
    parts = [_sample(study), ""]
    for comparison in study.comparisons:
        parts += [_finding(comparison), "", "| What is compared | Difference | p, one-tailed | Brief in band |"]
        parts += ["|---|---:|---:|---|", *("| " + " | ".join(row) + " |" for row in _rows(comparison)), ""]
    parts.append(
        f"{origin_text(study)}. Medians, and the interval that holds 90% of draws; dollars of FY{BRIEF_YEAR} a student."
    )
    figure = "![What CTE makes of the brief's difference between schools](figures/brief_parts.png)"
    return "\n".join([*parts, "", parts_markdown(study), figure]) + "\n"


def look_of(study: Verification) -> Look:
    """What stands under a figure of the study."""
    return Look(f"CTE funding simulation. {origin_text(study)}", study.draws, study.seed, "")


def verification_figure(study: Verification, path: Path) -> Path:
    """For each rule the difference by layer with its interval, and the brief's."""
    import matplotlib

    caption = (
        "Point: median of draws; bar: 90% of draws. Dashed: the brief's difference. CTE alone is a part of it; most of "
        f"the rest is that small districts spend more a student. {COVERS}"
    )
    with matplotlib.rc_context():
        figure, axes = page(
            "How much more schools with much CTE spend: the brief and the model", caption,
            look_of(study), len(study.comparisons), 1, 1.3, left=3.3, gap=(0.3, 0.75), bottom=0.55, right=0.4,
            share_y=False,
        )  # fmt: skip
        for ax, comparison in zip(axes, study.comparisons, strict=True):
            _panel(ax, comparison)
        label_x(figure, axes, f"difference between groups of schools, FY{BRIEF_YEAR} dollars a student")
        return save(figure, path)


def _panel(ax: "Axes", comparison: Comparison) -> None:
    labels = []
    for place, (layer, label) in enumerate(LAYERS.items()):
        median, low, high = _spread(comparison.difference[layer])
        ax.plot([low, high], [-place, -place], color=INK, linewidth=1.4)
        ax.plot([median], [-place], "o", color=INK, markersize=5)
        labels.append(textwrap.fill(label, 44))
    ax.axvline(comparison.rule.observed, color="black", linestyle="--", linewidth=1.0)
    ax.axvline(0.0, color=BASELINE, linewidth=0.6)
    ax.set_yticks([-place for place in range(len(labels))], labels)
    ax.set_ylim(-len(labels) + 0.4, 0.6)
    ax.xaxis.set_major_formatter(ticks("dollars"))
    ax.tick_params(labelleft=True)
    ax.set_title(f"{comparison.rule.label}: the brief {_money(comparison.rule.observed)}")
