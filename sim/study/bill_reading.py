"""Reading a bill of the user's own."""

from collections.abc import Sequence

from sim.config_folder import config_folder
from sim.funding.formula import Formula
from sim.inputs import InputError
from sim.study.inputs import find_formula


def read_bill(name: str | None, clusters: Sequence[str]) -> Formula:
    """The formula in a user's file (a path that ends in .yaml), or a shipped one by its name.

    Raises InputError, one line: file, line where something wrong stands, key, reason.
    """
    if not name:
        raise InputError("settings: formula_file: is missing; write formula_file=my_bill.yaml")
    return find_formula(name, config_folder(), clusters)
