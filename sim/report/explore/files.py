"""The files of an explorer: its page, what a page needs, what was swept, and the text."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.inputs import InputError
from sim.report.explore.shown import with_factors
from sim.report.explore.text import explorer_text
from sim.report.explore.words import covers, findings, origin, trust
from sim.report.page.rendering import render
from sim.study.explore.content import FORMAT
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.study.explore.study import Explored


EXPLORER_FILE = "explorer.json"


def write_explorer(found: "Explored", folder: Path) -> str:
    """Write explorer.html, explorer.json, explore.txt and the tables behind them; returns the text."""
    folder.mkdir(parents=True, exist_ok=True)
    text = explorer_text(found)
    (folder / "explore.txt").write_text(text, encoding="utf-8")
    content = json.dumps(page_content(found.content), separators=(",", ":"), allow_nan=False)
    (folder / EXPLORER_FILE).write_text(content, encoding="utf-8")
    (folder / "explorer.html").write_text(explorer_page(found), encoding="utf-8")
    errors = [
        {"scenario": scenario, **vars(error), "reached": error.reached}
        for scenario, told in found.errors_by_scenario.items()
        for error in told
    ]
    write_table(pd.DataFrame(errors), folder / "explore_errors.csv", digits=4)
    points = [
        points.rename_axis("point").reset_index().assign(scenario=setting.scenario.name)
        for setting, points in found.materials.swept()
    ]
    table = pd.concat(points, ignore_index=True)
    write_table(table[["scenario", *table.columns.drop("scenario")]], folder / "explore_points.csv", digits=10)
    write_table(found.by_year, folder / "explore_by_year.csv", digits=6)
    return text


def read_content(folder: Path) -> dict[str, Any] | None:
    """What the explorer in a folder of results computes with, for a page that takes it in; None if there is none.

    Raises InputError, one line, for a file that is none, or of another version of the program.
    """
    path = folder / EXPLORER_FILE
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {' '.join(str(error).split())[:200]}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError(f"{path}: is of another version; run cte-sim explore again")
    return content


def page_content(content: Mapping[str, Any]) -> dict[str, Any]:
    """What was found with all that a page needs to show it: factors of what was missed, and what bands hold."""
    return {**with_factors(content), "covers": covers(content)}


def explorer_page(found: "Explored") -> str:
    """The page that stands alone."""
    return render(
        "explorer_page.html",
        explorer=page_content(found.content),
        findings=findings(found),
        trust=trust(found),
        origin=origin(found.content),
    )
