"""A person who waits is told the answer of the first draws: once, in time, and not where it would be noise."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from commanded import carried_out
from fake_results import fake_results, fake_world

from sim.audience import TERMINAL, Audience
from sim.commands.first_look import FIRST, FirstLook
from sim.inputs import InputError
from sim.report.compare.headline_table import headline_table
from sim.results.results import open_results
from sim.study.running import runner
from sim.study.running.stopping import StoppedError

CELLS = 2


def said(monkeypatch, done, draws=200, study="compare", audience=TERMINAL, shard=None):
    """How often something is said while so many runs are told to be done, one number after the other."""
    count = []
    monkeypatch.setattr(FirstLook, "_say", lambda self: count.append(1))
    settings = SimpleNamespace(study=SimpleNamespace(name=study), draws=draws, shard=shard)
    look = FirstLook(SimpleNamespace(settings=settings, audience=audience), None, CELLS)
    for runs in done:
        look.saw(runs)
    return len(count)


def test_it_is_said_once_when_the_first_draws_are_there(monkeypatch):
    enough = FIRST * CELLS
    assert said(monkeypatch, [0, enough - 1]) == 0
    assert said(monkeypatch, [0, enough - 1, enough, enough + 40, 400]) == 1


def test_a_study_that_goes_on_says_nothing(monkeypatch):
    assert said(monkeypatch, [64, 200, 400]) == 0


@pytest.mark.parametrize(
    "otherwise",
    [
        {"draws": 2 * FIRST - 1},
        {"study": "decompose"},
        {"audience": Audience(say=lambda text: None)},
        {"shard": 1},
    ],
)
def test_where_it_would_be_noise_nothing_is_said(monkeypatch, otherwise):
    assert said(monkeypatch, [0, 200, 400], **otherwise) == 0


def test_the_table_of_the_first_draws_is_theirs_without_the_notes():
    results = fake_results(fake_world(20), draws=6, horizon=12)
    whole, early = headline_table(results), headline_table(results, so_far="the first 6 of 200 draws")
    assert max(map(len, early.splitlines())) <= 80
    head, rows = early.split("draws\n", 1)
    assert " ".join(head.split()).endswith("below each its 90% interval; of the first 6 of 200")
    assert len(rows.splitlines()) > 6
    assert rows in whole  # sign by sign
    assert rows.rstrip().endswith("---")  # nothing below


@pytest.mark.slow
def test_what_is_said_is_the_answer_and_the_table_of_those_draws(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("study=compare", "study.formulas=[status_quo,aligned]", "horizon=1", "workers=1", "report=false")
    carried_out(tmp_path / "all", *words, "draws=128", "chunk=64")
    told = capsys.readouterr().err
    assert told.count("So far, of the first 64 of 128 draws:") == 1
    carried_out(tmp_path / "first", *words, "draws=64")
    lines = (tmp_path / "first" / "answer.txt").read_text(encoding="utf-8").splitlines()
    assert lines[1] in told
    first = open_results(tmp_path / "first")
    assert headline_table(first, so_far="the first 64 of 128 draws") in told


def test_what_is_run_is_said_at_once_where_nothing_can_speak_against_it(tmp_path, capsys, monkeypatch):
    """In a new folder before the runs begin; in one that holds another study a refusal is all that is said."""
    words = ("study=compare", "study.formulas=[status_quo,aligned]", "horizon=1", "workers=1", "report=false")

    def stopped(*given):
        assert "2 formulas and status_quo_indexed, 2 draws, 1 years" in capsys.readouterr().err
        raise StoppedError("seen")

    with monkeypatch.context() as patched:
        patched.setattr(runner, "carry_out", stopped)
        with pytest.raises(StoppedError, match="seen"):
            carried_out(tmp_path / "new", *words, "draws=2")
    carried_out(tmp_path / "there", *words, "draws=2")
    capsys.readouterr()
    with pytest.raises(InputError, match="draws"):
        carried_out(tmp_path / "there", *words, "draws=3")
    assert capsys.readouterr().err == ""
