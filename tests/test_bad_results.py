"""Damaged and edited results folders: each is answered by one line that names the file."""

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

import pytest
from bad_inputs.results import cases, damaged_folders

from sim.inputs import InputError

SAMPLE = 61
"""Of so many cases one is tried each time; all of them in the slow test."""


def unanswered(tried: Iterable[tuple[str, Callable[[], object]]], folder: Path) -> list[str]:
    """The cases that are not answered by one short line, each with what happened instead."""
    found = []
    for name, call in tried:
        try:
            call()
            found.append(f"{name}: accepted")
        except InputError as said:
            text = str(said).replace(str(folder), "")
            if "\n" in text or len(text) > 320:
                found.append(f"{name}: {text}")
        except Exception as error:
            found.append(f"{name}: {type(error).__name__}: {error}")
    return found


def test_a_damaged_results_folder_is_answered_in_one_line_that_names_the_file(tmp_path: Path) -> None:
    assert unanswered(islice(cases(tmp_path), 7, None, SAMPLE), tmp_path) == []


@pytest.mark.slow
def test_every_damaged_results_folder_is_answered_in_one_line_that_names_the_file(tmp_path: Path) -> None:
    every = list(cases(tmp_path))
    assert len(every) > 400
    assert unanswered(every, tmp_path) == []


@pytest.mark.slow
def test_a_study_started_again_in_a_damaged_folder_is_refused_or_gives_the_same_numbers(tmp_path: Path) -> None:
    others = []
    for damaged in islice(damaged_folders(tmp_path), 3, None, 13):
        try:
            if not damaged.start_again():
                others.append(damaged.name)
        except InputError as refused:
            others += [damaged.name] * ("\n" in str(refused))
    assert others == []
