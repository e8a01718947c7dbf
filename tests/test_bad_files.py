"""What users may write wrong in files: each of some thousand wrong inputs is answered in one line that helps."""

import re
from itertools import islice
from pathlib import Path

import pytest
from bad_inputs import files, idle

from sim.inputs import InputError

OF_PROGRAMMERS = re.compile(
    r"Input should|valid dict|valid list|valid string|valid number|instance of|NoneType|<class|unhashable|pydantic|"
    r"Traceback|Error\b|object at 0x|Keys should|constrained|literal\["
)
"""Words that say something to programmers alone."""

OF_A_FIELD = re.compile(r"(?:formula|scenario|case|targets): [\w.]+\.(\w+): ")
"""The name of an input that is wrong in one key, which the answer has to name."""


@pytest.mark.parametrize("one_in", [16, pytest.param(1, marks=pytest.mark.slow)])
def test_every_wrong_file_is_answered_in_one_short_line(tmp_path: Path, one_in: int) -> None:
    problems, number = [], 0
    for name, call in islice(files.cases(tmp_path), 0, None, one_in):
        number += 1
        try:
            call()
        except InputError as error:
            told = str(error)
            key = OF_A_FIELD.match(name)
            unnamed = key is not None and key[1] not in told
            if unnamed or "\n" in told or len(told.replace(str(tmp_path), "")) > 400 or OF_PROGRAMMERS.search(told):
                problems.append(f"{name[:100]}: {told[:300]}")
        except Exception as error:
            problems.append(f"{name[:100]}: {type(error).__name__}: {str(error)[:200]}")
        else:
            problems.append(f"{name[:100]}: was taken")
    assert not problems, f"{len(problems)} of {number}:\n" + "\n".join(problems[:60])
    assert number * one_in >= 2_400


def test_the_files_that_are_made_wrong_are_good_as_they_stand(tmp_path: Path) -> None:
    write = files.Writer(tmp_path)
    lists = [first for first, *_ in files.worked_components().values()]
    for components in lists:
        if not any(component.get("in_base_units") for component in components):
            write.keys("formula", files.bill_of(components))()
    for rule, keys in files.GOOD_RULES.items():
        write.keys("formula", {**files.BILL, "appropriation": {"rule": rule, **keys}})()
    write.keys("scenario", files.SCENARIO)()
    write.text("formula", idle.bill(idle.PART))()
    write.text("case", (files.case_folder() / "kansas_bonus.yaml").read_text(encoding="utf-8"))()
