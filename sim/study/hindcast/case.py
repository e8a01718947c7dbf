"""Reading a hindcast from its file, with its laws checked as formulas are."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.config_folder import config_folder
from sim.funding.reading import formula_from, read_lines
from sim.inputs import InputError, Part, Source, as_mapping, first_problem, nearest, read_with_lines, shown
from sim.parameters.catalogue import load_catalogue
from sim.study.hindcast.outcomes import Outcome
from sim.study.hindcast.prices import consumer_prices
from sim.study.hindcast.schema import Case, Law

KEYS = tuple(key for key in Case.model_fields if key != "name")
"""Keys of a case's file; its name is the file's."""


def case_folder() -> Path:
    """Where the shipped cases lie."""
    return config_folder() / "hindcast"


def read_case(path: Path) -> Case:
    """One case from its file. Raises InputError with one line if it cannot be used."""
    content, source = read_with_lines(path)
    written = as_mapping(content, source, "a case")
    for key in written:
        if key not in KEYS:
            raise source.refusal((key,), f"unknown key; {nearest(str(key), KEYS)}")
    try:
        case = Case.model_validate({**written, "name": path.stem})
    except ValidationError as error:
        raise first_problem(error, source, {"": KEYS}, Case) from error
    found = list(case.mistakes())
    if found:
        raise source.refusals(found)
    _check_laws(case, source)
    _check_parameters(case, source)
    return case


def _check_parameters(case: Case, source: Source) -> None:
    """Refuse what is known of a state as a parameter that the model does not have, or beyond its range."""
    known = {
        f"{group}.{name}": entry for group, named in load_catalogue().entries.items() for name, entry in named.items()
    }
    for name, value in case.parameters.items():
        where = ("parameters", name)
        if name not in known:
            raise source.refusal(where, f"{shown(name)} is not a parameter; {nearest(name, list(known))}")
        if known[name].dated:
            raise source.refusal(where, f"{shown(name)} has values by year, which a case does not set")
        low, high = known[name].range
        if not low <= value <= high:
            raise source.refusal(where, f"{value:g} is not allowed: from {low:g} to {high:g}")


def _check_laws(case: Case, source: Source) -> None:
    """Refuse what is wrong with the lines of a law, where it stands in the case's file."""
    shared = read_lines(config_folder() / "line")
    prices = consumer_prices()
    known = sorted(path.stem for path in (config_folder() / "formula").glob("*.yaml"))
    laws: list[tuple[tuple[Part, ...], Law | None]] = [(("before",), case.before)]
    laws += [(("laws", place), law) for place, law in enumerate(case.laws)]
    for where, law in laws:
        if law is None:
            continue
        within = source.within(*where)
        if law.formula is not None and law.formula not in known:
            raise within.refusal(("formula",), f"{shown(law.formula)} is not known; {nearest(law.formula, known)}")
        if law.dollars_of is not None and law.dollars_of not in prices:
            said = f"{law.dollars_of} is not allowed: there are consumer prices of {min(prices)} to {max(prices)}"
            raise within.refusal(("dollars_of",), said)
        if law.formula is None:
            formula_from(law_as_formula(case, law, law.lines), within, case.name, shared, of_the_past=True)


def law_as_formula(case: Case, law: Law, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A law of a case as a formula is written, with the given ``lines``; the law before the change starts in 2000."""
    starts = law.starts or 2000
    return {
        "title": case.title,
        "source": case.source,
        "year_of_numbers": law.dollars_of or starts,
        "description": case.what_happened,
        "takes_effect": starts,
        "lines": list(lines),
        "also": ["perkins"] if law.perkins else [],
    }


def read_cases(names: Sequence[str] = ()) -> tuple[Case, ...]:
    """The named cases, or all that are shipped; a name that ends in .yaml is the path of a user's own file.

    Raises InputError for one that is not there, and for two of one name.
    """
    folder = case_folder()
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    cases = []
    for name in names or known:
        own = name.endswith((".yaml", ".yml"))
        if not own and name not in known:
            raise InputError(f"settings: study.cases: {shown(name)} is not known; {nearest(name, known)}")
        cases.append(read_case(Path(name) if own else folder / f"{name}.yaml"))
        if [case.name for case in cases].count(cases[-1].name) > 1:
            raise InputError(f"settings: study.cases: {shown(cases[-1].name)} stands twice; name each case once")
    return tuple(cases)


__all__ = ["Case", "Law", "Outcome", "case_folder", "law_as_formula", "read_case", "read_cases"]
