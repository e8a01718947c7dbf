"""The page of commands: every verb with the words that it takes, from the table that the program itself reads."""

from sim.verbs.help import GRAMMAR, HELP
from sim.verbs.table import VERBS, Verb


def commands_page() -> str:
    """Every verb with its words and examples, in Markdown."""
    lines = [
        "# Commands",
        "",
        "<!-- This page is written by docs/refresh.py. -->",
        "",
        "What `cte-sim help` prints, and each verb of it. `cte-sim help VERB` adds the settings that the verb reads,",
        "as they are if nothing is written; all of them stand in [Settings](settings.md).",
        "",
        "```text",
        HELP,
        "```",
        "",
        "## How values are written",
        "",
        "```text",
        GRAMMAR,
        "```",
        "",
    ]
    for verb in VERBS.values():
        lines += _told(verb)
    return "\n".join(lines).rstrip() + "\n"


def _told(verb: Verb) -> list[str]:
    runs = f"Carries out `study={verb.study}`." if verb.study else "Runs nothing."
    lines = [f"## {verb.name}", "", f"{verb.does[0].upper()}{verb.does[1:]}. {runs}", ""]
    lines += [
        "```text",
        f"Usage: cte-sim {verb.usage}{' [setting=value ...]' if verb.study else ''}",
        "```",
        "",
    ]
    if verb.more:
        lines += [" ".join(verb.more.split()), ""]
    if verb.examples:
        lines += ["| for example | |", "|---|---|"]
        lines += [f"| `cte-sim {command}` | {purpose} |".replace("|  |", "| |") for command, purpose in verb.examples]
        lines.append("")
    return lines
