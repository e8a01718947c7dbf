"""The index page of each folder of the documentation: every page of it with its first sentence."""

import re
from pathlib import Path

WORDS: dict[str, tuple[str, str]] = {
    "tutorial": ("Tutorial", "To learn by doing: from nothing to an answer of one's own."),
    "how_to": ("How to", "One question each, and the commands that answer it."),
    "reference": ("Reference", "What there is, in full: to be looked up, not to be read through."),
    "explanation": ("Explanation", "How the model works, why it is as it is, and how far it can be trusted."),
    "decisions": ("Decisions", "Half a page each: what was chosen, over what, why, and what would change it."),
}
"""What a folder is called, and what its pages are for."""


def folder_page(folder: Path) -> str:
    """The index page of a folder: its pages by title, then the folders in it. Raises ValueError for a bad page."""
    heading, what = WORDS[folder.name]
    lines = [f"# {heading}", "", "<!-- This page is written by docs/refresh.py. -->", "", what, ""]
    pages = sorted(page for page in folder.glob("*.md") if page.name != "README.md")
    told = sorted((*title_and_sentence(page.read_text(encoding="utf-8")), page.name) for page in pages)
    for title, said, name in told:
        lines.append(f"- [{title}]({name}): {said}")
    for within in sorted(inner for inner in folder.iterdir() if inner.name in WORDS):
        lines.append(f"- [{WORDS[within.name][0]}]({within.name}/README.md): {WORDS[within.name][1]}")
    if not told:
        lines.append("No lesson is written yet. Begin with [two commands](../README.md#two-commands).")
    return "\n".join(lines) + "\n"


def title_and_sentence(page: str) -> tuple[str, str]:
    """The heading of a page and the first sentence of prose below it. Raises ValueError if it lacks either."""
    heading = re.search(r"^# (.+)$", page, re.MULTILINE)
    if heading is None:
        raise ValueError("a page begins with its heading, '# ...'")
    below = re.sub(r"<!--.*?-->|^```.*?^```$", "", page[heading.end() :], flags=re.DOTALL | re.MULTILINE)
    prose = (part for part in re.split(r"\n\s*\n", below) if re.match(r"[A-Za-z`*_\"(\[0-9]", part.lstrip("\n")))
    first = " ".join(next(prose, "").split())
    if not first:
        raise ValueError(f"the page '{heading[1]}' has no sentence")
    plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", first).replace("**", "")
    return heading[1], re.split(r"(?<=[.!?:])\s(?=[A-Z`*])", plain)[0].rstrip(":.") + "."
