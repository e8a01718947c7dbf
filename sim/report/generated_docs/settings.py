"""Every setting in a table for people."""

from sim.study.setup.reads import EVERYWHERE, readers, setting_paths
from sim.study.setup.refusals import allowed_for
from sim.study.setup.settings import Settings

CHOSEN: dict[str, str] = {
    "world": "`world.path`: a folder of your own tables",
    "formula": "a name of `conf/formula`; `formula.<key>` changes what stands in it",
    "scenario": "a name of `conf/scenario`, or made of names: `oil_slump@2030:1.5+take_up_surge`; `scenario.<key>` "
    "changes what stands in it",
    "executor": "a name of `conf/executor`; `executor.<key>` changes what stands in it",
    "parameters": "`parameters.<group>.<name>`: a number",
}
"""What is told of settings of which a file is chosen, or the keys alone are written."""


def settings_table() -> str:
    """Every setting with what it may be and the studies that read it, in Markdown."""
    lines = ["| setting | may be | read by |", "|---|---|---|"]
    for path in setting_paths():
        of = readers(path)
        read = "every study" if path in EVERYWHERE else ", ".join(f"`{study}`" for study in of)
        lines.append(f"| `{path}` | {CHOSEN.get(path) or allowed_for(Settings, *path.split('.'))} | {read} |")
    return "\n".join(lines)
