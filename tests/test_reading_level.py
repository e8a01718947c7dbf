"""The prose of the mailed page asks for no more than high school, by Flesch and Kincaid's grade."""

import re

import pytest
from explored import content as explorer_content
from fake_results import fake_results, fake_world

from sim.report.briefing.content import content
from sim.report.explore.words import covers
from sim.report.page.glossary import glossary
from sim.report.shared.intervals import COVERS_WITH_DISCREPANCY
from sim.report.shared.panel import Panel

pyphen = pytest.importorskip("pyphen")
GRADE = 10.0
"""Years of school. Words are divided at fewer places than they have syllables, so who has finished high
school reads it."""


def grade_of(text: str) -> float:
    """The grade of Flesch and Kincaid (1975); a syllable ends where a word may be divided, or with it."""
    divide = pyphen.Pyphen(lang="en_US", left=1, right=1)
    words = re.findall(r"[A-Za-z][A-Za-z'-]*", text)
    sentences = [part for part in re.split(r"[.!?](?:\s|$)", text) if part.strip()]
    syllables = sum(len(divide.positions(word)) + 1 for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def passages() -> dict[str, str]:
    world = fake_world()
    results = fake_results(world)
    found = content(results, world, Panel(results))
    parts = {
        "answer": found.answer.sentences, "notes": found.notes, "a bad year": found.bad_year, "trust": found.trust,
        "data": [found.data_quality],
        "what intervals carry": [COVERS_WITH_DISCREPANCY],
        "explorer": [covers(explorer_content())], "glossary": glossary().values(),
    }  # fmt: skip
    return {name: " ".join(sentences) for name, sentences in parts.items()}


def test_a_grade_is_that_of_the_formula() -> None:
    # Six words of a syllable each in one sentence, and long words in a long one.
    assert grade_of("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    assert grade_of("Notwithstanding considerable uncertainty, appropriations accumulate.") > 20.0


def test_every_passage_can_be_read_by_who_has_finished_high_school() -> None:
    grades = {name: round(grade_of(text), 1) for name, text in passages().items()}
    assert {name: grade for name, grade in grades.items() if grade > GRADE} == {}, grades
