"""What a study is about, in the words of a folder's name."""

import re
from collections.abc import Mapping
from typing import Any

from sim.study.setup.asked import CURRENT_LAW, name_of
from sim.study.setup.reads import READS, bundled, usual_choice, usual_config

CALLED: Mapping[str, str] = {"check_formula": "price"}
"""Studies whose verb on the command line has another name."""

MOST_NAMED = 3
"""Bills that a name holds; of more it says how many."""

LONGEST_NAME = 40
"""Letters of each."""


def named_by_user(config: Mapping[str, Any], choices: Mapping[str, Any]) -> str:
    """The place and the bills that the user has named, joined; nothing for what a study has of its own.

    ``config`` is a composed configuration, which need not be checked yet; ``choices`` are those of its groups.
    """
    study = config.get("study")
    listed = study.get("formulas") if isinstance(study, Mapping) else None
    named = [config.get("district"), config.get("formula_file") or _chosen(choices.get("formula"))]
    if isinstance(listed, list):
        own = _of_the_study(choices.get("study"), study)
        more = [name for name in listed if name not in own] if set(own) <= {str(name) for name in listed} else listed
        named += [name for name in more if name_of(str(name)) != CURRENT_LAW]
    words = [re.sub(r"\W+", "_", name_of(str(name))).strip("_")[:LONGEST_NAME] for name in named if name is not None]
    words = [word for word in dict.fromkeys(words) if word]
    left = len(words) - MOST_NAMED
    return "_".join([*words[:MOST_NAMED], *([f"and_{left}_more"] if left > 0 else [])])


def _chosen(formula: Any) -> Any:
    return formula if formula != usual_choice("formula") else None


def _of_the_study(chosen: Any, study: Any) -> list[str]:
    """The formulas in the study's own file, or in that of the study that it builds on."""
    for name in (chosen, study.get("name")):
        if isinstance(name, str) and (name in READS or bundled("study", name).is_file()):
            return [str(formula) for formula in usual_config(name)["study"].get("formulas") or []]
    return []
