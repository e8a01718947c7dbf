"""Reading formulas and lines from YAML, with one clear line for whatever is wrong."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from sim.funding import differing, laws, misplaced, sense
from sim.funding.components.component import Strict
from sim.funding.formula import ALWAYS, Formula
from sim.funding.line import NOT_IN_FILES, Line
from sim.funding.placing import Ways, in_file
from sim.funding.rules import JointRules, Rules
from sim.funding.together import Problem, problem_with
from sim.inputs import (
    Mistake,
    Part,
    Source,
    as_mapping,
    as_source,
    mistakes,
    nearest,
    nearest_key,
    read_with_lines,
    shown,
)

LINE_KEYS = tuple(key for key in Line.model_fields if key not in NOT_IN_FILES)
FORMULA_KEYS = tuple(key for key in Formula.model_fields if key not in ("name", "lines", "rules"))
SHORT_KEYS = tuple(key for key in LINE_KEYS if key not in ("name", "background", *FORMULA_KEYS))
"""Keys of a line that a formula with one line of its own may write at the top."""

JOINT_KEYS = tuple(JointRules.model_fields)
"""Keys of the rules over all lines."""

Shared = Mapping[str, Mapping[str, Any]]
"""The shared lines by name, as they are written."""

Piece = TypeVar("Piece", bound=Strict)


def read_formula(path: Path, line_folder: Path, clusters: Iterable[str] | None = None) -> Formula:
    """The formula in a YAML file, named after the file; shared lines are looked up in ``line_folder``.

    ``clusters`` are the identifiers of the world's career clusters, for checking the clusters that the formula names.
    Raises InputError, one line, for anything that cannot be used.
    """
    written, source = read_with_lines(path)
    return formula_from(written, source, path.stem, read_lines(line_folder), clusters)


def read_lines(folder: Path) -> dict[str, dict[str, Any]]:
    """The shared lines of a folder by name, as plain mappings, each checked. Raises InputError."""
    lines = {}
    for path in sorted(folder.glob("*.yaml")):
        content, source = read_with_lines(path)
        written = as_mapping(content, source, "a line")
        line_from(written, source, path.stem)
        lines[path.stem] = written
    return lines


def line_from(
    written: Mapping[str, Any], source: str | Source, name: str | None = None, defaults: Mapping[str, Any] | None = None
) -> Line:
    """One line from a mapping; ``name`` and ``defaults`` stand where the mapping does not say. Raises InputError."""
    line, found = _line(written, name, defaults or {})
    if line is None:
        raise as_source(source).refusals(misplaced.told(found, of_a_line=True))
    return line


def formula_from(
    written: Any,
    source: str | Source,
    name: str,
    shared_lines: Shared,
    clusters: Iterable[str] | None = None,
    of_the_past: bool = False,
) -> Formula:
    """A formula from plain data: metadata, then either one line's keys at the top or a list of ``lines``.

    An entry of ``lines`` is a whole line, the name of a shared line, or ``{line: <shared line>, <keys to change>}``.
    ``rules`` at the top are those of the one line, or beside ``lines`` those that hold for all lines together. ``also``
    names further shared lines; by default those marked ``background``. Lines that are the formula's own start in the
    year in which it takes effect unless they say otherwise. A law ``of_the_past`` may have no lines, or lines that
    began before it and pay nothing. Raises InputError, one line, that tells of everything that cannot be used or would
    do nothing.
    """
    return _read(written, source, name, shared_lines, clusters, of_the_past)[0]


def places(written: Any, source: str | Source, name: str, shared_lines: Shared) -> Ways:
    """Where in the file of a formula that can be read each of its own lines is written, for `placing.in_file`."""
    return _read(written, source, name, shared_lines, None, False)[1]


def _read(
    written: Any,
    source: str | Source,
    name: str,
    shared_lines: Shared,
    clusters: Iterable[str] | None,
    of_the_past: bool,
) -> tuple[Formula, Ways]:
    source = as_source(source)
    content = as_mapping(written, source, "a formula")
    found = _unknown(content, (*FORMULA_KEYS, *SHORT_KEYS, "lines", "also", "laws"))
    metadata = {key: content[key] for key in FORMULA_KEYS if key in content}
    several, wrong = laws.laws_of(content["laws"]) if "laws" in content else ([], [])
    found += wrong
    if several:
        metadata["takes_effect"] = several[0].begins
    # The metadata are checked with no lines first, so that the lines' own checks need not wait for them.
    header, wrong = _checked(Formula, {**metadata, "name": name, "lines": ()}, FORMULA_KEYS)
    found += wrong
    rules, wrong = _joint_rules(content) if "laws" not in content else (JointRules(), _beside_laws(content))
    found += wrong
    lines: list[Line]
    ways: Ways
    if "laws" in content:
        lines, ways, wrong = _lines_of_laws(several, name, shared_lines, header, of_the_past)
    else:
        lines, wrong = _own_lines(content, name, shared_lines, header, of_the_past)
        ways = [[("lines", place) if "lines" in content else ()] for place in range(len(lines))]
    found += wrong
    background, wrong = _background(content, shared_lines)
    found += wrong
    if found or header is None or rules is None:
        raise source.refusals(misplaced.told(found))
    problem = problem_with(rules, (*lines, *background), header.takes_effect)
    if problem is not None:
        raise source.refusals(in_file([_of_its_line(problem, lines)], content, ways))
    formula, found = _checked(
        Formula, {**metadata, "name": name, "rules": rules, "lines": (*lines, *background)}, FORMULA_KEYS
    )
    if formula is None:
        raise source.refusals(found)
    found = [] if clusters is None else sense.unknown_clusters(formula, tuple(clusters))
    if not found and not of_the_past:
        found = sense.idle(formula)
    if found:
        raise source.refusals(in_file(found, content, ways))
    return formula, ways


def _of_its_line(problem: Problem, lines: Sequence[Line]) -> Mistake:
    """What is wrong with a joint rule, of the line that states it."""
    own = [line.name for line in lines]
    said = f"line {problem.line}: {problem.said}" if problem.line and len(own) > 1 else problem.said
    place = ("lines", own.index(problem.line)) if problem.line in own else ()
    return Mistake(("rules", problem.key), said, place=place)


def _joint_rules(written: Mapping[str, Any]) -> tuple[JointRules | None, list[Mistake]]:
    """The rules over all lines of a formula with a list of lines; those of a single line are refused."""
    if "lines" not in written or "rules" not in written:
        return JointRules(), []
    rules = written["rules"]
    if not isinstance(rules, Mapping):
        said = f"{shown(rules)} is not allowed: rules are a mapping of keys to values"
        return None, [Mistake(("rules",), said)]
    of_a_line = [key for key in rules if key in Rules.model_fields and key not in JOINT_KEYS]
    if of_a_line:
        said = "is a rule of a line; write it inside lines, in the rules of each"
        return None, [Mistake(("rules", key), said) for key in of_a_line]
    joint, wrong = _checked(JointRules, rules, JOINT_KEYS)
    return joint, [mistake.below("rules") for mistake in wrong]


def _beside_laws(written: Mapping[str, Any]) -> list[Mistake]:
    """What stands beside ``laws`` and belongs into one of them."""
    found = [
        Mistake((key,), "stands beside laws; write it in the law that it belongs to")
        for key in written
        if key in (*SHORT_KEYS, "lines")
    ]
    if "takes_effect" in written:
        said = "stands beside laws, of which each begins in the fiscal year of its from; leave it out"
        found.append(Mistake(("takes_effect",), said))
    return found


def _lines_of_laws(
    several: list[laws.Law], name: str, shared_lines: Shared, header: Formula | None, of_the_past: bool
) -> tuple[list[Line], Ways, list[Mistake]]:
    """The lines of laws that follow each other, where each is written, and what is wrong with them."""
    parts: list[tuple[laws.Law, JointRules, list[Line]]] = []
    of_one: list[bool] = []
    found: list[Mistake] = []
    for place, law in enumerate(several):
        begun = header.model_copy(update={"takes_effect": law.begins}) if header is not None else None
        one = "components" in law.written and "lines" not in law.written
        known = LINE_KEYS if one else ("lines", "rules", *SHORT_KEYS)
        wrong = _unknown(law.written, known, ("from", *(known if one else ("lines", "rules"))))
        written = {key: value for key, value in law.written.items() if key in known}
        if one:  # what a law of one line says is all about the line, its title among it
            called = header.title if header is not None else ""
            title = {"title": laws.title_in(called, law.begins) if place else called} if called else {}
            written = {"lines": [{"name": sense.own_name(name), **title, **written}]}
        rules, of_rules = _joint_rules(written)
        lines, of_lines = _own_lines(written, name, shared_lines, begun, of_the_past, law.begins)
        held = f"the law, which holds from {law.begins} to {law.last or 'any year'}"
        of_lines += [
            Mistake(("start_year",), f"{line.start_year} lies outside {held}", place=("lines", number))
            for number, line in enumerate(lines)
            if line.start_year is not None and not law.begins <= line.start_year <= (law.last or 2200)
        ]
        wrong += of_rules
        if rules is not None and not wrong and not of_lines:
            problem = problem_with(rules, lines, law.begins)
            of_lines = [_of_its_line(problem, lines)] if problem is not None else []
        if one:
            of_lines = [replace(mistake, place=mistake.place[2:]) for mistake in of_lines]
        parts.append((law, rules or JointRules(), lines))
        of_one.append(one)
        found += [mistake.below("laws", place) for mistake in (*wrong, *of_lines)]
    if found:
        return [], [], found
    lines = laws.joined(parts)
    ways = [
        [("laws", law, *(() if of_one[law] else ("lines", place))) for law, place in origin]
        for origin in laws.origins(parts, lines)
    ]
    return lines, ways, []


def _unknown(
    written: Mapping[str, Any], known: Collection[str], allowed: Collection[str] | None = None
) -> list[Mistake]:
    """Keys that are not ``known``, with those that are ``allowed`` there, by default the same."""
    choices = known if allowed is None else allowed
    return [
        Mistake((key,), f"{misplaced.UNKNOWN}{nearest_key(str(key), choices)}") for key in written if key not in known
    ]


def _checked(model: type[Piece], content: Mapping[str, Any], keys: Iterable[str]) -> tuple[Piece | None, list[Mistake]]:
    """A part of a formula, or else all that is wrong with it; ``keys`` are those that it may have in a file."""
    try:
        return model.model_validate(content), []
    except ValidationError as error:
        return None, mistakes(error, {"": keys}, model)


def _line(
    written: Mapping[str, Any], name: str | None, defaults: Mapping[str, Any]
) -> tuple[Line | None, list[Mistake]]:
    unknown = _unknown(written, LINE_KEYS)
    known = {key: value for key, value in written.items() if key in LINE_KEYS}
    components, origins, wrong = differing.spread(known.get("components"))
    if wrong:
        return None, [*unknown, *wrong]
    if components is not None:
        known["components"] = components
    line, found = _checked(Line, {**defaults, **({"name": name} if name else {}), **known}, LINE_KEYS)
    placed = [
        replace(mistake, where=way)
        for mistake in found
        if (way := differing.written_at(mistake.where, origins, written.get("components"))) is not None
    ]
    return (None if unknown else line), [*unknown, *dict.fromkeys(placed)]


def _own_lines(
    written: Mapping[str, Any],
    name: str,
    shared_lines: Shared,
    header: Formula | None,
    of_the_past: bool,
    begins: int | None = None,
) -> tuple[list[Line], list[Mistake]]:
    """The formula's own lines, and what is wrong with them. ``header`` is None where the metadata are wrong; ``begins``
    is the year of a law among several."""
    if begins is None:
        begins = Formula.model_fields["takes_effect"].default if header is None else header.takes_effect
    starts = {"start_year": begins}
    own = {**starts, "promise": f"formula {name}"}
    short = {key: written[key] for key in SHORT_KEYS if key in written}
    if "lines" in written:
        short.pop("rules", None)
        if short:
            return [], [Mistake((next(iter(short)),), "write it inside lines, where each line has its own")]
        if not isinstance(written["lines"], list):
            return [], [Mistake(("lines",), f"{shown(written['lines'])} is not allowed: write a list of lines")]
        entries: list[tuple[tuple[Part, ...], Any]] = [
            (("lines", place), entry) for place, entry in enumerate(written["lines"])
        ]
    elif "components" in written:
        title = {"title": header.title} if header is not None else {}
        entries = [((), {**title, "name": sense.own_name(name), **short})]
    else:
        return [], [Mistake(("components",), "is missing; write components, or lines for several lines")]
    lines: list[Line] = []
    found: list[Mistake] = []
    for place, entry in entries:
        line, wrong = _entry(entry, shared_lines, starts, own)
        if line is not None:
            if any(line.name == other.name for other in lines):
                key = ("name",) if isinstance(entry, Mapping) and "name" in entry else ()
                wrong = [Mistake(key, f"two lines are called {shown(line.name)}; name each once")]
            lines.append(line)
            found += [] if of_the_past or header is None else _of_current_law(entry, header)
        found.extend(mistake.below(*place) for mistake in wrong)
    if not found and not of_the_past and all(line.background for line in lines):
        said = "needs a line of the formula's own" + (
            "; those marked background flow in every formula" if lines else ""
        )
        found.append(Mistake(("lines",), said))
    return lines, found


def _entry(
    entry: Any, shared_lines: Shared, starts: Mapping[str, Any], own: Mapping[str, Any]
) -> tuple[Line | None, list[Mistake]]:
    """A line of a formula: a shared one, or one that is the formula's ``own``, each with its defaults."""
    if isinstance(entry, str):
        shared, wrong = _shared(entry, shared_lines, ())
        return _line(shared, entry, starts) if shared is not None else (None, wrong)
    if not isinstance(entry, Mapping):
        return None, [Mistake((), f"{shown(entry)} is not allowed: write a line or the name of a shared line")]
    if "line" in entry:
        shared, wrong = _shared(entry["line"], shared_lines, ("line",))
        changes = {key: value for key, value in entry.items() if key != "line"}
        return _line({**shared, **changes}, str(entry["line"]), starts) if shared is not None else (None, wrong)
    return _line(entry, None, own)


def _shared(name: Any, shared_lines: Shared, where: tuple[Part, ...]) -> tuple[Mapping[str, Any] | None, list[Mistake]]:
    if isinstance(name, str) and name in shared_lines:
        return shared_lines[name], []
    hint = nearest(name, shared_lines) if isinstance(name, str) else f"allowed: {', '.join(shared_lines)}"
    return None, [Mistake(where, f"{shown(name)} is not a shared line; {hint}")]


def _of_current_law(entry: Any, header: Formula) -> list[Mistake]:
    """A new line in a formula that is marked as current law, which is made of shared lines."""
    if isinstance(entry, str) or "line" in entry or header.takes_effect != ALWAYS:
        return []
    said = f"{ALWAYS} marks current law, of lines that are shared; a new line takes effect after the base year"
    return [Mistake(("takes_effect",), said)]


def _background(written: Mapping[str, Any], shared_lines: Shared) -> tuple[list[Line], list[Mistake]]:
    """The lines that flow beside the formula's own."""
    names: Any = [name for name, line in shared_lines.items() if line.get("background") is True]
    if "also" in written:
        names = written["also"]
        if not isinstance(names, list):
            return [], [
                Mistake(("also",), f"{shown(names)} is not allowed: write a list of shared lines, as [perkins]")
            ]
    lines: list[Line] = []
    found: list[Mistake] = []
    for place, name in enumerate(names):
        shared, wrong = _shared(name, shared_lines, ("also", place))
        if any(name == line.name for line in lines):
            wrong = [Mistake(("also", place), f"{shown(name)} stands twice; name it once")]
        elif shared is not None:
            line, wrong = _line(shared, name, {})
            lines.extend([line] if line is not None else [])
        found.extend(wrong)
    return lines, found
