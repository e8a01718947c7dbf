"""explore.txt: the answer first, then a table of what each knob moves, the error of the emulator, and its origin."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.report.explore.words import LABELS, TOLD, amount, effects, findings, number, origin, trust
from sim.study.explore.errors import GOALS
from sim.study.explore.predicting import spans

if TYPE_CHECKING:
    from sim.study.explore.study import Explored

WIDTH = 80


def explorer_text(found: "Explored") -> str:
    """The whole text, within 80 columns."""
    explorer = found.explorer
    parts = ["\n".join(_wrapped(sentence) for sentence in findings(found))]
    for span in spans(explorer.years.tolist()):
        rows = [
            [effect.label, f"{number(effect.low, effect)} to {number(effect.high, effect)}"]
            + [amount(name, effect.by_span[span][name].mean, True) for name in TOLD]
            for effect in effects(explorer)
        ]
        title = f"What each number moves over its range, others as written, a year in {span}"
        parts.append(f"{title}\n{_table(['Number', 'From and to', 'Taught', 'Cost', 'Owed'], rows)}")
    left = found.materials.left
    if left:
        parts.append(
            _wrapped(f"Left as written, because an explorer has few knobs: {', '.join(left)}. Name those that move: "
                     "factors.formula.<key>=[low,high].")
        )  # fmt: skip
    rows = [
        [LABELS[error.outcome], error.span]
        + [f"{share:.2%}" for share in (error.median, error.p95, error.most)]
        + [f"{GOALS[error.outcome]:.0%}"]
        for error in found.errors
        if error.number == "mean" and error.outcome in LABELS
    ]  # fmt: skip
    parts.append("\n".join(_wrapped(sentence) for sentence in trust(found)))
    heads = ["Error of the mean", "Span", "Median", "95%", "Most", "Goal"]
    parts.append(f"Distance of the emulator from fresh points, share of the level\n{_table(heads, rows)}")
    parts.append(
        _wrapped("Open explorer.html for the sliders, offline. explorer.json holds the emulator, explore_errors.csv "
                 "all errors, explore_points.csv what was swept, explore_by_year.csv what came out.")
    )  # fmt: skip
    parts.append(_wrapped(origin(found.content) + "."))
    return "\n\n".join(parts) + "\n"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_on_hyphens=False)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they must be; the first is folded where the table would be wider than the page."""
    widths = [max(len(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
    widths[0] = min(widths[0], WIDTH - sum(widths[1:]) - 2 * (len(heads) - 1))
    lines = []
    for row in (heads, *rows):
        folded = textwrap.wrap(row[0], widths[0], subsequent_indent="  ") or [""]
        cells = [row[at].ljust(widths[at]) if at < 2 else row[at].rjust(widths[at]) for at in range(1, len(heads))]
        lines.append("  ".join([folded[0].ljust(widths[0]), *cells]).rstrip())
        lines += folded[1:]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])
