"""The library of shipped laws: every rule with its paragraph, the case by hand, and what is left out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from sim.funding.differing import spread
from sim.funding.formula import Formula
from sim.funding.line import Line
from sim.funding.reading import read_formula
from sim.funding.rules import UNRULED, JointRules, Rules
from sim.inputs import read_yaml

PARAGRAPH = re.compile(r"#\s*law:\s*(.+?)\s*$")
"""A comment beside a component, a rule or an appropriation that names the paragraph of the law."""
AS_ABOVE, SAME = "as above", "the same"
STARTS = {"phase_in_from": "phase_in", "growth_cap_from": "growth_cap", "match_on": "local_match"}
"""Keys that a rule's own sentence tells of."""
Row = tuple[str, str]
"""What is said and the paragraph that it follows, empty where none stands beside it."""


def library_markdown(folder: Path, line_folder: Path, cases: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    """Every law of a folder in Markdown, those of other states last; ``cases``: by the name of a formula the file and
    the sentence of each case by hand."""
    formulas = {path: read_formula(path, line_folder) for path in sorted(folder.glob("*.yaml"))}
    home = {path: formula for path, formula in formulas.items() if not formula.translation}
    away = {path: formula for path, formula in formulas.items() if formula.translation}
    parts = []
    for title, laws in (("Laws and designs of the default state", home), ("Laws of other states", away)):
        parts += [f"## {title}", ""]
        for path, formula in laws.items():
            parts += _law(path, formula, cases.get(formula.name, ()))
    return "\n".join(parts)


def cases_of(file: Path) -> dict[str, list[tuple[str, str]]]:
    """By the name of a formula the file and the sentence of each worked case of a file that names one."""
    found: dict[str, list[tuple[str, str]]] = {}
    for case in read_yaml(file):
        if "formula" in case:
            found.setdefault(case["formula"], []).append((file.name, case["name"]))
    return found


def rows_of(path: Path, formula: Formula) -> list[Row]:
    """Each component, rule and appropriation of a formula's own lines, in words, with the paragraph beside it."""
    text = path.read_text(encoding="utf-8")
    content: Mapping[str, Any] = read_yaml(path)
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    beside = {
        number: found[1]
        for number, line in enumerate(text.splitlines())
        if (found := PARAGRAPH.search(line)) is not None
    }

    def paragraph(*way: str | int) -> str:
        return beside.get(_line(root, way), "")

    rows: list[Row] = []
    if "lines" not in content:
        return list(_of_line(formula.own_lines[0], content, (), paragraph))
    rows += [
        (_rule(formula.rules, key), paragraph("rules", key)) for key in content.get("rules", {}) if key not in STARTS
    ]
    for place, entry in enumerate(content["lines"]):
        name = entry if isinstance(entry, str) else entry.get("line") or entry["name"]
        line = formula.line(name)
        own = {} if isinstance(entry, str) or "line" in entry else entry
        title = line.called
        for said, law in _of_line(line, own, ("lines", place), paragraph):
            rows.append((f"{title}: {said}", law))
    return rows


def _of_line(line: Line, written: Mapping[str, Any], way: tuple[str | int, ...], paragraph: Any) -> Iterator[Row]:
    source = line.source or AS_ABOVE
    _, origins, _ = spread(written.get("components"))
    if not written:
        yield " ".join(sentence for part in line.components for sentence in part.sentences()), source
    for place in dict.fromkeys(origin for origin, _ in origins):
        parts = [part for part, (origin, _) in zip(line.components, origins, strict=True) if origin == place]
        said = " ".join(sentence for part in parts for sentence in part.sentences())
        yield said, paragraph(*way, "components", place) or source
    if line.where is not None:
        yield f"It pays {line.where.words()}.", paragraph(*way, "where") or source
    for key in (key for key in written.get("rules", {}) if key not in STARTS):
        beside = [
            paragraph(*way, "rules", name) for name in (key, *(other for other, of in STARTS.items() if of == key))
        ]
        yield _rule(line.rules, key), "; ".join(filter(None, beside)) or source
    yield line.appropriation.sentence(), paragraph(*way, "appropriation") or source


def _rule(rules: Rules | JointRules, key: str) -> str:
    """What one rule says, with the keys that its sentence tells of."""
    wanted = {key, *(other for other, of in STARTS.items() if of == key)}
    held = UNRULED.model_copy(update={name: getattr(rules, name) for name in wanted if hasattr(rules, name)})
    return " ".join(held.sentences())


def _line(node: yaml.Node | None, way: Sequence[str | int]) -> int:
    """The line, from zero, at which a key or an entry of a list begins; -1 where it is not there."""
    at = -1
    for part in way:
        if isinstance(node, yaml.MappingNode):
            key, node = next(((key, value) for key, value in node.value if key.value == part), (None, None))
            at = key.start_mark.line if key is not None else -1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            at = node.start_mark.line
    return at


def _law(path: Path, formula: Formula, cases: Sequence[tuple[str, str]]) -> list[str]:
    lines = [f"### `{formula.name}`: {formula.title}", "", _flat(formula.description), ""]
    lines += [f"*Source:* {_sentence(formula.source)} *Numbers of:* {formula.year_of_numbers}."]
    if formula.confidence:
        lines += [f"*Confidence:* {_sentence(formula.confidence)}"]
    lines += ["", "| what the law says | paragraph |", "|---|---|"]
    before = ""
    for said, law in rows_of(path, formula):
        lines.append(f"| {_cell(said)} | {_cell(law if law != before or law == AS_ABOVE else SAME)} |")
        before = law
    lines += [""]
    for head, text in (("Brought to the default state", formula.translation), ("Left out", formula.not_translated)):
        if text:
            lines += [f"*{head}:* {_flat(text)}", ""]
    told = [f"{_flat(name)} ([{file}](../../tests/cases/{file}))" for file, name in cases]
    if told:
        lines += ["*By hand:* " + "; ".join(told) + ".", ""]
    return lines


def _flat(text: object) -> str:
    return " ".join(str(text).split())


def _sentence(text: str) -> str:
    return _flat(text).removesuffix(".") + "."


def _cell(text: str) -> str:
    return _flat(text).replace("|", "\\|")
