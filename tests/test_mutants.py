"""The mutants fit the code as it stands; that their tests notice them is checked by ``make mutants``."""

from collections import Counter

from mutants import run


def test_the_old_text_of_each_mutant_stands_exactly_once() -> None:
    assert run.mistakes(run.load()) == []


def test_there_are_mutants_of_rules_and_of_glue() -> None:
    found = Counter(mutant.file.split("/")[1] for mutant in run.load())
    assert found["behavior"] >= 16
    assert found["engine"] >= 16
    assert found["students"] >= 4


def test_a_mutant_that_fits_no_more_is_told_in_one_line() -> None:
    stale = run.Mutant("stale", "sim/behavior/beliefs.py", "no such text", "", "", ("test_golden", "test_nowhere"))
    told = run.mistakes([stale])
    assert told == [
        "stale: sim/behavior/beliefs.py: its old text stands there 0 times, not once",
        "stale: test_golden compares with stored numbers",
        "stale: tests/test_nowhere.py is not there",
    ]
