"""The tables of a discovery as data, one row a thing."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.report.discover.words import branch

if TYPE_CHECKING:
    from sim.study.discover.points import Measure
    from sim.study.discover.study import Condition, Found


def tables(found: "Found") -> dict[str, pd.DataFrame]:
    """Every table by the name of its file."""
    return {
        "boxes": _boxes(found),
        "limits": _limits(found),
        "peeling": _peeling(found),
        "tree": _tree(found),
        "robustness": found.robustness,
        "reversals": found.reversals,
        "futures": _futures(found),
    }


def _key(one: "Condition") -> dict[str, Any]:
    return {"question": one.question, "formula": one.formula, "other": one.other or ""}


def _measure(of: "Measure", prefix: str = "") -> dict[str, Any]:
    names = ("points", "cases", "inside", "hits", "share", "mass", "coverage", "density")
    return {f"{prefix}{'futures' if name == 'points' else name}": getattr(of, name) for name in names}


def _boxes(found: "Found") -> pd.DataFrame:
    rows = [
        {
            **_key(one), "limits": len(one.discovery.box.limits), "tells": one.discovery.tells,
            **_measure(one.discovery.found), **_measure(one.discovery.fresh, "fresh_"),
            "fresh_p": one.discovery.fresh_p,
        }
        for one in found.conditions
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _limits(found: "Found") -> pd.DataFrame:
    columns = [
        "question", "formula", "other", "dimension", "label", "unit", "low", "high", "scenarios", "quasi_p",
        "reproduction", "kept",
    ]  # fmt: skip
    rows = []
    for one in found.conditions:
        for limit in one.discovery.limits:
            at, box = limit.dimension, one.discovery.box
            kept, levels = box.kept[at], one.points.levels[at]
            words = "; ".join(levels[place] for place in sorted(kept)) if kept is not None and levels else ""
            dimension = one.dimensions[at]
            rows.append(
                {
                    **_key(one), "dimension": dimension.name, "label": dimension.label, "unit": dimension.unit,
                    "low": box.low[at], "high": box.high[at], "scenarios": words, "quasi_p": limit.quasi_p,
                    "reproduction": limit.reproduction, "kept": limit.kept,
                }
            )  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    return frame.replace([float("inf"), float("-inf")], float("nan"))


def _peeling(found: "Found") -> pd.DataFrame:
    rows = [
        {**_key(one), "step": step, **_measure(measure), "chosen": step == one.discovery.chosen}
        for one in found.conditions
        for step, measure in enumerate(one.discovery.trajectory)
    ]
    return pd.DataFrame(rows)


def _tree(found: "Found") -> pd.DataFrame:
    rows = [
        {**_key(one), "leaf": number, "where": branch(found, one, leaf.questions), "futures": leaf.found.inside,
         "cases": leaf.found.hits, "share": leaf.found.density, "coverage": leaf.found.coverage,
         "fresh_futures": leaf.fresh.inside, "fresh_share": leaf.fresh.density}
        for one in found.conditions
        for number, leaf in enumerate(one.tree)
    ]  # fmt: skip
    columns = ["question", "formula", "other", "leaf", "where", "futures", "cases", "share", "coverage",
               "fresh_futures", "fresh_share"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _futures(found: "Found") -> pd.DataFrame:
    """Every future searched, with what came of it under each formula."""
    table = found.materials.searched.table
    columns = {}
    for name, one in found.outcomes.items():
        for what in ("over", "breaks", "reached", "misses", "cost"):
            columns[f"{name}.{what}"] = getattr(one, what)
    return pd.concat([table, pd.DataFrame(columns)], axis=1).rename_axis("future").reset_index()
