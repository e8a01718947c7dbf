"""The page on why results moved: of each entry of the changelog its reason, how much moved, and headlines before and
after."""

import re
from dataclasses import dataclass

SHOWN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("taught", ("concentrators_taught", "concentrators")),
    ("credentials", ("credentials",)),
    ("sites", ("sites",)),
    ("state cost", ("state_cost",)),
)
"""Metrics of the golden baseline whose largest change is told, each by the first of its names that an entry has."""


@dataclass(frozen=True)
class Entry:
    """One entry of the changelog: its date, why, how many numbers of the baseline moved, the largest change of each
    metric, and tables of headlines before and after."""

    date: str
    because: str
    moved: str | None
    largest: dict[str, str]
    tables: list[str]


def entries(changelog: str) -> list[Entry]:
    """The entries of a changelog, in its order."""
    found = []
    for part in re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]:
        date, _, body = part.partition("\n")
        paragraphs = [paragraph.strip() for paragraph in re.split(r"\n\s*\n", body) if paragraph.strip()]
        first = " ".join(paragraphs[0].split())
        moved = re.search(r"(\d+ of \d+) numbers moved", body)
        largest = dict(re.findall(r"^- (\w+): ([+-][\d.]+%)", body, re.MULTILINE))
        tables = [paragraph for paragraph in paragraphs if re.match(r"\| (formula|headline) \|[^\n]*before", paragraph)]
        found.append(Entry(date.strip(), first, moved[1] if moved else None, largest, tables))
    return found


def moved_page(changelog: str) -> str:
    """Why results moved, newest first, in Markdown. Raises ValueError for a changelog without entries."""
    told = entries(changelog)
    if not told:
        raise ValueError("the changelog has no entry")
    lines = [
        "# Results moved, because",
        "",
        "<!-- This page is written by docs/refresh.py from CHANGELOG.md. -->",
        "",
        "A number in a memo of last month may differ from today's. This page says which change of the program moved",
        "it, in which direction and how far; [the changelog](../../CHANGELOG.md) has each in full. The first table",
        "is of the golden baseline of the tests (three formulas, few draws): how many of its numbers moved, and the",
        "largest change of any of a kind, so that most moved less. Headlines before and after, of many draws, stand",
        "below where a change moved them. All of it was version 0.1.0, so that a manifest's `model_fingerprint`",
        "tells which it was.",
        "",
        "| date | because | numbers moved | " + " | ".join(name for name, _ in SHOWN) + " |",
        "|---|---|---|" + "---|" * len(SHOWN),
    ]
    still = [entry for entry in told if entry.moved is None]
    for entry in (entry for entry in told if entry.moved):
        changes = [next((entry.largest[key] for key in keys if key in entry.largest), "") for _, keys in SHOWN]
        lines.append(
            "| " + " | ".join((entry.date, entry.because.replace("|", "\\|"), str(entry.moved), *changes)) + " |"
        )
    lines += ["", "These moved none of them, but what pages say, or what a study prints:", ""]
    lines += [f"- {entry.date}: {entry.because}" for entry in still]
    for entry in told:
        for table in entry.tables:
            lines += ["", f"## {entry.date}: {_clause(entry.because)}", "", entry.because, "", table]
    return "\n".join(lines) + "\n"


def _clause(sentence: str) -> str:
    """The first clause of a sentence, for a heading."""
    return re.split(r"[;:,]|\.(?: |$)", sentence)[0]
