"""The case study tells what its bills still come to: where their prices move, its runs are to be made again."""

import re
from pathlib import Path

import pytest
from commanded import called

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "explanation" / "case_study.md"
EXAMPLES = ROOT / "docs" / "examples"


def priced(bill: str, folder: Path) -> str:
    done = called(EXAMPLES, "price", bill, f"out={folder}")
    assert done.returncode == 0, done.stderr
    return " ".join(done.stdout.split())


def told() -> str:
    return " ".join(PAGE.read_text(encoding="utf-8").split())


@pytest.mark.slow
def test_the_first_draft_costs_what_the_case_study_says(tmp_path: Path) -> None:
    text = priced("leaner.yaml", tmp_path / "leaner")
    found = re.search(r"are paid \$([\d.]+)M \(\$([\d.]+)M to \$([\d.]+)M\).*?, \$([\d.]+)M \(.*?less than", text)
    assert found is not None
    paid, low, high, less = found.groups()
    assert f"${paid} million (${low} million to ${high} million), ${less} million less than current law" in told()
    smallest = re.search(r"under 100 \(size\) .*? -\$([\d,]+) 0 ", text)
    assert smallest is not None
    assert f"lose most, ${smallest[1]} a member" in told()
    assert "expected_base_year_entitlement" not in text


@pytest.mark.slow
def test_the_second_draft_has_the_cliff_that_the_case_study_names(tmp_path: Path) -> None:
    text = priced("leaner_small.yaml", tmp_path / "small")
    found = re.search(
        r"-\$([\d,]+) for one member in grades 9-12 \(posted price \$0\): (.*?) \(\d+\) would be owed", text
    )
    assert found is not None
    assert f"{found[2]} would be owed ${found[1]} less" in told()
    assert "expected_base_year_entitlement" not in text


def test_every_run_of_the_case_study_has_a_number_and_every_size_an_interval() -> None:
    text = told()
    assert len(set(re.findall(r"\b[rR]un ([0-9a-f]{8})\b", text))) == 5
    rows = [row for row in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| .* \| [+-]\d", row)]
    assert rows
    assert all(cell.count(" to ") == 1 for row in rows for cell in row.split("|")[2:-1])
