"""Which formulas a person may name in a state, and which a study has of its own there."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from sim.config_folder import config_folder
from sim.inputs import read_yaml
from sim.study.setup.asked import CURRENT_LAW

OTHER_STATE = "law of another state"
"""How the status of such a formula begins."""


def formula_names(law: Path | None) -> list[str]:
    """The names of the formulas that come with a state. Without a ``law`` of its own all that are shipped; with one
    those of the law, and of the shipped ones the laws of other states: the default state's own are no business of it.
    """
    return list(_shipped()) if law is None else sorted({*own_formulas(law), *_of_other_states()})


def own_formulas(law: Path) -> list[str]:
    """The formulas that stand in a state's own law, its current law first."""
    return sorted((path.stem for path in law.glob("*.yaml")), key=lambda name: (name != CURRENT_LAW, name))


def formula_path(name: str, law: Path | None) -> Path:
    """Where a formula of that name stands, whether or not there is one: in the state's own law before those shipped."""
    own = None if law is None else law / f"{name}.yaml"
    return own if own is not None and own.is_file() else config_folder() / "formula" / f"{name}.yaml"


def line_folder(folder: Path, law: Path | None) -> Path:
    """Where shared lines lie: those of the state's own ``law``, else the bundled ones of the configs' ``folder``."""
    return (folder if law is None else law) / "line"


def listed_in_state(listed: Sequence[str], law: Path, nothing: str) -> list[str]:
    """What a study's own list of formulas, written for the default state, comes to in a state with a ``law`` of its
    own: one formula in which nothing replaces current law is the state's own (``nothing``); laws of other states stay;
    anything else stands for the formulas of the state's law."""
    if len(listed) == 1 and listed[0] != CURRENT_LAW:
        return [nothing]
    if set(listed) <= {CURRENT_LAW, *_of_other_states()}:
        return list(listed)
    return own_formulas(law)


@cache
def _shipped() -> Sequence[str]:
    return sorted(path.stem for path in (config_folder() / "formula").glob("*.yaml"))


@cache
def _of_other_states() -> Sequence[str]:
    folder = config_folder() / "formula"
    status = {name: str(read_yaml(folder / f"{name}.yaml").get("status", "")) for name in _shipped()}
    return [name for name, said in status.items() if said.startswith(OTHER_STATE)]
