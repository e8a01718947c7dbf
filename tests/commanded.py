"""Carrying out what a command line asks for in this process: composed, read, checked and run."""

from pathlib import Path

from sim.commands import COMMANDS, Request
from sim.composition import compose
from sim.run_folder import RunFolder
from sim.study.setup.reads import settings_for


def asked(folder: Path, *words: str) -> Request:
    """What the words of a command line ask for, with results in ``folder``. Raises InputError as the command does."""
    composed = compose(words)
    settings = settings_for(composed.plain, composed.choices)
    own = RunFolder(folder, settings.study.name, True, list(words), composed.plain)
    return Request(settings, composed.plain, composed.choices, own, own, composed.sources, composed.typed)


def carried_out(folder: Path, *words: str) -> Request:
    """Carry out a command, and give what was asked for."""
    request = asked(folder, *words)
    COMMANDS[request.settings.study.name](request)
    return request
