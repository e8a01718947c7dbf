"""The page of the glossary, of the same words that pages explain on hover."""

from sim.report.page.glossary import glossary


def glossary_page() -> str:
    """Every term with its meaning, in Markdown, by the alphabet."""
    lines = [
        "# Glossary",
        "",
        "<!-- This page is written by docs/refresh.py from sim/report/page/glossary.yaml. -->",
        "",
        "The words of the pages. `report.html` explains them too, where the pointer rests on one.",
        "",
        "| term | meaning |",
        "|---|---|",
    ]
    lines += [f"| **{term}** | {meaning} |" for term, meaning in sorted(glossary().items(), key=_by_alphabet)]
    return "\n".join(lines) + "\n"


def _by_alphabet(entry: tuple[str, str]) -> str:
    return entry[0].lower()
