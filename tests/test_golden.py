"""Results move only on purpose: the golden baseline, and the script that changes it with a reason."""

import pandas as pd
import pytest
import update_golden
from golden_baseline import FORMULAS, METRICS, YEARS, computed, read_golden

TOLERANCE = 1e-6
"""Relative. Machines differ in the last bits of exp and log (vector units, versions of libm), and a bit may tip a draw
that lies on the edge of a decision only with a chance of about one in 1e9; a change of a rule or a number moves results
by far more than this."""


def test_results_are_those_of_the_golden_baseline() -> None:
    golden, now = read_golden(), computed()
    assert len(golden) == len(FORMULAS) * len(YEARS) * len(METRICS)
    pd.testing.assert_frame_equal(golden.drop(columns="value"), now.drop(columns="value"), check_dtype=False)
    told = 'results moved; if that is right: python tests/update_golden.py --reason "..."'
    off = (now["value"] - golden["value"]).abs() > TOLERANCE * golden["value"].abs()
    assert not off.any(), f"{told}\n{now[off].assign(golden=golden['value'])}"


def test_the_baseline_is_not_changed_without_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--reason", "because"], ["--reason", "   "]):
        with pytest.raises(SystemExit) as stopped:
            update_golden.main(arguments)
        assert stopped.value.code == 2
    assert "write a sentence" in capsys.readouterr().err


def test_a_change_of_the_baseline_is_explained_at_the_top_of_the_changelog() -> None:
    old = pd.DataFrame(
        {"formula": "a", "fiscal_year": 2027, "metric": ["sites", "cash", "trust"], "value": [100.0, 50.0, 0.5]}
    )
    new = old.assign(value=[110.0, 50.0, 0.45])
    said = update_golden.size_of_change(old, new)
    assert said.splitlines() == [
        "2 of 3 numbers moved; added 0, removed 0. Largest change by metric:",
        "",
        "- sites: +10.00% (a, FY2027)",
        "- trust: -10.00% (a, FY2027)",
    ]
    assert "First baseline: 3 numbers." in update_golden.size_of_change(None, new)
    first = update_golden.with_entry(update_golden.HEAD, "## 2026-01-01\n\nOne.\n")
    second = update_golden.with_entry(first, "## 2026-02-02\n\nTwo.\n")
    assert second.index("Two.") < second.index("One.")
    assert second.startswith(update_golden.HEAD.rstrip())
    assert second.count("## 2026") == 2


def test_the_changelog_explains_the_baseline_at_hand() -> None:
    text = update_golden.CHANGELOG.read_text(encoding="utf-8")
    assert text.startswith(update_golden.HEAD.rstrip())
    assert "\n## 20" in text
