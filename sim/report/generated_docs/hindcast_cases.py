"""The page of a hindcast's keys: every key of a case with what it may be and what it means, from the schema."""

from pydantic import BaseModel

from sim.engine.scenario import Shocks
from sim.study.hindcast.measures import NAMED
from sim.study.hindcast.outcomes import Contrast, Outcome, OverDistricts, Range
from sim.study.hindcast.schema import Case, Law, Placebo, SizeClass, Start
from sim.study.setup.refusals import allowed_for

PARTS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("A case", Case),
    ("start", Start),
    ("before, and each of laws", Law),
    ("placebo", Placebo),
    ("each of sizes", SizeClass),
    ("each of outcomes", Outcome),
    ("an observed value that is no number", Range),
    ("contrast", Contrast),
    ("over", OverDistricts),
)
"""What stands above each table, and the part of a case that it lists."""

NOT_WRITTEN = {(Case, "name")}
"""Keys that no file has."""

WORDS = {"measure": "a word below, a column of the state's results, or a mapping as in a probe"}
"""What a key may be, where the schema's own words would fill the page."""


def keys_markdown() -> str:
    """Every key of a case, and the words for measures, in Markdown. Raises ValueError for a key without a meaning."""
    lines = []
    for heading, model in PARTS:
        lines += [f"### {heading}", "", " ".join((model.__doc__ or "").split()), ""]
        lines += ["| key | must be given | may be | meaning |", "|---|---|---|---|"]
        lines += [_row(model, key) for key in model.model_fields if (model, key) not in NOT_WRITTEN]
        lines.append("")
    lines += [
        "### shocks",
        "",
        "By fiscal year, any of: " + ", ".join(f"`{key}`" for key in Shocks.model_fields) + ".",
        "",
    ]
    lines += ["### Words for measures", "", "| word | meaning |", "|---|---|"]
    lines += [f"| `{word}` | {named.meaning} |" for word, named in NAMED.items()]
    return "\n".join(lines)


def _row(model: type[BaseModel], key: str) -> str:
    field = model.model_fields[key]
    if not field.description:
        raise ValueError(f"{model.__name__}.{key} has no meaning below it in the schema")
    meaning = " ".join(field.description.split())
    may_be = WORDS.get(key) or allowed_for(model, key).removesuffix(" or null")
    if " ".join(may_be.split()) == meaning:  # the schema has no bounds to say of a text but its description
        may_be = "text"
    cells = (f"`{key}`", "yes" if field.is_required() else "", may_be, meaning)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
