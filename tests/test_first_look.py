"""A person who waits is told the answer of the first draws: once, in time, and not where it would be noise."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from commanded import carried_out

from sim.audience import TERMINAL, Audience
from sim.commands.first_look import FIRST, FirstLook

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


@pytest.mark.slow
def test_what_is_said_is_the_answer_of_those_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("study=compare", "study.formulas=[status_quo,aligned]", "horizon=1", "workers=1", "report=false")
    carried_out(tmp_path / "all", *words, "draws=128", "chunk=64")
    told = capsys.readouterr().err
    assert told.count("So far, of the first 64 of 128 draws:") == 1
    carried_out(tmp_path / "first", *words, "draws=64")
    lines = (tmp_path / "first" / "answer.txt").read_text(encoding="utf-8").splitlines()
    assert lines[1] in told
