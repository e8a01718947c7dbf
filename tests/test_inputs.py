"""Reading files as plain data: what is taken, how numbers are read, and what a refusal says."""

import os
import time
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from bad_inputs.broken import bomb
from pydantic import BaseModel, Field, ValidationError

import sim.inputs
from sim.config_folder import config_folder
from sim.inputs import InputError, Mistake, Source, Unit, first_problem, nearest, number_meant, read_yaml, shown
from sim.inputs.data import MOST_VALUES, root_of
from sim.inputs.files import LARGEST

SHIPPED = [*sorted(config_folder().rglob("*.yaml")), *sorted(Path(sim.__file__).parent.rglob("*.yaml"))]


def content(folder: Path, text: str | bytes) -> Any:
    path = folder / "file.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(path)


def refusal(folder: Path, text: str | bytes) -> str:
    with pytest.raises(InputError) as refused:
        content(folder, text)
    told = str(refused.value)
    assert "\n" not in told
    assert len(told) < 300 + len(str(folder))
    return told.replace(f"{folder}{os.sep}", "")


def tree(node: Any) -> Any:
    """A YAML tree as plain values, each with its line and column: what a file says, and where a refusal finds it."""
    if node is None:
        return None
    place = (node.start_mark.line, node.start_mark.column)
    if isinstance(node, yaml.ScalarNode):
        return place, node.value, node.style or None
    if isinstance(node, yaml.MappingNode):
        return place, [(tree(key), tree(value)) for key, value in node.value]
    return place, [tree(part) for part in node.value]


def test_a_shipped_file_is_the_same_by_the_parser_in_c() -> None:
    assert yaml.__with_libyaml__
    for path in SHIPPED:
        text = path.read_text(encoding="utf-8")
        assert tree(root_of(text, shipped=True)) == tree(root_of(text)), path


def test_a_file_of_the_users_is_read_by_the_parser_that_is_strict(tmp_path: Path) -> None:
    tabbed = "title: a\tname\nrules: {phase\tin: [0.5]}\n"
    assert tree(root_of(tabbed, shipped=True)) is not None  # the other lets it pass
    assert "line 1: a tab: indent with blanks" in refusal(tmp_path, tabbed)


def test_every_shipped_file_is_read_as_yaml_reads_it() -> None:
    assert len(SHIPPED) > 60
    for path in SHIPPED:
        # Of what YAML 1.1 reads otherwise, nothing that is shipped has any.
        assert repr(read_yaml(path)) == repr(yaml.safe_load(path.read_text(encoding="utf-8"))), path


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("900", 900),
        ("-5", -5),
        ("+5", 5),
        ("0", 0),
        ("1_000", 1_000),
        ("40_000_000", 40_000_000),
        ("2030", 2030),
        ("0.25", 0.25),
        (".5", 0.5),
        ("5.", 5.0),
        ("1_592.50", 1_592.5),
        ("1e3", 1_000.0),
        ("1.5e-3", 0.0015),
        ("40e6", 40_000_000.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0500", "0500"),
        ("050_000", "050_000"),
        ("00.5", "00.5"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1:30", "1:30"),
        ("12:30:45", "12:30:45"),
        ("1_0", "1_0"),
        ("5,000", "5,000"),
        ("$900", "$900"),
        ("5%", "5%"),
        ("2026-11-03", "2026-11-03"),
        ("2026-13-45", "2026-13-45"),
        ("yes", "yes"),
        ("no", "no"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1e400", "1e400"),
        ("9" * 5_000, "9" * 5_000),
        ("'5'", "5"),
        ('"true"', "true"),
        ("=", "="),
    ],
)
def test_an_unquoted_word_is_the_number_meant_or_the_word_written(tmp_path: Path, written: str, value: object) -> None:
    found = content(tmp_path, f"key: {written}\n")["key"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("0500", "write 500"),
        ("050_000", "write 50_000"),
        ("$900", "write 900"),
        ("$1,592", "write 1592"),
        ("40,000,000", "write 40_000_000"),
        ("5%", "write 0.05"),
        ("6.5 percent", "write 0.065"),
        ("0,08", "write 0.08"),
        ("40M", "write 40_000_000"),
        ("1.5 million", "write 1_500_000"),
        ("50k", "write 50_000"),
        ("1 000", "write 1000"),
        ("0x1F", "write 31"),
        ("900 dollars", "write 900"),
        ("1:30", ""),
        ("many", ""),
        ("", ""),
        ("9" * 5_000, ""),
    ],
)
def test_a_word_that_looks_like_a_number_is_answered_with_what_to_write(written: str, hint: str) -> None:
    assert number_meant(written) == hint


def test_marks_line_ends_and_merge_keys_are_no_mistake(tmp_path: Path) -> None:
    assert content(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: 2\r\n") == {"a": 1, "b": 2}
    assert content(tmp_path, "a: 1\rb: 2\r") == {"a": 1, "b": 2}
    assert content(tmp_path, "a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\n")["d"] == {"b": 1, "c": 3}
    assert content(tmp_path, "a: &x {b: 1}\nc: &y {b: 2, d: 3}\ne: {<<: [*x, *y]}\n")["e"] == {"b": 1, "d": 3}
    assert content(tmp_path, "a: &x [1, 2]\nb: *x\n") == {"a": [1, 2], "b": [1, 2]}
    assert content(tmp_path, "título: año\n") == {"título": "año"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\n\tb: 2\n", "line 2: a tab"),
        ("a: 1\na: 2\n", "line 2: key 'a' is written twice"),
        ("2030: 1\n'2030': 2\n", "line 2: key '2030' is written twice"),
        ("1: a\n1.0: b\n", "line 2: key '1.0' is written twice"),
        ("a: {b: 40,000,000}\n", "line 1: a number is written without commas: write 40_000_000"),
        ("a: [50,000, 60,000]\n", "line 1: a number is written without commas: write 50_000"),
        ("a: {b: 0,08}\n", "a point stands before its decimals, as 0.08"),
        ("a: HB 12: an act\n", "line 1: a colon inside a value: put it in quotes"),
        ("a: b\n---\nc: d\n", "line 2: a second document"),
        ("a: !!python/name:os.system\n", "line 1: a tag (!!python/name:os.system) is not allowed"),
        ("a: 'b\n", "line 1: a quote is not closed"),
        ("a: 1\nb: \x07\n", "line 2: holds a sign that is no text (U+0007)"),
        ("a: b\nc: Española\n".encode("latin-1"), "line 2: is not UTF-8 text"),
        ("a: b\n".encode("utf-16"), "line 1: is UTF-16 text; save the file as UTF-8"),
        ("[" * 3_000, "line 1: more than 30 lists and mappings within each other"),
        (bomb(), "more than 20,000 values, or aliases that stand for as many"),
        ("a: &x [*x]\n", "line 1: an alias (*) within what it stands for"),
        ("# " + "x" * LARGEST, "is too large: such a file has at most 1 MB"),
        ("k: [" + "a, " * (MOST_VALUES + 1) + "]\n", "more than 20,000 values"),
    ],
)
def test_what_is_no_data_is_refused_at_once_with_its_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    began = time.process_time()
    assert said in refusal(tmp_path, text)
    assert time.process_time() - began < 5.0


def test_a_pipe_and_a_device_are_not_waited_for(tmp_path: Path) -> None:
    pipe, device = tmp_path / "pipe.yaml", tmp_path / "device.yaml"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    for path in (pipe, device):
        with pytest.raises(InputError, match="it is a pipe or a device, not a file"):
            read_yaml(path)


def test_a_value_in_a_message_is_never_spelled_out(tmp_path: Path) -> None:
    nested: Any = ["a"] * 10
    for _ in range(9):
        nested = [nested] * 10
    for value in ("x" * 100_000, nested, {"a": nested}, 10**5_000, list(range(100_000)), "a\nb\x07"):
        assert len(shown(value)) < 300
        assert shown(value).isprintable()
    assert shown("a") == "'a'"
    assert shown([1, "b"]) == "[1, b]"
    assert shown(10**5_000) == "a number of 5,001 digits"


def test_a_hint_does_not_depend_on_capitals() -> None:
    assert nearest("Per_Student", ["base", "per_student"]) == "did you mean 'per_student'?"
    assert len(nearest("x", [f"a long word {number}" for number in range(500)])) < 200


class Inner(BaseModel, extra="forbid"):
    share: Annotated[float, Field(strict=True, ge=0.0, le=1.0), Unit("share")] = 1.0
    word: Literal["one", "other"] = "one"


class Outer(BaseModel, extra="forbid"):
    dollars: Annotated[float, Field(strict=True, ge=0.0, le=5_000.0), Unit("dollars")] | Literal["unit_value"] = 0.0
    year: Annotated[int, Field(strict=True, ge=2000)] | None = None
    inner: Inner | None = None
    listed: tuple[Inner, ...] = ()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"dollars": 9_000}, "dollars: 9000 is not allowed: a number from 0 to 5,000 (dollars), or unit_value"),
        ({"year": "soon"}, "year: 'soon' is not allowed: a whole number from 2,000"),
        ({"inner": 3}, "inner: 3 is not allowed: keys in braces, as {share: ...}; its keys: share, word"),
        (
            {"inner": {"share": 6.5}},
            "inner.share: 6.5 is not allowed: a number from 0 to 1 (share); 6.5% is written 0.065",
        ),
        ({"inner": {"share": "$900"}}, "inner.share: '$900' is not allowed: a number from 0 to 1 (share)"),
        ({"inner": {"share": "90%"}}, "inner.share: '90%' is not allowed: a number from 0 to 1 (share); write 0.9"),
        ({"inner": {"word": "on"}}, "inner.word: 'on' is not allowed: one, other; did you mean 'one'?"),
        ({"inner": {"shar": 1}}, "inner.shar: unknown key; did you mean 'share'?"),
        ({"listed": [{}, {"share": None}]}, "listed.1.share: is empty: a number from 0 to 1 (share)"),
        ({"listed": 5}, "listed: 5 is not allowed: a list in brackets [ ]"),
    ],
)
def test_what_is_allowed_follows_from_the_types_of_the_fields(written: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as error:
        Outer.model_validate(written)
    assert str(first_problem(error.value, "a.yaml", model=Outer)) == f"a.yaml: {said}"


def test_all_mistakes_of_a_file_are_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("title: a\nrules:\n  cap: 7\n  share: 2\n", encoding="utf-8")
    source = sim.inputs.read_with_lines(path)[1]
    wrong = [
        Mistake(("rules", "share"), "too much"),
        Mistake(("source",), "is missing"),
        Mistake(("rules", "cap"), "x"),
    ]
    assert str(source.refusals(wrong)) == (
        "file.yaml, line 3: rules.cap: x; and 2 more: line 4 rules.share, source: is missing"
    )
    many = [Mistake(("k", number), "x" * 1_000) for number in range(1_000)]
    assert len(str(Source("a.yaml").refusals(many))) < 400
