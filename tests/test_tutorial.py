"""The lesson of docs/tutorial, carried out as a reader would, shows what comes out of it."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
LESSON = ROOT / "docs" / "tutorial" / "your_own_bill.md"
WITH_A_SLIP = ("price", "with_a_slip.yaml")


def lessons() -> ModuleType:
    specification = importlib.util.spec_from_file_location("lessons", ROOT / "docs" / "lessons.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_the_lesson_shows_what_comes_out_when_it_is_carried_out(tmp_path: Path) -> None:
    text = LESSON.read_text(encoding="utf-8")
    anew, steps = lessons().carried_out(text, tmp_path)
    assert {step.words: step.status for step in steps if step.status} == {WITH_A_SLIP: 2}
    assert anew == text, "write it again: python docs/lessons.py"
    assert (tmp_path / "first_look" / "report.html").is_file()


def test_the_lesson_goes_from_a_bill_to_its_answer_a_what_if_and_a_bad_year() -> None:
    parts = list(lessons().PART.finditer(LESSON.read_text(encoding="utf-8")))
    verbs = [part["command"].split()[0] for part in parts if part["command"]]
    assert verbs == ["new", "price", "price", "compare", "open", "compare", "stress", "verify"]
    shown = [part["shown"] for part in parts if part["shown"]]
    assert [name for name in shown if name.endswith("answer.txt")] == [
        "priced/answer.txt", "first_look/answer.txt", "what_if/answer.txt", "bad_year/answer.txt"
    ]  # fmt: skip


def test_nothing_in_the_lesson_looks_like_a_command_or_a_file_and_is_passed_over() -> None:
    left = lessons().PART.sub("", LESSON.read_text(encoding="utf-8"))
    assert not re.findall(r"^(?: {4}.*|```.*|<!--.*)$", left, re.MULTILINE)


def test_a_part_shows_the_file_that_a_command_before_it_wrote(tmp_path: Path) -> None:
    page = (
        '# Lesson\n\n```yaml title="bill.yaml"\ntitle: x\n```\n\n    cte-sim price bill.yaml\n\n'
        "<!-- generated: what is said -->\n<!-- end -->\n\n<!-- generated: bill.yaml -->\nold\n<!-- end -->\n"
    )
    text, steps = lessons().carried_out(page, tmp_path)
    assert [step.status for step in steps] == [2]
    assert "```text\ncte-sim: bill.yaml" in text
    assert "<!-- generated: bill.yaml -->\n```text\ntitle: x\n```\n<!-- end -->" in text
    assert "old" not in text
