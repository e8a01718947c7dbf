"""What a person at a terminal sees before the libraries are loaded, and what nobody else does."""

import io
import sys

import pytest

from sim import printing


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_told_at_once_and_the_words_are_taken_away_again(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Terminal()
    monkeypatch.setattr(sys, "stderr", seen)
    monkeypatch.setenv("TERM", "xterm")
    printing.say_for_now("starting ...")
    assert seen.getvalue() == "starting ..."
    printing.unsay()
    assert seen.getvalue().endswith("\r\x1b[K")


@pytest.mark.parametrize(("stream", "kind"), [(io.StringIO, "xterm"), (Terminal, "dumb")])
def test_a_file_and_a_terminal_that_cannot_erase_get_nothing(
    stream: type[io.StringIO], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = stream()
    monkeypatch.setattr(sys, "stderr", seen)
    monkeypatch.setenv("TERM", kind)
    printing.say_for_now("starting ...")
    printing.unsay()
    assert seen.getvalue() == ""
