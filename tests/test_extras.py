"""Packages that only some studies need are extras: without one, the study is refused in one line before it begins."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from sim import job
from sim.cli import run

EXTRAS = {
    "SALib": ("sensitivity", ["sensitivity"]),
    "sklearn": ("discover", ["discover"]),
    "distributed": ("dask", ["compare", "executor=dask"]),
    "dask_jobqueue": ("dask", ["compare", "executor=slurm_dask"]),
}


@pytest.mark.parametrize("package", EXTRAS)
def test_a_study_whose_package_is_missing_is_refused_in_one_line_that_says_what_to_install(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    extra, words = EXTRAS[package]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(job, "find_spec", lambda name: None if name == package else find_spec(name))
    assert run(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert f"({package})" in told.err
    assert f"pip install 'cte-funding-simulation[{extra}]'" in told.err
    assert list(tmp_path.iterdir()) == []
